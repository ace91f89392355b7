"""Offers that nobody can take any more, because their department has become empty: somebody is asked about them."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from collaboration.handoffs import kinds, offering
from collaboration.handoffs.errors import NobodyThere
from collaboration.models import Handoff, Task
from collaboration.tasks.making import make
from engagement.village.models import Department, User

MOST = 200  # offers in one round


def watch_offers(*, now: datetime) -> int:
    """Give whoever offered it, or an administrator where they have left, a task for each offer that nobody can take.

    Once for each offer, however often it runs; returns how many were made.
    """
    waiting = Handoff.objects.offered()
    places = Department.objects.filter(pk__in=waiting.order_by().values("to_department"))
    empty = [department for department in places if _is_empty(department)]
    stranded = waiting.filter(to_department__in=empty).select_related("to_department", "offered_by").order_by("key")
    told = Task.objects.filter(client_key__in=[_key(offer) for offer in stranded[:MOST]])
    known = set(told.values_list("client_key", flat=True))
    return sum(_ask(offer, now) for offer in stranded[:MOST] if _key(offer) not in known)


def _is_empty(department: Department) -> bool:
    try:
        offering.refuse_empty_department(department)
    except NobodyThere:
        return True
    return False


def _key(offer: Handoff) -> str:
    return f"stranded:{offer.pk}"


@transaction.atomic
def _ask(offer: Handoff, now: datetime) -> bool:
    asked: User | None = offer.offered_by if offer.offered_by.is_active else offering.an_administrator()
    if asked is None:
        return False
    with translation.override(asked.language):
        about = kinds.describe([(offer.subject_type, offer.subject_id)]).get(offer.subject_id)
        what = about.title if about else offer.summary
        title = _("Nobody in %(department)s can take over: %(what)s") % {
            "department": offer.to_department,
            "what": what,
        }
        text = _("Everybody who could take it has left the department. Withdraw the offer, or offer it to another one.")
    make(
        title=title,
        text=text,
        created_by=asked,
        assignee=asked,
        subject_type=offer.subject_type,
        subject_id=offer.subject_id,
        profile_id=offer.profile_id,
        client_key=_key(offer),
        is_automatic=True,
        now=now,
    )
    return True
