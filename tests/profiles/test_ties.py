"""Where people work, who belongs with whom, whose customer they are."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from engagement.events.models import OutboxEvent
from engagement.profiles.actions.change import Facts, change
from engagement.profiles.companies.changes import add_company
from engagement.profiles.companies.ties import TieRefused, employ, leave, part, relate
from engagement.profiles.models import Employment, Profile, Relation
from engagement.village.models import AuditEntry
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def make_profile(name, **facts):
    return Profile.objects.create(name=name, created_at=NOW, **facts)


@pytest.fixture
def ana():
    return make_profile("Ana Prado")


@pytest.fixture
def rui():
    return make_profile("Rui Prado")


@pytest.fixture
def shop():
    return add_company(facts={"name": "Loja"}, actor=None, now=NOW)


@pytest.fixture
def club():
    return add_company(facts={"name": "Clube"}, actor=None, now=NOW)


def employed(profile, company, **facts):
    return employ(profile_id=profile.pk, company=company, actor=None, now=NOW, **facts)


def related(one, other, kind="household"):
    return relate(profile_id=one.pk, other_id=other.pk, kind=kind, actor=None, now=NOW)


def primary_of(profile):
    return Employment.objects.filter(profile=profile, primary=True).values_list("company__name", flat=True).get()


def test_who_works_somewhere_is_named_by_the_first_and_by_the_next_when_they_leave(ana, shop, club):
    first = employed(ana, shop, position="Buyer", primary=False)
    assert first.primary
    employed(ana, club, primary=True)
    assert primary_of(ana) == "Clube"
    second = Employment.objects.get(company=club)
    leave(employment_id=second.pk, until=TODAY, actor=None, now=NOW)
    leave(employment_id=second.pk, until=TODAY + timedelta(days=3), actor=None, now=NOW)
    assert primary_of(ana) == "Loja"
    second.refresh_from_db()
    assert second.until == TODAY
    changes = OutboxEvent.objects.filter(name="profiles.employment_changed").order_by("key")
    assert [json.loads(event.payload)["change"] for event in changes] == ["begun", "begun", "ended"]


def test_working_there_already_changes_the_position_and_the_same_again_changes_nothing(ana, shop):
    row = employed(ana, shop, position="Buyer")
    assert employed(ana, shop, position="Head of purchase") == row
    employed(ana, shop, position="Head of purchase")
    actions = AuditEntry.objects.filter(subject_id=str(row.pk)).order_by("key").values_list("action", flat=True)
    assert list(actions) == ["employment.begun", "employment.changed"]
    assert Employment.objects.get().position == "Head of purchase"


def test_a_merged_person_works_where_either_profile_works(ana, shop, club):
    merged = make_profile("A. Prado", canonical=ana)
    old = employed(merged, shop)
    assert old.profile == ana
    Employment.objects.filter(pk=old.pk).update(profile=merged)
    assert employed(ana, shop, position="Buyer") == old
    employed(ana, club)
    assert Employment.objects.filter(primary=True).get().company == club


def test_nobody_leaves_before_they_came(ana, shop):
    row = employed(ana, shop, since=TODAY)
    with pytest.raises(TieRefused):
        leave(employment_id=row.pk, until=TODAY - timedelta(days=1), actor=None, now=NOW)
    assert Employment.objects.get().until is None


def test_a_household_is_the_same_from_both_sides(ana, rui):
    row = related(rui, ana)
    assert related(ana, rui) == row
    assert row.profile_id < row.other_id
    with pytest.raises(IntegrityError), transaction.atomic():
        Relation.objects.create(profile_id=row.other_id, other_id=row.profile_id, kind="household")
    part(relation_id=row.pk, until=TODAY, actor=None, now=NOW)
    again = related(ana, rui)
    assert again != row
    changes = OutboxEvent.objects.filter(name="profiles.relation_changed").order_by("key")
    assert [json.loads(event.payload)["change"] for event in changes] == ["begun", "ended", "begun"]


def test_a_parent_is_no_child_and_both_may_be_said(ana, rui):
    assert related(ana, rui, "parent") != related(rui, ana, "parent")
    assert Relation.objects.count() == 2


def test_nobody_is_related_to_themselves_under_either_of_their_profiles(ana):
    merged = make_profile("A. Prado", canonical=ana)
    for one, other in ((ana, ana), (ana, merged), (merged, ana)):
        with pytest.raises(TieRefused):
            related(one, other)
    assert Relation.objects.count() == 0


def test_a_relation_that_a_merged_profile_has_is_the_persons(ana, rui):
    merged = make_profile("A. Prado")
    row = related(merged, rui)
    Profile.objects.filter(pk=merged.pk).update(canonical=ana)
    assert related(rui, ana) == row


def test_an_owner_is_told_and_kept_and_taken_away(ana):
    owner = make_user("Dagmar Oyelaran")
    for facts in (Facts(owner_id=owner.pk), Facts(owner_id=owner.pk), Facts(name="Ana P."), Facts(owner_id=None)):
        change(profile_id=ana.pk, facts=facts, actor=owner, now=NOW)
    entries = AuditEntry.objects.filter(action="profile.changed").order_by("key")
    assert [entry.detail["fields"] for entry in entries] == [["owner"], ["name"], ["owner"]]
    ana.refresh_from_db()
    assert (ana.name, ana.owner) == ("Ana P.", None)
