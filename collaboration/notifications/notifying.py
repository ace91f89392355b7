"""``notify``: the only way a notification comes to be."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from collaboration.models import Notification, NotificationPreference
from collaboration.notifications.kinds import kind_of
from engagement.realtime.topics import poke
from engagement.village.models import User
from engagement.wakeups import wake

MAILING = "collaboration.tasks.regular.mail_notifications"
Words = str | Callable[[], str] | tuple[str, Mapping[str, Any]]
Delivery, Mail = NotificationPreference.Delivery, Notification.Mail
_DIGEST_AT = time(7, 30)  # the person's own time of day


@transaction.atomic
def notify(
    *, person: User, kind: str, title: Words, url: str, now: datetime, text: Words = "", dedupe_key: str = ""
) -> Notification | None:
    """Let a person know, in their language; return None when there is nothing to write.

    ``title`` and ``text`` are given ready, as a function that is called under the person's language, or as a marked
    message and its values. The same ``dedupe_key`` tells that person only once, whatever it says the second time.
    Nothing is written for somebody who left, or who chose not to hear of this kind.
    """
    delivery = _delivery(person, kind)
    if not person.is_active or delivery == Delivery.NONE:
        return None
    with translation.override(person.language):
        said, more = _said(title)[:300], _said(text)
    made = Notification(
        person=person,
        kind=kind,
        title=said,
        text=more,
        url=url,
        created_at=now,
        dedupe_key=dedupe_key or None,
        mail=_MAIL[delivery],
        mail_at=_mail_at(delivery, person, now),
    )
    if dedupe_key and Notification.objects.filter(person=person, dedupe_key=dedupe_key).exists():
        return None
    # Two at once: the unique constraint lets one pass, and the other's row is left out without an error.
    Notification.objects.bulk_create([made], ignore_conflicts=True)
    poke(f"user:{person.pk}")
    if delivery == Delivery.EMAIL:
        transaction.on_commit(_wake_mailing)
    return made


_MAIL: dict[str, str] = {
    Delivery.EMAIL: Mail.NOW,
    Delivery.DIGEST: Mail.DIGEST,
    Delivery.PAGE: Mail.NONE,
    Delivery.NONE: Mail.NONE,
}


def _wake_mailing() -> None:
    wake(MAILING)


def _delivery(person: User, kind: str) -> str:
    chosen = NotificationPreference.objects.filter(person=person, kind=kind).values_list("delivery", flat=True).first()
    return chosen or kind_of(kind).usual


def _mail_at(delivery: str, person: User, now: datetime) -> datetime | None:
    if delivery == Delivery.EMAIL:
        return now
    return next_digest(person, now) if delivery == Delivery.DIGEST else None


def next_digest(person: User, now: datetime) -> datetime:
    """Return when the person's next daily e-mail leaves: at half past seven where they are."""
    here = now.astimezone(ZoneInfo(person.time_zone))
    today = datetime.combine(here.date(), _DIGEST_AT, tzinfo=here.tzinfo)
    return today if today > here else today + timedelta(days=1)


def _said(words: Words) -> str:
    """Return the words in the active language."""
    if callable(words):
        return str(words())
    if isinstance(words, tuple):
        message, values = words
        return gettext(message) % dict(values)
    return str(words)
