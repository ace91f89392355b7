"""The templates that a campaign may send: approved as marketing, for the kind of channel."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from campaigns.models.campaign import PURPOSE
from content.models import Template
from content.selectors.approved import revisions_of


def approved_texts(*, kind: str, chosen: UUID | None = None) -> QuerySet[Template]:
    """Return the approved templates of a kind, and the one that was chosen already. Two queries."""
    in_use = Template.objects.in_use().filter(kind=kind, purpose=PURPOSE)
    keys = revisions_of(in_use.values_list("pk", flat=True), timezone.now()).keys()
    return Template.objects.filter(pk__in=[*keys, *([chosen] if chosen else [])])
