"""Answers: written once, undone in time, never sent past a colleague; notes and mentions; drafts; deliveries."""

import threading as threads

import pytest
from django.db import connections

from collaboration.actions import mentioned_in
from collaboration.models import Mention
from conversations.actions.assign import CannotWorkHere, assign, move
from conversations.actions.draft import DraftGone, StaleDraft, discard_draft, save_draft
from conversations.actions.note import MentionedWithoutAccess, write_note
from conversations.actions.recipients import NoRecipients, RecipientInvalid, RecipientIsOurs
from conversations.actions.reply import AnswerTakenBack, ColleagueAnsweredFirst, reply
from conversations.actions.status import SnoozeInThePast, pend, reopen, resolve, snooze
from conversations.actions.undo_reply import TooLateToUndo, retry, undo_reply
from conversations.actions.writing import EmptyText, ForbiddenCharacter, ReplyRefused, TextTooLong
from conversations.models import Conversation, Draft, Message, MessageExternal
from conversations.renderer import render
from conversations.tasks import wake_snoozed
from engagement.channels.actions.report import report
from engagement.channels.email.composing import compose
from engagement.channels.models import Transmission
from engagement.events import relay
from engagement.events.catalogue import Person
from engagement.events.models import OutboxEvent
from tests.factories import NOW, make_channel, make_conversation, make_message, make_queue, make_user, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    channel = make_channel("care@pedralva.example", sender_name="Pedralva Care")
    make_queue("care", channels=(channel,), answer_within=60)
    return channel


@pytest.fixture
def queue(channel):
    return channel.queues.get()


@pytest.fixture
def agent(queue):
    return make_user("Iara Nunes", queues=(queue,))


@pytest.fixture
def colleague(queue):
    return make_user("Bento Dias", queues=(queue,))


@pytest.fixture
def conversation(channel):
    people = [
        Person(kind="email", address="care@pedralva.example", role="to"),
        Person(kind="email", address="bia@customer.example", name="Bia", role="cc"),
    ]
    return make_conversation(channel, external_id="a@x", people=people, references=["root@x"])


def answer(conversation, author, **given):
    given = {"text": "On its way", "client_key": "k1", "seen_seq": 1, "now": NOW + minutes(5)} | given
    return reply(conversation=conversation, author=author, **given)


def facts(conversation):
    return Conversation.objects.values().get(pk=conversation.pk)


def changes(conversation):
    rows = OutboxEvent.objects.filter(subject=f"conversation:{conversation.pk}")
    return [relay.decode(row).change for row in rows if row.name == "conversations.changed"]


def test_an_answer_goes_to_everyone_who_takes_part(conversation, agent):
    message = answer(conversation, agent)
    sent = Transmission.objects.get()
    assert sent.recipients == [
        {"address": "ana@customer.example", "name": "Ana Prado", "role": "to"},
        {"address": "bia@customer.example", "name": "Bia", "role": "cc"},
    ]
    assert (sent.external_id, sent.source, sent.source_id) == (
        f"{message.pk}@pedralva.example", "conversation", message.pk,
    )  # fmt: skip
    assert (sent.not_before - NOW).total_seconds() == 310
    after = facts(conversation)
    assert (after["waiting_since"], after["next_due_at"], after["assignee_id"]) == (None, None, agent.pk)
    assert (after["preview"], after["preview_ours"], after["status"]) == ("On its way", True, "open")


def test_the_same_submit_twice_is_one_answer(conversation, agent):
    assert answer(conversation, agent) == answer(conversation, agent)
    assert Transmission.objects.count() == 1
    assert OutboxEvent.objects.filter(name="conversations.reply_written").count() == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", EmptyText),
        (" \n\t ", EmptyText),
        ("a\x00b", ForbiddenCharacter),
        ("\ud800", ForbiddenCharacter),
        ("x" * 100_001, TextTooLong),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_and_changes_nothing(conversation, agent, text, error):
    before = facts(conversation)
    with pytest.raises(error) as refused:
        answer(conversation, agent, text=text)
    assert isinstance(refused.value, ReplyRefused)
    assert str(refused.value).endswith(".")
    assert facts(conversation) == before
    assert Transmission.objects.count() == 0


