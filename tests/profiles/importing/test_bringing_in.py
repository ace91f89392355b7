"""People come in by set: who they are, what wins, what is refused, and that the trial says exactly what the run does."""

import pytest
from django.utils import timezone

from engagement.events.models import OutboxEvent
from engagement.profiles.actions import consent, resolve
from engagement.profiles.actions.change import Facts, change
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.suppress import suppress
from engagement.profiles.importing import actions
from engagement.profiles.importing.mapping import BadMapping
from engagement.profiles.models import (
    AttributeDefinition,
    Consent,
    ConsentState,
    Identity,
    ImportRow,
    PeopleImport,
    Profile,
    Suppression,
)
from engagement.village.models import AuditEntry
from tests.factories import NOW
from tests.profiles.importing.making import brought_in, mapping, people_file, taken, tried
from tests.village.people import person

pytestmark = pytest.mark.django_db
Status = PeopleImport.Status


@pytest.fixture
def actor(db):
    return person("visionary")


def known(email="ana@x.example", **facts):
    profile = resolve(kind="email", address=email, now=NOW).profile
    return change(profile_id=profile.pk, facts=Facts(**facts), actor=None, now=NOW) if facts else profile


def numbers(counted):
    return {name: counted.get(name) for name in ("new", "changed", "same", "refused")}


def test_people_come_in_with_their_addresses_facts_and_tags(actor):
    lines = ["Ana Prado;ANA@x.example;(31) 99999-0001;Tiradentes;club, News", "Bo;bo@x.example;;;"]
    held = brought_in(actor, people_file(lines), tags=("feira 2026",))
    ana = Profile.objects.get(identities__address_norm="ana@x.example")
    assert (ana.name, ana.place, ana.tags) == ("Ana Prado", "Tiradentes", ["club", "feira 2026", "news"])
    assert sorted(ana.identities.values_list("kind", "address_norm", "address")) == [
        ("email", "ana@x.example", "ANA@x.example"),
        ("phone", "+5531999990001", "(31) 99999-0001"),
    ]
    assert held.status == Status.DONE
    assert numbers(held.tried) == numbers(held.done) | {"refused": {}} == {
        "new": 2, "changed": 0, "same": 0, "refused": {},
    }  # fmt: skip


def test_the_trial_says_what_the_run_does_and_changes_nothing(actor):
    known("old@x.example", name="Old", place="Lisboa")
    known("same@x.example", name="Same", place="Porto")
    suppress(kind="email", address="gone@x.example", purpose="", reason="erased", source="t", now=NOW)
    suppress(kind="email", address="no@x.example", purpose="marketing", reason="unsubscribed", source="t", now=NOW)
    lines = [
        "New;new@x.example;;;",
        "Other;old@x.example;+5531999990001;;club",
        "Same;same@x.example;;Porto;",
        "Gone;gone@x.example;;;",
        "No;no@x.example;;;",
        "Again;NEW@x.example;;;",
        "Bad;not an address;;;",
        "Nobody;;;;",
        "Ragged;r@x.example;;;;more;cells",
        "Note;note@x.example;12;;",
    ]
    before = (Profile.objects.count(), Identity.objects.count())
    held = tried(actor, people_file(lines))
    assert held.status == Status.CHECKED
    assert (Profile.objects.count(), Identity.objects.count()) == before
    refused = {"erased": 1, "duplicate": 1, "bad_email": 1, "no_address": 1, "ragged": 1}
    assert numbers(held.tried) == {"new": 3, "changed": 1, "same": 1, "refused": refused}
    assert (held.tried["rows"], held.tried["suppressed"], held.tried["noted"]) == (10, 1, 2)
    told = ImportRow.objects.filter(people_import=held).exclude(refused="", notes="").order_by("line")
    assert list(told.values_list("line", "refused", "detail", "notes")) == [
        (5, "erased", "", "suppressed:"),
        (6, "", "", "suppressed:"),
        (7, "duplicate", "2", ""),
        (8, "bad_email", "1", "bad_email:1"),
        (9, "no_address", "", ""),
        (10, "ragged", "", ""),
        (11, "", "", "bad_phone:2"),
    ]
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    from tests.profiles.importing.making import work_on

    held = work_on(held)
    assert {name: held.done[name] for name in ("new", "changed", "same")} == {"new": 3, "changed": 1, "same": 1}
    assert not Profile.objects.filter(name__in=["Gone", "Again", "Bad", "None", "Ragged"]).exists()


