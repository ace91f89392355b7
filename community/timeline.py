"""The community's part of a customer's timeline: what they said about us in public, and what we answered there."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.models import Post, Topic
from engagement.organization.current import current_organization
from engagement.profiles.timeline import SAID_ABOUT_US, WE_SAID, Asked, Moment, Source, Tally, found
from engagement.profiles.wording import saying
from engagement.statements import rows as rows_of

NAME = "community"
_EXCERPT = 300
_MEMBERS = "SELECT key FROM community_member WHERE profile_id = ANY(%(profiles)s::uuid[]) ORDER BY key"


def read(asked: Asked) -> Sequence[Moment]:
    """Return posts of these customers, and the house's answers in their topics, newest first. Two queries."""
    if asked.channel not in ("", "community") or asked.purpose:
        return []
    members = _members(asked)
    return [_moment(post) for post in found(_newest, replace(asked, profiles=members))] if members else []


def _newest(asked: Asked) -> QuerySet[Post]:
    """The posts of a page; ``profiles`` are the members."""
    posts = _posts(asked.profiles, asked)
    if asked.before is not None:
        at, key = asked.before.at, asked.before.key
        posts = posts.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=key))
    if asked.since is not None:
        posts = posts.filter(created_at__gte=asked.since)
    if asked.department is not None:
        posts = posts.filter(topic__space__department=asked.department)
    rows = posts.select_related("topic__space__department", "member", "staff").defer("search", "source", "html")
    return rows.order_by("-created_at", "-key")[: asked.limit]


def _members(asked: Asked) -> list[UUID]:
    return [row[0] for row in rows_of(_MEMBERS, {"profiles": list(asked.profiles)})]


def _posts(members: Sequence[UUID], asked: Asked) -> QuerySet[Post]:
    said = Post.objects.exclude(state=Post.State.WITHDRAWN).filter(_about(members, asked.direction))
    return said.filter(saying(asked.words, "text", "topic__title"))


def count(asked: Asked) -> Sequence[Tally]:
    """Return how many posts there are of theirs and of ours, by the department of their space. Two queries."""
    members = _members(asked)
    if not members:
        return []
    ours = ExpressionWrapper(Q(staff__isnull=False), output_field=BooleanField())
    rows = _posts(members, asked).order_by().annotate(ours=ours).values_list("ours", "topic__space__department")
    return [
        Tally(number, WE_SAID if is_ours else SAID_ABOUT_US, "community", "", frozenset({key} if key else ()))
        for is_ours, key, number in rows.annotate(number=Count("key"))
    ]


def _about(members: Sequence[UUID], direction: str) -> Q:
    """What a direction asks for: theirs, ours, both, or nothing."""
    theirs = Q(member__in=members)
    ours = Q(staff__isnull=False, topic__author__in=members)
    if direction == SAID_ABOUT_US:
        return theirs
    if direction == WE_SAID:
        return ours
    return theirs | ours if not direction else Q(pk=None)


def _moment(post: Post) -> Moment:
    topic = post.topic
    is_ours = post.staff is not None
    return Moment(
        key=post.pk,
        at=post.created_at,
        source=NAME,
        title=_title(post, topic),
        direction=WE_SAID if is_ours else SAID_ABOUT_US,
        text=post.text[:_EXCERPT],
        url=reverse("community:post", args=[post.pk]),
        icon="messages-square",
        tone="ours" if is_ours else "theirs",
        channel="community",
        department=str(topic.space.department) if topic.space.department else "",
        person=post.staff.name if post.staff else "",
        badges=_badges(post, topic),
    )


def _title(post: Post, topic: Topic) -> str:
    if post.staff is not None:
        return _("%(house)s answered in “%(title)s”") % {
            "house": current_organization().display_name,
            "title": topic.title,
        }
    if post.kind != Post.Kind.OPENING:
        return _("Answered in “%(title)s”") % {"title": topic.title}
    words = {
        Topic.Kind.QUESTION: _("Asked: %(title)s"),
        Topic.Kind.IDEA: _("Proposed: %(title)s"),
        Topic.Kind.DISCUSSION: _("Began to discuss: %(title)s"),
        Topic.Kind.REVIEW: _("Reviewed: %(title)s"),
    }
    return words[Topic.Kind(topic.kind)] % {"title": topic.title}


def _badges(post: Post, topic: Topic) -> list[tuple[str, str]]:
    badges = []
    if topic.accepted_id == post.pk:
        badges.append((_("accepted answer"), "moss"))
    if post.state == Post.State.HELD:
        badges.append((_("held for review"), "ochre"))
    elif post.state == Post.State.HIDDEN:
        badges.append((_("out of sight"), "ochre"))
    if post.kind == Post.Kind.OPENING and topic.kind == Topic.Kind.IDEA:
        badges.append((topic.get_idea_status_display(), "river"))
    return badges


SOURCE = Source(
    name=NAME,
    label=gettext_lazy("Community"),
    read=read,
    directions=frozenset({SAID_ABOUT_US, WE_SAID}),
    tally=count,
    permission="community.view_member",
)
