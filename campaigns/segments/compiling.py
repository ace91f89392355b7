"""Rules to one statement. Names of columns come from the registry, values only as parameters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from campaigns.segments.rules import Group, Node, Rule
from engagement.organization.current import current_organization

FROM = "profiles_profile profile"


@dataclass(frozen=True, slots=True)
class Compiled:
    """``condition`` over the alias ``profile`` and what ``joins`` bring in, and its parameters (named, so that it can
    stand in a larger one). No join makes two rows of a person.
    """

    condition: str
    parameters: dict[str, Any]
    joins: str = ""

    def select(self, columns: str = "profile.key") -> str:
        """Return the statement that finds them."""
        return f"SELECT {columns} FROM {FROM} {self.joins} WHERE {self.condition}"  # noqa: S608 - columns are written in our code


def compile_rules(root: Group, *, now: datetime) -> Compiled:
    """Return the condition of the rules: canonical profiles only; times are judged by ``now`` and the house's zone."""
    writer = _Writer(now)
    parts = ["profile.canonical_id IS NULL AND profile.erased_at IS NULL", writer.node(root)]
    joins = " ".join(join for _alias, join in writer.joins.values())
    return Compiled(" AND ".join(part for part in parts if part), writer.parameters, joins)


class _Writer:
    """Writes one condition and gathers what it needs."""

    def __init__(self, now: datetime) -> None:
        house = timezone.get_default_timezone()
        self.parameters: dict[str, Any] = {
            "now": now,
            "today": now.astimezone(house).date(),
            "zone": current_organization().time_zone,
        }
        self.joins: dict[str, tuple[str, str]] = {}  # by field: what is asked of one table twice is joined once
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
        it, join = rule.field.sql, rule.field.join
        for name, value in rule.field.parameters.items():
            place = self.place(value)
            it, join = it.replace(f"%({name})s", place), join.replace(f"%({name})s", place)
        if join:
            it = it.replace("{alias}", self.joined(rule.field.name, join))
        place = "" if rule.value is None else self.place(rule.value)
        if rule.field.type == "set":
            it = it.replace("{value}", place)
        return "(" + rule.operator.sql.replace("{it}", it).replace("{value}", place) + ")"

    def joined(self, name: str, join: str) -> str:
        """Bring in the table of a field, once; return what it is called."""
        if name not in self.joins:
            alias = f"joined{len(self.joins) + 1}"
            self.joins[name] = (alias, join.replace("{alias}", alias))
        return self.joins[name][0]

    def place(self, value: Any) -> str:
        """Keep a value and return its place in the statement."""
        self.number += 1
        name = f"rule{self.number}"
        self.parameters[name] = value
        return f"%({name})s"
