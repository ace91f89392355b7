"""The customer's phone: what customers got while texts are caught, and writing as one of them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from engagement.channels.phone_forms import TextForm
from engagement.channels.selectors import phone as selector
from engagement.channels.sms.account import stands_in
from engagement.channels.sms.stand_in.phone import TOPIC, NotTaken, mark_open, write_as_customer
from engagement.village.access import requires

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def while_standing_in(view: V) -> V:
    """Answer 404 where texts really leave: there are no customers' phones then."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        if not stands_in():
            raise Http404
        return view(request, *args, **options)

    return cast(V, guarded)


@requires()
@require_GET
@while_standing_in
def phone(request: HttpRequest) -> HttpResponse:
    """The phones, and the texts on one of them (``?customer=``); ``?new=1`` for a new number."""
    wanted = request.GET.get("part", "")
    part = f"#{wanted}" if request.headers.get("HX-Request") and wanted in ("list", "messages") else ""
    customer = request.GET.get("customer", "").replace("\x00", "")
    return render(request, f"channels/phone.html{part}", _context(customer, TextForm()))


@requires()
@require_POST
@while_standing_in
def texts(request: HttpRequest) -> HttpResponse:
    """Write a text as a customer: it reaches the house through its signed webhook."""
    form = TextForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            write_as_customer(channel=given["to"], customer=given["customer"], text=given["text"], now=timezone.now())
        except NotTaken as error:
            form.add_error("text", _("It was not taken: %(reason)s") % {"reason": error})
        else:
            return redirect(f"{reverse('channels:phone')}?{urlencode({'customer': given['customer']})}#thread")
    known = "" if request.POST.get("new") else request.POST.get("customer", "")
    return render(request, "channels/phone.html", _context(known, form), status=422)


def _context(customer: str, form: TextForm) -> dict[str, Any]:
    now = timezone.now()
    shown = selector.texts_of(customer) if customer else []
    if customer:
        mark_open(customer=customer)
    return {
        "rows": selector.customers(),
        "customer": customer,
        "shown": shown,
        "silence": selector.silence_of(customer, now) if customer else None,
        "ours": shown[-1].ours if shown else "",
        "channels": form.channels,
        "form": form,
        "topic": TOPIC,
        "now": now,
    }
