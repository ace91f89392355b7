"""What a campaign's message was, for whoever reads the answer to it."""

from collections.abc import Collection
from uuid import UUID

from django.urls import reverse

from campaigns.models import Recipient
from engagement.channels.origins import Origin


def describe(keys: Collection[UUID]) -> dict[UUID, Origin]:
    """Return the campaign's name and the page of the message for each recipient. One query."""
    rows = Recipient.objects.filter(pk__in=list(keys)).values_list("pk", "campaign__name")
    return {key: Origin(name, reverse("campaigns:recipient", args=[key])) for key, name in rows}
