"""Labels: the page that manages them, and setting them on a conversation."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conversations.actions.labels import LabelRefused, add_label, change_label, create_label, remove_label
from conversations.label_forms import LabelForm
from conversations.models import Label
from conversations.selectors.labels import label_of, labels_with_use
from conversations.views.answering import answer, refusal, with_undo
from conversations.views.desk import conversation_of
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of

VIEW, MANAGE = "conversations.view_queue", "conversations.change_queue"


@requires(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def labels(request: HttpRequest) -> HttpResponse:
    """All labels; POST creates one. 422 with the form."""
    if request.method == "POST" and not request.user.has_perm(MANAGE):
        raise PermissionDenied
    form = LabelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            create_label(values=form.values, **_facts(request))
        except LabelRefused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("Label created."))
            return redirect("conversations:labels")
    context = {"rows": labels_with_use(), "form": form, "may_change": request.user.has_perm(MANAGE)}
    return render(request, "conversations/labels.html", context, status=422 if form.errors else 200)


@requires(VIEW, MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def label(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form of one label; POST saves it. 422 with the form. Raises Http404."""
    with rows_to_edit(request, Label.objects.all()) as rows:
        shown = get_object_or_404(rows, pk=pk)
        form = LabelForm(request.POST if request.method == "POST" else None, label=shown)
        if form.is_valid():
            try:
                change_label(label=shown, values=form.values, **_facts(request))
            except LabelRefused as refused:
                form.add_error("name", str(refused))
            else:
                messages.success(request, _("Saved."))
                return redirect("conversations:labels")
        context = {"label": shown, "form": form}
        return render(request, "conversations/label.html", context, status=422 if form.errors else 200)


@requires("conversations.change_conversation")
@require_POST
def conversation_labels(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set the label ``add`` on a conversation, or take ``remove`` off."""
    conversation = conversation_of(request, pk)
    is_removed = "remove" in request.POST
    chosen = label_of(request.POST.get("remove" if is_removed else "add", ""))
    if chosen is None:
        return refusal(request, conversation, text=_("This label does not exist any more. Choose another one."))
    act = remove_label if is_removed else add_label
    try:
        done = act(conversation=conversation, label=chosen, actor=person_of(request), now=timezone.now())
    except LabelRefused as refused:
        return refusal(request, conversation, text=str(refused))
    text = _("Label %(label)s removed.") if is_removed else _("Label %(label)s added.")
    toast = with_undo(text % {"label": chosen}, done)
    return answer(request, conversation, parts=("top", "messages"), toast=toast, focus="thread-scroll")


def _facts(request: HttpRequest) -> dict[str, Any]:
    return {"actor": person_of(request), "origin": origin_of(request), "now": timezone.now()}
