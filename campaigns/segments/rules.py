"""The tree of a segment's rules: ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": {...}}`` and leaves
``{"field": "country", "op": "is", "value": "BR"}``. What is read here is checked whole before anything is asked of it.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.segments.fields import Field, fields
from campaigns.segments.operators import Operator

DEEPEST = 5  # groups within groups
MOST_RULES = 40
LONGEST_VALUE = 200  # letters
MOST_VALUES = 50
MOST_DAYS = 36_500


Path = tuple[str | int, ...]


class BadRules(ValueError):
    """The rules cannot be asked: the sentence says which one and why, in the active language; ``path`` leads to it."""

    def __init__(self, sentence: str, path: Path = ()) -> None:
        super().__init__(sentence)
        self.path = path


@dataclass(frozen=True, slots=True)
class Rule:
    """A leaf, its value in the type that its operator takes (None, str, float, int, list of str)."""

    field: Field
    operator: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class Group:
    """``kind`` is all, any or not (with exactly one part)."""

    kind: str
    parts: tuple["Node", ...]


Node = Rule | Group


def read(tree: object, known: Mapping[str, Field] | None = None) -> Group:
    """Return the checked tree; its root is always a group. Raises BadRules."""
    reader = _Reader(fields() if known is None else known)
    node = reader.node(tree, 1, ())
    return node if isinstance(node, Group) else Group("all", (node,))


def tree_of(node: Node) -> dict[str, Any]:
    """Return the tree of checked rules as it is stored: each value in its type, and nothing else in it."""
    if isinstance(node, Rule):
        leaf = {"field": node.field.name, "op": node.operator.name}
        return leaf if node.value is None else leaf | {"value": node.value}
    parts = [tree_of(part) for part in node.parts]
    return {node.kind: parts[0] if node.kind == "not" else parts}


class _Reader:
    """Reads one tree, counting its rules."""

    def __init__(self, known: Mapping[str, Field]) -> None:
        self.known = known
        self.rules = 0

    def node(self, given: object, depth: int, path: Path) -> Node:
        if not isinstance(given, dict):
            raise BadRules(_("A rule is missing."), path)
        if "field" in given:
            self.rules += 1
            if self.rules > MOST_RULES:
                raise BadRules(_("A segment has at most %(most)d rules.") % {"most": MOST_RULES}, path)
            return self.rule(given, path)
        if depth > DEEPEST:
            raise BadRules(_("Groups stand at most %(most)d deep in one another.") % {"most": DEEPEST}, path)
        if len(given) != 1 or (kind := next(iter(given))) not in ("all", "any", "not"):
            raise BadRules(_("A group is “all”, “any” or “not”."), path)
        return self.group(kind, given[kind], depth, (*path, kind))

    def group(self, kind: str, parts: object, depth: int, path: Path) -> Group:
        if kind == "not":
            return Group(kind, (self.node(parts, depth + 1, path),))
        if not isinstance(parts, list):
            raise BadRules(_("A group holds a list of rules."), path)
        if not parts and (kind != "all" or depth > 1):
            raise BadRules(_("A group is empty. Add a rule to it or take it away."), path)
        return Group(kind, tuple(self.node(part, depth + 1, (*path, place)) for place, part in enumerate(parts)))

    def rule(self, given: dict[str, Any], path: Path) -> Rule:
        name, wanted = given.get("field"), given.get("op")
        if set(given) - {"field", "op", "value"}:
            raise BadRules(_("A rule has a field, an operator and a value, and nothing else."), path)
        field = self.known.get(name) if isinstance(name, str) else None
        if field is None:
            raise BadRules(_("There is no field “%(name)s”.") % {"name": str(name)[:100]}, (*path, "field"))
        operator = field.operator(wanted) if isinstance(wanted, str) else None
        if operator is None:
            words = _("“%(field)s” cannot be asked “%(operator)s”.")
            raise BadRules(words % {"field": field.label, "operator": str(wanted)[:100]}, (*path, "op"))
        return Rule(field, operator, _value(field, operator, given.get("value"), (*path, "value")))


def _value(field: Field, operator: Operator, given: Any, path: Path) -> Any:
    if not operator.takes:
        return None
    value = READERS[operator.takes](given)
    if value is None or value == "" or value == []:
        words = _("Say a value for “%(field)s %(operator)s”.")
        raise BadRules(words % {"field": field.label, "operator": operator.label}, path)
    if field.type == "set" and not all(_is_key(one) for one in value):
        raise BadRules(_("“%(field)s” wants things that are there.") % {"field": field.label}, path)
    return value


def _text(given: Any) -> str | None:
    if not isinstance(given, str) or "\x00" in given or len(given) > LONGEST_VALUE or not _writable(given):
        return None
    return given.strip()


def _writable(text: str) -> bool:
    """Text that UTF-8 can hold; JSON may bring lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _number(given: Any) -> float | int | None:
    if isinstance(given, bool):
        return None
    if isinstance(given, str):
        try:
            given = float(given.strip().replace(",", "."))
        except ValueError:
            return None
    if not isinstance(given, int | float) or not math.isfinite(given) or abs(given) > 1e15:
        return None
    return given


def _date(given: Any) -> str | None:
    if not isinstance(given, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given.strip()):
        return None
    try:
        return date.fromisoformat(given.strip()).isoformat()
    except ValueError:
        return None


def _days(given: Any) -> int | None:
    number = _number(given)
    return int(number) if number is not None and number == int(number) and 0 < number <= MOST_DAYS else None


def _texts(given: Any) -> list[str] | None:
    if isinstance(given, str):
        given = given.split(",")
    if not isinstance(given, list) or len(given) > MOST_VALUES:
        return None
    found = [_text(one) for one in given]
    return None if None in found else list(dict.fromkeys(one for one in found if one))


READERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "choice": _text,
    "number": _number,
    "date": _date,
    "days": _days,
    "choices": _texts,
    "tags": _texts,
}


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
