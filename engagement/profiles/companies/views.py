"""Companies: find one, read it, write down and change it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagement.profiles.companies import changes, reading
from engagement.profiles.companies.forms import CompanyForm
from engagement.profiles.companies.refusals import CompanyRefused
from engagement.profiles.models import Company
from engagement.profiles.views.people import key_in
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of


@requires("profiles.view_company")
@require_safe
def companies(request: HttpRequest) -> HttpResponse:
    """Every company by name, or those whose name or domain holds ``?q=``."""
    search = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    lines, following = reading.page(search=search, after=request.GET.get("after", "").replace("\x00", "")[:200])
    context = {"search": search, "lines": lines, "following": following}
    is_fragment = request.htmx and request.headers.get("HX-Target", "").endswith("#companies-found")  # type: ignore[attr-defined]
    return render(request, "profiles/companies.html#found" if is_fragment else "profiles/companies.html", context)


@requires("profiles.view_company")
@require_safe
def names(request: HttpRequest) -> HttpResponse:
    """Names of companies while one is typed, as options."""
    typed = request.GET.get("company", "") or request.GET.get("parent", "")
    return render(request, "profiles/parts/company_names.html", {"names": reading.names(typed[:200])})


@requires("profiles.view_company")
@require_safe
def company(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One company: its tree, who works there, what is being sold to them. Raises Http404."""
    found = get_object_or_404(Company.objects.select_related("parent", "owner").prefetch_related("domains"), pk=pk)
    after, now = request.GET.get("after", ""), timezone.now()
    sees_people, sees_deals = (request.user.has_perm(f"profiles.view_{what}") for what in ("profile", "deal"))
    people, following = reading.people_of(pk, after=key_in(after) if after else None) if sees_people else ([], None)
    context = {
        "company": found,
        "tree": reading.tree_of(pk),
        "people": people,
        "following": following,
        "rows": reading.deals_of(pk, now) if sees_deals else [],
        "now": now,
        "tab": "company",
    }
    return render(request, "profiles/company.html", context)


@requires("profiles.view_company", "profiles.add_company")
@require_http_methods(["GET", "HEAD", "POST"])
def new_company(request: HttpRequest) -> HttpResponse:
    """Write down a company."""
    return _write(request, None)


@requires("profiles.view_company", "profiles.change_company")
@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what is known of a company; a POST writes over nothing that the form did not show. Raises Http404."""
    with rows_to_edit(request, Company.objects.select_related("parent")) as rows:
        if request.method == "POST":
            changes.lock_trees()  # before the row, as every change does
        return _write(request, get_object_or_404(rows, pk=pk))


def _write(request: HttpRequest, known: Company | None) -> HttpResponse:
    form = CompanyForm(request.POST if request.method == "POST" else None, company=known)
    if request.method == "POST" and form.is_valid():
        try:
            written = _act(request, known, form.facts)
        except CompanyRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("profiles:company", written.pk)
    status = 422 if form.errors else 200
    return render(request, "profiles/company_facts.html", {"company": known, "form": form}, status=status)


def _act(request: HttpRequest, known: Company | None, given: changes.Facts) -> Company:
    now, actor, origin = timezone.now(), person_of(request), origin_of(request)
    if known is None:
        return changes.add_company(facts=given, actor=actor, now=now, origin=origin)
    return changes.change_company(company_id=known.pk, facts=given, actor=actor, now=now, origin=origin)
