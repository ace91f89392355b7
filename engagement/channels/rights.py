"""What the channels hold of a person: what went out to them, what came in, files, what the stand-ins caught."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from engagement.channels.models import (
    Attachment,
    CaughtMail,
    CaughtText,
    DeliveryReport,
    OptIn,
    OptOutWish,
    PendingSenderCheck,
    RawEvent,
    Transmission,
)
from engagement.channels.optin.pruning import forget
from engagement.profiles.rights.holdings import ERASED, HeldFile, Holding, NotYet, blanked, fields, gone, register
from engagement.profiles.rights.subjects import Subject
from engagement.profiles.suppression import address_hash

State = Transmission.State
_WAIT_FOR = timedelta(minutes=1)  # an answer that is about to leave, such as the one that says that all is erased
_ON_ITS_WAY = (State.CLAIMED, State.HANDING)


def _transmissions(subject: Subject) -> QuerySet[Transmission]:
    return Transmission.objects.filter(profile_id__in=subject.family).order_by("key")


def _erase_transmissions(rows: QuerySet[Transmission], subject: Subject, now: datetime) -> int:
    """Let leave what is leaving, stop the rest, and forget to which addresses it went. Raises NotYet."""
    soon = Q(state=State.QUEUED, purpose=Transmission.Purpose.CONVERSATION, not_before__lte=now + _WAIT_FOR)
    if rows.filter(Q(state__in=_ON_ITS_WAY) | soon).exclude(recipients=[]).exists():
        raise NotYet("a message to them is about to leave")
    rows.filter(state=State.QUEUED).update(state=State.CANCELLED, state_at=now)
    return blanked(recipients=[], error="")(rows, subject, now)


def _reports(subject: Subject) -> QuerySet[DeliveryReport]:
    theirs = Transmission.objects.filter(profile_id__in=subject.family).order_by().values("pk")
    return DeliveryReport.objects.filter(transmission__in=theirs).order_by("pk")


def _raw(subject: Subject) -> QuerySet[RawEvent]:
    """The deliveries of which something else tells that they were theirs; the sweep finds the rest."""
    wishes = OptOutWish.objects.filter(profile_id__in=subject.family).order_by().values("raw_event_key")
    told = _reports(subject).order_by().filter(unique_key__startswith="raw:").values_list("unique_key", flat=True)
    bounces = {UUID(name.split(":")[1]) for name in told}
    return RawEvent.objects.filter(Q(pk__in=wishes) | Q(pk__in=bounces)).order_by("key")


def _opt_ins(subject: Subject) -> QuerySet[OptIn]:
    hashes = [address_hash(kind, norm) for kind, norm in subject.reached_at if kind == "email"]
    theirs = Q(profile_id__in=subject.family) | Q(address_hash__in=hashes)
    return OptIn.objects.filter(theirs).order_by("key")


def _erase_opt_ins(rows: QuerySet[OptIn], subject: Subject, now: datetime) -> int:
    """The forms count on whoever asked."""
    return forget(rows)


def erase_raw(rows: QuerySet[RawEvent], subject: Subject, now: datetime) -> int:
    """Forget the bytes; that something came in, when and by which channel, stays."""
    waits = rows.filter(status=RawEvent.Status.FAILED)
    waits.update(status=RawEvent.Status.SETTLED, settled_at=now)
    return blanked(body=b"", envelope={}, error="", facts={})(rows, subject, now)


def erase_files(rows: QuerySet[Attachment], subject: Subject, now: datetime) -> int:
    """Delete the files first: a crash in between leaves a row without a file, which is deleted the next time."""
    for one in rows:
        if one.file.name:
            one.file.storage.delete(one.file.name)
    return gone(rows, subject, now)


def held_files(rows: QuerySet[Attachment]) -> list[HeldFile]:
    """Return stored files for the export, each under its key and the end of its name."""
    return [
        HeldFile(f"{one.key.hex}-{one.filename}", partial(one.file.storage.open, one.file.name))
        for one in rows
        if one.file.name
    ]


def _addresses(subject: Subject, kind: str) -> list[str]:
    return [text for one in subject.addresses if one.kind == kind for text in {one.norm, one.given.lower()}]


def _transmission(row: Transmission) -> dict[str, Any]:
    names = ("purpose", "state", "recipients", "locale", "created_at", "handed_at", "state_at")
    return dict(fields(*names)(row)) | {"channel": row.channel.address}


HOLDINGS = (
    Holding(
        name="channels.transmissions",
        label=_("Messages that we sent you, on their way"),
        model=Transmission,
        find=lambda subject: _transmissions(subject).select_related("channel"),
        row=_transmission,
        erase=_erase_transmissions,
        order=10,
    ),
    Holding(
        name="channels.reports",
        label=_("What carriers told us of them"),
        model=DeliveryReport,
        find=_reports,
        row=fields("state", "recipient", "detail", "at"),
        erase=blanked(recipient="", detail=""),
        order=60,
    ),
    Holding(
        name="channels.raw",
        label=_("Texts and reports as they came in"),
        model=RawEvent,
        find=_raw,
        row=fields("received_at", "kind", envelope=lambda raw: raw.envelope, body=lambda raw: text_of(raw.body)),
        erase=erase_raw,
        order=50,
    ),
    Holding(
        name="channels.wishes",
        label=_("Texts that may have asked for silence"),
        model=OptOutWish,
        find=lambda subject: OptOutWish.objects.filter(profile_id__in=subject.family).order_by("key"),
        row=fields("address", "text", "at", "honoured"),
        erase=blanked(address=ERASED, text=ERASED),
        order=60,
    ),
    Holding(
        name="channels.opt_ins",
        label=_("Sign-ups that you asked for"),
        model=OptIn,
        find=_opt_ins,
        row=fields("address", "name", "source", "ip", "agent", "requested_at", "confirmed_at"),
        erase=_erase_opt_ins,
        order=60,
    ),
    Holding(
        name="channels.sender_checks",
        label=_("Senders that are being checked"),
        model=PendingSenderCheck,
        find=lambda subject: PendingSenderCheck.objects.filter(
            sender_address__in=_addresses(subject, "email")
        ).order_by("pk"),
        erase=gone,
        why="Not in the export: a row for the minute until the sender of an email has been checked.",
    ),
    Holding(
        name="channels.caught_mail",
        label=_("Mail that never left this house"),
        model=CaughtMail,
        find=lambda subject: CaughtMail.objects.filter(customer__in=_addresses(subject, "email")).order_by("key"),
        erase=gone,
        why="Not in the export: what the built-in stand-in of a mail server took instead of sending it.",
    ),
    Holding(
        name="channels.caught_texts",
        label=_("Texts that never left this house"),
        model=CaughtText,
        find=lambda subject: CaughtText.objects.filter(customer__in=_addresses(subject, "phone")).order_by("key"),
        erase=gone,
        why="Not in the export: what the built-in stand-in of a provider took instead of sending it.",
    ),
)


def text_of(body: bytes | memoryview) -> str:
    """Bytes as a text that any reader can show."""
    return bytes(body).decode("utf-8", "replace").replace("\x00", "")


def register_holdings() -> None:
    """Called once, when the app is ready."""
    register(*HOLDINGS)
