"""Counts are exact, whatever happens and whoever squashes them."""

import random
import threading as threads
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connections
from django.db.models import Count, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from collaboration.models import Mention
from conversations.actions.assign import assign, move
from conversations.actions.counting import squash
from conversations.actions.read import SUBJECT
from conversations.actions.reply import reply
from conversations.actions.status import pend, reopen, resolve, snooze
from conversations.actions.undo_change import CannotUndo, undo_change
from conversations.models import Conversation, ConversationCount, Message, Queue
from conversations.selectors import inbox_list
from conversations.selectors.counts import for_person, mine
from conversations.selectors.inbox_list import page
from engagement.keys import new_key
from engagement.profiles.models import Profile
from tests.factories import NOW, make_channel, make_conversation, make_message, make_queue, make_user, minutes

GROUP = ("queue_id", "status", "assignee_id")


def counted():
    rows = ConversationCount.objects.order_by().values_list(*GROUP).annotate(number=Sum("delta"))
    return sorted(map(str, (row for row in rows if row[-1])))


def real():
    return sorted(map(str, Conversation.objects.order_by().values_list(*GROUP).annotate(number=Count("pk"))))


def act(conversation, what, agents, queues, at):
    given = {"conversation": conversation, "actor": agents[0], "now": at}
    DEEDS[what](given, agents, queues)


def undo_newest(given):
    """Undo the newest change, unless it has been overtaken."""
    event = Message.objects.filter(conversation=given["conversation"], detail__has_key="undo").order_by("-seq").first()
    if event is not None:
        with suppress(CannotUndo):
            undo_change(entry_id=event.pk, **given)


DEEDS = {
    "undo": lambda given, agents, queues: undo_newest(given),
    "resolve": lambda given, agents, queues: resolve(**given),
    "reopen": lambda given, agents, queues: reopen(**given),
    "pend": lambda given, agents, queues: pend(**given),
    "snooze": lambda given, agents, queues: snooze(until=given["now"] + minutes(5), **given),
    "assign": lambda given, agents, queues: assign(assignee=agents[1], **given),
    "unassign": lambda given, agents, queues: assign(assignee=None, **given),
    "there": lambda given, agents, queues: move(queue=queues[1], **given),
    "back": lambda given, agents, queues: move(queue=queues[0], **given),
    "receive": lambda given, agents, queues: make_message(
        given["conversation"].channel, reply_token=given["conversation"].pk
    ),
    "reply": lambda given, agents, queues: reply(
        conversation=given["conversation"],
        author=agents[0],
        text="x",
        client_key=str(given["now"]),
        seen_seq=999,
        now=given["now"],
    ),
    "squash": lambda given, agents, queues: squash(),
}


class CountsAreExact(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(list(DEEDS))), max_size=25))
    def test_counts_equal_the_rows_after_any_actions(self, steps):
        channel = make_channel()
        queues = [make_queue(channels=(channel,)), make_queue()]
        agents = [make_user(queues=tuple(queues)), make_user(queues=tuple(queues))]
        conversations = [make_conversation(channel, f"c{n}@customer.example") for n in range(3)]
        for number, (which, what) in enumerate(steps):
            act(conversations[which], what, agents, queues, NOW + minutes(number))
        assert counted() == real()
        for agent in [*agents, make_user(), make_user(is_superuser=True), make_user(is_active=False)]:
            assert mine(agent) == for_person(agent)["mine"]


STATUSES = ("open", "pending", "snoozed", "resolved")
STATES = st.fixed_dictionaries(
    {
        "status": st.sampled_from(STATUSES),
        "assignee": st.sampled_from([None, 0, 1]),
        "queue": st.integers(0, 2),
        "due": st.one_of(st.none(), st.sampled_from([-600, -61, -1, 0, 1, 59, 60, 61, 90, 800])),
        "automatic": st.booleans(),
        "mentions": st.sets(st.tuples(st.integers(0, 1), st.booleans()), max_size=2),
        "merged": st.booleans(),
    }
)


def walked(viewer, view, now):
    keys, cursor = [], ""
    while True:
        found = page(user=viewer, view=view, cursor=cursor, now=now)
        keys += [row.key for row in found.rows]
        cursor = found.next_cursor
        if not cursor:
            return keys


