"""Files of people: the list, what the columns of one mean, how far it is, what came of it, and the way back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.profiles import spreadsheet_cells
from engagement.profiles.importing import actions, report
from engagement.profiles.importing.forms import ColumnsForm, FileForm, ReadingForm, first_guesses, form_of
from engagement.profiles.importing.mapping import BadMapping, Mapping
from engagement.profiles.importing.new_attributes import declare_new_attributes
from engagement.profiles.models import AttributeDefinition, PeopleImport
from engagement.profiles.selectors import imports as selector
from engagement.profiles.selectors.import_samples import sample_rows
from engagement.profiles.views.people import key_in
from engagement.realtime.topics import sequences
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of

Status = PeopleImport.Status
DECLARE = "profiles.add_attributedefinition"
SEE, TAKE, STEER = "profiles.view_peopleimport", "profiles.add_peopleimport", "profiles.change_peopleimport"


@requires(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Every import, the newest first; POST takes a file. Raises Http404."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if not request.user.has_perm(TAKE):
            raise PermissionDenied
        if form.is_valid():
            made = _take(request, form)
            if made is not None:
                return redirect("profiles:import", made.pk)
    after, seq = request.GET.get("after", ""), _seq("imports:all")
    rows, next_key = selector.page(key_in(after) if after else None)
    context = {"form": form, "rows": rows, "next_key": next_key, "now": timezone.now(), "seq": seq}
    is_fragment = request.headers.get("HX-Target", "").endswith("#imports-list")
    template = "profiles/imports.html#list" if is_fragment else "profiles/imports.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _take(request: HttpRequest, form: FileForm) -> PeopleImport | None:
    given = form.cleaned_data["file"]
    try:
        return actions.take_file(
            file=given.file,
            filename=given.name,
            size=given.size,
            kind=form.cleaned_data["kind"] or PeopleImport.Kind.PEOPLE,
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
    except actions.ImportRefused as refusal:
        form.add_error("file", str(refusal))
    return None


@requires(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One import: what its columns mean while it waits for that, else how far it is. POST says what they mean."""
    if request.method == "POST" and not request.user.has_perm(STEER):
        raise PermissionDenied
    seq = _seq(f"import:{pk}")
    held = get_object_or_404(PeopleImport.objects.select_related("made_by"), pk=pk)
    if request.method == "POST":
        return _map(request, held)
    may_map = held.status in (Status.UPLOADED, Status.FAILED) or (
        held.status == Status.CHECKED and bool(request.GET.get("columns"))
    )
    if may_map and held.file and request.user.has_perm(STEER):
        return _mapping_page(request, held, _form(request, held))
    context = {"held": held, "state": selector.state(held), "now": timezone.now(), "seq": seq}
    if held.status == Status.CHECKED and held.file and not held.is_of_companies:
        context["samples"] = sample_rows(held, _definitions())
    is_fragment = request.headers.get("HX-Target", "").endswith("#import-state")
    return render(request, "profiles/import.html#state" if is_fragment else "profiles/import.html", context)


def _map(request: HttpRequest, held: PeopleImport) -> HttpResponse:
    form = form_of(held)(
        request.POST, held=held, definitions=_definitions(), may_declare=request.user.has_perm(DECLARE)
    )
    if form.is_valid():
        try:
            _map_by(request, held, form)
            return redirect("profiles:import", held.pk)
        except BadMapping as error:
            form.refuse(error)
        except actions.NotNow as refusal:
            messages.error(request, str(refusal))
            return redirect("profiles:import", held.pk)
    return _mapping_page(request, held, form)


def _map_by(request: HttpRequest, held: PeopleImport, form: ColumnsForm) -> None:
    actor, now = person_of(request), timezone.now()
    with transaction.atomic():
        mapping = declare_new_attributes(
            mapping=form.mapping, headers=form.headers, actor=actor, now=now, origin=origin_of(request)
        )
        actions.map_columns(
            import_id=held.pk, mapping=mapping, actor=actor, now=now, remember_as=form.cleaned_data["remember_as"]
        )


