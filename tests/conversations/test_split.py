"""A second matter gets a conversation of its own, and what belongs to it finds it."""

import pytest

from conversations.actions.note import write_note
from conversations.actions.read import mark_read
from conversations.actions.reply import reply
from conversations.actions.split import NothingToSplit, split
from conversations.models import ConversationLabel, Label, ReadMark
from conversations.selectors import inbox_list
from tests.factories import NOW, make_channel, make_conversation, make_message, make_queue, make_user, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    channel = make_channel("care@pedralva.example")
    make_queue("care", channels=(channel,), answer_within=60)
    return channel


@pytest.fixture
def agent(channel):
    return make_user("Iara Nunes", queues=(channel.queues.get(),))


@pytest.fixture
def old(channel, agent):
    old = make_conversation(channel, external_id="a@x", references=["root@x"])
    reply(conversation=old, author=agent, text="On its way", client_key="k", seen_seq=1, now=NOW + minutes(1))
    make_message(
        channel, external_id="b@x", title="Invoice", text="An invoice please", in_reply_to=["a@x"],
        references=["lost@x"], received_at=NOW + minutes(2),
    )  # fmt: skip
    write_note(conversation=old, author=agent, text="@Iara see", client_key="n", now=NOW + minutes(3))
    old.refresh_from_db()
    return old


def cut(old, agent, seq=3):
    return split(conversation=old, from_seq=seq, title="", actor=agent, now=NOW + minutes(4))


def test_the_entries_move_and_are_numbered_without_gaps(old, agent):
    mark_read(conversation=old, person=agent, seq=3, now=NOW)
    new = cut(old, agent)
    old.refresh_from_db()
    shown = [(m.seq, m.detail.get("event", m.text)) for m in new.messages.order_by("seq")]
    assert shown == [(1, "split_from"), (2, "An invoice please"), (3, "@Iara see")]
    assert [(m.seq, m.detail.get("event", m.kind)) for m in old.messages.order_by("seq")] == [
        (1, "received"), (2, "reply"), (5, "split"),
    ]  # fmt: skip
    assert (old.message_seq, new.message_seq, new.split_from, new.title) == (5, 3, old, "Invoice")
    assert (old.waiting_since, new.waiting_since) == (None, NOW + minutes(2))
    assert (old.preview, new.preview) == ("On its way", "An invoice please")
    assert ReadMark.objects.get(conversation=new).seq == 2


def test_the_new_conversation_has_the_labels_of_the_old_one(old, agent):
    label = Label.objects.create(name="Warranty", created_at=NOW, archived_at=NOW)
    ConversationLabel.objects.create(conversation=old, label=label, added_at=NOW)
    new = cut(old, agent)
    assert [list(one.labels.all()) for one in (old, new)] == [[label], [label]]
    assert ConversationLabel.objects.get(conversation=new).added_by == agent


def test_later_answers_find_the_new_conversation_whatever_reply_address_they_came_to(channel, old, agent):
    new = cut(old, agent)
    assert make_message(channel, in_reply_to=["b@x"]).conversation == new
    assert make_message(channel, in_reply_to=["b@x"], reply_token=old.pk).conversation == new
    assert make_message(channel, in_reply_to=["a@x"]).conversation == old
    assert make_message(channel, references=["root@x"]).conversation == old
    assert make_message(channel, external_id="lost@x").conversation == new


@pytest.mark.parametrize("seq", [0, 1, 4, 99])
def test_a_split_needs_words_on_both_sides(old, agent, seq):
    with pytest.raises(NothingToSplit):
        cut(old, agent, seq)
    assert old.messages.count() == 4


def test_both_stand_in_the_list(old, agent):
    cut(old, agent)
    found = inbox_list.page(user=agent, view="all", now=NOW)
    assert sorted(row.title for row in found.rows) == ["Invoice", "Order 1234"]
