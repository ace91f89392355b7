"""Which kinds of files a browser may draw; all others are only ever downloaded."""

SAFE_RASTER = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})


def is_safe_raster(content_type: str) -> bool:
    """A bitmap: drawn without running anything, unlike SVG, which is a document with scripts."""
    return content_type.partition(";")[0].strip().lower() in SAFE_RASTER
