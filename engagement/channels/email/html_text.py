"""Readable text from sieved HTML, for mails without a text part, and HTML from plain text.

Works on what nh3 wrote: well formed, lower case, ``<`` and ``>`` only around tags. One pass, linear.
"""

from __future__ import annotations

import html as html_entities
import re

_EMPTY_PARAGRAPHS = re.compile(r"(?:<p></p>){2,}")  # as one: they make one blank line
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")
_HREF = re.compile(r' href="([^"]*)"')
_ALT = re.compile(r' alt="([^"]*)"')
_BLANKS = re.compile(r"[ \t\n\r\u00a0]+")
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote", "figure", "dir"}
)
_BLOCKS = frozenset(
    {
        *("div", "tr", "li", "dt", "dd", "address", "article", "aside", "section", "header", "footer", "main"),
        *("center", "caption", "thead", "tbody", "tfoot", "figcaption", "hr", "summary"),
    }
)
# What newsletters put behind the preheader, so that nothing else follows it in a list.
_PADDING = re.compile("(?:[\u00ad\u034f\u061c\u180e\u200b\u200c\u2007\u2060\ufeff][ \u00a0]?){3,}")
MAX_QUOTE_DEPTH = 20
MAX_LINK = 2_000
_BARE_LINK = re.compile(r"(https?://[^\s<>\"'&]{1,2000}[^\s<>\"'&.,;:!?)\]}])")


def to_text(sieved: str) -> str:
    """The text of ``sieved``: blocks on lines of their own, lists with dashes or numbers, cells side by
    side, quotations with ``> ``, links as ``words <address>``, images by their alternative text."""
    return _write(_EMPTY_PARAGRAPHS.sub("<p></p>", sieved)).finish()


def locate_lines(sieved: str) -> tuple[list[str], list[int]]:
    """The lines of the text of ``sieved``, and where in ``sieved`` each begins; -1 for an empty one."""
    writer = _write(sieved)
    writer.end_line()
    return writer.lines, writer.places


def _write(sieved: str) -> _Writer:
    writer = _Writer()
    position = 0
    for match in _TAG.finditer(sieved):
        if match.start() > position:
            if not writer.line:
                writer.begun = position  # where the first words of the line stand
            writer.text(sieved[position : match.start()])
        position = match.end()
        if match[1]:
            writer.close(match[2])
        else:
            if not writer.line:
                writer.begun = match.start()
            writer.open(match[2], match[3])
    if not writer.line:
        writer.begun = position
    writer.text(sieved[position:])
    return writer


def to_html(text: str) -> str:
    """Plain text as HTML that passes :func:`~engagement.channels.email.sanitising.sanitise` unchanged."""
    escaped = html_entities.escape(text, quote=False).replace("\n", "<br>")
    return f"<div>{_BARE_LINK.sub(_LINK, escaped)}</div>"


_LINKED = ("http://", "https://", "mailto:", "tel:")
_LINK = r'<a href="\1" target="_blank" rel="noopener noreferrer nofollow">\1</a>'


def _unescape(text: str) -> str:
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\u00a0").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    return text.replace("&amp;", "&")


class _Writer:
    """Collects lines; knows whether the next words begin a line and how far lines are quoted."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.places: list[int] = []
        self.begun = 0
        self.line: list[str] = []
        self.space = False
        self.preformatted = 0
        self.quoted = 0
        self.lists: list[int] = []
        self.links: list[tuple[str, int]] = []
        self.cell_begun = False

    def text(self, raw: str) -> None:
        if not raw:
            return
        text = _unescape(raw)
        if self.preformatted:
            first, *rest = text.split("\n")
            self.line.append(first)
            for line in rest:
                self.end_line()
                self.line.append(line)
            return
        text = _BLANKS.sub(" ", text)
        if text == " ":
            self.space = bool(self.line)
            return
        if text[0] == " ":
            self.space, text = bool(self.line), text[1:]
        ends_blank = text[-1] == " "
        self.words(text.rstrip(" "))
        self.space = ends_blank

    def words(self, text: str) -> None:
        if self.space and self.line:
            self.line.append(" ")
        self.space = False
        self.line.append(text)

    def open(self, tag: str, attributes: str) -> None:
        if tag == "br":
            self.end_line(even_empty=True)
        elif tag == "img":
            alt = _ALT.search(attributes)
            if alt and alt[1].strip():
                self.words(f"[{_unescape(alt[1]).strip()}]")
        elif tag == "a":
            href = _HREF.search(attributes)
            self.links.append((_unescape(href[1]) if href else "", len(self.line)))
        elif tag in ("td", "th"):
            if self.cell_begun and self.line:
                self.line.append("\t")
                self.space = False
            self.cell_begun = True
        elif tag in _PARAGRAPHS:
            self._open_paragraph(tag)
        elif tag in _BLOCKS:
            self.end_line()
            self.cell_begun = False
            if tag == "li":
                self._item()

    def _open_paragraph(self, tag: str) -> None:
        self.end_line()
        if not (self.lists and tag in ("ul", "ol", "p")):
            self.blank_line()
        if tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "pre":
            self.preformatted += 1
        elif tag == "blockquote":
            self.quoted += 1

    def _item(self) -> None:
        indent = "  " * min(len(self.lists) - 1, 10)
        if self.lists and self.lists[-1] >= 0:
            self.lists[-1] += 1
            self.line.append(f"{indent}{self.lists[-1]}. ")
        else:
            self.line.append(f"{indent}- ")

    def close(self, tag: str) -> None:
        if tag == "a":
            self._close_link()
        elif tag in _PARAGRAPHS:
            self.end_line()
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            elif tag == "pre":
                self.preformatted -= 1
            elif tag == "blockquote":
                self.quoted -= 1
            if not self.lists:
                self.blank_line()
        elif tag in _BLOCKS:
            self.end_line()

    def _close_link(self) -> None:
        if not self.links:
            return
        href, begun = self.links.pop()
        words = "".join(self.line[begun:]).strip()
        bare = href.removeprefix("mailto:").removeprefix("tel:")
        worth_telling = href.lower().startswith(_LINKED) and words and len(href) <= MAX_LINK
        if worth_telling and words not in (href, bare, href.removesuffix("/")):
            self.line.append(f" <{bare}>")

    def end_line(self, *, even_empty: bool = False) -> None:
        line = "".join(self.line)
        if line.strip() or (even_empty and (line or self.lines)) or (self.preformatted and self.line):
            prefix = "> " * min(self.quoted, MAX_QUOTE_DEPTH)
            self.lines.append(f"{prefix}{line if self.preformatted else line.rstrip()}".rstrip())
            self.places.append(self.begun if line.strip() else -1)
        self.line, self.space = [], False
        self.links = [(href, 0) for href, _ in self.links]

    def blank_line(self) -> None:
        """One empty line, quoted as deep as what stands on both its sides."""
        prefix = ("> " * min(self.quoted, MAX_QUOTE_DEPTH)).rstrip()
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(prefix)
            self.places.append(-1)
        elif self.lines and len(prefix) < len(self.lines[-1]):
            self.lines[-1] = prefix

    def finish(self) -> str:
        self.end_line()
        return re.sub(r"\n{4,}", "\n\n\n", _PADDING.sub("", "\n".join(self.lines))).strip("\n")
