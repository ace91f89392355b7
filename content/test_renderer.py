"""Test sends on the delivery path: what was filled when somebody asked for the test."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.urls import reverse

from content.models import TestSend
from content.sender import sender_mailbox
from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import OutgoingEmail
from engagement.channels.models import Transmission
from engagement.channels.origins import Origin
from engagement.channels.words import OutgoingText
from engagement.profiles.language_tags import written_tag


def render(transmissions: Sequence[Transmission]) -> dict[UUID, OutgoingEmail | OutgoingText]:
    """Return the message of each test that is still kept. One query."""
    found = TestSend.objects.select_related("template").in_bulk([row.source_id for row in transmissions])
    return {row.key: _message(row, found[row.source_id]) for row in transmissions if row.source_id in found}


def _message(row: Transmission, test: TestSend) -> OutgoingEmail | OutgoingText:
    if row.channel.kind == "sms":
        return OutgoingText(test.text)
    channel = row.channel
    return OutgoingEmail(
        message_id=row.external_id,
        from_=sender_mailbox(channel, is_marketing=test.template.is_marketing),
        to=(Mailbox("", test.address),),
        subject=test.subject,
        text=test.text,
        html=test.html or None,
        date=row.created_at,
        headers={"Content-Language": written_tag(test.locale)},
    )


def describe(keys: Collection[UUID]) -> dict[UUID, Origin]:
    """Return the template's name for each test. One query."""
    rows = TestSend.objects.filter(pk__in=list(keys)).values_list("pk", "template_id", "template__name")
    return {key: Origin(name, reverse("content:tests", args=[template_id]), "send") for key, template_id, name in rows}
