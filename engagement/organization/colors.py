"""The accent color: its hue is the organization's, its lightness is ours, so that text on it can always be read.

WCAG 2.2 asks for a contrast of 4.5 between text and ground (1.4.3). A color that falls short is made darker (or, on the
dark theme, lighter) until it reaches that; hue and chroma stay as near as sRGB allows. OKLCH after Björn Ottosson.
"""

import math
import re
from dataclasses import dataclass

CONTRAST = 4.5
WHITE = (1.0, 1.0, 1.0)
DARK_GROUND = (0.262, 0.013, 262.0)  # --raised of the dark theme: the lightest ground that links stand on
LIGHT_GROUND = (0.952, 0.005, 95.0)  # --well of the light theme: the darkest one
_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")


class NotAColor(ValueError):
    """The text is no color like #1a5fb4."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The accent as CSS needs it, each as OKLCH: text and button on the light and on the dark theme."""

    text_light: str
    text_dark: str
    solid_light: str
    solid_light_hover: str
    solid_dark: str
    solid_dark_hover: str
    hue: float
    chroma: float


def palette_of(color: str) -> Palette:
    """Return the palette of a color such as ``#1a5fb4``. Raises NotAColor."""
    lightness, chroma, hue = oklch_of(rgb_of(color))
    solid = _darkened(min(lightness, 0.6), chroma, hue, against=WHITE)
    text = _darkened(solid[0], chroma, hue, against=rgb_from_oklch(*LIGHT_GROUND))
    light = _lightened(0.74, min(chroma, 0.12), hue, against=rgb_from_oklch(*DARK_GROUND))
    return Palette(
        text_light=_css(*text),
        text_dark=_css(*light),
        solid_light=_css(*solid),
        solid_light_hover=_css(solid[0] - 0.06, solid[1], solid[2]),
        solid_dark=_css(*solid),
        solid_dark_hover=_css(solid[0] - 0.04, solid[1], solid[2]),
        hue=round(hue, 1),
        chroma=round(chroma, 4),
    )


def solid_hex(color: str) -> str:
    """Return the color that buttons get, as #rrggbb: for mail, where OKLCH is not understood. Raises NotAColor."""
    lightness, chroma, hue = oklch_of(rgb_of(color))
    red, green, blue = rgb_from_oklch(*_darkened(min(lightness, 0.6), chroma, hue, against=WHITE))
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def rgb_of(color: str) -> tuple[float, float, float]:
    """Return the parts of ``#rrggbb`` from 0 to 1. Raises NotAColor."""
    if not _HEX.match(color):
        raise NotAColor(color)
    return int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Return the contrast ratio of two colors (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def oklch_of(rgb: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return lightness, chroma and hue in degrees."""
    r, g, b = (_linear(part) for part in rgb)
    l_ = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    m_ = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    s_ = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_
    a = 1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_
    bb = 0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_
    return lightness, math.hypot(a, bb), math.degrees(math.atan2(bb, a)) % 360


def rgb_from_oklch(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """Return sRGB from 0 to 1, cut off at its edges."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    l_ = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m_ = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s_ = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    parts = (
        4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_,
        -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_,
        -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_,
    )
    red, green, blue = (_gamma(min(1.0, max(0.0, part))) for part in parts)
    return red, green, blue


def _darkened(
    lightness: float, chroma: float, hue: float, *, against: tuple[float, float, float]
) -> tuple[float, float, float]:
    while lightness > 0.05 and contrast(rgb_from_oklch(lightness, chroma, hue), against) < CONTRAST:
        lightness -= 0.01
    return lightness, chroma, hue


def _lightened(
    lightness: float, chroma: float, hue: float, *, against: tuple[float, float, float]
) -> tuple[float, float, float]:
    while lightness < 0.97 and contrast(rgb_from_oklch(lightness, chroma, hue), against) < CONTRAST:
        lightness += 0.01
    return lightness, chroma, hue


def _css(lightness: float, chroma: float, hue: float) -> str:
    return f"oklch({max(lightness, 0):.3f} {chroma:.4f} {hue:.1f})"


def _luminance(rgb: tuple[float, float, float]) -> float:
    r, g, b = (_linear(part) for part in rgb)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
