"""What no administrator may do to another person, or to themselves."""

from django.utils.translation import gettext as _

from engagement.village.models import User
from engagement.village.roles import ADMINISTRATOR


class ChangeRefused(ValueError):
    """A change of a person that may not be; the message says why, to whoever asked for it."""


def refuse_unless_may_change(*, person: User, actor: User, must_be_active: bool = False) -> None:
    """Raise ChangeRefused when ``actor`` has fewer rights than ``person`` by nature: a superuser's are not theirs."""
    if person.is_superuser and not actor.is_superuser:
        raise ChangeRefused(_("Only somebody with all permissions may change this person."))
    if must_be_active and not person.is_active:
        raise ChangeRefused(_("This person may not sign in. Open their account first."))


def refuse_without_administrator() -> None:
    """Raise ChangeRefused when nobody is left who can manage people. Call after the change, in its transaction.

    The role's row is locked, so that two administrators cannot each remove the other at the same time.
    """
    administrators = User.objects.filter(is_active=True, groups__role__slug=ADMINISTRATOR)
    if not administrators.exists() and not User.objects.filter(is_active=True, is_superuser=True).exists():
        raise ChangeRefused(_("Somebody must stay administrator. Give the role to another person first."))
