"""Rules to one statement. Names of columns come from the registry, values only as parameters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from campaigns.segments.rules import Group, Node, Rule

FROM = "profiles_profile profile"


@dataclass(frozen=True, slots=True)
class Compiled:
    """``condition`` over the alias ``profile``, and its parameters (named, so that it can stand in a larger one)."""

    condition: str
    parameters: dict[str, Any]

    def select(self, columns: str = "profile.key") -> str:
        """Return the statement that finds them."""
        return f"SELECT {columns} FROM {FROM} WHERE {self.condition}"  # noqa: S608 - columns are written in our code


def compile_rules(root: Group, *, now: datetime) -> Compiled:
    """Return the condition of the rules: canonical profiles only; times are judged by ``now`` and the house's zone."""
    writer = _Writer(now)
    parts = ["profile.canonical_id IS NULL", writer.node(root)]
    return Compiled(" AND ".join(part for part in parts if part), writer.parameters)


class _Writer:
    """Writes one condition and gathers what it needs."""

    def __init__(self, now: datetime) -> None:
        house = timezone.get_default_timezone()
        self.parameters: dict[str, Any] = {
            "now": now,
            "today": now.astimezone(house).date(),
            "zone": settings.TIME_ZONE,
        }
        self.number = 0

    def node(self, node: Node) -> str:
        if isinstance(node, Rule):
            return self.rule(node)
        parts = [part for part in map(self.node, node.parts) if part]
        if not parts:
            return ""
        if node.kind == "not":
            return f"NOT ({parts[0]})"
        return "(" + (" AND " if node.kind == "all" else " OR ").join(parts) + ")"

    def rule(self, rule: Rule) -> str:
        it = rule.field.sql
        for name, value in rule.field.parameters.items():
            it = it.replace(f"%({name})s", self.place(value))
        place = "" if rule.value is None else self.place(rule.value)
        if rule.field.type == "set":
            it = it.replace("{value}", place)
        return "(" + rule.operator.sql.replace("{it}", it).replace("{value}", place) + ")"

    def place(self, value: Any) -> str:
        """Keep a value and return its place in the statement."""
        self.number += 1
        name = f"rule{self.number}"
        self.parameters[name] = value
        return f"%({name})s"
