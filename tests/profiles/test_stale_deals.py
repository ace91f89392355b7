"""Deals that should have closed long ago, or whose owner has left: they stop to keep marketing back, and are asked about."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Segment
from campaigns.selectors.forecast import forecast
from collaboration.models import Notification, Task
from engagement.events import relay
from engagement.profiles.actions import resolve
from engagement.profiles.actions.deals import Terms, change_owner, hold, open_deal
from engagement.profiles.actions.stale_deals import ask_about_deals
from engagement.profiles.deal_rule import quiet_because_of_deals
from engagement.profiles.models import Deal
from engagement.village.actions.end_access import end_access
from engagement.village.models import Department
from tests.factories import NOW, minutes
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def dagmar():
    return person("merchant", email="dagmar@pedralva.example", name="Dagmar Oyelaran", language="pt-br")


@pytest.fixture
def boss():
    return person("administrator", email="ivo@pedralva.example", name="Ivo Sandoval")


def make_deal(owner, days=None, **facts):
    profile = resolve(kind="email", address="ana@customer.example", name="Ana Prado", now=NOW).profile
    closes_on = None if days is None else TODAY + timedelta(days=days)
    terms = Terms(title="Fleet", closes_on=closes_on, **facts)
    return open_deal(profile_id=profile.pk, owner=owner, terms=terms, actor=owner, now=NOW)


def quiet(deal, now=NOW):
    found = quiet_because_of_deals(profile_ids=[deal.profile_id], now=now).get(deal.profile_id, "")
    assert Deal.objects.get(pk=deal.pk).keeps_quiet(now) == found
    return found


def asked():
    ask_about_deals(now=NOW)
    relay.run_pending(now=NOW + minutes(1_000_000))
    return list(Task.objects.order_by("key"))


@pytest.mark.parametrize(
    ("days", "stage", "code"),
    [
        (-1, "lead", "deal_closing"),
        (-30, "lead", "deal_closing"),
        (-31, "lead", ""),
        (-31, "closing", ""),
        (-700, "negotiation", ""),
        (None, "closing", "deal_closing"),
        (-31, "held", "deal_held"),
    ],
)
def test_a_deal_long_past_its_close_date_keeps_no_marketing_back(dagmar, days, stage, code):
    deal = make_deal(dagmar, days, stage="lead" if stage == "held" else stage)
    if stage == "held":
        hold(deal_id=deal.pk, reason="Contract at the lawyers", actor=dagmar, now=NOW)
    assert quiet(deal) == code


def test_the_limit_is_a_setting(dagmar, settings):
    deal = make_deal(dagmar, -31)
    settings.DEAL_STALE_DAYS = 60
    assert quiet(deal) == "deal_closing"


def test_what_a_leaver_held_does_not_hold_for_ever(dagmar, boss):
    held, closing = make_deal(dagmar, 5), make_deal(dagmar, stage="closing")
    hold(deal_id=held.pk, reason="Soon", actor=dagmar, now=NOW)
    Deal.objects.filter(pk=closing.pk).update(stage="lead")
    end_access(person=dagmar, actor=boss, now=NOW)
    assert quiet(held, NOW + timedelta(days=3)) == "deal_held"
    assert quiet(held, NOW + timedelta(days=31)) == ""


def test_the_owner_is_asked_once_for_each_close_date(dagmar):
    deal = make_deal(dagmar, -31)
    make_deal(dagmar, -3)
    (task,) = asked()
    assert (task.assignee, task.profile_id, task.due_at) == (dagmar, deal.profile_id, NOW + timedelta(days=3))
    assert task.title.startswith("Decida sobre o negócio “Fleet”: o fechamento era esperado para ")
    assert len(asked()) == 1
    Deal.objects.filter(pk=deal.pk).update(asked_at=None)
    assert len(asked()) == 1


def test_in_the_place_of_who_left_the_sales_department_is_asked(dagmar, boss):
    sales = Department.objects.get(slug="sales")
    colleague = person("merchant", email="bruno@pedralva.example", name="Bruno")
    colleague.departments.add(sales)
    deal = make_deal(dagmar, 40)
    assert asked() == []
    end_access(person=dagmar, actor=boss, now=NOW)
    (task,) = asked()
    assert (task.assignee, task.department) == (None, sales)
    assert "its owner Dagmar Oyelaran has left" in task.title
    change_owner(deal_id=deal.pk, owner=colleague, actor=boss, now=NOW)
    assert len(asked()) == 1


def test_without_a_sales_department_another_seller_or_an_administrator_is_asked(dagmar, boss):
    make_deal(dagmar, 40)
    seller = person("merchant", email="bruno@pedralva.example", name="Bruno")
    end_access(person=dagmar, actor=boss, now=NOW)
    assert asked()[0].assignee == seller
    Task.objects.all().delete()
    Deal.objects.update(asked_at=None)
    seller.is_active = False
    seller.save()
    assert asked()[0].assignee == boss


def test_the_forecast_names_nobody_who_has_left(dagmar, boss):
    make_deal(dagmar, 5)
    segment = Segment.objects.create(name="All", owner=boss)
    campaign = Campaign.objects.create(name="Spring", owner=boss, segment=segment)
    assert [name for name, _people in forecast(campaign=campaign, now=NOW).owners] == ["Dagmar Oyelaran"]
    end_access(person=dagmar, actor=boss, now=NOW)
    assert [name for name, _people in forecast(campaign=campaign, now=NOW).owners] == ["Sales (the owner has left)"]


def test_a_close_date_in_the_past_is_asked_about_before_it_is_saved(dagmar):
    deal = make_deal(dagmar, 20)
    browser, address = client_of(dagmar), f"/people/deals/{deal.pk}/"
    yesterday = timezone.localdate() - timedelta(days=1)
    sent = {"title": "Fleet", "currency": "BRL", "stage": "lead", "owner": dagmar.pk, "closes_on": f"{yesterday}"}
    sent["seen"] = ""
    refused = browser.post(address, sent)
    assert refused.status_code == 422
    assert "Esta data já passou" in refused.content.decode()
    assert 'type="checkbox" name="past_confirmed"' in refused.content.decode()
    deal.refresh_from_db()
    assert deal.closes_on == TODAY + timedelta(days=20)
    assert browser.post(address, sent | {"past_confirmed": "on"}).status_code == 302
    deal.refresh_from_db()
    assert deal.closes_on == yesterday
    assert browser.post(address, sent | {"title": "Fleet of ten"}).status_code == 302  # it was agreed to before
    new = browser.post(f"/people/{deal.profile_id}/deals/", sent)
    assert new.status_code == 422
    assert Deal.objects.count() == 1


def test_an_owner_is_notified_of_the_task_to_decide_on_a_deal(dagmar):
    make_deal(dagmar, -60)
    ask_about_deals(now=NOW)
    relay.run_pending(now=NOW + minutes(10_000))
    relay.run_pending(now=NOW + minutes(10_000))
    task = Task.objects.get()
    assert task.assignee == dagmar
    assert Notification.objects.filter(person=dagmar, kind="task.assigned").count() == 1
