"""What waits for a moderator, the worst first, with all that is needed to decide it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from community import scoring
from community.models import Appeal, Escalation, Flag, Member, Post, PostVersion, Removal, Review
from community.selectors.cursors import seal, unseal
from community.selectors.reports import counted_reports
from engagement.village.models import User

SIZE = 50
_CONTEXT = 3  # posts before it that are shown


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of reviews that wait, how many wait altogether, and the cursor of the next page."""

    reviews: list[Review]
    total: int
    next: str


@dataclass(slots=True)
class Case:
    """One review with its context: what stood before it, who reported it, what became of its author's posts."""

    review: Review
    post: Post
    before: list[Post]
    flags: list[Flag]
    versions: list[PostVersion]
    removals: list[Removal]
    appeal: Appeal | None
    escalation: Escalation | None
    earlier: list[Review]
    standing: dict[str, int] = field(default_factory=dict)
    counted: dict[UUID, int] = field(default_factory=dict)

    @property
    def points(self) -> dict[str, int]:
        """What the score is made of: the rules' points of the post, the reports that count, what else brought it."""
        reasons = dict(self.review.reasons)
        reports = reasons.get("flags", 0)
        brought = sum(points for code, points in reasons.items() if code in scoring.BROUGHT_HERE)
        return {
            "post": self.post.score,
            "reports": reports,
            "brought": brought,
            "total": self.review.score,
            "hold_at": scoring.HOLD_AT,
            "hide_at": scoring.HOLD_AT_FLAGS,
        }

    @property
    def member(self) -> Member | None:
        """Who wrote it, if a member did."""
        return self.post.member


def queue(*, user: User, cursor: str = "") -> Queue:
    """Return what waits in the spaces that the person looks after: by score, then by age. Raises BadCursor."""
    waiting = Review.objects.visible_to(user).waiting()
    total = waiting.count()
    rows = waiting.select_related("post__member", "post__staff", "post__topic", "space")
    if values := unseal("reviews", cursor):
        score, at, key = int(values[0]), datetime.fromisoformat(values[1]), values[2]
        later = Q(opened_at__gt=at) | Q(opened_at=at, pk__gt=key)
        rows = rows.filter(Q(score__lt=score) | Q(later, score=score))
    rows = rows.defer("post__search", "post__html", "post__source", "post__topic__search")
    found = list(rows.worst_first()[: SIZE + 1])
    last = found[SIZE - 1] if len(found) > SIZE else None
    return Queue(found[:SIZE], total, seal("reviews", [last.score, last.opened_at, last.pk]) if last else "")


def case(*, user: User, pk: UUID) -> Case:
    """Return one review, waiting or decided. Raises Review.DoesNotExist."""
    rows = Review.objects.visible_to(user).select_related(
        "post__member", "post__staff", "post__topic__space", "post__topic__author", "space", "decided_by", "written_by"
    )
    review = rows.get(pk=pk)
    post = review.post
    earlier = Post.objects.published().filter(topic=post.topic, key__lt=post.pk).exclude(kind=Post.Kind.REMARK)
    removals = list(Removal.objects.filter(post=post).select_related("actor").order_by("-key"))
    appeals = Appeal.objects.filter(removal__in=removals).select_related("removed_by", "decided_by").order_by("-key")
    decided = Review.objects.filter(post=post, decided_at__isnull=False).exclude(pk=review.pk)
    return Case(
        review=review,
        post=post,
        before=list(earlier.select_related("member", "staff").defer("search").order_by("-key")[:_CONTEXT])[::-1],
        flags=list(Flag.objects.filter(post=post).select_related("member").order_by("key")),
        versions=list(PostVersion.objects.filter(post=post).order_by("-number")),
        removals=removals,
        appeal=appeals.first(),
        escalation=Escalation.objects.filter(post=post).first(),
        earlier=list(decided.select_related("decided_by").order_by("-decided_at")),
        standing=_standing(post.member),
        counted=counted_reports(post) if review.decided_at is None else {},
    )


def _standing(member: Member | None) -> dict[str, int]:
    if member is None:
        return {}
    return Post.objects.filter(member=member).aggregate(
        published=Count("key", filter=Q(state=Post.State.PUBLISHED)),
        hidden=Count("key", filter=Q(state=Post.State.HIDDEN)),
        held=Count("key", filter=Q(state=Post.State.HELD)),
    )


def waiting_count(user: User) -> int:
    """Return how much waits for this person: the number on the band."""
    return Review.objects.visible_to(user).waiting().count()
