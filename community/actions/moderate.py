"""Decide what waits for review. Topic, post and review are locked in this order; one of two moderators wins.

Every decision names the version of the text that was read (``Post.content_version``): a text that was changed meanwhile
is not decided about.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from community import markdown, scoring
from community.actions.membership import silence
from community.actions.refusals import (
    AlreadyDecided,
    MissingReason,
    NotAMembersPost,
    NotAppealable,
    NotYours,
    OwnContent,
    OwnPost,
    OwnRemoval,
    TextChanged,
)
from community.actions.reviewing import open_review, writer_of
from community.actions.topics import replace
from community.actions.writing import appear, disappear
from community.models import Appeal, Flag, Member, Post, Removal, Review, Topic
from community.models.moderation import Reason
from community.people import are_one_person
from community.selectors.reports import counted_reports
from engagement.events.catalogue import AppealDecided, AppealMade, PostApproved, PostFlagged, PostHeld, PostHidden
from engagement.events.outbox import publish
from engagement.realtime.topics import poke
from engagement.village.audit import record
from engagement.village.models import User

Decision = Review.Decision
_APPEAL_SCORE = 60


@dataclass(slots=True)
class _Case:
    topic: Topic
    post: Post
    review: Review


def _lock(review_id: UUID, actor: User, seen: str) -> _Case:
    """Lock what a decision touches. Raises AlreadyDecided, OwnContent, TextChanged."""
    found = Review.objects.select_related("post").get(pk=review_id)
    topic = Topic.objects.select_related("author", "space").lock(found.post.topic_id)
    post = Post.objects.select_related("member", "staff").lock(found.post_id)
    review = Review.objects.select_related("decided_by").lock(review_id)
    if review.decided_at is not None:
        raise AlreadyDecided(review.decided_by.name if review.decided_by else "", review.get_decision_display())
    if review.written_by_id == actor.pk or writer_of(post) == actor:
        raise OwnContent
    post.topic = topic
    if post.content_version != seen:
        raise TextChanged
    return _Case(topic, post, review)


def _decide(case: _Case, decision: str, actor: User, now: datetime) -> Review:
    review = case.review
    review.decision, review.decided_by, review.decided_at = decision, actor, now
    review.version += 1
    review.save(update_fields=["decision", "decided_by", "decided_at", "version"])
    poke(f"commons:{review.space_id}")
    return review


@transaction.atomic
def approve(*, review_id: UUID, seen: str, actor: User, now: datetime) -> Review:
    """Let a post stand; one that was held comes into sight.

    Raises AlreadyDecided, OwnContent, TextChanged, NotAppealable.
    """
    case = _lock(review_id, actor, seen)
    if case.review.kind == Review.Kind.APPEAL:
        raise NotAppealable
    return _approve(case, Decision.APPROVED, actor, now)


@transaction.atomic
def remove_links(*, review_id: UUID, seen: str, actor: User, now: datetime) -> Review:
    """Take the links out of a post and let the rest stand; what it said is kept. Raises as ``approve`` does."""
    case = _lock(review_id, actor, seen)
    if case.review.kind == Review.Kind.APPEAL:
        raise NotAppealable
    source = markdown.without_links(case.post.source, replacement=_("(link)"))
    replace(case.post, source, now, staff=actor)
    case.post.save()
    return _approve(case, Decision.LINKS_REMOVED, actor, now)


def _approve(case: _Case, decision: str, actor: User, now: datetime) -> Review:
    was_held = case.post.state == Post.State.HELD
    if was_held:
        case.post.state = Post.State.PUBLISHED
        case.post.save(update_fields=["state"])
        appear(case.post, case.topic, now)
    _decide(case, decision, actor, now)
    action = "community.links_removed" if decision == Decision.LINKS_REMOVED else "community.post_approved"
    record(actor=actor, action=action, subject=case.post, now=now, detail={"review": str(case.review.pk)})
    publish(
        PostApproved(post_id=case.post.pk, topic_id=case.topic.pk, actor_id=actor.pk, was_held=was_held, at=now),
        now=now,
    )
    return case.review


@transaction.atomic
def hide(*, review_id: UUID, seen: str, actor: User, reason: str, text: str, now: datetime) -> Removal:
    """Take a post out of sight, with a reason that its author reads. Nothing is deleted.

    Raises AlreadyDecided, OwnContent, TextChanged, MissingReason, NotAppealable.
    """
    text = text.strip()[:500]
    if not text or reason not in Reason.values:
        raise MissingReason
    case = _lock(review_id, actor, seen)
    if case.review.kind == Review.Kind.APPEAL:
        raise NotAppealable
    if case.post.is_published:
        disappear(case.post, case.topic, Post.State.HIDDEN)
    elif case.post.kind == Post.Kind.OPENING:
        Topic.objects.filter(pk=case.topic.pk).update(state=Topic.State.HIDDEN)
    case.post.state = Post.State.HIDDEN
    case.post.save(update_fields=["state"])
    removal = Removal.objects.create(post=case.post, reason=reason, text=text, actor=actor, at=now)
    _decide(case, Decision.HIDDEN, actor, now)
    detail = {"reason": reason, "text": text, "review": str(case.review.pk)}
    record(actor=actor, action="community.post_hidden", subject=case.post, now=now, detail=detail)
    publish(
        PostHidden(
            post_id=case.post.pk,
            topic_id=case.topic.pk,
            removal_id=removal.pk,
            reason=reason,
            actor_id=actor.pk,
            at=now,
        ),
        now=now,
    )
    return removal


@transaction.atomic
def pick(*, post: Post, actor: User, now: datetime) -> Review:
    """Put any published post into the queue, so that it can be decided. Safe to repeat."""
    current = Post.objects.select_related("topic", "member", "staff").lock(post.pk)
    picked = ("picked", scoring.HOLD_AT)
    return open_review(post=current, kind=Review.Kind.PICKED, now=now, because=picked)


@transaction.atomic
def mute_author(*, review_id: UUID, seen: str, actor: User, until: datetime, reason: str, now: datetime) -> Member:
    """Let the author of a post under review write nothing until a time, for what the moderator has read.

    Raises TextChanged, MissingReason, NotAMembersPost.
    """
    found = Review.objects.select_related("post").get(pk=review_id)
    topic = Topic.objects.lock(found.post.topic_id)
    post = Post.objects.select_related("member").lock(found.post_id)
    post.topic = topic
    if post.content_version != seen:
        raise TextChanged
    if post.member is None:
        raise NotAMembersPost
    return silence(member=post.member, until=until, reason=reason, actor=actor, now=now)


@transaction.atomic
def flag(*, post: Post, member: Member, reason: str, text: str, now: datetime) -> Flag:
    """Report a post, once per member. Weighty reports take it out of sight until a person has read it.

    Several accounts of one person count once, new accounts weigh nothing, and what a colleague or a member of high
    trust wrote stays in sight until a moderator decides. A second report of the same member changes nothing.
    Raises OwnPost.
    """
    if post.member is not None and are_one_person(post.member, member):
        raise OwnPost
    topic = Topic.objects.select_related("author", "space").lock(post.topic_id)
    current = Post.objects.select_related("topic", "member", "staff").lock(post.pk)
    weight = scoring.report_weight(level=member.level, joined_at=member.joined_at, now=now)
    row = Flag(post=current, member=member, reason=reason, text=text.strip()[:500], weight=weight, at=now)
    Flag.objects.bulk_create([row], ignore_conflicts=True)
    kept = Flag.objects.get(post=current, member=member)
    if kept.pk != row.pk or not current.is_published:
        return kept
    review = open_review(post=current, kind=Review.Kind.FLAGGED, now=now)
    publish(PostFlagged(post_id=current.pk, topic_id=topic.pk, reason=reason, at=now), now=now)
    if can_be_hidden_by_reports(current) and sum(counted_reports(current).values()) >= scoring.HOLD_AT_FLAGS:
        disappear(current, topic, Post.State.HELD)
        current.state = Post.State.HELD
        current.save(update_fields=["state"])
        publish(PostHeld(post_id=current.pk, topic_id=topic.pk, score=review.score, at=now), now=now)
    return kept


def can_be_hidden_by_reports(post: Post) -> bool:
    """Reports alone may take it out of sight: neither a colleague nor a member of high trust wrote it."""
    return post.member is not None and post.member.level < scoring.NEVER_HIDDEN_FROM_LEVEL


@transaction.atomic
def appeal(*, removal: Removal, member: Member, text: str, now: datetime) -> Appeal:
    """Ask that another moderator looks at a removal, once. Raises NotYours, NotAppealable, MissingReason."""
    if not text.strip():
        raise MissingReason
    post = Post.objects.select_related("topic", "member", "staff").lock(removal.post_id)
    current = Removal.objects.select_for_update().get(pk=removal.pk)
    if post.member_id != member.pk:
        raise NotYours
    if current.undone_at is not None or Appeal.objects.filter(removal=current).exists():
        raise NotAppealable
    made = Appeal.objects.create(removal=current, removed_by_id=current.actor_id, text=text.strip()[:2000], at=now)
    open_review(post=post, kind=Review.Kind.APPEAL, now=now, because=("appeal", _APPEAL_SCORE))
    publish(AppealMade(appeal_id=made.pk, post_id=post.pk, topic_id=post.topic_id, at=now), now=now)
    return made


@transaction.atomic
def decide_appeal(*, review_id: UUID, seen: str, actor: User, upheld: bool, text: str, now: datetime) -> Appeal:
    """Decide an appeal, with an answer that its author reads: the removal stands, or the post comes back.

    Raises AlreadyDecided, OwnContent, TextChanged, OwnRemoval, MissingReason, NotAppealable.
    """
    if not text.strip():
        raise MissingReason
    case = _lock(review_id, actor, seen)
    made = Appeal.objects.select_for_update().filter(removal__post=case.post, decided_at=None).first()
    if case.review.kind != Review.Kind.APPEAL or made is None:
        raise NotAppealable
    if made.removed_by_id == actor.pk:
        raise OwnRemoval
    made.decided_at, made.decided_by, made.upheld, made.answer = now, actor, upheld, text.strip()[:500]
    made.save()
    if not upheld:
        Removal.objects.filter(pk=made.removal_id).update(undone_at=now)
        case.post.state = Post.State.PUBLISHED
        case.post.save(update_fields=["state"])
        appear(case.post, case.topic, now)
    _decide(case, Decision.UPHELD if upheld else Decision.OVERTURNED, actor, now)
    action = "community.appeal_upheld" if upheld else "community.appeal_overturned"
    record(actor=actor, action=action, subject=case.post, now=now, detail={"answer": made.answer})
    publish(
        AppealDecided(
            appeal_id=made.pk,
            post_id=case.post.pk,
            topic_id=case.topic.pk,
            upheld=upheld,
            actor_id=actor.pk,
            at=now,
        ),
        now=now,
    )
    return made
