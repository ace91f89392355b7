"""The HTML of a message, in a frame of its own that can run nothing and load nothing unasked."""

import re
from html import escape, unescape
from uuid import UUID

from csp.constants import NONCE, NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from conversations.inline_images import place_images
from conversations.layout import nested_files, section_files, section_html
from conversations.models import Message
from conversations.views.desk import conversation_of
from engagement.channels.models import Attachment
from engagement.village.access import requires

# What engagement.channels.email.sanitising leaves in place of a source.
_REMOTE = re.compile(r'\bdata-remote-src="([^"]*)"')
_COLOR = re.compile(r'\b(data-color|data-background)="(#[0-9a-f]{6})"')
_PROPERTIES = {"data-color": "color", "data-background": "background-color"}
MAX_COLORS = 300


@requires("conversations.view_conversation")
@require_safe
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]
    {
        "default-src": [NONE],
        "script-src": [NONE],
        "style-src": [SELF, NONCE],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [NONE],
        "form-action": [NONE],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "manifest-src": [NONE],
        "sandbox": ["allow-same-origin", "allow-popups", "allow-popups-to-escape-sandbox"],
    }
)
def html(request: HttpRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Draw a message's sanitised HTML; with ``?section=2`` that of a message that was opened in it.

    With ``?images=1`` images from elsewhere are loaded, over HTTPS only.

    The policy (CSP level 3) forbids scripts, forms, frames and connections; the frame's ``sandbox`` does so again.
    """
    conversation = conversation_of(request, pk)
    shown = get_object_or_404(Message.objects.filter(conversation=conversation), pk=message)
    with_images = request.GET.get("images") == "1"
    given = request.GET.get("section", "")
    section = int(given) if given.isascii() and given.isdigit() else None
    source = section_html(shown, section) if section is not None else shown.html
    content = with_inline_images(shown, source, section)
    if with_images:
        content = _REMOTE.sub(_https, content)
    response = render(
        request, "conversations/frame.html", {"content": content, "message": shown, "colors": colors_of(content)}
    )
    if with_images:
        response._csp_update = {"img-src": ["https:"]}  # type: ignore[attr-defined]
    response["Referrer-Policy"] = "no-referrer"
    return response


def _https(match: re.Match[str]) -> str:
    source = unescape(match[1])
    secure = re.sub(r"^(?:http:)?//", "https://", source, flags=re.IGNORECASE)
    return f'src="{escape(secure)}"' if secure.lower().startswith("https://") else ""


def colors_of(content: str) -> list[tuple[str, str, str]]:
    """The colors that the sanitizer kept, each with its attribute and its property, for the page's own style sheet."""
    found = dict.fromkeys(_COLOR.findall(content))
    return [(name, _PROPERTIES[name], color) for name, color in found][:MAX_COLORS]


def with_inline_images(message: Message, content: str, section: int | None) -> str:
    """The HTML with the images that came along in their places; those of the opened message ``section`` first."""
    rows = list(message.files.order_by("position").select_related("attachment"))
    inside = (
        section_files(message, section) if section is not None else frozenset(range(len(rows))) - nested_files(message)
    )
    own = [row.attachment for place, row in enumerate(rows) if place in inside]
    others = [row.attachment for place, row in enumerate(rows) if place not in inside]
    return place_images(content, own + others, _inline_address)


def _inline_address(file: Attachment) -> str:
    return f"{reverse('conversations:attachment', args=[file.pk])}?inline=1"
