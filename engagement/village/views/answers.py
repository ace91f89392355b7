"""How the people pages answer a button: back to a page, with what happened."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from engagement.village.actions.guard import ChangeRefused


def back(request: HttpRequest, to: str, *args: Any) -> HttpResponse:
    """Send the browser to a page; htmx asks for that by a header."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(resolve_url(to, *args))
    return redirect(to, *args)


def attempt(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """Act, then say that it is done; or why not, when it is refused."""
    try:
        act()
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
