"""What a form says where there is nothing to choose from, and where to make something, for who may."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Nothing:
    """``says`` what is so; who has ``permission`` is led to ``url_name`` by a link that says ``action``."""

    says: Any
    url_name: str = ""
    action: Any = ""
    permission: str = ""


PLAIN = Nothing(_("There is nothing to choose from yet."))


def nothing_of(form: Any, name: str) -> Nothing:
    """Return what a form says of one of its fields: its ``when_empty`` maps names to Nothing."""
    said: Mapping[str, Nothing] = getattr(form, "when_empty", {})
    return said.get(name, PLAIN)
