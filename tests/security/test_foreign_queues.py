"""Whoever works on one queue sees nothing of another, at whatever address of ours they ask for it.

Every address is walked, with every object of a foreign queue in every place where an object is named.
"""

import re
from itertools import product
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from conversations.actions.note import write_note
from conversations.actions.reply import reply
from conversations.models import Message
from engagement.channels.actions.receive import receive
from engagement.channels.inbound import processing
from engagement.channels.models import Attachment, OptOutWish, RawEvent, Transmission
from engagement.events import relay
from engagement.keys import new_key
from tests import factories
from tests.test_url_access import API, OURS
from tests.url_map import KEY, Address
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
SECRET = "Zygoquell"  # in every word of the foreign queue, and in nothing else
COMMON = "kestrelwing"  # what the foreign queue has too, by which it is searched for
MAIL = (
    "From: {who}\r\nTo: {to}\r\nSubject: {secret} {common} subject\r\nMessage-ID: <{id}@customer.example>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
    "<p>{secret} {common} words</p>\r\n--b\r\nContent-Type: text/plain; name={secret}.txt\r\n"
    "Content-Disposition: attachment; filename={secret}.txt\r\n\r\n{secret} in a file\r\n--b--\r\n"
)
BOUNCE = (
    "From: MAILER-DAEMON@mx.example\r\nSubject: {secret} undelivered\r\n\r\nThe mail could not be delivered:\r\n\r\n"
    "<{secret}@cliente.example>: 550 5.1.1 User unknown\r\n\r\n{secret} quoted\r\n"
)
# Named by an address, but not a thing of a queue: everybody who works with customers opens these.
SHARED = {"profiles:profile"}


def deliver(channel, body: str) -> RawEvent:
    raw = receive(
        channel=channel,
        body=body.encode(),
        provider_key=str(new_key()),
        envelope={"mail_from": f"{SECRET}@customer.example", "rcpt_to": [channel.address]},
        now=timezone.now(),
    )
    processing.process(key=raw.key, now=timezone.now())
    while relay.run_pending(limit=100):
        continue
    raw.refresh_from_db()
    return raw


def mail(channel, secret: str, identifier: str) -> str:
    who = "Ana Prado <ana@customer.example>"
    return MAIL.format(who=who, to=channel.address, secret=secret, common=COMMON, id=identifier)


@pytest.fixture
def world():
    """Two queues, each with all that can be in one; an agent of the first."""
    mine, foreign = factories.make_channel("care@pedralva.example"), factories.make_channel("finance@pedralva.example")
    care = factories.make_queue("care", channels=(mine,), is_default=True)
    finance = factories.make_queue("finance", channels=(foreign,))
    agent = person("agent")
    factories.assign_perm("conversations.work_queue", agent, care)
    colleague = factories.make_user("Celina", queues=(finance,), is_superuser=True)
    read = deliver(foreign, mail(foreign, SECRET, "one"))
    message = Message.objects.get(raw_event_key=read.key)
    twin = deliver(foreign, mail(foreign, SECRET, "one"))
    bounce = deliver(foreign, BOUNCE.format(secret=SECRET))
    unreadable = deliver(foreign, f"no header at all {SECRET}")
    conversation, now = message.conversation, timezone.now()
    note = write_note(
        conversation=conversation, author=colleague, text=f"{SECRET} {COMMON} note", client_key="n", now=now
    )
    conversation.refresh_from_db()
    answer = reply(
        conversation=conversation,
        author=colleague,
        text=f"{SECRET} {COMMON} answer",
        client_key="r",
        seen_seq=conversation.message_seq,
        now=now,
    )
    sent = Transmission.objects.get(pk=answer.transmission_id)
    Transmission.objects.filter(pk=sent.pk).update(state="failed", error=f"550 {SECRET}", state_at=now)
    wish = OptOutWish.objects.create(
        raw_event_key=read.key,
        channel=foreign,
        profile_id=conversation.profile_id,
        address="ana@customer.example",
        text=f"{SECRET} leave me alone",
        at=now,
    )
    own = Message.objects.get(raw_event_key=deliver(mine, mail(mine, "ordinary", "two")).key).conversation
    cache.clear()
    conversation.refresh_from_db()
    return SimpleNamespace(
        agent=agent,
        own=own,
        conversation=conversation,
        foreign={
            "conversation": conversation.pk,
            "message": message.pk,
            "answer": answer.pk,
            "note": note.pk,
            "read": read.pk,
            "twin": twin.pk,
            "bounce": bounce.pk,
            "unreadable": unreadable.pk,
            "sent": sent.pk,
            "wish": wish.pk,
            "file": Attachment.objects.get(raw_event_key=read.key).pk,
            "queue": finance.pk,
            "channel": foreign.pk,
            "profile": conversation.profile_id,
        },
    )


