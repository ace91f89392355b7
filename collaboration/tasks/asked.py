"""Tasks that somebody gives because they may not do it themselves: one while it is open."""

import hashlib
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from collaboration.models import Task
from collaboration.tasks.making import make
from engagement.keys import new_key
from engagement.operations.ask import Asked
from engagement.village.models import User

SUBJECT = "ask"


@transaction.atomic
def make_asked(*, person: User, asker: User, about: str, title: str, text: str) -> Asked:
    """Give ``person`` a task about something, unless one of the same asker about it is open. Safe to race."""
    User.objects.select_for_update().only("key").get(pk=asker.pk)
    key = f"{SUBJECT}:{hashlib.sha256(about.encode()).hexdigest()[:32]}"
    earlier = Task.objects.open().filter(
        created_by=asker, assignee=person, subject_type=SUBJECT, client_key__startswith=f"{key}:"
    )
    if (known := earlier.order_by("key").first()) is not None:
        return Asked(_url(known.pk), is_new=False)
    made = make(
        title=title,
        text=text,
        created_by=asker,
        assignee=person,
        subject_type=SUBJECT,
        client_key=f"{key}:{new_key().hex}",
        now=timezone.now(),
    )
    return Asked(_url(made.pk), is_new=True)


def _url(pk: UUID) -> str:
    return reverse("collaboration:task", args=[pk])
