"""What a person agreed to: the matrix, the ledger behind it, and writing down what they say."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagement.profiles.actions import consent
from engagement.profiles.family import family_of
from engagement.profiles.forms import ConsentForm
from engagement.profiles.models import Profile
from engagement.profiles.models.consent import CHANNELS, Basis
from engagement.profiles.selectors import consents as selector
from engagement.profiles.views.people import key_in
from engagement.village.access import person_of, require_permission, requires
from engagement.village.audit import origin_of

SOURCE = "staff"


@requires("profiles.view_profile", "profiles.view_consent")
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The evidence. Who may, writes down here what the person said. Raises Http404."""
    if request.method == "POST":
        require_permission(request, "profiles.change_consent")
    person = get_object_or_404(Profile, pk=pk, canonical=None, erased_at=None)
    form = ConsentForm(request.POST if request.method == "POST" else None, channels=list(CHANNELS))
    if request.method == "POST" and form.is_valid() and _write(request, person, form):
        return redirect("profiles:consents", pk)
    before = request.GET.get("before", "")
    now, family = timezone.now(), family_of(pk)
    lines, more = selector.ledger(family, key_in(before) if before else None)
    context = {
        "person": person,
        "form": form,
        "agreed": selector.matrix(family, now),
        "held_addresses": selector.held_addresses(family, now),
        "lines": lines,
        "next_key": lines[-1].pk if more else None,
        "now": now,
    }
    return render(request, "profiles/consents.html", context, status=422 if form.errors else 200)


def _write(request: HttpRequest, person: Profile, form: ConsentForm) -> bool:
    """Give or withdraw; False, with the reason on the form, when it is refused."""
    given, actor = form.cleaned_data, person_of(request)
    evidence = {"text": given["words"], "locale": get_language() or "", "ip": request.META.get("REMOTE_ADDR", "")}
    common: dict[str, Any] = {
        "profile_id": person.pk,
        "channel": given["channel"],
        "purpose": given["purpose"],
        "source": SOURCE,
        "evidence": evidence,
        "actor": actor,
        "now": timezone.now(),
        "origin": origin_of(request),
    }
    if given["act"] == ConsentForm.WITHDRAWN:
        consent.withdraw(**common)
        messages.success(request, _("Written down. Nothing of it leaves any more."))
        return True
    try:
        consent.give(**common, basis=given["basis"] or Basis.EXPRESS, expires_at=form.expires_at)
    except consent.ConsentRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Written down."))
    return True
