"""Files as real programs write them, out of public bug reports, and their siblings."""

from datetime import datetime
from pathlib import Path

import pytest

from engagement.profiles.actions.resolve import resolve
from engagement.profiles.importing import actions, values
from engagement.profiles.importing.forms import form_of
from engagement.profiles.importing.mapping import BadMapping, Mapping
from engagement.profiles.importing.targets import guesses
from engagement.profiles.models import Consent, ConsentState, Identity, ImportRow, PeopleImport, Profile
from engagement.profiles.selectors import imports as selector
from engagement.profiles.selectors.import_samples import sample_rows
from tests.factories import NOW
from tests.profiles.importing.making import taken, work_on
from tests.profiles.importing.sheets import text, workbook
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parent / "cases"


@pytest.fixture
def actor(db):
    return person("visionary")


def guessed(held: PeopleImport) -> Mapping:
    """What the page offers at first, taken as it is."""
    form = form_of(held)(held=held, definitions=[])
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: value for name, value in data.items() if value is not None}
    bound = form_of(held)(data, held=held, definitions=[])
    assert bound.is_valid(), bound.errors
    return bound.mapping


def run(actor, content: bytes | str, **changes) -> PeopleImport:
    """Bring a file in by the first guess, with ``changes`` to it."""
    content = (CASES / content).read_bytes() if isinstance(content, str) else content
    held = taken(actor, content)
    mapping = guessed(held)
    mapping = Mapping.from_json({**mapping.as_json(), **changes})
    actions.map_columns(import_id=held.pk, mapping=mapping, actor=actor, now=NOW)
    held = work_on(held)
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    return work_on(held)


def notes(held: PeopleImport) -> dict[int, tuple[str, str]]:
    rows = ImportRow.objects.filter(people_import=held).order_by("line")
    return {row.line: (row.refused, row.notes) for row in rows}


def addresses_of(name: str) -> set[str]:
    return set(Identity.objects.filter(profile__name=name).values_list("address_norm", flat=True))


def test_google_contacts(actor):
    run(actor, "I03_google.csv")
    assert addresses_of("Adele Moro") == {
        *("adele@i03.example", "adele.casa@i03.example", "+5531998110301", "+553135550301", "+553135550302"),
    }
    assert addresses_of("Beto Nunes") == {"beto@i03.example", "beto2@i03.example", "+5531998110303", "+5531998110304"}
    adele = Profile.objects.get(name="Adele Moro")
    assert (adele.tags, adele.place) == (["clientes"], "Belo Horizonte")


def test_google_contacts_of_before(actor):
    run(actor, "I03b_google_old.csv")
    assert addresses_of("Celia Dias") == {"celia@i03b.example", "+5531998110305"}
    assert Profile.objects.get().tags == []


def test_outlook_in_portuguese(actor):
    run(actor, "I04b_outlook_pt.csv")
    assert addresses_of("Elza Faria") == {
        *("elza@i04b.example", "elza2@i04b.example", "+5531998110402", "+553135550402"),
    }
    assert Profile.objects.get().place == "Sabará"


def test_a_macintosh_file(actor):
    held = run(actor, "I23_macroman.csv")
    assert held.dialect["encoding"] == "mac_roman"
    assert set(Profile.objects.values_list("name", flat=True)) == {"François Müller", "Nuñez São"}


def test_a_byte_that_means_nothing_is_told_of(actor):
    held = taken(actor, (CASES / "I23_macroman.csv").read_bytes())
    actions.read_as(import_id=held.pk, encoding="cp1252", delimiter=",")
    held.refresh_from_db()
    actions.map_columns(import_id=held.pk, mapping=guessed(held), actor=actor, now=NOW)
    assert notes(work_on(held))[2] == ("", "unreadable_bytes:0")


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
def test_encodings_of_one_byte_are_told_apart(actor, encoding):
    lines = "name,email\nJoão Gonçalves,j@x.example\nInês Müller,i@x.example\nAndré Peña,a@x.example\n"
    assert taken(actor, lines.encode(encoding)).dialect["encoding"] == encoding


