"""What the studio's views share: the template that is meant, and the editor's page around it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collaboration.models import ApprovalComment, ApprovalRequest
from content.approval import KIND
from content.forms import WordsForm
from content.models import Draft, Template
from content.previewing import offered_to
from content.selectors.desk import languages_of, look
from content.selectors.history import history
from content.selectors.states import GLYPHS, NAMES, TONES, state_of
from content.variables import registry
from engagement.keys import new_key
from engagement.village.access import person_of

READ, WRITE = "content.view_template", "content.change_template"
WIDTHS = {"phone": _("Phone"), "desktop": _("Desktop")}


def template_of(request: HttpRequest, pk: UUID) -> Template:
    """Return the template, if the person may read it. Raises Http404."""
    found = Template.objects.visible_to(person_of(request)).select_related("channel", "owner", "department")
    return get_object_or_404(found, pk=pk)


def draft_of(template: Template, locale: str) -> Draft:
    """Return what is being written in one language. Raises Http404."""
    return get_object_or_404(template.drafts.select_related("updated_by"), locale=locale)


def method_of(request: HttpRequest) -> str:
    """The method that is meant: a plain form says DELETE as a POST with ``_method=delete``."""
    said = str(request.POST.get("_method", ""))
    return "DELETE" if request.method == "POST" and said.lower() == "delete" else request.method or "GET"


def editor(
    request: HttpRequest,
    template: Template,
    locale: str,
    *,
    form: WordsForm | None = None,
    theirs: Draft | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the editor's page. ``theirs``: what somebody else wrote in the meantime."""
    drafts = list(template.drafts.select_related("updated_by").order_by("locale"))
    draft = next((each for each in drafts if each.locale == locale), None)
    if draft is None:
        raise Http404(locale)
    writer = request.POST.get("writer") or new_key().hex
    form = form or WordsForm(kind=template.kind, draft=draft, writer=writer)
    context = {
        "template": template,
        "draft": draft,
        "theirs": theirs,
        "form": form,
        "languages": languages_of(template, drafts),
        "variables": grouped_variables(),
        **around(request, template, drafts, locale),
        **standing(template),
    }
    return render(request, "content/editor.html", context, status=status)


def around(request: HttpRequest, template: Template, drafts: list[Draft], locale: str) -> dict[str, Any]:
    """What the column beside the words is drawn with: what is in the way, and the preview for one reader."""
    asked = request.POST if request.method == "POST" else request.GET
    width = str(asked.get("width", ""))
    draft = next(each for each in drafts if each.locale == locale)
    user = person_of(request)
    return {
        "template": template,
        "draft": draft,
        "look": look(template, drafts, locale, user=user, sample=str(asked.get("sample", ""))),
        "readers": offered_to(user),
        "width": width if width in WIDTHS else "phone",
        "widths": WIDTHS.items(),
        "now": timezone.now(),
    }


def standing(template: Template) -> dict[str, Any]:
    """How far the template has come: its state, its last revisions, what was said about it."""
    state = state_of(template)
    asked = ApprovalRequest.objects.filter(kind=KIND, subject_id=template.pk).order_by("-key").first()
    said = ApprovalComment.objects.filter(request=asked).select_related("author").order_by("key") if asked else ()
    return {
        "state": state,
        "state_name": NAMES[state],
        "state_tone": TONES[state],
        "state_glyph": GLYPHS[state],
        "asked": asked,
        "comments": said,
        "history": history(template, limit=5),
    }


def grouped_variables() -> list[tuple[str, list[Any]]]:
    """The variables by group, in the order in which authors look for them."""
    found: dict[str, list[Any]] = {"person": [], "attribute": [], "organisation": [], "message": []}
    for variable in registry().values():
        found[variable.group].append(variable)
    return [(group, variables) for group, variables in found.items() if variables]
