"""The text part, made from the HTML when nobody wrote one."""

import re
from html.parser import HTMLParser
from itertools import islice

_BLOCKS = frozenset(["p", "div", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote"])
_SILENT = frozenset(["head", "style", "title", "script"])
_UNCLOSED = re.compile(r"<(?=[^<>]*(?:<|\Z))")
MAX_UNCLOSED = 200  # tags without an end; the parser reads on to the end of the page for each of them
_VOID = frozenset(["area", "br", "col", "hr", "img", "wbr", "meta", "link", "input"])


class _Reader(HTMLParser):
    """Collects what a reader would see; conditional comments and what is not displayed are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        hidden = re.search(r"display:\s*none", given.get("style", ""))
        if tag not in _VOID and (self.silent or tag in _SILENT or hidden):
            self.silent.append(tag)
            return
        if tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "img" and not self.silent:
            self.parts.append(given.get("alt", ""))
        elif tag == "a":
            self.links.append(given.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            if tag in self.silent:
                del self.silent[self.silent.index(tag) :]
            return
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "a" and self.links:
            link = self.links.pop()
            self.parts.append(f": {link} " if link else "")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def text_of(html: str) -> str:
    """Return the words of an HTML page as lines of text, links behind their words."""
    reader = _Reader()
    if next(islice(_UNCLOSED.finditer(html), MAX_UNCLOSED, None), None):
        html = _UNCLOSED.sub("&lt;", html)
    reader.feed(html)
    reader.close()
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
