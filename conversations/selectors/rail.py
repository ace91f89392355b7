"""The rail beside a thread: who this is, and what else we have with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models import Conversation
from conversations.previews import read_preview
from conversations.selectors.queues import VISIBLE, reader
from engagement import statements
from engagement.profiles.models import Identity, Profile
from engagement.village.models import Department, User

OTHERS = 10
MOST_CONVERSATIONS = 200  # of one person that are looked at
_SAME = "WHERE key = %(key)s OR canonical_id = %(key)s"
_IDENTITIES = "WHERE profile_id = ANY(%(people)s) AND valid_to IS NULL ORDER BY preferred DESC, key"
_PEOPLE = "WHERE key = ANY(%(keys)s)"
_NEWEST = f"""
SELECT conversations_conversation.key, title, preview, channel.kind, last_activity_at
FROM conversations_conversation
JOIN engagement_channels_channel channel ON channel.key = conversations_conversation.channel_id
WHERE profile_id = ANY(%(people)s) AND {VISIBLE}
ORDER BY last_activity_at DESC, conversations_conversation.key DESC LIMIT {MOST_CONVERSATIONS}
"""  # noqa: S608 - constants
_ANSWERS = """
SELECT author_id, department_id, count(*), max(created_at) FROM conversations_message
WHERE conversation_id = ANY(%(newest)s) AND kind = 'reply' AND author_id IS NOT NULL
GROUP BY author_id, department_id ORDER BY max(created_at) DESC, author_id
"""


@dataclass(frozen=True, slots=True)
class DealtWith:
    """A colleague who answered this person, for which department, how often, and when they last did."""

    person: User
    department: Department | None
    answers: int
    last_at: datetime


class Other(NamedTuple):
    """Another conversation with the same person."""

    key: UUID
    title: str
    preview: str
    channel_kind: str
    last_activity_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rail shows. ``others`` are the newest other conversations that the reader may open.

    ``others_total`` stops counting at 199.
    """

    profile: Profile
    identities: list[Identity]
    others: list[Other]
    others_total: int
    dealt_with: list[DealtWith]
    first_at: datetime

    @property
    def conversation_count(self) -> int:
        """How many there are with this one."""
        return self.others_total + 1


def facts(*, conversation: Conversation, user: User) -> Facts:
    """Return the rail's facts; those of other queues only as far as the person may see them."""
    key = conversation.profile.canonical_id or conversation.profile_id
    people = {profile.pk: profile for profile in statements.select(Profile, _SAME, {"key": key})}
    newest = _newest(list(people), user)
    others = [other for other in newest if other.key != conversation.pk]
    return Facts(
        profile=people[key],
        identities=statements.select(Identity, _IDENTITIES, {"people": list(people)}),
        others=others[:OTHERS],
        others_total=len(others),
        dealt_with=_dealt_with([other.key for other in newest]),
        first_at=people[key].created_at,
    )


def _newest(people: Sequence[UUID], user: User) -> list[Other]:
    """The conversations with a person under any of their profiles, as far as the reader may open them."""
    found = [Other(*row) for row in statements.rows(_NEWEST, reader(user) | {"people": list(people)})]
    return [other._replace(preview=read_preview(other.preview)) for other in found]


def _dealt_with(newest: list[UUID]) -> list[DealtWith]:
    """Who answered in these conversations, the latest first."""
    rows: list[tuple[Any, ...]] = statements.rows(_ANSWERS, {"newest": newest})
    people = {one.pk: one for one in statements.select(User, _PEOPLE, {"keys": [row[0] for row in rows]})}
    named = {row[1] for row in rows} - {None}
    departments: dict[UUID, Department] = Department.objects.in_bulk(named) if named else {}
    return [
        DealtWith(person=people[author], department=departments.get(department), answers=answers, last_at=last_at)
        for author, department, answers, last_at in rows
    ]
