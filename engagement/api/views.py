"""Pages for the API's users: their tokens."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from engagement.api.actions import make_token, revoke_token
from engagement.api.forms import TokenForm
from engagement.api.models import ApiToken
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of


@requires("api.use_api")
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List the person's own tokens; POST makes one and shows it, once."""
    form = TokenForm(request.POST or None)
    made, text, status, now = None, "", 200, timezone.now()
    if request.method == "POST":
        if form.is_valid():
            made, text = make_token(
                person=person_of(request),
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=now + timedelta(days=form.cleaned_data["days"]),
                now=now,
                origin=origin_of(request),
            )
            form = TokenForm()
        else:
            status = 422
    own = ApiToken.objects.filter(person=person_of(request)).order_by("-key")
    context = {"tokens": own, "form": form, "made": made, "text": text, "now": now}
    return render(request, "api/tokens.html", context, status=status)


@requires("api.use_api")
@require_POST
def token(request: HttpRequest, key: UUID) -> HttpResponse:
    """Revoke one of the person's own tokens."""
    mine = get_object_or_404(ApiToken.objects.filter(person=person_of(request)), key=key)
    revoke_token(token=mine, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
    return redirect("api:tokens")