def test_numbers_with_two_zeros(actor):
    run(actor, "phone_0055.csv")
    found = Identity.objects.order_by("address_norm").values_list("address_norm", flat=True)
    assert list(found) == ["+5531998110902", "+5531998110903", "+5531998110904"]


def test_numbers_without_area_code_are_refused_with_the_reason(actor):
    held = run(actor, "phone_without_area.csv")
    assert notes(held) == dict.fromkeys((2, 3, 4), ("no_area_code", "no_area_code:1"))
    assert not Profile.objects.exists()


def test_invisible_characters_in_addresses(actor):
    held = run(actor, "email_invisible.csv")
    found = set(Identity.objects.values_list("address", "address_norm"))
    names = ("uli", "val", "win", "xia")
    assert found == {(f"{name}@i17.example", f"{name}@i17.example") for name in names}
    assert notes(held)[6][0] == "bad_email"


def test_names_of_nobody(actor):
    run(actor, "names_of_nobody.csv")
    assert sorted(Profile.objects.values_list("name", flat=True)) == [""] * 6 + ["Null Fernandes"]


def test_a_column_without_a_header_is_left_out(actor):
    held = run(actor, "column_without_header.csv")
    assert (held.headers, notes(held)) == (["name", "email"], {2: ("", "")})
    assert addresses_of("Ana") == {"ana@i21.example"}


def test_a_row_longer_than_the_unnamed_columns_is_refused(actor):
    held = run(actor, b"name,email,\nAna,ana@x.example,note,more\nBo,bo@x.example,note\n")
    assert notes(held) == {2: ("ragged", ""), 3: ("", "")}


EVIDENCE = {"evidence": "Form of the shop"}


def test_consents_without_a_readable_date_are_not_recorded(actor):
    held = run(actor, "consent_dates.csv", **EVIDENCE)
    given = {one.profile.identities.get().address: one.at for one in Consent.objects.select_related("profile")}
    assert {name: at.date().isoformat() for name, at in given.items()} == {
        "c@fut.example": "2024-04-03",
        "d@fut.example": "2024-04-03",
        "f@fut.example": "2024-04-03",
    }
    assert given["f@fut.example"] == datetime.fromisoformat("2024-04-03T10:00:00-03:00")
    told = notes(held)
    assert told[2] == ("", "bad_date:2 consent_without_date:2")
    assert told[3] == ("", "future_date:2 consent_without_date:2")
    assert told[6] == ("", "bad_date:2 consent_without_date:2")


def test_the_imports_day_is_a_choice_and_the_evidence_says_so(actor):
    held = run(actor, "consent_dates.csv", undated="import_day", **EVIDENCE)
    by_import = Consent.objects.filter(evidence__dated_by="import")
    assert by_import.count() == 3
    assert Consent.objects.exclude(evidence__has_key="dated_by").count() == 3
    assert notes(held)[2] == ("", "bad_date:2 consent_dated_by_import:2")


def test_a_file_without_dates_asks_what_becomes_of_its_consents(actor):
    content = b"email,newsletter\na@x.example,yes\nb@x.example,no\n"
    held = taken(actor, content)
    mapping = Mapping.from_json({**guessed(held).as_json(), **EVIDENCE})
    with pytest.raises(BadMapping, match="No column says when they agreed"):
        actions.map_columns(import_id=held.pk, mapping=mapping, actor=actor, now=NOW)
    run(actor, content, undated="import_day", **EVIDENCE)
    assert sorted(ConsentState.objects.values_list("granted", flat=True)) == [False, True]


