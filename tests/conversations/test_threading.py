"""Which conversation a received message belongs to, and what it does there."""

import threading as threads

import pytest
from django.db import connections

from conversations.actions.reply import reply
from conversations.actions.status import resolve as close
from conversations.actions.status import snooze
from conversations.actions.threading import thread
from conversations.models import Conversation, Message, MessageExternal, Queue
from engagement.channels.models import Attachment
from engagement.events.catalogue import AttachmentReference, Person
from engagement.events.models import OutboxEvent
from engagement.profiles.models import Identity
from tests.factories import NOW, make_channel, make_conversation, make_message, make_queue, make_user, minutes, received

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    channel = make_channel("care@pedralva.example")
    make_queue("care", channels=(channel,), answer_within=60)
    return channel


@pytest.fixture
def agent(channel):
    return make_user("Iara Nunes", queues=(channel.queues.get(),))


def names(conversation):
    return list(OutboxEvent.objects.filter(subject=f"conversation:{conversation.pk}").values_list("name", flat=True))


def test_a_first_message_opens_a_conversation_in_the_channels_queue(channel):
    message = thread(received(channel, title="Order 1234", text="Where is\nmy order?"))
    conversation = message.conversation
    assert (conversation.queue.slug, conversation.status, conversation.title) == ("care", "open", "Order 1234")
    assert (conversation.waiting_since, conversation.next_due_at) == (NOW, NOW + minutes(60))
    assert (conversation.preview, conversation.message_seq, message.seq) == ("Where is my order?", 1, 1)
    assert conversation.endpoint.address_norm == "ana@customer.example"
    assert names(conversation) == ["conversations.opened", "conversations.message_threaded"]


def test_a_channel_without_a_queue_leads_to_the_default_one():
    fallback = make_queue("rest", is_default=True)
    assert make_conversation(make_channel()).queue == fallback


def test_without_any_queue_one_is_made():
    assert make_conversation(make_channel()).queue == Queue.objects.get(is_default=True)


def test_the_same_event_twice_is_one_message(channel):
    event = received(channel)
    assert thread(event).pk == thread(event).pk
    assert Message.objects.count() == 1


def test_the_same_mail_delivered_on_two_ways_is_one_message(channel):
    first = make_message(channel, external_id="a@x")
    assert make_message(channel, external_id="a@x") == first


def test_the_same_mail_to_two_mailboxes_is_two_messages(channel):
    other = make_channel()
    make_queue(channels=(other,))
    assert make_message(channel, external_id="a@x") != make_message(other, external_id="a@x")


def test_another_mail_that_took_the_same_message_id_is_not_dropped(channel):
    first = make_message(channel, external_id="a@x", text="one")
    second = make_message(channel, external_id="a@x", text="two")
    again = make_message(channel, external_id="a@x", text="two")
    assert second != first
    assert again == second
    names = sorted(MessageExternal.objects.values_list("external_id", flat=True))
    assert names[0] == "a@x"
    assert names[1].startswith("a@x#")


def test_another_senders_mail_of_the_same_message_id_is_not_dropped(channel):
    make_message(channel, external_id="a@x")
    other = make_message(channel, "bia@customer.example", external_id="a@x")
    assert other.externals.get().external_id.startswith("a@x#")


def test_an_answer_joins_by_in_reply_to(channel):
    first = make_message(channel, external_id="a@x")
    second = make_message(channel, in_reply_to=["a@x"])
    assert second.conversation == first.conversation
    assert second.seq == 2


def test_an_answer_joins_by_references(channel):
    first = make_message(channel, external_id="a@x")
    assert make_message(channel, references=["a@x", "lost@x"]).conversation == first.conversation


def test_two_answers_to_a_lost_message_are_one_conversation(channel):
    first = make_message(channel, references=["lost@x"])
    assert make_message(channel, references=["lost@x"]).conversation == first.conversation


def test_a_late_ancestor_joins_its_descendants(channel):
    first = make_message(channel, external_id="b@x", references=["a@x"])
    assert make_message(channel, external_id="a@x").conversation == first.conversation


def test_the_nearest_ancestor_wins(channel):
    make_message(channel, external_id="a@x")
    near = make_message(channel, external_id="b@x")
    assert make_message(channel, references=["a@x", "b@x"]).conversation == near.conversation


def test_a_verified_reply_address_names_the_conversation(channel):
    first = make_message(channel)
    assert make_message(channel, reply_token=first.conversation_id).conversation == first.conversation


def test_a_stranger_with_a_known_message_id_gets_a_conversation_of_their_own(channel):
    first = make_message(channel, external_id="a@x")
    stranger = make_message(channel, "eve@evil.example", in_reply_to=["a@x"], reply_token=first.conversation_id)
    assert stranger.conversation != first.conversation
    assert stranger.detail["relates_to"] == str(first.conversation_id)


def test_a_known_message_id_of_another_channel_does_not_count(channel):
    make_message(channel, external_id="a@x")
    other = make_channel()
    make_queue(channels=(other,))
    assert make_message(other, in_reply_to=["a@x"]).seq == 1


def test_whoever_was_copied_takes_part(channel):
    people = [
        Person(kind="email", address=channel.address, role="to"),
        Person(kind="email", address="CARE+abc@pedralva.example", role="to"),
        Person(kind="email", address="Bia@Customer.example", name="Bia", role="cc"),
        Person(kind="email", address="no address", role="cc"),
    ]
    first = make_message(channel, external_id="a@x", people=people)
    found = first.conversation.participants.values_list("address_norm", "name", "role")
    assert list(found) == [("bia@customer.example", "Bia", "cc")]
    assert make_message(channel, "bia@customer.example", in_reply_to=["a@x"]).conversation == first.conversation


