"""Images that came along with a message and stand in its HTML (RFC 2392)."""

import re
from collections.abc import Callable, Sequence
from html import unescape
from urllib.parse import unquote

from conversations.views.files import is_safe_raster
from engagement.channels.models import Attachment

# What engagement.channels.email.sanitising leaves in place of a source.
_INLINE = re.compile(r'\bdata-cid="([^"]*)"')


def drawn_files(html: str, files: Sequence[Attachment]) -> list[Attachment]:
    """Return those of the files that sanitized HTML shows in their places."""
    named = {name for written in _INLINE.findall(html) for name in _names(written)}
    return [file for file in files if _is_drawable(file) and file.content_id in named]


def place_images(html: str, files: Sequence[Attachment], address_of: Callable[[Attachment], str]) -> str:
    """Return the HTML with the images in their places; of two files with one Content-ID the first is taken."""
    known: dict[str, Attachment] = {}
    for file in files:
        if _is_drawable(file):
            known.setdefault(file.content_id, file)

    def source(match: re.Match[str]) -> str:
        file = next((known[name] for name in _names(match[1]) if name in known), None)
        return f'src="{address_of(file)}"' if file else ""

    return _INLINE.sub(source, html)


def _is_drawable(file: Attachment) -> bool:
    return bool(file.content_id) and is_safe_raster(file.content_type)


def _names(written: str) -> tuple[str, ...]:
    """A Content-ID as it is written in a URL: mail programs do or do not escape it."""
    name = unescape(written).strip()
    return name, unquote(name), name.strip("<>")
