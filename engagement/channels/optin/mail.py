"""The mail with the link, in the language in which they asked."""

from collections.abc import Sequence
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import OutgoingEmail
from engagement.channels.models import OptIn, Transmission
from engagement.channels.optin.tokens import url_of
from engagement.channels.words import NOT_NEEDED, NotNeeded
from engagement.organization.current import current_organization

_AUTOMATIC = {"Auto-Submitted": "auto-generated"}


def render(transmissions: Sequence[Transmission]) -> dict[UUID, OutgoingEmail | NotNeeded]:
    """Return the mails; one of a request that was confirmed meanwhile is not needed any more, and one that is too old
    is left out.
    """
    rows = OptIn.objects.select_related("text__form").in_bulk([row.source_id for row in transmissions])
    asked = [(row, rows[row.source_id]) for row in transmissions if row.source_id in rows]
    return {
        row.key: NOT_NEEDED if one.confirmed_at else _mail(row, one)
        for row, one in asked
        if one.confirmed_at or one.expires_at > row.created_at
    }


def _mail(row: Transmission, asked: OptIn) -> OutgoingEmail:
    house = row.channel.sender_name or current_organization().reply_sender_name
    with translation.override(asked.text.locale):
        context = {"house": house, "asked": asked, "text": asked.text, "url": url_of(asked.pk)}
        return OutgoingEmail(
            message_id=row.external_id,
            from_=Mailbox(house, row.channel.address),
            to=tuple(Mailbox(one["name"], one["address"]) for one in row.recipients),
            subject=_("%(house)s: is this your address?") % {"house": house},
            text=render_to_string("optin/email/text.txt", context).strip() + "\n",
            date=row.created_at,
            headers=_AUTOMATIC,
        )
