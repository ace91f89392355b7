"""The living style guide: every component from the real tags. For people who build the house."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from engagement.ui.names import CHANNELS
from engagement.village.access import requires


class SampleForm(forms.Form):
    """One field of each look."""

    segment = forms.CharField(
        label=_("Name of the segment"), initial="Club captains", help_text=_("Colleagues see this name.")
    )
    start = forms.TimeField(
        label=_("Send from"), error_messages={"invalid": _("A day ends at 23:59. Use 08:00 to 21:00.")}
    )
    queue = forms.ChoiceField(label=_("Queue"), choices=[("w", _("Workshop and warranty"))])
    owner = forms.CharField(label=_("Owner"), initial=_("Set by the Architect"), disabled=True)


@requires()
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """All components and their states. Raises PermissionDenied outside of DEBUG for who is not staff."""
    if not (settings.DEBUG or request.user.is_staff):
        raise PermissionDenied
    now = timezone.now()
    form = SampleForm({"segment": "Club captains", "start": "25:00", "queue": "w"})
    context = {
        "now": now,
        "early": now + timedelta(minutes=32, seconds=5),
        "soon": now + timedelta(minutes=6, seconds=5),
        "late": now - timedelta(minutes=7, seconds=5),
        "undo_until": now + timedelta(seconds=10),
        "form": form,
        "channels": list(CHANNELS),
    }
    return render(request, "ui/components.html", context)
