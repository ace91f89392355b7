"""Reopening and undoing restore what was promised to the customer, whatever came in between."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from collaboration.handoffs import accept
from collaboration.models import Handoff
from conversations.actions.assign import assign, move
from conversations.actions.complaint import mark_complaint, unmark_complaint
from conversations.actions.reply import reply
from conversations.actions.status import pend, reopen, resolve, snooze
from conversations.actions.undo_change import CannotUndo, undo_change
from conversations.models import Conversation, Message
from engagement.events import relay
from tests.collaboration.handing import offered, village
from tests.factories import NOW, make_channel, make_conversation, make_message, make_queue, make_user, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    channel = make_channel("care@pedralva.example")
    make_queue("care", channels=(channel,), answer_within=120)
    return channel


@pytest.fixture
def queue(channel):
    return channel.queues.get()


@pytest.fixture
def agent(queue):
    return make_user("Iara Nunes", queues=(queue,))


@pytest.fixture
def talk(channel):
    return make_conversation(channel, external_id="a@x")


PROMISED = ("status", "assignee_id", "queue_id", "snoozed_until", "waiting_since", "next_due_at", "complaint_since")


def facts(conversation):
    return Conversation.objects.values(*PROMISED).get(pk=conversation.pk)


def undo(done, agent):
    return undo_change(conversation=done, entry_id=done.last_event_id, actor=agent, now=NOW + minutes(6))


CHANGES = {
    "resolve": resolve,
    "pend": pend,
    "snooze": lambda **given: snooze(until=NOW + timedelta(days=1), **given),
    "complaint": mark_complaint,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("status", ["open", "pending", "snoozed"])
def test_an_undo_restores_what_was_promised(talk, queue, agent, change, status):
    colleague = make_user("Caio Brandt", queues=(queue,))
    assign(conversation=talk, assignee=colleague, actor=agent, now=NOW)
    if status == "snoozed":
        snooze(conversation=talk, until=NOW + timedelta(hours=3), actor=agent, now=NOW)
    if status == "pending":
        pend(conversation=talk, actor=agent, now=NOW)
    before = facts(talk)
    done = CHANGES[change](conversation=talk, actor=agent, now=NOW + minutes(5))
    if done.last_event_id is None:
        assert facts(talk) == before
        return
    undo(done, agent)
    assert facts(talk) == before
    undo(done, agent)
    assert facts(talk) == before
    newest = Message.objects.filter(conversation=talk).order_by("-seq").first()
    assert newest.detail["event"] == "undone"


def test_an_undo_gives_back_assignee_queue_and_mark(talk, queue, agent):
    colleague = make_user("Caio Brandt", queues=(queue,))
    other = make_queue("bills")
    before = facts(talk)
    undo(assign(conversation=talk, assignee=colleague, actor=agent, now=NOW), agent)
    assert facts(talk) == before
    assign(conversation=talk, assignee=colleague, actor=agent, now=NOW)
    mark_complaint(conversation=talk, actor=agent, now=NOW)
    before = facts(talk)
    done = move(conversation=talk, queue=other, actor=agent, now=NOW)
    assert facts(talk)["assignee_id"] is None
    undo(done, agent)
    undo(unmark_complaint(conversation=talk, actor=agent, now=NOW + minutes(9)), agent)
    assert facts(talk) == before


def test_who_left_does_not_get_it_back(talk, queue, agent):
    colleague = make_user("Caio Brandt", queues=(queue,))
    assign(conversation=talk, assignee=colleague, actor=agent, now=NOW)
    done = assign(conversation=talk, assignee=None, actor=agent, now=NOW)
    colleague.is_active = False
    colleague.save()
    undo(done, agent)
    assert facts(talk)["assignee_id"] is None


def test_a_message_between_resolving_and_its_undo_keeps_the_older_promise(channel, talk, agent):
    done = resolve(conversation=talk, actor=agent, now=NOW + minutes(5))
    make_message(channel, in_reply_to=["a@x"], received_at=NOW + minutes(6))
    assert facts(talk)["waiting_since"] == NOW + minutes(6)
    undo(done, agent)
    found = facts(talk)
    assert (found["status"], found["waiting_since"]) == ("open", NOW)
    assert found["next_due_at"] == NOW + minutes(120)


def test_an_answer_between_is_not_undone(talk, agent):
    done = resolve(conversation=talk, actor=agent, now=NOW + minutes(5))
    reply(conversation=talk, author=agent, text="Done", client_key="1", seen_seq=9, now=NOW + minutes(6))
    undo(done, agent)
    found = facts(talk)
    assert (found["status"], found["waiting_since"], found["next_due_at"]) == ("open", None, None)


def test_a_change_that_was_overtaken_is_not_undone(talk, queue, agent):
    colleague = make_user("Caio Brandt", queues=(queue,))
    first = assign(conversation=talk, assignee=agent, actor=agent, now=NOW)
    assign(conversation=talk, assignee=colleague, actor=agent, now=NOW)
    closed = resolve(conversation=talk, actor=agent, now=NOW)
    reopen(conversation=talk, actor=colleague, now=NOW)
    resolve(conversation=talk, actor=colleague, now=NOW)
    before = facts(talk)
    for done in (first, closed):
        with pytest.raises(CannotUndo):
            undo(done, agent)
    assert facts(talk) == before


def test_only_an_event_of_this_conversation_is_undone(channel, talk, agent):
    other = make_conversation(channel, "bia@customer.example")
    done = resolve(conversation=other, actor=agent, now=NOW)
    with pytest.raises(CannotUndo):
        undo_change(conversation=talk, entry_id=done.last_event_id, actor=agent, now=NOW)
    received = Message.objects.get(conversation=talk, seq=1)
    with pytest.raises(CannotUndo):
        undo_change(conversation=talk, entry_id=received.pk, actor=agent, now=NOW)


def test_undoing_a_reopening_closes_it_again(talk, agent):
    resolve(conversation=talk, actor=agent, now=NOW)
    before = facts(talk)
    undo(reopen(conversation=talk, actor=agent, now=NOW + minutes(1)), agent)
    assert facts(talk) == before
    assert Conversation.objects.get(pk=talk.pk).reopened_times == 0


@pytest.mark.parametrize("close", [resolve, pend])
def test_reopening_an_unanswered_conversation_makes_its_customer_wait_again(channel, talk, agent, close):
    close(conversation=talk, actor=agent, now=NOW + minutes(5))
    make_message(channel, in_reply_to=["a@x"], auto="auto-reply", received_at=NOW + minutes(7))
    reopen(conversation=talk, actor=agent, now=NOW + timedelta(days=3))
    found = facts(talk)
    assert (found["status"], found["waiting_since"]) == ("open", NOW)
    assert found["next_due_at"] == NOW + minutes(120)


def test_reopening_an_answered_conversation_makes_nobody_wait(channel, talk, agent):
    reply(conversation=talk, author=agent, text="Hi", client_key="1", seen_seq=1, now=NOW + minutes(5))
    make_message(channel, in_reply_to=["a@x"], auto="out-of-office", received_at=NOW + minutes(7))
    resolve(conversation=talk, actor=agent, now=NOW + minutes(8))
    reopen(conversation=talk, actor=agent, now=NOW + minutes(9))
    assert facts(talk)["waiting_since"] is None


def test_the_newest_unanswered_message_counts_from_the_last_answer_on(channel, talk, agent):
    reply(conversation=talk, author=agent, text="Hi", client_key="1", seen_seq=1, now=NOW + minutes(5))
    make_message(channel, in_reply_to=["a@x"], received_at=NOW + minutes(10))
    make_message(channel, in_reply_to=["a@x"], received_at=NOW + minutes(20))
    resolve(conversation=talk, actor=agent, now=NOW + minutes(30))
    reopen(conversation=talk, actor=agent, now=NOW + minutes(40))
    assert facts(talk)["waiting_since"] == NOW + minutes(10)


def test_an_answer_that_did_not_arrive_is_no_answer(talk, agent):
    sent = reply(conversation=talk, author=agent, text="Hi", client_key="1", seen_seq=1, now=NOW)
    Message.objects.filter(pk=sent.pk).update(delivery_state="bounced")
    resolve(conversation=talk, actor=agent, now=NOW)
    reopen(conversation=talk, actor=agent, now=NOW + minutes(1))
    assert facts(talk)["waiting_since"] == NOW


def test_snoozing_what_was_resolved_unanswered_keeps_the_promise(talk, agent):
    resolve(conversation=talk, actor=agent, now=NOW)
    snooze(conversation=talk, until=NOW + timedelta(days=1), actor=agent, now=NOW + minutes(1))
    assert facts(talk)["waiting_since"] == NOW


def test_undoing_a_resolution_takes_the_completion_of_its_handoff_back():
    place = village()
    handoff = offered(place)
    accept(handoff_id=handoff.pk, actor=place.graca, now=NOW)
    done = resolve(conversation=place.talk, actor=place.graca, now=NOW + minutes(1))
    relay.run_pending(now=NOW + minutes(10_000))
    assert Handoff.objects.get().state == "completed"
    undo(done, place.graca)
    relay.run_pending(now=NOW + minutes(20_000))
    assert (Handoff.objects.get().state, Handoff.objects.get().completed_at) == ("accepted", None)


def test_the_page_offers_the_undo_and_says_when_it_is_too_late(client, talk, queue, agent):
    agent.groups.add(Group.objects.get(role__slug="agent"))
    client.force_login(agent)
    response = client.post(reverse("conversations:closure", args=[talk.pk]), HTTP_HX_REQUEST="true")
    event = Message.objects.filter(conversation=talk, kind="event").get()
    url = reverse("conversations:undo", args=[talk.pk, event.pk])
    assert url in response["HX-Trigger"]
    assert client.post(url, HTTP_HX_REQUEST="true").status_code == 200
    assert facts(talk)["next_due_at"] == NOW + minutes(120)
    client.post(reverse("conversations:assignment", args=[talk.pk]), {"assignee": agent.pk})
    given = Message.objects.filter(conversation=talk, kind="event").order_by("-seq").first()
    client.post(reverse("conversations:assignment", args=[talk.pk]), {"assignee": ""})
    stale = client.post(reverse("conversations:undo", args=[talk.pk, given.pk]), HTTP_HX_REQUEST="true")
    assert stale.status_code == 409
    assert "changed since" in stale["HX-Trigger"]
