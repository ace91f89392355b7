"""Small makers of rows that many tests need. Each app's makers stand together; add yours at the end."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from guardian.shortcuts import assign_perm

from content.models import Draft, Template
from conversations.actions.threading import thread
from conversations.models import Conversation, Message, Queue
from engagement.channels.models import Channel
from engagement.events.catalogue import MessageReceived, Person
from engagement.keys import new_key
from engagement.profiles.actions import resolve
from engagement.village.models import User

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PASSWORD = "a long enough password"
_numbers = itertools.count(1)


def make_user(name: str = "", *, queues: tuple[Queue, ...] = (), **fields: Any) -> User:
    """A person who works in ``queues``."""
    number = next(_numbers)
    fields.setdefault("email", f"person{number}@pedralva.example")
    user = User.objects.create_user(password=PASSWORD, name=name or f"Person {number}", **fields)
    for queue in queues:
        assign_perm("conversations.work_queue", user, queue)
    return user


def make_channel(address: str = "", **fields: Any) -> Channel:
    """An e-mail channel."""
    number = next(_numbers)
    fields.setdefault("name", f"Mailbox {number}")
    return Channel.objects.create(kind="email", address=address or f"care{number}@pedralva.example", **fields)


def make_queue(slug: str = "", *, channels: tuple[Channel, ...] = (), **fields: Any) -> Queue:
    """A queue into which ``channels`` lead."""
    slug = slug or f"queue-{next(_numbers)}"
    fields.setdefault("name", slug.title())
    queue = Queue.objects.create(slug=slug, **fields)
    queue.channels.add(*channels)
    return queue


def received(
    channel: Channel, sender: str = "ana@customer.example", *, name: str = "Ana Prado", **facts: Any
) -> MessageReceived:
    """The event of a message that came in; written a moment after NOW unless ``received_at`` says else."""
    at = facts.setdefault("received_at", NOW)
    identity = resolve(kind="email", address=sender, name=name, now=at)
    facts.setdefault("raw_event_id", new_key())
    facts.setdefault("external_id", f"{facts['raw_event_id'].hex}@customer.example")
    facts.setdefault("title", "Order 1234")
    facts.setdefault("text", "Where is my order?")
    facts.setdefault("people", [Person(kind="email", address=channel.address, role="to")])
    return MessageReceived(
        channel_id=channel.key,
        item=facts.pop("item", 0),
        profile_id=identity.profile.canonical_id or identity.profile_id,
        identity_id=identity.key,
        home_id=identity.home_id,
        sender=Person(kind="email", address=identity.address_norm, name=name),
        **facts,
    )


def make_message(channel: Channel, sender: str = "ana@customer.example", **facts: Any) -> Message:
    """A received message in its conversation."""
    return thread(received(channel, sender, **facts))


def make_conversation(channel: Channel, sender: str = "ana@customer.example", **facts: Any) -> Conversation:
    """A conversation with one received message."""
    return make_message(channel, sender, **facts).conversation


def minutes(number: float) -> timedelta:
    """A length of time."""
    return timedelta(minutes=number)


# Texts


LAYOUT = "<mjml><mj-body><mj-section><mj-column><mj-text>{words}</mj-text></mj-column></mj-section></mj-body></mjml>"


def make_template(author: User, *, words: str = "Hello {{ first_name | default: 'there' }}", **fields: Any) -> Template:
    """A template with a draft in English; an e-mail unless ``kind`` says else; sent from a channel of its kind."""
    kind = fields.get("kind", "email")
    fields.setdefault("channel", make_channel(sender_name="Pedralva") if kind == "email" else make_number())
    fields = {"kind": kind, "purpose": "service", "owner": author, "edited_by": author, "edited_at": NOW} | fields
    template = Template.objects.create(name=fields.pop("name", f"Text {next(_numbers)}"), **fields)
    written = {"subject": "Spring", "mjml": LAYOUT.format(words=words)} if kind == "email" else {"text": words}
    Draft.objects.create(template=template, locale="en", updated_at=NOW, updated_by=author, **written)
    return template


def make_number() -> Channel:
    """A channel of text messages."""
    return Channel.objects.create(kind="sms", name="Workshop", address=f"+55319555{next(_numbers):05d}")
