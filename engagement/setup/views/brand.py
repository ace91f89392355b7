"""Logo and accent color, for everybody; named by their content, so browsers keep them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from engagement.organization.colors import NotAColor, palette_of
from engagement.organization.models import Logo
from engagement.village.access import public

_FOREVER = "public, max-age=31536000, immutable"


@public
@require_GET
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """A logo that was uploaded once."""
    found = get_object_or_404(Logo, digest=digest)
    answer = HttpResponse(bytes(found.png), content_type="image/png", headers={"Cache-Control": _FOREVER})
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"  # mail programs and sites may show it
    return answer


@public
@require_GET
def accent(request: HttpRequest, color: str) -> HttpResponse:
    """The tokens of an accent color, as ``1a5fb4``."""
    try:
        palette = palette_of(f"#{color}")
    except NotAColor as error:
        raise Http404 from error
    hue, chroma = palette.hue, min(palette.chroma, 0.05)
    css = f"""@layer utilities {{
  :root {{
    --anil: light-dark({palette.text_light}, {palette.text_dark});
    --anil-solid: light-dark({palette.solid_light}, {palette.solid_dark});
    --anil-solid-hover: light-dark({palette.solid_light_hover}, {palette.solid_dark_hover});
    --anil-wash: light-dark(oklch(0.953 {chroma * 0.4:.4f} {hue}), oklch(0.298 {chroma * 0.9:.4f} {hue}));
    --anil-line: light-dark(oklch(0.84 {chroma:.4f} {hue}), oklch(0.42 {chroma:.4f} {hue}));
  }}
}}
"""
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers={"Cache-Control": _FOREVER})
