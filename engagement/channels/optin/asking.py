"""Somebody gives an address at a form: a link is mailed there, and nothing else happens yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from engagement.channels.actions.transmit import Recipient, transmit
from engagement.channels.models import OptIn, SignUpForm, SignUpText, Transmission
from engagement.channels.optin.tokens import token_of
from engagement.events.catalogue import OptInChanged
from engagement.events.outbox import publish
from engagement.keys import new_key
from engagement.profiles.addresses import normalised_email
from engagement.profiles.suppression import address_hash
from engagement.statements import run
from engagement.tokens import hash_of

SOURCE = "channels.optin"  # of the transmission
LASTS = timedelta(days=3)
AGAIN_AFTER = timedelta(minutes=2)
MOST_MAILS = 3  # of one request
MOST_A_DAY = 5  # to one address, over all forms


@dataclass(frozen=True, slots=True)
class Seen:
    """From where somebody asks or confirms."""

    ip: str = ""
    agent: str = ""
    source: str = "form"


class FormClosed(ValueError):
    """The form takes nobody any more, or is not written in that language."""


def text_of(form: SignUpForm, locale: str) -> SignUpText:
    """Return what an open form shows in a language, else in the one that it has. Raises FormClosed."""
    texts = {one.locale: one for one in SignUpText.objects.filter(form=form, version=form.version).order_by("locale")}
    if not form.is_open or not texts:
        raise FormClosed(form.slug)
    return texts.get(locale) or next(iter(texts.values()))


@transaction.atomic
def ask(*, text: SignUpText, address: str, name: str, seen: Seen, now: datetime) -> None:
    """Mail a link to an address, known or not, suppressed or not: whoever asks gets no answer that tells one from the
    other. A suppressed address gets no mail, because the gate refuses it.

    Asked again, the same link is mailed again, some minutes later and three times at most. Raises InvalidAddress.
    """
    hashed = address_hash("email", normalised_email(address))
    run("SELECT pg_advisory_xact_lock(hashtextextended(%(place)s, 0))", {"place": f"opt-in:{hashed}"})
    lately = list(OptIn.objects.filter(address_hash=hashed, requested_at__gt=now - timedelta(days=1)).order_by("key"))
    if sum(one.sent for one in lately) >= MOST_A_DAY:
        return
    standing = [one for one in lately if one.text_id == text.pk and one.confirmed_at is None and one.expires_at > now]
    if standing:
        _send_again(standing[-1], text, now)
        return
    key = new_key()
    row = OptIn.objects.create(
        key=key,
        text=text,
        form=text.form,
        address=address.strip(),
        address_hash=hashed,
        name=" ".join(name.replace("\x00", "").split())[:300],
        token_hash=hash_of(token_of(key)),
        source=seen.source,
        ip=seen.ip or None,
        agent=seen.agent[:200],
        requested_at=now,
        expires_at=now + LASTS,
        last_sent_at=now,
    )
    publish(OptInChanged(opt_in_id=key, form_id=text.form_id, change="requested", profile_id=None, at=now), now=now)
    _send(row, text, now)


def _send_again(row: OptIn, text: SignUpText, now: datetime) -> None:
    if row.sent >= MOST_MAILS or now - row.last_sent_at < AGAIN_AFTER:
        return
    row.sent += 1
    row.last_sent_at = now
    row.save(update_fields=["sent", "last_sent_at"])
    _send(row, text, now)


def _send(row: OptIn, text: SignUpText, now: datetime) -> None:
    channel = text.form.channel
    transmit(
        channel=channel,
        unique_key=f"{SOURCE}:{row.pk}:{row.sent}",
        purpose=Transmission.Purpose.SERVICE,
        source=SOURCE,
        source_id=row.pk,
        recipients=[Recipient(address=row.address, name="", role="to")],  # a name would carry a stranger's words
        external_id=f"{row.pk.hex}.{row.sent}@{channel.address.rpartition('@')[2] or 'localhost'}",
        not_before=now,
        profile_id=None,
        requested_by=None,
        now=now,
        locale=text.locale,
    )
