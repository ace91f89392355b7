"""Work items out of a CSV file: dry run, then import."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from engagement.operations.actions.plan_import import MAX_CHARACTERS, import_work_items
from engagement.operations.views.plan import acted
from engagement.village.access import requires


class WorkItemImportForm(forms.Form):
    """A CSV file, or its text."""

    file = forms.FileField(label=gettext_lazy("CSV file"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        help_text=gettext_lazy("The first line names the columns: title, owner, milestone, estimate, due, status."),
        required=False,
        strip=False,
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea({"rows": 8}),
    )

    def clean(self) -> dict[str, str]:
        """Put what the file says into ``text``."""
        values = super().clean() or self.cleaned_data
        given = values.get("file")
        if given is not None:
            if given.size > MAX_CHARACTERS:
                raise forms.ValidationError(_("The file is too large. Import at most 200,000 characters at once."))
            values["text"] = _decoded(given.read())
        if not self.errors and not (values.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a CSV file, or paste its text."))
        return values


def _decoded(raw: bytes) -> str:
    """Spreadsheets write UTF-8, or the code page of western Windows."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


@requires("operations.add_workitem")
@require_http_methods(["GET", "POST"])
def item_import(request: HttpRequest) -> HttpResponse:
    """Check a file, or import it (``act=import``). What is wrong is shown row by row with 422; nothing is kept then."""
    is_sent = request.method == "POST"
    form = WorkItemImportForm(request.POST, request.FILES) if is_sent else WorkItemImportForm()
    result, text = None, ""
    if is_sent and form.is_valid():
        text = form.cleaned_data["text"]
        result = import_work_items(text=text, is_dry_run=request.POST.get("act") != "import", **acted(request))
        if result.is_imported:
            count = len(result.rows)
            said = ngettext("%(count)d work item imported.", "%(count)d work items imported.", count)
            messages.success(request, said % {"count": count})
            return redirect(f"{reverse('operations:plan')}?view=list")
        form = WorkItemImportForm(initial={"text": text})
    is_refused = bool(form.errors) or (result is not None and not result.can_be_imported)
    context = {"form": form, "result": result, "text": text}
    return render(request, "operations/plan/import.html", context, status=422 if is_refused else 200)
