"""What the reports of a post weigh: each person once, and only since a moderator last decided."""

from datetime import datetime
from uuid import UUID

from community.models import Flag, Post, Review


def last_decision_at(post: Post) -> datetime | None:
    """Return when a moderator, or the author, last settled a review of the post."""
    decided = Review.objects.filter(post=post, decided_at__isnull=False).order_by("-decided_at")
    return decided.values_list("decided_at", flat=True).first()


def counted_reports(post: Post) -> dict[UUID, int]:
    """Return the reports that count, each with its weight. Two queries.

    Of several accounts of one person the report that weighs most counts, and the others do not.
    """
    flags = Flag.objects.filter(post=post).select_related("member__profile").order_by("-weight", "key")
    if (last := last_decision_at(post)) is not None:
        flags = flags.filter(at__gt=last)
    counted: dict[UUID, int] = {}
    people: set[UUID] = set()
    for flag in flags:
        person = flag.member.profile.canonical_id or flag.member.profile_id
        if person not in people:
            people.add(person)
            counted[flag.pk] = flag.weight
    return counted
