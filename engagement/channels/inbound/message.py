"""The event that tells of a received e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from uuid import UUID

from django.conf import settings

from engagement.channels.email import reply_address
from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.parsed import ParsedEmail
from engagement.channels.inbound.content import Content
from engagement.channels.inbound.sender_checks import as_facts, check_at_reading
from engagement.channels.models import RawEvent
from engagement.channels.opt_out.notes import opt_out_note
from engagement.domain_names import readable_address
from engagement.events.catalogue import AttachmentReference, MessageReceived, Person
from engagement.profiles.models import Identity

LONGEST_ID = 400
_MOST_PEOPLE = 200
_MOST_REFERENCES = 100


def message_received(
    raw: RawEvent,
    parsed: ParsedEmail,
    sender: Mailbox,
    content: Content,
    *,
    identity: Identity,
    files: list[AttachmentReference],
    is_opt_out_request: bool = False,
) -> MessageReceived:
    """Return the event for one email; its sender is in it by the normalized address of ``identity``, the domain of
    which is written in letters.
    """
    address = readable_address(identity.address_norm)
    return MessageReceived(
        channel_id=raw.channel_id,
        raw_event_id=raw.key,
        item=0,
        external_id=external_id(raw, parsed),
        profile_id=identity.profile.canonical_id or identity.profile_id,
        identity_id=identity.key,
        home_id=identity.home_id,
        sender=Person(kind="email", address=address, name=sender.name[:300], role="from"),
        people=_people(sender, parsed),
        received_at=raw.received_at,
        sent_at=parsed.date.astimezone(UTC) if parsed.date else None,
        title=parsed.subject[:500],
        text=content.text,
        html=content.html,
        quoted_text=content.quoted_text,
        quoted_html=content.quoted_html,
        signature=content.signature,
        remote_images=min(parsed.remote_images, 32_767),
        auto=parsed.auto.value,
        in_reply_to=_ids(parsed.in_reply_to),
        references=_ids(parsed.references),
        reply_token=_reply_token(raw, parsed),
        attachments=files,
        notes=[*content.notes, *([opt_out_note()] if is_opt_out_request else [])],
        layout=content.layout,
        is_opt_out_request=is_opt_out_request,
        sender_check=as_facts(check_at_reading(raw.channel, parsed)),
    )


def external_id(raw: RawEvent, parsed: ParsedEmail) -> str:
    """The Message-ID, without angle brackets; one of our own for a message that has none, or an endless one."""
    if 0 < len(parsed.message_id) <= LONGEST_ID:
        return parsed.message_id
    return f"raw-{raw.key}@vilarejo.invalid"


def _ids(found: Iterable[str]) -> list[str]:
    """The nearest ancestors: RFC 5322 section 3.6.4 puts them last."""
    return [message_id for message_id in found if len(message_id) <= LONGEST_ID][-_MOST_REFERENCES:]


def _reply_token(raw: RawEvent, parsed: ParsedEmail) -> UUID | None:
    """The conversation of a signed reply address among those that it was sent to; SMTP's own list counts first."""
    secrets = [secret.encode() for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    written = [mailbox.address for mailbox in (*parsed.to, *parsed.cc)]
    candidates = [*raw.envelope.get("rcpt_to", []), *parsed.delivered_to, *written][:_MOST_PEOPLE]
    found = (reply_address.verify(address, secrets=secrets) for address in candidates)
    return next((key for key in found if key is not None), None)


def _people(sender: Mailbox, parsed: ParsedEmail) -> list[Person]:
    named = [("reply-to", parsed.reply_to), ("to", parsed.to), ("cc", parsed.cc)]
    people = [_person(mailbox, role) for role, mailboxes in named for mailbox in mailboxes]
    return [_person(sender, "from"), *people][:_MOST_PEOPLE]


def _person(mailbox: Mailbox, role: str) -> Person:
    return Person(kind="email", address=mailbox.address, name=mailbox.name[:300], role=role)