@pytest.mark.parametrize(
    ("word", "granted"),
    [
        *(("ja", True), ("sí", True), ("oui", True), ("Sim", True), ("YES", True), ("opt-in", True)),
        *(("nein", False), ("non", False), ("Não", False), ("unsubscribed", False)),
        *(("active", None), ("ativo", None), ("Inactive", None), ("maybe", None), ("5", None)),
    ],
)
def test_words_of_consent(actor, word, granted):
    run(actor, f"email,newsletter\na@x.example,{word}\n".encode(), undated="import_day", **EVIDENCE)
    assert ConsentState.objects.values_list("granted", flat=True).first() is granted


@pytest.mark.parametrize(
    ("cells", "granted"),
    [(("1", "0", "1"), [True, False, True]), (("x", "", "x"), [True, True]), (("1", "gold", "x"), [])],
)
def test_marks_count_only_in_a_column_of_yes_and_no(actor, cells, granted):
    lines = "".join(f"{place}@x.example,{cell}\n" for place, cell in enumerate(cells))
    run(actor, f"email,newsletter\n{lines}".encode(), undated="import_day", **EVIDENCE)
    found = ConsentState.objects.order_by("profile__identities__address_norm").values_list("granted", flat=True)
    assert list(found) == granted


@pytest.mark.parametrize(
    ("given", "day_first", "day"),
    [
        *(("03/04/2024", True, "2024-04-03"), ("03/04/2024", False, "2024-03-04"), ("03.04.24", True, "2024-04-03")),
        *(("3-4-24", True, "2024-04-03"), ("2024-04-03", True, "2024-04-03"), ("2024/04/03", True, "2024-04-03")),
        *(("3 de abril de 2024", True, "2024-04-03"), ("3 de abr. de 2024", True, "2024-04-03")),
        *(
            ("April 3, 2024", True, "2024-04-03"),
            ("3. April 2024", True, "2024-04-03"),
            ("3 avril 2024", True, "2024-04-03"),
        ),
        *(
            ("3 Mar 2024", True, "2024-03-03"),
            ("1º de março de 2024", True, "2024-03-01"),
            ("45385", True, "2024-04-03"),
        ),
        *(("45385,5", True, "2024-04-03"), ("03/04/2024 10:20", True, "2024-04-03"), ("1/12/99", True, "1999-12-01")),
        *(("31/02/2024", True, None), ("04/30/2024", True, None), ("0000-00-00", True, None), ("soon", True, None)),
        *(("2024", True, None), ("99999", True, None), ("2024-13-01", True, None), ("32/01/2024", True, None)),
    ],
)
def test_dates(given, day_first, day):
    if day is None:
        with pytest.raises(values.BadCell):
            values.day(given, day_first=day_first)
    else:
        assert values.day(given, day_first=day_first) == day


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2024-04-03 10:00:00", "2024-04-03T10:00:00-03:00"),
        ("2024-04-03T10:00:00Z", "2024-04-03T10:00:00+00:00"),
        ("2024-04-03T10:00:00+02:00", "2024-04-03T10:00:00+02:00"),
        ("03/04/2024 9:30", "2024-04-03T09:30:00-03:00"),
        ("03/04/2024 9:30 pm", "2024-04-03T21:30:00-03:00"),
        ("2024-04-03", "2024-04-03T12:00:00-03:00"),
    ],
)
def test_times_without_a_zone_are_the_organizations(given, moment):
    assert values.past_moment(given, day_first=True, now=NOW) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        *(("Deutschland", "DE"), ("Alemanha", "DE"), ("Germany", "DE"), ("Alemania", "DE"), ("Allemagne", "DE")),
        *(("DE", "DE"), ("deu", "DE"), ("Brasilien", "BR"), ("Brésil", "BR"), ("Österreich", "AT"), ("Suíça", "CH")),
        *(("Schweiz", "CH"), ("España", "ES"), ("États-Unis", "US"), ("EE. UU.", "US"), ("U.S.A.", "US"), ("UK", "GB")),
        *(("Vereinigtes Königreich", "GB"), ("Pays-Bas", "NL"), ("Holanda", "NL"), ("Portugal", "PT"), ("Japão", "JP")),
    ],
)
def test_countries_in_many_languages(given, code):
    assert values.country(given) == code


