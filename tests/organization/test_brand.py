"""Logos are made anew from pixels, and an accent color can always be read."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from engagement.organization import colors
from engagement.organization.logo import MAX_BYTES, LogoRefused, read_logo


def image(format_: str, size: tuple[int, int] = (300, 100), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#c02040").save(out, format_, **options)
    return out.getvalue()


def upload(content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF"])
def test_raster_image_becomes_png(format_):
    logo = read_logo(upload(image(format_)))
    with Image.open(io.BytesIO(logo.png)) as kept:
        assert (kept.format, kept.size) == ("PNG", (300, 100))


def test_large_image_is_made_smaller():
    logo = read_logo(upload(image("PNG", (2000, 1000))))
    assert (logo.width, logo.height) == (384, 192)


def test_nothing_but_pixels_is_kept():
    hidden = Image.Exif()
    hidden[0x010E] = "secret place"
    logo = read_logo(upload(image("JPEG", exif=hidden) + b"<script>alert(1)</script>"))
    assert b"secret" not in bytes(logo.png)
    assert b"script" not in bytes(logo.png)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "PNG, JPEG, WebP or GIF"),
        (b"<?xml version='1.0'?><svg/>", "PNG, JPEG, WebP or GIF"),
        (image("BMP"), "PNG, JPEG, WebP or GIF"),
        (image("ICO", (64, 64)), "PNG, JPEG, WebP or GIF"),
        (b"", "PNG, JPEG, WebP or GIF"),
        (image("PNG")[:60], "damaged"),
        (image("JPEG")[:400], "damaged"),
        (image("PNG", (4, 4)), "too small"),
        (b"x" * (MAX_BYTES + 1), "larger than 2 MB"),
    ],
)
def test_what_is_no_logo_is_refused(content, says):
    with pytest.raises(LogoRefused, match=says):
        read_logo(upload(content))


def test_small_file_that_claims_many_pixels_is_not_decoded():
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
    with pytest.raises(LogoRefused):
        read_logo(upload(bomb + chunk(b"IEND", b"")))


@pytest.mark.parametrize(
    "color", ["#ffff00", "#ffffff", "#000000", "#1a5fb4", "#ff5500", "#00ff88", "#e5a50a", "#777777"]
)
def test_every_accent_color_can_be_read(color):
    def ratio(css: str, ground: tuple[float, float, float]) -> float:
        parts = [float(part) for part in css.removeprefix("oklch(").rstrip(")").split()]
        return colors.contrast(colors.rgb_from_oklch(*parts), ground)

    palette = colors.palette_of(color)
    light, dark = colors.rgb_from_oklch(*colors.LIGHT_GROUND), colors.rgb_from_oklch(*colors.DARK_GROUND)
    assert ratio(palette.solid_light, colors.WHITE) >= 4.45
    assert ratio(palette.solid_dark_hover, colors.WHITE) >= 4.45
    assert ratio(palette.text_light, light) >= 4.45
    assert ratio(palette.text_dark, dark) >= 4.45
    assert colors.contrast(colors.rgb_of(colors.solid_hex(color)), colors.WHITE) >= 4.45


@pytest.mark.parametrize("text", ["red", "#12345", "#1234567", "#12345g", "", "#123456\n"])
def test_what_is_no_color_is_refused(text):
    with pytest.raises(colors.NotAColor):
        colors.palette_of(text)


def test_conversion_of_colors_goes_there_and_back():
    for color in ("#1a5fb4", "#c02040", "#20c060"):
        red, green, blue = colors.rgb_from_oklch(*colors.oklch_of(colors.rgb_of(color)))
        assert f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}" == color
