"""Revisions: what was saved, what changed between any two, and the way back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from content.actions.errors import ContentRefused
from content.actions.saving import restore
from content.locales import name_of
from content.marking import marked
from content.models import Revision, Template
from content.readable import difference, words_by_locale
from content.selectors.history import history
from content.views.desk import READ, WRITE, standing, template_of
from engagement.village.access import person_of, requires


@requires(READ)
@require_safe
def revisions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every revision with its decision; ``?old=``, ``?new=`` (numbers) show what changed in ``?locale=``."""
    template = template_of(request, pk)
    new = _numbered(template, request.GET.get("new", ""))
    new = new or template.revisions.order_by("-number").prefetch_related("variants").first()
    context: dict[str, Any] = {"template": template, **standing(template), "history": history(template)}
    if new is not None:
        context |= _compared(request, template, new)
    return render(request, "content/revisions.html", context)


def _compared(request: HttpRequest, template: Template, new: Revision) -> dict[str, Any]:
    old = _numbered(template, request.GET.get("old", str(new.number - 1)))
    found = difference(words_by_locale(old), words_by_locale(new), kind=new.kind, source=new.source_locale)
    wanted = request.GET.get("locale", "")
    names = [each.locale for each in found]
    shown = found[names.index(wanted)] if wanted in names else found[0]
    return {
        "new": new,
        "old": old,
        "locales": found,
        "shown": shown,
        "shown_name": name_of(shown.locale),
        "in_new": shown.locale in words_by_locale(new),
        "passages": [
            {"passage": passage, "runs": marked(passage.runs, {}) if old else _plainly(passage)}
            for passage in shown.passages
        ],
        "hash_groups": " ".join(new.content_hash[place : place + 4] for place in range(0, 32, 4)),
    }


def _plainly(passage: Any) -> list[dict[str, Any]]:
    """A first revision is not one long insertion."""
    return [{"what": "same", "pieces": run.pieces} for run in marked(passage.runs, {})]


def _numbered(template: Template, number: str) -> Revision | None:
    """The revision of a number; None for none. Raises Http404 for a number that is not there."""
    if not number or number == "0":
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Http404(number)
    return get_object_or_404(template.revisions.prefetch_related("variants"), number=int(number))


@requires(WRITE)
@require_POST
def restoration(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Bring an old revision back as a new one."""
    template = template_of(request, pk)
    old = get_object_or_404(template.revisions, number=number)
    try:
        made = restore(revision=old, author=person_of(request), now=timezone.now())
    except ContentRefused as refused:
        messages.error(request, str(refused))
        return redirect("content:template", template.pk)
    messages.success(request, _("Revision %(old)d is back as revision %(new)d.") % {"old": number, "new": made.number})
    return redirect("content:template", template.pk)
