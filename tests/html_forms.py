"""What a browser would send of a form as a page shows it."""

from html.parser import HTMLParser
from typing import Any


class _Form(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.found = form_id, False, {}  # type: ignore[var-annotated]
        self._select = self._area = ""
        self._first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        if tag == "form":
            self.inside = not self.form_id or of.get("id") == self.form_id
        if not self.inside:
            return
        name = of.get("name") or ""
        if tag == "input" and name and of.get("type") not in ("submit", "button", "file"):
            if of.get("type") in ("checkbox", "radio") and "checked" not in of:
                return
            self._add(name, of.get("value") or ("on" if of.get("type") == "checkbox" else ""))
        elif tag == "select":
            self._select, self._first = name, None
        elif tag == "option" and self._select and "selected" in of:
            self._add(self._select, of.get("value") or "")
        elif tag == "textarea" and name:
            self._area = name
            self.found[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            if self._area:
                self.found[self._area] = self.found[self._area].removeprefix("\n")
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self.inside = False

    def _add(self, name: str, value: str) -> None:
        if name in self.found:
            known = self.found[name]
            self.found[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            self.found[name] = value


def sent_by(page: str, form_id: str = "") -> dict[str, Any]:
    """Return the names and values of the form with this id, or of all forms of the page."""
    parser = _Form(form_id)
    parser.feed(page)
    return parser.found
