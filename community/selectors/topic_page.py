"""One topic with its posts, as one visitor sees it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Q

from community.markdown import hosts_in
from community.models import Escalation, Flag, Post, Removal, Space, Topic, Vote, Watch
from community.models.post import PostQuerySet
from community.people import memberships_of
from community.selectors.cursors import seal, unseal
from community.visitor import Visitor
from engagement.sorting import by_name

SIZE = 20


@dataclass(slots=True)
class ShownPost:
    """A post and what this visitor may see and do with it. ``answers``: how many answers its author published.

    ``is_mine``: this membership wrote it; ``is_of_my_person``: this person did, also as another member.
    """

    post: Post
    is_mine: bool = False
    is_of_my_person: bool = False
    is_accepted: bool = False
    voted: bool = False
    flagged: bool = False
    answers: int = 0
    remarks: list[Post] = field(default_factory=list)
    removal: Removal | None = None
    escalation: Escalation | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Its author took it back; what others answered stays."""
        return self.post.state == Post.State.WITHDRAWN

    @property
    def content_version(self) -> str:
        """The version that a moderator reads here."""
        return self.post.content_version

    @property
    def has_links(self) -> bool:
        """It has addresses of other sites that its author can take out."""
        return bool(hosts_in(self.post.source))

    @property
    def is_held(self) -> bool:
        """A person has to read it first."""
        return self.post.state == Post.State.HELD

    @property
    def is_hidden(self) -> bool:
        """It was taken out of sight."""
        return self.post.state == Post.State.HIDDEN


@dataclass(frozen=True, slots=True)
class TopicPage:
    """``answers`` without the accepted one; ``next`` is the cursor of the following ones."""

    topic: Topic
    opening: ShownPost
    accepted: ShownPost | None
    answers: list[ShownPost]
    next: str
    voted: bool
    watching: bool
    is_of_my_person: bool = False

    @property
    def more(self) -> int:
        """How many answers stand beside the accepted one, all pages together."""
        return self.topic.answer_count - (1 if self.accepted else 0)


def read(*, topic: Topic, visitor: Visitor, cursor: str = "") -> TopicPage:
    """Return a page of the topic, at most 20 further answers, oldest first.

    Where its author took the opening text back, an empty place stands for it. Raises BadCursor.
    """
    name = f"answers:{topic.pk}"
    after = unseal(name, cursor)
    posts = _visible(topic, visitor)
    answers = posts.filter(kind=Post.Kind.ANSWER)
    if topic.accepted_id:
        answers = answers.exclude(pk=topic.accepted_id)
    if after:
        answers = answers.filter(pk__gt=after[0])
    rows = list(answers.order_by("key")[: SIZE + 1])
    fixed = list(posts.filter(Q(kind=Post.Kind.OPENING) | Q(pk=topic.accepted_id)))
    mine = memberships_of(visitor.member) if visitor.member is not None else []
    shown = {one.post.pk: one for one in _shown([*fixed, *rows[:SIZE]], topic, visitor, mine)}
    opening = next((shown[post.pk] for post in fixed if post.kind == Post.Kind.OPENING), None)
    if opening is None:
        raise Post.DoesNotExist
    member = visitor.member
    return TopicPage(
        topic=topic,
        opening=opening,
        accepted=shown.get(topic.accepted_id) if topic.accepted_id else None,
        answers=[shown[post.pk] for post in rows[:SIZE]],
        next=seal(name, [rows[SIZE - 1].pk]) if len(rows) > SIZE else "",
        voted=member is not None and Vote.objects.filter(member__in=mine, topic=topic).exists(),
        watching=member is not None and Watch.objects.filter(member=member, topic=topic).exists(),
        is_of_my_person=topic.author_id in mine,
    )


def _visible(topic: Topic, visitor: Visitor) -> PostQuerySet:
    seen = Q(state=Post.State.PUBLISHED)
    if visitor.member is not None:
        seen |= Q(member=visitor.member) & ~Q(state=Post.State.WITHDRAWN)
    if visitor.may_moderate(topic.space):
        seen |= Q(state__in=[Post.State.HELD, Post.State.HIDDEN])
    if topic.is_shown:
        seen |= Q(kind=Post.Kind.OPENING, state=Post.State.WITHDRAWN)
    return Post.objects.filter(seen, topic=topic).select_related("member", "staff").defer("search")


def _shown(posts: Sequence[Post], topic: Topic, visitor: Visitor, mine: list[UUID]) -> list[ShownPost]:
    keys = [post.pk for post in posts]
    remarks: dict[UUID | None, list[Post]] = defaultdict(list)
    said_beneath = Post.objects.published().filter(parent__in=keys).select_related("staff").defer("search")
    for remark in said_beneath.order_by("key"):
        remarks[remark.parent_id].append(remark)
    voted, flagged = _voices(keys, mine)
    counts = _answers_of([post.member_id for post in posts if post.member_id])
    hidden = [post.pk for post in posts if post.state == Post.State.HIDDEN]
    removals = {one.post_id: one for one in Removal.objects.filter(post__in=hidden, undone_at=None)} if hidden else {}
    escalated = Escalation.objects.filter(post__in=keys) if visitor.staff else ()
    passed_on = {one.post_id: one for one in escalated}
    for post in posts:
        post.topic = topic
    return [
        ShownPost(
            post=post,
            is_mine=visitor.member is not None and post.member_id == visitor.member.pk,
            is_of_my_person=post.member_id in mine,
            is_accepted=post.pk == topic.accepted_id,
            voted=post.pk in voted,
            flagged=post.pk in flagged,
            answers=counts.get(post.member_id, 0),
            remarks=remarks[post.pk],
            removal=removals.get(post.pk),
            escalation=passed_on.get(post.pk),
        )
        for post in posts
    ]


def _voices(keys: list[UUID], mine: list[UUID]) -> tuple[set[UUID | None], set[UUID]]:
    if not mine:
        return set(), set()
    voted = Vote.objects.filter(member__in=mine, post__in=keys).values_list("post_id", flat=True)
    flagged = Flag.objects.filter(member__in=mine, post__in=keys).values_list("post_id", flat=True)
    return set(voted), set(flagged)


def _answers_of(members: list[UUID]) -> dict[UUID | None, int]:
    published = Post.objects.published().filter(member__in=members, kind=Post.Kind.ANSWER)
    return dict(published.order_by().values_list("member").annotate(Count("key")))


def carers(space: Space) -> list[dict[str, str]]:
    """Who looks after a space: colleagues first, then volunteers."""
    staff = [one for one in (space.moderator, space.deputy) if one is not None]
    volunteers = space.volunteers.order_by(*by_name("display_name"))
    return [{"name": one.name, "first": one.first_name, "kind": "staff"} for one in staff] + [
        {"name": one.shown_name, "first": one.shown_name, "kind": "volunteer"} for one in volunteers
    ]
