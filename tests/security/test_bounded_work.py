"""What strangers and authors write is read in time that grows with its length, whatever it is made of.

Each function reads texts made of one piece again and again: brackets, quotes, ends of lines, and whatever else its
patterns look for. A text four times as long may take about four times as long; a square would take sixteen.
"""

import io
import time
import zipfile
from collections.abc import Callable, Iterator

import pytest

from campaigns.segments import rules as segment_rules
from collaboration.actions import naming
from community import markdown, names, scoring
from content import difference, marking, stop_words
from content.rendering import frame, language, layout, links, masking, plain
from content.rendering.errors import Broken
from content.rules import wording
from content.words import Words
from conversations.actions import subjects
from conversations.selectors import search as message_search
from engagement import domain_names, visible_text
from engagement.channels.email import (
    addresses,
    bounce_text,
    calendars,
    diagnosis,
    forwards,
    headers,
    html_text,
    html_visibility,
    machine_signs,
    mime,
    parsing,
    quoting,
    quoting_words,
    sanitising,
)
from engagement.channels.opt_out import phrases
from engagement.profiles import addresses as profile_addresses
from engagement.profiles import language_tags, phone_numbers
from engagement.profiles import wording as profile_wording
from engagement.profiles.companies import domains
from engagement.profiles.importing import detecting, reading, spreadsheets, values
from engagement.profiles.merging import likeness
from engagement.profiles.search import asked, marks, nearly
from tests.profiles.importing import sheets

LENGTH = 8_000
QUICK = 0.1  # seconds of the processor below which nothing is compared
# A quarter of the length that takes less than this stays below QUICK even where the time grows with the cube.
FLOOR = QUICK / 4**3
GROWTH = 8  # times longer for four times the length: a line has 4, a square 16
PIECES = [
    *("a", "-", "_", " ", "\n", "\r", "\r\n", "\t", "\u00a0", "\u200b", ".", "@", "é", "名", "年", "1", "0 ", "+5"),
    *(
        "(",
        "[",
        "](",
        "[](a",
        "[[",
        "<",
        "<a",
        "<!--",
        "<div ",
        "<b>",
        "<td><table>",
        "> ",
        ">",
        '"',
        "'",
        "\\",
        "=",
        "&",
    ),
    *("a.", "a-", "a@", "@a.", "a, ", "a;", "a|", "<a@b", "<a@b.c>,", "mailto:", "<mailto:a@b", "[mailto:", "www."),
    *(
        "http://",
        "http://a.",
        "<http://a",
        "://",
        "=?",
        "=?a?b?",
        "=?utf-8?q?",
        '; a="',
        "; a*0*=",
        "--",
        "__ ",
        "*",
        "**",
    ),
    *(
        "`",
        "~~",
        "{{",
        "{%",
        "{{ a | ",
        "{% raw %}",
        "{",
        "/*",
        "*/",
        "Re: ",
        "Fwd: ",
        "On 1 ",
        "> >",
        "-----",
        "----- a -----\n",
    ),
    *("From: a\n", "*From:* a\n", "On a, b wrote:\n", "Em 1 de ", "escreveu", "STOP ", "s t o p ", "no ", "not "),
    *(
        "begin 644 a\n",
        "Received: a\n",
        " a\n",
        "disposition: ",
        "Final-Recipient: ",
        "Content-Type: a; b=",
        "%a",
        "&#x",
    ),
    *("from:", '-"', '"a" ', "AND ", "1,", "9 9-", "</mj-body>", "<mj-text>", "<?", "<![CDATA[", 'a="b" '),
]
HEAVY = {"whole mail", "whole HTML mail", "whole header", "community Markdown"}  # of these each third text
PAIRS = [
    ("[", "]("),
    ("a", "@"),
    (" ", ":"),
    ("\n", ">"),
    ("> ", "a"),
    ("(", ")"),
    ("<", "a"),
    ("1", "-"),
    ("{{ ", "}"),
]


