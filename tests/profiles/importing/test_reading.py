"""Files as people send them: every row comes out, whole or with the reason why not."""

import io
import random
from itertools import islice

import pytest

from engagement.profiles.addresses import InvalidAddress, entered
from engagement.profiles.importing import spreadsheets, values
from engagement.profiles.importing.detecting import MIXED, Dialect, detect, levelled
from engagement.profiles.importing.reading import LONGEST, Rows, Unreadable, headers_of
from engagement.profiles.importing.targets import guesses
from engagement.profiles.models import AttributeDefinition
from tests.profiles.importing.sheets import day, formula, number, text, xlsx

ROWS = "nome;e-mail;cidade\r\nJoão;joao@x.example;São Paulo\r\nAna;ana@x.example;Tiradentes\r\n"


def read(content: bytes):
    file = io.BytesIO(content)
    dialect = detect(file)
    headers, line = headers_of(file, dialect)
    return dialect, headers, line, list(Rows(file, dialect, headers))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (ROWS.encode(), "utf-8"),
        (ROWS.encode("utf-8-sig"), "utf-8"),
        (ROWS.encode("cp1252"), "cp1252"),
        (ROWS.encode("latin-1"), "cp1252"),
    ],
)
def test_encodings_are_told_apart(content, encoding):
    dialect, headers, _, rows = read(content)
    assert (dialect.encoding, dialect.delimiter) == (encoding, ";")
    assert headers == ["nome", "e-mail", "cidade"]
    assert rows[0].cells == ["João", "joao@x.example", "São Paulo"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_wide_encodings_are_written_anew(encoding):
    target = io.BytesIO()
    assert levelled(io.BytesIO(ROWS.encode(encoding)), target)
    assert read(target.getvalue())[3][0].cells == ["João", "joao@x.example", "São Paulo"]


def test_line_ends_of_old_macintoshes_are_written_anew():
    target = io.BytesIO()
    assert levelled(io.BytesIO(ROWS.replace("\r\n", "\r").encode("cp1252")), target)
    assert [row.cells[0] for row in read(target.getvalue())[3]] == ["João", "Ana"]
    assert not levelled(io.BytesIO(ROWS.encode("cp1252")), target)


def test_reading_goes_on_where_it_stood():
    lines = [b'P%d,"a\nb",p%d@x.example\n' % (n, n) if n % 3 else b'"open,p%d@x.example\n\n' % n for n in range(300)]
    content = b"\xef\xbb\xbfname,note,email\n" + b"".join(lines)
    dialect, headers, _, whole = read(content)
    seen, place = [], None
    while True:
        rows = Rows(io.BytesIO(content), dialect, headers, place)
        part = list(islice(rows, 7))
        seen += part
        place = rows.place
        if len(part) < 7:
            break
    assert [(row.line, row.cells, row.fault) for row in seen] == [(row.line, row.cells, row.fault) for row in whole]
    assert len(whole) == 300


def test_bytes_of_another_encoding_inside_utf8_are_read_and_told_of():
    content = "nome,cidade\nJosé,São João\nAndré,Ibaté\n".encode() + "Inês,Avaré\n".encode("cp1252")
    dialect, _, _, rows = read(content)
    assert dialect.encoding == MIXED
    assert [(row.cells, row.mended) for row in rows] == [
        (["José", "São João"], ()),
        (["André", "Ibaté"], ()),
        (["Inês", "Avaré"], ("mixed_encoding",)),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_apart_though_cells_hold_others(delimiter):
    content = delimiter.join(["name", "note", "tags"]) + "\n"
    content += "".join(delimiter.join([f"P{n}", '"one, two; three | four"', "a"]) + "\n" for n in range(9))
    dialect, _, _, rows = read(content.encode())
    assert dialect.delimiter == delimiter
    assert rows[0].cells == ["P0", "one, two; three | four", "a"]


def test_a_line_that_names_the_delimiter_is_obeyed():
    dialect, headers, line, rows = read(b"sep=|\nname|email\nAna|ana@x.example\n")
    assert (dialect, headers, line) == (Dialect("utf-8", "|", 1), ["name", "email"], 2)
    assert (rows[0].line, rows[0].cells) == (3, ["Ana", "ana@x.example"])


def test_a_list_of_addresses_alone_is_one_column():
    _, headers, _, rows = read(b"email\nana@x.example\nbo@x.example\n")
    assert headers == ["email"]
    assert [row.cells for row in rows] == [["ana@x.example"], ["bo@x.example"]]


def test_ragged_rows_are_told_and_short_ones_are_filled():
    _, _, _, rows = read(b"a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n\n1,2,3\n")
    assert [(row.line, row.cells, row.fault) for row in rows] == [
        (2, ["1", "2", ""], ""),
        (3, ["1", "2", "3", "4"], "ragged"),
        (4, ["1", "2", "3"], ""),
        (6, ["1", "2", "3"], ""),
    ]


def test_an_open_quote_takes_its_own_row_and_no_other():
    body = b"".join(b"P%d,p%d@x.example\n" % (n, n) for n in range(1000))
    _, _, _, rows = read(b'name,email\n"Ana,ana@x.example\n' + body)
    assert [row.fault for row in rows] == ["open_quote"] + [""] * 1000
    assert rows[0].cells == ['"Ana,ana@x.example']
    assert rows[-1].cells == ["P999", "p999@x.example"]


def test_an_open_quote_at_the_end_takes_its_own_row_and_no_other():
    _, _, _, rows = read(b'name,email\n"Ana,ana@x.example\nBo,bo@x.example\nCi,ci@x.example')
    assert [(row.line, row.fault) for row in rows] == [(2, "open_quote"), (3, ""), (4, "")]


def test_lines_inside_quotes_stay_one_row():
    _, _, _, rows = read(b'name,note\nAna,"one\ntwo ""2"""\nBo,x\n')
    assert [(row.line, row.cells) for row in rows] == [(2, ["Ana", 'one\ntwo "2"']), (3, ["Bo", "x"])]


def test_a_row_of_ten_megabytes_is_refused_and_the_next_one_is_read():
    _, _, _, rows = read(b"name,email\n" + b"x" * (10 << 20) + b",a@x.example\nBo,bo@x.example\n")
    assert [(row.line, row.fault) for row in rows] == [(2, "too_long"), (3, "")]
    assert len(rows[0].cells[0]) <= 500 < LONGEST
    assert rows[1].cells == ["Bo", "bo@x.example"]


def test_null_bytes_are_taken_out_and_told_of():
    _, _, _, rows = read(b"name,email\nAn\x00a,ana@x.example\n")
    assert (rows[0].cells, rows[0].mended) == (["Ana", "ana@x.example"], ("null_bytes",))


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"\n\n \n", "empty"), (b"\xef\xbb\xbf", "empty")])
def test_an_empty_file_says_so(content, code):
    with pytest.raises(Unreadable, match=code):
        read(content)


