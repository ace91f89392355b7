"""A person's own preferences."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagement.ui import actions, shortcuts
from engagement.ui.forms import KeysForm, PreferencesForm
from engagement.ui.models import changed_keys
from engagement.ui.stale_forms import rows_to_edit, setting_to_edit
from engagement.village.access import person_of, requires
from engagement.village.models import User


@requires()
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, time zone, appearance, density, keys on or off."""
    with rows_to_edit(request, User.objects.all()) as rows:
        user = rows.get(pk=person_of(request).pk)
        form = PreferencesForm(request.POST or None, user=user)
        if request.method == "POST" and form.is_valid():
            actions.set_preferences(user=user, **form.cleaned_data)
            with translation.override(form.cleaned_data["language"]):
                messages.success(request, _("Saved. It holds on every computer where you sign in."))
            return redirect("ui:preferences")
    return _page(request, form=form, keys_form=_keys_form(request))


@requires()
@require_POST
def keys(request: HttpRequest) -> HttpResponse:
    """The person's own keys; ``defaults`` puts them all back."""
    if "defaults" in request.POST:
        actions.set_keys(user=request.user, changed={})
        return redirect("ui:preferences")
    with setting_to_edit(request, f"ui.keys:{person_of(request).pk}"):
        form = _keys_form(request)
        if not form.is_valid():
            return _page(request, form=PreferencesForm(user=request.user), keys_form=form)
        actions.set_keys(user=request.user, changed=form.changed_keys())
    messages.success(request, _("Your keys are saved."))
    return redirect("ui:preferences")


def _keys_form(request: HttpRequest) -> KeysForm:
    data = request.POST if request.resolver_match and request.resolver_match.url_name == "keys" else None
    return KeysForm(data, mine=shortcuts.keys(changed=changed_keys(user=request.user)), prefix="key")


def _page(request: HttpRequest, **context: Any) -> HttpResponse:
    status = 422 if any(form.is_bound for form in context.values()) else 200
    return render(request, "ui/preferences.html", context, status=status)
