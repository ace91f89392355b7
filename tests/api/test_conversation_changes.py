"""What a program may change of a conversation."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from guardian.shortcuts import assign_perm

from conversations.models import Conversation, Message, Queue
from engagement.village.models import User

pytestmark = pytest.mark.django_db
LIST = "/api/v1/conversations/"


@pytest.fixture
def change(client, bearer, visible):
    """Do something with the conversation."""
    headers = bearer("conversations:write")

    def do(what: str, body: dict | None = None, *, pk=None, **more: str):
        data = "" if body is None else json.dumps(body)
        url = f"{LIST}{pk or visible.pk}/{what}/"
        return client.post(url, data, content_type="application/json", headers=headers | more)

    return do


def test_it_is_resolved_reopened_pending_and_snoozed(change, visible):
    assert change("resolve").json()["status"] == "resolved"
    assert change("resolve").json()["status"] == "resolved"
    assert change("reopen").json()["status"] == "open"
    assert change("pend").json()["status"] == "pending"
    until = timezone.now() + timedelta(days=1)
    answer = change("snooze", {"until": until.isoformat()})
    assert (answer.status_code, answer.json()["status"]) == (200, "snoozed")
    events = Message.objects.filter(conversation=visible, kind="event")
    assert events.count() == 4, "each change once"


def test_a_snooze_in_the_past_is_refused(change, visible):
    answer = change("snooze", {"until": "2001-01-01T00:00:00Z"})
    assert answer.status_code == 422
    assert Conversation.objects.get(pk=visible.pk).status == "open"


def test_it_is_assigned_to_who_works_there_and_to_nobody(change, agent, visible):
    assert change("assign", {"assignee": str(agent.pk)}).json()["assignee"] == str(agent.pk)
    assert change("assign", {"assignee": None}).json()["assignee"] is None
    stranger = User.objects.create_user("x@pedralva.example", None, name="X")
    for wrong in (str(stranger.pk), str(visible.pk), "no-id"):
        assert change("assign", {"assignee": wrong}).status_code == 422
    assert Conversation.objects.get(pk=visible.pk).assignee is None


def test_whoever_saw_another_assignee_is_told_and_takes_nothing(change, agent, queue, visible):
    rui = User.objects.create_user("rui@pedralva.example", None, name="Rui Prado")
    assign_perm("conversations.work_queue", rui, queue)
    assert change("assign", {"assignee": str(agent.pk), "seen": None}).status_code == 200
    late = change("assign", {"assignee": str(rui.pk), "seen": None})
    assert (late.status_code, late.json()["type"]) == (409, "urn:vilarejo:problem:assigned_meanwhile")
    assert "Iara Menezes" in late.json()["detail"]
    assert change("assign", {"assignee": None, "seen": str(rui.pk)}).status_code == 409
    assert change("assign", {"assignee": str(agent.pk), "seen": None}).status_code == 200, "safe to repeat"
    assert Conversation.objects.get(pk=visible.pk).assignee == agent
    assert change("assign", {"assignee": str(rui.pk), "seen": str(agent.pk)}).json()["assignee"] == str(rui.pk)
    assert change("assign", {"assignee": str(agent.pk)}).status_code == 200, "nothing was seen, nothing is compared"
    assert change("assign", {"assignee": None, "seen": "nobody"}).status_code == 422


def test_it_moves_to_another_queue(change, visible):
    legal = Queue.objects.create(slug="legal", name="Legal")
    answer = change("move", {"queue": "legal"})
    assert (answer.status_code, answer.json()["queue"]) == (200, "legal")
    assert Conversation.objects.get(pk=visible.pk).queue == legal
    assert change("resolve").status_code == 404, "it is out of sight now"


def test_an_unknown_queue_is_refused(change, visible):
    assert change("move", {"queue": "nowhere"}).status_code == 422


def test_one_of_another_queue_is_not_there(change, hidden):
    for what, body in (("resolve", None), ("assign", {"assignee": None}), ("move", {"queue": "care"})):
        assert change(what, body, pk=hidden.pk).status_code == 404
    assert Conversation.objects.get(pk=hidden.pk).status == "open"


def test_reading_is_not_enough(client, bearer, visible):
    answer = client.post(f"{LIST}{visible.pk}/resolve/", headers=bearer("conversations:read"))
    assert answer.status_code == 403
    assert Conversation.objects.get(pk=visible.pk).status == "open"


def test_the_same_key_does_it_once(change, visible):
    first = change("resolve", None, **{"idempotency-key": "a"})
    change("reopen")
    again = change("resolve", None, **{"idempotency-key": "a"})
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert Conversation.objects.get(pk=visible.pk).status == "open"
