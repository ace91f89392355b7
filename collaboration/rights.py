"""What colleagues keep of a customer: notes, tasks, handoffs, and what they were told of them."""

from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.expressions import Func
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from collaboration.models import Coordination, Handoff, Mention, Note, Notification, Task
from engagement.profiles.models import Profile
from engagement.profiles.rights.holdings import ERASED, Holding, blanked, fields, register
from engagement.profiles.rights.subjects import Subject

_KEY = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class _KeyIn(Func):
    """The first key in a text, empty when there is none."""

    function = "substring"
    template = f"coalesce(substring(%(expressions)s from '{_KEY}'), '')"
    output_field = CharField()


def notifications_of(keys: Any) -> QuerySet[Notification]:
    """Return what was told of things with these ``keys`` (a queryset of them): by its address, or by what it tells."""
    texts = keys.annotate(_text=Cast("pk", CharField())).values("_text")
    about = Q(_at__in=texts) | Q(_of__in=texts)
    return Notification.objects.annotate(_at=_KeyIn("url"), _of=_KeyIn("dedupe_key")).filter(about)


def _notes(subject: Subject) -> QuerySet[Note]:
    return Note.objects.filter(profile_id__in=subject.family).order_by("key")


def _tasks(subject: Subject) -> QuerySet[Task]:
    return Task.objects.filter(profile_id__in=subject.family).order_by("key")


def _handoffs(subject: Subject) -> QuerySet[Handoff]:
    return Handoff.objects.filter(profile_id__in=subject.family).order_by("key")


def _mentions(subject: Subject) -> QuerySet[Mention]:
    return Mention.objects.filter(note_id__in=_notes(subject).order_by().values("pk")).order_by("key")


def _told(subject: Subject) -> QuerySet[Notification]:
    """Of notes, tasks, handoffs and mentions that are about them, and of their page."""
    people = Profile.objects.filter(pk__in=subject.family)
    things = (people, _notes(subject), _tasks(subject), _handoffs(subject), _mentions(subject))
    about = [notifications_of(rows.order_by()).order_by().values("pk") for rows in things]
    return Notification.objects.filter(pk__in=about[0].union(*about[1:])).order_by("key")


def _of_department(thing: Any) -> str:
    return str(thing.department) if thing.department else ""


HOLDINGS = (
    Holding(
        name="collaboration.notes",
        of_colleagues=lambda thing: True,
        label=_("Notes about you"),
        model=Note,
        find=lambda subject: _notes(subject).select_related("department"),
        row=fields("text", "created_at", department=_of_department),
        erase=blanked(text=ERASED, client_key=None),
    ),
    Holding(
        name="collaboration.tasks",
        of_colleagues=lambda thing: True,
        label=_("What we have to do for you"),
        model=Task,
        find=_tasks,
        row=fields("title", "text", "created_at", "due_at", "state", "done_at"),
        erase=blanked(title=ERASED, text="", client_key=None),
    ),
    Holding(
        name="collaboration.handoffs",
        of_colleagues=lambda thing: True,
        label=_("How your matters were handed over"),
        model=Handoff,
        find=_handoffs,
        row=fields("summary", "facts", "offered_at", "answered_at", "completed_at", "state", "bounce_reason"),
        erase=blanked(summary=ERASED, facts=[], bounce_reason=ERASED),
    ),
    Holding(
        name="collaboration.mentions",
        label=_("Notes about you in which a colleague was asked"),
        model=Mention,
        find=_mentions,
        erase=blanked(excerpt=ERASED),
        why="Not in the export: the beginning of a note that is in it whole.",
    ),
    Holding(
        name="collaboration.notifications",
        label=_("What colleagues were told about you"),
        model=Notification,
        find=_told,
        erase=blanked(title=ERASED, text=""),
        why="Not in the export: it repeats what is in it.",
    ),
    Holding(
        name="collaboration.coordinations",
        label=_("Who speaks for us with you"),
        model=Coordination,
        find=lambda subject: Coordination.objects.filter(profile_id__in=subject.family).order_by("key"),
        row=fields("since", "until"),
        why="It names a colleague and two times, nothing of the person.",
    ),
)


def register_holdings() -> None:
    """Called once, when the app is ready."""
    register(*HOLDINGS)
