"""The operators of each type of field: what they are called, what value they take, their SQL.

``sql`` has ``{it}`` for the field's own SQL and ``{value}`` for the place of a value that travels as a parameter; no
value is ever written into a statement. Each gives true or false, never null, so that "not" means what it says.
"""

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

FieldType = Literal["text", "number", "boolean", "date", "datetime", "choice", "tags", "set", "member"]
Takes = Literal["", "text", "number", "date", "days", "choice", "choices", "tags"]


@dataclass(frozen=True, slots=True)
class Operator:
    """``words`` is the sentence of the rule, with ``{field}`` and ``{value}``; ``label`` stands in the builder."""

    name: str
    label: Any
    words: Any
    takes: Takes
    sql: str


def _known(sql: str) -> str:
    return f"coalesce({sql}, false)"


IS_EMPTY = Operator("is_empty", _("is not known"), _("{field} is not known"), "", "({it}) IS NULL")
IS_KNOWN = Operator("is_known", _("is known"), _("{field} is known"), "", "({it}) IS NOT NULL")

TEXT = (
    Operator("is", _("is"), _("{field} is {value}"), "text", _known("lower({it}) = lower({value})")),
    Operator("is_not", _("is not"), _("{field} is not {value}"), "text", "lower({it}) IS DISTINCT FROM lower({value})"),
    Operator(
        "contains",
        _("contains"),
        _("{field} contains {value}"),
        "text",
        _known("strpos(lower({it}), lower({value})) > 0"),
    ),
    Operator(
        "starts",
        _("begins with"),
        _("{field} begins with {value}"),
        "text",
        _known("starts_with(lower({it}), lower({value}))"),
    ),
    IS_EMPTY,
    IS_KNOWN,
)
NUMBER = (
    Operator("is", _("is"), _("{field} is {value}"), "number", _known("({it}) = {value}::numeric")),
    Operator(
        "at_least", _("is at least"), _("{field} is at least {value}"), "number", _known("({it}) >= {value}::numeric")
    ),
    Operator(
        "at_most", _("is at most"), _("{field} is at most {value}"), "number", _known("({it}) <= {value}::numeric")
    ),
    IS_EMPTY,
    IS_KNOWN,
)
BOOLEAN = (
    Operator("yes", _("yes"), _("{field}: yes"), "", _known("{it}")),
    Operator("no", _("no"), _("{field}: no"), "", "NOT coalesce({it}, false)"),
)
# Whether a person is among others, which is never unknown: bare, so that the planner may join what it stands on.
MEMBER = (
    Operator("yes", _("yes"), _("{field}: yes"), "", "{it}"),
    Operator("no", _("no"), _("{field}: no"), "", "NOT ({it})"),
)
# A date is text in the order of the calendar (ISO 8601), so that what is no date can be compared without an error.
DATE = (
    Operator("on", _("is on"), _("{field} is on {value}"), "date", _known('({it}) = {value}::text COLLATE "C"')),
    Operator(
        "before", _("is before"), _("{field} is before {value}"), "date", _known('({it}) < {value}::text COLLATE "C"')
    ),
    Operator(
        "after", _("is after"), _("{field} is after {value}"), "date", _known('({it}) > {value}::text COLLATE "C"')
    ),
    Operator(
        "within_days",
        _("in the last … days"),
        _("{field} in the last {value} days"),
        "days",
        _known(
            "({it}) > to_char(%(today)s::date - {value}::integer, 'YYYY-MM-DD') COLLATE \"C\""
            " AND ({it}) <= to_char(%(today)s::date, 'YYYY-MM-DD') COLLATE \"C\""
        ),
    ),
    Operator(
        "older_than_days",
        _("more than … days ago"),
        _("{field} more than {value} days ago"),
        "days",
        _known("({it}) < to_char(%(today)s::date - {value}::integer, 'YYYY-MM-DD') COLLATE \"C\""),
    ),
    Operator(
        "in_next_days",
        _("in the next … days"),
        _("{field} in the next {value} days"),
        "days",
        _known(
            "({it}) > to_char(%(today)s::date, 'YYYY-MM-DD') COLLATE \"C\""
            " AND ({it}) <= to_char(%(today)s::date + {value}::integer, 'YYYY-MM-DD') COLLATE \"C\""
        ),
    ),
    IS_EMPTY,
    IS_KNOWN,
)
DATETIME = (
    Operator(
        "before",
        _("is before"),
        _("{field} is before {value}"),
        "date",
        _known("({it}) < ({value}::date)::timestamp AT TIME ZONE %(zone)s"),
    ),
    Operator(
        "since",
        _("is on or after"),
        _("{field} is on or after {value}"),
        "date",
        _known("({it}) >= ({value}::date)::timestamp AT TIME ZONE %(zone)s"),
    ),
    Operator(
        "within_days",
        _("in the last … days"),
        _("{field} in the last {value} days"),
        "days",
        _known("({it}) > %(now)s::timestamptz - make_interval(days => {value}::integer)"),
    ),
    Operator(
        "not_within_days",
        _("not in the last … days"),
        _("{field} not in the last {value} days"),
        "days",
        "NOT coalesce(({it}) > %(now)s::timestamptz - make_interval(days => {value}::integer), false)",
    ),
    Operator("is_empty", _("never"), _("{field} never"), "", "({it}) IS NULL"),
    Operator("is_known", _("at some time"), _("{field} at some time"), "", "({it}) IS NOT NULL"),
)
CHOICE = (
    Operator("is", _("is"), _("{field} is {value}"), "choice", _known("({it}) = {value}")),
    Operator("is_not", _("is not"), _("{field} is not {value}"), "choice", "({it}) IS DISTINCT FROM {value}"),
    Operator(
        "any_of", _("is one of"), _("{field} is one of {value}"), "choices", _known("({it}) = ANY({value}::text[])")
    ),
    Operator(
        "none_of",
        _("is none of"),
        _("{field} is none of {value}"),
        "choices",
        "NOT coalesce(({it}) = ANY({value}::text[]), false)",
    ),
    IS_EMPTY,
    IS_KNOWN,
)
TAGS = (
    Operator("has_any", _("has one of"), _("has one of the tags {value}"), "tags", "({it}) && {value}::varchar[]"),
    Operator("has_all", _("has all of"), _("has all of the tags {value}"), "tags", "({it}) @> {value}::varchar[]"),
    Operator(
        "has_none", _("has none of"), _("has none of the tags {value}"), "tags", "NOT (({it}) && {value}::varchar[])"
    ),
    Operator("is_empty", _("has none at all"), _("has no tag at all"), "", "cardinality({it}) = 0"),
)
# Things of another table that a person has: ``{it}`` is a SELECT of profile keys with ``{value}`` in it.
SET = (
    Operator("any_of", _("one of"), _("{field} {value}"), "choices", "profile.key IN ({it})"),
    Operator("none_of", _("none of"), _("not: {field} {value}"), "choices", "profile.key NOT IN ({it})"),
)

BY_TYPE: dict[FieldType, tuple[Operator, ...]] = {
    "text": TEXT,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "member": MEMBER,
    "date": DATE,
    "datetime": DATETIME,
    "choice": CHOICE,
    "tags": TAGS,
    "set": SET,
}
