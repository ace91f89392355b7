"""The demo organisation: Pedralva, bicycles. Loaded through the real paths: mail is received, read and threaded,
answers are written by the actions, so that nothing in the demo is in a state that the software cannot reach.
"""

import secrets
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password

from conversations.actions.assign import assign, move
from conversations.actions.labels import LabelValues, add_label, create_label
from conversations.actions.note import write_note
from conversations.actions.reply import reply
from conversations.actions.status import pend, resolve, snooze
from conversations.models import Conversation, Label, MessageExternal, Queue
from engagement.api.actions import make_token
from engagement.api.models import SCOPES
from engagement.channels.actions.receive import receive
from engagement.channels.email.composing import compose
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.channels.inbound.processing import process
from engagement.channels.models import Channel
from engagement.config.demo import (
    adoption,
    blueprint,
    campaigns,
    collaboration,
    community,
    companies,
    content,
    identities,
    imports,
    merging,
    operations,
    optin,
    plan,
    profiles,
    rights,
    texts,
)
from engagement.config.demo.letters import automatic, bounce_of_nobody, letter, unreadable
from engagement.events.relay import run_pending
from engagement.village.actions.grant import grant
from engagement.village.audit import NOWHERE
from engagement.village.models import Department, Role, User

HERE = Path(__file__).parent
__all__ = ["Loaded", "load"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a newcomer needs: how to sign in as each role, a token, an address to write to."""

    users: list[dict[str, str]]
    api_token: str
    inbound_address: str
    sms_number: str = ""


def load(*, now: datetime) -> Loaded:
    """Load people, channels, queues and conversations. Call inside one transaction: all of it or nothing."""
    village = tomllib.loads((HERE / "village.toml").read_text())
    signs_in = [_person(person) for person in village["people"]]
    admin = User.objects.get(groups__role__slug="administrator")
    channels = {given["slug"]: _channel(given) for given in village["channels"]}
    for position, given in enumerate(village["queues"]):
        _queue(given, channels, position, admin, now)
    for given in village["labels"]:
        create_label(values=LabelValues(**given), actor=admin, origin=NOWHERE, now=now)
    story = tomllib.loads((HERE / "conversations.toml").read_text())
    _tell(story["conversation"], channels, now)
    collaboration.load(now=now)
    number = texts.load(now=now)
    content.load(now=now)
    community.load(now=now)
    profiles.load(now=now)
    companies.load(now=now)
    merging.load(now=now)
    identities.load(now=now)
    optin.load(now=now)
    campaigns.load(now=now)
    imports.load(now=now)
    blueprint.load(now=now)
    plan.load(now=now)
    operations.load(now=now)
    adoption.load(now=now)
    rights.load(now=now)
    agent = User.objects.get(email=signs_in[0]["email"])
    _, token = make_token(person=agent, name="Demo", scopes=list(SCOPES), expires_at=now + timedelta(days=365), now=now)
    return Loaded(users=signs_in, api_token=token, inbound_address=channels["care"].address, sms_number=number)


def _person(given: dict[str, Any]) -> dict[str, str]:
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    role = Role.objects.select_related("group").get(slug=given["role"])
    is_admin = given["role"] == "administrator"
    user = User.objects.create_user(given["email"], name=given["name"], language=given["language"], is_staff=is_admin)
    user.password = _encode_random(password)
    user.save(update_fields=["password"])
    user.groups.add(role.group)
    user.departments.set(Department.objects.filter(slug__in=given["departments"]))
    return {
        "role": role.name,
        "name": given["name"],
        "email": given["email"],
        "password": password,
        "language": given["language"],
    }


def _encode_random(password: str) -> str:
    """Encode a password that is random and long: nobody guesses it, so a hundredth of the usual rounds is enough.

    The first sign-in encodes it with all of them, as it does when Django raises their number.
    """
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), iterations=hasher.iterations // 100)
    return make_password(password)


def _channel(given: dict[str, Any]) -> Channel:
    return Channel.objects.create(
        kind="email",
        name=given["name"],
        address=given["address"],
        sender_name=given["sender_name"],
        department=Department.objects.get(slug=given["department"]),
    )


def _queue(given: dict[str, Any], channels: dict[str, Channel], position: int, admin: User, now: datetime) -> None:
    queue = Queue.objects.create(
        slug=given["slug"],
        name=given["name"],
        name_pt=given["name_pt"],
        icon=given["icon"],
        department=Department.objects.get(slug=given["department"]),
        answer_within=given["answer_within"],
        is_default=given.get("default", False),
        position=position,
    )
    queue.channels.set(channels[slug] for slug in given["channels"])
    for slug in given["roles"]:
        role = Role.objects.get(slug=slug)
        grant(person_or_role=role, permission="conversations.work_queue", thing=queue, actor=admin, now=now)


def _tell(story: list[dict[str, Any]], channels: dict[str, Channel], now: datetime) -> None:
    """Play every message in the order of its time, as it would have come."""
    moments = [
        (said["ago"], number, place, said)
        for number, given in enumerate(story)
        for place, said in enumerate(given["messages"])
    ]
    threads: dict[int, Conversation] = {}
    for ago, number, place, said in sorted(moments, key=lambda moment: (-moment[0], moment[1])):
        given, at = story[number], now - timedelta(minutes=ago)
        channel = channels[given["channel"]]
        if "by" in said or "note_by" in said:
            _answer(threads[number], said, f"demo:{number}:{place}", at)
            continue
        threads[number] = _arrive(given, said, f"{number}.{place}", channel, threads.get(number), at)
        if place == 0:
            _place(given, threads[number], at)
    for number, given in enumerate(story):
        _leave(given, threads[number], now)
    _robots(channels["care"], now)


def _arrive(
    given: dict[str, Any],
    said: dict[str, Any],
    name: str,
    channel: Channel,
    thread: Conversation | None,
    at: datetime,
) -> Conversation:
    """Receive one letter and return the conversation that it stands in."""
    last = MessageExternal.objects.filter(conversation=thread).order_by("-message__seq").first() if thread else None
    write = automatic if given.get("auto") else letter
    mail = write(given, said, name=name, to=channel.address, answers=last.external_id if last else "", at=at)
    _take_in(compose(mail), channel, at, mail_from=given["address"])
    return MessageExternal.objects.get(channel=channel, external_id=mail.message_id).conversation


def _take_in(raw: bytes, channel: Channel, at: datetime, *, mail_from: str = "") -> None:
    envelope = {"mail_from": mail_from, "rcpt_to": [channel.address], "peer": "demo"}
    event = receive(channel=channel, body=raw, provider_key=delivery_key(raw), envelope=envelope, now=at)
    if event is not None:
        process(key=event.key, now=at)
        run_pending(now=at)


def _answer(thread: Conversation, said: dict[str, Any], client_key: str, at: datetime) -> None:
    thread.refresh_from_db()
    author = User.objects.get(email=said.get("by") or said["note_by"])
    if "note_by" in said:
        write_note(conversation=thread, author=author, text=said["text"], client_key=client_key, now=at)
    else:
        reply(
            conversation=thread,
            author=author,
            text=said["text"],
            client_key=client_key,
            seen_seq=thread.message_seq,
            now=at,
        )
    run_pending(now=at)


def _place(given: dict[str, Any], thread: Conversation, at: datetime) -> None:
    """Put a new conversation into its queue and into somebody's hands."""
    actor = User.objects.get(email=given.get("assign", "caio.brandt@pedralva.example"))
    if "queue" in given:
        move(conversation=thread, queue=Queue.objects.get(slug=given["queue"]), actor=actor, now=at)
    for name in given.get("labels", ()):
        add_label(conversation=thread, label=Label.objects.get(name=name), actor=actor, now=at)
    if "assign" in given:
        assign(conversation=thread, assignee=actor, actor=actor, now=at)
    run_pending(now=at)


def _leave(given: dict[str, Any], thread: Conversation, now: datetime) -> None:
    """Bring a conversation into the state that the story leaves it in."""
    if "then" not in given:
        return
    actor = User.objects.get(email=given["assign"])
    at = now - timedelta(minutes=given["messages"][-1]["ago"] - 1)
    if given["then"] == "pending":
        pend(conversation=thread, actor=actor, now=at)
    elif given["then"] == "resolved":
        resolve(conversation=thread, actor=actor, now=at)
    else:
        snooze(conversation=thread, until=now + timedelta(days=3), actor=actor, now=at)
    run_pending(now=at)


def _robots(channel: Channel, now: datetime) -> None:
    """What every mailbox gets besides: a bounce of nothing we sent, and something that nobody can read."""
    for raw in (bounce_of_nobody(to=channel.address, at=now - timedelta(hours=5)), unreadable()):
        _take_in(raw, channel, now - timedelta(hours=5))
