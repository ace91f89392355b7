"""What an organization decides about the use cases of the catalog: adopted by hand, and until when it means to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class UseCasePlan(models.Model):
    """One use case of the catalog (``use_cases``), where somebody decided something about it."""

    use_case = models.CharField(max_length=100, primary_key=True)
    is_adopted = models.BooleanField(_("adopted"), default=False, db_default=False)
    target_date = models.DateField(_("target date"), null=True, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("use case")
        verbose_name_plural = _("use cases")
        ordering = ["use_case"]
        default_permissions = ()
        permissions = [("change_method", _("Can plan use cases and lead workshops"))]

    def __str__(self) -> str:
        return self.use_case
