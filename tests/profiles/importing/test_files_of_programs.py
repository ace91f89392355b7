"""Files as firms have them, brought to the page and taken by its first guess: what a careful reader would expect."""

import pytest

from engagement.profiles.importing import actions, values
from engagement.profiles.importing.mapping import Mapping
from engagement.profiles.importing.targets import GUESSES, guesses
from engagement.profiles.models import AttributeDefinition, ImportRow, PeopleImport
from engagement.profiles.names import clean_name
from engagement.profiles.phone_numbers import InvalidNumber, parse_number, with_area_code
from tests.factories import NOW
from tests.html_forms import sent_by
from tests.profiles.importing.making import taken, work_on
from tests.profiles.importing.test_case_files import guessed
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(db):
    return person("visionary", email="bruna@pedralva.example")


def tried(actor, content: str | bytes) -> list[ImportRow]:
    content = content.encode() if isinstance(content, str) else content
    held = taken(actor, content)
    mapping = Mapping.from_json({**guessed(held).as_json(), "evidence": "Signed up in the shop"})
    actions.map_columns(import_id=held.pk, mapping=mapping, actor=actor, now=NOW)
    return list(ImportRow.objects.filter(people_import=work_on(held)).order_by("line"))


def addresses(row: ImportRow) -> list[str]:
    return [one[2] for one in row.data["i"]]


def test_no_word_of_a_header_is_torn():
    assert not [word for word in GUESSES if word.startswith("-") or word.endswith("-")]


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Business Phone", "identity:phone"),
        ("Mobile Phone Number", "identity:phone"),
        ("Número do WhatsApp", "identity:phone"),
        ("LANDLINE_NUMBER", "identity:phone"),
        ("Home E-mail Value", ""),
        ("E-mail pessoal", "identity:email"),
        ("Nome do contato", "name"),
        ("Segundo nome", "middle_name"),
        ("Zweiter Vorname", "middle_name"),
        ("DDD", "area_code"),
        ("Vorwahl", "area_code"),
        ("Mailing Country", "country"),
        ("País/região comercial", "country"),
        ("CIDADE/UF", "place"),
        ("Etiqueta", "tags"),
        ("Accepts Email Marketing", "consent:email"),
        ("Acepta publicidad", "consent:email"),
        ("Accepts SMS Marketing", "consent:sms"),
        ("Einwilligung am", "consent_at"),
        ("Data de consentimento", "consent_at"),
        ("OPTIN_TIME", "consent_at"),
        ("Fecha de alta", ""),  # of the account, not of a consent
        ("ADDED_TIME", ""),
    ],
)
def test_headers_of_programs_are_guessed(header, target):
    assert guesses([header], []) == [target]


def test_a_middle_name_stays_in_the_name(actor):
    rows = tried(
        actor, "First Name,Middle Name,Last Name,E-mail Address\nAna,Maria,Prado,a@x.example\nBo,NULL,Li,b@x.example\n"
    )
    assert [row.data["f"]["name"] for row in rows] == ["Ana Maria Prado", "Bo Li"]


def test_an_area_code_in_a_column_of_its_own_belongs_to_the_number(actor):
    lines = ["Nome;DDD;Telefone;País", "Ana;31;998110936;", "Bia;031;3333-4444;", "Cid;31;(11) 98765-4321;"]
    lines += ["Dora;31;+55 21 98765-4321;", "Eva;030;1234567;Deutschland", "Fay;;998110936;", "Gil;415;555-2671;USA"]
    rows = tried(actor, "\n".join(lines))
    found = [row.refused or addresses(row)[0] for row in rows]
    assert found == [
        *("+5531998110936", "+553133334444", "+5511987654321", "+5521987654321", "+49301234567"),
        *("no_area_code", "+14155552671"),
    ]


def test_an_area_code_is_not_put_before_a_number_in_full():
    for text in ("0031 6 12345678", "+31 6 12345678", "(11) 98765-4321", "11987654321"):
        assert with_area_code(text, area="31", country="BR") == text


@pytest.mark.parametrize(
    ("country", "text", "kept"),
    [
        ("MX", "+52 1 55 1234 5678", "+525512345678"),
        ("MX", "0052 1 55 1234 5678", "+525512345678"),
        ("DE", "4708231", "area_code_missing"),
        ("DE", "030 4708231", "+49304708231"),
        ("DE", "1714708231", "+491714708231"),  # a spreadsheet took the zero
        ("FR", "12 34 56 78", "area_code_missing"),
        ("FR", "612345678", "+33612345678"),
        ("AU", "9374 4000", "area_code_missing"),
        ("AU", "02 9374 4000", "+61293744000"),
        ("NO", "401 23 456", "+4740123456"),  # no area codes there
        ("DK", "32 12 34 56", "+4532123456"),
        ("PT", "912 345 678", "+351912345678"),
    ],
)
def test_numbers_of_other_countries(country, text, kept):
    try:
        found = parse_number(text, country=country)
    except InvalidNumber as error:
        found = str(error)
    assert found == kept


