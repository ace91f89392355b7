"""Logos: a raster image comes in, a PNG of our own making is kept. Nothing of the file itself is ever served."""

import hashlib
import io
import warnings

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from engagement.organization.models import Logo

MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 4000 * 4000
MAX_WIDTH, MAX_HEIGHT = 640, 192  # what is kept: twice what is shown
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


class LogoRefused(ValueError):
    """The file is no logo; the message says what to do."""


def read_logo(upload: UploadedFile) -> Logo:
    """Return the logo of an uploaded file, not saved. Raises LogoRefused.

    The size that the file claims is looked at before anything is decoded, so a small file cannot ask for much memory.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise LogoRefused(_("The file is larger than 2 MB. Choose a smaller image."))
    content = upload.read(MAX_BYTES + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise LogoRefused(_("The image has too many pixels. Choose one of at most 4000 by 4000."))
                image.draft("RGB", (MAX_WIDTH * 2, MAX_HEIGHT * 2))
                picture = ImageOps.exif_transpose(image).convert("RGBA")
    except LogoRefused:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LogoRefused(_("This is no image that can be used. Choose a PNG, JPEG, WebP or GIF file.")) from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, KeyError, MemoryError) as error:
        raise LogoRefused(_("The image is damaged. Save it again as PNG and choose that file.")) from error
    picture.thumbnail((MAX_WIDTH, MAX_HEIGHT))
    if min(picture.size) < 8:
        raise LogoRefused(_("The image is too small or too narrow. Choose one of at least 64 by 64 pixels."))
    kept = io.BytesIO()
    Image.frombytes("RGBA", picture.size, picture.tobytes()).save(kept, "PNG", optimize=True)
    png = kept.getvalue()
    return Logo(digest=hashlib.sha256(png).hexdigest(), png=png, width=picture.width, height=picture.height)
