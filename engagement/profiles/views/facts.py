"""Change what is known of a person; uncover what is sensitive."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagement.profiles.actions import change
from engagement.profiles.forms import FactsForm
from engagement.profiles.models import AttributeDefinition, Profile
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of


@requires("profiles.view_profile", "profiles.change_profile")
@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form of facts, attributes and tags. A POST writes over nothing that the form did not show."""
    with rows_to_edit(request, Profile.objects.all()) as rows:
        return _facts(request, get_object_or_404(rows, pk=pk, canonical=None, erased_at=None))


def _facts(request: HttpRequest, person: Profile) -> HttpResponse:
    definitions = list(AttributeDefinition.objects.in_use())
    form = FactsForm(request.POST if request.method == "POST" else None, person=person, definitions=definitions)
    if request.method == "POST" and form.is_valid():
        change.change(
            profile_id=person.pk,
            facts=form.facts,
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
        messages.success(request, _("Saved."))
        return redirect("profiles:profile", person.pk)
    return render(request, "profiles/facts.html", {"person": person, "form": form}, status=422 if form.errors else 200)


@requires("profiles.view_profile", "profiles.view_sensitive")
@require_POST
def uncovered(request: HttpRequest, pk: UUID, slug: str) -> HttpResponse:
    """Show one sensitive attribute; that it was looked at is in the audit trail. Raises Http404."""
    person = get_object_or_404(Profile, pk=pk, canonical=None, erased_at=None)
    definition = get_object_or_404(AttributeDefinition, slug=slug, sensitive=True)
    if person.attributes.get(slug) in (None, ""):
        raise Http404("nothing is known")
    text = change.uncover(
        profile=person,
        definition=definition,
        actor=person_of(request),
        now=timezone.now(),
        origin=origin_of(request),
    )
    context = {"person": person, "definition": definition, "text": text}
    part = "#value" if request.htmx else ""  # type: ignore[attr-defined]
    answer = render(request, f"profiles/uncovered.html{part}", context)
    answer["Cache-Control"] = "no-store"
    return answer
