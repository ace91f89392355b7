"""Make a channel."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagement.channels.actions.configure import AddressTaken, create
from engagement.channels.creation_forms import CreationForm
from engagement.village.access import person_of, requires
from engagement.village.audit import origin_of


@requires("engagement_channels.view_channel", "engagement_channels.add_channel")
@require_http_methods(["GET", "POST"])
def creation(request: HttpRequest) -> HttpResponse:
    """Ask for kind and address; then on to the channel's own page, where its carrier is entered."""
    form = CreationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create(**form.cleaned_data, actor=person_of(request), origin=origin_of(request), now=timezone.now())
        except AddressTaken:
            form.add_error("address", _("There is a channel with this address already."))
        else:
            messages.success(request, _("Made. Enter who carries it, test the connection, then resume it."))
            return redirect("channels:channel", made.pk)
    return render(request, "channels/creation.html", {"form": form}, status=422 if form.errors else 200)
