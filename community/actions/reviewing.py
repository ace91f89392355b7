"""Put a post before the moderators: at most one open review for each, with the numbers of the post as it stands."""

from datetime import datetime

from community import scoring
from community.models import Post, Review
from community.selectors.reports import counted_reports
from engagement.profiles.models import Identity
from engagement.realtime.topics import poke
from engagement.village.models import User


def open_review(*, post: Post, kind: str, now: datetime, because: tuple[str, int] | None = None) -> Review:
    """Return the post's open review, made or made more urgent. Call it with the post locked, or just made.

    ``because`` is what brings it here beside the rules and the reports: (code, points). Reasons and score are worked
    out anew from the post, the reports that count and what brought it here, so that they always add up.
    """
    review = Review.objects.select_for_update().filter(post=post, decided_at=None).first()
    if review is None:
        review = Review(post=post, space_id=post.topic.space_id, kind=kind, opened_at=now, written_by=writer_of(post))
    if kind == Review.Kind.APPEAL:
        review.kind = kind
    _count(review, post, because)
    return review


def refresh_review(*, post: Post) -> Review | None:
    """Work out the numbers of the post's open review again, if it has one. Call it with the post locked."""
    review = Review.objects.select_for_update().filter(post=post, decided_at=None).first()
    if review is not None:
        _count(review, post, None)
    return review


def _count(review: Review, post: Post, because: tuple[str, int] | None) -> None:
    brought = {code: points for code, points in review.reasons if code in scoring.BROUGHT_HERE}
    if because is not None:
        brought[because[0]] = because[1]
    reports = sum(counted_reports(post).values())
    review.reasons = [
        *(list(one) for one in post.reasons),
        *([["flags", reports]] if reports else []),
        *(list(one) for one in brought.items()),
    ]
    review.score = scoring.total(post=post.score, reports=reports, brought=sum(brought.values()))
    review.version += 1
    review.save()
    poke(f"commons:{review.space_id}")


def writer_of(post: Post) -> User | None:
    """Return the person of this house who wrote a post: as staff, or as a member with the same address."""
    if post.staff is not None or post.member is None:
        return post.staff
    addresses = Identity.objects.at_home_with([post.member.profile_id]).filter(kind="email", valid_to=None)
    return User.objects.filter(email__in=addresses.values("address_norm")).order_by("key").first()
