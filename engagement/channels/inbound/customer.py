"""Which of the addresses in an email is the customer's: forms and lists send in the name of somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.classification import are_related
from engagement.channels.email.email_settings import EmailSettings
from engagement.channels.email.machine_signs import is_robot_address
from engagement.channels.email.parsed import AutoKind, ParsedEmail
from engagement.channels.models import Channel
from engagement.profiles.addresses import InvalidAddress, normalised

_MAX_FORM = 20_000
_MAY_BE_A_PERSON = frozenset({AutoKind.PERSON, AutoKind.BULK, AutoKind.AUTO_GENERATED})


@dataclass(frozen=True, slots=True)
class EmailChannels:
    """Our email addresses, normalised, and the settings of each channel."""

    addresses: frozenset[str]
    settings: Mapping[UUID, EmailSettings]

    @property
    def domains(self) -> frozenset[str]:
        """The domains of our addresses and of our site."""
        found = {address.rpartition("@")[2] for address in self.addresses}
        site = (urlsplit(settings.BASE_URL).hostname or "").lower()
        return frozenset(found | ({site} if "." in site and not site.replace(".", "").isdigit() else set()))

    def is_ours(self, address: str) -> bool:
        """Whether mail to ``address`` comes to us, also with a token behind a plus sign."""
        norm = _norm(address)
        local, _, domain = norm.rpartition("@")
        return norm in self.addresses or f"{local.partition('+')[0]}@{domain}" in self.addresses


def load_email_channels() -> EmailChannels:
    """One query."""
    rows = Channel.objects.filter(kind="email").order_by("key").values_list("key", "address", "settings")
    known = [(key, _norm(address), values) for key, address, values in rows]
    return EmailChannels(
        frozenset(address for _key, address, _values in known if address),
        {key: EmailSettings.from_stored(values or {}) for key, _address, values in known},
    )


def attribute_sender(parsed: ParsedEmail, channel_id: UUID, channels: EmailChannels) -> ParsedEmail:
    """Return ``parsed`` with the customer as its sender, and as a person's where a form or list of ours passed it on.

    Nothing is changed about reports and automatic replies. A form of ours (From is our address, or one of our domain
    that nobody reads) that names one other address in Reply-To speaks for that person; a channel may say so of all its
    mail.
    """
    if parsed.sender is None or parsed.bounce or parsed.complaint or parsed.auto not in _MAY_BE_A_PERSON:
        return parsed
    own = channels.settings.get(channel_id) or EmailSettings()
    customer = _in_reply_to(parsed, parsed.sender, channels, own.customer_in_reply_to)
    if customer is not None:
        return replace(parsed, sender=customer, auto=AutoKind.PERSON)
    if parsed.auto is AutoKind.AUTO_GENERATED or not _is_our_list(parsed, parsed.sender, channels):
        return parsed
    original = parsed.original_sender
    if channels.is_ours(parsed.sender.address):
        if original is None or channels.is_ours(original.address) or is_robot_address(original.address):
            return parsed
        return replace(parsed, sender=original, auto=AutoKind.PERSON)
    return parsed if is_robot_address(parsed.sender.address) else replace(parsed, auto=AutoKind.PERSON)


def _in_reply_to(parsed: ParsedEmail, sender: Mailbox, channels: EmailChannels, mode: str) -> Mailbox | None:
    others = _others(parsed.reply_to, channels)
    if mode == "never" or len(others) != 1 or _norm(sender.address) in others:
        return None
    is_form = channels.is_ours(sender.address) or (
        is_robot_address(sender.address)
        and any(are_related(_domain(sender.address), domain) for domain in channels.domains)
    )
    customer = next(iter(others.values()))
    is_form = is_form or _is_form_of_our_site(parsed, sender, customer, channels)
    return customer if is_form or mode == "always" else None


def _is_form_of_our_site(parsed: ParsedEmail, sender: Mailbox, customer: Mailbox, channels: EmailChannels) -> bool:
    """Whether a program of our domain, under whatever name, writes down what somebody entered: their address too."""
    domains = channels.domains
    return (
        any(are_related(_domain(sender.address), domain) for domain in domains)
        and not any(are_related(_domain(customer.address), domain) for domain in domains)
        and customer.address.lower() in parsed.text[:_MAX_FORM].lower()
    )


def _others(mailboxes: Iterable[Mailbox], channels: EmailChannels) -> dict[str, Mailbox]:
    """Who is neither we nor a robot, by normalised address."""
    found: dict[str, Mailbox] = {}
    for mailbox in mailboxes:
        norm = _norm(mailbox.address)
        if norm and not channels.is_ours(mailbox.address) and not is_robot_address(mailbox.address):
            found.setdefault(norm, mailbox)
    return found


def _is_our_list(parsed: ParsedEmail, sender: Mailbox, channels: EmailChannels) -> bool:
    """Whether it came through a list whose posting address is ours: a group in front of a channel.

    A list of our own domain counts too where a stranger wrote, not where we ourselves mail many.
    """
    if any(channels.is_ours(address) for address in parsed.list_addresses):
        return True
    ours = {address.rpartition("@")[2] for address in channels.addresses}
    return _domain(sender.address) not in ours and any(_domain(address) in ours for address in parsed.list_addresses)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower().strip(".")


def _norm(address: str) -> str:
    try:
        return normalised("email", address)
    except InvalidAddress:
        return ""
