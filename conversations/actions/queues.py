"""Queues: make one, change one, let people and roles work on one. Each act is in the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from conversations.actions.assign import assign, may_work
from conversations.models import Conversation, Queue
from engagement.channels.models import Channel
from engagement.keys import new_key
from engagement.realtime.topics import poke
from engagement.village.actions.grant import grant, revoke
from engagement.village.audit import Origin, record
from engagement.village.models import Department, Role, User

WORK = "conversations.work_queue"
LONGEST_SLUG = 60


class QueueRefused(ValueError):
    """A queue cannot be like this; the message is a sentence for who changes it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a queue is called, whose it is, what leads there, and what is promised (``answer_within`` minutes)."""

    name: str
    name_pt: str = ""
    department: Department | None = None
    answer_within: int | None = None
    is_default: bool = False
    channels: Sequence[Channel] = field(default=())


@transaction.atomic
def make_queue(*, terms: Terms, actor: User, origin: Origin, now: datetime) -> Queue:
    """Make a queue, the last in order. Nobody works on it until somebody is let in."""
    last = Queue.objects.order_by("-position").values_list("position", flat=True).first()
    queue = Queue(position=0 if last is None else min(last + 1, 32_767), **_columns(terms))
    _take_default_over(queue)
    _save_with_slug(queue)
    queue.channels.set(terms.channels)
    record(actor=actor, action="queue.made", subject=queue, now=now, origin=origin)
    return queue


@transaction.atomic
def change_queue(*, queue: Queue, terms: Terms, actor: User, origin: Origin, now: datetime) -> Queue:
    """Change a queue; its address stays, so that links to it do. Safe to repeat. Raises QueueRefused."""
    current = Queue.objects.select_for_update().get(pk=queue.pk)
    if current.is_default and not terms.is_default:
        raise QueueRefused(_("Something must take what no other queue takes: make another queue do that instead."))
    before = {**{name: getattr(current, name) for name in _columns(terms)}, "channels": set(current.channels.all())}
    for name, value in _columns(terms).items():
        setattr(current, name, value)
    _take_default_over(current)
    current.save()
    current.channels.set(terms.channels)
    after = {**_columns(terms), "channels": set(terms.channels)}
    changed = sorted(name for name, value in after.items() if before[name] != value)
    if changed:
        record(
            actor=actor, action="queue.changed", subject=current, now=now, detail={"changed": changed}, origin=origin
        )
        poke(f"queue:{current.pk}")
    return current


@transaction.atomic
def let_in(*, queue: Queue, who: User | Role, actor: User, origin: Origin, now: datetime) -> bool:
    """Let a person, or everybody of a role, work on a queue; return False when they were let in before."""
    is_new = grant(person_or_role=who, permission=WORK, thing=queue, actor=actor, now=now, origin=origin)
    if is_new:
        _tell(who)
    return is_new


@transaction.atomic
def let_out(*, queue: Queue, who: User | Role, actor: User, origin: Origin, now: datetime) -> bool:
    """Take that back; return False when there was nothing to take. What waits with somebody who may not work on the
    queue any more waits for anybody in it again.
    """
    was_there = revoke(person_or_role=who, permission=WORK, thing=queue, actor=actor, now=now, origin=origin)
    if was_there:
        _free(queue, actor, now)
        _tell(who)
    return was_there


def _free(queue: Queue, actor: User, now: datetime) -> None:
    theirs = Conversation.objects.filter(queue=queue, assignee__isnull=False)
    theirs = theirs.exclude(status=Conversation.Status.RESOLVED)
    people = User.objects.filter(pk__in=theirs.order_by().values("assignee"))
    gone = [person.pk for person in people.order_by("key") if not may_work(person, queue.pk)]
    for conversation in theirs.filter(assignee__in=gone).order_by("key"):
        assign(conversation=conversation, assignee=None, actor=actor, now=now)


def _tell(who: User | Role) -> None:
    people = [who.pk] if isinstance(who, User) else list(who.group.user_set.values_list("pk", flat=True))
    poke(*(f"user:{key}" for key in people))


def _columns(terms: Terms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "name_pt": terms.name_pt,
        "department": terms.department,
        "answer_within": terms.answer_within,
        "is_default": terms.is_default,
    }


def _take_default_over(queue: Queue) -> None:
    if queue.is_default:
        Queue.objects.filter(is_default=True).exclude(pk=queue.pk).update(is_default=False)


def _save_with_slug(queue: Queue) -> None:
    """Save under an address made of the name; under another one where it is taken."""
    plain = slugify(queue.name)[: LONGEST_SLUG - 9] or "queue"
    for slug in (plain, f"{plain}-{new_key().hex[-8:]}"):
        queue.slug = slug
        try:
            with transaction.atomic():
                queue.save(force_insert=True)
        except IntegrityError:
            continue
        return
    raise QueueRefused(_("There is a queue of this name. Choose another one."))