def test_languages_in_many_languages():
    found = [values.language(one) for one in ("Deutsch", "Alemão", "German", "Français", "pt_BR", "Español", "de-AT")]
    assert found == ["de", "de", "de", "fr", "pt-br", "es", "de-at"]


def test_the_rows_own_country_is_of_its_number(actor):
    content = "Vorname,Nachname,Handy,Land\nEva,Vogel,0171 4708231,Deutschland\nRui,Reis,912 345 678,Portugal\n"
    held = run(actor, f"{content}Ana,Prado,(31) 99811-0902,\nUwe,Funk,0171 4708232,Brasil\n".encode())
    assert addresses_of("Eva Vogel") == {"+491714708231"}
    assert addresses_of("Rui Reis") == {"+351912345678"}
    assert addresses_of("Ana Prado") == {"+5531998110902"}
    assert notes(held)[5] == ("bad_phone", "bad_phone:2")
    assert held.tried["numbers"] == {"DE": 1, "PT": 1, "BR": 1, "refused": 1}
    assert [(one.says, one.rows) for one in selector.state(held).numbers] == [
        *(("Brazil", 1), ("Germany", 1), ("Portugal", 1), ("refused", 1)),
    ]


def test_several_addresses_in_a_cell(actor):
    content = 'name,email,phone\nAna,"ana@x.example; a2@x.example, a3@x.example","31 99811-0902 / 31 99811-0903"\n'
    content += 'Bo,"bo@x.example\nb2@x.example",+5531998110904|+5531998110905\nCi,"ci,ci@x.example",="31998110906"\n'
    held = run(actor, content.encode())
    assert addresses_of("Ana") == {
        *("ana@x.example", "a2@x.example", "a3@x.example", "+5531998110902", "+5531998110903"),
    }
    assert addresses_of("Bo") == {"bo@x.example", "b2@x.example", "+5531998110904", "+5531998110905"}
    assert addresses_of("Ci") == {"+5531998110906"}
    assert Identity.objects.get(address_norm="+5531998110906").address == "31998110906"
    assert notes(held)[4] == ("", "bad_email:1")


def test_people_are_recognised_by_every_address(actor):
    known = resolve(kind="email", address="dora@x.example", name="Dora", now=NOW).profile
    run(actor, "Nome,Telefone celular,Endereço de email\nDora,(31) 99811-0907,dora@x.example\n".encode())
    assert Profile.objects.get() == known
    assert addresses_of("Dora") == {"dora@x.example", "+5531998110907"}


def test_a_row_of_two_people_is_told_of_and_makes_no_third(actor):
    dora = resolve(kind="email", address="dora@x.example", name="Dora", now=NOW).profile
    resolve(kind="phone", address="+5531998110908", name="Edu", now=NOW)
    held = run(actor, b"Nome,Celular,Email\nDora,(31) 99811-0908,dora@x.example\n")
    assert Profile.objects.count() == 2
    assert notes(held)[2] == ("", "taken:")
    assert set(dora.identities.values_list("address_norm", flat=True)) == {"dora@x.example"}


@pytest.mark.parametrize(
    ("headers", "targets"),
    [
        ("Vorname,Nachname,Handy,Telefon,Land", "first_name last_name identity:phone identity:phone country"),
        ("Nombre,Apellidos,Correo,Móvil,País", "first_name last_name identity:email identity:phone country"),
        ("Email Address,First Name,Last Name,Phone Number", "identity:email first_name last_name identity:phone"),
        ("First Name,Last Name,Email,Phone Number,City", "first_name last_name identity:email identity:phone place"),
        ("EMAIL,FIRSTNAME,LASTNAME,SMS", "identity:email first_name last_name identity:phone"),
        ("First Name,E-mail Address,Mobile Phone", "first_name identity:email identity:phone"),
        ("Prénom,Nom,Courriel,Téléphone", "first_name last_name identity:email identity:phone"),
        ("Nome completo,E-mail 1 - Valor,Telefone 1 - Valor", "name identity:email identity:phone"),
        ("Name,Given Name,Family Name", " first_name last_name"),
    ],
)
def test_headers_of_many_programs(headers, targets):
    assert guesses(headers.split(","), []) == targets.split(" ")


