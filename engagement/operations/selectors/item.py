"""One item of the operating model: its answers over time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from engagement.operations.checklist import Item
from engagement.operations.models import Answer, Target, Waiver

HISTORY_DAYS = 90


@dataclass(frozen=True, slots=True)
class ItemPage:
    """``history``: the answers of the last 90 days, oldest first. ``waivers``: all that ever were, newest first."""

    item: Item
    answer: Answer | None
    threshold: float
    target: Target | None
    waiver: Waiver | None
    waivers: list[Waiver]
    history: list[Answer]


def item_page(*, item: Item, now: datetime) -> ItemPage:
    """Return what is known of an item. Three queries."""
    since = timezone.localtime(now).date() - timedelta(days=HISTORY_DAYS)
    history = list(Answer.objects.filter(item=item.name, day__gte=since).order_by("day"))
    waivers = list(Waiver.objects.filter(item=item.name).select_related("person", "ended_by").order_by("-key")[:20])
    target = Target.objects.filter(item=item.name).select_related("changed_by").first()
    return ItemPage(
        item=item,
        answer=history[-1] if history else Answer.objects.filter(item=item.name).order_by("-day").first(),
        threshold=target.threshold if target else item.threshold,
        target=target,
        waiver=next((waiver for waiver in waivers if waiver.ended_at is None and waiver.until > now), None),
        waivers=waivers,
        history=history,
    )