def texts() -> Iterator[tuple[str, Callable[[int], str]]]:
    for piece in PIECES:
        yield repr(piece), lambda length, piece=piece: (piece * (length // len(piece) + 1))[:length]
    for one, other in PAIRS:
        yield (
            repr((one, other)),
            lambda length, one=one, other=other: one * (length // 2 // len(one)) + other * (length // 2 // len(other)),
        )


def of_bytes(read: Callable[[bytes], object]) -> Callable[[str], object]:
    return lambda text: read(text.encode())


def mail(text: str) -> bytes:
    return (
        b"From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/%b; charset=utf-8\r\n\r\n"
        + text.encode()
    )


READERS: dict[str, Callable[[str], object]] = {
    "community links taken out": lambda text: markdown.without_links(text, replacement="…"),
    "community hosts": markdown.hosts_in,
    "community Markdown": markdown.render,
    "community risks": scoring.risks_in,
    "community changed words": lambda text: scoring.changed_words(text, text[::-1]),
    "community names": lambda text: (names.visible_text(text), names.skeleton(text), names.is_plain(text)),
    "opt-out words": phrases.classify_opt_out,
    "keywords": lambda text: (phrases.is_keyword(text), phrases.is_only_courtesy(text)),
    "how to stop": stop_words.says_how_to_stop,
    "quoted replies": quoting.split,
    "end of a quote": quoting.find_quoted_end,
    "attributions": lambda text: (
        quoting_words.may_end_attribution(text),
        quoting_words.is_attribution(text),
        quoting_words.is_certain_attribution(text),
    ),
    "marks of originals": lambda text: (
        quoting_words.is_mark(text),
        quoting_words.is_known_mark(text),
        quoting_words.is_reply_above(text),
        quoting_words.tells_mail(text),
        quoting_words.header_name(text),
        quoting_words.is_sent_from(text),
    ),
    "forwards": lambda text: forwards.find_forward(text, "Fwd: x"),
    "forward's subject": lambda text: forwards.find_forward("x", text),
    "encoded words": headers.decode_words,
    "parameters": headers.parameters,
    "message ids": headers.message_ids,
    "dates": headers.date,
    "header fields": of_bytes(headers.split_fields),
    "line ends": of_bytes(headers.mend_line_ends),
    "mailboxes": addresses.parse_mailboxes,
    "mail addresses": lambda text: (addresses.normalise(text), addresses.is_plausible(text)),
    "robots' addresses": machine_signs.is_robot_address,
    "bounces": bounce_text.read_notice,
    "diagnoses": lambda text: (diagnosis.detail_of("5.1.1", text), diagnosis.diagnose(text)),
    "uuencoded files": of_bytes(mime.uu_blocks),
    "calendars": lambda text: calendars.read("BEGIN:VCALENDAR\n" + text, "REQUEST"),
    "HTML": lambda text: html_text.to_text(sanitising.sanitise(text).html),
    "style sheets": lambda text: html_visibility.hidden_classes(f"<style>{text}</style>"),
    "whole mail": lambda text: parsing.parse(mail(text).replace(b"%b", b"plain")),
    "whole HTML mail": lambda text: parsing.parse(mail(text).replace(b"%b", b"html")),
    "whole header": lambda text: parsing.parse(b"From: a@b.example\r\nSubject: " + text.encode() + b"\r\n\r\nx"),
    "subjects": lambda text: (subjects.base_subject(text), subjects.reply_subject(text)),
    "inbox search": lambda text: (message_search._TOKEN.findall(text), message_search._WORD.findall(text)),
    "search of contacts": lambda text: (asked._NUMBER.fullmatch(text), nearly.words_of(text)),
    "search marks": lambda text: (marks.marked(text, ["a", "-"]), marks.excerpt(text, ["a", "b"])),
    "mentions": naming._MENTION.findall,
    "phone numbers": lambda text: _quiet(lambda: phone_numbers.parse_number(text, country="BR")),
    "addresses": lambda text: _quiet(lambda: profile_addresses.entered("email", text)),
    "phones": lambda text: _quiet(lambda: profile_addresses.entered("phone", text, country="BR")),
    "words of names": lambda text: (
        profile_wording.words_in(text),
        profile_wording.plain(text),
        likeness.words_of(text),
    ),
    "language tags": lambda text: _quiet(lambda: language_tags.canonical_tag(text)),
    "domains": lambda text: _quiet(lambda: domains.domains_in(text)),
    "domain names": lambda text: (domain_names.readable_address(text), _quiet(lambda: domain_names.ascii_domain(text))),
    "visible text": visible_text.visible_text,
    "cells of addresses": lambda text: (values.split_addresses("email", text), values.split_addresses("phone", text)),
    "cells": lambda text: (
        _quiet(lambda: values.email(text)),
        _quiet(lambda: values.phone(text, "BR")),
        _quiet(lambda: values.name(text)),
        _quiet(lambda: values.day(text, day_first=True)),
        _quiet(lambda: values.language(text)),
        values.is_mark(text),
    ),
    "CSV files": lambda text: (
        (detected := detecting.detect(io.BytesIO(text.encode())))
        and reading.headers_of(io.BytesIO(text.encode()), detected)
    ),
    "formulas of a spreadsheet": lambda text: spreadsheets._formulas_without_value(f"<c {text}<f".encode()),
    "differences": lambda text: difference.runs(text, text[::-1] + "x"),
    "marked rules": lambda text: marking.marked([difference.Run("same", text)], {"a": "1"}),
    "rules of wording": lambda text: [
        pattern.findall(text) for pattern in (wording._SUPERLATIVE, wording._FREE, wording._CONDITION, wording._URGENT)
    ],
    "Liquid": lambda text: _quiet(lambda: language.read(text, language=language.PLAIN, field="text")),
    "masked Liquid": lambda text: masking.mask(text, odd=True).unmask(text),
    "MJML": lambda text: _quiet(lambda: layout.check(f"<mjml><mj-body>{text}")),
    "frame of MJML": lambda text: frame.complete(_words(text), is_marketing=True),
    "links of a template": lambda text: links.links_in(_words(text)),
    "text of HTML": plain.text_of,
    "values of a segment": lambda text: (segment_rules._date(text), segment_rules._number(text)),
}


def _quiet(read: Callable[[], object]) -> object:
    try:
        return read()
    except (ValueError, Broken, LookupError) as error:
        return error


def _words(text: str) -> Words:
    return Words(locale="en", subject="x", preheader="x", mjml=f"<mjml><mj-body>{text}</mj-body></mjml>", text=text)


def spent(read: Callable[[str], object], text: str, *, runs: int = 1) -> float:
    """Seconds of the processor that this thread needs, at best: what else the machine does is not counted."""
    found = []
    for _run in range(runs):
        began = time.thread_time()
        _quiet(lambda: read(text))
        found.append(time.thread_time() - began)
    return min(found)


def grows_too_fast(read: Callable[[str], object], text: Callable[[int], str]) -> bool:
    """Measure a quarter first, the whole only where it may be slow, and again before anything is blamed."""
    quarter = spent(read, text(LENGTH // 4))
    if quarter < FLOOR:
        return False
    whole = spent(read, text(LENGTH))
    if whole < QUICK or whole < GROWTH * quarter:
        return False
    return spent(read, text(LENGTH), runs=3) > GROWTH * spent(read, text(LENGTH // 4), runs=5)


@pytest.mark.parametrize("name", READERS)
def test_time_grows_with_the_length_and_not_with_its_square(name):
    read = READERS[name]
    spent(read, "a")  # what is compiled at the first call is not counted
    chosen = [one for number, one in enumerate(texts()) if name not in HEAVY or number % 3 == 0]
    assert [label for label, text in chosen if grows_too_fast(read, text)] == []


@pytest.mark.parametrize("power", [2, 3])
def test_a_reader_that_grows_faster_is_found(power):
    def read(text: str) -> int:
        return sum(1 for _step in range(int(200_000 * (len(text) * 4 / LENGTH) ** power)))

    assert grows_too_fast(read, lambda length: "a" * length)
    assert not grows_too_fast(lambda text: sum(1 for _step in range(400 * len(text))), lambda length: "a" * length)


def book(sheet: str) -> io.BytesIO:
    made = io.BytesIO(sheets.xlsx([[sheets.text("a")]]))
    kept = io.BytesIO()
    with zipfile.ZipFile(made) as packed, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as target:
        for name in packed.namelist():
            content = f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>'
            target.writestr(name, content if name == "xl/worksheets/sheet1.xml" else packed.read(name))
    return kept


@pytest.mark.parametrize("cell", ['<c r="A1">', '<c r="A1"><f>', "<c ", '<c r="A1"', "<sheet r:id=", "<Relationship "])
def test_a_small_spreadsheet_of_unclosed_cells_is_read_in_a_moment(cell):
    began = time.process_time()
    try:
        found = spreadsheets.sheets_of(book(cell * 100_000 + "<f/>"))
    except spreadsheets.UnreadableSpreadsheet:
        found = []
    assert found == []  # some of these are no XML, some are no cells
    assert time.process_time() - began < 8


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1'><c r = 'a1'><v>1</v></c></row><row r='1000000'><c r = 'xfd1000000'><v>1</v></c></row>",
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="ZZZZ99999"><v>1</v></c></row>',
    ],
)
def test_two_cells_far_from_each_other_are_too_large_inside(cells):
    with pytest.raises(spreadsheets.UnreadableSpreadsheet, match="too_large_inside"):
        spreadsheets.sheets_of(book(cells))


def test_a_cell_that_stands_for_millions_is_too_large_inside():
    made = io.BytesIO()
    repeated = 'office:value-type="float" office:value="1" table:number-columns-repeated="16000"'
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "content.xml",
            '<office:document-content xmlns:office="o" xmlns:table="t"><table:table table:name="a">'
            f'<table:table-row table:number-rows-repeated="1000000"><table:table-cell {repeated}/></table:table-row>'
            "</table:table></office:document-content>",
        )
    with pytest.raises(spreadsheets.UnreadableSpreadsheet, match="too_large_inside"):
        spreadsheets.sheets_of(made)


def test_formulas_without_a_value_are_still_found():
    rows = [[sheets.text("a"), sheets.formula("1+1")], [sheets.formula("2+2", "4"), sheets.formula("3+3")]]
    sheet = sheets._sheet_of(rows).encode()
    assert spreadsheets._formulas_without_value(sheet) == {(1, 2): "#FORMULA!", (2, 2): "#FORMULA!"}


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("see [our site](https://evil.example/a) now", "see our site now"),
        ("[](https://evil.example)", "…"),
        ("[evil.example](https://evil.example)", "…"),
        ("<https://evil.example/a>", "…"),
        ("a [b] [c](https://evil.example) d", "a [b] c d"),
        ("[a\n](https://evil.example)", "[a\n](…)"),
        ("go to evil.example/x or www.evil.example", "go to … or …"),
        ("http://192.0.2.1/a and https://user@evil.example", "… and …"),
        ("-http://evil.example", "-…"),
        ("[a]( ) stays", "[a]( ) stays"),
        ("see notes.pdf and 3.5", "see notes.pdf and 3.5"),
    ],
)
def test_links_are_taken_out(source, left):
    assert markdown.without_links(source, replacement="…") == left
