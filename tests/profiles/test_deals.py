"""Deals and their rule: while one closes, or is held, its customer gets no marketing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import QuerySet

from engagement.events.models import OutboxEvent
from engagement.profiles.actions.deals import (
    DealIsOver,
    DealRefused,
    Terms,
    change_deal,
    hold,
    lose,
    open_deal,
    release,
    win,
)
from engagement.profiles.deal_rule import quiet_because_of_deals
from engagement.profiles.models import Deal, Profile
from engagement.village.models import AuditEntry
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def days(number):
    return timedelta(days=number)


@pytest.fixture
def owner():
    return make_user("Dagmar Oyelaran")


@pytest.fixture
def deal(owner):
    profile = Profile.objects.create(name="Pedreira Norte", created_at=NOW)
    terms = Terms(title="Fleet of 18", company="Pedreira Norte", amount=Decimal(84000), closes_on=TODAY + days(60))
    return open_deal(profile_id=profile.pk, owner=owner, terms=terms, actor=owner, now=NOW)


def code_of(deal, now=NOW):
    deal.refresh_from_db()
    in_python = deal.keeps_quiet(now)
    assert quiet_because_of_deals(profile_ids=[deal.profile_id], now=now).get(deal.profile_id, "") == in_python
    return in_python


def set_facts(deal, **facts):
    QuerySet(Deal).filter(pk=deal.pk).update(**facts)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, ""),
        ({"stage": "closing"}, "deal_closing"),
        ({"closes_on": None}, ""),
        ({"closes_on": TODAY + days(14)}, "deal_closing"),
        ({"closes_on": TODAY + days(15)}, ""),
        ({"closes_on": TODAY - days(3)}, "deal_closing"),
        ({"held": True}, "deal_held"),
        ({"held": True, "stage": "closing"}, "deal_held"),
        ({"stage": "closing", "released_until": NOW + days(1)}, ""),
        ({"stage": "closing", "released_until": NOW}, "deal_closing"),
        ({"stage": "won", "closed_at": NOW, "closes_on": TODAY}, ""),
        ({"stage": "lost", "closed_at": NOW, "closes_on": TODAY}, ""),
    ],
)
def test_the_rule_is_the_same_in_python_and_in_sql(deal, facts, code):
    set_facts(deal, **facts)
    assert code_of(deal) == code


def test_the_days_of_quiet_are_a_setting(deal, settings):
    settings.DEAL_QUIET_DAYS = 60
    assert code_of(deal) == "deal_closing"


def test_of_two_deals_of_one_customer_the_hold_is_what_is_said(deal, owner):
    terms = Terms(title="Second", stage="closing")
    open_deal(profile_id=deal.profile_id, owner=owner, terms=terms, actor=owner, now=NOW)
    hold(deal_id=deal.pk, reason="They are reading the contract", actor=owner, now=NOW)
    assert quiet_because_of_deals(profile_ids=[deal.profile_id], now=NOW) == {deal.profile_id: "deal_held"}


def test_holding_and_releasing_are_told_and_kept(deal, owner):
    hold(deal_id=deal.pk, reason="Contract is with their lawyer", actor=owner, now=NOW)
    hold(deal_id=deal.pk, reason="again", actor=owner, now=NOW)
    assert code_of(deal) == "deal_held"
    assert deal.reason == "Contract is with their lawyer"
    release(deal_id=deal.pk, until=NOW + days(10), reason="They asked for it", actor=owner, now=NOW)
    assert code_of(deal) == ""
    assert code_of(deal, NOW + days(10)) == ""
    changes = [entry.action for entry in AuditEntry.objects.filter(subject_type="profiles.deal").order_by("key")]
    assert changes == ["deal.opened", "deal.held", "deal.released"]
    assert OutboxEvent.objects.filter(name="profiles.deal_changed").count() == 3


def test_a_release_ends_by_itself(deal, owner):
    set_facts(deal, stage="closing")
    release(deal_id=deal.pk, until=NOW + days(2), actor=owner, now=NOW)
    assert code_of(deal, NOW + days(1)) == ""
    assert code_of(deal, NOW + days(2)) == "deal_closing"


def test_a_deal_that_is_over_holds_nothing_and_changes_no_more(deal, owner):
    hold(deal_id=deal.pk, reason="Contract", actor=owner, now=NOW)
    win(deal_id=deal.pk, actor=owner, now=NOW)
    assert win(deal_id=deal.pk, actor=owner, now=NOW).closed_at == NOW
    assert code_of(deal) == ""
    for act in (
        lambda: lose(deal_id=deal.pk, actor=owner, now=NOW),
        lambda: hold(deal_id=deal.pk, reason="late", actor=owner, now=NOW),
        lambda: release(deal_id=deal.pk, until=NOW + days(1), actor=owner, now=NOW),
        lambda: change_deal(deal_id=deal.pk, owner=owner, terms=Terms(title="x"), actor=owner, now=NOW),
    ):
        with pytest.raises(DealIsOver):
            act()


def test_a_change_names_its_fields_and_none_is_no_change(deal, owner):
    terms = Terms(title="Fleet of 20", company="Pedreira Norte", amount=Decimal(90000), closes_on=TODAY + days(60))
    change_deal(deal_id=deal.pk, owner=owner, terms=terms, actor=owner, now=NOW)
    change_deal(deal_id=deal.pk, owner=owner, terms=terms, actor=owner, now=NOW)
    assert [entry.detail for entry in AuditEntry.objects.filter(action="deal.changed")] == [
        {"fields": ["amount", "title"]}
    ]


@pytest.mark.parametrize(
    "terms", [Terms(title=" "), Terms(title="x", stage="won"), Terms(title="x", amount=Decimal(-1))]
)
def test_terms_that_cannot_be_are_refused(owner, terms):
    profile = Profile.objects.create(created_at=NOW)
    with pytest.raises(DealRefused):
        open_deal(profile_id=profile.pk, owner=owner, terms=terms, actor=owner, now=NOW)
    assert Deal.objects.count() == 0


@pytest.mark.parametrize(
    "facts",
    [
        {"stage": "won"},
        {"stage": "lead", "closed_at": NOW},
        {"stage": "won", "closed_at": NOW, "held": True},
        {"held": True, "released_until": NOW},
        {"amount": Decimal(-1)},
        {"currency": "real"},
        {"stage": "dreaming"},
    ],
)
def test_the_database_refuses_deals_that_cannot_be(deal, facts):
    with pytest.raises(Exception, match=r"violates check|too long"), transaction.atomic():
        set_facts(deal, **facts)


def test_a_hold_needs_a_reason_and_a_release_a_time_to_come(deal, owner):
    with pytest.raises(DealRefused):
        hold(deal_id=deal.pk, reason="  ", actor=owner, now=NOW)
    with pytest.raises(DealRefused):
        release(deal_id=deal.pk, until=NOW, actor=owner, now=NOW)
    assert code_of(deal) == ""


def test_a_merged_profile_s_deal_is_the_canonical_one_s(deal, owner):
    other = Profile.objects.create(canonical=deal.profile, created_at=NOW)
    opened = open_deal(profile_id=other.pk, owner=owner, terms=Terms(title="Service"), actor=owner, now=NOW)
    assert opened.profile_id == deal.profile_id
