"""Declare an attribute, change what it means, retire it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.events.catalogue import AttributeChanged
from engagement.events.outbox import publish
from engagement.profiles.models import AttributeDefinition, Profile
from engagement.statements import rows
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

Type = AttributeDefinition.Type
MOST_CHOICES = 100
_USED = """
SELECT count(*) FROM profiles_profile WHERE attributes ? %(slug)s AND attributes ->> %(slug)s = ANY(%(values)s)
"""


class AttributeRefused(ValueError):
    """An attribute that cannot be so; the message says why, to whoever declares it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What an attribute is; see AttributeDefinition. ``choices_pt``: {choice: its Portuguese}."""

    label: str
    label_pt: str
    type: str = Type.TEXT
    choices: Sequence[str] = ()
    choices_pt: Mapping[str, str] = field(default_factory=dict)
    sensitive: bool = False
    system_of_record: str = ""
    retention_days: int | None = None


def declare(
    *, slug: str = "", meaning: Meaning, actor: User, now: datetime, origin: Origin = NOWHERE
) -> AttributeDefinition:
    """Declare an attribute; its ``slug`` (made of the English label when empty) never changes afterwards.

    Raises AttributeRefused, also when the slug is taken.
    """
    _refuse(meaning)
    slug = slugify(slug or meaning.label).replace("-", "_")[:50]
    if not slug:
        raise AttributeRefused(_("Give it a name in English with at least one letter."))
    with transaction.atomic():
        last = AttributeDefinition.objects.aggregate(last=Max("position"))["last"]
        row = AttributeDefinition(slug=slug, position=0 if last is None else last + 1, **_columns(meaning))
        made = AttributeDefinition.objects.bulk_create([row], ignore_conflicts=True)
        if not AttributeDefinition.objects.filter(pk=made[0].pk).exists():
            raise AttributeRefused(_("There is an attribute “%(slug)s” already.") % {"slug": slug})
        _tell(row, "declared", sorted(asdict(meaning)), actor, now, origin)
    return row


def redefine(
    *, key: UUID, meaning: Meaning, actor: User, now: datetime, origin: Origin = NOWHERE
) -> AttributeDefinition:
    """Change what an attribute means. What people have must still fit: its type stays once one has it, and a choice
    that one has is not taken away. Safe to repeat. Raises AttributeRefused, AttributeDefinition.DoesNotExist.
    """
    _refuse(meaning)
    with transaction.atomic():
        row = AttributeDefinition.objects.select_for_update().get(pk=key)
        before = {name: getattr(row, name) for name in _columns(meaning)}
        changed = sorted(name for name, value in _columns(meaning).items() if value != before[name])
        if not changed:
            return row
        _refuse_what_does_not_fit(row, meaning)
        for name, value in _columns(meaning).items():
            setattr(row, name, value)
        row.save(update_fields=changed)
        _tell(row, "redefined", changed, actor, now, origin)
    return row


def retire(*, key: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> AttributeDefinition:
    """Fill it no more. What is known stays, until it is forgotten in time. Safe to repeat. Raises DoesNotExist."""
    return _turn(key, now, "retired", actor, now, origin)


def bring_back(*, key: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> AttributeDefinition:
    """Let a retired attribute be filled again. Safe to repeat. Raises AttributeDefinition.DoesNotExist."""
    return _turn(key, None, "brought_back", actor, now, origin)


def _turn(
    key: UUID, retired_at: datetime | None, change: str, actor: User, now: datetime, origin: Origin
) -> AttributeDefinition:
    with transaction.atomic():
        row = AttributeDefinition.objects.select_for_update().get(pk=key)
        if (row.retired_at is None) != (retired_at is None):
            row.retired_at = retired_at
            row.save(update_fields=["retired_at"])
            _tell(row, change, ["retired_at"], actor, now, origin)
    return row


def _refuse(meaning: Meaning) -> None:
    if not meaning.label.strip() or not meaning.label_pt.strip():
        raise AttributeRefused(_("Give it a name in both languages."))
    if meaning.type == Type.CHOICE and not meaning.choices:
        raise AttributeRefused(_("Say what can be chosen, one in a line."))
    if len(meaning.choices) > MOST_CHOICES:
        raise AttributeRefused(_("More than %(most)d choices: use a text.") % {"most": MOST_CHOICES})
    if meaning.retention_days is not None and meaning.retention_days < 1:
        raise AttributeRefused(_("It is kept for at least one day."))


def _refuse_what_does_not_fit(row: AttributeDefinition, meaning: Meaning) -> None:
    if meaning.type != row.type and Profile.objects.filter(attributes__has_key=row.slug).exists():
        raise AttributeRefused(
            _("People have it already, so it cannot hold something else. Declare another one and retire this.")
        )
    gone = sorted(set(row.choices) - set(meaning.choices)) if row.type == Type.CHOICE else []
    used = rows(_USED, {"slug": row.slug, "values": gone})[0][0] if gone else 0
    if used:
        raise AttributeRefused(
            ngettext(
                "%(number)d person has “%(choices)s”: it cannot be taken away.",
                "%(number)d people have “%(choices)s”: it cannot be taken away.",
                used,
            )
            % {"number": used, "choices": ", ".join(gone)}
        )


def _columns(meaning: Meaning) -> dict[str, Any]:
    is_choice = meaning.type == Type.CHOICE
    return {
        "label": meaning.label.strip()[:100],
        "label_pt": meaning.label_pt.strip()[:100],
        "type": meaning.type,
        "choices": list(meaning.choices) if is_choice else [],
        "choices_pt": {one: meaning.choices_pt[one] for one in meaning.choices if meaning.choices_pt.get(one)}
        if is_choice
        else {},
        "sensitive": meaning.sensitive,
        "system_of_record": meaning.system_of_record.strip()[:100],
        "retention_days": meaning.retention_days,
    }


def _tell(row: AttributeDefinition, change: str, fields: list[str], actor: User, now: datetime, origin: Origin) -> None:
    publish(AttributeChanged(attribute_id=row.key, slug=row.slug, change=change, fields=fields, at=now), now=now)
    record(actor=actor, action=f"attribute.{change}", subject=row, now=now, detail={"fields": fields}, origin=origin)
