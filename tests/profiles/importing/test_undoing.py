"""An import is taken back as a whole: who it made goes, what it changed becomes what it was, what lives on stays."""

import pytest
from django.db import DatabaseError, connection, transaction

from engagement.profiles.actions import consent, resolve
from engagement.profiles.actions.change import Facts, change
from engagement.profiles.actions.deals import Terms, open_deal
from engagement.profiles.actions.identify import add_address
from engagement.profiles.importing import actions
from engagement.profiles.models import (
    AttributeDefinition,
    Consent,
    ConsentState,
    Identity,
    ImportChange,
    PeopleImport,
    Profile,
)
from tests.factories import NOW, make_channel, make_conversation
from tests.profiles.importing.making import brought_in, people_file, undone
from tests.village.people import person

pytestmark = pytest.mark.django_db
Status = PeopleImport.Status


@pytest.fixture
def actor(db):
    return person("visionary")


def at(email):
    return Profile.objects.get(identities__address_norm=email)


def everything():
    return (
        list(Profile.objects.order_by("key").values()),
        list(Identity.objects.order_by("key").values()),
        list(ConsentState.objects.order_by("pk").values("profile", "channel", "granted", "basis", "since")),
    )


def test_undo_puts_everything_back_as_it_was(actor):
    AttributeDefinition.objects.create(slug="rides", label="Rides", label_pt="Passeios", type="number")
    ana = resolve(kind="email", address="ana@x.example", name="Ana", now=NOW).profile
    change(profile_id=ana.pk, facts=Facts(tags=["a"], attributes={"rides": 3}), actor=None, now=NOW)
    resolve(kind="email", address="bo@x.example", now=NOW)
    before = everything()
    lines = ["Ana M.;ana@x.example;+5531999990001;Faro;b;9;yes", "Bo;bo@x.example;;;;1;yes"]
    lines += [f"P{n};p{n}@x.example;+55319999911{n:02};;;{n};yes" for n in range(20)]
    chosen = {
        "columns": (*("name", "identity:email", "identity:phone", "place", "tags"), "attribute:rides", "consent:email"),
        "wins": "file",
        "evidence": "x",
        "undated": "import_day",
    }
    held = brought_in(actor, people_file(lines, "name;email;phone;city;tags;rides;ok"), **chosen)
    assert (held.done["new"], held.done["changed"], Consent.objects.count()) == (20, 2, 22)
    held = undone(held, actor)
    assert held.undone == {"removed": 20, "restored": 2, "kept": {}}
    assert held.status == Status.UNDONE
    assert everything() == before
    # Of those whom we knew the evidence stays, and a line says that it does not count.
    assert list(Consent.objects.order_by("key").values_list("source", "granted")) == [
        *[("import", True)] * 2,
        *[("import_undone", False)] * 2,
    ]


def test_whose_customer_they_are_comes_in_and_goes_again(actor):
    other = person("merchant")
    ana = resolve(kind="email", address="ana@x.example", now=NOW).profile
    bo = resolve(kind="email", address="bo@x.example", now=NOW).profile
    Profile.objects.filter(pk=bo.pk).update(owner=other)
    lines = [f"{name}@x.example;{actor.email.upper()}" for name in ("ana", "bo", "ci")] + ["di@x.example;no@x.example"]
    held = brought_in(actor, people_file(lines, "email;owner"), columns=("identity:email", "owner"))
    owners = {profile.pk: profile.owner for profile in Profile.objects.select_related("owner")}
    assert (owners[ana.pk], owners[bo.pk], at("ci@x.example").owner, at("di@x.example").owner) == (
        *(actor, other, actor, None),
    )
    assert {name: held.done[name] for name in ("new", "changed", "same", "noted")} == {
        "new": 2, "changed": 1, "same": 1, "noted": 1,
    }  # fmt: skip
    assert undone(held, actor).undone == {"removed": 2, "restored": 1, "kept": {}}
    assert list(Profile.objects.order_by("key").values_list("owner", flat=True)) == [None, other.pk]


def test_consent_can_be_given_again_after_an_undo(actor):
    resolve(kind="email", address="ana@x.example", now=NOW)
    chosen = {"columns": ("identity:email",), "agreed": ("email",), "evidence": "x", "undated": "import_day"}
    undone(brought_in(actor, people_file(["ana@x.example"], "email"), **chosen), actor)
    brought_in(actor, people_file(["ana@x.example"], "email"), **chosen)
    assert ConsentState.objects.get().granted


