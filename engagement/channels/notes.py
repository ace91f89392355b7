"""Notes for agents beside a received message: stored as a sentence's name with its values, read in any language."""

from __future__ import annotations

import json
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

MAX_NOTE = 2_000


def write_note(sentence: str, **values: str | int) -> str:
    """Return what is stored of a note; ``sentence`` is marked with ``gettext_noop``. ``size`` is a number of bytes."""
    return json.dumps([sentence, values], ensure_ascii=False) if values else sentence


def read_note(stored: str) -> str:
    """Return the note in the language that is active; as it stands where it was stored as a finished sentence."""
    if not stored.startswith("["):
        return _(stored) if stored else ""
    try:
        sentence, values = json.loads(stored)
        return _(sentence) % _shown(values)
    except (ValueError, TypeError, KeyError):
        return stored


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: filesizeformat(value) if name == "size" else value for name, value in values.items()}
