"""This app's own part of the timeline: what they agreed to and took back, and deals that began and ended."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagement import compiled
from engagement.profiles.models import Consent, Deal, Merge
from engagement.profiles.timeline import AMONG_US, ANY, SAID_TO_US, Asked, Moment, Place, Source, Tally, found
from engagement.profiles.wording import saying, says
from engagement.ui.names import channel_look


def consents(asked: Asked) -> list[Moment]:
    """Return the newest lines of the ledger: what they did themselves was said to us, the rest is our doing.
    One query.
    """
    if asked.department or asked.purpose == "conversation":
        return []
    return [_consent(line) for line in found(_ledger, asked)]


def _ledger(asked: Asked) -> QuerySet[Consent]:
    lines = _lines(asked).select_related("actor")
    if asked.direction:
        lines = lines.filter(actor__isnull=asked.direction == SAID_TO_US)
    if asked.channel:
        lines = lines.filter(channel__in=["", asked.channel])
    if asked.purpose:
        lines = lines.filter(purpose=asked.purpose)
    if asked.before:
        lines = lines.filter(_behind(asked.before))
    if asked.since:
        lines = lines.filter(at__gte=asked.since)
    return lines.order_by("-at", "-key")[: asked.limit]


def _lines(asked: Asked) -> QuerySet[Consent]:
    words = saying(asked.words, KeyTextTransform("text", "evidence"), "actor__name")
    return Consent.objects.filter(words, profile_id__in=asked.profiles)


def count_consents(asked: Asked) -> list[Tally]:
    """Return how many lines there are. One query."""
    ours = ExpressionWrapper(Q(actor__isnull=False), output_field=BooleanField())
    rows = _lines(asked).order_by().annotate(ours=ours).values_list("ours", "channel", "purpose")
    return [
        Tally(number, AMONG_US if is_ours else SAID_TO_US, channel or ANY, purpose)
        for is_ours, channel, purpose, number in rows.annotate(number=Count("key"))
    ]


def _behind(place: Place) -> Q:
    return Q(at__lt=place.at) | Q(at=place.at, key__lt=place.key)


def _consent(line: Consent) -> Moment:
    by = channel_look(line.channel).within if line.channel else _("every channel")
    words = {
        (True, "marketing"): _("Agreed to marketing by %(channel)s"),
        (True, "service"): _("Agreed to service messages by %(channel)s"),
        (False, "marketing"): _("Wants no more marketing by %(channel)s"),
        (False, "service"): _("Wants no more service messages by %(channel)s"),
    }[line.granted, line.purpose]
    return Moment(
        key=line.key,
        at=line.at,
        source="consents",
        title=words % {"channel": by},
        direction=AMONG_US if line.actor else SAID_TO_US,
        text=str(line.evidence.get("text", ""))[:400],
        url=reverse("profiles:consents", args=[line.profile_id]),
        icon="check" if line.granted else "circle-slash",
        channel=line.channel,
        person=line.actor.name if line.actor else "",
        purpose=line.purpose,
        badges=[(_("written down by %(name)s") % {"name": line.actor.name}, "")] if line.actor else [],
    )


def _page_of(moments: list[Moment], asked: Asked) -> list[Moment]:
    """Of all that there is, what a page wants."""
    if asked.before:
        place = (asked.before.at, asked.before.key)
        moments = [moment for moment in moments if (moment.at, moment.key) < place]
    if asked.since:
        moments = [moment for moment in moments if moment.at >= asked.since]
    return sorted(moments, key=lambda moment: (moment.at, moment.key), reverse=True)[: asked.limit]


def deals(asked: Asked) -> list[Moment]:
    """Return when deals began and ended. One query: a person has few deals, so all of them are read."""
    if asked.department or asked.channel or asked.purpose:
        return []
    return _page_of(_deals(asked), asked)


def _deals(asked: Asked) -> list[Moment]:
    since = {"since": asked.since} if asked.since else {}
    theirs = compiled.read(_theirs, profiles=list(asked.profiles), **since)
    moments = [moment for deal in theirs for moment in _deal(deal)]
    return [one for one in moments if says(asked.words, one.title, one.text, one.person)]


def _theirs(*, profiles: Sequence[UUID], since: datetime | None = None) -> QuerySet[Deal]:
    theirs = Deal.objects.filter(profile_id__in=profiles).select_related("owner", "company").order_by("-key")
    return theirs.filter(Q(created_at__gte=since) | Q(closed_at__gte=since)) if since else theirs


def count_deals(asked: Asked) -> list[Tally]:
    """Return how many moments of deals there are. One query."""
    return [Tally(len(_deals(asked)), AMONG_US)]


def _deal(deal: Deal) -> Iterator[Moment]:
    yield _deal_moment(deal, deal.key, deal.created_at, _("Deal begun: %(title)s"), "")
    if deal.closed_at:
        tone = "moss" if deal.stage == Deal.Stage.WON else ""
        # The other end of the key, so that both moments of one deal have a place of their own.
        ended = UUID(int=deal.key.int ^ 1)
        yield _deal_moment(deal, ended, deal.closed_at, _("Deal over: %(title)s"), tone)


def _deal_moment(deal: Deal, key: UUID, at: datetime, words: str, tone: str) -> Moment:
    return Moment(
        key=key,
        at=at,
        source="deals",
        title=words % {"title": deal.title},
        direction=AMONG_US,
        url=reverse("profiles:deal", args=[deal.key]),
        icon="hand-coins",
        person=deal.owner.name,
        text=deal.company_name,
        badges=[(deal.get_stage_display(), tone)] if deal.closed_at == at else [],
    )


def merges(asked: Asked) -> list[Moment]:
    """Return when profiles were put together, and taken apart. One query: a person has few."""
    if asked.department or asked.channel or asked.purpose:
        return []
    return _page_of(_merges(asked), asked)


def count_merges(asked: Asked) -> list[Tally]:
    """Return how many such moments there are. One query."""
    return [Tally(len(_merges(asked)), AMONG_US)]


def _merges(asked: Asked) -> list[Moment]:
    moments = [moment for merge in compiled.read(_merged, profiles=list(asked.profiles)) for moment in _merge(merge)]
    return [one for one in moments if says(asked.words, one.title, one.person)]


def _merged(*, profiles: Sequence[UUID]) -> QuerySet[Merge]:
    theirs = Merge.objects.filter(Q(kept__in=profiles) | Q(merged__in=profiles))
    return theirs.select_related("kept", "merged", "actor", "undone_by").order_by("-key")


def _merge(merge: Merge) -> Iterator[Moment]:
    name = merge.merged.name or _("Nameless")
    by = merge.actor.name if merge.actor else ""
    yield _merge_moment(merge, merge.key, merge.at, _("Put together with %(name)s") % {"name": name}, by)
    if merge.undone_at:
        by = merge.undone_by.name if merge.undone_by else ""
        apart = UUID(int=merge.key.int ^ 1)
        yield _merge_moment(merge, apart, merge.undone_at, _("Taken apart from %(name)s") % {"name": name}, by)


def _merge_moment(merge: Merge, key: UUID, at: datetime, title: str, person: str) -> Moment:
    return Moment(
        key=key,
        at=at,
        source="merges",
        title=title,
        direction=AMONG_US,
        url=reverse("profiles:merged", args=[merge.key]),
        icon="git-merge" if key == merge.key else "split",
        person=person,
        text=_("By %(name)s") % {"name": person} if person else "",
    )


SOURCES = (
    Source(
        name="consents",
        label=gettext_lazy("Consents"),
        read=consents,
        directions=frozenset({SAID_TO_US, AMONG_US}),
        tally=count_consents,
        permission="profiles.view_consent",
    ),
    Source(
        name="deals",
        label=gettext_lazy("Deals"),
        read=deals,
        directions=frozenset({AMONG_US}),
        tally=count_deals,
        permission="profiles.view_deal",
        scope="deals:read",
    ),
    Source(
        name="merges",
        label=gettext_lazy("Profiles put together"),
        read=merges,
        directions=frozenset({AMONG_US}),
        tally=count_merges,
        permission="profiles.merge_profile",
    ),
)
