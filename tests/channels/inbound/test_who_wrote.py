"""Bounces, complaints, lists, forms and duplicates through the listener, the worker and the relay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from conversations.actions.recipients import everyone
from conversations.models import Conversation, Message, MessageExternal, Queue
from engagement.channels.actions.transmit import transmit
from engagement.channels.email.mail_settings import secrets
from engagement.channels.email.return_path import sign_return_path, verify_return_path
from engagement.channels.inbound import processing
from engagement.channels.models import DeliveryReport, RawEvent, RawEventKey, SoftBounce, Transmission
from engagement.profiles.actions.suppress import suppressions_of
from tests.channels.email.corpora import corpus

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
OURS = "OUR-MESSAGE-ID@pedralva.example"
CUSTOMER = "customer@cliente.example"


@pytest.fixture
def queue(care) -> Queue:
    made = Queue.objects.create(slug="care", name="Care", answer_within=60)
    made.channels.add(care)
    return made


def transmitted(channel, *addresses: str, external_id: str = OURS, purpose: str = "marketing") -> Transmission:
    """A message that has left."""
    with transaction.atomic():
        row = transmit(
            channel=channel,
            unique_key=str(uuid4()),
            purpose=purpose,
            source="test",
            source_id=uuid4(),
            recipients=[{"address": address, "name": "", "role": "to"} for address in addresses or [CUSTOMER]],
            external_id=external_id,
            not_before=NOW,
            profile_id=None,
            requested_by=None,
            now=NOW,
        )
    Transmission.objects.filter(pk=row.pk).update(state="accepted")
    return row


@pytest.fixture
def sent(care) -> Transmission:
    return transmitted(care)


def read_all() -> None:
    while processing.process_waiting():
        continue


def case(name: str) -> bytes:
    folder = corpus("mail-cases" if name[0].islower() else "cases")
    (path,) = [one for one in Path(folder).glob(f"{name}*.eml") if one.stem == name or one.stem.startswith(f"{name}-")]
    return path.read_bytes()


def deliver(listener, source: bytes, *, sender: str = "", to: str = "care@pedralva.example") -> RawEvent:
    listener.send(source, sender=sender, to=to)
    read_all()
    return RawEvent.objects.order_by("-key").first()


def marketing_stopped(address: str = CUSTOMER) -> list[str]:
    return [one.reason for one in suppressions_of(kind="email", address=address, now=timezone.now())]


def state(row: Transmission) -> str:
    return Transmission.objects.values_list("state", flat=True).get(pk=row.pk)


@pytest.mark.parametrize(
    ("name", "stops"),
    [
        ("b01", ["bounced"]),
        ("b02", ["bounced"]),
        ("b03", ["bounced"]),
        ("b04", []),
    ],
)
def test_a_bounce_reaches_our_message_and_stops_marketing_to_dead_addresses_only(listener, sent, queue, name, stops):
    raw = deliver(listener, case(name))
    assert (raw.status, raw.kind) == ("robot", "bounce")
    assert state(sent) == "bounced"
    assert DeliveryReport.objects.get(transmission=sent).recipient == CUSTOMER
    assert marketing_stopped() == stops
    assert not Conversation.objects.exists()
    assert raw.facts["transmission"] == str(sent.key)
    assert raw.facts["subject"]


def test_microsofts_complaint_marks_the_message_and_stops_marketing(listener, sent, queue):
    raw = deliver(listener, case("b05"), sender="staff@hotmail.com")
    assert (raw.status, raw.kind) == ("robot", "feedback-report")
    assert (state(sent), marketing_stopped()) == ("complained", ["complaint"])
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("name", ["b07", "b09", "b12", "b14"])
def test_a_customer_with_a_bounce_or_an_automatic_reply_to_tell_of_is_a_person(listener, sent, queue, name):
    raw = deliver(listener, case(name), sender="somebody@cliente.example")
    assert (raw.status, raw.kind) == ("read", "")
    conversation = Conversation.objects.get()
    assert conversation.waiting_since is not None
    assert conversation.next_due_at is not None
    assert not conversation.automatic
    assert state(sent) == "accepted"
    assert marketing_stopped("velho@cliente.example") == []


def test_a_customer_who_answers_us_with_a_pasted_bounce_joins_the_thread_and_waits(listener, sent, queue):
    source = (
        b"From: Wellington <customer@cliente.example>\r\nTo: care@pedralva.example\r\nMessage-ID: <b15@c.example>\r\n"
        b"Subject: Re: bounce, devolvida\r\nIn-Reply-To: <OUR-MESSAGE-ID@pedralva.example>\r\n"
        b"Date: Mon, 30 Nov 2026 02:00:00 +0000\r\n\r\nAnd when does it come? This came back:\r\n\r\n"
        b"A message that you sent could not be delivered to one or more of its recipients:\r\n\r\n"
        b"  velho@cliente.example\r\n    host mx said: 550 5.1.1 User unknown\r\n\r\n"
        b"Message-ID: <OUR-MESSAGE-ID@pedralva.example>\r\nFrom: care@pedralva.example\r\nTo: velho@cliente.example\r\n"
    )
    deliver(listener, source, sender="customer@cliente.example")
    assert Conversation.objects.get().waiting_since is not None
    assert state(sent) == "accepted"


def test_a_report_about_somebody_it_never_went_to_waits_for_an_agent(listener, sent, queue):
    source = case("b03").replace(b"rfc822;customer@cliente.example", b"rfc822;velho@cliente.example")
    raw = deliver(listener, source)
    assert (raw.status, raw.kind) == ("failed", "bounce")
    assert "did not go to" in raw.error
    assert raw.facts["recipient"] == "velho@cliente.example"
    assert raw.facts["transmission"] == str(sent.key)
    assert state(sent) == "accepted"
    assert marketing_stopped("velho@cliente.example") == marketing_stopped() == []


def test_of_several_recipients_the_named_one_bounced(listener, care, queue):
    row = transmitted(care, "bia@cliente.example", CUSTOMER)
    deliver(listener, case("b02"))
    assert state(row) == "bounced"
    assert (marketing_stopped(), marketing_stopped("bia@cliente.example")) == (["bounced"], [])


def test_the_return_path_tells_of_which_message_a_bounce_is(listener, sent, queue):
    path = sign_return_path(sent.key, mailbox="care@pedralva.example", secret=secrets()[0])
    source = case("b03").replace(b"Message-ID: <OUR-MESSAGE-ID@pedralva.example>\r\n", b"")
    raw = deliver(listener, source.replace(b"rfc822;customer@", b"rfc822;forwarded-to@"), to=path)
    assert (raw.status, state(sent)) == ("robot", "bounced")
    assert DeliveryReport.objects.get(transmission=sent).recipient == CUSTOMER


def test_a_return_path_that_is_only_quoted_tells_it_as_well(listener, sent, queue):
    path = sign_return_path(sent.key, mailbox="care@pedralva.example", secret=secrets()[0])
    copy = f"Return-Path: <{path}>\r\nX-Mailer: x\r\n".encode()
    source = case("b02").replace(b"Message-ID: <OUR-MESSAGE-ID@pedralva.example>\r\n", copy)
    deliver(listener, source)
    assert state(sent) == "bounced"


def test_a_forged_return_path_is_nobodys(care, sent):
    path = sign_return_path(sent.key, mailbox="care@pedralva.example", secret=b"another")
    assert verify_return_path(path, secrets=secrets()) is None
    assert verify_return_path("care@pedralva.example", secrets=secrets()) is None


def test_an_automatic_reply_to_the_return_path_answers_that_message(listener, care, queue):
    deliver(
        listener,
        b"From: Ana <customer@cliente.example>\r\nTo: care@pedralva.example\r\nMessage-ID: <q@c.example>\r\n\r\nHi?\r\n",
        sender=CUSTOMER,
    )
    conversation = Conversation.objects.get()
    row = transmitted(care, external_id="answer@pedralva.example")
    message = Message.objects.create(conversation=conversation, seq=99, kind="reply", created_at=NOW)
    MessageExternal.objects.create(
        channel=care, external_id="answer@pedralva.example", message=message, conversation=conversation
    )
    path = sign_return_path(row.key, mailbox="care@pedralva.example", secret=secrets()[0])
    deliver(
        listener,
        b"From: Ana <customer@cliente.example>\r\nAuto-Submitted: auto-replied\r\nSubject: Away\r\nMessage-ID: <v@c.example>\r\n\r\nAway.\r\n",
        to=path,
    )
    assert Conversation.objects.count() == 1
    assert Message.objects.filter(conversation=conversation, auto="auto-reply").count() == 1


def test_what_a_mail_server_says_of_our_message_and_nobody_understands_is_shown(listener, sent, queue):
    source = b"From: ops@mx.example\r\nTo: care@pedralva.example\r\nSubject: Notice\r\n\r\nHello.\r\n\r\nX-Ref: <OUR-MESSAGE-ID@pedralva.example>\r\n"
    raw = deliver(listener, source)
    assert (raw.status, raw.kind) == ("failed", "unclear")
    assert raw.facts["transmission"] == str(sent.key)


def test_soft_bounces_stop_marketing_after_a_number_in_a_row(listener, care, queue, settings):
    settings.SOFT_BOUNCES_LIMIT = 3
    for number in range(3):
        assert marketing_stopped() == []
        row = transmitted(care, external_id=f"m{number}-message@pedralva.example")
        source = case("b03").replace(OURS.encode(), row.external_id.encode()).replace(b"<b03@", b"<b03-%d@" % number)
        source = source.replace(b"Status: 5.5.0", b"Status: 5.2.2").replace(
            b"550 Requested action not taken: mailbox unavailable", b"552 5.2.2 mailbox full"
        )
        deliver(listener, source)
        assert state(row) == "bounced"
    assert SoftBounce.objects.count() == 3
    assert marketing_stopped() == ["bounced"]


def test_our_own_fault_is_never_counted(listener, care, queue, settings):
    settings.SOFT_BOUNCES_LIMIT = 1
    transmitted(care)
    deliver(listener, case("b04"))
    assert (SoftBounce.objects.count(), marketing_stopped()) == (0, [])


@pytest.mark.parametrize("name", ["v01", "v03", "v05", "v06", "v08", "v09", "v10", "v11"])
def test_nobody_waits_for_an_answering_machine(listener, queue, name):
    raw = deliver(listener, case(name), sender="" if name == "v09" else "fabio@cliente.example")
    assert raw.kind == "auto-reply"
    conversation = Conversation.objects.get()
    assert (conversation.waiting_since, conversation.next_due_at, conversation.automatic) == (None, None, True)


def test_a_group_in_front_of_our_address_brings_people(listener, queue):
    raw = deliver(listener, case("b11"), sender="care+bncAAA@pedralva.example")
    assert (raw.status, raw.kind) == ("read", "")
    assert Conversation.objects.get().next_due_at is not None


def test_a_group_that_puts_itself_into_from_brings_who_wrote(listener, queue):
    source = (
        b"From: 'Eva Nunes' via Care <care@pedralva.example>\r\nTo: care@pedralva.example\r\nMessage-ID: <g@c.example>\r\n"
        b"List-ID: <care.pedralva.example>\r\nPrecedence: list\r\nX-Original-From: Eva Nunes <eva@cliente.example>\r\n\r\nHi?\r\n"
    )
    deliver(listener, source, sender="care+bounces@pedralva.example")
    message = Message.objects.get()
    assert (message.sender_address, message.sender_name, message.auto) == ("eva@cliente.example", "Eva Nunes", "")


def test_a_strangers_list_is_bulk(listener, queue):
    source = case("b11").replace(b"care@pedralva.example; contact", b"l@l.example; contact")
    source = source.replace(b"<care.pedralva.example>", b"<l.l.example>").replace(
        b"mailto:care@pedralva", b"mailto:l@l"
    )
    assert deliver(listener, source, sender="l-bounces@l.example").kind == "bulk"


@pytest.mark.parametrize(
    ("name", "customer", "shown"),
    [("b10", "davi.b10@cliente.example", "Davi Sol"), ("E11", "marta@e11.example", "Marta Lima")],
)
def test_a_form_of_ours_speaks_for_the_customer(listener, queue, name, customer, shown):
    deliver(listener, case(name), sender="www@site.pedralva.example")
    message = Message.objects.select_related("conversation__endpoint__identity", "conversation__profile").get()
    assert (message.sender_address, message.conversation.profile.name) == (customer, shown)
    assert message.conversation.next_due_at is not None
    assert [one["address"] for one in everyone(message.conversation)] == [customer]


def test_a_channel_may_say_that_the_customer_is_in_reply_to(listener, care, queue):
    source = (
        b"From: noreply@forms.example\r\nReply-To: Marta <marta@c.example>\r\nTo: care@pedralva.example\r\n"
        b"Message-ID: <%d@forms.example>\r\n\r\nHi?\r\n"
    )
    deliver(listener, source % 1, sender="x@forms.example")
    first = Message.objects.get()
    assert (first.sender_address, first.conversation.next_due_at is not None) == ("noreply@forms.example", True)
    assert [one["address"] for one in everyone(first.conversation)] == ["marta@c.example"]
    care.settings = {"customer_in_reply_to": "always"}
    care.save()
    deliver(listener, source % 2, sender="x@forms.example")
    assert Message.objects.order_by("-created_at").first().sender_address == "marta@c.example"


def test_reply_to_replaces_the_sender(listener, queue):
    deliver(listener, case("E41"), sender="bounce@shop.example")
    conversation = Conversation.objects.select_related("endpoint__identity").get()
    assert [one["address"] for one in everyone(conversation)] == ["ana@e41.example", "bia@e41.example"]


def test_nobody_of_us_gets_the_answer(listener, queue):
    deliver(listener, case("E39"), sender="care@pedralva.example")
    assert everyone(Conversation.objects.select_related("endpoint__identity").get()) == []


def test_the_same_words_without_a_name_or_date_are_two_messages_a_while_apart(listener, queue, monkeypatch):
    deliver(listener, case("d01"), sender="impressora.d01@cliente.example")
    deliver(listener, case("d01"), sender="impressora.d01@cliente.example")
    assert RawEvent.objects.count() == 1
    assert RawEventKey.objects.get().deliveries == 2  # a second delivery within minutes leaves its trace
    later = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("engagement.channels.email.listener.timezone.now", lambda: later)
    deliver(listener, case("d01"), sender="impressora.d01@cliente.example")
    assert Message.objects.count() == 2


def test_a_second_copy_with_another_footer_joins_the_conversation(listener, queue):
    whole = case("d02")
    first = whole[: whole.index(b"____")]
    deliver(listener, first, sender="ana.d02@cliente.example")
    deliver(listener, whole, sender="list@cliente.example")
    conversation = Conversation.objects.get()
    assert Message.objects.filter(conversation=conversation, kind="received").count() == 2


def test_a_duplicate_is_a_state_with_its_twin(listener, queue):
    source = case("d02")
    first = deliver(listener, source, sender="ana.d02@cliente.example")
    copy = deliver(listener, source.replace(b"MIME-Version: 1.0\r\n", b""), sender="ana.d02@cliente.example")
    assert (copy.status, copy.twin) == ("duplicate", first.key)
    assert Message.objects.count() == 1
