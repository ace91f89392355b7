"""Pedralva's number for texts, and what customers texted: taken in as the provider brings it."""

import secrets
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from conversations.actions.reply import reply
from conversations.models import Conversation, Queue
from engagement.channels.actions.receive import receive
from engagement.channels.inbound.processing import process
from engagement.channels.models import CaughtText, Channel
from engagement.events.relay import run_pending
from engagement.profiles.models import Identity, Profile
from engagement.village.models import Department, User

HERE = Path(__file__).parent


def load(*, now: datetime) -> str:
    """Make the channel, with credentials of its own for the stand-in, and its conversations; return our number."""
    told = tomllib.loads((HERE / "texts.toml").read_text())
    channel = _channel(told["channel"])
    said = [(text["ago"], number, text) for number, text in enumerate(told["text"])]
    for ago, number, text in sorted(said, key=lambda one: -one[0]):
        at = now - timedelta(minutes=ago)
        if "by" in text:
            _answer(channel, text, number, at)
        else:
            _arrive(channel, text, number, at)
    return channel.address


def _channel(given: dict[str, Any]) -> Channel:
    channel = Channel.objects.create(
        kind="sms",
        name=given["name"],
        address=given["address"],
        sender_name=given["sender_name"],
        department=Department.objects.get(slug=given["department"]),
        settings={"sms": {"contact": given["contact"], "per_month": given["per_month"]}},
        credentials={"sms": {"user": f"AC{secrets.token_hex(16)}", "password": secrets.token_hex(16)}},
    )
    Queue.objects.get(slug=given["queue"]).channels.add(channel)
    return channel


def _arrive(channel: Channel, text: dict[str, Any], number: int, at: datetime) -> None:
    sid = f"SM{number:032x}"
    form = {"MessageSid": sid, "From": text["from"], "To": channel.address, "Body": text["text"], "NumMedia": "0"}
    envelope = {"hook": "message", "mail_from": text["from"], "rcpt_to": [channel.address]}
    raw = receive(channel=channel, body=urlencode(form).encode(), provider_key=f"sms:{sid}", envelope=envelope, now=at)
    if raw is None:
        return
    process(key=raw.key, now=at)
    run_pending(now=at)
    CaughtText.objects.create(
        at=at,
        customer=text["from"],
        ours=channel.address,
        direction=CaughtText.Direction.OUT,
        sid=sid,
        body=text["text"],
        status="received",
        is_open=True,
    )
    _name(text)


def _name(text: dict[str, Any]) -> None:
    """What is known of them from the shop: a text brings no name."""
    identity = Identity.objects.get(kind="phone", address_norm=text["from"], valid_to=None)
    Profile.objects.filter(pk=identity.profile_id, name="").update(name=text["name"], language=text["language"])


def _answer(channel: Channel, text: dict[str, Any], number: int, at: datetime) -> None:
    thread = Conversation.objects.get(channel=channel, endpoint__address_norm=text["to"])
    author = User.objects.get(email=text["by"])
    reply(
        conversation=thread,
        author=author,
        text=text["text"],
        client_key=f"demo:text:{number}",
        seen_seq=thread.message_seq,
        now=at,
    )
    run_pending(now=at)
