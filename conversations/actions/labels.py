"""Labels: create and change them, set them on conversations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from conversations.actions.changing import changed
from conversations.actions.entries import add_event
from conversations.models import Conversation, ConversationLabel, Label
from engagement.village.audit import Origin, record
from engagement.village.models import User

MAX_LABELS = 200  # that are not archived
MAX_ON_CONVERSATION = 20


class LabelRefused(ValueError):
    """A label cannot be like this; the message is a sentence for who changes it."""


class LabelNameTaken(LabelRefused):
    """Another label has the name."""

    def __init__(self) -> None:
        super().__init__(_("There is a label with this name already. Choose another name."))


class TooManyLabels(LabelRefused):
    """The picker would not be usable any more."""

    def __init__(self, limit: int) -> None:
        super().__init__(_("There are %(limit)d labels already. Remove or archive one first.") % {"limit": limit})


class LabelArchived(LabelRefused):
    """An archived label is set no more."""

    def __init__(self, label: Label) -> None:
        super().__init__(_("The label %(label)s is archived. Choose another one.") % {"label": label})


@dataclass(frozen=True, slots=True)
class LabelValues:
    """What a label is."""

    name: str
    name_pt: str = ""
    color: str = ""
    is_archived: bool = False


@transaction.atomic
def create_label(*, values: LabelValues, actor: User, origin: Origin, now: datetime) -> Label:
    """Create a label. Raises LabelRefused."""
    if Label.objects.filter(archived_at=None).count() >= MAX_LABELS:
        raise TooManyLabels(MAX_LABELS)
    label = Label(created_at=now)
    _save(label, values, now)
    record(actor=actor, action="label.created", subject=label, now=now, origin=origin)
    return label


@transaction.atomic
def change_label(*, label: Label, values: LabelValues, actor: User, origin: Origin, now: datetime) -> Label:
    """Change, archive or restore a label. Safe to repeat. Raises LabelRefused."""
    current = Label.objects.select_for_update().get(pk=label.pk)
    before = _values_of(current)
    if before == values:
        return current
    _save(current, values, now)
    names = sorted(name for name in LabelValues.__slots__ if getattr(before, name) != getattr(values, name))
    record(actor=actor, action="label.changed", subject=current, now=now, detail={"changed": names}, origin=origin)
    return current


@transaction.atomic
def add_label(*, conversation: Conversation, label: Label, actor: User, now: datetime) -> Conversation:
    """Set a label on a conversation. Safe to repeat. Raises LabelArchived, TooManyLabels."""
    current = Conversation.objects.lock(conversation.pk)
    links = ConversationLabel.objects.filter(conversation=current)
    if links.filter(label=label).exists():
        return current
    if Label.objects.select_for_update(no_key=True).get(pk=label.pk).is_archived:
        raise LabelArchived(label)
    if links.count() >= MAX_ON_CONVERSATION:
        raise TooManyLabels(MAX_ON_CONVERSATION)
    ConversationLabel.objects.create(conversation=current, label=label, added_by=actor, added_at=now)
    add_event(current, event="labeled", actor=actor, now=now, to=_names(label), **_undo(label, is_set=True))
    return changed(current, change="labeled", fields=[], actor=actor, now=now)


@transaction.atomic
def remove_label(*, conversation: Conversation, label: Label, actor: User, now: datetime) -> Conversation:
    """Take a label off a conversation. Safe to repeat."""
    current = Conversation.objects.lock(conversation.pk)
    removed, _by_model = ConversationLabel.objects.filter(conversation=current, label=label).delete()
    if not removed:
        return current
    add_event(current, event="unlabeled", actor=actor, now=now, to=_names(label), **_undo(label, is_set=False))
    return changed(current, change="unlabeled", fields=[], actor=actor, now=now)


def undo_label(*, conversation: Conversation, label_id: UUID, is_set: bool, actor: User, now: datetime) -> bool:
    """Take the change of a label on a locked conversation back; False when it does not stand as the change left it."""
    links = ConversationLabel.objects.filter(conversation=conversation, label=label_id)
    if links.exists() != is_set:
        return False
    if is_set:
        links.delete()
        return True
    label = Label.objects.select_for_update(no_key=True).filter(pk=label_id, archived_at=None).first()
    if label is None or ConversationLabel.objects.filter(conversation=conversation).count() >= MAX_ON_CONVERSATION:
        return False
    ConversationLabel.objects.create(conversation=conversation, label=label, added_by=actor, added_at=now)
    return True


def copy_labels(old: Conversation, new: Conversation, *, actor: User, now: datetime) -> None:
    """Set the labels of a conversation on one that was split from it, those that are archived since too."""
    rows = ConversationLabel.objects.filter(conversation=old).order_by("added_at", "pk")
    copies = [ConversationLabel(conversation=new, label_id=row.label_id, added_by=actor, added_at=now) for row in rows]
    ConversationLabel.objects.bulk_create(copies)


def _undo(label: Label, *, is_set: bool) -> dict[str, dict[str, Any]]:
    """What an undo needs to know of the change."""
    return {"undo": {"label": str(label.pk), "is_set": is_set}}


def _names(label: Label) -> list[str]:
    return [label.name, label.name_pt or label.name]


def _values_of(label: Label) -> LabelValues:
    return LabelValues(
        name=label.name, name_pt=label.name_pt, color=label.color, is_archived=label.archived_at is not None
    )


def _save(label: Label, values: LabelValues, now: datetime) -> None:
    name, name_pt = (" ".join(text.split()) for text in (values.name, values.name_pt))
    label.name, label.name_pt, label.color = name, name_pt, values.color
    label.archived_at = (label.archived_at or now) if values.is_archived else None
    try:
        with transaction.atomic():
            label.save()
    except IntegrityError as error:
        raise LabelNameTaken from error
