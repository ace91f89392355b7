"""How figures of the operating model are written."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from engagement.operations import blueprint_labels
from engagement.operations.actions.count import passes
from engagement.operations.checklist import Item
from engagement.operations.figures import figure_of, target_of
from engagement.operations.findings import describe_cell, describe_line
from engagement.operations.models import Outcome
from engagement.operations.names import AREA_NAMES
from engagement.operations.selectors.blueprint import Blueprint, Node
from engagement.operations.selectors.matrix import Cell, Line
from engagement.ui.templatetags.ui import badge

register = template.Library()
GLYPHS = {"pass": "circle-check", "fail": "circle-x", "insufficient": "circle-dashed", "waived": "clock"}
TONES = {"pass": "moss", "fail": "tile", "insufficient": "", "waived": "ochre"}


register.filter(figure_of)
register.filter(target_of)


@register.filter
def glyph_of(outcome: str) -> str:
    """The glyph of an outcome."""
    return GLYPHS[outcome]


@register.filter
def tone_of(outcome: str) -> str:
    """The badge's tone of an outcome."""
    return TONES[outcome]


@register.filter
def cell_tone(outcome: str) -> str:
    """How a cell's worst line is drawn."""
    return {"pass": "pass", "fail": "fail"}.get(outcome, "wait")


@register.filter
def outcome_name(outcome: str) -> str:
    """The outcome in words."""
    return str(Outcome(outcome).label)


@register.filter
def area_name(area: str) -> Any:
    """What a C is called."""
    return AREA_NAMES[area]


@register.filter
def said(line: Line) -> str:
    """What one line says: the statement with its figure and target, what fails, or what is missing."""
    return describe_line(line)


@register.filter
def finding(cell: Cell) -> str:
    """What a cell says of what is worst in it."""
    return describe_cell(cell, timezone.localdate())


@register.filter
def absolute(value: float) -> float:
    """How far, whatever the direction."""
    return abs(value)


@register.filter
def times(ratio: Decimal | None) -> str:
    """A return: "1.9 ×"; a dash while no cost is known."""
    return f"{number_format(round(ratio, 1), decimal_pos=1)} ×" if ratio is not None else "–"


@register.filter
def outcome_now(item: Item, figure: float | None) -> str:
    """What a figure that was just measured says, by the item's own threshold."""
    if figure is None:
        return Outcome.INSUFFICIENT
    return Outcome.PASS if passes(item, figure, item.threshold) else Outcome.FAIL


@register.filter
def named(found: Mapping[str, Any], name: str) -> Any:
    """One of several things by its name."""
    return found[name]


@register.simple_tag
def localize_off(value: float) -> str:
    """A coordinate of an SVG, with a point whatever the language."""
    return f"{value:.1f}"


SECTIONS = (
    ("operations:model", gettext_lazy("Checks"), "operations.view_checklist"),
    ("operations:blueprint", gettext_lazy("Blueprint"), "operations.view_component"),
    ("operations:requirements", gettext_lazy("Requirements"), "operations.view_requirement"),
    ("operations:plan", gettext_lazy("Plan"), "operations.view_milestone"),
    ("operations:adoption", gettext_lazy("Adoption"), "operations.view_adoption"),
    ("operations:use-cases", gettext_lazy("Use cases"), "operations.view_checklist"),
)


@register.inclusion_tag("operations/parts/sections.html", takes_context=True)
def operating_sections(context: template.Context, current: str) -> dict[str, Any]:
    """The pages of the operating model that the person may open; ``current`` is the name of this one."""
    user = context["request"].user
    found = []
    for name, label, permission in SECTIONS:
        if user.has_perm(permission):
            found.append((reverse(name), label, name == current))
    return {"sections": found}


@register.filter
def state_badge(state: str) -> SafeString:
    """The badge of a component, a link or a requirement."""
    labels = blueprint_labels
    return badge(labels.state_label(state), labels.state_tone(state), labels.state_glyph(state))


@register.filter
def state_word(state: str) -> str:
    """The word for a state of a component, a link or a requirement."""
    return blueprint_labels.state_label(state)


@register.simple_tag
def blueprint_lead(blueprint: Blueprint, gaps: int) -> str:
    """How much is drawn and what of it does not work, in one sentence."""
    components, links = len(blueprint.components), len(blueprint.links)
    words = [
        ngettext("%(count)d component", "%(count)d components", components) % {"count": components},
        ngettext("%(count)d link", "%(count)d links", links) % {"count": links},
    ]
    failing, broken, planned = len(blueprint.failing), len(blueprint.broken_links), len(blueprint.planned)
    if failing:
        words.append(ngettext("%(count)d failing", "%(count)d failing", failing) % {"count": failing})
    if broken:
        words.append(ngettext("%(count)d broken link", "%(count)d broken links", broken) % {"count": broken})
    if planned:
        words.append(ngettext("%(count)d planned", "%(count)d planned", planned) % {"count": planned})
    if gaps:
        words.append(
            ngettext("%(count)d requirement with a gap", "%(count)d requirements with a gap", gaps) % {"count": gaps}
        )
    return ", ".join(words) + "."


@register.simple_tag
def links_in_words(blueprint: Blueprint, node: Node) -> str:
    """The neighbors of a component with what flows, for the list."""
    if node.component is None:
        return "–"
    id = node.id
    words = []
    for edge in blueprint.links_of(node.component):
        other = edge.target if edge.origin.id == id else edge.origin
        arrow = "↔" if edge.both_ways else "→" if edge.origin.id == id else "←"
        words.append(f"{arrow} {other.name} ({edge.flow})")
    return "; ".join(words) or "–"
