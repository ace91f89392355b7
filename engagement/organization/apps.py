"""The organization."""

from django.apps import AppConfig
from django.core.signals import request_started
from django.utils.translation import gettext_lazy as _


class OrganizationConfig(AppConfig):
    name = "engagement.organization"
    label = "organization"
    verbose_name = _("Organization")

    def ready(self) -> None:
        """Look once per request and once per task whether another process saved the organization."""
        from celery.signals import task_prerun

        from engagement.organization.current import expire_local_copy

        request_started.connect(expire_local_copy, dispatch_uid="organization.request")
        task_prerun.connect(expire_local_copy, dispatch_uid="organization.task")