@pytest.mark.parametrize(
    ("addresses", "error"),
    [([], NoRecipients), (["no address"], RecipientInvalid), (["CARE@pedralva.example"], RecipientIsOurs)],
)
def test_recipients_that_cannot_be_written_to_are_refused(conversation, agent, addresses, error):
    people = [{"address": address, "name": "", "role": "to"} for address in addresses]
    with pytest.raises(error):
        answer(conversation, agent, recipients=people)
    assert Message.objects.count() == 1


def test_who_is_added_to_an_answer_takes_part_from_then_on(channel, conversation, agent):
    message = answer(
        conversation, agent, recipients=[{"address": "Caio@Third.example", "name": "Caio\r\nBcc: x", "role": "cc"}]
    )
    assert message.detail["recipients"] == [{"address": "Caio@Third.example", "name": "Caio Bcc: x", "role": "to"}]
    name = message.externals.get().external_id
    assert make_message(channel, "caio@third.example", in_reply_to=[name]).conversation == conversation


def test_then_resolves_or_pends(conversation, agent):
    answer(conversation, agent, then="resolved")
    assert (facts(conversation)["status"], facts(conversation)["resolved_at"]) == ("resolved", NOW + minutes(5))
    answer(conversation, agent, client_key="k2", seen_seq=9, then="pending")
    assert (facts(conversation)["status"], facts(conversation)["resolved_at"]) == ("pending", None)


def test_a_colleague_who_answered_first_stops_the_second_answer(conversation, agent, colleague):
    first = answer(conversation, agent)
    with pytest.raises(ColleagueAnsweredFirst) as stopped:
        answer(conversation, colleague, client_key="k2")
    assert stopped.value.messages == [first]
    assert Transmission.objects.count() == 1
    assert answer(conversation, colleague, client_key="k2", anyway=True).seq == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_one_is_stopped():
    channel = make_channel("care@pedralva.example")
    queue = make_queue("care", channels=(channel,))
    conversation = make_conversation(channel)
    people = [make_user(queues=(queue,)) for _ in range(6)]
    barrier, outcomes = threads.Barrier(6), []

    def work(person):
        barrier.wait()
        try:
            outcomes.append(answer(conversation, person, client_key=str(person.pk)).seq)
        except ColleagueAnsweredFirst:
            outcomes.append("stopped")
        finally:
            connections.close_all()

    workers = [threads.Thread(target=work, args=(person,)) for person in people]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert sorted(map(str, outcomes)) == ["2", *["stopped"] * 5]


def test_undo_brings_back_text_and_state(conversation, agent):
    before = facts(conversation)
    message = answer(conversation, agent, text="Wrong words", then="resolved")
    draft = undo_reply(message=message, actor=agent, now=NOW + minutes(5.1))
    assert (draft.text, draft.author) == ("Wrong words", agent)
    after = facts(conversation)
    for name in ("status", "assignee_id", "waiting_since", "next_due_at", "resolved_at", "preview", "preview_ours"):
        assert after[name] == before[name], name
    line = Message.objects.get(pk=message.pk)
    assert (line.kind, line.text, line.search, line.detail["event"]) == ("event", "", None, "taken_back")
    assert Transmission.objects.get().state == "cancelled"
    assert MessageExternal.objects.count() == 1
    assert undo_reply(message=message, actor=agent, now=NOW + minutes(6)) == draft
    assert OutboxEvent.objects.filter(name="conversations.reply_taken_back").count() == 1
    with pytest.raises(AnswerTakenBack):
        answer(conversation, agent)


def test_undo_keeps_what_was_written_since(conversation, agent):
    message = answer(conversation, agent, text="first")
    save_draft(conversation=conversation, author=agent, kind="reply", text="second", version=0, now=NOW)
    assert undo_reply(message=message, actor=agent, now=NOW).text == "first\n\nsecond"


def test_undo_does_not_touch_what_others_changed_since(conversation, agent, colleague):
    message = answer(conversation, agent)
    assign(conversation=conversation, assignee=colleague, actor=colleague, now=NOW)
    undo_reply(message=message, actor=agent, now=NOW)
    after = facts(conversation)
    assert (after["assignee_id"], after["waiting_since"]) == (colleague.pk, NOW)


@pytest.mark.parametrize("state", ["claimed", "handing", "accepted", "failed", "unknown"])
def test_undo_is_too_late_once_a_worker_has_it(conversation, agent, state):
    message = answer(conversation, agent)
    Transmission.objects.update(state=state)
    before = facts(conversation)
    with pytest.raises(TooLateToUndo):
        undo_reply(message=message, actor=agent, now=NOW)
    assert facts(conversation) == before
    assert Message.objects.get(pk=message.pk).text == "On its way"


