"""Write a received message and all that stands with it, in two statements."""

from typing import Any

from conversations.actions.earlier_invitation import calendar_references, compare_others, compare_with_earlier
from conversations.actions.finding import Found, ancestors, other_name
from conversations.models import Conversation, ConversationRelation, Message
from engagement.events.catalogue import MessageReceived, Person
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.statements import insert, run

_MOST_PEOPLE_SHOWN = 50
_MOST_REFERENCES_KEPT = 20

# Who was written to takes part, except our own channels: by their address, or by it with a token behind a plus sign.
_BESIDE = """
WITH referred AS (
    INSERT INTO conversations_threadreference (channel_id, reference, conversation_id)
    SELECT %(channel)s, reference, %(conversation)s FROM unnest(%(references)s::text[]) AS given (reference)
    ON CONFLICT DO NOTHING
), joined AS (
    INSERT INTO conversations_participant (conversation_id, address, address_norm, name, role, joined_at)
    SELECT %(conversation)s, address, norm, name, role, %(at)s
    FROM unnest(%(addresses)s::text[], %(norms)s::text[], %(bases)s::text[], %(names)s::text[], %(roles)s::text[])
        AS person (address, norm, base, name, role)
    WHERE NOT EXISTS (
        SELECT 1 FROM engagement_channels_channel ours
        WHERE ours.kind = %(kind)s AND lower(ours.address) IN (person.norm, person.base)
    ) AND NOT EXISTS (
        SELECT 1 FROM conversations_endpoint reached
        WHERE reached.key = %(endpoint)s AND reached.address_norm = person.norm
    )
    ON CONFLICT DO NOTHING
), filed AS (
    INSERT INTO conversations_messageattachment (message_id, attachment_id, position)
    SELECT %(message)s, attachment, place FROM unnest(%(files)s::uuid[]) WITH ORDINALITY AS given (attachment, place)
    ON CONFLICT DO NOTHING
)
INSERT INTO conversations_messageexternal (channel_id, external_id, message_id, conversation_id)
SELECT %(channel)s, name, %(message)s, %(conversation)s FROM unnest(%(own)s::text[]) AS given (name)
ON CONFLICT DO NOTHING RETURNING id
"""


def store(
    event: MessageReceived,
    conversation: Conversation,
    address: str,
    found: Found,
    *,
    lines: list[Message],
    subject_changed: bool,
) -> Message:
    """Write ``lines`` and the message of ``event`` as the newest entry; the conversation has counted them already."""
    message = _message(event, conversation, found, subject_changed)
    insert([*lines, message])
    if found.relates_to and found.relates_to != conversation.pk:
        ConversationRelation.objects.create(
            message=message, conversation=conversation, related_id=found.relates_to, created_at=event.received_at
        )
    if not _write_beside(event, conversation, message, address, found.external_id):
        # Another sender's message took the name a moment ago.
        _write_beside(event, conversation, message, address, other_name(event.external_id, found.digest))
    compare_others(event, message)
    return message


def _message(event: MessageReceived, conversation: Conversation, found: Found, subject_changed: bool) -> Message:
    return Message(
        conversation=conversation,
        seq=conversation.message_seq,
        kind=Message.Kind.RECEIVED,
        sender_name=_clean(event.sender.name)[:300],
        sender_address=event.sender.address[:400],
        title=_clean(event.title)[:500],
        text=_clean(event.text),
        html=_clean(event.html),
        quoted_text=_clean(event.quoted_text),
        quoted_html=_clean(event.quoted_html),
        signature=_clean(event.signature),
        remote_images=min(event.remote_images, 32_767),
        auto=event.auto[:40],
        detail=_detail(event, found, subject_changed),
        created_at=event.received_at,
        raw_event_key=event.raw_event_id,
        item=event.item,
    )


def _clean(text: str) -> str:
    """Without NUL, which PostgreSQL cannot hold."""
    return text.replace("\x00", "")


def _detail(event: MessageReceived, found: Found, subject_changed: bool) -> dict[str, Any]:
    shown = [person for person in event.people if person.role in ("to", "cc", "reply-to")][:_MOST_PEOPLE_SHOWN]
    facts: dict[str, Any] = {
        "digest": found.digest,
        "people": [{"address": one.address, "name": _clean(one.name), "role": one.role} for one in shown],
        "references": ancestors(event)[:_MOST_REFERENCES_KEPT],
        "notes": [_clean(note) for note in event.notes],
        "layout": compare_with_earlier(event),
        "sent_at": event.sent_at.isoformat() if event.sent_at else "",
        "subject_changed": subject_changed,
        "message_id": event.external_id if found.external_id != event.external_id else "",
        "relates_to": str(found.relates_to) if found.relates_to else "",
        "sender_check": event.sender_check,
    }
    return {name: value for name, value in facts.items() if value}


def _write_beside(
    event: MessageReceived, conversation: Conversation, message: Message, address: str, external_id: str
) -> bool:
    """Write references, participants, files and the message's name; False when the name is taken."""
    people = _people(event, address)
    values: dict[str, Any] = {
        "channel": event.channel_id,
        "conversation": conversation.pk,
        "message": message.pk,
        "endpoint": conversation.endpoint_id,
        "at": event.received_at,
        "kind": event.sender.kind,
        "references": [*ancestors(event), *calendar_references(event)],
        "addresses": [person.address[:400] for _norm, person in people],
        "norms": [norm for norm, _person in people],
        "bases": [_without_token(norm) for norm, _person in people],
        "names": [_clean(person.name)[:300] for _norm, person in people],
        "roles": ["cc" if person.role == "cc" else "to" for _norm, person in people],
        "files": list(dict.fromkeys(one.attachment_id for one in event.attachments)),
        "own": [external_id] if event.external_id else [],
    }
    named = run(_BESIDE, values)
    return not event.external_id or bool(named)


def _people(event: MessageReceived, sender: str) -> list[tuple[str, Person]]:
    """Everyone in the message, once each, by normalised address; what is no address is left out."""
    found = {sender: event.sender}
    for person in event.people:
        try:
            norm = normalised(person.kind, person.address)
        except InvalidAddress:
            continue
        found.setdefault(norm, person)
    return list(found.items())


def _without_token(norm: str) -> str:
    local, at, domain = norm.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
