"""A person leaves, or comes back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.village import endings
from engagement.village.actions.end_sessions import end_all_sessions
from engagement.village.actions.guard import (
    ChangeRefused,
    refuse_unless_may_change,
    refuse_without_administrator,
)
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import Role, User
from engagement.village.roles import ADMINISTRATOR


def end_access(*, person: User, actor: User, now: datetime, origin: Origin = NOWHERE) -> User:
    """Let a person in no more: sign-in is closed, every session ends, and so does what other apps have registered.

    What they wrote stays. Safe to repeat. Raises ChangeRefused for oneself and for the last administrator.
    """
    if person.pk == actor.pk:
        raise ChangeRefused(_("You cannot close your own account. Ask another administrator."))
    with transaction.atomic():
        Role.objects.select_for_update().get(slug=ADMINISTRATOR)
        locked = User.objects.select_for_update().get(pk=person.pk)
        refuse_unless_may_change(person=locked, actor=actor)
        if not locked.is_active:
            return locked
        locked.is_active = False
        locked.save(update_fields=["is_active"])
        refuse_without_administrator()
        sessions = end_all_sessions(person=locked, now=now)
        ended = endings.run(person=locked, actor=actor, now=now)
        detail = {"sessions": sessions, **ended}
        record(actor=actor, action="person.access_ended", subject=locked, now=now, detail=detail, origin=origin)
    return locked


def restore_access(*, person: User, actor: User, now: datetime, origin: Origin = NOWHERE) -> User:
    """Let a person sign in again, with the roles that they had. Safe to repeat. Raises ChangeRefused."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=person.pk)
        refuse_unless_may_change(person=locked, actor=actor)
        if not locked.is_active:
            locked.is_active = True
            locked.save(update_fields=["is_active"])
            record(actor=actor, action="person.access_restored", subject=locked, now=now, origin=origin)
    return locked
