"""What a moderator finds on their home page: what waits for a decision, questions without an answer, the figures."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.models import Post, Review, Space, Topic
from engagement.ui.durations import short
from engagement.ui.home import Item, Section
from engagement.village.models import User

_SHOWN = 6
_UNANSWERED_AFTER = timedelta(hours=48)
_WEEK = timedelta(days=7)
_ICONS = {"held": "hourglass", "flagged": "flag", "appeal": "scale", "picked": "eye"}


def sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield the sections of somebody who moderates. Six queries."""
    yield _waiting(user)
    yield _unanswered(user, now)
    yield _week(user, now)


def _waiting(user: User) -> Section:
    waiting = Review.objects.visible_to(user).waiting()
    found = waiting.select_related("post__topic", "space").defer("post__search", "post__topic__search").worst_first()
    total = waiting.count()
    note = ngettext("%(count)d waits", "%(count)d wait", total) % {"count": total}
    return Section(
        title=_("Review queue"),
        note=note if total else "",
        empty=_("All is read. Reports and held posts come here."),
        url=reverse("community:desk"),
        order=10,
        items=[
            Item(
                what=review.post.topic.title,
                why=f"{review.get_kind_display()} · {review.post.text[:120]}",
                url=reverse("community:review", args=[review.pk]),
                icon=_ICONS[review.kind],
                at=review.opened_at,
                note=str(review.score),
            )
            for review in found[:_SHOWN]
        ],
    )


def _unanswered(user: User, now: datetime) -> Section:
    old = Topic.objects.filter(
        kind=Topic.Kind.QUESTION,
        state=Topic.State.OPEN,
        answer_count=0,
        opened_at__lt=now - _UNANSWERED_AFTER,
        space__in=Space.objects.moderated_by(user),
    )
    return Section(
        title=_("Without an answer for two days"),
        empty=_("Every question of the last days has an answer."),
        url=f"{reverse('community:questions')}?order=unanswered",
        order=20,
        items=[
            Item(
                what=topic.title,
                why=str(topic.space),
                url=topic.get_absolute_url(),
                icon="circle-dashed",
                at=topic.opened_at,
            )
            for topic in old.select_related("space").defer("search").order_by("opened_at", "key")[:_SHOWN]
        ],
    )


def _week(user: User, now: datetime) -> Section:
    spaces = Space.objects.moderated_by(user)
    posts = Post.objects.filter(topic__space__in=spaces, created_at__gte=now - _WEEK).aggregate(
        written=Count("key"), held=Count("key", filter=Q(state=Post.State.HELD))
    )
    oldest = Review.objects.visible_to(user).waiting().order_by("opened_at").values_list("opened_at", flat=True).first()
    facts = [
        (_("Posts this week"), str(posts["written"])),
        (_("Held at the moment"), str(posts["held"])),
        (_("Oldest in review"), short(now - oldest) if oldest else "–"),
    ]
    return Section(title=_("The community this week"), empty="", order=30, place="side", facts=facts)
