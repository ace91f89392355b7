"""What campaigns hold of a person: which one chose them, to which address, with which words filled in."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import Recipient
from engagement.profiles.rights.holdings import ERASED, Holding, blanked, fields, register
from engagement.profiles.rights.subjects import Subject

_SKIPPED = "suppressed"  # the gate's own word for it


def _recipients(subject: Subject) -> QuerySet[Recipient]:
    return Recipient.objects.filter(profile_id__in=subject.family).order_by("key")


def _erase(rows: QuerySet[Recipient], subject: Subject, now: datetime) -> int:
    """Whoever still waits is not written to; the others stay counted, without their address."""
    waiting = rows.order_by().filter(state=Recipient.State.WAITING)
    waiting.update(state=Recipient.State.SKIPPED, code=_SKIPPED)
    blank = {"identity_id": None, "fallback_identity_id": None, "fallback_address": "", "values": None}
    return blanked(address=ERASED, **blank)(rows, subject, now)


HOLDINGS = (
    Holding(
        name="campaigns.recipients",
        label=_("Campaigns that chose you"),
        model=Recipient,
        find=lambda subject: _recipients(subject).select_related("campaign"),
        row=fields(
            "state",
            "code",
            "channel",
            "address",
            "fallback_address",
            "send_at",
            "values",
            "answered_at",
            "unsubscribed_at",
            campaign=lambda one: one.campaign.name,
        ),
        erase=_erase,
    ),
)


def register_holdings() -> None:
    """Called once, when the app is ready."""
    register(*HOLDINGS)
