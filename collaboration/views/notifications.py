"""Notifications: the page, the menu at the bell, one of them, all seen, and how each kind is told."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collaboration.models import Notification, NotificationPreference
from collaboration.notifications.kinds import Kind
from collaboration.notifications.preferring import prefer
from collaboration.notifications.seeing import see, see_all
from collaboration.selectors import news
from engagement.ui.stale_forms import StaleCheckMixin, setting_to_edit
from engagement.village.access import person_of, requires
from engagement.village.views.cursors import key_of


@requires()
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All of a person's news, newest first; ``?after=`` goes on. As a fragment the list alone."""
    person = person_of(request)
    page = news.page(person=person, after=key_of(request.GET.get("after", "")))
    is_part = request.htmx and "news" in request.headers.get("HX-Target", "")  # type: ignore[attr-defined]
    template = "collaboration/notifications.html" + ("#news" if is_part else "")
    return render(request, template, {"page": page, "now": timezone.now()})


@requires()
@require_safe
def notification(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark one as seen and go where it leads. Links in e-mails lead here, so it answers a GET."""
    person = person_of(request)
    found = get_object_or_404(Notification.objects.filter(person=person), pk=pk)
    see(person=person, key=found.pk, now=timezone.now())
    safe = url_has_allowed_host_and_scheme(found.url, {request.get_host()}, require_https=request.is_secure())
    return redirect(found.url if found.url and safe else "collaboration:notifications")


@requires()
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """Everything is seen."""
    see_all(person=person_of(request), now=timezone.now())
    return redirect("collaboration:notifications")


@requires()
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """How each kind of news is told: on the page, by e-mail at once, once a day, not at all."""
    person = person_of(request)
    with setting_to_edit(request, f"collaboration.preferences:{person.pk}"):
        form = PreferencesForm(request.POST if request.method == "POST" else None, mine=news.preferences(person))
        if request.method == "POST" and form.is_valid():
            prefer(person=person, chosen={name.replace("__", "."): how for name, how in form.cleaned_data.items()})
            messages.success(request, _("Kept. It counts from the next piece of news on."))
            return redirect("collaboration:preferences")
    status = 422 if form.is_bound else 200
    return render(request, "collaboration/preferences.html", {"form": form}, status=status)


class PreferencesForm(StaleCheckMixin, forms.Form):
    """One choice for each kind of news."""

    edits_setting = True

    def __init__(self, data: object = None, *, mine: list[tuple[Kind, str]]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        for kind, how in mine:
            self.fields[kind.name.replace(".", "__")] = forms.ChoiceField(
                label=kind.label, choices=NotificationPreference.Delivery.choices, initial=how
            )
