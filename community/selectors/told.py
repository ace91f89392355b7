"""What members are told of."""

from collections.abc import Iterable
from uuid import UUID

from community.models import Appeal, IdeaChange, Notice, Post, Removal


def things_of(found: Iterable[Notice]) -> dict[UUID, object]:
    """Return what the notices are about and is still there, by key. One query for each kind of thing."""
    abouts: dict[str, list[UUID]] = {}
    for notice in found:
        abouts.setdefault(notice.kind, []).append(notice.about)
    kind = Notice.Kind
    posts = [key for one in (kind.ANSWER, kind.ACCEPTED, kind.APPROVED) for key in abouts.get(one, [])]
    things: dict[UUID, object] = {}
    if posts:
        published = Post.objects.published().select_related("member", "staff").defer("search")
        things |= published.in_bulk(posts)
    for one, queryset in (
        (kind.IDEA, IdeaChange.objects.all()),
        (kind.HIDDEN, Removal.objects.all()),
        (kind.APPEAL, Appeal.objects.select_related("removal")),
    ):
        if abouts.get(one):
            things |= queryset.in_bulk(abouts[one])  # type: ignore[attr-defined]
    return things
