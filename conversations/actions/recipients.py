"""Who gets an answer."""

from collections.abc import Iterable, Sequence

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.actions.writing import ReplyRefused
from conversations.models import Conversation, Message, Participant
from engagement import statements
from engagement.channels.actions.transmit import Recipient
from engagement.channels.models import Channel
from engagement.profiles.addresses import InvalidAddress, normalised

MOST_RECIPIENTS = 100
ASK_ABOVE = 20  # a reply to more people than that needs a word that it is meant
ROLES = ("to", "cc")
_MAX_LOOKED_AT = 50  # received messages
_OF = "WHERE conversation_id = %(conversation)s ORDER BY id"


class NoRecipients(ReplyRefused):
    """Everybody was taken off the answer."""

    def __init__(self) -> None:
        super().__init__(_("Name at least one person who gets this answer."))


class TooManyRecipients(ReplyRefused):
    """An answer is no mailing."""

    def __init__(self) -> None:
        super().__init__(_("An answer goes to at most %(limit)d people.") % {"limit": MOST_RECIPIENTS})


class ManyRecipients(ReplyRefused):
    """More people would get this reply than anybody writes to by habit; ``count`` has to be confirmed."""

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext(
                "This reply goes to %(count)d person. Confirm the number, or remove recipients.",
                "This reply goes to %(count)d people. Confirm the number, or remove recipients.",
                count,
            )
            % {"count": count}
        )
        self.count = count


def refuse_unconfirmed(people: Sequence[Recipient], confirmed: int | None) -> None:
    """Raise ManyRecipients unless they are few, or exactly their number was confirmed."""
    if len(people) > ASK_ABOVE and confirmed != len(people):
        raise ManyRecipients(len(people))


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
    """Return who takes part beside us, the endpoint first: whom an answer goes to unless its author says otherwise.

    Whoever asked for answers elsewhere (Reply-To, RFC 5322 section 3.6.2) is answered there, and there only. None of
    our own addresses is among them, so that nobody may be left. Who only passed the customer's message on gets none.
    """
    endpoint = conversation.endpoint
    taking_part = statements.select(Participant, _OF, {"conversation": conversation.pk})
    found = {endpoint.address_norm: Recipient(address=endpoint.address, name=_one_line(endpoint.name), role="to")}
    for one in taking_part:
        if one.role not in ROLES:
            continue
        given = Recipient(address=one.address, name=_one_line(one.name), role=one.role)
        found.setdefault(one.address_norm, given)
    if endpoint.identity.kind != "email":
        return list(found.values())
    asked = _asked_elsewhere(conversation)
    people = {norm: person for norm, person in found.items() if norm not in asked}
    instead = {norm: person for answers in asked.values() for norm, person in answers.items()}
    ours = _ours([*instead, *people])
    ordered = instead | people if endpoint.address_norm in asked else people | instead
    return [person for norm, person in ordered.items() if norm not in ours]


def _asked_elsewhere(conversation: Conversation) -> dict[str, dict[str, Recipient]]:
    """By sender, where their newest message asks to be answered, if that is elsewhere and not with us."""
    received = Message.objects.filter(conversation=conversation, kind=Message.Kind.RECEIVED).order_by("-seq")
    newest: dict[str, list[dict[str, str]]] = {}
    for sender, people in received.values_list("sender_address", "detail__people")[:_MAX_LOOKED_AT]:
        newest.setdefault(_compared(sender), [one for one in people or [] if one.get("role") == "reply-to"])
    asked = {sender: _normalized(people) for sender, people in newest.items() if people}
    ours = _ours([norm for answers in asked.values() for norm in answers])
    kept = {
        sender: {norm: person for norm, person in answers.items() if norm not in ours}
        for sender, answers in asked.items()
    }
    return {sender: answers for sender, answers in kept.items() if answers and sender not in answers}


def _compared(address: str) -> str:
    try:
        return normalised("email", address)
    except InvalidAddress:
        return address.lower()


def _normalized(people: Iterable[dict[str, str]]) -> dict[str, Recipient]:
    found: dict[str, Recipient] = {}
    for one in people:
        try:
            norm = normalised("email", one["address"])
        except InvalidAddress:
            continue
        found.setdefault(norm, Recipient(address=one["address"], name=_one_line(one.get("name", "")), role="to"))
    return found


def _ours(norms: Iterable[str]) -> set[str]:
    """Which of the normalised addresses are channels of ours, also with a token behind a plus sign."""
    bases = {norm: f"{norm.partition('@')[0].partition('+')[0]}@{norm.rpartition('@')[2]}" for norm in norms}
    if not bases:
        return set()
    rows = Channel.objects.annotate(lower=Lower("address")).filter(lower__in={*bases, *bases.values()})
    known = set(rows.order_by().values_list("lower", flat=True))
    return {norm for norm, base in bases.items() if norm in known or base in known}


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
    for address in sorted(_ours(list(found)))[:1]:
        raise RecipientIsOurs(address)
