"""Whom a text is for: everybody, or the people of some departments and roles."""

from typing import Any, Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagement.village.models import Department, Role, User

M = TypeVar("M", bound=models.Model, covariant=True)


class AudienceQuerySet(models.QuerySet[M]):
    """Texts, as their readers ask for them."""

    def addressed_to(self, user: User) -> Self:
        """Return those whose audience has the person in it: no department and no role stands for everybody."""
        departments = user.departments.order_by().values("pk")
        roles = Role.objects.filter(group__user=user).order_by().values("pk")
        matching = models.Q(departments__in=departments) | models.Q(roles__in=roles)
        everybody = models.Q(departments=None, roles=None)
        return self.filter(pk__in=self.model._base_manager.filter(matching | everybody).order_by().values("pk"))


class Audience(models.Model):
    """The people of any of these departments or roles; without both, everybody who works here."""

    departments: "models.ManyToManyField[Department, Any]" = models.ManyToManyField(
        Department, verbose_name=_("departments"), blank=True, related_name="+"
    )
    roles: "models.ManyToManyField[Role, Any]" = models.ManyToManyField(
        Role, verbose_name=_("roles"), blank=True, related_name="+"
    )

    class Meta:
        abstract = True
