"""Whom to ask for access."""

from typing import Any

from engagement.village.models import User
from engagement.village.roles import ADMINISTRATOR


def who_can_help(person: Any) -> User | None:
    """Return the administrator who was here last, for somebody who is signed in; None for a stranger or without one."""
    if not getattr(person, "is_authenticated", False):
        return None
    people = User.objects.filter(is_active=True, groups__role__slug=ADMINISTRATOR).exclude(pk=person.pk)
    return people.order_by("-last_login", "key").exclude(last_login=None).first()
