"""The campaigns and segments that a person owns. Registered with ``responsibilities``."""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Segment
from engagement.sorting import by_name
from engagement.village import responsibilities
from engagement.village.models import User
from engagement.village.responsibilities import Held, Responsibility

_OVER = (Campaign.Status.FINISHED, Campaign.Status.STOPPED)


def _campaigns(person: User) -> QuerySet[Campaign]:
    return Campaign.objects.filter(owner=person).exclude(status__in=_OVER).order_by("-key")


def _describe_campaign(campaign: Campaign) -> Held:
    return Held(campaign.name, reverse("campaigns:campaign", args=[campaign.pk]))


def _give_campaigns(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return 0 if to is None else _campaigns(person).order_by().update(owner=to)


def _segments(person: User) -> QuerySet[Segment]:
    return Segment.objects.filter(owner=person).order_by(*by_name())


def _describe_segment(segment: Segment) -> Held:
    return Held(segment.name, reverse("campaigns:campaigns"))


def _give_segments(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return 0 if to is None else _segments(person).order_by().update(owner=to)


def register() -> None:
    """Called once, when the app is ready."""
    responsibilities.register(
        Responsibility(
            name="campaigns.campaigns",
            label=_("Campaigns that are not over"),
            rows=_campaigns,
            describe=_describe_campaign,
            hand_over=_give_campaigns,
            permission="campaigns.change_campaign",
            view="campaigns.view_campaign",
            hint=_("What is scheduled or sending goes on as it was launched."),
            order=70,
        ),
        Responsibility(
            name="campaigns.segments",
            label=_("Segments"),
            rows=_segments,
            describe=_describe_segment,
            hand_over=_give_segments,
            permission="campaigns.change_segment",
            view="campaigns.view_campaign",
            order=71,
        ),
    )
