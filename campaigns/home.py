"""What marketers and the sponsor find on their home page: what is sent, what waits for a launch, what came of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign, Segment
from campaigns.selectors.overview import Line, lines
from engagement.channels.models import Channel
from engagement.sorting import by_name
from engagement.ui.home import Item, Section
from engagement.ui.templatetags.ui import money, number
from engagement.village.models import User

SHOWN = 6
UNUSED_AFTER = timedelta(days=90)
Status = Campaign.Status
UNDER_WAY = (Status.LAUNCHING, Status.SENDING, Status.PAUSED)


def marketers(user: User, now: datetime) -> Iterator[Section]:
    """Yield what a marketer works on. Five queries."""
    seen = Campaign.objects.visible_to(user).select_related("owner", "segment").newest_first()
    if not user.has_perm("campaigns.view_campaign"):
        return
    yield Section(
        title=_("Campaigns under way"),
        empty=_("Nothing is being sent. Launch what waits below."),
        url=reverse("campaigns:campaigns"),
        order=30,
        items=[_item(line) for line in lines(list(seen.filter(status__in=UNDER_WAY)[:SHOWN]))],
    )
    yield Section(
        title=_("Wait for their launch"),
        empty=_("No draft waits. Begin a campaign from a segment."),
        url=reverse("campaigns:campaigns"),
        order=31,
        items=[_draft(one) for one in seen.filter(status=Status.DRAFT)[:SHOWN]],
    )
    over = list(seen.filter(status__in=Campaign.OVER)[:SHOWN])
    yield Section(
        title=_("What came of them"),
        empty=_("No campaign is over yet."),
        order=32,
        items=[_result(line) for line in lines(over)],
    )


def sponsors(user: User, now: datetime) -> Iterator[Section]:
    """Yield what campaigns may cost. One query."""
    if not user.has_perm("campaigns.view_campaign"):
        return
    rows = (
        Campaign.objects.exclude(status=Status.DRAFT).exclude(budget=None).order_by("currency").values_list("currency")
    )
    totals = list(rows.annotate(total=Sum("budget"), campaigns=Count("key")))
    yield Section(
        title=_("Budget of campaigns"),
        empty=_("No campaign was launched yet."),
        url=reverse("campaigns:campaigns"),
        order=40,
        place="side",
        facts=[
            (
                ngettext("%(count)d launched", "%(count)d launched", campaigns) % {"count": campaigns},
                money(total, currency),
            )
            for currency, total, campaigns in totals
        ],
    )


def opportunities(user: User, now: datetime) -> Iterator[Section]:
    """Yield segments that no campaign has reached and channels that no campaign has used in 90 days. Two queries."""
    if not user.has_perm("campaigns.view_segment"):
        return
    recent = Campaign.objects.exclude(status=Status.DRAFT).filter(launched_at__gte=now - UNUSED_AFTER)
    reached = Exists(recent.filter(segment=OuterRef("pk")))
    used = Exists(recent.filter(Q(email_channel=OuterRef("pk")) | Q(sms_channel=OuterRef("pk"))))
    segments = Segment.objects.filter(~reached).order_by(*by_name())[:SHOWN]
    channels = Channel.objects.filter(~used, kind__in=("email", "sms"), status=Channel.Status.ACTIVE)
    yield Section(
        title=_("Opportunities"),
        empty=_("Every segment was reached and every channel was used within 90 days."),
        order=26,
        items=[
            *(_unreached(segment) for segment in segments),
            *(_unused(channel) for channel in channels.defer("credentials").order_by(*by_name())[:SHOWN]),
        ],
    )


def _unreached(segment: Segment) -> Item:
    return Item(
        what=segment.name,
        why=_("Segment that no campaign has reached in 90 days"),
        url=reverse("admin:campaigns_segment_change", args=[segment.pk]),
        icon="users",
    )


def _unused(channel: Channel) -> Item:
    return Item(
        what=channel.name,
        why=_("Channel that no campaign has used in 90 days"),
        channel=channel.kind,
        url=reverse("operations:blueprint"),
    )


def _item(line: Line) -> Item:
    left = _("%(sent)s sent, %(waiting)s to send, %(skipped)s skipped")
    figures = line.figures
    return Item(
        what=line.campaign.name,
        why=left
        % {"sent": number(figures.sent), "waiting": number(figures.waiting), "skipped": number(figures.skipped)},
        url=_page(line.campaign),
        icon="pause" if line.campaign.status == Status.PAUSED else "send",
        note=str(line.campaign.get_status_display()),
    )


def _draft(campaign: Campaign) -> Item:
    begins = campaign.begins_at
    at = date_format(localtime(begins), "SHORT_DATETIME_FORMAT") if begins else ""
    why = _("begins %(at)s, once it is launched") % {"at": at} if at else campaign.objective[:120]
    return Item(what=campaign.name, why=why, url=_page(campaign), icon="pencil")


def _result(line: Line) -> Item:
    replies = line.figures.answered
    words = ngettext("%(sent)s sent, %(replies)s replied", "%(sent)s sent, %(replies)s replied", replies)
    return Item(
        what=line.campaign.name,
        why=words % {"sent": number(line.figures.sent), "replies": number(replies)},
        url=_page(line.campaign),
        icon="flag",
        at=line.campaign.over_at,
    )


def _page(campaign: Campaign) -> str:
    return reverse("campaigns:campaign", args=[campaign.pk])
