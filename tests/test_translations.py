"""Every word that people read is marked for translation, and the Portuguese catalogue says it whole.

To add what is missing: ``manage.py makemessages -l pt_BR --no-obsolete --add-location=file --no-wrap``, then
fill in the empty entries. Without GNU gettext, write the entries into the catalogue by hand. These tests need
neither gettext nor a database.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import polib
import pytest
from django.utils.translation.template import templatize

from tests.catalogues import catalogue_paths

ROOT = Path(__file__).resolve().parent.parent
APPS = ("campaigns", "collaboration", "community", "content", "conversations", "engagement")
CATALOGUES = [polib.pofile(str(path)) for path in catalogue_paths()]
EACH = [entry for catalogue in CATALOGUES for entry in catalogue if not entry.obsolete]
ENTRIES = {(entry.msgctxt, entry.msgid): entry for entry in EACH}
CODE = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
TEMPLATES = sorted(path for ending in ("*.html", "*.txt") for path in (ROOT / "templates").rglob(ending))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))

# How many leading arguments of each call are words: (context?, singular, plural?).
CALLS = {"gettext": "m", "gettext_lazy": "m", "gettext_noop": "m"}
CALLS |= {"ngettext": "mp", "ngettext_lazy": "mp", "pgettext": "cm", "pgettext_lazy": "cm"}
CALLS |= {"npgettext": "cmp", "npgettext_lazy": "cmp"}
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL_IN_TEMPLATE = re.compile(rf"\b(n?p?gettext|_)\(({LITERAL}(?:, {LITERAL})*)")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\}|<[^>]+>")

# Said the same way in both languages, or not words at all.
NAMES = {
    "English",
    "Português",
    "Brasil",
    "API",
    "OpenAPI",
    "Vilarejo",
    "WhatsApp",
    "SMS",
    "SPF",
    "DKIM",
    "DMARC",
    "esc",
    "Ctrl",
    "Alt",
    "Shift",
    "Enter",
    "K",
    "kB",
    "MB",
}
SAMPLES = {"ui/components.html", "components/composer_sample.html"}  # names and addresses of invented people


class Said(NamedTuple):
    """One string marked for translation."""

    context: str | None
    words: str
    plural: str | None
    where: str


def said_in_code(path: Path) -> Iterator[Said]:
    """Yield what the calls of gettext in one module say; fails where they are given anything but plain strings."""
    tree = ast.parse(path.read_text())
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        shape = CALLS.get(names.get(node.func.id, ""), "")
        if not shape or isinstance(node.args[0], ast.Name | ast.Attribute | ast.Subscript):
            continue  # a string that is marked elsewhere is translated here
        where = f"{path.relative_to(ROOT)}:{node.lineno}"
        given = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args[: len(shape)]]
        assert all(isinstance(value, str) for value in given), f"{where}: only plain strings can be translated"
        parts = dict(zip(shape, given, strict=True))
        yield Said(parts.get("c"), parts["m"], parts.get("p"), where)


def said_in_template(path: Path) -> Iterator[Said]:
    """Yield what the tags of one template say, as ``makemessages`` would take it."""
    for call, arguments in CALL_IN_TEMPLATE.findall(templatize(path.read_text())):
        parts = [ast.literal_eval(literal) for literal in re.findall(LITERAL, arguments)]
        context = parts.pop(0) if call in ("pgettext", "npgettext") else None
        plural = parts[1] if call.startswith("n") else None
        yield Said(context, parts[0], plural, str(path.relative_to(ROOT)))


EVERY = [
    *(said for path in CODE for said in said_in_code(path)),
    *(said for path in TEMPLATES for said in said_in_template(path)),
]


def test_the_search_finds_what_is_marked_in_code_and_in_templates():
    found = {(said.context, said.words, said.plural) for said in EVERY}
    assert ("short day of the week", "Mon", None) in found
    assert (None, "%(n)d byte", "%(n)d bytes") in found
    assert (None, "Choose a conversation", None) in found
    assert len(found) > 800


def test_every_marked_string_is_in_the_portuguese_catalogue():
    missing = {f"{said.words!r} ({said.where})" for said in EVERY if (said.context, said.words) not in ENTRIES}
    assert sorted(missing) == []


def test_plural_forms_are_marked_as_such_in_the_catalogue():
    wrong = [
        f"{said.words!r} ({said.where})"
        for said in EVERY
        if (entry := ENTRIES.get((said.context, said.words))) is not None
        and (said.plural or entry.msgid_plural or "") != (entry.msgid_plural or "")
    ]
    assert wrong == []


def test_every_entry_is_translated_and_none_is_a_guess():
    unsure = [entry.msgid for entry in ENTRIES.values() if not entry.translated() or entry.fuzzy]
    assert unsure == []


def forms(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Return each translation beside the original whose placeholders it must keep."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]


def test_two_catalogues_do_not_translate_one_string_in_two_ways():
    said: dict[tuple[str | None, str], set[str]] = {}
    for entry in EACH:
        said.setdefault((entry.msgctxt, entry.msgid), set()).add(entry.msgstr or str(entry.msgstr_plural))
    assert {words for words, ways in said.items() if len(ways) > 1} == set()


def test_both_plural_forms_are_filled():
    assert {catalogue.metadata["Plural-Forms"] for catalogue in CATALOGUES} == {"nplurals=2; plural=(n > 1);"}
    plurals = [entry for entry in ENTRIES.values() if entry.msgid_plural]
    assert [entry.msgid for entry in plurals if sorted(entry.msgstr_plural) != [0, 1]] == []


def test_a_translation_keeps_the_placeholders_and_the_markup():
    different = {
        original: text
        for entry in ENTRIES.values()
        for original, text in forms(entry)
        if sorted(PLACEHOLDER.findall(original)) != sorted(PLACEHOLDER.findall(text))
    }
    assert different == {}


def test_a_translation_begins_and_ends_as_the_original_does():
    """Spaces and line breaks at the ends, and the full stop of a sentence."""
    different = {
        original: text
        for entry in ENTRIES.values()
        for original, text in forms(entry)
        if (original[:1].isspace(), original[-1:].isspace(), original[-1:] in ".:?")
        != (text[:1].isspace(), text[-1:].isspace(), text[-1:] in ".:?")
    }
    assert different == {}


# Bare words


class Words(HTMLParser):
    """Collects the texts and the spoken attributes of a template whose tags were taken out."""

    SPOKEN = {"aria-label", "title", "alt", "placeholder", "aria-description", "label"}
    SILENT = {"script", "style", "svg", "code", "kbd"}

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self.open.append(tag)
        self.found += [value or "" for name, value in attrs if self.is_spoken(name, value or "")]

    def is_spoken(self, name: str, value: str) -> bool:
        return name in self.SPOKEN or (name.startswith("data-") and re.match(r"[A-Z][a-z]+ [a-z]+", value) is not None)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self.open:
            self.found.append(data)


def bare_words(source: str) -> list[str]:
    """Return the words of a template that stand outside of the translation tags."""
    source = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", source, flags=re.DOTALL)
    source = re.sub(r"{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%}", "", source, flags=re.DOTALL)
    source = re.sub(r"{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL)
    parser = Words()
    parser.feed(source)
    parser.close()
    words = re.findall(r"(?<![&@#\w./])[^\W\d_]{2,}\b(?![\w;]*;)", " ".join(parser.found))
    return [word for word in words if word not in NAMES]


def test_the_search_for_bare_words_finds_them_in_texts_and_attributes():
    source = '<p title="Two words">{% translate "Marked" %}: not marked</p><kbd>Esc</kbd>{# Said to us #}'
    assert bare_words(source) == ["Two", "words", "not", "marked"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_no_words_outside_of_the_translation_tags(path):
    if str(path.relative_to(ROOT / "templates")) in SAMPLES:
        pytest.skip("a page of samples")
    assert bare_words(path.read_text()) == []


def string_of(node: Any) -> str:
    """Return the sentence that a piece of code is, or nothing."""
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    return text if re.search(r"[^\W\d_]{2,}", text) else ""


def unmarked(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the strings that a module shows to people unmarked: messages, errors of forms, labels, helps."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        shown = [keyword.value for keyword in node.keywords if keyword.arg in ("help_text", "label", "verbose_name")]
        if re.match(r"(messages\.(success|info|warning|error)|toast)$", name):
            shown += node.args[1:2]
        if name.endswith("ValidationError"):
            shown += node.args[:1]
        yield from ((node.lineno, text) for value in shown if (text := string_of(value)))


def test_code_shows_people_no_string_that_is_not_marked():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in CODE
        if not {"migrations", "api"} & set(path.parts)  # the API describes itself in English
        for line, text in unmarked(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_no_sentence_of_its_own(path):
    """What scripts say comes from the templates, in ``data-`` attributes."""
    source = re.sub(
        r"/\*.*?\*/|^\s*//.*$|\s//\s.*$|new Error\(.*?\)", "", path.read_text(), flags=re.DOTALL | re.MULTILINE
    )
    assert re.findall(r"""["'`][A-Z][a-zà-ÿ]+(?: [a-zà-ÿ]+)+[^"'`]*["'`]|\balert\(""", source) == []
