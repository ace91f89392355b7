"""What is received is read once: into a message, a recognised robot, or something a person sees."""

import pytest

from engagement.channels.inbound import processing
from engagement.channels.models import RawEvent
from engagement.events.catalogue import MessageReceived
from engagement.events.models import OutboxEvent
from engagement.events.relay import decode

from .conftest import mail


def received() -> list[MessageReceived]:
    rows = OutboxEvent.objects.filter(name=MessageReceived.name).order_by("position")
    return [decode(row) for row in rows]


def test_a_mail_becomes_one_message(listener, care):
    listener.send(mail())
    assert processing.process_waiting() is False
    (event,) = received()
    assert event.sender.address == "ana@cliente.example"
    assert event.title == "Where is my order?"
    assert event.text == "Hello, where is it?"
    assert event.external_id == "one@cliente.example"
    raw = RawEvent.objects.get()
    assert (raw.status, raw.attempts, raw.key) == ("read", 1, event.raw_event_id)
