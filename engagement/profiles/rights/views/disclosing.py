"""A person's file: have it made, see how far it is, take it."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagement.profiles.models import Disclosure
from engagement.profiles.rights import disclosing
from engagement.profiles.rights.views.answering import ANSWERS, SEES, attempt, shown
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of


@requires(SEES, ANSWERS)
@require_http_methods(["GET", "HEAD", "POST"])
def disclosures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the files of a request are; a POST has one made. Raises Http404."""
    if request.method == "POST":
        return attempt(request, pk, lambda common: disclosing.ask(**common), _("The file is being made."))
    row = shown(pk)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("profiles:request", pk)
    context = {"row": row, "disclosures": list(row.disclosures.select_related("asked_by").order_by("-key"))}
    return render(request, "profiles/rights/parts/disclosures.html", context)


@requires(SEES, ANSWERS)
@require_safe
def disclosure(request: HttpRequest, pk: UUID) -> FileResponse:
    """Give the file out; that it was taken is in the audit trail before. Raises Http404."""
    found = get_object_or_404(Disclosure.objects.select_related("request"), pk=pk, state=Disclosure.State.READY)
    if found.expires_at is None or found.expires_at <= timezone.now() or not default_storage.exists(found.path):
        raise Http404("its days are over")
    disclosing.given_out(disclosure=found, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    answer = FileResponse(default_storage.open(found.path), as_attachment=True, filename=f"data-{found.request_id}.zip")
    answer["Content-Type"], answer["Cache-Control"] = "application/zip", "no-store"
    return answer