def test_what_failed_can_be_sent_again(conversation, agent):
    message = answer(conversation, agent)
    Transmission.objects.update(state="failed", error="550")
    Message.objects.filter(pk=message.pk).update(delivery_state="failed")
    retry(message=Message.objects.get(pk=message.pk), actor=agent, now=NOW)
    assert Message.objects.get(pk=message.pk).delivery_state == "queued"
    assert Transmission.objects.get().state == "queued"


def test_the_thread_follows_delivery_forwards_only(channel, conversation, agent):
    message = answer(conversation, agent)
    sent = Transmission.objects.get()
    Transmission.objects.update(state="accepted")

    def reported(state):
        report(
            channel_id=channel.pk,
            external_id=sent.external_id,
            state=state,
            recipient="",
            detail=f"is {state}",
            unique_key=state,
            at=NOW,
        )
        relay.run_pending()
        return Message.objects.get(pk=message.pk).delivery_state

    assert [reported(state) for state in ("read", "delivered", "bounced")] == ["read", "read", "bounced"]
    assert Message.objects.get(pk=message.pk).delivery_detail == "is bounced"


def test_the_answer_is_rendered_as_one_mail_of_the_thread(conversation, agent):
    message = answer(conversation, agent, text="<b>On</b> its way")
    sent = Transmission.objects.get()
    mail = render([sent])[sent.key]
    assert (mail.from_.name, mail.from_.address) == ("Iara Nunes via Pedralva Care", "care@pedralva.example")
    assert ([one.address for one in mail.to], [one.address for one in mail.cc]) == (
        ["ana@customer.example"], ["bia@customer.example"],
    )  # fmt: skip
    assert (mail.subject, mail.in_reply_to, mail.references) == ("Re: Order 1234", "a@x", ("root@x", "a@x"))
    assert mail.reply_to[0].address.startswith("care+")
    assert mail.text.startswith("<b>On</b> its way\n\nOn ")
    assert mail.text.endswith(" wrote:\n> Where is my order?\n")
    assert "&lt;b&gt;On&lt;/b&gt; its way" in mail.html
    assert compose(mail) == compose(render([sent])[sent.key])
    undo_reply(message=message, actor=agent, now=NOW)
    assert render([sent]) == {}


def test_rendering_costs_the_same_for_one_and_for_ten(channel, agent, django_assert_num_queries):
    rows = []
    for n in range(10):
        conversation = make_conversation(channel, f"c{n}@customer.example")
        answer(conversation, agent)
    rows = list(Transmission.objects.all())
    with django_assert_num_queries(4):
        render(rows[:1])
    with django_assert_num_queries(4):
        assert len(render(rows)) == 10


def test_closing_twice_publishes_one_event(conversation, agent):
    for _ in range(2):
        resolve(conversation=conversation, actor=agent, now=NOW)
    assert changes(conversation) == ["resolved"]
    assert Message.objects.filter(kind="event").count() == 1


def test_states_follow_each_other(conversation, agent):
    snooze(conversation=conversation, until=NOW + minutes(5), actor=agent, now=NOW)
    reopen(conversation=conversation, actor=agent, now=NOW)
    pend(conversation=conversation, actor=agent, now=NOW)
    resolve(conversation=conversation, actor=agent, now=NOW)
    reopen(conversation=conversation, actor=agent, now=NOW)
    assert changes(conversation) == ["snoozed", "reopened", "pended", "resolved", "reopened"]
    assert (facts(conversation)["reopened_times"], facts(conversation)["snoozed_until"]) == (1, None)
    with pytest.raises(SnoozeInThePast):
        snooze(conversation=conversation, until=NOW, actor=agent, now=NOW)


def test_what_sleeps_wakes_once_at_its_time(conversation, agent):
    snooze(conversation=conversation, until=NOW + minutes(5), actor=agent, now=NOW)
    Conversation.objects.update(snoozed_until=NOW)
    assert wake_snoozed() == 1
    assert wake_snoozed() == 0
    assert (facts(conversation)["status"], changes(conversation)) == ("open", ["snoozed", "woken"])


def test_only_who_works_the_queue_can_get_a_conversation(conversation, agent):
    outsider = make_user("Otto Out")
    with pytest.raises(CannotWorkHere, match="Otto Out"):
        assign(conversation=conversation, assignee=outsider, actor=agent, now=NOW)
    assert facts(conversation)["assignee_id"] is None
    for _ in range(2):
        assign(conversation=conversation, assignee=agent, actor=agent, now=NOW)
    assert changes(conversation) == ["assigned"]