def test_who_lives_on_is_kept_with_the_reason(actor):
    names = ["talked", "renamed", "merged", "called", "sold", "agreed", "gone"]
    held = brought_in(actor, people_file([f"{name};{name}@x.example;;;" for name in names]))
    make_conversation(make_channel(), "talked@x.example")
    change(profile_id=at("renamed@x.example").pk, facts=Facts(name="Else"), actor=None, now=NOW)
    root = resolve(kind="email", address="root@x.example", now=NOW).profile
    Profile.objects.filter(pk=at("merged@x.example").pk).update(canonical=root)
    add_address(profile_id=at("called@x.example").pk, kind="phone", address="+5531999990001", now=NOW)
    open_deal(profile_id=at("sold@x.example").pk, owner=actor, terms=Terms(title="A bicycle"), actor=actor, now=NOW)
    consent.withdraw(
        profile_id=at("agreed@x.example").pk, channel="email", source="t", evidence={"a": 1}, actor=None, now=NOW
    )
    held = undone(held, actor)
    assert held.undone == {
        "removed": 1,
        "restored": 0,
        "kept": {"used": 2, "changed": 1, "merged": 1, "addresses": 1, "consent": 1},
    }
    assert sorted(ImportChange.objects.order_by("line").values_list("line", "kept")) == [
        (2, "used"), (3, "changed"), (4, "merged"), (5, "addresses"), (6, "used"), (7, "consent"),
    ]  # fmt: skip
    assert not Identity.objects.filter(address_norm="gone@x.example").exists()


def test_what_was_changed_again_stays(actor):
    ana = resolve(kind="email", address="ana@x.example", name="Ana", now=NOW).profile
    held = brought_in(actor, people_file(["Ana M.;ana@x.example;+5531999990001;Faro;b"]), wins="file")
    change(profile_id=ana.pk, facts=Facts(place="Porto"), actor=None, now=NOW)
    held = undone(held, actor)
    ana.refresh_from_db()
    assert (ana.name, ana.place, ana.tags) == ("Ana", "Porto", [])
    assert held.undone == {"removed": 0, "restored": 0, "kept": {"changed": 1}}


def test_a_withdrawal_out_of_a_file_is_never_taken_back(actor):
    resolve(kind="email", address="ana@x.example", now=NOW)
    chosen = {"columns": ("identity:email", "consent:email"), "evidence": "x", "undated": "import_day"}
    held = undone(brought_in(actor, people_file(["ana@x.example;no"], "email;ok"), **chosen), actor)
    assert held.undone == {"removed": 0, "restored": 0, "kept": {"withdrawn": 1}}
    assert not ConsentState.objects.get().granted


def test_nothing_else_can_delete_from_the_ledger(actor):
    chosen = {"columns": ("identity:email",), "agreed": ("email",), "evidence": "x", "undated": "import_day"}
    held = brought_in(actor, people_file(["ana@x.example"], "email"), **chosen)
    for told in ("", str(held.pk)):  # that it is being undone must be so, and not only be said
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("SELECT set_config('vilarejo.undoing_import', %s, true)", [told])
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute("DELETE FROM profiles_consent")
    assert Consent.objects.count() == 1


def test_an_import_is_undone_once_and_never_started_again(actor):
    held = undone(brought_in(actor, people_file(["Ana;ana@x.example;;;"])), actor)
    assert actions.undo(import_id=held.pk, actor=actor, now=NOW).status == Status.UNDONE
    with pytest.raises(actions.NotNow):
        actions.start(import_id=held.pk, actor=actor, now=NOW)


def test_what_is_kept_no_longer_cannot_be_undone(actor):
    held = brought_in(actor, people_file(["Ana;ana@x.example;;;"]))
    name = held.file.name
    assert held.file.storage.exists(name)
    with transaction.atomic():
        assert actions.forget(now=held.kept_until) == 1
    held.refresh_from_db()
    assert (held.file.name, ImportChange.objects.count(), held.done["new"]) == ("", 0, 1)
    with pytest.raises(actions.NotNow):
        actions.undo(import_id=held.pk, actor=actor, now=NOW)
