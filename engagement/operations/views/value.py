"""Value cases: write, correct, sign."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.operations.actions.steer import SteeringRefused
from engagement.operations.actions.value import sign_value, write_value
from engagement.operations.forms import ValueForm
from engagement.operations.models import ValueEntry
from engagement.operations.selectors.method import evidence_of
from engagement.operations.use_cases import catalog
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of


@requires("operations.add_valueentry")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a new case."""
    return _write(request, None)


@requires("operations.add_valueentry")
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, case: UUID) -> HttpResponse:
    """Write the next revision of a case, after the one that was shown."""
    with rows_to_edit(request, ValueEntry.objects.filter(case=case, number=1)) as first:
        get_object_or_404(first)  # its lock is the lock of the case: revisions are only added
        return _write(request, _newest(case))


def _newest(case: UUID) -> ValueEntry:
    return get_object_or_404(ValueEntry.objects.filter(case=case).order_by("-number")[:1])


def _write(request: HttpRequest, before: ValueEntry | None) -> HttpResponse:
    form = ValueForm(request.POST or None, instance=before)
    if request.method == "POST" and form.is_valid():
        try:
            write_value(
                **{name: form.cleaned_data[name] for name in ValueForm.Meta.fields},
                author=person_of(request),
                now=timezone.now(),
                case=before.case if before else None,
                origin=origin_of(request),
            )
        except SteeringRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Written. It counts; whoever signs stands for it."))
            return redirect("operations:model")
    context = {"form": form, "before": before}
    return render(request, "operations/value_form.html", context, status=422 if form.errors else 200)


@requires("operations.view_checklist")
@require_safe
def case(request: HttpRequest, case: UUID) -> HttpResponse:
    """A case with all its revisions."""
    revisions = list(
        ValueEntry.objects.filter(case=case).select_related("author", "signature__person").order_by("-number")
    )
    shown = revisions[0] if revisions else _newest(case)
    context = {
        "entry": shown,
        "revisions": revisions,
        "evidence": evidence_of([shown]).get(shown.pk),
        "capability": catalog().capability(shown.capability),
    }
    return render(request, "operations/value.html", context)


@requires("operations.sign_valueentry")
@require_POST
def signature(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stand for a revision."""
    entry = get_object_or_404(ValueEntry, pk=pk)
    try:
        sign_value(entry=entry, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    except SteeringRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Signed."))
    return redirect("operations:value", entry.case)
