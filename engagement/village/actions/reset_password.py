"""An administrator has a person set a new password."""

from datetime import datetime

from django.db import transaction

from engagement.village.actions.guard import refuse_unless_may_change
from engagement.village.actions.send_password_link import send_password_link
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


def reset_password(*, person: User, actor: User, now: datetime, origin: Origin = NOWHERE) -> User:
    """Mail the person a link to set a new password; the old one holds until they have.

    Raises ChangeRefused for someone that ``actor`` may not change, and for one who may not sign in.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=person.pk)
        refuse_unless_may_change(person=locked, actor=actor, must_be_active=True)
        record(actor=actor, action="password.link_sent", subject=locked, now=now, origin=origin)
        transaction.on_commit(lambda: send_password_link(person=locked, mail="new_password", invited_by=actor))
    return locked
