"""Components, links and requirements that a person owns. Registered with ``responsibilities``."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagement.operations.actions.blueprint import TOPIC
from engagement.operations.models import Component, Link, Requirement
from engagement.realtime.topics import poke
from engagement.sorting import by_name
from engagement.village import responsibilities
from engagement.village.audit import record
from engagement.village.models import User
from engagement.village.responsibilities import Held, Responsibility


def _components(person: User) -> QuerySet[Component]:
    return Component.objects.current().filter(owner=person).order_by(*by_name(key="id"))


def _links(person: User) -> QuerySet[Link]:
    return Link.objects.current().filter(owner=person).select_related("origin", "target").order_by("id")


def _requirements(person: User) -> QuerySet[Requirement]:
    return Requirement.objects.current().filter(owner=person).order_by("-id")


def _give(rows: QuerySet[Any], action: str, person: User, to: User | None, actor: User, now: datetime) -> int:
    found = list(rows.select_for_update(of=("self",)))
    for row in found:
        row.owner, row.updated_at = to, now
        row.save(update_fields=["owner", "updated_at"])
        detail = {"owner": [str(person), str(to) if to else ""]}
        record(actor=actor, action=action, subject=row, now=now, detail=detail)
    if found:
        poke(TOPIC)
    return len(found)


def _give_components(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return _give(_components(person), "blueprint.component_changed", person, to, actor, now)


def _give_links(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return _give(_links(person), "blueprint.link_changed", person, to, actor, now)


def _give_requirements(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return _give(_requirements(person), "requirement.changed", person, to, actor, now)


def _describe_component(component: Component) -> Held:
    return Held(component.name, reverse("operations:component", args=[component.pk]))


def _describe_link(link: Link) -> Held:
    return Held(f"{link.origin} → {link.target}: {link.flow}", reverse("operations:link", args=[link.pk]))


def _describe_requirement(requirement: Requirement) -> Held:
    return Held(requirement.title, reverse("operations:requirement", args=[requirement.pk]))


def register() -> None:
    """Called once, when the app is ready."""
    kinds: tuple[tuple[str, Any, Any, Any, Any], ...] = (
        ("components", _("Components of the blueprint"), _components, _describe_component, _give_components),
        ("links", _("Links of the blueprint"), _links, _describe_link, _give_links),
        ("requirements", _("Requirements"), _requirements, _describe_requirement, _give_requirements),
    )
    for number, (name, label, rows, describe, give) in enumerate(kinds):
        permission = "operations.view_requirement" if name == "requirements" else "operations.view_component"
        responsibilities.register(
            Responsibility(
                name=f"operations.{name}",
                label=label,
                rows=rows,
                describe=describe,
                hand_over=give,
                unassigned=_("No owner"),
                permission=permission,
                view=permission,
                order=84 + number,
            )
        )
