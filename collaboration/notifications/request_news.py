"""What is said about requests about people's data, and to whom: no name of the person, whose data it is."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_noop

from collaboration.notifications.notifying import Words, notify
from collaboration.selectors.people import who_may
from engagement.profiles.models import DataRequest

_SAID = {
    "filed": ("data_request.filed", gettext_noop("Somebody asks about their data: %(kind)s, due %(day)s")),
    "confirmed": ("data_request.filed", gettext_noop("An erasure waits for a second confirmation, due %(day)s")),
    "due_soon": ("data_request.due", gettext_noop("A data request is due %(day)s: %(kind)s")),
    "overdue": ("data_request.overdue", gettext_noop("A data request is overdue since %(day)s: %(kind)s")),
}


def of_request(*, request_id: UUID, change: str, actor_id: UUID | None, now: datetime) -> None:
    """To everybody who may answer it, but not to who wrote it down."""
    row = DataRequest.objects.get(pk=request_id)
    if change not in _SAID or not row.is_waiting:
        return
    kind, words = _SAID[change]
    values = {"kind": lazy(row.get_kind_display, str)(), "day": lazy(_day, str)(row.due_at)}
    title: Words = (words, values)
    for person in who_may("profiles.answer_datarequest"):
        if person.pk != actor_id:
            notify(
                person=person,
                kind=kind,
                title=title,
                text="",
                url=reverse("profiles:request", args=[row.pk]),
                dedupe_key=f"data-request:{row.pk}:{change}:{row.due_at.isoformat()}",
                now=now,
            )


def _day(at: datetime) -> str:
    return str(formats.date_format(timezone.localtime(at), "SHORT_DATE_FORMAT"))
