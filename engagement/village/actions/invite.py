"""Invite a person: they get a mail with a link by which they set their own password."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from engagement.organization.current import current_organization
from engagement.village.actions.guard import ChangeRefused, refuse_unless_may_change
from engagement.village.actions.send_password_link import send_password_link
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import Department, Role, User


class AlreadyHere(ValueError):
    """Somebody works here with this address."""


def invite(
    *,
    email: str,
    name: str,
    roles: Iterable[Role],
    departments: Iterable[Department],
    language: str,
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
    sends_link: bool = True,
) -> User:
    """Make a person who cannot sign in until they have set a password by the link of the mail that goes to them.

    The link holds for ``settings.PASSWORD_RESET_TIMEOUT`` seconds. Raises AlreadyHere; LinkNotSent when the person is
    invited, but no email left. ``sends_link``: False leaves the email for ``invite_again``.
    """
    chosen, places = list(roles), list(departments)
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                email,
                None,
                name=name,
                language=language,
                time_zone=current_organization().time_zone,
                date_joined=now,
                invited_at=now,
            )
            EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
            person.groups.set([role.group_id for role in chosen])
            person.departments.set(places)
            detail = {
                "roles": sorted(role.slug for role in chosen),
                "departments": sorted(place.slug for place in places),
            }
            record(actor=actor, action="person.invited", subject=person, now=now, detail=detail, origin=origin)
            if sends_link:
                transaction.on_commit(lambda: send_password_link(person=person, mail="invitation", invited_by=actor))
    except IntegrityError as error:
        raise AlreadyHere(email) from error
    return person


def invite_again(*, person: User, actor: User, now: datetime, origin: Origin = NOWHERE) -> User:
    """Send the invitation again with a new link. Raises ChangeRefused for who has joined already, LinkNotSent."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=person.pk)
        refuse_unless_may_change(person=locked, actor=actor, must_be_active=True)
        if locked.standing == User.Standing.JOINED:
            raise ChangeRefused(_("This person has joined already. Send a link for a new password instead."))
        locked.invited_at = now
        locked.save(update_fields=["invited_at"])
        record(actor=actor, action="person.invited_again", subject=locked, now=now, origin=origin)
        transaction.on_commit(lambda: send_password_link(person=locked, mail="invitation", invited_by=actor))
    return locked
