"""Words that are kept as codes and values, and put into the reader's language when they are read.

What a row of evidence says is counted by one person and read by others. Plain text is somebody's own words (a title, a
name) and is shown as it is; everything else is one of the shapes below, as JSON.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext, pgettext

from engagement.ui import durations
from engagement.village.models.people import in_language

Kept = str | dict[str, Any]


def phrase(code: str, *, context: str = "", **values: Kept | int | float) -> Kept:
    """Keep a sentence by its entry in the catalog (mark it with ``gettext_noop``), with the values that fill it."""
    return {"code": code, "context": context, "values": values}


def in_both(english: str, portuguese: str) -> Kept:
    """Keep a name that stands in the database in both languages."""
    return {"en": english, "pt": portuguese}


def choice(row: Model, field: str) -> Kept:
    """Keep the value of a field with choices, by its label."""
    return {"model": row._meta.label_lower, "field": field, "value": getattr(row, field)}


def lasting(length: timedelta) -> Kept:
    """Keep a length of time."""
    return {"seconds": round(length.total_seconds())}


def in_words(kept: Any) -> str:
    """Return what was kept in the reader's language. What cannot be read any more is left out."""
    if not isinstance(kept, Mapping):
        return str(kept)
    if "code" in kept:
        code, context = str(kept["code"]), str(kept.get("context", ""))
        values = {name: in_words(value) for name, value in kept.get("values", {}).items()}
        sentence = pgettext(context, code) if context else gettext(code)
        return sentence % values if values else sentence
    if "seconds" in kept:
        return durations.short(timedelta(seconds=kept["seconds"]))
    if "model" in kept:
        return _label(kept)
    return in_language(str(kept.get("en", "")), str(kept.get("pt", "")))


def _label(kept: Mapping[str, Any]) -> str:
    try:
        field: Any = apps.get_model(kept["model"])._meta.get_field(kept["field"])
    except LookupError:
        return ""
    return str(dict(field.flatchoices).get(kept["value"], kept["value"]))
