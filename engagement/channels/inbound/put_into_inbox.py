"""Make a conversation of what was not understood, or was taken for a robot's: a person decided so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from engagement.channels.actions.replay import NotReplayable
from engagement.channels.email.addresses import Mailbox, is_plausible
from engagement.channels.email.parsed import AutoKind, ParsedEmail, Unparsable
from engagement.channels.email.parsing import parse
from engagement.channels.inbound.content import content_of
from engagement.channels.inbound.customer import attribute_sender, load_email_channels
from engagement.channels.inbound.files import reference, write_files
from engagement.channels.inbound.message import message_received
from engagement.channels.models import Attachment, RawEvent
from engagement.events.outbox import publish
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.realtime.topics import poke
from engagement.village.audit import record
from engagement.village.models import User

Status = RawEvent.Status
MAY_BE_PUT = (Status.FAILED, Status.SETTLED, Status.ROBOT)
UNKNOWN_SENDER = "unknown-sender@mail.invalid"  # RFC 2606: nobody can be written to there


def may_be_put(raw_event: RawEvent) -> bool:
    """Whether it is an email that no conversation shows, and its source is here."""
    return (
        raw_event.status in MAY_BE_PUT
        and raw_event.channel.kind == "email"
        and "left_out_bytes" not in raw_event.envelope
        and "source_removed_at" not in raw_event.facts
    )


def put_into_inbox(*, raw_event: RawEvent, actor: User, now: datetime) -> RawEvent:
    """Make it known as a person's message, which waits for an answer. Safe to repeat.

    Raises NotReplayable for what a conversation shows already, what is no email, and what was erased.
    """
    with transaction.atomic():
        rows = RawEvent.objects.select_related("channel").select_for_update(of=("self",))
        row = rows.get(key=raw_event.key)
        if not may_be_put(row) or not bytes(row.body).strip():
            raise NotReplayable(row.status)
        parsed = _as_a_persons(row)
        sender = _answerable(parsed, row)
        content = content_of(parsed)
        files = write_files(content.files, raw_event_key=row.key, now=now)
        Attachment.objects.bulk_create(files)
        identity = resolve(
            kind="email", address=sender.address, name=sender.name, language=parsed.language[:10], now=now
        )
        detail = {"was": row.status, "kind": row.kind, "reason": row.error}
        row.status, row.kind, row.error, row.next_attempt_at = Status.READ, "", "", None
        row.settled_by, row.settled_at = None, None
        row.save(update_fields=["status", "kind", "error", "next_attempt_at", "settled_by", "settled_at"])
        publish(
            message_received(row, parsed, sender, content, identity=identity, files=[reference(one) for one in files]),
            now=now,
        )
        record(actor=actor, action="inbound.put_into_inbox", subject=row, now=now, detail=detail)
        poke("attention:all")
    return row


def _as_a_persons(row: RawEvent) -> ParsedEmail:
    """Read it; what has no header, or no sender, gets one."""
    source = bytes(row.body)
    added = f"From: <{UNKNOWN_SENDER}>\r\n".encode()
    bare = added + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + source
    for body in (source, added + source.lstrip(), bare):
        try:
            parsed = parse(
                body,
                envelope_sender=row.envelope.get("mail_from"),
                max_attachment_bytes=settings.ATTACHMENT_LIMIT,
            )
        except Unparsable:
            continue
        parsed = replace(parsed, auto=AutoKind.PERSON, bounce=None, complaint=None)
        return attribute_sender(parsed, row.channel_id, load_email_channels())
    raise NotReplayable(row.status)


def _answerable(parsed: ParsedEmail, row: RawEvent) -> Mailbox:
    """Its sender, else SMTP's, else nobody."""
    envelope = str(row.envelope.get("mail_from") or "").strip("<> ")
    given = [parsed.sender] if parsed.sender else []
    for mailbox in [*given, Mailbox("", envelope)]:
        try:
            normalised("email", mailbox.address)
        except InvalidAddress:
            continue
        if is_plausible(mailbox.address):
            return mailbox
    return Mailbox("", UNKNOWN_SENDER)
