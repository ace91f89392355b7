"""Who sees to it that the departments that deal with one customer speak with one voice."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.profiles.models import Profile


class Coordination(models.Model):
    """That one person coordinates what is done for a customer. At most one at a time."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("coordination")
        verbose_name_plural = _("coordinations")
        ordering = ["-key"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["profile"], condition=Q(until=None), name="one_coordinator_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.person_id}"
