"""What the Cs and their aspects are called."""

from typing import Any

from django.utils.translation import gettext_lazy as _

AREA_NAMES: dict[str, Any] = {
    "conversation": _("Conversation"),
    "community": _("Community"),
    "collaboration": _("Collaboration"),
    "campaign": _("Campaign"),
    "content": _("Content"),
}
ASPECT_NAMES: dict[str, Any] = {"govern": _("Govern"), "analyse": _("Analyse"), "automate": _("Automate")}
