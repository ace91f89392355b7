"""The rail beside a thread: who this is, and what else we have with them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from conversations.models import Conversation, Message
from engagement.profiles.models import Identity, Profile
from engagement.village.models import Department, User

OTHERS = 10
MOST_CONVERSATIONS = 200  # of one person, looked at for "who dealt with it"


@dataclass(frozen=True, slots=True)
class DealtWith:
    """A colleague who answered this person, for which department, how often, and when they last did."""

    person: User
    department: Department | None
    answers: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rail shows. ``others`` are the newest other conversations that the reader may open."""

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
    seen = Conversation.objects.visible_to(user).filter(profile__in=people)
    others = seen.exclude(pk=conversation.pk)
    return Facts(
        profile=profile,
        identities=list(Identity.objects.filter(profile__in=people, valid_to=None).order_by("-preferred", "key")),
        others=list(others.select_related("channel", "queue").order_by("-last_activity_at", "-key")[:OTHERS]),
        others_total=others.order_by().count(),
        dealt_with=_dealt_with(seen),
        first_at=profile.created_at,
    )


def _dealt_with(seen: QuerySet[Conversation]) -> list[DealtWith]:
    """Who answered, the latest first: over the newest conversations that the reader may open."""
    newest = list(seen.order_by("-last_activity_at", "-key").values_list("pk", flat=True)[:MOST_CONVERSATIONS])
    answers = Message.objects.filter(conversation__in=newest, kind=Message.Kind.REPLY, author__isnull=False)
    grouped = answers.order_by().values("author", "department").annotate(answers=Count("pk"), last_at=Max("created_at"))
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
