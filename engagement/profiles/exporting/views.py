"""Take people along as a file."""

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from engagement.profiles.exporting.forms import ExportForm
from engagement.profiles.exporting.writing import CSV, export
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of

TYPES = {CSV: "text/csv; charset=utf-8"}


@requires("profiles.export_people")
@require_http_methods(["GET", "HEAD", "POST"])
def people_export(request: HttpRequest) -> HttpResponseBase:
    """Choose whom; POST answers with the file, a line after the other. Each is in the audit trail."""
    reader = person_of(request)
    asked = {"search": request.GET.get("q", "")[:200], "tag": request.GET.get("tag", "")[:50]}
    form = ExportForm(request.POST if request.method == "POST" else None, reader=reader, initial=asked)
    if request.method != "POST" or not form.is_valid():
        return render(request, "profiles/export.html", {"form": form}, status=422 if form.errors else 200)
    now, kind = timezone.now(), form.cleaned_data["form"]
    lines = export(chosen=form.chosen, form=kind, actor=reader, now=now, origin=origin_of(request))
    answer = StreamingHttpResponse(lines, content_type=TYPES.get(kind, "application/jsonl"))
    answer["Content-Disposition"] = f'attachment; filename="people-{timezone.localdate(now).isoformat()}.{kind}"'
    answer["Cache-Control"] = "no-store"
    return answer
