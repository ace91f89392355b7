"""The audit trail, for those who may read it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from engagement.village.access import requires
from engagement.village.action_names import name_of
from engagement.village.forms import AuditFilterForm
from engagement.village.selectors import audit_trail
from engagement.village.views.cursors import key_of


@requires("village.view_auditentry")
@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    """Entries, latest first; ``?action= &actor= &subject= &day= &before=``. A faulty filter answers 422."""
    choices = [(action, name_of(action)) for action in audit_trail.actions()]
    form = AuditFilterForm(request.GET, actions=choices)
    wanted = audit_trail.Wanted(**form.cleaned_data) if form.is_valid() else audit_trail.Wanted()
    page = audit_trail.page(wanted=wanted, before=key_of(request.GET.get("before", "")))
    rows = [(entry, name_of(entry.action)) for entry in page.entries]
    query = request.GET.copy()
    if page.next_before:
        query["before"] = str(page.next_before)
    context = {"form": form, "rows": rows, "next_query": query.urlencode() if page.next_before else ""}
    return render(request, "village/audit.html", context, status=422 if form.errors else 200)
