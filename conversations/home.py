"""What agents and merchants find on their home page: who waits for them, who asked them, what has not left yet."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collaboration.models import Mention
from conversations.actions.read import SUBJECT
from conversations.models import Conversation, Draft, Queue
from conversations.previews import read_preview
from conversations.selectors import attention
from engagement.ui.home import Item, Section
from engagement.village.models import User

_SHOWN = 6


def sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield the sections of somebody who answers customers. Four queries and those of *needs attention*."""
    yield _due(user, now)
    yield _mentions(user)
    yield _not_left_yet(user)


def _mine(user: User) -> QuerySet[Conversation]:
    return Conversation.objects.visible_to(user).filter(assignee=user, status__in=["open", "pending"])


def _due(user: User, now: datetime) -> Section:
    waiting = (
        _mine(user)
        .filter(waiting_since__isnull=False)
        .select_related("channel", "profile", "endpoint")
        .order_by(F("next_due_at").asc(nulls_last=True), "key")
    )
    found = list(waiting[:_SHOWN])
    counted = waiting.order_by().aggregate(all=Count("pk"), late=Count("pk", filter=Q(next_due_at__lte=now)))
    number, late = counted["all"], counted["late"]
    note = ngettext("%(count)d waits", "%(count)d wait", number) % {"count": number}
    if late:
        note += ", " + ngettext("%(count)d late", "%(count)d late", late) % {"count": late}
    return Section(
        title=_("Due first"),
        note=note if found else "",
        empty=_("Nobody waits for you. Take the next one from “unassigned”."),
        url=reverse("conversations:list", args=["mine"]),
        order=10,
        items=[
            Item(
                what=conversation.profile.name or conversation.endpoint.address,
                why=conversation.title or read_preview(conversation.preview),
                url=reverse("conversations:thread", args=["mine", conversation.pk]),
                channel=conversation.channel.kind,
                due_at=conversation.next_due_at,
                at=conversation.waiting_since,
            )
            for conversation in found
        ],
    )


def _mentions(user: User) -> Section:
    unseen = Mention.objects.filter(person=user, seen_at=None, subject_type=SUBJECT).select_related("author")
    found = list(unseen.order_by("-key")[:_SHOWN])
    number = unseen.count() if len(found) == _SHOWN else len(found)
    return Section(
        title=_("Colleagues wait for you"),
        note=str(number) if number else "",
        empty=_("No colleague has asked you anything."),
        order=20,
        items=[
            Item(
                what=_("%(name)s mentioned you in a note") % {"name": mention.author.name},
                why=f"“{mention.excerpt}”",
                url=reverse("conversations:thread", args=["mentions", mention.subject_id]),
                icon="at-sign",
                at=mention.created_at,
            )
            for mention in found
        ],
    )


def _not_left_yet(user: User) -> Section:
    drafts = (
        Draft.objects.filter(author=user, kind=Draft.Kind.REPLY, conversation__in=Conversation.objects.visible_to(user))
        .exclude(text="")
        .select_related("conversation__profile", "conversation__endpoint")
        .order_by("-updated_at", "key")
    )
    items = [
        Item(
            what=_("Draft to %(name)s")
            % {"name": draft.conversation.profile.name or draft.conversation.endpoint.address},
            why=f"“{draft.text[:120]}”",
            url=reverse("conversations:thread", args=["all", draft.conversation_id]),
            icon="pencil",
            at=draft.updated_at,
        )
        for draft in drafts[:_SHOWN]
    ]
    queues = list(Queue.objects.worked_by(user).values_list("pk", flat=True))
    failed = attention.count(user=user, queues=queues)
    if failed:
        what = ngettext("%(count)d message needs attention", "%(count)d messages need attention", failed)
        why = _("It did not arrive, or could not be read.")
        items.insert(
            0,
            Item(
                what=what % {"count": failed},
                why=why,
                url=reverse("conversations:attention"),
                icon="circle-x",
                failed=True,
            ),
        )
    return Section(
        title=_("Have not left yet"), empty=_("No draft is waiting, and nothing failed."), order=30, items=items
    )
