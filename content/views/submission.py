"""Ask for approval, or take the question back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collaboration.approvals import ApprovalRefused
from content.actions.errors import ContentRefused, Incomplete
from content.actions.submitting import submit, take_back
from content.completeness import missing_from
from content.forms import SubmissionForm
from content.models import Template
from content.rendering import Broken
from content.views.desk import WRITE, method_of, standing, template_of
from content.words import words_of
from engagement.village.access import person_of, requires


@requires(WRITE)
@require_http_methods(["GET", "POST", "DELETE"])
def submission(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The question with a comment; POST asks, DELETE takes it back."""
    template = template_of(request, pk)
    if method_of(request) == "DELETE":
        return _withdraw(request, template)
    form = SubmissionForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _page(request, template, form, [*missing_from(template, map(words_of, template.drafts.all()))], 200)
    if not form.is_valid():
        return _page(request, template, form, [], 422)
    try:
        submit(
            template=template,
            author=person_of(request),
            comment=form.cleaned_data["comment"],
            now=timezone.now(),
        )
    except Incomplete as incomplete:
        return _page(request, template, form, incomplete.reasons, 422)
    except (ContentRefused, Broken) as refused:
        form.add_error(None, str(refused))
        return _page(request, template, form, [], 422)
    messages.success(request, _("Asked. You are told when somebody has decided."))
    return redirect("content:revisions", template.pk)


def _page(
    request: HttpRequest, template: Template, form: SubmissionForm, missing: list[object], status: int
) -> HttpResponse:
    context = {"template": template, "form": form, "missing": missing, **standing(template)}
    return render(request, "content/submission.html", context, status=status)


def _withdraw(request: HttpRequest, template: Template) -> HttpResponse:
    try:
        taken = take_back(template=template, author=person_of(request), now=timezone.now())
    except ApprovalRefused as refused:
        messages.error(request, str(refused))
        return redirect("content:revisions", template.pk)
    if taken is not None:
        messages.success(request, _("Taken back. Nobody decides on it."))
    return redirect("content:revisions", template.pk)
