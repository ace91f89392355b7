"""Open a topic, answer in it, change what one wrote, close it."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from community import markdown, scoring
from community.actions.refusals import KindNotAllowed, NotYours, OthersAnswered, TopicClosed
from community.actions.reviewing import open_review
from community.actions.writing import disappear, lock_author, make_post, score_of, submitted_before
from community.models import Member, Post, PostVersion, Review, Space, Topic, Watch
from community.models.post import PostQuerySet
from community.selectors.reports import last_decision_at
from engagement.events.catalogue import PostHeld
from engagement.events.outbox import publish
from engagement.realtime.topics import poke
from engagement.village.audit import record
from engagement.village.models import User


@transaction.atomic
def open_topic(
    *,
    space: Space,
    member: Member,
    kind: str,
    title: str,
    source: str,
    now: datetime,
    about: str = "",
    rating: int | None = None,
    client_key: UUID | None = None,
) -> Topic:
    """Open a topic with its opening post; its author watches it. The same ``client_key`` again returns the first.

    Raises Silenced, KindNotAllowed.
    """
    author = lock_author(member, now)
    if (earlier := submitted_before(author, client_key)) is not None:
        return earlier.topic
    if kind not in space.kinds:
        raise KindNotAllowed
    topic = _insert(
        Topic(
            space=space,
            kind=kind,
            title=title,
            about=about,
            rating=rating if kind == Topic.Kind.REVIEW else None,
            author=author,
            state=Topic.State.HELD,
            idea_status=Topic.IdeaStatus.NEW if kind == Topic.Kind.IDEA else "",
            opened_at=now,
            last_activity_at=now,
        )
    )
    Watch.objects.create(member=author, topic=topic, at=now)
    make_post(topic=topic, kind=Post.Kind.OPENING, source=source, member=author, client_key=client_key, now=now)
    topic.refresh_from_db()
    return topic


def _insert(topic: Topic) -> Topic:
    """Save a topic under a slug that is free in its space; the constraint decides between two at once."""
    base = slugify(topic.title)[:80].strip("-") or str(topic.key)[:8]
    for number in range(1, 50):
        topic.slug = base if number == 1 else f"{base}-{number}"
        if Topic.objects.filter(space=topic.space, slug=topic.slug).exists():
            continue
        try:
            with transaction.atomic():
                topic.save(force_insert=True)
        except IntegrityError:
            continue
        return topic
    topic.slug = f"{base[:48]}-{topic.key}"
    topic.save(force_insert=True)
    return topic


@transaction.atomic
def answer(
    *,
    topic: Topic,
    source: str,
    now: datetime,
    member: Member | None = None,
    staff: User | None = None,
    parent: Post | None = None,
    client_key: UUID | None = None,
    transmission_key: UUID | None = None,
) -> Post:
    """Answer in a topic, as a member or for the house; with ``parent``, a remark of the house beneath a post.

    The same ``client_key`` or ``transmission_key`` again returns the first post. Raises Silenced, TopicClosed.
    """
    author = lock_author(member, now) if member else None
    if author is not None and (earlier := submitted_before(author, client_key)) is not None:
        return earlier
    current = Topic.objects.select_related("author", "space").lock(topic.pk)
    if transmission_key and (sent := Post.objects.filter(transmission_key=transmission_key).first()) is not None:
        return sent
    if current.state not in (Topic.State.OPEN, Topic.State.ANSWERED) and staff is None:
        raise TopicClosed
    return make_post(
        topic=current,
        kind=Post.Kind.REMARK if parent else Post.Kind.ANSWER,
        source=source,
        member=author,
        staff=staff,
        parent=parent,
        client_key=client_key,
        transmission_key=transmission_key,
        now=now,
    )


@transaction.atomic
def lock_post(*, post: Post, now: datetime, member: Member | None = None) -> Post:
    """Return a post as it stands, locked after its author and its topic. Raises Silenced."""
    if member is not None:
        lock_author(member, now)
    Topic.objects.lock(post.topic_id)
    return Post.objects.select_related("member", "staff", "topic").lock(post.pk)


@transaction.atomic
def edit(*, post: Post, source: str, now: datetime, member: Member | None = None, staff: User | None = None) -> Post:
    """Change what a post says; what it said is kept. A member's new text is scored anew, and may be held.

    Raises NotYours, Silenced, TopicClosed.
    """
    author = lock_author(member, now) if member else None
    topic = Topic.objects.select_related("author").lock(post.topic_id)
    current = Post.objects.select_related("member", "staff", "topic").lock(post.pk)
    if (author is None or current.member_id != author.pk) and (staff is None or current.staff_id != staff.pk):
        raise NotYours
    if current.state not in (Post.State.PUBLISHED, Post.State.HELD):
        raise TopicClosed
    if source != current.source:
        _change_text(current, topic, source, now, member=author, staff=staff)
    return current


def _change_text(
    post: Post, topic: Topic, source: str, now: datetime, *, member: Member | None = None, staff: User | None = None
) -> None:
    """Give a locked post another text, and score it anew: what is held stays held, what objects is held again."""
    review = Review.objects.filter(post=post, decided_at=None).first()
    is_in_review = post.state == Post.State.HELD and (review is None or review.kind == Review.Kind.HELD)
    before = _text_when_last_read(post, topic) if post.is_published else None
    edit = scoring.Edit(before=before, was_approved=_was_approved(post), is_in_review=is_in_review)
    title = topic.title if post.kind == Post.Kind.OPENING else ""
    scored = score_of(member, markdown.render(source), now, title=title, but=post.pk, edit=edit)
    replace(post, source, now, member=member, staff=staff)
    post.score, post.reasons, post.scored_at = scored.points, scored.reasons, now
    if scored.is_held and post.is_published:
        post.state = Post.State.HELD
        disappear(post, topic, Post.State.HELD)
        publish(PostHeld(post_id=post.pk, topic_id=topic.pk, score=scored.points, at=now), now=now)
    post.save()
    if post.state == Post.State.HELD or review is not None:
        open_review(post=post, kind=Review.Kind.HELD, now=now)


def _was_approved(post: Post) -> bool:
    """A moderator has read it, and let it stand."""
    return Review.objects.filter(post=post, decision__in=Review.LET_STAND, decided_by__isnull=False).exists()


def _text_when_last_read(post: Post, topic: Topic) -> str:
    """What it said when a moderator last decided, else when it was posted: many small changes are a large one."""
    changed = PostVersion.objects.filter(post=post).order_by("number")
    if (decided := last_decision_at(post)) is not None:
        changed = changed.filter(replaced_at__gt=decided)
    first = changed.values_list("source", flat=True).first()
    text = markdown.render(first).text if first is not None else post.text
    return f"{topic.title}\n{text}" if post.kind == Post.Kind.OPENING else text


def replace(post: Post, source: str, now: datetime, *, member: Member | None = None, staff: User | None = None) -> None:
    """Put a new text into a locked post that is saved afterwards, and keep the old one as a version."""
    PostVersion.objects.create(
        post=post,
        number=post.edit_count + 1,
        source=post.source,
        html=post.html,
        by_member=member,
        by_staff=staff,
        replaced_at=now,
    )
    rendered = markdown.render(source)
    post.source, post.html, post.text = source, rendered.html, rendered.text
    post.edit_count, post.edited_at = post.edit_count + 1, now


@transaction.atomic
def remove_own_links(*, post: Post, member: Member, now: datetime) -> Post:
    """Take the links out of one's own held post. It is scored anew and stays in review: a person reads it first.

    Safe to repeat. Raises NotYours, Silenced.
    """
    author = lock_author(member, now)
    topic = Topic.objects.select_related("author", "space").lock(post.topic_id)
    current = Post.objects.select_related("member", "staff", "topic").lock(post.pk)
    if current.member_id != author.pk:
        raise NotYours
    source = markdown.without_links(current.source, replacement=_("(link)"))
    if current.state == Post.State.HELD and source != current.source:
        _change_text(current, topic, source, now, member=author)
    return current


@transaction.atomic
def withdraw(*, post: Post, member: Member, now: datetime) -> Post:
    """Take one's own post out of sight. Safe to repeat. Raises NotYours, OthersAnswered.

    What others wrote stays: a topic in which they did keeps its title and their answers, and only the opening text
    goes. While a moderator has not decided about such an opening text, it waits for them.
    """
    topic = Topic.objects.select_related("author", "space").lock(post.topic_id)
    current = Post.objects.select_related("member", "staff").lock(post.pk)
    if current.member_id != member.pk:
        raise NotYours
    if current.state not in (Post.State.PUBLISHED, Post.State.HELD):
        return current
    stays = current.kind == Post.Kind.OPENING and written_by_others(topic).exists()
    if stays and current.state == Post.State.HELD:
        raise OthersAnswered
    review = Review.objects.select_for_update().filter(post=current, decided_at=None).first()
    if current.is_published and not stays:
        disappear(current, topic, Post.State.WITHDRAWN)
    elif current.kind == Post.Kind.OPENING and not stays:
        Topic.objects.filter(pk=topic.pk).update(state=Topic.State.HIDDEN)
    current.state = Post.State.WITHDRAWN
    current.save(update_fields=["state"])
    _settle(review, Review.Decision.WITHDRAWN, now)
    return current


def written_by_others(topic: Topic) -> PostQuerySet:
    """Return what others than its author wrote in a topic, and what is in sight or waits for review."""
    seen = Post.objects.filter(topic=topic, state__in=[Post.State.PUBLISHED, Post.State.HELD])
    return seen.exclude(member=topic.author_id)


@transaction.atomic
def ask_to_remove_topic(*, topic: Topic, member: Member, now: datetime) -> Review:
    """Ask a moderator to remove a whole topic of one's own, also what others wrote in it. Safe to repeat.

    Raises NotYours.
    """
    current = Topic.objects.select_related("author", "space").lock(topic.pk)
    if current.author_id != member.pk:
        raise NotYours
    opening = Post.objects.select_related("topic", "member", "staff").get(topic=current, kind=Post.Kind.OPENING)
    opening = Post.objects.select_related("topic", "member", "staff").lock(opening.pk)
    asked = ("author_asks", scoring.HOLD_AT)
    return open_review(post=opening, kind=Review.Kind.PICKED, now=now, because=asked)


def _settle(review: Review | None, decision: str, now: datetime) -> None:
    """The author settled what waited; nobody has to decide it any more."""
    if review is not None:
        review.decision, review.decided_at, review.version = decision, now, review.version + 1
        review.save(update_fields=["decision", "decided_at", "version"])
        poke(f"commons:{review.space_id}")


@transaction.atomic
def set_closed(*, topic: Topic, closed: bool, actor: User, now: datetime) -> Topic:
    """Close a topic to new answers, or open it again. Safe to repeat."""
    current = Topic.objects.lock(topic.pk)
    if bool(current.closed_at) == closed:
        return current
    current.closed_at = now if closed else None
    if current.is_shown:
        current.state = current.settled_state
    current.save(update_fields=["closed_at", "state"])
    action = "community.topic_closed" if closed else "community.topic_reopened"
    record(actor=actor, action=action, subject=current, now=now)
    return current
