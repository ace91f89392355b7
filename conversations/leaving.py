"""What of the inbox is with a person: open and snoozed conversations, drafts. Registered with ``responsibilities``."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.actions.assign import assign, may_work
from conversations.models import Conversation, Draft, Queue
from conversations.selectors.list_keys import OPEN_STATUSES
from engagement.village import responsibilities
from engagement.village.models import Department, User
from engagement.village.responsibilities import Held, Responsibility

Status = Conversation.Status
VIEW = "conversations.view_conversation"


def _open(person: User) -> QuerySet[Conversation]:
    theirs = Conversation.objects.filter(assignee=person, status__in=OPEN_STATUSES)
    return theirs.select_related("profile", "endpoint").order_by("-last_activity_at", "-key")


def _snoozed(person: User) -> QuerySet[Conversation]:
    theirs = Conversation.objects.filter(assignee=person, status=Status.SNOOZED)
    return theirs.select_related("profile", "endpoint").order_by("snoozed_until", "key")


def _drafts(person: User) -> QuerySet[Draft]:
    theirs = Draft.objects.filter(author=person).exclude(text="").exclude(conversation__status=Status.RESOLVED)
    return theirs.select_related("conversation__profile", "conversation__endpoint").order_by("-updated_at", "key")


def _describe(conversation: Conversation) -> Held:
    name = conversation.profile.name or conversation.endpoint.address
    title = f"{name}: {conversation.title}" if conversation.title else name
    return Held(title, reverse("conversations:conversation", args=[conversation.pk]))


def _describe_draft(draft: Draft) -> Held:
    about = _describe(draft.conversation)
    return Held(_("Draft to %(name)s") % {"name": about.title}, about.url)


def _give_open(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return give_conversations(_open(person), to=to, actor=actor, now=now)


def _give_snoozed(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return give_conversations(_snoozed(person), to=to, actor=actor, now=now)


def give_conversations(rows: QuerySet[Conversation], *, to: User | None, actor: User, now: datetime) -> int:
    """Give conversations to a colleague; those of queues in which the colleague does not work become unassigned."""
    works: dict[UUID, bool] = {}
    given = 0
    for conversation in list(rows):
        queue = conversation.queue_id
        if to is not None and queue not in works:
            works[queue] = may_work(to, queue)
        assign(conversation=conversation, assignee=to if works.get(queue) else None, actor=actor, now=now)
        given += 1
    return given


def _give_drafts(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    """Draft by draft: what the colleague writes there already stands before it. Where they do not work it stays."""
    given = 0
    if to is None:
        return given
    worked = Queue.objects.worked_by(to)
    for draft in _drafts(person).filter(conversation__queue__in=worked).select_for_update(of=("self",)):
        own = (
            Draft.objects.select_for_update()
            .filter(conversation=draft.conversation_id, author=to, kind=draft.kind)
            .first()
        )
        if own is None:
            draft.author, draft.version, draft.updated_at = to, draft.version + 1, now
            draft.save(update_fields=["author", "version", "updated_at"])
        else:
            own.text = f"{own.text}\n\n{draft.text}".strip()
            own.attachments = list(dict.fromkeys([*own.attachments, *draft.attachments]))
            own.version, own.updated_at = own.version + 1, now
            own.save(update_fields=["text", "attachments", "version", "updated_at"])
            draft.delete()
        given += 1
    return given


def _release_waiting(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    """Where a customer waits now, nobody would notice: those become unassigned at once."""
    return give_conversations(_open(person).filter(waiting_since__isnull=False), to=None, actor=actor, now=now)


def _release_lost(*, person: User, left: Sequence[Department], actor: User, now: datetime) -> int:
    """What they cannot open any more, and what they held for a department that they left."""
    theirs = Conversation.objects.filter(assignee=person).exclude(status=Status.RESOLVED)
    lost = ~Q(queue__in=Queue.objects.worked_by(person))
    if left:
        lost |= Q(queue__department__in=[department.pk for department in left])
    rows = theirs.filter(lost).order_by("key")
    return give_conversations(rows, to=None, actor=actor, now=now)


def register() -> None:
    """Called once, when the app is ready."""
    responsibilities.register(
        Responsibility(
            name="conversations.open",
            label=gettext_lazy("Open conversations"),
            rows=_open,
            describe=_describe,
            hand_over=_give_open,
            unassigned=gettext_lazy("Unassigned"),
            permission=VIEW,
            view=VIEW,
            hint=gettext_lazy("In queues where the colleague does not work they become unassigned."),
            order=10,
            on_close=_release_waiting,
            on_change=_release_lost,
        ),
        Responsibility(
            name="conversations.snoozed",
            label=gettext_lazy("Snoozed conversations"),
            rows=_snoozed,
            describe=_describe,
            hand_over=_give_snoozed,
            unassigned=gettext_lazy("Unassigned"),
            permission=VIEW,
            view=VIEW,
            order=11,
        ),
        Responsibility(
            name="conversations.drafts",
            label=gettext_lazy("Drafts of replies and notes"),
            rows=_drafts,
            describe=_describe_draft,
            hand_over=_give_drafts,
            permission="conversations.change_conversation",
            view=VIEW,
            hint=gettext_lazy("Whoever opens the conversation sees them in any case."),
            order=12,
        ),
    )