@pytest.mark.parametrize(("wins", "place"), [("known", "Lisboa"), ("file", "Faro")])
def test_what_wins_where_both_know_a_fact_is_chosen(actor, wins, place):
    ana = known(name="", place="Lisboa", tags=["a"])
    brought_in(actor, people_file(["Ana;ana@x.example;;Faro;b"]), wins=wins)
    ana.refresh_from_db()
    assert (ana.name, ana.place, ana.tags) == ("Ana", place, ["a", "b"])


def test_an_empty_cell_forgets_nothing(actor):
    ana = known(name="Ana", place="Lisboa")
    held = brought_in(actor, people_file([";ana@x.example;;;"]), wins="file")
    ana.refresh_from_db()
    assert (ana.name, ana.place, held.done["same"]) == ("Ana", "Lisboa", 1)


def test_attributes_keep_their_types(actor):
    AttributeDefinition.objects.create(slug="rides", label="Rides", label_pt="Passeios", type="number")
    AttributeDefinition.objects.create(slug="club", label="Club", label_pt="Clube", type="boolean")
    ana = known()
    Profile.objects.filter(pk=ana.pk).update(attributes={"rides": 3, "other": "x"})
    content = people_file(["ana@x.example;1.250,5;sim", "bo@x.example;many;não"], "email;rides;club")
    columns = ("identity:email", "attribute:rides", "attribute:club")
    held = brought_in(actor, content, columns=columns, wins="file")
    ana.refresh_from_db()
    assert ana.attributes == {"rides": 1250.5, "other": "x", "club": True}
    bo = Profile.objects.get(identities__address_norm="bo@x.example")
    assert (bo.attributes, held.done["noted"]) == ({"club": False}, 1)


def test_an_address_of_somebody_else_is_left_out_and_told_of(actor):
    other = known("other@x.example")
    add_address(profile_id=other.pk, kind="phone", address="+5531999990001", now=NOW)
    lines = [
        "Ana;ana@x.example;+5531999990001;;",
        "Bo;bo@x.example;+5531999990002;;",
        "Ci;ci@x.example;+5531999990002;;",
    ]
    held = brought_in(actor, people_file(lines))
    assert held.done["new"] == 3
    assert Identity.objects.get(address_norm="+5531999990001").profile_id == other.pk
    assert Identity.objects.get(address_norm="+5531999990002").profile.name == "Bo"
    rows = ImportRow.objects.filter(people_import=held, notes__contains="taken:").order_by("line")
    assert list(rows.values_list("line", flat=True)) == [2, 4]


def test_the_second_address_decides_where_the_first_is_not_known(actor):
    ana = known("old@x.example", name="Ana")
    add_address(profile_id=ana.pk, kind="phone", address="+5531999990001", now=NOW)
    lines = ["Ana;new@x.example;+5531999990001;;", "Bo;;+5531999990002;;", "Ci;;;;"]
    held = brought_in(actor, people_file(lines), decides=("email", "phone"))
    assert Identity.objects.get(address_norm="new@x.example").profile_id == ana.pk
    assert Identity.objects.get(address_norm="+5531999990002").profile.name == "Bo"
    assert numbers(held.done) == {"new": 1, "changed": 1, "same": 0, "refused": {}}
    assert held.tried["refused"] == {"no_address": 1}


def test_two_addresses_of_one_person_in_two_rows_count_once(actor):
    ana = known("one@x.example")
    add_address(profile_id=ana.pk, kind="email", address="two@x.example", now=NOW)
    held = brought_in(actor, people_file(["Ana;one@x.example;;;", "Ana M.;two@x.example;;;"]))
    ana.refresh_from_db()
    assert (ana.name, held.tried["refused"]) == ("Ana", {"duplicate": 1})