def test_a_first_guess_can_always_be_tried(actor):
    held = run(actor, b"Record ID,First Name,Last Name,Email,Username\n51,Ana,Prado,ana@x.example,anap\n")
    assert (held.status, Profile.objects.get().name) == ("done", "Ana Prado")


COVER = [[text("Relatorio de contatos")], [], [text("Gerado em 28/11/2026")]]
PEOPLE = [[text("Vorname"), text("E-Mail")], [text("Eva"), text("eva@x.example")]]
TITLED = [[text("Export aus CRM")], [], *PEOPLE]


def test_the_sheet_and_the_row_of_headers_are_found(actor):
    held = taken(actor, workbook({"Capa": COVER, "Kontakte": TITLED}), "kontakte.xlsx")
    assert (held.sheet, held.headers, held.dialect["header"]) == ("Kontakte", ["Vorname", "E-Mail"], 3)
    assert held.sheets == [[0, "Capa"], [1, "Kontakte"]]
    actions.map_columns(import_id=held.pk, mapping=guessed(held), actor=actor, now=NOW)
    assert work_on(held).tried["new"] == 1
    assert ImportRow.objects.get().line == 4


def test_another_sheet_and_another_row_can_be_chosen(actor):
    held = taken(actor, workbook({"A": PEOPLE, "B": TITLED}), "two.xlsx")
    page = f"/people/imports/{held.pk}/"
    client = client_of(actor)
    client.post(f"{page}reading/", {"sheet": "1", "header": "1"})
    held.refresh_from_db()
    assert (held.sheet, held.headers) == ("B", ["Vorname", "E-Mail"])
    client.post(f"{page}reading/", {"sheet": "1", "header": "1"})
    held.refresh_from_db()
    assert held.headers == ["Export aus CRM"]
    shown = client.get(page).content.decode()
    assert '<option value="1" selected>B</option>' in shown
    assert 'name="header" value="1"' in shown


def test_a_title_above_the_headers_of_a_text_file(actor):
    held = run(actor, b"Contatos da loja\n\nNome;E-mail\nAna;ana@x.example\n")
    assert (held.headers, addresses_of("Ana")) == (["Nome", "E-mail"], {"ana@x.example"})


def test_the_trial_shows_sample_rows_before_and_after(actor):
    lines = "".join(f"P{n},(31) 99811-{1000 + n}\n" for n in range(20))
    held = taken(actor, f"name,phone\n{lines}Pavel,998110908\nN/A,+5531998110902\n".encode())
    actions.map_columns(import_id=held.pk, mapping=guessed(held), actor=actor, now=NOW)
    held = work_on(held)
    rows = sample_rows(held, [])
    assert len(rows) >= 10
    refused = next(row for row in rows if row.refused)
    assert (refused.line, refused.refused) == (22, "phone: The number has no area code.")
    first = rows[0]
    assert [(fact.label, fact.value) for fact in first.before] == [("name", "P0"), ("phone", "(31) 99811-1000")]
    phone = first.after[1]
    assert (phone.value, phone.given) == ("+5531998111000", "(31) 99811-1000")
    shown = client_of(actor).get(f"/people/imports/{held.pk}/").content.decode()
    assert "Sample rows" in shown
    assert "21 Brazil, 1 refused" in shown
    assert "+5531998111000" in shown
