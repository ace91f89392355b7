"""Sources of messages go after the organization's time; what waits, what is held and what people read stays."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from conversations.actions import source_retention
from conversations.actions.source_retention import remove_old_sources
from engagement.channels.inbound.put_into_inbox import may_be_put
from engagement.channels.models import RawEvent
from engagement.organization.models import Organization
from engagement.profiles.models import LegalHold
from engagement.village.models import AuditEntry
from tests.factories import make_channel, make_message, make_queue, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(days=31)


@pytest.fixture(autouse=True)
def no_place():
    cache.delete(source_retention.PLACE)
    yield
    cache.delete(source_retention.PLACE)


@pytest.fixture
def keep_for(monkeypatch):
    def keep(days: int) -> None:
        monkeypatch.setattr(source_retention, "current_organization", lambda: Organization(keeps_sources_days=days))

    return keep


@pytest.fixture
def channel():
    return make_channel()


def raw_in(channel, status: str = "read", body: bytes = b"From: a@b.example\r\n\r\nx") -> RawEvent:
    return RawEvent.objects.create(channel=channel, received_at=NOW, body=body, status=status)


def kept() -> set:
    return {row.pk for row in RawEvent.objects.all() if bytes(row.body)}


def test_nothing_is_removed_until_somebody_says_so(keep_for, channel):
    row = raw_in(channel)
    assert remove_old_sources(now=LATER + timedelta(days=4000)) == 0
    keep_for(30)
    assert remove_old_sources(now=NOW + timedelta(days=29)) == 0
    assert kept() == {row.pk}


def test_only_what_is_done_and_old_enough_is_removed(keep_for, channel, monkeypatch):
    monkeypatch.setattr(source_retention, "PAGE_SIZE", 2)
    keep_for(30)
    gone = [raw_in(channel, status) for status in ("read", "robot", "settled", "duplicate")]
    waiting = [raw_in(channel, status) for status in ("received", "failed")]
    empty = raw_in(channel, body=b"")
    assert remove_old_sources(now=LATER) == 4
    assert kept() == {row.pk for row in waiting}
    gone[1].refresh_from_db()
    empty.refresh_from_db()
    assert (gone[1].facts, empty.facts) == ({"source_removed_at": LATER.isoformat()}, {})
    assert not may_be_put(gone[1])
    entry = AuditEntry.objects.get(action="inbound.sources_removed")
    assert (entry.detail, entry.actor) == ({"count": 4, "days": 30}, None)
    assert remove_old_sources(now=LATER) == 0
    assert AuditEntry.objects.filter(action="inbound.sources_removed").count() == 1
    waiting[1].status = "settled"
    waiting[1].save()
    cache.delete(source_retention.PLACE)  # a day later all is looked at again
    assert remove_old_sources(now=LATER) == 1


def test_a_turn_ends_in_time_and_the_next_goes_on_there(keep_for, channel, monkeypatch):
    monkeypatch.setattr(source_retention, "PAGE_SIZE", 1)
    monkeypatch.setattr(source_retention, "TURN_SECONDS", 0.0)
    keep_for(30)
    raw_in(channel), raw_in(channel)
    assert remove_old_sources(now=LATER) == 0
    clock = iter([0.0, 0.0, 2.0, 10.0, 10.0, 12.0])
    monkeypatch.setattr(source_retention, "TURN_SECONDS", 1.0)
    monkeypatch.setattr(source_retention, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert [remove_old_sources(now=LATER), remove_old_sources(now=LATER)] == [1, 1]


def test_a_legal_hold_keeps_the_sources_of_a_person(keep_for, channel):
    keep_for(30)
    held, free = make_message(channel, "ana@a.example"), make_message(channel, "bia@b.example")
    rows = [raw_in(channel), raw_in(channel)]
    for message, row in zip((held, free), rows, strict=True):
        message.raw_event_key = row.pk
        message.save()
    hold = LegalHold.objects.create(
        profile=held.conversation.profile, reason="Lawsuit", starts_at=NOW, set_by=make_user(), set_at=NOW
    )
    assert remove_old_sources(now=LATER) == 1
    assert kept() == {rows[0].pk}
    hold.lifted_at, hold.lift_reason = LATER, "Over"
    hold.save()
    cache.delete(source_retention.PLACE)
    assert remove_old_sources(now=LATER + timedelta(days=1)) == 1


def test_show_original_says_that_the_source_is_gone(keep_for, client, channel):
    queue = make_queue("care", channels=(channel,), is_default=True)
    iara = make_user("Iara", queues=(queue,))
    iara.groups.add(Group.objects.get(role__slug="agent"))
    client.force_login(iara)
    message = make_message(channel)
    message.raw_event_key = raw_in(channel).pk
    message.save()
    names = [reverse(f"conversations:{name}", args=[message.conversation_id, message.pk]) for name in _PAGES]
    assert "Download source" in client.get(names[0]).text
    keep_for(30)
    remove_old_sources(now=LATER)
    page = client.get(names[0])
    assert page.status_code == 200
    assert "The source was removed on" in page.text
    assert "Download source" not in page.text
    assert client.get(names[1]).status_code == 410


_PAGES = ("original", "original-source")
