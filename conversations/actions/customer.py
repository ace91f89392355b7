"""Whom a conversation is with: the one who wrote a forwarded message in place of the one who passed it on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions.changing import changed
from conversations.actions.endpoints import reach, wait_for_turn
from conversations.actions.entries import add_event
from conversations.actions.writing import ReplyRefused
from conversations.models import Conversation, Endpoint, Message, Participant
from engagement.channels.models import Channel
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.addresses import normalised
from engagement.village.audit import record
from engagement.village.models import User

FORWARDER = "forwarder"
CHANGED, RESTORED = "customer_changed", "customer_restored"
_FIELDS = ["endpoint", "profile"]


class CustomerIsOurs(ReplyRefused):
    """The address is a channel of ours."""

    def __init__(self, address: str) -> None:
        super().__init__(_("%(address)s is one of our own addresses.") % {"address": address[:100]})


class OneAtATime(ReplyRefused):
    """The kind of channel binds a conversation to its customer."""

    def __init__(self) -> None:
        super().__init__(_("On this channel a conversation stays with its customer."))


class NothingToRestore(ValueError):
    """The customer was not changed, or somebody changed it back."""

    def __init__(self) -> None:
        super().__init__(_("The customer of this conversation has not been changed."))


@transaction.atomic
def change_customer(*, conversation: Conversation, address: str, name: str, actor: User, now: datetime) -> Conversation:
    """Make ``address`` the customer of a conversation; who it was with stays among those who take part.

    Answers go to the new customer from then on, and the conversation stands in their profile. Safe to repeat.
    Raises CustomerIsOurs, OneAtATime, InvalidAddress.
    """
    current = Conversation.objects.lock(conversation.pk)
    if current.single:
        raise OneAtATime
    before = Endpoint.objects.select_related("identity").get(pk=current.endpoint_id)
    norm = normalised(before.identity.kind, address)
    if norm == before.address_norm:
        return current
    if Channel.objects.filter(address__iexact=norm).exists():
        raise CustomerIsOurs(address)
    wait_for_turn(channel_id=current.channel_id, norm=norm)
    identity = resolve(kind=before.identity.kind, address=address, name=name, now=now)
    endpoint = reach(channel_id=current.channel_id, identity_id=identity.pk, address=address, norm=norm, name=name)
    was_there = Participant.objects.filter(conversation=current, address_norm=norm)
    joined = list(was_there.values_list("role", flat=True)[:1])
    was_there.delete()
    Participant.objects.get_or_create(
        conversation=current,
        address_norm=before.address_norm,
        defaults={"address": before.address, "name": before.name, "role": FORWARDER, "joined_at": now},
    )
    previous = {"endpoint": str(before.pk), "profile": str(current.profile_id), "role": joined[0] if joined else ""}
    current.endpoint_id, current.profile_id = endpoint, identity.home_or_profile_id
    to = {"to": name or address, "from": before.name or before.address}
    add_event(current, event=CHANGED, actor=actor, now=now, previous=previous, **to)
    _record(current, CHANGED, actor, now, {"from": before.address, "to": address})
    return changed(
        current, change=CHANGED, fields=_FIELDS, actor=actor, now=now, topics=(f"profile:{previous['profile']}",)
    )


@transaction.atomic
def restore_customer(*, conversation: Conversation, actor: User, now: datetime) -> Conversation:
    """Give a conversation back to whom it was with before the last change. Raises NothingToRestore."""
    current = Conversation.objects.lock(conversation.pk)
    events = Message.objects.filter(conversation=current, kind=Message.Kind.EVENT)
    last = events.filter(detail__event=CHANGED).order_by("-seq").first()
    previous = last.detail.get("previous") if last else None
    if last is None or not previous or last.detail.get("restored"):
        raise NothingToRestore
    after, before = Endpoint.objects.get(pk=current.endpoint_id), Endpoint.objects.get(pk=previous["endpoint"])
    topic = f"profile:{current.profile_id}"
    Participant.objects.filter(conversation=current, address_norm=before.address_norm, role=FORWARDER).delete()
    if previous["role"]:
        Participant.objects.get_or_create(
            conversation=current,
            address_norm=after.address_norm,
            defaults={"address": after.address, "name": after.name, "role": previous["role"], "joined_at": now},
        )
    current.endpoint_id, current.profile_id = before.pk, UUID(previous["profile"])
    last.detail["restored"] = True
    last.save(update_fields=["detail"])
    add_event(current, event=RESTORED, actor=actor, now=now, to=before.name or before.address)
    _record(current, RESTORED, actor, now, {"from": after.address, "to": before.address})
    return changed(current, change=RESTORED, fields=_FIELDS, actor=actor, now=now, topics=(topic,))


def _record(conversation: Conversation, event: str, actor: User, now: datetime, detail: dict[str, str]) -> None:
    record(actor=actor, action=f"conversation.{event}", subject=conversation, now=now, detail=detail)
