"""What is left to do until the organization answers its first email: on the Administrator's home page."""

from collections.abc import Iterator
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.models import Message
from engagement.channels.models import Channel
from engagement.organization.current import announce_organization, current_organization, lock_organization
from engagement.organization.models import Organization
from engagement.ui.home import Item, Section
from engagement.village.models import User


def sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield the checklist while the organization was set up here and has answered no email."""
    ours = current_organization()
    if ours._state.adding or ours.first_reply_at is not None or not user.has_perm("organization.change_organization"):
        return
    if _note_first_reply():
        return
    yield Section(
        title=_("Get started"),
        empty="",
        order=1,
        items=list(_items(user, ours)),
        note=_("until the first email is answered"),
    )


def _items(user: User, ours: Organization) -> Iterator[Item]:
    mailboxes = Channel.objects.filter(kind="email").exclude(status=Channel.Status.ACTIVE).exists()
    active = Channel.objects.filter(kind="email", status=Channel.Status.ACTIVE).exists()
    step = "setup:step"
    yield _item(
        _("Name and postal address"),
        done=bool(ours.name and ours.postal_address),
        why=_("Marketing email needs the postal address."),
        url=reverse("setup:section", args=["general"]),
    )
    yield _item(
        _("Your second factor"),
        done=Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
        why=_("An administrator's password alone is not enough protection."),
        url=reverse(step, args=["second-factor"]),
    )
    yield _item(
        _("First mailbox"),
        done=active,
        why=_("It is not active yet: test it, then resume it.") if mailboxes else _("Where customers write to you."),
        url=reverse(step, args=["mailbox"]),
    )
    yield _item(
        _("Team"),
        done=User.objects.filter(is_active=True).count() > 1,
        why=_("Invite the people who answer customers."),
        url=reverse(step, args=["team"]),
    )
    yield _item(
        _("Privacy contact"),
        done=bool(ours.privacy_contact_email or ours.privacy_contact_name),
        why=_("Whom people ask about their data."),
        url=reverse("setup:section", args=["privacy"]),
    )
    received = Message.objects.filter(kind=Message.Kind.RECEIVED).exists()
    yield _item(
        _("First email answered"),
        done=False,
        why=_("An email is waiting in the inbox.") if received else _("Send an email to your mailbox and answer it."),
        url=reverse("conversations:inbox") if user.has_perm("conversations.view_conversation") else "",
    )


def _item(what: str, *, done: bool, why: str, url: str) -> Item:
    return Item(
        what=what,
        why="" if done else why,
        url=url,
        icon="circle-check" if done else "circle-dashed",
        note=_("done") if done else "",
    )


def _note_first_reply() -> bool:
    """Keep when the first email was answered; say whether one was."""
    states = ("accepted", "delivered", "read")
    replies = Message.objects.filter(kind=Message.Kind.REPLY, conversation__channel__kind="email")
    first = (
        replies.filter(delivery_state__in=states).order_by("created_at").values_list("created_at", flat=True).first()
    )
    if first is None:
        return False
    with transaction.atomic():
        row = lock_organization()
        row.first_reply_at = first
        row.save(update_fields=["first_reply_at"])
        announce_organization(row)
    return True
