"""The first mailbox: made, connected, led into a queue that somebody works on."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from conversations.actions.queues import Terms, let_in, make_queue
from conversations.models import Queue
from engagement.channels.actions.configure import configure, create, move_unused, pause, resume
from engagement.channels.email.email_settings import EmailSettings
from engagement.channels.models import Channel
from engagement.organization.current import current_organization
from engagement.village.audit import Origin
from engagement.village.models import Role, User


def email_channels() -> QuerySet[Channel]:
    """Return the email channels, oldest first."""
    return Channel.objects.filter(kind="email").order_by("created_at", "key")


def first_mailbox() -> Channel | None:
    """Return the email channel that was made first."""
    return email_channels().first()


def set_up_mailbox(
    *, channel: Channel | None, address: str, own: EmailSettings, actor: User, now: datetime, origin: Origin
) -> Channel:
    """Make the mailbox, or correct it, and let it run. Raises AddressTaken, ChannelInUse."""
    with transaction.atomic():
        row = channel
        if row is None:
            name = current_organization().display_name
            row = create(
                kind="email",
                address=address,
                name=name,
                sender_name="",
                department=None,
                actor=actor,
                origin=origin,
                now=now,
            )
        elif row.address != address:
            row = move_unused(channel=row, address=address, actor=actor, origin=origin, now=now)
        row = configure(
            channel=row,
            name=row.name,
            sender_name=row.sender_name,
            rate_per_minute=row.rate_per_minute,
            kind_settings=own,
            actor=actor,
            origin=origin,
            now=now,
        )
        open_first_queue(actor=actor, now=now, origin=origin)
        return resume(channel=row, actor=actor, origin=origin, now=now)


def open_first_queue(*, actor: User, now: datetime, origin: Origin) -> Queue | None:
    """Make the queue that takes what no other takes, for everybody who answers customers; None where there is one."""
    if Queue.objects.filter(is_default=True).exists():
        return None
    with transaction.atomic():
        terms = Terms(name="Inbox", name_pt="Caixa de entrada", is_default=True)
        queue = make_queue(terms=terms, actor=actor, origin=origin, now=now)
        for role in Role.objects.filter(slug="agent"):
            let_in(queue=queue, who=role, actor=actor, origin=origin, now=now)
    return queue


def leave_mailbox(*, actor: User, now: datetime, origin: Origin) -> None:
    """Pause the first mailbox if its last test failed: nobody shall believe that it is fetched."""
    channel = first_mailbox()
    if channel is None:
        return
    newest = channel.tests.exclude(finished_at=None).order_by("-id").first()
    if newest is not None and newest.status == newest.Status.FAILED:
        pause(channel=channel, actor=actor, origin=origin, now=now)