def stands_in(view, conversation, viewer, mentioned, now):
    """What the label of a view says, in plain words of Python."""
    is_open = conversation.status in ("open", "pending")
    due = conversation.next_due_at
    mine = mentioned.get((conversation.pk, viewer.pk))
    return {
        "mine": is_open and conversation.assignee_id == viewer.pk,
        "unassigned": is_open and conversation.assignee_id is None,
        "all": is_open,
        "late": is_open and due is not None and due <= now,
        "due": is_open and due is not None and timedelta() < due - now <= timedelta(hours=1),
        "snoozed": conversation.status == "snoozed",
        "resolved": conversation.status == "resolved",
        "mentions": mine is not None and (conversation.status != "resolved" or mine == "unseen"),
    }[view]


class CountsEqualTheirLists(TestCase):
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(STATES, max_size=9), st.sampled_from([0, 30, 61, 700]))
    def test_each_count_equals_its_list_and_its_label(self, states, passed):
        channel, queues = make_channel(), [make_queue() for _ in range(3)]
        people = [make_user(queues=tuple(queues[:2])), make_user(queues=tuple(queues))]
        viewers = [*people, make_user(queues=(queues[2],)), make_user(), make_user(is_superuser=True)]
        mentioned = {}
        for number, state in enumerate(states):
            talk = make_conversation(channel, f"c{number}@customer.example")
            until = NOW + minutes(30) if state["status"] == "snoozed" else None
            due = None if state["due"] is None else NOW + minutes(state["due"])
            Conversation.objects.filter(pk=talk.pk).update(
                status=state["status"],
                assignee=None if state["assignee"] is None else people[state["assignee"]],
                queue=queues[state["queue"]],
                snoozed_until=until,
                next_due_at=due,
                automatic=state["automatic"],
            )
            for who, is_seen in state["mentions"]:
                seen = NOW if is_seen else None
                fields = {"person": people[who], "author": people[0], "subject_type": SUBJECT, "subject_id": talk.pk}
                Mention.objects.create(**fields, note_id=new_key(), excerpt="x", created_at=NOW, seen_at=seen)
                earlier = mentioned.get((talk.pk, people[who].pk))
                mentioned[talk.pk, people[who].pk] = "unseen" if earlier == "unseen" or not is_seen else "seen"
            if state["merged"] and number:
                other = Conversation.objects.exclude(pk=talk.pk).select_related("profile").first()
                if other.profile.canonical_id is None and talk.profile_id != other.profile_id:
                    Profile.objects.filter(pk=talk.profile_id).update(canonical=other.profile)
        now, there = NOW + minutes(passed), list(Conversation.objects.all())
        with patch.object(inbox_list, "PAGE", 2):
            for viewer in viewers:
                counts = for_person(viewer, now=now)
                worked = list(Queue.objects.worked_by(viewer))
                seen = [one for one in there if one.queue_id in {queue.pk for queue in worked}]
                for view in inbox_list.VIEWS:
                    keys = walked(viewer, view, now)
                    wanted = {one.pk for one in seen if stands_in(view, one, viewer, mentioned, now)}
                    assert (len(keys), set(keys)) == (counts[view], wanted), (view, states)
                for queue in worked:
                    wanted = {one.pk for one in seen if one.queue_id == queue.pk and one.is_open}
                    keys = walked(viewer, f"queue:{queue.slug}", now)
                    assert (len(keys), set(keys)) == (counts[f"queue:{queue.slug}"], wanted)


@pytest.mark.django_db(transaction=True)
def test_counts_stay_exact_while_two_squash_and_four_work():
    channel = make_channel()
    queues = [make_queue(channels=(channel,)), make_queue()]
    agents = [make_user(queues=tuple(queues)), make_user(queues=tuple(queues))]
    conversations = [make_conversation(channel, f"c{n}@customer.example") for n in range(4)]
    working, errors, wrong = [True], [], []

    def worker(number):
        dice = random.Random(number)
        try:
            for step in range(40):
                what = dice.choice(["resolve", "reopen", "pend", "assign", "unassign", "there", "back"])
                act(conversations[number], what, agents, queues, NOW + minutes(step))
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    def squasher():
        try:
            while working:
                squash()
                total = ConversationCount.objects.aggregate(total=Sum("delta"))["total"]
                if total != 4:
                    wrong.append(total)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    workers = [threads.Thread(target=worker, args=(n,)) for n in range(4)]
    squashers = [threads.Thread(target=squasher) for _ in range(2)]
    [one.start() for one in workers + squashers]
    [one.join() for one in workers]
    working.clear()
    [one.join() for one in squashers]
    assert (errors, wrong) == ([], [])
    assert counted() == real()
    squash()
    assert counted() == real()
