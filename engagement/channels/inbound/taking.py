"""Take in what any kind of channel delivers: messages become known, receipts reach their transmissions."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from engagement.channels.actions.report import empty, report
from engagement.channels.inbound.files import reference, write_files
from engagement.channels.inbound.finishing import finish
from engagement.channels.inbound.items import Inbound, InboundLetter, InboundMessage, InboundReceipt, NotOursYet
from engagement.channels.inbound.message import LONGEST_ID
from engagement.channels.inbound.recognising import recognised
from engagement.channels.models import Attachment, ChannelTest, RawEvent
from engagement.channels.selectors.erased import is_nobodys
from engagement.events.catalogue import MessageReceived, Person
from engagement.events.outbox import publish
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.models import Identity

_LONGEST_TEXT = 200_000
_NONE_OF_OURS = gettext_noop("The carrier reports about a message that is none of ours.")


def take_in(raw: RawEvent, items: Sequence[Inbound], now: datetime) -> None:
    """Act on every item of one delivery, all of them or none. Safe to repeat.

    What was only receipts and recognised words is kept as a robot's. Raises NotOursYet for a receipt whose message
    is not there, InvalidAddress for a sender who cannot be.
    """
    rows = {
        number: write_files(item.files, raw_event_key=raw.key, now=now)
        for number, item in enumerate(items)
        if isinstance(item, InboundMessage)
    }
    with transaction.atomic():
        if not finish(raw, RawEvent.Status.READ, ""):
            return
        kinds = [_take(raw, item, number, rows.get(number, []), now) for number, item in enumerate(items)]
        if all(kinds):
            RawEvent.objects.filter(key=raw.key).update(status=RawEvent.Status.ROBOT, kind=kinds[0][:40])


def _take(raw: RawEvent, item: Inbound, number: int, rows: list[Attachment], now: datetime) -> str:
    """Act on one item; return what it was, empty for a message to people."""
    if isinstance(item, InboundLetter):
        raise TypeError("an e-mail is read by letters.read_letter")
    if isinstance(item, InboundReceipt):
        _apply(raw, item)
        return "receipt"
    identity = resolve(
        kind=item.sender_kind,
        address=item.sender_address,
        scope=item.scope,
        name="" if item.auto else item.sender_name,
        language=item.language[:10],
        now=now,
    )
    known = recognised(raw, item, identity, now)
    if not known:
        Attachment.objects.bulk_create(rows)
        publish(_received(raw, item, number, identity, rows), now=now)
    return known


def _apply(raw: RawEvent, item: InboundReceipt) -> None:
    known = report(
        channel_id=raw.channel_id,
        external_id=item.external_id,
        state=item.state,
        recipient=item.recipient[:400],
        detail=item.detail[:4000],
        unique_key=item.unique_key[:200],
        at=raw.received_at,
        transmission_id=item.transmission_id,
        raw_event_id=raw.key,
    )
    if known or _is_of_test(raw, item):
        return
    if not is_nobodys(raw.channel.kind, item.recipient):
        raise NotOursYet(_NONE_OF_OURS)
    empty(raw.key)


def _is_of_test(raw: RawEvent, item: InboundReceipt) -> bool:
    """Whether it is the receipt of a test of the channel, which no transmission stands behind."""
    if item.transmission_id is None:
        return False
    return ChannelTest.objects.filter(pk=item.transmission_id, channel_id=raw.channel_id).exists()


def _received(
    raw: RawEvent, item: InboundMessage, number: int, identity: Identity, rows: list[Attachment]
) -> MessageReceived:
    sender = Person(kind=item.sender_kind, address=identity.address_norm, name=item.sender_name[:300], role="from")
    return MessageReceived(
        channel_id=raw.channel_id,
        raw_event_id=raw.key,
        item=number,
        external_id=item.external_id[:LONGEST_ID],
        profile_id=identity.profile.canonical_id or identity.profile_id,
        identity_id=identity.key,
        home_id=identity.home_id,
        sender=sender,
        people=[sender],
        received_at=raw.received_at,
        sent_at=item.sent_at,
        title=item.title[:500],
        text=item.text[:_LONGEST_TEXT],
        html=item.html,
        auto=item.auto,
        in_reply_to=list(item.in_reply_to),
        references=list(item.references),
        attachments=[reference(row) for row in rows],
        notes=list(item.notes),
        is_opt_out_request=item.is_opt_out_request,
    )
