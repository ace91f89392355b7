"""The rules as a person would say them, in the active language."""

from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from campaigns.segments.rules import BadRules, Group, Node, Rule, read

SHOWN = 5  # values of a long list


def sentence(root: Group) -> str:
    """Return one sentence without full stop: "Everybody whose …"."""
    if not root.parts:
        return _("Everybody we know")
    said = _node(root, outermost=True)
    return said[:1].upper() + said[1:]


def sentence_of(tree: object) -> str:
    """Return the sentence of a tree as it is kept, or what is wrong with it."""
    try:
        return sentence(read(tree))
    except BadRules as error:
        return str(error)


def _node(node: Node, *, outermost: bool = False) -> str:
    if isinstance(node, Rule):
        return _rule(node)
    parts = [_node(part) for part in node.parts]
    if node.kind == "not":
        return pgettext("rules", "not (%(rule)s)") % {"rule": parts[0]}
    joined = (pgettext("rules", " and ") if node.kind == "all" else pgettext("rules", " or ")).join(parts)
    return joined if outermost or len(parts) == 1 else f"({joined})"


def _rule(rule: Rule) -> str:
    words = str(rule.operator.words)
    return words.replace("{field}", str(rule.field.label)).replace("{value}", _value(rule))


def _value(rule: Rule) -> str:
    value: Any = rule.value
    takes = rule.operator.takes
    if not takes:
        return ""
    if takes == "date":
        return str(formats.date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT"))
    if takes in ("number", "days"):
        return str(formats.number_format(value, use_l10n=True))
    if takes == "text":
        return f"“{value}”"
    labels = dict(rule.field.options())
    chosen = [f"“{labels.get(one, one)}”" for one in ([value] if isinstance(value, str) else value)]
    if len(chosen) <= SHOWN:
        return ", ".join(chosen)
    rest = len(chosen) - SHOWN
    more = ngettext("and %(count)d more", "and %(count)d more", rest) % {"count": rest}
    return f"{', '.join(chosen[:SHOWN])} {more}"
