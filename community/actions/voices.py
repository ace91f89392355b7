"""Votes, watching, accepting an answer, the status of an idea."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from community.actions.refusals import NotAnAnswer, NotAnIdea, NotYours, OwnPost
from community.models import IdeaChange, Member, Post, Topic, Vote, Watch
from community.people import lock_memberships
from engagement.events.catalogue import AnswerAccepted, IdeaChanged
from engagement.events.outbox import publish
from engagement.village.audit import record
from engagement.village.models import User


@transaction.atomic
def vote_topic(*, topic: Topic, member: Member, wanted: bool, now: datetime) -> int:
    """Give a voice to a topic ("I have this too", an idea), or take it back; return how many it has.

    A person has one voice, however many memberships they have. Safe to repeat and to race: the person is locked, and
    only what changes is counted. Raises OwnPost, also for what they wrote as another member.
    """
    mine = lock_memberships(member)
    if topic.author_id in mine:
        raise OwnPost
    given = Vote.objects.filter(topic=topic, member__in=mine)
    if wanted:
        delta = 0 if given.exists() else _add(Vote(member=member, topic=topic, at=now))
        Watch.objects.bulk_create([Watch(member=member, topic=topic, at=now)], ignore_conflicts=True)
    else:
        delta = -1 if given.delete()[0] else 0
    if delta:
        Topic.objects.filter(pk=topic.pk).update(vote_count=F("vote_count") + delta)
    return int(Topic.objects.values_list("vote_count", flat=True).get(pk=topic.pk))


@transaction.atomic
def vote_post(*, post: Post, member: Member, wanted: bool, now: datetime) -> int:
    """Say that a post helped, or take it back; return how many it helped. Otherwise like ``vote_topic``."""
    mine = lock_memberships(member)
    if post.member_id in mine:
        raise OwnPost
    given = Vote.objects.filter(post=post, member__in=mine)
    if wanted:
        delta = 0 if given.exists() else _add(Vote(member=member, post=post, at=now))
    else:
        delta = -1 if given.delete()[0] else 0
    if delta:
        Post.objects.filter(pk=post.pk).update(vote_count=F("vote_count") + delta)
    return int(Post.objects.values_list("vote_count", flat=True).get(pk=post.pk))


def _add(vote: Vote) -> int:
    """Insert a voice unless it is there; return how many came to be."""
    Vote.objects.bulk_create([vote], ignore_conflicts=True)
    return int(Vote.objects.filter(pk=vote.pk).exists())


@transaction.atomic
def watch(*, topic: Topic, member: Member, wanted: bool, now: datetime) -> bool:
    """Tell the member of new answers, or no longer. Safe to repeat."""
    if wanted:
        Watch.objects.bulk_create([Watch(member=member, topic=topic, at=now)], ignore_conflicts=True)
    else:
        Watch.objects.filter(member=member, topic=topic).delete()
    return wanted


@transaction.atomic
def accept(
    *, post: Post, wanted: bool, now: datetime, member: Member | None = None, moderator: User | None = None
) -> Topic:
    """Mark an answer as the one that solved the question, or take that back: its asker does, or a moderator.

    Another answer takes the place of the first. Safe to repeat. Raises NotYours, NotAnAnswer.
    """
    topic = Topic.objects.lock(post.topic_id)
    current = Post.objects.lock(post.pk)
    if moderator is None and (member is None or topic.author_id != member.pk):
        raise NotYours
    if topic.kind != Topic.Kind.QUESTION or current.kind != Post.Kind.ANSWER or not current.is_published:
        raise NotAnAnswer
    if (topic.accepted_id == current.pk) == wanted:
        return topic
    topic.accepted = current if wanted else None
    topic.accepted_at = now if wanted else None
    topic.accepted_by_asker = wanted and moderator is None
    if topic.is_shown:
        topic.state = topic.settled_state
    topic.save(update_fields=["accepted", "accepted_at", "accepted_by_asker", "state"])
    if moderator is not None:
        action = "community.answer_accepted" if wanted else "community.answer_not_accepted"
        record(actor=moderator, action=action, subject=current, now=now)
    if wanted:
        event = AnswerAccepted(topic_id=topic.pk, post_id=current.pk, by_asker=moderator is None, at=now)
        publish(event, now=now)
    return topic


@transaction.atomic
def change_idea(*, topic: Topic, status: str, note: str, actor: User, now: datetime) -> IdeaChange | None:
    """Give an idea another status, with a note for those who wanted it; None when it has this one. Raises NotAnIdea."""
    current = Topic.objects.lock(topic.pk)
    if current.kind != Topic.Kind.IDEA or status not in Topic.IdeaStatus.values:
        raise NotAnIdea
    note = note.strip()[:500]
    if (current.idea_status, current.idea_note) == (status, note):
        return None
    before, current.idea_status, current.idea_note = current.idea_status, status, note
    current.save(update_fields=["idea_status", "idea_note"])
    change = IdeaChange.objects.create(topic=current, before=before, after=status, note=note, actor=actor, at=now)
    record(actor=actor, action="community.idea_changed", subject=current, now=now, detail={"to": status, "was": before})
    event = IdeaChanged(
        change_id=change.pk, topic_id=current.pk, before=before, after=status, actor_id=actor.pk, at=now
    )
    publish(event, now=now)
    return change