def test_who_was_merged_is_found_through_the_canonical_profile(actor):
    ana, old = known("ana@x.example", name=""), known("old@x.example")
    Profile.objects.filter(pk=old.pk).update(canonical=ana)
    brought_in(actor, people_file(["Ana;old@x.example;;;"]))
    ana.refresh_from_db()
    old.refresh_from_db()
    assert (ana.name, old.name) == ("Ana", "")


def test_an_address_that_was_closed_is_not_used_again(actor):
    ana = known(name="Ana")
    Identity.objects.filter(profile=ana).update(valid_to=NOW)
    held = brought_in(actor, people_file(["Bea;ana@x.example;;;"]))
    ana.refresh_from_db()
    assert (ana.name, held.done["new"]) == ("Ana", 1)
    assert Identity.objects.get(address_norm="ana@x.example", valid_to=None).profile.name == "Bea"


def test_another_spelling_of_a_mailbox_or_number_is_the_same_person(actor):
    ana = known("ana.prado@gmail.com", name="")
    bo = resolve(kind="phone", address="+553199990001", now=NOW).profile
    lines = ["Ana;anaprado+news@gmail.com;;;", "Again;Ana.Prado@googlemail.com;;;", "Bo;;+5531999990001;;"]
    held = brought_in(actor, people_file(lines), decides=("email", "phone"))
    ana.refresh_from_db()
    bo.refresh_from_db()
    assert (ana.name, bo.name, Profile.objects.count()) == ("Ana", "Bo", 2)
    assert (held.done["changed"], held.tried["refused"]) == (2, {"duplicate": 1})
    assert list(ana.identities.order_by("key").values_list("address_norm", "leads")) == [
        ("ana.prado@gmail.com", True),
        ("anaprado+news@gmail.com", False),
    ]
    assert list(bo.identities.order_by("key").values_list("address_norm", "leads")) == [
        ("+553199990001", True),
        ("+5531999990001", False),
    ]


def test_spellings_of_one_mailbox_inside_a_file_are_one_person(actor):
    held = brought_in(actor, people_file(["Ana;ana+a@gmail.com;;;", "Ana;a.na@gmail.com;;;"]))
    assert (held.done["new"], held.tried["refused"], Profile.objects.count()) == (1, {"duplicate": 1}, 1)


def test_who_was_erased_does_not_come_back_by_another_spelling(actor):
    suppress(kind="email", address="anaprado@gmail.com", purpose="", reason="erased", source="t", now=NOW)
    suppress(kind="phone", address="+5531999990001", purpose="", reason="erased", source="t", now=NOW)
    lines = ["Ana;Ana.Prado+x@gmail.com;;;", "Bo;bo@x.example;+553199990001;;", "Ci;ci@gmail.com;;;"]
    held = brought_in(actor, people_file(lines))
    assert (held.tried["refused"], held.done["new"]) == ({"erased": 2}, 1)
    assert list(Profile.objects.values_list("name", flat=True)) == ["Ci"]


def test_numbers_of_another_system_are_found_again_within_it(actor):
    chosen = {"columns": ("name", "identity:crm"), "decides": ("crm",)}
    for scope in ("hubspot", "totvs", "hubspot"):
        brought_in(actor, people_file(["Ana;4711"], "name;id"), scope=scope, **chosen)
    assert sorted(Identity.objects.values_list("kind", "scope", "address_norm")) == [
        ("crm", "hubspot", "4711"),
        ("crm", "totvs", "4711"),
    ]


AGREE = {
    "columns": ("identity:email", "consent:email", "consent_at"),
    "evidence": "Form at the fair: news by e-mail",
}


def agreeing(*lines):
    return people_file(lines, "email;consent;when")


def test_consent_comes_in_with_its_evidence(actor):
    held = brought_in(actor, agreeing("ana@x.example;sim;2026-05-01", "bo@x.example;;"), **AGREE)
    line = Consent.objects.get()
    assert (line.channel, line.purpose, line.granted, line.basis, line.source) == (
        *("email", "marketing", True, "express", "import"),
    )
    assert line.at.date().isoformat() == "2026-05-01"
    assert line.evidence == {
        "text": "Form at the fair: news by e-mail", "file": "people.csv", "import": str(held.pk), "line": 2,
    }  # fmt: skip
    state = ConsentState.objects.get()
    assert (state.profile_id, state.granted, state.holds(timezone.now())) == (line.profile_id, True, True)
    assert line.actor == actor


