"""Give an e-mail channel a key to sign with (DKIM)."""

from datetime import datetime

from django.db import transaction

from engagement.channels.email import dkim
from engagement.channels.models import Channel
from engagement.village.audit import Origin, record
from engagement.village.models import User


class NothingToSign(ValueError):
    """The channel carries no e-mail."""


def make_key(*, channel: Channel, actor: User, origin: Origin, now: datetime, algorithm: str = "rsa") -> Channel:
    """Make a new key of ``rsa`` or ``ed25519`` and sign with it from now on, under a selector of its own, so that the
    record of the one before can stay published while its mail is still read. Raises NothingToSign.
    """
    if channel.kind != "email":
        raise NothingToSign(channel.kind)
    private, public = dkim.new_key(algorithm)
    with transaction.atomic():
        row = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        row.settings = {**row.settings, "dkim": {"selector": f"v{now:%Y%m%d%H%M%S}", "public": public}}
        row.credentials = {**row.secrets, "dkim": {"private": private}}
        row.save(update_fields=["settings", "credentials"])
        record(actor=actor, action="channel.key_made", subject=row, now=now, origin=origin)
    return row
