"""Notifications by e-mail, to our own people: at once, or once a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from collaboration.models import Notification
from engagement.organization.current import current_organization
from engagement.village.models import User

log = structlog.get_logger(__name__)
Mail = Notification.Mail
MOST_ATTEMPTS = 6
_IN_A_DIGEST = 50


def mail_due(*, now: datetime, limit: int = 200) -> int:
    """Send what is due, each in a transaction of its own that holds its row; return how many e-mails left.

    Any number of workers may do this at once: a row that another one holds is passed over. A worker that dies between
    the server's answer and its commit sends that e-mail again under the same Message-ID (RFC 5322, section 3.6.4).
    """
    sent = 0
    for key in _due(now, Mail.NOW)[:limit]:
        sent += _mail_one(key, now)
    for person in User.objects.filter(_has_due_digest(now)).order_by("key")[:limit]:
        sent += _mail_digest(person, now)
    return sent


def _due(now: datetime, mail: str) -> list[UUID]:
    rows = Notification.objects.filter(mail=mail, mail_at__lte=now).order_by("mail_at", "key")
    return list(rows.values_list("pk", flat=True)[:500])


def _has_due_digest(now: datetime) -> Q:
    return Q(Exists(Notification.objects.filter(person=OuterRef("pk"), mail=Mail.DIGEST, mail_at__lte=now)))


@transaction.atomic
def _mail_one(key: UUID, now: datetime) -> int:
    held = Notification.objects.filter(pk=key, mail=Mail.NOW).select_related("person")
    found = held.select_for_update(skip_locked=True, of=("self",)).first()
    return _send([found], found.person, now) if found else 0


@transaction.atomic
def _mail_digest(person: User, now: datetime) -> int:
    held = Notification.objects.filter(person=person, mail=Mail.DIGEST, mail_at__lte=now).order_by("key")
    found = list(held.select_for_update(skip_locked=True, of=("self",)))
    return _send(found, person, now) if found else 0


def _send(rows: Sequence[Notification], person: User, now: datetime) -> int:
    """Send one e-mail about ``rows`` that were not seen on the page meanwhile, and note what became of it."""
    keys = [row.pk for row in rows]
    told = [row for row in rows if row.seen_at is None]
    if not told or not person.is_active:
        Notification.objects.filter(pk__in=keys).update(mail=Mail.NONE, mail_at=None)
        return 0
    try:
        _letter(told, person).send()
    except OSError as error:  # what a mail server or the network answers
        log.warning("notification_not_mailed", keys=[str(key) for key in keys], error=str(error))
        _put_off(rows, now)
        return 0
    Notification.objects.filter(pk__in=keys).update(mail=Mail.SENT, mail_at=None, emailed_at=now)
    return 1


def _put_off(rows: Sequence[Notification], now: datetime) -> None:
    for row in rows:
        row.mail_attempts += 1
        row.mail_at = now + timedelta(minutes=2**row.mail_attempts)
        if row.mail_attempts >= MOST_ATTEMPTS:
            row.mail, row.mail_at = Mail.FAILED, None
        row.save(update_fields=["mail", "mail_at", "mail_attempts"])


def _letter(rows: Sequence[Notification], person: User) -> EmailMessage:
    with translation.override(person.language), timezone.override(person.time_zone):
        shown = rows[:_IN_A_DIGEST]
        context = {
            "person": person,
            "rows": [{"title": row.title, "text": row.text, "url": _absolute(row)} for row in shown],
            "more": len(rows) - len(shown),
            "organisation": current_organization().display_name,
            "preferences_url": settings.BASE_URL + reverse("collaboration:preferences"),
        }
        text = render_to_string("collaboration/email/notification.txt", context)
        subject = rows[0].title if len(rows) == 1 else _digest_title(len(rows))
    # The same rows give the same name, so that a second copy is known for what it is.
    headers = {
        "Message-ID": f"<notification.{rows[0].pk.hex}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834
    }
    return EmailMessage(" ".join(subject.split()), text, settings.DEFAULT_FROM_EMAIL, [person.email], headers=headers)


def _digest_title(number: int) -> str:
    words = ngettext("%(count)d piece of news for you", "%(count)d pieces of news for you", number)
    return words % {"count": number}


def _absolute(row: Notification) -> str:
    return settings.BASE_URL + reverse("collaboration:notification", args=[row.pk])
