"""The blueprint with the live state of what is drawn, and what works and is not drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from engagement.operations.blueprint_labels import state_label
from engagement.operations.blueprint_sources import LiveFlow, LiveSource, live_flows, live_sources
from engagement.operations.models import Component, Layer, Link
from engagement.sorting import by_name

# healthy: it works; failing: drawn as in use, and does not work; idle: connected, nothing shows that it works;
# unmonitored: nothing here can measure it; undocumented: it works and is not drawn.
State = Literal["healthy", "failing", "idle", "planned", "retired", "unmonitored", "undocumented"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A component as it is drawn; ``component`` is None for a source that is not documented."""

    id: str
    name: str
    layer: str
    state: State
    detail: str
    problem: str
    component: Component | None
    source: LiveSource | None

    @property
    def url(self) -> str:
        """Its page; of what is not documented the page on which it can be added."""
        if self.component is not None:
            return reverse("operations:component", args=[self.component.pk])
        return f"{reverse('operations:blueprint')}#undocumented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A link as it is drawn; ``link`` is None for a flow that is not documented."""

    id: str
    origin: Node
    target: Node
    flow: str
    both_ways: bool
    state: State
    problem: str
    link: Link | None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Everything that is drawn, and what is not documented yet."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    by_id: dict[str, Node] = field(repr=False)

    @property
    def components(self) -> list[Node]:
        """What somebody drew."""
        return [node for node in self.nodes if node.component is not None]

    @property
    def links(self) -> list[Edge]:
        """Links that somebody drew."""
        return [edge for edge in self.edges if edge.link is not None]

    @property
    def undocumented(self) -> list[Node]:
        """What works here and is not drawn."""
        return [node for node in self.nodes if node.component is None]

    @property
    def undocumented_links(self) -> list[Edge]:
        """What flows between drawn components without a drawn link."""
        documented = [edge for edge in self.edges if edge.link is None]
        return [edge for edge in documented if edge.origin.component and edge.target.component]

    @property
    def failing(self) -> list[Node]:
        """Components that are drawn as in use and do not work."""
        return [node for node in self.components if node.state == "failing"]

    @property
    def broken_links(self) -> list[Edge]:
        """Links that are drawn as in use and do not work."""
        return [edge for edge in self.links if edge.state == "failing"]

    @property
    def planned(self) -> list[Node]:
        """Components that are to come."""
        return [node for node in self.components if node.state == "planned"]

    @property
    def layers(self) -> list[tuple[str, str, list[Node]]]:
        """Each layer that has something in it: its name, its label, its nodes."""
        groups = [
            (str(name), str(label), [node for node in self.nodes if node.layer == name])
            for name, label in Layer.choices
        ]
        return [group for group in groups if group[2]]

    def node_of(self, component: Component) -> Node:
        """Return the node of a drawn component."""
        return self.by_id[str(component.pk)]

    def links_of(self, component: Component) -> list[Edge]:
        """Links of a component, in both directions."""
        id = str(component.pk)
        return [edge for edge in self.links if id in (edge.origin.id, edge.target.id)]

    def neighbors_of(self, component: Component) -> list[Node]:
        """Components to which a component is linked."""
        id = str(component.pk)
        found = [edge.target if edge.origin.id == id else edge.origin for edge in self.links_of(component)]
        return list({node.id: node for node in found}.values())


def read_blueprint(*, now: datetime) -> Blueprint:
    """Return the blueprint as it is now. A fixed number of queries, however much is drawn."""
    sources = live_sources(now)
    components = list(Component.objects.current().select_related("owner", "department").order_by(*by_name(key="id")))
    nodes = [_node_of(component, sources.get(component.source)) for component in components]
    drawn = {component.source for component in components if component.source}
    nodes += [_undocumented(source) for source in sources.values() if source.key not in drawn]
    by_id = {node.id: node for node in nodes}
    by_source = {node.source.key: node for node in nodes if node.source is not None}
    links = Link.objects.current().filter(origin__deleted_at=None, target__deleted_at=None).select_related("owner")
    flows = {(flow.origin, flow.target): flow for flow in live_flows(now)}
    edges = [_edge_of(link, by_id, flows) for link in links]
    edges += _undocumented_edges(flows.values(), by_source, edges)
    return Blueprint(nodes=nodes, edges=edges, by_id=by_id)


def _node_of(component: Component, source: LiveSource | None) -> Node:
    state, problem = _state_of(component, source)
    return Node(
        id=str(component.pk),
        name=component.name,
        layer=component.layer,
        state=state,
        detail=_detail_of(component, source),
        problem=problem,
        component=component,
        source=source,
    )


