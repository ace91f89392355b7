"""Attributes as people read and write them: typed in JSON, in words on a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from engagement.profiles.models import AttributeDefinition

Type = AttributeDefinition.Type


class InvalidValue(ValueError):
    """A value that an attribute cannot hold; the message says why, to whoever gave it."""


@dataclass(frozen=True, slots=True)
class Known:
    """One attribute of one person. ``text`` is empty for a sensitive one: it is uncovered one by one."""

    definition: AttributeDefinition
    text: str


def cleaned(definition: AttributeDefinition, value: Any) -> Any:
    """Return a value as it is kept: text, int or float, bool, or an ISO 8601 date. Raises InvalidValue."""
    if definition.type == Type.BOOLEAN:
        if not isinstance(value, bool):
            raise InvalidValue(_("Yes or no."))
        return value
    if definition.type == Type.NUMBER:
        return _number(value)
    if definition.type == Type.DATE:
        return _date(value)
    text = str(value).replace("\x00", "").strip()[:500]
    if definition.type == Type.CHOICE and text not in definition.choices:
        raise InvalidValue(_("Choose one of: %(choices)s.") % {"choices": ", ".join(definition.choices)})
    return text


def in_words(definition: AttributeDefinition, value: Any) -> str:
    """Return a kept value as the reader's language writes it."""
    if definition.type == Type.BOOLEAN:
        return _("yes") if value else _("no")
    if definition.type == Type.CHOICE:
        return definition.choice_in_words(str(value))
    try:
        if definition.type == Type.DATE:
            return str(formats.date_format(date.fromisoformat(str(value)), "DATE_FORMAT"))
        if definition.type == Type.NUMBER and isinstance(value, int | float):
            return str(formats.number_format(value, use_l10n=True, force_grouping=True))
    except ValueError:
        pass  # kept before the attribute was one of this type: shown as it is
    return str(value)


def known_of(definitions: Iterable[AttributeDefinition], attributes: dict[str, Any]) -> list[Known]:
    """Return what is known of a person, in the order of the definitions; what nobody declared is left out."""
    return [
        Known(definition, "" if definition.sensitive else in_words(definition, attributes[definition.slug]))
        for definition in definitions
        if attributes.get(definition.slug) not in (None, "")
    ]


def tags_in(text: str) -> list[str]:
    """Return the tags of a text, separated by commas: small letters, each once, in order of the alphabet."""
    words = (" ".join(word.replace("\x00", "").lower().split())[:50] for word in text.split(","))
    return sorted({word for word in words if word})


def tags_text(tags: Sequence[str]) -> str:
    """Return tags as ``tags_in`` reads them."""
    return ", ".join(tags)


def _number(value: Any) -> int | float:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise InvalidValue(_("A number.")) from error
    if not number.is_finite() or abs(number) >= Decimal("1e15"):
        raise InvalidValue(_("A number."))
    return int(number) if number == number.to_integral_value() else float(number)


def _date(value: Any) -> str:
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    except ValueError as error:
        raise InvalidValue(_("A date.")) from error
