"""Put a post before the moderators: at most one open review for each."""

from datetime import datetime

from community.models import Post, Review
from engagement.profiles.models import Identity
from engagement.realtime.topics import poke
from engagement.village.models import User


def open_review(*, post: Post, kind: str, score: int, reasons: list[tuple[str, int]], now: datetime) -> Review:
    """Return the post's open review, made or made more urgent. Call it with the post locked, or just made."""
    review = Review.objects.select_for_update().filter(post=post, decided_at=None).first()
    if review is None:
        review = Review(post=post, space_id=post.topic.space_id, kind=kind, opened_at=now, written_by=writer_of(post))
    known = {code for code, _points in review.reasons}
    review.reasons = [*review.reasons, *([code, points] for code, points in reasons if code not in known)]
    review.score = min(100, max(review.score, score))
    if kind == Review.Kind.APPEAL:
        review.kind = kind
    review.version += 1
    review.save()
    poke(f"commons:{review.space_id}")
    return review


def writer_of(post: Post) -> User | None:
    """Return the person of this house who wrote a post: as staff, or as a member with the same address."""
    if post.staff is not None or post.member is None:
        return post.staff
    addresses = Identity.objects.at_home_with([post.member.profile_id]).filter(kind="email", valid_to=None)
    return User.objects.filter(email__in=addresses.values("address_norm")).order_by("key").first()