def _state_of(component: Component, source: LiveSource | None) -> tuple[State, str]:
    if component.status == Component.Status.RETIRED:
        return "retired", ""
    if component.status == Component.Status.PLANNED:
        return "planned", ""
    if source is not None:
        return source.state, str(source.problem)
    if component.source:
        return "failing", _("It does not exist in this installation any more.")
    return "unmonitored", ""


def _detail_of(component: Component, source: LiveSource | None) -> str:
    if source is not None and source.detail:
        return str(source.detail)
    if component.status == Component.Status.PLANNED and component.planned_for:
        return _("from %(day)s") % {"day": formats.date_format(component.planned_for, "SHORT_DATE_FORMAT")}
    return str(component.get_kind_display())


def _undocumented(source: LiveSource) -> Node:
    return Node(
        id=source.key,
        name=str(source.name),
        layer=source.layer,
        state="undocumented",
        detail=str(source.detail),
        problem=str(source.problem),
        component=None,
        source=source,
    )


def _edge_of(link: Link, by_id: dict[str, Node], flows: dict[tuple[str, str], LiveFlow]) -> Edge:
    origin, target = by_id[str(link.origin_id)], by_id[str(link.target_id)]
    state, problem = _state_of_link(link, origin, target)
    found = _flow_between(origin, target, flows)
    if found is None and link.direction == Link.Direction.BOTH_WAYS:
        found = _flow_between(target, origin, flows)
    return Edge(
        id=str(link.pk),
        origin=origin,
        target=target,
        flow=link.flow,
        both_ways=link.direction == Link.Direction.BOTH_WAYS,
        state=state,
        problem=problem,
        link=link,
        last_at=found.last_at if found else None,
    )


def _state_of_link(link: Link, origin: Node, target: Node) -> tuple[State, str]:
    """A link is as well as the worse of its ends; a planned one is planned whatever its ends are."""
    if link.status != Component.Status.IN_USE:
        return ("planned" if link.status == Component.Status.PLANNED else "retired"), ""
    for node in (origin, target):
        if node.state == "failing":
            return "failing", _("%(component)s fails: %(problem)s") % {"component": node.name, "problem": node.problem}
        if node.state == "planned":
            return "failing", _("It is drawn as in use, and %(component)s is only planned.") % {"component": node.name}
        if node.state == "retired":
            return "failing", _("It is drawn as in use, and %(component)s is retired.") % {"component": node.name}
    states = {origin.state, target.state}
    if "idle" in states:
        return "idle", ""
    return ("healthy" if states == {"healthy"} else "unmonitored"), ""


def _flow_between(origin: Node, target: Node, flows: dict[tuple[str, str], LiveFlow]) -> LiveFlow | None:
    if origin.source is None or target.source is None:
        return None
    return flows.get((origin.source.key, target.source.key))


def _undocumented_edges(flows: Iterable[LiveFlow], by_source: dict[str, Node], drawn: Sequence[Edge]) -> list[Edge]:
    pairs = {(edge.origin.id, edge.target.id) for edge in drawn}
    pairs |= {(edge.target.id, edge.origin.id) for edge in drawn if edge.both_ways}
    found = []
    for flow in flows:
        origin, target = by_source.get(flow.origin), by_source.get(flow.target)
        if origin is None or target is None or (origin.id, target.id) in pairs:
            continue
        found.append(
            Edge(
                id=f"{flow.origin}>{flow.target}",
                origin=origin,
                target=target,
                flow=str(flow.flow),
                both_ways=False,
                state="undocumented",
                problem="",
                link=None,
                last_at=flow.last_at,
            )
        )
    return found


def draw(blueprint: Blueprint) -> dict[str, Any]:
    """Return what the browser lays out and draws, as JSON values."""
    return {
        "layers": [{"id": name, "label": label} for name, label, _nodes in blueprint.layers],
        "nodes": [
            {
                "id": node.id,
                "name": node.name,
                "detail": node.detail,
                "layer": node.layer,
                "department": str(node.component.department or "") if node.component else "",
                "state": node.state,
                "stateLabel": state_label(node.state),
                "problem": node.problem,
                "url": node.url,
            }
            for node in blueprint.nodes
        ],
        "edges": [
            {
                "id": edge.id,
                "origin": edge.origin.id,
                "target": edge.target.id,
                "flow": edge.flow,
                "bothWays": edge.both_ways,
                "state": edge.state,
                "stateLabel": state_label(edge.state),
                "problem": edge.problem,
            }
            for edge in blueprint.edges
        ],
    }
