"""The links of a text: what they are, and which of them may not stand there."""

import re
from html import unescape

from content.rendering.masking import mask
from content.words import Words

_ATTRIBUTE = re.compile(r"""\b(?:href|mj-href)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_CHARACTER = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_IN_TEXT = re.compile(r"""\bhttps?://[^\s<>"']+""", re.IGNORECASE)
_SAFE = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:[/?#]|$)", re.IGNORECASE)
_OTHER = re.compile(r"(?:mailto|tel):[^\s{%]+", re.IGNORECASE)
_OURS = re.compile(r"\{\{\s*(?:unsubscribe_url|preferences_url)\b[^{}]*\}\}")


def links_in(words: Words) -> list[str]:
    """Return every link of the layout and of the text, each once, in their order; Liquid stays in them."""
    layout, text = mask(words.mjml), mask(words.text)
    found = [layout.unmask(_plain(double or single)) for double, single in _ATTRIBUTE.findall(layout.text)]
    found += [text.unmask(link.rstrip(".,;:!?)")) for link in _IN_TEXT.findall(text.text)]
    return list(dict.fromkeys(link.strip() for link in found))


def _plain(attribute: str) -> str:
    """What an attribute says. ``&copy=3`` is no sign without its semicolon, as mail programs read it (HTML, 13.2.5)."""
    return _CHARACTER.sub(lambda match: unescape(match[0]), attribute)


def is_allowed(link: str) -> bool:
    """Say whether a link may be sent: https to a host that is written out, an address, a number, or our way out.

    A variable may stand in its path or query, never in its scheme or host: a profile must not choose where it leads.
    """
    return bool(_SAFE.match(link) or _OTHER.match(link) or _OURS.fullmatch(link))
