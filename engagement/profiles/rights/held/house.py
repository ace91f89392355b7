"""What the floors below keep of a person: the trail, events on their way, answers of the API."""

from typing import Any

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from engagement.api.models import KeptAnswer
from engagement.events.models import EventReceipt, OutboxEvent
from engagement.profiles.models import ImportChange, ImportRow
from engagement.profiles.rights import appended, holdings
from engagement.profiles.rights.holdings import Holding, gone
from engagement.profiles.rights.subjects import Subject
from engagement.village.models import AuditEntry

_NOT_TOLD_OF = (AuditEntry, OutboxEvent, KeptAnswer, ImportRow, ImportChange)
FIRST = 26  # while every row is still there by which entries are found
_SAID = "channels.message_received"  # the one event that carries words
_HOLDS = "EXISTS (SELECT FROM unnest(%s::bytea[]) AS one (text) WHERE position(one.text IN {column}) > 0)"


def _entries(subject: Subject) -> QuerySet[AuditEntry]:
    rows = [
        (one.model._meta.label_lower, one.find(subject))
        for one in holdings.registered()
        if one.model not in _NOT_TOLD_OF
    ]
    return appended.entries_about(rows)


def _holding(column: str, texts: list[str]) -> RawSQL:
    """Whether the bytes in a column hold one of these texts."""
    held = [text.encode() for text in texts]
    return RawSQL(_HOLDS.format(column=column), [held], output_field=BooleanField())  # noqa: S611 - a name and values


def _events(subject: Subject) -> QuerySet[OutboxEvent]:
    """What they said, and what names an address of theirs."""
    keys = [str(key) for key in subject.family]
    texts = [text for one in subject.addresses for text in {one.given, one.norm}]
    said = Q(name=_SAID, pk__in=OutboxEvent.objects.filter(_holding("payload", keys)).values("pk"))
    return OutboxEvent.objects.filter(said | Q(_holding("payload", texts))).order_by("position")


def _answers(subject: Subject) -> QuerySet[KeptAnswer]:
    keys = [str(key) for key in subject.family]
    texts = [text for one in subject.addresses for text in {one.given, one.norm}]
    return KeptAnswer.objects.filter(_holding("body", [*keys, *texts])).order_by("pk")


def _entry(entry: AuditEntry) -> dict[str, Any]:
    return {"at": entry.at, "action": entry.action, "by": "us" if entry.actor_id else "you or the software"}


HOLDINGS = (
    Holding(
        name="village.audit",
        label=_("What was done with your data"),
        model=AuditEntry,
        find=_entries,
        row=_entry,
        erase=appended.erase_entries,
        order=FIRST,
    ),
    Holding(
        name="events.outbox",
        label=_("Events on their way"),
        model=OutboxEvent,
        find=_events,
        erase=gone,
        order=28,
        also=(EventReceipt,),
        why="Not in the export: kept for a week, and each says again what stands elsewhere.",
    ),
    Holding(
        name="api.kept_answers",
        label=_("Answers of the API"),
        model=KeptAnswer,
        find=_answers,
        erase=gone,
        why="Not in the export: kept for a day, and each says again what stands elsewhere.",
    ),
)
