"""Mail and texts from an address that was somebody else's: a new person, a conversation of their own."""

import pytest
from django.utils import timezone

from conversations.models import Conversation, Message
from engagement.channels.actions.receive import receive
from engagement.channels.inbound import processing
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.keys import new_key
from engagement.profiles.actions.identities import close
from engagement.profiles.models import Identity, Profile
from tests.channels.sms.conftest import ANA, call, channel, text  # noqa: F401 - fixtures
from tests.factories import make_channel, make_queue

pytestmark = pytest.mark.django_db


def write(care, sender: str, *, answers: str = "", copies: str = "") -> Message:
    name = f"{new_key().hex}@x"
    head = [f"From: Somebody <{sender}>", f"To: {care.address}", "Subject: Hello", f"Message-ID: <{name}>"]
    head += [f"In-Reply-To: <{answers}>"] if answers else []
    head += [f"Cc: {copies}"] if copies else []
    body = "\r\n".join([*head, "", "Hello there.", ""]).encode()
    envelope = {"mail_from": sender, "rcpt_to": [care.address]}
    receive(channel=care, body=body, provider_key=delivery_key(body), envelope=envelope, now=timezone.now())
    processing.process_waiting(seconds=5)
    return Message.objects.get(externals__external_id=name)


@pytest.fixture
def care():
    care = make_channel("care@pedralva.example")
    make_queue(channels=(care,))
    return care


def name_of(message: Message) -> str:
    return message.externals.get().external_id


def test_mail_from_a_closed_address_makes_a_new_person_even_where_it_answers_the_old_thread(care):
    first = write(care, "marina@customer.example")
    marina = first.conversation.profile
    assert write(care, "marina@customer.example", answers=name_of(first)).conversation == first.conversation
    close(identity_id=Identity.objects.get().pk, reason="reassigned", now=timezone.now())
    later = write(care, "marina@customer.example", answers=name_of(first))
    assert later.conversation != first.conversation
    assert later.conversation.profile != marina
    assert write(care, "marina@customer.example", answers=name_of(later)).conversation == later.conversation
    assert Profile.objects.count() == 2


def test_who_was_copied_before_takes_no_part_after_the_address_went_to_another(care):
    first = write(care, "caio@customer.example", copies="marina@customer.example")
    copied = write(care, "marina@customer.example", answers=name_of(first))
    assert copied.conversation == first.conversation
    close(
        identity_id=Identity.objects.get(address_norm="marina@customer.example").pk, reason="gone", now=timezone.now()
    )
    assert write(care, "marina@customer.example", answers=name_of(first)).conversation != first.conversation


def test_a_text_from_a_number_that_went_to_another_begins_a_conversation(text):  # noqa: F811
    text("Is my bicycle ready?")
    first = Conversation.objects.get()
    close(identity_id=Identity.objects.get(address_norm=ANA).pk, reason="reassigned", now=timezone.now())
    text("Who is this?")
    text("I have this number since yesterday.")
    first.refresh_from_db()
    other = Conversation.objects.exclude(pk=first.pk).get()
    assert other.profile_id != first.profile_id
    assert (first.status, other.status) == ("resolved", "open")
    assert (first.message_seq, other.message_seq) == (2, 2)
    assert first.messages.order_by("seq").last().detail["event"] == "passed_on"