def test_moving_takes_it_from_who_does_not_work_there(conversation, agent):
    assign(conversation=conversation, assignee=agent, actor=agent, now=NOW)
    other = make_queue("other")
    for _ in range(2):
        move(conversation=conversation, queue=other, actor=agent, now=NOW)
    assert (facts(conversation)["queue_id"], facts(conversation)["assignee_id"]) == (other.pk, None)
    assert changes(conversation) == ["assigned", "queued"]
    assert not Conversation.objects.visible_to(agent).exists()


@pytest.mark.parametrize("text", ["@Bento Dias, look", "look @bento.dias.", "(@Bento)", "hi @bento dias and @BENTO"])
def test_a_mention_names_one_colleague(agent, colleague, text):
    assert mentioned_in(text) == [colleague]


def test_mentions_need_one_clear_name(agent, colleague):
    make_user("Bento Alves")
    joao = make_user("João Sá")
    assert mentioned_in("@Bento look, bento@dias.example and @ nobody @Zoe") == []
    assert mentioned_in("@Bento Alves Dias or @joao sa")[1] == joao


def test_a_note_mentions_colleagues_once_and_only_those_with_access(conversation, agent, colleague):
    for _ in range(2):
        write_note(conversation=conversation, author=agent, text="@Bento look, @Iara", client_key="n", now=NOW)
    mention = Mention.objects.get()
    assert (mention.person, mention.subject_id) == (colleague, conversation.pk)
    make_user("Otto Out")
    with pytest.raises(MentionedWithoutAccess, match="Otto Out"):
        write_note(conversation=conversation, author=agent, text="@Otto look", client_key="n2", now=NOW)
    assert Message.objects.filter(kind="note").count() == 1
    assert facts(conversation)["preview"] == "Where is my order?"


def test_what_another_window_sent_is_not_sent_again_unasked(conversation, agent):
    draft = save_draft(conversation=conversation, author=agent, kind="reply", text="Hello", version=0, now=NOW)
    seen = conversation.message_seq
    first = answer(conversation, agent, text="Hello", draft=draft.token, client_key="one", seen_seq=seen)
    with pytest.raises(DraftGone) as refused:
        answer(conversation, agent, text="Hello", draft=draft.token, client_key="two", seen_seq=seen)
    assert refused.value.sent == [first]
    assert answer(conversation, agent, text="Hello", draft=draft.token, client_key="one", seen_seq=seen) == first, (
        "the same submit"
    )
    discarded = save_draft(conversation=conversation, author=agent, kind="reply", text="More", version=0, now=NOW)
    discard_draft(conversation=conversation, author=agent, kind="reply")
    with pytest.raises(DraftGone) as refused:
        answer(conversation, agent, text="More", draft=discarded.token, client_key="three", seen_seq=first.seq)
    assert refused.value.sent == []
    assert Message.objects.filter(kind="reply").count() == 1
    answer(conversation, agent, text="More", draft=discarded.token, client_key="three", seen_seq=first.seq, anyway=True)
    answer(conversation, agent, text="Never saved", draft="", client_key="four", seen_seq=first.seq)
    assert Message.objects.filter(kind="reply").count() == 3


def test_a_note_of_another_window_is_not_left_again(conversation, agent):
    draft = save_draft(conversation=conversation, author=agent, kind="note", text="Look", version=0, now=NOW)
    facts = {"conversation": conversation, "author": agent, "text": "Look", "now": NOW, "draft": draft.token}
    write_note(client_key="a", **facts)
    with pytest.raises(DraftGone):
        write_note(client_key="b", **facts)
    assert Message.objects.filter(kind="note").count() == 1


def test_a_draft_refuses_a_stale_save(conversation, agent):
    def save(text, version):
        return save_draft(conversation=conversation, author=agent, kind="reply", text=text, version=version, now=NOW)

    assert save("one", 0).version == 1
    assert save("two", 1).version == 2
    with pytest.raises(StaleDraft) as refused:
        save("old", 1)
    assert refused.value.current.text == "two"
    with pytest.raises(StaleDraft):
        save("old", 0)
    answer(conversation, agent)
    assert not Draft.objects.exists()
    assert discard_draft(conversation=conversation, author=agent, kind="reply") is False
