"""Give somebody, or a department, something to do."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration.models import Task
from collaboration.tasks.errors import TaskRefused
from collaboration.tasks.telling import tell
from engagement.village.models import Department, User


@transaction.atomic
def make(
    *,
    title: str,
    created_by: User,
    now: datetime,
    text: str = "",
    assignee: User | None = None,
    department: Department | None = None,
    due_at: datetime | None = None,
    subject_type: str = "",
    subject_id: UUID | None = None,
    profile_id: UUID | None = None,
    client_key: str = "",
    is_automatic: bool = False,
) -> Task:
    """Make a task for a person, a department, or a person of a department.

    One that a rule makes (``is_automatic``) is told to its author too, if they have to do it. The same ``client_key``
    of the same author again returns the first one. Raises TaskRefused.
    """
    if client_key and (earlier := Task.objects.filter(created_by=created_by, client_key=client_key).first()):
        return earlier
    title = " ".join(title.replace("\x00", "").split())
    if not title:
        raise TaskRefused(_("Say what is to be done."))
    if assignee is None and department is None:
        raise TaskRefused(_("Say who does it: a person or a department."))
    if assignee is not None and not assignee.is_active:
        raise TaskRefused(_("%(name)s does not work here any more.") % {"name": assignee})
    values = {
        "title": title[:200],
        "text": text.replace("\x00", "").strip(),
        "assignee": assignee,
        "department": department,
        "due_at": due_at,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "profile_id": profile_id,
        "created_at": now,
    }
    if not client_key:
        task, is_new = Task.objects.create(created_by=created_by, **values), True
    else:
        task, is_new = Task.objects.get_or_create(created_by=created_by, client_key=client_key, defaults=values)
    if is_new:
        tell(task, change="made", actor=None if is_automatic else created_by, now=now)
    return task
