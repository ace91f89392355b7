"""The operating model: what an organisation really does, asked of its own data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "engagement.operations"
    label = "operations"
    verbose_name = _("Operations")
