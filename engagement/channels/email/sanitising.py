"""HTML of strangers, made harmless: an allow-list by nh3, then images and links rewritten.

What comes out has no script, style, form, class, id or inline CSS, so it is shown under a content security
policy without ``unsafe-inline``; what was hidden is gone, and colors stay as data (:mod:`html_visibility`).
Links open elsewhere and tell nobody where from. Images are never loaded from a remote host unasked: ``src``
becomes ``data-remote-src``, and ``cid:`` becomes ``data-cid`` for the view to resolve to an attachment; both
then have no ``src``. Small ``data:`` bitmaps stay.
"""

from __future__ import annotations

import html as html_entities
import re
from dataclasses import dataclass

import nh3

from engagement.channels.email.html_visibility import STYLE_PROPERTIES, hidden_classes, show_visible

MAX_DEPTH = 400
MAX_AMPERSANDS = 20_000
MAX_DATA_URL = 48 * 1024
MAX_DATA_URLS_TOTAL = 256 * 1024


def _words(text: str) -> set[str]:
    return set(text.split())


_TAGS = _words(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del"
    " dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol"
    " p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr"
    " tt u ul var wbr"
)
_CONTENT_DROPPED = _words(
    "applet audio button canvas embed frameset head iframe map math noembed noframes noscript object script"
    " select style svg template textarea title video xmp"
)
_CELL = {"align", "valign", "colspan", "rowspan", "width", "headers", "scope", "bgcolor"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "style", "class", "hidden", "data-color", "data-background"},
    "font": {"color"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type", "reversed"},
    "p": {"align"},
    "div": {"align"},
    "table": {"align", "width", "border", "cellpadding", "cellspacing", "summary", "bgcolor"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"align", "valign", "bgcolor"},
    "col": {"span", "width", "align"},
    "colgroup": {"span", "width", "align"},
    "time": {"datetime"},
}
# Where mail programs say "from here on it is quoted". They pass the sieve for quoting.py and go afterwards.
QUOTE_CLASSES = {
    "gmail_quote",
    "gmail_quote_container",
    "yahoo_quoted",
    "protonmail_quote",
    "zmail_extra",
    "moz-cite-prefix",
    "tutanota_quote",
    "mail-editor-reference-message-container",
    "OutlookMessageHeader",
}
QUOTE_IDS = {
    "appendonsend",
    "divRplyFwdMsg",
    "mail-editor-reference-message-container",
    "OLK_SRC_BODY_SECTION",
    "stopSpelling",
    "zwchr",
}
_MARKERS = {
    "div": {"id": QUOTE_IDS},
    "hr": {"id": QUOTE_IDS},
    "span": {"id": QUOTE_IDS},
    "blockquote": {"type": {"cite", "CITE"}, "id": QUOTE_IDS},
}

_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_CONTENT_DROPPED,
    attributes=_ATTRIBUTES,
    tag_attribute_values=_MARKERS,
    filter_style_properties={spelt for name in STYLE_PROPERTIES for spelt in (name, name.upper(), name.title())},
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = _words("area base br col embed frame hr img input link meta param source track wbr p li td tr th dd dt")
# nh3 writes < and > inside attributes as entities, so this finds exactly the tags.
_REWRITTEN = re.compile(r"<(img|a|div|blockquote|hr|span)( [^>]*)>")
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+", re.IGNORECASE)
_HREF = re.compile(r' href="([^"]*)"')
_LINKED = ("http://", "https://", "mailto:", "tel:")
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Sanitised:
    """Harmless HTML and how many images in it wait for the reader's consent."""

    html: str
    remote_images: int


def sanitise(html: str) -> Sanitised:
    """``html`` made harmless; see the module. Never raises; time grows with the length only."""
    return rewrite(sieve(html))


def sieve(html: str) -> str:
    """First step: nh3's allow-list, and what is in sight. The marks of quotations are still there, and so is
    ``img src``.

    HTML nested deeper than any mail program nests comes back as text: HTML's own parsing rules take
    quadratic time there.
    """
    if _too_deep(html):
        html = f"<pre>{html_entities.escape(_ANY_WHOLE_TAG.sub(' ', html))}</pre>"
    elif html.count("&") > MAX_AMPERSANDS:
        html = _LONE_AMPERSAND.sub("\uff06", html)
    return show_visible(_CLEANER.clean(html), hidden_classes(html), kept_classes=QUOTE_CLASSES)


# Ten thousands of ampersands cost html5ever seconds; those that begin no reference become a look-alike.
_LONE_AMPERSAND = re.compile(r"&(?!(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)")
_ANY_WHOLE_TAG = re.compile(r"<[^<>]*>")


def _too_deep(html: str) -> bool:
    if html.count("<") < MAX_DEPTH:
        return False
    depth = 0
    for slash, name in _ANY_TAG.findall(html):
        if name.lower() in _VOID:
            continue
        depth += -1 if slash else 1
        if depth > MAX_DEPTH:
            return True
        depth = max(depth, 0)
    return False


def rewrite(sieved: str) -> Sanitised:
    """Second step, on what :func:`sieve` returned: links and images, and the marks of quotations removed."""
    rewriter = _Rewriter()
    return Sanitised(_REWRITTEN.sub(rewriter.tag, sieved), rewriter.remote_images)


class _Rewriter:
    __slots__ = ("data_bytes", "remote_images")

    def __init__(self) -> None:
        self.remote_images = 0
        self.data_bytes = 0

    def tag(self, match: re.Match[str]) -> str:
        name, attributes = match[1], match[2]
        if name == "img":
            return self._image(attributes)
        if name == "a":
            return self._link(match[0], attributes)
        if " class=" in attributes or " id=" in attributes or " type=" in attributes:
            kept = [found[0] for found in _ATTRIBUTE.finditer(attributes) if found[1] not in _MARKING]
            return f"<{name}{''.join(kept)}>"
        return match[0]

    def _link(self, whole: str, attributes: str) -> str:
        """nh3 knows schemes for a whole document only: ``cid:`` and ``data:`` are nothing to click on."""
        href = _HREF.search(attributes)
        if href is None or href[1].lower().startswith(_LINKED):
            return whole
        kept = [found[0] for found in _ATTRIBUTE.finditer(attributes) if found[1] != "href"]
        return f"<a{''.join(kept)}>"

    def _image(self, attributes: str) -> str:
        found = dict(_ATTRIBUTE.findall(attributes))
        source = found.pop("src", "").strip()
        lowered = source[:10].lower()
        if lowered.startswith(_WEB):
            if found.get("width") in _PIXEL and found.get("height") in _PIXEL:
                return ""  # a tracking pixel has nothing to show
            self.remote_images += 1
            found["data-remote-src"] = source
        elif lowered.startswith("cid:"):
            found["data-cid"] = source[4:]
        elif lowered.startswith("data:") and self._fits(source):
            found["src"] = source
        return "<img" + "".join(f' {name}="{value}"' for name, value in found.items()) + ">"

    def _fits(self, source: str) -> bool:
        if len(source) > MAX_DATA_URL or not _DATA_IMAGE.fullmatch(source):
            return False
        self.data_bytes += len(source)
        return self.data_bytes <= MAX_DATA_URLS_TOTAL


_MARKING = frozenset({"class", "id", "type"})
_PIXEL = frozenset({"0", "1", "0px", "1px"})
