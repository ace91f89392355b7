"""Which pages of the community a colleague may open."""

from collections.abc import Mapping, Sequence
from typing import Any

from community.models import Post, Review, Topic
from community.visitor import ANSWER, MODERATE
from engagement.operations.links import opener_by_key
from engagement.village.models import User


def _staff(user: User) -> User | None:
    return user if user.has_perm(ANSWER) or user.has_perm(MODERATE) else None


def opens_topics(user: User, found: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Say of pages of topics whether the person may read them."""
    seen = Topic.objects.readable_by(None, _staff(user)).filter(slug__in=[kwargs["slug"] for kwargs in found])
    there = set(seen.order_by().values_list("space__slug", "slug"))
    return [(kwargs["space"], kwargs["slug"]) in there for kwargs in found]


OPENERS = {
    "community:review": opener_by_key(lambda user: Review.objects.visible_to(user)),
    "community:post": opener_by_key(lambda user: Post.objects.readable_by(None, _staff(user))),
    "community:topic": opens_topics,
}
