"""Markdown of strangers, made harmless HTML: parsed by markdown-it-py, then sieved by nh3's allow-list.

Raw HTML in the source is shown as text. What comes out has no script, style, class, id or form; links carry
``rel="nofollow ugc noopener"`` and lead to http, https and mailto only; there are no images, because one that is
fetched from elsewhere tells its server who reads.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    "p",
    "br",
    "b",
    "i",
    "em",
    "strong",
    "del",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "hr",
    "h3",
}
_SCHEMES = {"http", "https", "mailto"}
_PARSER = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False, "maxNesting": 12}).disable(
    ["image", "table"]
)
# Pairs of emphasis are looked for from each mark back to the first: many marks are words, not emphasis.
_WITHOUT_EMPHASIS = MarkdownIt("js-default", dict(_PARSER.options)).disable(
    ["image", "table", "linkify", "replacements", "smartquotes", "emphasis", "strikethrough"]
)
MAX_EMPHASIS_MARKS = 1_000
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style"},
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    url_schemes=_SCHEMES,
    link_rel="nofollow ugc noopener",
    strip_comments=True,
)
# An address in the text: with a scheme, or one that a reader would type into their browser. Each run of letters is
# tried from its beginning only, so that the work grows with the length of the text.
BARE = re.compile(
    r"https?://[^\s<>()\[\]]+|(?<![\w@/.-])(?:www\.)?(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:/[^\s<>()\]]*)?", re.IGNORECASE
)
_AUTOLINK = re.compile(r"<https?://[^<>\s]+>", re.IGNORECASE)
_TARGET = re.compile(r"\s*<?[^)\s>]")
_TAG = re.compile(r"<[^>]+>")
_HEADING = re.compile(r"<(/?)h[12456]>")
_FILES = {"pdf", "txt", "jpg", "png", "md", "py", "js", "doc", "zip", "csv", "gpx", "fit"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a source became: harmless HTML, its bare words, and the hosts that it names."""

    html: str
    text: str
    hosts: tuple[str, ...]


def render(source: str) -> Rendered:
    """Return the HTML, the words and the hosts of a Markdown source."""
    source = source.replace("\x00", "").replace("\r\n", "\n").strip()
    html = _HEADING.sub(r"<\1h3>", _parser_of(source).render(source))
    html = _CLEANER.clean(html)
    return Rendered(html=html, text=_words(html), hosts=hosts_in(source))


def _parser_of(source: str) -> MarkdownIt:
    return _PARSER if sum(map(source.count, "*_~")) <= MAX_EMPHASIS_MARKS else _WITHOUT_EMPHASIS


def hosts_in(source: str) -> tuple[str, ...]:
    """Return the host of each address in a text, with a scheme or without, each once, in order."""
    return tuple(dict.fromkeys(host for one in BARE.findall(source) if (host := _host(one))))


def without_links(source: str, *, replacement: str) -> str:
    """Return the source with each address taken out; a link's words stay, ``replacement`` stands for a bare one."""
    named = _AUTOLINK.sub(replacement, _without_named_links(source, replacement))
    return BARE.sub(lambda found: replacement if _host(found[0]) else found[0], named)


def _without_named_links(source: str, replacement: str) -> str:
    """Replace each ``[words](target)`` by its words, in one pass from left to right."""
    parts: list[str] = []
    done = place = closing = 0
    while (middle := source.find("](", place)) >= 0:
        words_from = 1 + max(source.rfind("]", place, middle), source.rfind("\n", place, middle), place - 1)
        opening = source.find("[", words_from, middle)
        place = middle + 2
        if closing < place:
            closing = source.find(")", place)
        if closing < 0:
            break
        if opening < 0 or not _TARGET.match(source, place, closing):
            continue
        words = source[opening + 1 : middle]
        parts += [source[done:opening], words if words and not hosts_in(words) else replacement]
        done = place = closing + 1
    return "".join([*parts, source[done:]])


def _host(address: str) -> str:
    text = address if "://" in address else f"//{address}"
    try:
        host = (urlsplit(text).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    ending = host.rpartition(".")[2]
    bare = "://" not in address and "/" not in address and not address.lower().startswith("www.")
    return "" if bare and ending in _FILES else host


def _words(html: str) -> str:
    spaced = re.sub(r"</(?:p|li|h3|pre|blockquote)>|<br ?/?>|<hr ?/?>", "\n", html)
    plain = _TAG.sub("", spaced)
    for entity, letter in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ):
        plain = plain.replace(entity, letter)
    return re.sub(r"\n{2,}", "\n", plain).strip()
