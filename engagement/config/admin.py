"""Periodic tasks and their schedules in the administration: saved over nothing that somebody else saved meanwhile."""

from django.contrib import admin
from django_celery_beat.admin import PeriodicTaskAdmin as PackagePeriodicTaskAdmin
from django_celery_beat.admin import PeriodicTaskForm as PackagePeriodicTaskForm
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from engagement.ui.administration import SafeSaveAdmin
from engagement.ui.stale_forms import StaleCheckMixin

SCHEDULES = [ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule]
admin.site.unregister([PeriodicTask, *SCHEDULES])


class PeriodicTaskForm(StaleCheckMixin, PackagePeriodicTaskForm):  # type: ignore[misc]
    """The package's form, over what stands now."""


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(SafeSaveAdmin, PackagePeriodicTaskAdmin):  # type: ignore[misc]
    """One periodic task. The names in ``task`` come from the code."""

    form = PeriodicTaskForm
    change_form_template = None


@admin.register(*SCHEDULES)
class ScheduleAdmin(SafeSaveAdmin):
    """One schedule; the tasks that follow it are edited on pages of their own."""
