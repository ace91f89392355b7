"""What the community holds of a person: their membership, what they wrote, how they voted, what they were told."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.models import (
    Appeal,
    Escalation,
    Flag,
    Member,
    MemberSession,
    Notice,
    Post,
    PostVersion,
    Removal,
    Review,
    SignInLink,
    Topic,
    Vote,
    Watch,
)
from engagement.profiles.rights.holdings import ERASED, Holding, blanked, fields, gone, register
from engagement.profiles.rights.subjects import Subject

_HTML = f"<p>{ERASED}</p>"


def _members(subject: Subject) -> QuerySet[Member]:
    return Member.objects.filter(profile_id__in=subject.family).order_by("key")


def _keys(subject: Subject) -> Any:
    return _members(subject).order_by().values("pk")


def _posts(subject: Subject) -> QuerySet[Post]:
    return Post.objects.filter(member__in=_keys(subject)).order_by("key")


def _post_keys(subject: Subject) -> Any:
    return _posts(subject).order_by().values("pk")


def _topics(subject: Subject) -> QuerySet[Topic]:
    return Topic.objects.filter(author__in=_keys(subject)).order_by("key")


def _said_by_others(subject: Subject) -> list[QuerySet[Any]]:
    """What others wrote in the topics in which they wrote, with what it was before."""
    topics = _posts(subject).order_by().values("topic")
    posts = Post.objects.filter(topic__in=topics).exclude(member__in=_keys(subject))
    titles = Topic.objects.filter(pk__in=topics).exclude(author__in=_keys(subject))
    return [posts, PostVersion.objects.filter(post__in=posts.order_by().values("pk")), titles]


def _erase_members(rows: QuerySet[Member], subject: Subject, now: datetime) -> int:
    """What they wrote stays under a name that is nobody's."""
    changed = 0
    for member in rows:
        handle = f"erased-{member.key.hex[-12:]}"
        if member.handle != handle:
            member.handle, member.display_name, member.silenced_reason = handle, "", ""
            member.name_skeleton, member.name_refused = "", ""
            member.save(update_fields=["handle", "display_name", "silenced_reason", "name_skeleton", "name_refused"])
            changed += 1
    return changed


def _erase_topics(rows: QuerySet[Topic], subject: Subject, now: datetime) -> int:
    """The address of a topic holds the words of its title, so it goes too."""
    changed = 0
    for topic in rows.exclude(title=ERASED):
        topic.title, topic.slug, topic.about = ERASED, f"erased-{topic.key.hex[-12:]}", ""
        topic.save(update_fields=["title", "slug", "about"])
        changed += 1
    return changed


def _links(subject: Subject) -> QuerySet[SignInLink]:
    addresses = {text for one in subject.addresses if one.kind == "email" for text in (one.norm, one.given.lower())}
    return SignInLink.objects.filter(address__in=addresses).order_by("key")


HOLDINGS = (
    Holding(
        name="community.members",
        label=_("Your membership in the community"),
        model=Member,
        find=_members,
        row=fields("handle", "display_name", "language", "level", "joined_at", "last_seen_on", "silenced_until"),
        erase=_erase_members,
    ),
    Holding(
        name="community.topics",
        label=_("Topics that you opened"),
        model=Topic,
        find=_topics,
        row=fields("kind", "title", "about", "rating", "opened_at"),
        erase=_erase_topics,
    ),
    Holding(
        name="community.posts",
        label=_("What you wrote in the community"),
        model=Post,
        find=_posts,
        row=fields("kind", "source", "state", "created_at", "edited_at", topic=lambda post: str(post.topic_id)),
        erase=blanked(source=ERASED, html=_HTML, text=ERASED, reasons=[], client_key=None),
        near=_said_by_others,
    ),
    Holding(
        name="community.versions",
        label=_("What you wrote before you changed it"),
        model=PostVersion,
        find=lambda subject: PostVersion.objects.filter(post__in=_post_keys(subject)).order_by("key"),
        row=fields("number", "source", "replaced_at"),
        erase=gone,
    ),
    Holding(
        name="community.votes",
        label=_("What you voted for"),
        model=Vote,
        find=lambda subject: Vote.objects.filter(member__in=_keys(subject)).order_by("key"),
        row=fields("at", topic=lambda vote: vote.topic_id, post=lambda vote: vote.post_id),
        why="A voice that is counted, of a member who is nobody any more.",
    ),
    Holding(
        name="community.watches",
        label=_("Topics of which you are told"),
        model=Watch,
        find=lambda subject: Watch.objects.filter(member__in=_keys(subject)).order_by("key"),
        row=fields("at", topic=lambda watch: watch.topic_id),
        erase=gone,
    ),
    Holding(
        name="community.flags",
        label=_("What you reported"),
        model=Flag,
        find=lambda subject: Flag.objects.filter(member__in=_keys(subject)).order_by("key"),
        row=fields("reason", "text", "at"),
        erase=blanked(text=""),
    ),
    Holding(
        name="community.reviews",
        label=_("How your posts were looked at"),
        model=Review,
        find=lambda subject: Review.objects.filter(post__in=_post_keys(subject)).order_by("key"),
        row=fields("kind", "score", "opened_at", "decided_at", "decision"),
        erase=blanked(reasons=[]),
    ),
    Holding(
        name="community.removals",
        label=_("Why posts of yours were taken out of sight"),
        model=Removal,
        find=lambda subject: Removal.objects.filter(post__in=_post_keys(subject)).order_by("key"),
        row=fields("reason", "text", "at", "undone_at"),
        erase=blanked(text=ERASED),
    ),
    Holding(
        name="community.appeals",
        label=_("Your appeals"),
        model=Appeal,
        find=lambda subject: Appeal.objects.filter(removal__post__in=_post_keys(subject)).order_by("key"),
        row=fields("text", "at", "decided_at", "upheld", "answer"),
        erase=blanked(text=ERASED, answer=""),
    ),
    Holding(
        name="community.notices",
        label=_("What the community told you"),
        model=Notice,
        find=lambda subject: Notice.objects.filter(member__in=_keys(subject)).order_by("key"),
        row=fields("kind", "at"),
        erase=gone,
    ),
    Holding(
        name="community.sessions",
        label=_("Where you were signed in"),
        model=MemberSession,
        find=lambda subject: MemberSession.objects.filter(member__in=_keys(subject)).order_by("key"),
        row=fields("created_at", "expires_at", "ended_at"),
        erase=gone,
    ),
    Holding(
        name="community.links",
        label=_("Links by which you could sign in"),
        model=SignInLink,
        find=_links,
        row=fields("created_at", "expires_at", "used_at"),
        erase=gone,
    ),
    Holding(
        name="community.escalations",
        label=_("Posts of yours that came to our inbox"),
        model=Escalation,
        find=lambda subject: Escalation.objects.filter(member__in=_keys(subject)).order_by("key"),
        row=fields("cause", "at"),
        why="It holds keys and times only.",
    ),
)


def register_holdings() -> None:
    """Called once, when the app is ready."""
    register(*HOLDINGS)
