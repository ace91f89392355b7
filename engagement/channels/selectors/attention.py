"""What came in and needs a person."""

from uuid import UUID

from django.db.models import QuerySet

from engagement.channels.models import RawEvent
from engagement.village.models import User

SHOWN_SOURCE = 1_000_000  # bytes of a raw source on a page; the whole is a download


def failed_inbound(user: User) -> QuerySet[RawEvent]:
    """Return what could not be read, newest first, without the bodies; nothing for who may not replay it.

    One query with ``channel``. Page it by ``key`` (index raw_failed).
    """
    if not user.has_perm("engagement_channels.replay_rawevent"):
        return RawEvent.objects.none()
    failed = RawEvent.objects.filter(status=RawEvent.Status.FAILED)
    return failed.select_related("channel").defer("body", "channel__credentials").order_by("-key")


def raw_source(key: UUID) -> tuple[RawEvent, str]:
    """Return a raw event and its source as text: each byte that is no UTF-8 as ``\\xNN``.

    At most ``SHOWN_SOURCE`` bytes; ``body`` holds them all. Raises RawEvent.DoesNotExist.
    """
    raw = RawEvent.objects.select_related("channel", "settled_by").defer("channel__credentials").get(key=key)
    return raw, bytes(raw.body)[:SHOWN_SOURCE].decode("utf-8", "backslashreplace")