@pytest.mark.parametrize(
    ("kind", "cell", "parts"),
    [
        ("phone", "(31) 99811-0925 ou (31) 99811-0926", ["(31) 99811-0925", "(31) 99811-0926"]),
        ("phone", "31998110930 31998110931", ["31998110930", "31998110931"]),
        ("phone", "31 99811 0930", ["31 99811 0930"]),
        ("phone", "+55 31 99811-0905 ::: 031 3222-1234", ["+55 31 99811-0905", "031 3222-1234"]),
        ("email", "a@x.example e b@x.example", ["a@x.example", "b@x.example"]),
        ("email", "a@x.example b@x.example", ["a@x.example", "b@x.example"]),
        ("email", "fi @x.example", ["fi @x.example"]),
        ("email", "Prado, Ana <a@x.example>", ["Prado, Ana <a@x.example>"]),
        ("email", "Ana <a@x.example>, Bia <b@x.example>", ["Ana <a@x.example>", "Bia <b@x.example>"]),
        ("email", "a@x.example, " * 5_000, ["a@x.example, " * 5_000]),
    ],
)
def test_a_cell_with_several_addresses(kind, cell, parts):
    assert values.split_addresses(kind, cell) == parts


def test_tags_of_mailchimp_stand_without_quotation_marks(actor):
    [row] = tried(actor, 'Email Address,TAGS\na@x.example,"""VIP"",""Loja 1"""\n')
    assert row.data["t"] == ["loja 1", "vip"]


@pytest.mark.parametrize("name", ["null null", "NULL NULL", "(vazio)", "#N/D", "#NV", "(em branco)", "Não se aplica"])
def test_more_names_of_nobody(name):
    assert clean_name(name) == ""
    assert clean_name("Null Fernandes") == "Null Fernandes"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("French - France", None),
        ("Portuguese - Brazil", None),
        ("República Tcheca", "CZ"),
        ("Turkey", "TR"),
        ("UAE", "AE"),
        ("The Netherlands", "NL"),
        ("Macedônia", "MK"),
        ("Hong Kong", "HK"),
        ("Rep. Dominicana", "DO"),
        ("Ivory Coast", "CI"),
    ],
)
def test_countries_and_languages_as_programs_write_them(name, code):
    if code is None:
        assert values.language(name) in ("fr", "pt-br")
    else:
        assert values.country(name) == code


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (["04/25/2024", "04/03/2024"], "2024-04-03"),  # only the month can stand first
        (["25/04/2024", "04/03/2024"], "2024-03-04"),
        (["04/03/2024"], "2024-03-04"),  # nothing tells: as the organization writes
        (["2024-04-25", "April 25, 2024", "04/03/2024"], "2024-03-04"),
    ],
)
def test_the_order_of_day_and_month_is_guessed_by_the_file(actor, dates, first):
    lines = [f'p{number}@x.example,yes,"{day}"' for number, day in enumerate(dates)]
    rows = tried(actor, "\n".join(["Email,Opt-in,Opt-in date", *lines]))
    assert rows[-1].data["at"][:10] == first
    assert all("bad_date" not in row.notes for row in rows)


def test_an_attribute_is_declared_while_mapping(actor):
    held = taken(actor, b"E-mail;Pontos;Cliente desde\na@x.example;120;03/04/2024\n")
    head, url = client_of(actor), f"/people/imports/{held.pk}/"
    page = head.get(url).content.decode()
    assert "New attribute, named like the column" in page
    data = {name: value for name, value in sent_by(page).items() if not name.startswith(("sheet", "header"))}
    data |= {"column-1": "new:number", "column-2": "new:date"}
    assert head.post(url, data).status_code == 302
    assert dict(AttributeDefinition.objects.values_list("label", "type")) == {
        "Pontos": "number",
        "Cliente desde": "date",
    }
    [row] = ImportRow.objects.filter(people_import=work_on(PeopleImport.objects.get()))
    assert row.data["a"] == {"pontos": 120, "cliente_desde": "2024-04-03"}


def test_a_column_named_like_an_attribute_is_told_and_nothing_is_declared(actor):
    held = taken(actor, b"E-mail;Pontos;Pontos!\na@x.example;120;1\n")
    head, url = client_of(actor), f"/people/imports/{held.pk}/"
    data = sent_by(head.get(url).content.decode()) | {"column-1": "new:number", "column-2": "new:text"}
    answer = head.post(url, data)
    assert (answer.status_code, AttributeDefinition.objects.count()) == (422, 0)
    assert "Pontos!" in answer.content.decode()


def test_who_may_not_declare_is_not_offered_it(actor):
    from engagement.profiles.importing.forms import form_of

    held = taken(actor, b"E-mail;Pontos\na@x.example;120\n")
    form = form_of(held)({"column-1": "new:number", "wins": "known"}, held=held, definitions=[])
    assert "column-1" in form.errors