def test_headers_alone_have_no_rows():
    assert read(b"name,email\n")[3] == []


def test_too_many_columns_are_refused():
    with pytest.raises(Unreadable, match="too_many_columns"):
        read(b",".join(b"c%d" % n for n in range(501)) + b"\n")


def converted(content: bytes) -> list[list[str]]:
    target = io.BytesIO()
    spreadsheets.to_csv(io.BytesIO(content), target)
    _, headers, _, rows = read(target.getvalue())
    return [headers, *(row.cells for row in rows)]


def test_a_spreadsheet_keeps_numbers_dates_and_values_of_formulas():
    rows = [
        [text("nome"), text("fone"), text("nascimento"), text("soma"), text("outra")],
        [text("Ana"), number(5531999990001), day(32250), formula("1+1", "2"), formula("A1&amp;B1")],
    ]
    assert converted(xlsx(rows)) == [
        ["nome", "fone", "nascimento", "soma", "outra"],
        ["Ana", "5531999990001", "1988-04-17", "2", spreadsheets.WITHOUT_VALUE],
    ]


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused():
    bomb = xlsx([[text("name")]], extra={"xl/media/zeros": b"\x00" * (spreadsheets.LARGEST_INSIDE + 1)})
    assert len(bomb) < 200_000
    with pytest.raises(spreadsheets.UnreadableSpreadsheet, match="too_large_inside"):
        spreadsheets.to_csv(io.BytesIO(bomb), io.BytesIO())


