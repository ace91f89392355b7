"""What a mail looks like, in a frame of its own that can run nothing and send nothing."""

from collections.abc import Callable
from typing import Any, TypeVar, cast
from uuid import UUID

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from content.checking import require_readable
from content.models import Kind
from content.opened import note_opened
from content.previewing import reader_of, rendered_for
from content.rendering import Compiled, RenderFailed, compiled
from content.views.desk import READ, WRITE, draft_of, template_of
from content.words import words_of
from engagement.village.access import person_of, requires

V = TypeVar("V", bound=Callable[..., HttpResponse])

# Mail is styled in its attributes, so this one document allows styles of its own. It is another origin (an empty
# sandbox), runs nothing, sends nothing, and loads nothing but images over HTTPS.
_policy: Callable[[V], V] = cast(
    Any,
    csp_replace(
        {
            "default-src": [NONE],
            "style-src": ["'unsafe-inline'"],
            "img-src": ["https:", "data:"],
            "form-action": [NONE],
            "frame-ancestors": [SELF],
            "base-uri": [NONE],
            "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
        }
    ),
)


@requires(WRITE)
@require_safe
@xframe_options_sameorigin
@_policy
def draft(request: HttpRequest, pk: UUID, locale: str) -> HttpResponse:
    """A mail as it is being written, for ``?sample=``."""
    template = template_of(request, pk)
    words = words_of(draft_of(template, locale))
    try:
        made = require_readable(kind=template.kind, purpose=template.purpose, source_locale=locale, words=[words])
    except RenderFailed as failed:
        return _page(request, {"failure": str(failed)})
    return _draw(request, made, locale)


@requires(READ)
@require_safe
@xframe_options_sameorigin
@_policy
def revision(request: HttpRequest, pk: UUID, number: int, locale: str) -> HttpResponse:
    """A saved mail or message, for ``?sample=``."""
    template = template_of(request, pk)
    saved = get_object_or_404(template.revisions, number=number)
    get_object_or_404(saved.variants, locale=locale)
    note_opened(revision=saved, locale=locale, reader=person_of(request))
    return _draw(request, compiled(saved.pk), locale)


def _draw(request: HttpRequest, made: Compiled, locale: str) -> HttpResponse:
    reader = reader_of(person_of(request), request.GET.get("sample", ""))
    try:
        rendered = rendered_for(made, locale, reader)
    except RenderFailed as failed:
        return _page(request, {"failure": str(failed)})
    if made.kind == Kind.SMS:
        return _page(request, {"text": rendered.text})
    return _safely(HttpResponse(rendered.html))


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return _safely(render(request, "content/frame.html", context))


def _safely(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