def test_another_address_of_the_same_person_takes_part_and_joins(channel):
    first = make_message(channel, external_id="a@x")
    event = received(channel, "ana@work.example", in_reply_to=["a@x"])
    other = Identity.objects.get(address_norm="ana@work.example").profile
    other.canonical = first.conversation.profile
    other.save()
    again = received(channel, "ana@work.example", in_reply_to=["a@x"], external_id=event.external_id)
    message = thread(again)
    assert message.conversation == first.conversation
    assert first.conversation.participants.get().address_norm == "ana@work.example"


def test_a_changed_subject_joins_and_offers_to_split(channel):
    make_message(channel, external_id="a@x", title="Order 1234")
    same = make_message(channel, in_reply_to=["a@x"], title="RES: [Pedralva] AW: order  1234")
    other = make_message(channel, in_reply_to=["a@x"], title="Re: An invoice")
    assert same.conversation == other.conversation
    assert "subject_changed" not in same.detail
    assert other.detail["subject_changed"] is True


def test_a_persons_message_reopens_what_was_resolved(channel, agent):
    first = make_message(channel, external_id="a@x")
    close(conversation=first.conversation, actor=agent, now=NOW + minutes(1))
    message = make_message(channel, in_reply_to=["a@x"], received_at=NOW + minutes(5))
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.reopened_times, conversation.resolved_at) == ("open", 1, None)
    assert (conversation.waiting_since, conversation.next_due_at) == (NOW + minutes(5), NOW + minutes(65))
    assert [m.detail.get("event", m.kind) for m in conversation.messages.order_by("seq")] == [
        "received", "resolved", "reopened", "received",
    ]  # fmt: skip
    assert message.seq == 4


def test_a_persons_message_wakes_what_slept(channel, agent):
    first = make_message(channel, external_id="a@x")
    snooze(conversation=first.conversation, until=NOW + minutes(600), actor=agent, now=NOW + minutes(1))
    make_message(channel, in_reply_to=["a@x"], received_at=NOW + minutes(5))
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.snoozed_until) == ("open", None)


@pytest.mark.parametrize("state", ["resolved", "snoozed"])
def test_a_robot_joins_without_reopening_or_waiting(channel, agent, state):
    first = make_message(channel, external_id="a@x")
    if state == "resolved":
        close(conversation=first.conversation, actor=agent, now=NOW + minutes(1))
    else:
        snooze(conversation=first.conversation, until=NOW + minutes(600), actor=agent, now=NOW + minutes(1))
    before = Conversation.objects.get()
    make_message(channel, in_reply_to=["a@x"], auto="auto-reply", received_at=NOW + minutes(5))
    after = Conversation.objects.get()
    assert after.status == before.status == state
    assert (after.waiting_since, after.snoozed_until) == (before.waiting_since, before.snoozed_until)
    assert after.automatic
    assert after.message_seq == 3


def test_a_robots_first_message_waits_for_nobody(channel):
    conversation = make_conversation(channel, auto="auto-generated")
    assert (conversation.waiting_since, conversation.next_due_at, conversation.automatic) == (None, None, True)


def test_waiting_counts_from_the_first_unanswered_message(channel):
    make_message(channel, external_id="a@x")
    make_message(channel, in_reply_to=["a@x"], received_at=NOW + minutes(30))
    conversation = Conversation.objects.get()
    assert (conversation.waiting_since, conversation.last_activity_at) == (NOW, NOW + minutes(30))


def test_an_answer_to_our_answer_finds_the_conversation(channel, agent):
    first = make_message(channel)
    ours = reply(conversation=first.conversation, author=agent, text="On its way", client_key="k", seen_seq=1, now=NOW)
    name = ours.externals.get().external_id
    assert name == f"{ours.pk}@pedralva.example"
    assert make_message(channel, in_reply_to=[name]).conversation == first.conversation


def test_files_and_notes_stand_with_the_message(channel):
    row = Attachment.objects.create(
        file="x", filename="a.pdf", content_type="application/pdf", size=3, sha256="", created_at=NOW
    )
    file = AttachmentReference(attachment_id=row.pk, filename="a.pdf", content_type="application/pdf", size=3)
    message = make_message(channel, attachments=[file], notes=["A file was left out."], text="a\x00b")
    assert message.files.get().attachment == row
    assert message.detail["notes"] == ["A file was left out."]
    assert message.text == "ab"


def test_a_message_costs_few_statements(channel, django_assert_max_num_queries):
    first, answer = received(channel, external_id="a@x"), received(channel, in_reply_to=["a@x"])
    with django_assert_max_num_queries(12):
        thread(first)
    with django_assert_max_num_queries(12):
        thread(answer)


@pytest.mark.django_db(transaction=True)
def test_parallel_messages_of_one_sender_are_one_gapless_conversation():
    channel = make_channel("care@pedralva.example")
    make_queue("care", channels=(channel,))
    events = [received(channel, references=["lost@x"]) for _ in range(32)]
    waiting, errors = list(events), []

    def work():
        try:
            while waiting:
                thread(waiting.pop())
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    workers = [threads.Thread(target=work) for _ in range(8)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert errors == []
    conversation = Conversation.objects.get()
    assert list(conversation.messages.order_by("seq").values_list("seq", flat=True)) == list(range(1, 33))
    assert conversation.message_seq == 32
