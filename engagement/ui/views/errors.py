"""Pages for what went wrong: what happened, then what to do."""

import sys
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from engagement.api.problems import is_api_address, problem_response
from engagement.disk_space import is_disk_full
from engagement.village.access import AccessDenied, public
from engagement.village.selectors.helper import who_can_help


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request cannot be read."""
    if is_api_address(request):
        return problem_response(400, "The request cannot be read.", code="bad_request")
    return render(request, "400.html", status=400)


@public
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This person may not enter here."""
    if is_api_address(request):
        return problem_response(403, "You may not do this.", code="permission_denied")
    asked = exception.permissions if isinstance(exception, AccessDenied) else _declared(request)
    missing = [name for name in asked if not request.user.has_perm(name)]
    return render(request, "403.html", {"helper": who_can_help(request.user, *missing)}, status=403)


def _declared(request: HttpRequest) -> Sequence[str]:
    """What the view of this address requires, where a refusal does not say more."""
    match = request.resolver_match
    return tuple(getattr(match.func, "access", None) or ()) if match is not None else ()


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing is here, or not for this person."""
    if is_api_address(request):
        detail = "There is no such address. /api/v1/ lists the resources; every address ends with a slash."
        return problem_response(404, detail, code="not_found")
    return render(request, "404.html", status=404)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault, or a full disk, which has a page and a status of its own (507, RFC 4918 section 11.5).

    Drawn without the request, so that what failed cannot fail again.
    """
    if is_disk_full(sys.exc_info()[1]):
        return no_room(request)
    if is_api_address(request):
        number = request.META.get("REQUEST_ID", "")
        detail = f"The server failed; what was sent is not done. Tell the administrator the request id {number}."
        return problem_response(500, detail, code="server_error")
    return render(None, "500.html", {"request_id": request.META.get("REQUEST_ID", "")}, status=500)  # type: ignore[arg-type]


def no_room(request: HttpRequest) -> HttpResponse:
    """Say that the disk is full: as a page, to programs as a problem (RFC 9457)."""
    if is_api_address(request):
        detail = gettext("The disk of the server is full. Nothing was saved. Try again later.")
        return problem_response(507, detail, code="disk_full")
    context = {"request_id": request.META.get("REQUEST_ID", "")}
    return render(None, "507.html", context, status=507)  # type: ignore[arg-type]


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent without the token of this browser: an old page, or cookies are off."""
    response = render(request, "403_csrf.html", status=403)
    response["X-CSRF-Failure"] = "1"  # a page that asks by fetch gets a fresh token and asks again
    return response
