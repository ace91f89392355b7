"""Who opted out in another program gets no marketing here, and nobody agrees by that; files without headers."""

import pytest

from engagement.profiles.importing import actions
from engagement.profiles.importing.mapping import Mapping
from engagement.profiles.importing.opt_outs import opted_out
from engagement.profiles.importing.targets import guesses
from engagement.profiles.importing.values import BadCell
from engagement.profiles.models import Consent, ConsentState, Identity, ImportRow
from tests.factories import NOW
from tests.html_forms import sent_by
from tests.profiles.importing.making import taken, work_on
from tests.profiles.importing.test_case_files import guessed
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(db):
    return person("visionary", email="bruna@pedralva.example")


def brought_in(actor, content: str):
    """The way of somebody who takes the first guess."""
    held = taken(actor, content.encode())
    actions.map_columns(import_id=held.pk, mapping=guessed(held), actor=actor, now=NOW)
    work_on(held)
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    return work_on(held)


def states() -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    owners = dict(Identity.objects.filter(kind="email").values_list("profile_id", "address_norm"))
    for row in ConsentState.objects.filter(purpose="marketing"):
        found.setdefault(owners[row.profile_id].partition("@")[0], {})[row.channel] = row.granted
    return found


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Unsubscribed from all email", "optout:email"),  # HubSpot
        ("UNSUB_TIME", "optout:email"),  # Mailchimp
        ("CLEAN_TIME", "optout:email"),
        ("EMAIL_BLACKLISTED", "optout:email"),  # Brevo
        ("Blocklisted", "optout:email"),
        ("SMS_BLACKLISTED", "optout:sms"),
        ("HasOptedOutOfEmail", "optout:email"),  # Salesforce
        ("Email Opt Out", "optout:email"),  # Zoho
        ("Status de opt-in", "optout:email"),  # RD Station
        ("Email Marketing Consent", "consent:email"),  # Klaviyo
        ("Unsubscribed At", "optout:email"),
        ("Suppressed", "optout:all"),
        ("Do Not Contact", "optout:all"),
        ("Do not allow bulk emails", "optout:email"),  # Dynamics
        ("Descadastrado em", "optout:email"),
        ("Fecha de baja", "optout:email"),
        ("Abgemeldet am", "optout:email"),
        ("Marketing status", "optout:email"),  # Pipedrive
        ("Status", ""),
    ],
)
def test_columns_of_opt_outs_are_guessed(header, target):
    assert guesses([header], []) == [target]


@pytest.mark.parametrize(
    ("cell", "is_out"),
    [
        *(
            ("true", True),
            ("TRUE", True),
            ("1", True),
            ("x", True),
            ("Yes", True),
            ("Sim", True),
            ("Unsubscribed", True),
        ),
        *(("cleaned", True), ("Bounced", True), ("NEVER_SUBSCRIBED", False), ("SUBSCRIBED", False), ("Active", False)),
        *(("2024-05-01 10:22:33", True), ("01/05/2024", True), ("45413", True), ("Opted-out", True)),
        *(("false", False), ("0", False), ("Não", False), ("-", False), ("N/A", False), ("Unconfirmed", False)),
        *(("Do Not Allow", True), ("Allow", False), ("2024-05-01T10:22:33Z", True), ("Descadastrado", True)),
    ],
)
def test_a_cell_says_whether_somebody_opted_out(cell, is_out):
    assert opted_out(cell) is is_out


def test_what_cannot_be_understood_is_told():
    with pytest.raises(BadCell, match="opt_out_unclear"):
        opted_out("ask Bruna")


def test_who_opted_out_elsewhere_gets_no_marketing_and_nobody_agrees(actor):
    held = brought_in(
        actor,
        "Email,First Name,Unsubscribed from all email,SMS_BLACKLISTED\n"
        "ana@x.example,Ana,true,\nben@x.example,Ben,false,yes\ncid@x.example,Cid,,\ndan@x.example,Dan,ask Bruna,\n",
    )
    assert held.done["new"] == 4
    assert states() == {"ana": {"email": False}, "ben": {"sms": False}, "dan": {"email": False}}
    assert not Consent.objects.filter(granted=True).exists()
    line = Consent.objects.filter(channel="email").order_by("key")[0]
    assert (line.source, line.evidence["text"]) == ("import", "Unsubscribed from all email, SMS_BLACKLISTED")
    assert ImportRow.objects.get(line=5).notes == "opt_out_unclear:2"