@pytest.mark.parametrize("content", [b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0 no book", xlsx([[text("a")]])[:200]])
def test_a_damaged_spreadsheet_is_refused(content):
    with pytest.raises(spreadsheets.UnreadableSpreadsheet, match="damaged"):
        spreadsheets.to_csv(io.BytesIO(content), io.BytesIO())


def test_headers_are_understood_in_both_languages():
    own = AttributeDefinition(slug="bicycle_model", label="Bicycle", label_pt="Bicicleta")
    headers = ["Nome completo", "E-mail", "Celular", "Cidade", "País", "Bicicleta", "Aceita e-mail", "Humor"]
    assert guesses(headers, [own]) == [
        *("name", "identity:email", "identity:phone", "place", "country", "attribute:bicycle_model"),
        *("consent:email", ""),
    ]
    assert guesses(["First Name", "Last Name", "Email", "Work email", "Phone Number", "Tags"], []) == [
        *("first_name", "last_name", "identity:email", "identity:email", "identity:phone", "tags"),
    ]


def test_the_fast_way_of_brazilian_numbers_says_what_the_slow_one_says():
    dice = random.Random(4)
    for _ in range(3000):
        digits = "".join(dice.choices("0123456789", k=dice.choice((9, 10, 11, 11, 11, 12))))
        given = f"+55{digits}"
        try:
            slow = entered("phone", given, country="BR")[0]
        except InvalidAddress:
            slow = ""
        try:
            fast = values.phone(given, "BR")[0]
        except values.BadCell:
            fast = ""
        assert fast == slow, given


@pytest.mark.parametrize(
    ("given", "kept"),
    [("ANA@X.Example", "ana@x.example"), ("Ana Prado <ana@x.example>", "ana@x.example"), (" a+b@x.co ", "a+b@x.co")],
)
def test_addresses_are_brought_into_one_spelling(given, kept):
    assert values.email(given)[0] == kept


@pytest.mark.parametrize(
    "wrong", ["ana", "ana@", "@x.example", "ana@@x.example", "a b@x.example", "a@x", "a@x..y", "a,b@x.co"]
)
def test_malformed_addresses_are_none(wrong):
    with pytest.raises(values.BadCell):
        values.email(wrong)


def test_words_of_a_spreadsheet_become_facts():
    number_of = AttributeDefinition(slug="n", type="number")
    assert [values.attribute(number_of, said, day_first=True) for said in ("1.234,56", "1,234.56", "R$ 10", "3")] == [
        *(1234.56, 1234.56, 10, 3)
    ]
    assert [values.country(said) for said in ("Brasil", "brazil", "br", "Portugal", "EUA")] == [
        "BR",
        "BR",
        "BR",
        "PT",
        "US",
    ]
    assert (values.language("Português"), values.language("en_US"), values.language("fr")) == ("pt-br", "en-us", "fr")
    assert (values.truth("Sim"), values.truth("NÃO"), values.lifecycle("Cliente")) == (True, False, "customer")
    assert values.day("03/04/2020", day_first=True) == "2020-04-03"
    assert values.day("03/04/2020", day_first=False) == "2020-03-04"
    assert values.time_zone("america/sao paulo") == "America/Sao_Paulo"
