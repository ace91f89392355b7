"""The rail beside a thread: who this is, and what else we have with them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q

from conversations.models import Conversation, Message
from engagement.profiles.models import Identity, Profile
from engagement.village.models import Department, User

OTHERS = 10
MOST_CONVERSATIONS = 200  # of one person that are looked at


@dataclass(frozen=True, slots=True)
class DealtWith:
    """A colleague who answered this person, for which department, how often, and when they last did."""

    person: User
    department: Department | None
    answers: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rail shows. ``others`` are the newest other conversations that the reader may open.

    ``others_total`` stops counting at 199.
    """

    profile: Profile
    identities: list[Identity]
    others: list[Conversation]
    others_total: int
    dealt_with: list[DealtWith]
    first_at: datetime


def facts(*, conversation: Conversation, user: User) -> Facts:
    """Return the rail's facts; those of other queues only as far as the person may see them."""
    written_for = Profile.objects.select_related("canonical").get(pk=conversation.profile_id)
    profile = written_for.canonical or written_for
    same = Profile.objects.filter(Q(pk=profile.pk) | Q(canonical=profile)).order_by().values_list("pk", flat=True)
    people = list(same)
    seen = Conversation.objects.visible_to(user).filter(profile__in=people).order_by("-last_activity_at", "-key")
    newest = list(seen.values_list("pk", flat=True)[:MOST_CONVERSATIONS])
    others = [key for key in newest if key != conversation.pk]
    return Facts(
        profile=profile,
        identities=list(Identity.objects.filter(profile__in=people, valid_to=None).order_by("-preferred", "key")),
        others=_others(others[:OTHERS]),
        others_total=len(others),
        dealt_with=_dealt_with(newest),
        first_at=profile.created_at,
    )


def _others(keys: list[UUID]) -> list[Conversation]:
    rows = Conversation.objects.filter(pk__in=keys).select_related("channel", "queue").defer("channel__credentials")
    return sorted(rows, key=lambda row: keys.index(row.pk))


def _dealt_with(newest: list[UUID]) -> list[DealtWith]:
    """Who answered in these conversations, the latest first."""
    answers = Message.objects.filter(conversation__in=newest, kind=Message.Kind.REPLY, author__isnull=False)
    grouped = answers.order_by().values("author", "department").annotate(answers=Count("*"), last_at=Max("created_at"))
    rows = sorted(grouped, key=lambda row: row["last_at"], reverse=True)
    people = User.objects.in_bulk({row["author"] for row in rows})
    departments: dict[UUID, Department] = Department.objects.in_bulk({row["department"] for row in rows} - {None})
    return [
        DealtWith(
            person=people[row["author"]],
            department=departments.get(row["department"]),
            answers=row["answers"],
            last_at=row["last_at"],
        )
        for row in rows
    ]
