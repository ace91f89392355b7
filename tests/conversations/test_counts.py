"""Counts are exact, whatever happens and whoever squashes them."""

import random
import threading as threads

import pytest
from django.db import connections
from django.db.models import Count, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from conversations.actions.assign import assign, move
from conversations.actions.counting import squash
from conversations.actions.reply import reply
from conversations.actions.status import pend, reopen, resolve, snooze
from conversations.models import Conversation, ConversationCount
from conversations.selectors.counts import for_person, mine
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


DEEDS = {
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
