"""Checks measure what their sentences say: reading time, reopened conversations, deals; home figures equal their page."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from campaigns import checks as campaign_checks
from conversations import checks
from conversations.models import Conversation
from engagement.channels.models import RawEvent
from engagement.config.home import sections
from tests.factories import make_channel, make_conversation
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return timezone.now()


def raw(channel, *, waited: timedelta | None, status: str) -> RawEvent:
    received = now() - timedelta(hours=2)
    return RawEvent.objects.create(
        channel=channel,
        received_at=received,
        read_at=received + waited if waited is not None else None,
        status=status,
        body=b"",
    )


def test_what_was_read_late_fails_as_what_was_not_read():
    channel = make_channel("care@pedralva.example")
    for _ in range(7):
        raw(channel, waited=timedelta(seconds=3), status="read")
    raw(channel, waited=timedelta(minutes=16), status="read")
    raw(channel, waited=None, status="received")
    raw(channel, waited=None, status="failed")
    raw(channel, waited=None, status="read")  # from before the time was kept: says nothing
    found = checks.read_at_once(now())
    assert (found.figure, found.rows, len(found.evidence)) == (70.0, 10, 3)


def test_a_reopened_conversation_without_its_promise_is_seen():
    conversation = make_conversation(make_channel("care@pedralva.example"))
    rows = Conversation.objects.filter(pk=conversation.pk)
    long_ago = now() - timedelta(days=3)
    rows.update(status="open", assignee=None, waiting_since=None, last_activity_at=long_ago)
    assert checks.somebody_answers_for_it(now()).figure == 100
    rows.update(reopened_times=1)
    found = checks.somebody_answers_for_it(now())
    assert (found.figure, found.rows, len(found.evidence)) == (0.0, 1, 1)


def test_an_organization_without_deals_is_not_judged_by_them():
    found = campaign_checks.deals_left_out(now())
    assert (found.figure, found.rows, found.evidence) == (None, 0, ())


def test_the_administrator_is_led_to_whom_to_ask_and_others_to_the_page():
    channel = make_channel("care@pedralva.example")
    raw(channel, waited=None, status="failed")
    builder = person("master-builder", email="ambrosio@pedralva.example", name="Ambrósio Falcão")
    ivo = person("administrator", email="ivo@pedralva.example")
    broken = next(iter(sections(builder, now())))
    assert [(one.url, one.action) for one in broken.items] == [("/inbox/attention/", None)]
    assert client_of(builder).get("/inbox/attention/").status_code == 200
    page = client_of(ivo).get("/").content.decode()
    assert "Ask Ambrósio Falcão" in page
    answer = client_of(ivo).post("/operations/asks/about/", {"about": "delivery-problems"}, follow=True)
    assert "A task for Ambrósio Falcão was created." in answer.content.decode()
