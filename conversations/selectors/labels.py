"""Labels, for pages and the API."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet
from django.utils.translation import get_language

from conversations.models import Conversation, Label
from engagement.sorting import by_localized_name, sort_text

# The labels of each conversation as [name, name in Portuguese, color], for one statement over a page of them.
LABELS_OF = """ARRAY(
    SELECT ARRAY[label.name, COALESCE(NULLIF(label.name_pt, ''), label.name), label.color]
    FROM conversations_conversationlabel link JOIN conversations_label label ON label.id = link.label_id
    WHERE link.conversation_id = {conversation})"""


@dataclass(frozen=True, slots=True)
class LabelChip:
    """A label as it is drawn."""

    name: str
    color: str


def chips_of(rows: list[list[str]] | None) -> list[LabelChip]:
    """Return what ``LABELS_OF`` found, in the reader's language."""
    place = 1 if (get_language() or "en").startswith("pt") else 0
    return sorted((LabelChip(row[place], row[2]) for row in rows or ()), key=lambda chip: sort_text(chip.name))


def labels_on(conversation: Conversation) -> QuerySet[Label]:
    """Return the labels of a conversation by name."""
    return Label.objects.filter(links__conversation=conversation).order_by(*by_localized_name(key="id"))


def labels_to_set(*, search: str = "") -> QuerySet[Label]:
    """Return the labels that can be set, by name."""
    labels = Label.objects.filter(archived_at=None).order_by(*by_localized_name(key="id"))
    words = search.replace("\x00", "").strip()[:60]
    if not words:
        return labels
    return labels.filter(name__icontains=words) | labels.filter(name_pt__icontains=words)


def labels_with_use() -> QuerySet[Label, Any]:
    """Return all labels with the number of conversations that have each (``used``); archived ones last."""
    archived_last = F("archived_at").asc(nulls_first=True)
    return Label.objects.annotate(used=Count("links")).order_by(archived_last, *by_localized_name(key="id"))


def label_of(text: str) -> Label | None:
    """Return the label that an address names by its id."""
    try:
        return Label.objects.filter(pk=UUID(text)).first()
    except ValueError:
        return None
