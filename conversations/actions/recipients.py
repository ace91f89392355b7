"""Who gets an answer."""

from collections.abc import Iterable

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from conversations.actions.writing import ReplyRefused
from conversations.models import Conversation, Participant
from engagement import statements
from engagement.channels.actions.transmit import Recipient
from engagement.channels.models import Channel
from engagement.profiles.addresses import InvalidAddress, normalised

MOST_RECIPIENTS = 100
ROLES = ("to", "cc")
_OF = "WHERE conversation_id = %(conversation)s ORDER BY id"


class NoRecipients(ReplyRefused):
    """Everybody was taken off the answer."""

    def __init__(self) -> None:
        super().__init__(_("Name at least one person who gets this answer."))


class TooManyRecipients(ReplyRefused):
    """An answer is no mailing."""

    def __init__(self) -> None:
        super().__init__(_("An answer goes to at most %(limit)d people.") % {"limit": MOST_RECIPIENTS})


class RecipientInvalid(ReplyRefused):
    """One of the addresses cannot be written to."""

    def __init__(self, address: str) -> None:
        super().__init__(_("%(address)s is not a complete address.") % {"address": address[:100]})
        self.address = address


class RecipientIsOurs(ReplyRefused):
    """One of the addresses is a channel of ours: the answer would come back to us."""

    def __init__(self, address: str) -> None:
        super().__init__(_("%(address)s is one of our own addresses.") % {"address": address[:100]})
        self.address = address


def everyone(conversation: Conversation) -> list[Recipient]:
    """Return who takes part beside us, the endpoint first: whom an answer goes to unless its author says otherwise."""
    endpoint = conversation.endpoint
    taking_part = statements.select(Participant, _OF, {"conversation": conversation.pk})
    others = [one for one in taking_part if one.address_norm != endpoint.address_norm]
    return [
        Recipient(address=endpoint.address, name=_one_line(endpoint.name), role="to"),
        *(Recipient(address=one.address, name=_one_line(one.name), role=one.role) for one in others),
    ]


def checked_recipients(conversation: Conversation, wanted: Iterable[Recipient]) -> list[Recipient]:
    """Return ``wanted`` once each, names on one line, at least one of them ``to``.

    Raises NoRecipients, TooManyRecipients, RecipientInvalid, RecipientIsOurs.
    """
    kind = conversation.endpoint.identity.kind
    found: dict[str, Recipient] = {}
    for one in wanted:
        address = one["address"].strip()
        try:
            norm = normalised(kind, address)
        except InvalidAddress as error:
            raise RecipientInvalid(address) from error
        role = one.get("role") if one.get("role") in ROLES else "to"
        name = _one_line(one.get("name", ""))
        found.setdefault(norm, Recipient(address=address, name=name, role=role or "to"))
    _refuse_wrong_number(found)
    _refuse_ours(found)
    if all(one["role"] == "cc" for one in found.values()):
        next(iter(found.values()))["role"] = "to"
    return list(found.values())


def _one_line(name: str) -> str:
    """A name without line breaks and control characters, which no header may hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:300]


def _refuse_wrong_number(found: dict[str, Recipient]) -> None:
    if not found:
        raise NoRecipients
    if len(found) > MOST_RECIPIENTS:
        raise TooManyRecipients


def _refuse_ours(found: dict[str, Recipient]) -> None:
    ours = Channel.objects.annotate(lower=Lower("address")).filter(lower__in=list(found))
    for address in ours.order_by("key").values_list("lower", flat=True)[:1]:
        raise RecipientIsOurs(address)
