"""What colleagues do: mention one another, and see that they were mentioned."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from collaboration.models import Mention
from engagement.village.models import User


def mention(
    *,
    people: Iterable[User],
    author: User,
    subject_type: str,
    subject_id: UUID,
    note_id: UUID,
    text: str,
    now: datetime,
) -> list[Mention]:
    """Write a mention for each of ``people``; a second call for the same note adds nothing. Call in a transaction."""
    rows = [
        Mention(
            person=person,
            author=author,
            subject_type=subject_type,
            subject_id=subject_id,
            note_id=note_id,
            excerpt=text[:300],
            created_at=now,
        )
        for person in people
    ]
    return Mention.objects.bulk_create(rows, ignore_conflicts=True)


def see_mentions(*, person: User, subject_type: str, subject_id: UUID, now: datetime) -> int:
    """Mark the person's mentions on a subject as seen; return how many were not yet."""
    return Mention.objects.filter(person=person, subject_type=subject_type, subject_id=subject_id, seen_at=None).update(
        seen_at=now
    )


def carry_mentions(*, note_ids: Iterable[UUID], subject_type: str, subject_id: UUID) -> int:
    """Let the mentions of notes that moved be about ``subject_id``; return how many there were."""
    return Mention.objects.filter(note_id__in=list(note_ids), subject_type=subject_type).update(subject_id=subject_id)
