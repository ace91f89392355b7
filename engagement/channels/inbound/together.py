"""Read many ordinary messages in one transaction: what people wrote, of ordinary size.

Everything else, and everything when this fails, is read alone by ``processing.process``, which decides; here nothing
is decided that would not be decided there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.parsed import AutoKind, ParsedEmail, Unparsable
from engagement.channels.email.parsing import parse
from engagement.channels.inbound.content import Content, content_of
from engagement.channels.inbound.customer import EmailChannels, attribute_sender, load_email_channels
from engagement.channels.inbound.files import reference, write_files
from engagement.channels.inbound.message import message_received
from engagement.channels.inbound.opt_outs import is_opt_out_request
from engagement.channels.inbound.reports import return_paths_in
from engagement.channels.inbound.sender_checks import enqueue_checks
from engagement.channels.inbound.unsubscriptions import is_asked
from engagement.channels.models import Attachment, RawEvent, Transmission
from engagement.events.outbox import publish_all
from engagement.profiles.actions.resolve import Met, resolve_all
from engagement.profiles.addresses import InvalidAddress, normalised


@dataclass(frozen=True, slots=True)
class _Letter:
    raw: RawEvent
    parsed: ParsedEmail
    sender: Mailbox
    norm: str
    content: Content
    rows: list[Attachment]


def read_together(keys: Sequence[UUID], *, now: datetime) -> set[UUID]:
    """Make known what can be made known together; return the keys that are done. All of it commits, or nothing.

    Whatever one of them raises is raised, and nothing is done: then read each alone.
    """
    channels = load_email_channels()
    raws = RawEvent.objects.filter(key__in=keys, status=RawEvent.Status.RECEIVED).order_by("key")
    read = [
        letter
        for raw in raws.select_related("channel").defer("error", "settled_at", "channel__credentials")
        if (letter := _letter(raw, channels, now)) is not None
    ]
    letters = _not_sent_by_us(read)
    if not letters:
        return set()
    with transaction.atomic():
        waiting = RawEvent.objects.filter(
            key__in=[letter.raw.key for letter in letters], status=RawEvent.Status.RECEIVED
        )
        locked = set(waiting.order_by("key").select_for_update(of=("self",)).values_list("key", flat=True))
        letters = [letter for letter in letters if letter.raw.key in locked]
        waiting.filter(key__in=locked).update(
            status=RawEvent.Status.READ, kind=AutoKind.PERSON.value, error="", next_attempt_at=None, read_at=now
        )
        _make_known(letters, now)
    return locked


def _letter(raw: RawEvent, channels: EmailChannels, now: datetime) -> _Letter | None:
    """Read one; None for what needs a closer look: a robot's, a broken or a nameless one."""
    if "left_out_bytes" in raw.envelope or is_asked(raw) or return_paths_in(raw.envelope.get("rcpt_to", [])):
        return None
    try:
        parsed = parse(
            bytes(raw.body),
            envelope_sender=raw.envelope.get("mail_from"),
            max_attachment_bytes=settings.ATTACHMENT_LIMIT,
        )
        parsed = attribute_sender(parsed, raw.channel_id, channels)
        if parsed.auto or parsed.bounce or parsed.complaint or parsed.loop_markers or parsed.sender is None:
            return None
        norm = normalised("email", parsed.sender.address)
    except (Unparsable, InvalidAddress):
        return None
    content = content_of(parsed)
    if is_opt_out_request(parsed, content.text):
        return None
    rows = write_files(content.files, raw_event_key=raw.key, now=now)
    return _Letter(raw, parsed, parsed.sender, norm, content, rows)


def _not_sent_by_us(letters: list[_Letter]) -> list[_Letter]:
    channels = {letter.raw.channel_id for letter in letters}
    names = [letter.parsed.message_id for letter in letters if letter.parsed.message_id]
    sent = set(
        Transmission.objects.filter(channel_id__in=channels, external_id__in=names)
        .order_by()
        .values_list("channel_id", "external_id")
    )
    return [letter for letter in letters if (letter.raw.channel_id, letter.parsed.message_id) not in sent]


def _make_known(letters: list[_Letter], now: datetime) -> None:
    met = [Met(letter.sender.address, letter.sender.name, letter.parsed.language[:10]) for letter in letters]
    identities = resolve_all(kind="email", met=met, now=now)
    Attachment.objects.bulk_create([row for letter in letters for row in letter.rows])
    publish_all(
        [
            message_received(
                letter.raw,
                letter.parsed,
                letter.sender,
                letter.content,
                identity=identities[letter.norm],
                files=[reference(row) for row in letter.rows],
            )
            for letter in letters
        ],
        now=now,
    )
    enqueue_checks([(letter.raw, letter.parsed, letter.norm) for letter in letters], now=now)
