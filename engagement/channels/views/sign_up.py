"""Sign-up forms for who writes them: all of them with their numbers, one of them with its versions."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagement.channels.models import SignUpForm, SignUpText
from engagement.channels.optin import counting, writing
from engagement.channels.optin.staff_forms import SignUpFormForm
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, require_permission, requires
from engagement.village.audit import origin_of

SEE, ADD, CHANGE = (f"engagement_channels.{verb}_signupform" for verb in ("view", "add", "change"))


@requires(SEE)
@require_safe
def forms(request: HttpRequest) -> HttpResponse:
    """Every form, how many asked, confirmed, let it expire."""
    return render(request, "channels/sign_up/list.html", {"rows": counting.rows(timezone.now())})


@requires(SEE, ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def new_form(request: HttpRequest) -> HttpResponse:
    """Write a form."""
    form = SignUpFormForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("slug", "name", "channel")}
        try:
            made = writing.create(**given, words=form.words, **_by(request))
        except writing.FormRefused as refusal:
            form.add_error("slug", str(refusal))
        else:
            messages.success(request, _("The form is open."))
            return redirect("channels:sign_up_form", made.pk)
    return render(request, "channels/sign_up/new.html", {"form": form}, status=422 if form.errors else 200)


@requires(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_form(request: HttpRequest, key: UUID) -> HttpResponse:
    """One form: its numbers, its address, what each version said; who may, changes it here. Raises Http404."""
    if request.method == "POST":
        require_permission(request, CHANGE)
    with rows_to_edit(request, SignUpForm.objects.select_related("channel")) as rows:
        return _sign_up_form(request, get_object_or_404(rows, pk=key))


def _sign_up_form(request: HttpRequest, shown: SignUpForm) -> HttpResponse:
    form = SignUpFormForm(request.POST if request.method == "POST" else None, shown=shown)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "channel")}
        writing.change(form_id=shown.pk, **given, words=form.words, **_by(request))
        messages.success(request, _("Kept. What was shown before stays with those who agreed to it."))
        return redirect("channels:sign_up_form", shown.pk)
    url = f"{settings.BASE_URL}{reverse('optin:form', args=[shown.slug])}"
    context = {
        "shown": shown,
        "row": counting.rows(timezone.now(), [shown])[0],
        "form": form,
        "url": url,
        "frame": f'<iframe src="{url}?framed" title="{shown.name}" width="100%" height="480"></iframe>',
        "texts": SignUpText.objects.filter(form=shown).select_related("author").order_by("-version", "locale"),
    }
    return render(request, "channels/sign_up/one.html", context, status=422 if form.errors else 200)


@requires(SEE, CHANGE)
@require_POST
def opening(request: HttpRequest, key: UUID) -> HttpResponse:
    """Open the form, or with ``closed=1`` close it. Raises Http404."""
    shown = get_object_or_404(SignUpForm, pk=key)
    closed = bool(request.POST.get("closed"))
    writing.set_open(form_id=shown.pk, is_open=not closed, **_by(request))
    messages.success(request, _("The form is closed.") if closed else _("The form is open."))
    return redirect("channels:sign_up_form", key)


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
