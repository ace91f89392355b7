"""Create and change segments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from campaigns.models import Segment
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


class NameTaken(ValueError):
    """Another segment has this name."""


def create_segment(
    *, name: str, description: str, rules: dict[str, Any], actor: User, now: datetime, origin: Origin = NOWHERE
) -> Segment:
    """Create a segment that ``actor`` owns. Raises NameTaken."""
    with transaction.atomic():
        segment = Segment(name=name, description=description, rules=rules, owner=actor, created_at=now, changed_at=now)
        _save(segment, force_insert=True)
        fields = ["description", "name", "rules"]
        record(actor=actor, action="segment.added", subject=segment, now=now, detail={"fields": fields}, origin=origin)
    return segment


def change_segment(
    *, segment: Segment, changes: Mapping[str, Any], actor: User, now: datetime, origin: Origin = NOWHERE
) -> Segment:
    """Change a segment that the caller has locked; what is the same already is no change. Raises NameTaken."""
    changed = sorted(name for name, value in changes.items() if getattr(segment, name) != value)
    if not changed:
        return segment
    with transaction.atomic():
        for name in changed:
            setattr(segment, name, changes[name])
        segment.changed_at = now
        _save(segment, update_fields=[*changed, "changed_at"])
        record(
            actor=actor, action="segment.changed", subject=segment, now=now, detail={"fields": changed}, origin=origin
        )
    return segment


def _save(segment: Segment, **options: Any) -> None:
    try:
        with transaction.atomic():
            segment.save(**options)
    except IntegrityError as error:
        raise NameTaken(segment.name) from error
