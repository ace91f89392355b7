"""Unsubscribing by mail: what a mail program sends to the mailto address of List-Unsubscribe (RFC 2369)."""

from datetime import datetime

from django.db import transaction

from engagement.channels.actions.report import empty
from engagement.channels.email.parsed import ParsedEmail
from engagement.channels.inbound.finishing import finish
from engagement.channels.models import RawEvent
from engagement.channels.selectors.erased import erased_among
from engagement.channels.unsubscribe import transmission_of, unsubscribe
from engagement.channels.unsubscribe.links import MAIL_PREFIX

_MOST_ADDRESSES = 20


def is_asked(raw: RawEvent) -> bool:
    """Say at a glance whether a letter may be such a request: by whom SMTP says that it was sent to."""
    return any(_token(address) for address in raw.envelope.get("rcpt_to", []))


def token_in(raw: RawEvent, parsed: ParsedEmail) -> str:
    """Return the token of the address that it was sent to, empty when there is none."""
    written = [one.address for one in parsed.to]
    given = [*raw.envelope.get("rcpt_to", []), *parsed.delivered_to, *written][:_MOST_ADDRESSES]
    return next((token for address in given if (token := _token(address))), "")


def unsubscribe_by_mail(raw: RawEvent, parsed: ParsedEmail, token: str, now: datetime) -> bool:
    """Unsubscribe whom the token was made for, whoever sends it, and answer nothing.

    False for a token that is none of ours: then it is a letter like any other.
    """
    transmission = transmission_of(token)
    if transmission is None:
        return False
    evidence = {
        "raw_event": str(raw.key),
        "from": parsed.sender.address[:320] if parsed.sender else "",
        "title": parsed.subject[:200],
    }
    with transaction.atomic():
        if finish(raw, RawEvent.Status.ROBOT, "unsubscribe"):
            unsubscribe(transmission=transmission, source="mail", evidence=evidence, now=now)
            if erased_among([transmission]):
                empty(raw.key)
    return True


def _token(address: str) -> str:
    tag = address.rpartition("@")[0].partition("+")[2].lower()
    return tag.removeprefix(MAIL_PREFIX) if tag.startswith(MAIL_PREFIX) else ""
