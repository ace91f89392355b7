"""What campaigns add to a person's timeline: what they were sent, and when they were not written to, and why."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Recipient
from campaigns.models.campaign import PURPOSE
from campaigns.models.recipient import SOURCE
from campaigns.reasons import reason
from engagement.channels.models import Transmission
from engagement.profiles.timeline import WE_SAID, Asked, Moment, Source, Tally, found, register
from engagement.profiles.wording import saying
from engagement.statements import rows as rows_of

TONES = {
    "delivered": "moss",
    "read": "moss",
    "accepted": "river",
    "failed": "tile",
    "bounced": "tile",
    "complained": "tile",
    "unknown": "ochre",
}
_STATES = """
SELECT source_id, state FROM engagement_channels_transmission
WHERE source = %(source)s AND source_id = ANY(%(recipients)s) ORDER BY key
"""


def read(asked: Asked) -> Sequence[Moment]:
    """Return the newest moments. Two queries."""
    if asked.direction not in ("", WE_SAID) or asked.purpose not in ("", PURPOSE) or asked.department:
        return []
    rows = found(_newest, asked)
    states = dict(rows_of(_STATES, {"source": SOURCE, "recipients": [row.key for row in rows]}))
    return [_moment(row, states.get(row.key, "")) for row in rows]


def _found(asked: Asked) -> QuerySet[Recipient]:
    words = saying(asked.words, "campaign__name", "campaign__email_template__name", "campaign__sms_template__name")
    theirs = Recipient.objects.filter(words, profile_id__in=list(asked.profiles))
    return theirs.exclude(state=Recipient.State.WAITING)


def count(asked: Asked) -> Sequence[Tally]:
    """Return how many there are of each kind of channel. One query."""
    rows = _found(asked).order_by().values_list("channel").annotate(number=Count("key"))
    return [Tally(number, WE_SAID, channel, PURPOSE) for channel, number in rows]


def _newest(asked: Asked) -> QuerySet[Recipient]:
    theirs = _found(asked).select_related("campaign__email_template", "campaign__sms_template")
    if asked.channel:
        theirs = theirs.filter(channel=asked.channel)
    if asked.before is not None:
        older = Q(created_at=asked.before.at, key__lt=asked.before.key)
        theirs = theirs.filter(Q(created_at__lt=asked.before.at) | older)
    if asked.since is not None:
        theirs = theirs.filter(created_at__gte=asked.since)
    return theirs.order_by("-created_at", "-key")[: asked.limit]


def _moment(row: Recipient, state: str) -> Moment:
    url = reverse("campaigns:recipient", args=[row.key])
    facts: dict[str, Any] = {"key": row.key, "at": row.created_at, "source": "campaigns", "url": url}
    if row.state == Recipient.State.SKIPPED:
        title = _("“%(campaign)s” did not write to them") % {"campaign": row.campaign.name}
        text = str(reason(row.code).says)
        return Moment(**facts, title=title, text=text, direction=WE_SAID, icon="megaphone", purpose=PURPOSE)
    template = row.campaign.template_of(row.channel)
    badges = [(str(Transmission.State(state).label), TONES.get(state, ""))] if state else []
    if row.answered_at:
        badges.append((_("answered"), "moss"))
    if row.unsubscribed_at:
        badges.append((_("unsubscribed"), "tile"))
    return Moment(
        **facts,
        title=row.campaign.name,
        text=template.name if template else "",
        direction=WE_SAID,
        icon="megaphone",
        tone="automatic",
        channel=row.channel,
        purpose=PURPOSE,
        badges=tuple(badges),
    )


def add() -> None:
    """Called once, when the app is ready."""
    register(
        Source(
            "campaigns",
            gettext_lazy("Campaigns"),
            read,
            frozenset({WE_SAID}),
            count,
            "campaigns.view_recipient",
            scope="campaigns:read",
        )
    )
