"""Make a post: rendered, scored and kept in one transaction; held back when the rules say so."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q

from community import markdown, scoring
from community.actions.escalate import escalate
from community.actions.refusals import Silenced
from community.actions.reviewing import open_review
from community.models import Escalation, Member, Post, PostVersion, Review, Topic
from community.site import own_hosts
from engagement.events.catalogue import PostHeld, PostPublished, TopicOpened
from engagement.events.outbox import publish
from engagement.village.models import User

_SAME_TEXT_WITHIN = timedelta(days=7)
_UNAPPROVED_WITHIN = timedelta(days=30)
_MAX_UNAPPROVED = 20  # posts, and earlier versions of them


def lock_author(member: Member, now: datetime) -> Member:
    """Return the member, locked, so that what they submit is handled one after the other. Raises Silenced."""
    current = Member.objects.select_for_update().get(pk=member.pk)
    if current.is_silenced(now):
        raise Silenced(current.silenced_reason)
    return current


def submitted_before(member: Member, client_key: UUID | None) -> Post | None:
    """Return what the same form made when it was sent before."""
    return Post.objects.filter(member=member, client_key=client_key).first() if client_key else None


def make_post(
    *,
    topic: Topic,
    kind: str,
    source: str,
    now: datetime,
    member: Member | None = None,
    staff: User | None = None,
    parent: Post | None = None,
    client_key: UUID | None = None,
    transmission_key: UUID | None = None,
) -> Post:
    """Write a post into a topic that is locked: published, or held with a review. What staff write is not scored."""
    rendered = markdown.render(source)
    title = topic.title if kind == Post.Kind.OPENING else ""
    scored = score_of(member, rendered, now, title=title)
    post = Post.objects.create(
        topic=topic,
        kind=kind,
        parent=parent,
        member=member,
        staff=staff,
        source=source,
        html=rendered.html,
        text=rendered.text,
        state=Post.State.HELD if scored.is_held else Post.State.PUBLISHED,
        score=scored.points,
        reasons=scored.reasons,
        scored_at=now,
        client_key=client_key,
        transmission_key=transmission_key,
        created_at=now,
    )
    if scored.is_held:
        open_review(post=post, kind=Review.Kind.HELD, now=now)
        publish(PostHeld(post_id=post.pk, topic_id=topic.pk, score=scored.points, at=now), now=now)
    else:
        appear(post, topic, now)
    if member is not None and scoring.risks_in(f"{title} {rendered.text}"):
        escalate(post=post, cause=Escalation.Cause.RULE, actor=None, now=now)
    return post


def score_of(
    member: Member | None,
    rendered: markdown.Rendered,
    now: datetime,
    *,
    title: str = "",
    but: UUID | None = None,
    edit: scoring.Edit | None = None,
) -> scoring.Scored:
    """Return what the rules say of a text of this member, with the ``title`` that it opens a topic with.

    ``but`` is the post that it is, if it stands already, and ``edit`` what the change does to it.
    """
    if member is None:
        return scoring.Scored(0, [])
    others = Post.objects.exclude(pk=but) if but else Post.objects.all()
    counted = others.filter(member=member).aggregate(
        published=Count("key", filter=Q(state=Post.State.PUBLISHED)),
        removed=Count("key", filter=Q(state=Post.State.HIDDEN)),
        lately=Count("key", filter=Q(created_at__gt=now - timedelta(minutes=scoring.FAST_MINUTES))),
    )
    same = others.filter(created_at__gt=now - _SAME_TEXT_WITHIN, text=rendered.text)
    hosts = tuple(dict.fromkeys([*markdown.hosts_in(title), *rendered.hosts]))
    facts = scoring.Facts(
        text=f"{title}\n{rendered.text}" if title else rendered.text,
        hosts=hosts,
        level=member.level,
        published_before=counted["published"],
        removed_before=counted["removed"],
        written_lately=counted["lately"],
        same_text=same.exists(),
        unapproved=_unapproved_texts(member, now, but=but),
        edit=edit,
    )
    return scoring.score(facts, own_hosts=own_hosts() if hosts else frozenset())


def _unapproved_texts(member: Member, now: datetime, *, but: UUID | None) -> tuple[str, ...]:
    """What a member wrote lately that is held, was withdrawn while it was, or was removed; earlier versions too."""
    unread = Q(state__in=[Post.State.HELD, Post.State.HIDDEN]) | Q(
        state=Post.State.WITHDRAWN, reviews__decision=Review.Decision.WITHDRAWN, reviews__score__gte=scoring.HOLD_AT
    )
    rows = Post.objects.filter(unread, member=member, created_at__gt=now - _UNAPPROVED_WITHIN)
    rows = rows.exclude(pk=but) if but else rows
    posts = list(rows.select_related("topic").distinct().order_by("-created_at", "-key")[:_MAX_UNAPPROVED])
    texts = [f"{one.topic.title}\n{one.text}" if one.kind == Post.Kind.OPENING else one.text for one in posts]
    if posts:
        earlier = PostVersion.objects.filter(post__in=posts).order_by("-replaced_at", "-key")
        texts += earlier.values_list("source", flat=True)[:_MAX_UNAPPROVED]
    return tuple(texts)


def appear(post: Post, topic: Topic, now: datetime) -> None:
    """A post comes into sight: count it, and tell. ``topic`` is locked."""
    if post.kind == Post.Kind.OPENING:
        Topic.objects.filter(pk=topic.pk).update(state=topic.settled_state, last_activity_at=now)
        topic.state = topic.settled_state
        publish(
            TopicOpened(
                topic_id=topic.pk,
                space_id=topic.space_id,
                profile_id=topic.author.profile_id,
                kind=topic.kind,
                at=now,
            ),
            now=now,
        )
    else:
        more = 1 if post.kind == Post.Kind.ANSWER else 0
        Topic.objects.filter(pk=topic.pk).update(answer_count=F("answer_count") + more, last_activity_at=now)
    publish(
        PostPublished(
            post_id=post.pk,
            topic_id=topic.pk,
            kind=post.kind,
            profile_id=post.member.profile_id if post.member else None,
            staff_id=post.staff_id,
            at=now,
        ),
        now=now,
    )


def disappear(post: Post, topic: Topic, state: str) -> None:
    """A published post goes out of sight; an accepted answer is one no longer. ``topic`` is locked."""
    if post.kind == Post.Kind.OPENING:
        topic.state = Topic.State.HELD if state == Post.State.HELD else Topic.State.HIDDEN
        topic.save(update_fields=["state"])
        return
    if topic.accepted_id == post.pk:
        topic.accepted, topic.accepted_at, topic.accepted_by_asker = None, None, False
        topic.state = topic.settled_state if topic.is_shown else topic.state
        topic.save(update_fields=["accepted", "accepted_at", "accepted_by_asker", "state"])
    if post.kind == Post.Kind.ANSWER:
        Topic.objects.filter(pk=topic.pk).update(answer_count=F("answer_count") - 1)
