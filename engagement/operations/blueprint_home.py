"""What of the blueprint and of requirements stands on home pages: for who draws, builds and requires."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.operations.blueprint_labels import state_glyph, state_label
from engagement.operations.models import Requirement
from engagement.operations.object_grants import granted_components
from engagement.operations.selectors.blueprint import Blueprint, Edge, Node, read_blueprint
from engagement.operations.selectors.coverage import Coverage, coverage_of
from engagement.ui.home import Action, Item, Section
from engagement.village.models import User

MAX_ITEMS = 6


def drawing(user: User, now: datetime) -> Iterator[Section]:
    """Yield what is broken or not documented, and the requirements that nothing covers. For the architect."""
    blueprint = read_blueprint(now=now)
    broken = [*(_node_item(node) for node in blueprint.failing), *(_edge_item(edge) for edge in blueprint.broken_links)]
    missing = [*(_node_item(node) for node in blueprint.undocumented)]
    yield Section(
        title=_("Blueprint"),
        note=_count_note(blueprint),
        empty=_("Everything that is drawn works."),
        url=reverse("operations:blueprint"),
        order=10,
        items=[*broken[:MAX_ITEMS], *missing[:MAX_ITEMS]],
    )
    found = coverage_of(requirements=Requirement.objects.current(), now=now, blueprint=blueprint)
    gaps = [one for one in found if one.state in ("gap", "failing")]
    yield Section(
        title=_("Requirements without cover"),
        note=str(len(gaps)) if gaps else "",
        empty=_("Every requirement is met or planned."),
        url=reverse("operations:requirements"),
        order=12,
        items=[_requirement_item(one, user) for one in gaps[:MAX_ITEMS]],
    )


def _count_note(blueprint: Blueprint) -> str:
    count = len(blueprint.failing) + len(blueprint.broken_links)
    return ngettext("%(count)d broken", "%(count)d broken", count) % {"count": count} if count else ""


def _node_item(node: Node) -> Item:
    why = f"{state_label(node.state)} · {node.problem or node.detail}"
    return Item(what=node.name, why=why, url=node.url, icon=state_glyph(node.state), failed=node.state == "failing")


def _edge_item(edge: Edge) -> Item:
    url = reverse("operations:link", args=[edge.link.pk]) if edge.link is not None else ""
    what = f"{edge.origin.name} → {edge.target.name}: {edge.flow}"
    return Item(what=what, why=edge.problem, url=url, icon=state_glyph(edge.state), failed=True)


def _requirement_item(one: Coverage, user: User) -> Item:
    action = None
    if not one.is_met and one.ask is not None and one.ask != user:
        label = _("Ask %(name)s") % {"name": one.ask.name}
        action = Action(label, reverse("operations:requirement-ask", args=[one.requirement.pk]), {"next": "/"})
    return Item(
        what=one.requirement.title,
        why=f"{state_label(one.shown_state)} · {one.reason}" if one.reason else state_label(one.shown_state),
        url=reverse("operations:requirement", args=[one.requirement.pk]),
        icon=state_glyph(one.shown_state),
        failed=one.state in ("gap", "failing") and one.waiver is None,
        action=action,
    )


def building(user: User, now: datetime) -> Iterator[Section]:
    """Yield the components that are granted to a builder, with their health and their neighbors' trouble."""
    blueprint = read_blueprint(now=now)
    nodes = [blueprint.node_of(component) for component in granted_components(user)]
    nodes.sort(key=lambda node: (node.state != "failing", node.state == "planned"))
    yield Section(
        title=_("My components"),
        note=str(len(nodes)) if nodes else "",
        empty=_("No component is granted to you yet. Ask an Architect: they grant it on its page of the blueprint."),
        url=reverse("operations:blueprint"),
        order=6,
        items=[_granted_item(node, blueprint) for node in nodes[: 2 * MAX_ITEMS]],
    )


def _granted_item(node: Node, blueprint: Blueprint) -> Item:
    component = node.component
    troubled = [one.name for one in blueprint.neighbors_of(component) if one.state == "failing"] if component else []
    why = f"{state_label(node.state)} · {node.problem or node.detail}"
    if troubled:
        why = _("%(state)s · neighbors that fail: %(names)s") % {"state": why, "names": ", ".join(troubled)}
    action = (
        Action(_("Test"), f"{node.source.url}#channel-test") if node.source is not None and node.source.url else None
    )
    return Item(
        what=node.name,
        why=why,
        url=node.url,
        icon=state_glyph(node.state),
        at=node.source.last_at if node.source is not None else None,
        failed=node.state == "failing",
        action=action,
    )


def requiring(user: User, now: datetime) -> Iterator[Section]:
    """Yield the requirements with their coverage: what is missing first. For the visionary."""
    found = coverage_of(requirements=Requirement.objects.current(), now=now)
    met = sum(one.is_met for one in found)
    yield Section(
        title=_("Requirements"),
        note=_("%(met)s of %(all)s met") % {"met": met, "all": len(found)} if found else "",
        empty=_("No requirements yet. Write what your department needs, before a campaign needs it."),
        url=reverse("operations:requirements"),
        order=10,
        items=[_requirement_item(one, user) for one in found[:MAX_ITEMS] if not one.is_met],
    )