def test_an_import_overrules_neither_a_withdrawal_nor_a_suppression(actor):
    ana = known()
    consent.withdraw(profile_id=ana.pk, channel="email", source="t", evidence={"text": "stop"}, actor=None, now=NOW)
    suppress(kind="email", address="bo@x.example", purpose="marketing", reason="complained", source="t", now=NOW)
    held = brought_in(actor, agreeing(*(f"{name}@x.example;yes;2026-05-01" for name in ("ana", "bo", "ci"))), **AGREE)
    granted = ConsentState.objects.filter(granted=True).values_list("profile__identities__address_norm", flat=True)
    assert list(granted) == ["ci@x.example"]
    assert not ConsentState.objects.get(profile=ana).granted
    assert Consent.objects.filter(granted=True).count() == 1
    assert (held.done["suppressed"], held.done["same"], Suppression.objects.count()) == (1, 1, 1)


def test_a_no_in_the_file_withdraws(actor):
    ana = known()
    consent.give(
        profile_id=ana.pk, channel="email", purpose="marketing", basis="express", source="t",
        evidence={"text": "x"}, actor=None, now=NOW,
    )  # fmt: skip
    brought_in(actor, agreeing("ana@x.example;não;", "bo@x.example;no;"), **AGREE)
    assert sorted(ConsentState.objects.values_list("granted", flat=True)) == [False, False]
    assert Consent.objects.filter(granted=False, source="import").count() == 2


def test_everybody_in_the_file_agrees_where_it_is_said_so(actor):
    chosen = {"columns": ("identity:email",), "agreed": ("email", "sms"), "evidence": "x"}
    chosen |= {"basis": "implied", "expires_on": "2027-05-01", "undated": "import_day"}
    brought_in(actor, people_file(["ana@x.example"], "email"), **chosen)
    assert sorted(ConsentState.objects.values_list("channel", "basis")) == [("email", "implied"), ("sms", "implied")]
    assert ConsentState.objects.first().expires_at.isoformat() == "2027-05-02T00:00:00+00:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"decides": ()},
        {"decides": ("handle",)},
        {"columns": ("name", "name", "", "", ""), "decides": ("email",)},
        {"columns": ("name", "identity:email")},
        {"columns": ("name", "identity:email", "attribute:none", "", "")},
        {"columns": ("name", "identity:email", "consent:email", "", "")},
        {"agreed": ("email",), "evidence": "x", "basis": "implied"},
        {"agreed": ("email",), "evidence": "x", "basis": "contract"},
        {"agreed": ("email",), "evidence": "x", "expires_on": "2020-01-01"},
        {"country": "BRA"},
        {"columns": ("identity:crm", "identity:email", "", "", "")},
        {"wins": "nobody"},
    ],
)
def test_a_mapping_that_cannot_be_is_refused(actor, wrong):
    held = taken(actor, people_file(["Ana;ana@x.example;;;"]))
    with pytest.raises(BadMapping):
        actions.map_columns(import_id=held.pk, mapping=mapping(**wrong), actor=actor, now=NOW)
    held.refresh_from_db()
    assert held.status == Status.UPLOADED


def test_an_import_is_told_of_as_a_whole(actor):
    OutboxEvent.objects.all().delete()
    held = brought_in(actor, people_file([f"P{n};p{n}@x.example;;;" for n in range(30)]))
    event = OutboxEvent.objects.get()
    assert (event.name, event.subject) == ("profiles.people_imported", f"import:{held.pk}")
    actions_told = list(AuditEntry.objects.order_by("at", "pk").values_list("action", flat=True))
    assert actions_told == ["people.file_taken", "people.import_started", "people.imported"]


def test_a_file_without_rows_comes_in_as_nobody(actor):
    held = brought_in(actor, people_file([]))
    assert (held.status, numbers(held.done)["new"]) == (Status.DONE, None)