def asked(address: Address, world) -> list[tuple[str, str]]:
    """Each path of an address with the names of the foreign objects in it."""
    places = address.path.count(KEY)
    if not places:
        query = f"?q={COMMON}&search={COMMON}&words={COMMON}&customer=ana@customer.example&kind=&queue={world.foreign['queue']}"
        return [(address.path, ""), (address.path + query, "searched")]
    firsts = (
        world.foreign
        if places == 1
        else {
            "conversation": world.foreign["conversation"],
            "profile": world.foreign["profile"],
            "own": world.own.pk,
        }
    )
    found = []
    for chosen in product(firsts.items(), *[world.foreign.items()] * min(places - 1, 1)):
        path = address.path
        for _name, key in chosen:
            path = path.replace(KEY, str(key), 1)
        found.append((path.replace(KEY, str(chosen[-1][1])), "+".join(name for name, _key in chosen)))
    return found


def text_of(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace") + str(answer.headers)


def facts(world) -> list[object]:
    """What of the foreign queue a request could have changed."""
    keys = list(world.foreign.values())
    return [
        list(RawEvent.objects.filter(pk__in=keys).order_by("pk").values_list("status", "settled_by", "attempts")),
        list(OptOutWish.objects.values_list("honoured", flat=True)),
        list(Transmission.objects.filter(pk__in=keys).values_list("settled_at", "state")),
        list(Message.objects.filter(conversation=world.conversation).order_by("seq").values_list("pk", flat=True)),
        [getattr(world.conversation, name) for name in ("queue_id", "status", "assignee_id", "version")],
    ]


def test_no_address_shows_a_word_of_a_foreign_queue(world):
    client: Client = client_of(world.agent)
    client.raise_request_exception = False
    leaks, entered = [], []
    for address in [*OURS, *API]:
        for path, names in asked(address, world):
            answer = client.get(path)
            if SECRET in text_of(answer):
                leaks.append(f"{address.name} {names}: {answer.status_code}")
            is_conversation = address.name.startswith(("conversations:", "v1:conversation")) and KEY in address.path
            if is_conversation and "own" not in names and names != "profile" and answer.status_code == 200:
                entered.append(f"{address.name} {names}")
    assert leaks == []
    assert entered == []


def test_no_address_changes_a_thing_of_a_foreign_queue(world):
    client: Client = client_of(world.agent)
    client.raise_request_exception = False
    before, leaks, changed = facts(world), [], []
    for address in [*OURS, *API]:
        if KEY not in address.path or address.name.startswith(("village:", "campaigns:", "content:")):
            continue
        for path, names in asked(address, world):
            body = {"honour": "1", "text": "x", "action": "dismiss", "all": "1", "queue": str(world.own.queue_id)}
            answer = client.post(path, body)
            if SECRET in text_of(answer):
                leaks.append(f"{address.name} {names}: {answer.status_code}")
        world.conversation.refresh_from_db()
        if facts(world) != before:
            changed.append(address.name)
            before = facts(world)
    assert (leaks, changed) == ([], [])


def test_the_list_and_its_bulk_actions_hold_nothing_foreign(world):
    client = client_of(world.agent)
    before = facts(world)
    for kind in ("", "unsent", "bounced", "report", "unreadable", "optout", "automatic", "duplicate"):
        assert SECRET not in client.get(f"/inbox/attention/?kind={kind}").content.decode()
        for action in ("dismiss", "retry", "inbox"):
            items = [f"{kind}:{key}" for kind in ("send", "inbound", "wish") for key in world.foreign.values()]
            client.post("/inbox/attention/bulk/", {"action": action, "items": items, "kind": kind})
            client.post("/inbox/attention/bulk/", {"action": action, "all": "1", "kind": kind})
    world.conversation.refresh_from_db()
    assert facts(world) == before


def test_whoever_works_on_the_queue_sees_them(world):
    insider = person("agent", email="finance@pedralva.example")
    factories.assign_perm("conversations.work_queue", insider, world.conversation.queue)
    client = client_of(insider)
    for name in ("read", "twin", "bounce", "unreadable"):
        answer = client.get(f"/inbox/attention/inbound/{world.foreign[name]}/source/")
        assert answer.status_code == 200
        assert SECRET in text_of(answer), name
    page = client.get("/inbox/attention/").content.decode()
    assert len(set(re.findall(rf"{SECRET}[ \w]*", page))) >= 3


def test_who_operates_channels_sees_that_mail_failed_but_not_whose(world):
    client = client_of(person("master-builder"))
    page = client.get("/inbox/attention/").content.decode()
    shown = client.get(f"/inbox/attention/inbound/{world.foreign['unreadable']}/")
    assert shown.status_code == 200
    assert SECRET not in page + shown.content.decode()
    assert client.get(f"/inbox/attention/inbound/{world.foreign['read']}/").status_code == 404
    assert isinstance(world.foreign["read"], UUID)
