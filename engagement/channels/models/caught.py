"""Mail that the built-in catcher took instead of a mail server, while no SMTP_URL is set."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.village.models import User

SEES_STAFF_MAIL = "village.change_user"  # of whoever administers the team


class CaughtMailQuerySet(models.QuerySet["CaughtMail"]):
    """Caught mail, as its readers ask for it."""

    def visible_to(self, user: User) -> "CaughtMailQuerySet":
        """Return customers' mail; what the team itself was sent (links that set a password) is its administrators'.

        An address is the team's if somebody has it now, or had it when the message came.
        """
        if user.is_active and user.has_perm(SEES_STAFF_MAIL):
            return self
        return self.filter(for_staff=False).exclude(customer__in=staff_addresses())


def staff_addresses() -> models.QuerySet[User, Any]:
    """Return the addresses of everybody who works here, or did, in small letters."""
    return User.objects.order_by().values_list("email", flat=True)


class CaughtMail(models.Model):
    """One message as a customer got it, or as somebody wrote it in a customer's name, byte for byte.

    ``customer`` is the address whose mailbox it stands in, lower case; a message to three customers is three
    rows.
    """

    class Direction(models.TextChoices):
        IN = "in", _("received")
        OUT = "out", _("written")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    at = models.DateTimeField(_("at"))
    customer = models.CharField(_("customer"), max_length=320)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.IN)
    delivery = models.UUIDField()  # the same for all rows of one SMTP transaction
    envelope = models.JSONField(default=dict)
    body = models.BinaryField()
    sender = models.CharField(_("from"), max_length=500, blank=True, default="")
    title = models.CharField(_("subject"), max_length=500, blank=True, default="")
    is_open = models.BooleanField(_("read"), default=False)
    for_staff = models.BooleanField(default=False, db_default=False, editable=False)

    objects = CaughtMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("caught message")
        verbose_name_plural = _("caught messages")
        ordering = ["-key"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["delivery", "customer"], name="caught_once_per_customer")]
        indexes = [
            models.Index(fields=["customer", "-key"], name="caught_customer"),
            models.Index(fields=["customer"], name="caught_unopened", condition=Q(is_open=False)),
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.title}"
