"""News at the foot of the page, for answers to htmx; whole pages use Django's messages, shown the same way."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event


def toast(response: HttpResponse, text: Any, *, undo_url: str = "", tone: str = "", stays: bool = False) -> None:
    """Let the page that receives ``response`` say ``text``; ``undo_url`` is POSTed to by the Undo button.

    ``tone`` is empty or "tile" (it failed; stays until it is closed).
    """
    detail: dict[str, Any] = {"text": str(text), "tone": tone, "stays": stays}
    if undo_url:
        detail["undo"] = {"url": undo_url, "label": _("Undo")}
    trigger_client_event(response, "toast", detail)
