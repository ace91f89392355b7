"""MJML: read strictly, with the line of what is wrong, and made into HTML by ``mrml``.

mrml says little about where a fault is, follows ``mj-include`` and overflows its stack on deep nesting (it kills the
process); so everything is checked here first, and nothing is ever included from a disk or from the network.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import mrml
from django.utils.translation import gettext_lazy as _

from content.rendering.errors import Broken, Sentence
from content.rendering.masking import Masked, mask

DEEPEST = 40  # elements within elements; mrml overflows a thread's stack at some hundreds
LONGEST = 200_000  # letters
# What mail programs drop, or what runs, frames or fetches something.
FORBIDDEN = frozenset(
    "script iframe frame object embed applet form input button textarea select base meta link svg math "  # noqa: SIM905
    "mj-include mj-html-attributes".split()
)
_VOID = frozenset(["area", "br", "col", "hr", "img", "wbr"])
_TOKEN = re.compile(
    r"<!--.*?-->"
    r"|<(?P<close>/)?(?P<name>[a-zA-Z][\w-]*)(?P<attributes>(?:\s+[^\s=<>\"'/]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?)*)"
    r"\s*(?P<empty>/)?>"
    r"|<",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=<>\"'/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'))?")
_OPTIONS: Final = mrml.ParserOptions(include_loader=mrml.noop_loader())
_RENDERING: Final = mrml.RenderOptions(disable_comments=False, fonts={})  # no font is fetched from anywhere


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag: its name and attributes in small letters, and its line."""

    name: str
    attributes: dict[str, str]
    line: int


def elements_of(masked: str) -> Iterator[Element]:
    """Yield every element of a layout whose Liquid is masked. Raises Broken at the first thing that is not MJML."""
    open_elements: list[Element] = []
    line, counted = 1, 0
    for token in _TOKEN.finditer(masked):
        line, counted = line + masked.count("\n", counted, token.start()), token.start()
        if token[0].startswith("<!--"):
            continue
        if token["name"] is None:
            raise _broken(_("“<” begins nothing here. Write &lt; for the sign, and quotes around attributes."), line)
        name = token["name"].lower()
        if token["close"]:
            _close(open_elements, name, line)
            continue
        element = Element(name, _attributes_of(token["attributes"], line), line)
        yield element
        if not token["empty"] and name not in _VOID:
            open_elements.append(element)
        if len(open_elements) > DEEPEST:
            raise _broken(_("Too many elements within one another."), line)
    if open_elements:
        last = open_elements[-1]
        raise _broken(Sentence(_("<%(name)s> is opened here and never closed."), name=last.name), last.line)


def _close(open_elements: list[Element], name: str, line: int) -> None:
    if name in _VOID:
        return
    if not open_elements:
        raise _broken(Sentence(_("</%(name)s> closes nothing."), name=name), line)
    last = open_elements.pop()
    if last.name != name:
        words = _("</%(name)s> stands where <%(open)s> of line %(line)s is still open.")
        raise _broken(Sentence(words, name=name, open=last.name, line=last.line), line)


def _attributes_of(text: str, line: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single in _ATTRIBUTE.findall(text):
        if '"' in single:
            raise _broken(_("A double quote cannot stand in an attribute."), line)
        found[name.lower()] = double or single
    return found


def check(masked: str) -> list[Element]:
    """Return the elements of a layout. Raises Broken for what may not be in one."""
    if len(masked) > LONGEST:
        raise _broken(Sentence(_("The layout is longer than %(most)s letters."), most=LONGEST), 0)
    elements = list(elements_of(masked))
    if not elements or elements[0].name != "mjml":
        raise _broken(_("A layout begins with <mjml>."), elements[0].line if elements else 1)
    if not any(element.name == "mj-body" for element in elements):
        raise _broken(_("A layout needs an <mj-body>."), 1)
    for element in elements:
        _check_element(element)
    return elements


def _check_element(element: Element) -> None:
    if element.name in FORBIDDEN:
        raise _broken(Sentence(_("<%(name)s> may not be used in a message."), name=element.name), element.line)
    for name, value in element.attributes.items():
        if name.startswith("on"):
            raise _broken(Sentence(_("“%(name)s” may not be used in a message."), name=name), element.line)
        if name == "src" and not re.match(r"https://|\s*$", value, re.IGNORECASE):
            raise _broken(_("An image needs an address that begins with https://"), element.line)


def to_html(mjml: str) -> tuple[str, Masked]:
    """Return the HTML of a layout, its Liquid masked, and the mask. Raises Broken (field ``mjml``)."""
    masked = mask(mjml, odd=True)
    check(masked.text)
    source = _TOKEN.sub(lambda token: re.sub(r"\s", " ", token[0]) if token["name"] else token[0], masked.text)
    try:
        page = mrml.to_html(source.strip(), _OPTIONS, _RENDERING).content
    except OSError as error:
        raise _broken(Sentence(_("MJML does not understand this: %(said)s."), said=error), 0) from error
    lost = masked.lost_in(page)
    if lost is not None:
        raise _broken(_("Liquid has no effect in this place. Put it around a section, or into a text."), lost)
    return page, masked


def _broken(sentence: object, line: int) -> Broken:
    return Broken(sentence, field="mjml", line=line)