def _form(request: HttpRequest, held: PeopleImport) -> ColumnsForm:
    """By what was chosen before: for this file, or for one with the same headers (``?saved=``)."""
    kept = held.mapping
    saved = {str(one.pk): one for one in actions.saved_for(held.headers, held.kind)}
    wanted = request.GET.get("saved", "" if kept or held.dialect.get("headless") else next(iter(saved), ""))
    kept = saved[wanted].mapping if wanted in saved else kept if wanted != "none" else {}
    chosen = Mapping.from_json(kept) if kept and len(kept["columns"]) == len(held.headers) else None
    may_declare = request.user.has_perm(DECLARE)
    return form_of(held)(held=held, definitions=_definitions(), chosen=chosen, may_declare=may_declare)


def _mapping_page(request: HttpRequest, held: PeopleImport, form: ColumnsForm) -> HttpResponse:
    samples = report.preview(held)
    columns = [
        (bound, [row.cells[place] for row in samples if place < len(row.cells) and not row.fault][:3])
        for place, bound in enumerate(form.columns)
    ]
    context = {
        "held": held,
        "form": form,
        "columns": columns,
        "reading": ReadingForm(held=held, header=report.header_line(held)),
        "saved": actions.saved_for(held.headers, held.kind),
        "knows_no_header": not held.dialect.get("headless") and not any(first_guesses(held, _definitions())),
    }
    return render(request, "profiles/import_columns.html", context, status=422 if form.errors else 200)


def _definitions() -> list[AttributeDefinition]:
    return list(AttributeDefinition.objects.in_use())


@requires(SEE, STEER)
@require_POST
def reading(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read the file by another encoding, delimiter, sheet or row of headers. Raises Http404."""
    held = get_object_or_404(PeopleImport, pk=pk)
    form = ReadingForm(request.POST, held=held)
    try:
        if form.is_valid():
            given = form.cleaned_data
            is_other = given.get("sheet") is not None and dict(map(tuple, held.sheets))[given["sheet"]] != held.sheet
            actions.read_as(
                import_id=held.pk,
                encoding=given.get("encoding", ""),
                delimiter=given.get("delimiter", ""),
                sheet=given.get("sheet"),
                header=None if is_other else given.get("header"),
                headless=None if is_other else bool(given["headless"]),
            )
        else:
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    except actions.ImportRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("profiles:import", pk)


def _step(name: str, act: Callable[..., Any], leads_to: str = "profiles:import") -> Any:
    """A button of an import's page."""

    @requires(SEE, STEER)
    @require_POST
    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        held = get_object_or_404(PeopleImport, pk=pk)
        try:
            act(import_id=held.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
            url = reverse(leads_to, args=[pk] if leads_to == "profiles:import" else [])
        except actions.NotNow as refusal:
            messages.error(request, str(refusal))
            url = reverse("profiles:import", args=[pk])
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": url})
        return redirect(url)

    view.__name__, view.__doc__ = name, act.__doc__
    return view


run = _step("run", actions.start)
halt = _step("halt", actions.stop)
undoing = _step("undoing", actions.undo)
discarding = _step("discarding", actions.discard, "profiles:imports")


@requires(SEE)
@require_safe
def problems(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The rows that were refused or of which something was left out, or what could not be undone (``?of=kept``), as
    CSV in the reader's language. Raises Http404.
    """
    held = get_object_or_404(PeopleImport, pk=pk)
    if not held.file:
        raise Http404(_("The file is kept no longer."))
    rows = report.not_undone(held) if request.GET.get("of") == "kept" else report.problems(held)
    answer = StreamingHttpResponse(_spoken(rows, get_language() or "en"), content_type="text/csv; charset=utf-8")
    name = "not-undone" if request.GET.get("of") == "kept" else "rows"
    answer["Content-Disposition"] = f'attachment; filename="{name}-{held.pk}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _spoken(rows: Any, language: str) -> Any:
    """The lines are made while they are sent, when the request's language is no longer the active one."""
    lines = spreadsheet_cells.lines(rows)
    while True:
        with override(language):
            line = next(lines, None)
        if line is None:
            return
        yield line


def _seq(topic: str) -> int:
    """What a page has seen: asked before its rows, since what is told in between must make it look again."""
    return sequences([topic]).get(topic, 0)