def test_an_opt_out_wins_over_a_yes_in_the_same_row_and_later(actor):
    text = "Email,Newsletter,Opt-in date,UNSUB_TIME,CLEAN_TIME\nana@x.example,yes,2024-01-05,2025-02-03 10:11:12,\n"
    held = taken(actor, text.encode())
    chosen = Mapping.from_json({**guessed_without_evidence(held), "evidence": "The shop's form"})
    actions.map_columns(import_id=held.pk, mapping=chosen, actor=actor, now=NOW)
    work_on(held)
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    work_on(held)
    assert states() == {"ana": {"email": False}}


def guessed_without_evidence(held) -> dict:
    columns = guesses(held.headers, [])
    return {"columns": columns, "decides": ["email"]}


def test_an_opt_out_of_everything_holds_for_each_channel(actor):
    brought_in(actor, "Email,Do not contact\nana@x.example,1\n")
    assert states() == {"ana": {"email": False, "sms": False, "whatsapp": False}}


# Files without headers

BARE = "ana@x.example;Ana Prado;(31) 99811-0902\nben@x.example;Ben Lima;(31) 99811-0903\n"


def test_the_first_row_of_a_file_without_headers_is_a_person(actor):
    held = taken(actor, BARE.encode())
    assert (held.dialect["headless"], held.headers) == (True, ["A", "B", "C"])
    page = client_of(actor).get(f"/people/imports/{held.pk}/").content.decode()
    assert "Column A" in page
    assert "data already: the file has no headers" in page
    chosen = guessed(held)
    assert chosen.columns == ("identity:email", "name", "identity:phone")
    actions.map_columns(import_id=held.pk, mapping=chosen, actor=actor, now=NOW)
    work_on(held)
    rows = list(ImportRow.objects.filter(people_import=held).order_by("line"))
    assert [(row.line, row.data["f"]["name"]) for row in rows] == [(1, "Ana Prado"), (2, "Ben Lima")]


@pytest.mark.parametrize(
    ("content", "headless"),
    [
        ("ana@x.example\nben@x.example\n", True),
        ("+5531998110902,Ana\n", True),
        ("ana@x.example,Ana,cliente\nben@x.example,contato,lead\n", True),  # words that are names of columns elsewhere
        ("Email,Name\nana@x.example,Ana\n", False),
        ("Kolumna,Druga\nana@x.example,Ana\n", False),
        ("Lista de 2024\nNome;E-mail\nAna;ana@x.example\n", False),
        ("x@\nana@x.example\n", False),
    ],
)
def test_a_file_without_headers_is_told_from_one_with_them(actor, content, headless):
    assert taken(actor, content.encode()).dialect["headless"] is headless


def test_a_file_whose_headers_say_nothing_offers_to_take_its_first_row_as_data(actor):
    held = taken(actor, "Maria Ação;Ouro Preto\nJosé;Mariana\n".encode())
    browser, path = client_of(actor), f"/people/imports/{held.pk}/"
    assert "The first row is data" in browser.get(path).content.decode()
    assert browser.post(f"{path}reading/", {"headless": "1"}).status_code == 302
    held.refresh_from_db()
    assert (held.headers, held.dialect["headless"]) == (["A", "B"], True)
    assert "The first row is data" not in browser.get(path).content.decode()
    known = taken(actor, b"Name;Town\nAna;Ouro Preto\n")
    assert "The first row is data" not in browser.get(f"/people/imports/{known.pk}/").content.decode()


def test_the_first_row_can_be_chosen_to_be_data_or_headers(actor):
    held = taken(actor, b"Kolumna;Druga\nana@x.example;Ana\n")
    browser, path = client_of(actor), f"/people/imports/{held.pk}/"
    form = sent_by(browser.get(path).content.decode())
    assert browser.post(f"{path}reading/", form | {"headless": "1"}).status_code == 302
    held.refresh_from_db()
    assert (held.headers, held.dialect["headless"]) == (["A", "B"], True)
    form = sent_by(browser.get(path).content.decode())
    assert form["headless"] == "1"
    browser.post(f"{path}reading/", form | {"headless": ""})
    held.refresh_from_db()
    assert held.headers == ["Kolumna", "Druga"]
