"""Settings: everything that is the organization's own, by section."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from engagement.organization.current import lock_organization
from engagement.organization.models import THE_ROW, Organization
from engagement.setup.actions import change_organization, save_logo
from engagement.setup.forms import SECTIONS, BrandForm, SectionForm
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of
from engagement.village.models import AuditEntry

HISTORY = 10


@requires("organization.change_organization")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """All sections, and what was changed lately."""
    return render(request, "setup/settings.html", {"sections": _sections(), "history": _history()})


@requires("organization.change_organization")
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, slug: str) -> HttpResponse:
    """One section; POST saves it, unless somebody else saved the same value meanwhile."""
    if slug not in SECTIONS:
        raise Http404
    title, lead, form_class = SECTIONS[slug]
    if request.method == "POST":
        with transaction.atomic():
            form = form_class(request.POST, request.FILES, instance=lock_organization())
            if form.is_valid():
                save_section(request, form)
        if not form.errors:
            messages.success(request, _("Saved. It holds from now on, everywhere."))
            return redirect("setup:section", slug)
    else:
        form = form_class(instance=shown_organization())
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "slug": slug,
        "sections": _sections(),
        "history": _history(),
    }
    return render(request, "setup/section.html", context, status=422 if form.errors else 200)


def save_section(request: HttpRequest, form: SectionForm, *, step: str = "") -> None:
    """Save what a valid form says, with the logo that came with it."""
    actor = person_of(request) if request.user.is_authenticated else None
    now, origin = timezone.now(), origin_of(request)
    values = dict(form.values)
    change_organization(values=values, actor=actor, now=now, step=step, origin=origin)
    if isinstance(form, BrandForm):
        chosen = form.cleaned_data.get("logo_file")
        if chosen is not None or form.cleaned_data.get("removes_logo"):
            save_logo(logo=chosen, actor=actor, now=now, origin=origin)


def shown_organization() -> Organization:
    """Return the row, or a copy of what the settings say, for a form to show."""
    found = Organization.objects.filter(pk=THE_ROW).first()
    return found or Organization._made_of_settings()


def _sections() -> list[dict[str, Any]]:
    return [{"slug": slug, "title": title, "lead": lead} for slug, (title, lead, _form) in SECTIONS.items()]


def _history() -> list[AuditEntry]:
    rows = AuditEntry.objects.filter(subject_type="organization.organization", action="organization.changed")
    found = list(rows.select_related("actor").order_by("-key")[:HISTORY])
    for entry in found:
        entry.labels = ", ".join(_label_of(name) for name in entry.detail)  # type: ignore[attr-defined]
    return found


def _label_of(name: str) -> str:
    if name == "logo":
        return _("Logo")
    try:
        return str(Organization._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except LookupError:
        return name
