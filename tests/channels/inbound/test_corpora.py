"""Real mail of others through the real listener, the reading and the relay: as many come out as went in."""

import logging
from collections import Counter
from pathlib import Path

import pytest

from conversations.models import Message
from engagement.channels.inbound import processing
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.channels.models import Attachment, RawEvent
from engagement.channels.selectors.attention import failed_inbound
from engagement.events.catalogue import MessageReceived
from engagement.events.models import OutboxEvent
from engagement.events.relay import decode
from engagement.village.models import User
from tests.channels.email import corpora


def deliver(listener, sources: list[bytes]) -> None:
    with listener.client() as client:
        for source in sources:
            client.sendmail("relay@elsewhere.example", ["care@pedralva.example"], source)


def read_all() -> None:
    while processing.process_waiting():
        continue


def check_that_nothing_is_lost(sources: list[bytes], caplog) -> Counter:
    """Each raw event is a message in a thread, or failed with a reason that people see; no error in any log."""
    assert RawEvent.objects.count() == len({delivery_key(source) for source in sources})
    outcome = Counter(RawEvent.objects.order_by().values_list("status", flat=True))
    assert set(outcome) <= {"read", "failed", "duplicate", "robot"}, outcome
    assert not OutboxEvent.objects.exclude(status="done").exists()
    check_that_each_is_in_a_thread(RawEvent.objects.filter(status__in=["read", "duplicate"]))
    agent = User.objects.create_superuser(email="ti@pedralva.example", password="x")
    assert failed_inbound(agent).exclude(error="").count() == outcome["failed"]
    for row in Attachment.objects.order_by("key"):
        assert row.file.size == row.size
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    return outcome


def check_that_each_is_in_a_thread(events) -> None:
    """By its own message, or by the one of its twin: same sender, same words, same Message-ID."""
    told = {decode(row).raw_event_id: decode(row) for row in OutboxEvent.objects.filter(name=MessageReceived.name)}
    shown = set(Message.objects.filter(kind="received").values_list("raw_event_key", flat=True))
    assert set(told) == set(events.values_list("key", flat=True))
    assert shown <= set(told)
    for key in set(told) - shown:
        assert said(told[key]) in {said(event) for other, event in told.items() if other in shown}


def said(event: MessageReceived) -> tuple[str, ...]:
    return (event.external_id, event.sender.address, event.text, event.html, event.quoted_text)


def different(paths: list[Path]) -> list[bytes]:
    """Their bytes with the line ends of SMTP; each once."""
    found = (path.read_bytes() for path in paths)
    wired = [source.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n") for source in found]
    return list(dict.fromkeys(wired))


def test_every_message_of_the_corpus(listener, caplog):
    corpora.corpus("mail")
    paths = corpora.all_mail()
    assert len(paths) == 104
    sources = different(paths)
    deliver(listener, sources)
    read_all()
    outcome = check_that_nothing_is_lost(sources, caplog)
    assert outcome["read"] >= 81
    reports = RawEvent.objects.filter(status="failed", kind__in=["bounce", "delivery-delay"])
    assert (outcome["failed"], reports.count()) == (6, 5)  # the sixth is empty


def test_every_message_of_cpython(listener, caplog):
    paths = corpora.cpython_mail()
    if not paths:
        pytest.skip("this Python came without its tests")
    deliver(listener, different(paths))
    read_all()
    check_that_nothing_is_lost(different(paths), caplog)


def test_every_bounce_of_flufl(listener, caplog):
    paths = sorted(path for path in corpora.bounces().iterdir() if path.suffix == ".txt")
    assert len(paths) == 117
    deliver(listener, different(paths))
    read_all()
    check_that_nothing_is_lost(different(paths), caplog)
    recognised = RawEvent.objects.filter(status="failed", kind__in=["bounce", "delivery-delay"])
    assert recognised.count() >= 109  # the others come without a machine's sign: no null sender here, no MAILER-DAEMON
