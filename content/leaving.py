"""The templates that a person owns. Registered with ``responsibilities``."""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from content.models import Template
from engagement.village import responsibilities
from engagement.village.models import User
from engagement.village.responsibilities import Held, Responsibility


def _templates(person: User) -> QuerySet[Template]:
    return Template.objects.in_use().filter(owner=person).newest_first()


def _describe(template: Template) -> Held:
    return Held(template.name, reverse("content:template", args=[template.pk]))


def _give(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return 0 if to is None else _templates(person).order_by().update(owner=to)


def register() -> None:
    """Called once, when the app is ready."""
    responsibilities.register(
        Responsibility(
            name="content.templates",
            label=_("Templates"),
            rows=_templates,
            describe=_describe,
            hand_over=_give,
            permission="content.change_template",
            view="content.view_template",
            order=60,
        )
    )
