"""Pages for what went wrong: what happened, then what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from engagement.village.access import public


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request cannot be read."""
    return render(request, "400.html", status=400)


@public
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This person may not enter here."""
    return render(request, "403.html", status=403)


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing is here, or not for this person."""
    return render(request, "404.html", status=404)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault. Drawn without the request, so that what failed cannot fail again."""
    return render(None, "500.html", {"request_id": request.META.get("REQUEST_ID", "")}, status=500)  # type: ignore[arg-type]


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent without the token of this browser: an old page, or cookies are off."""
    response = render(request, "403_csrf.html", status=403)
    response["X-CSRF-Failure"] = "1"  # a page that asks by fetch gets a fresh token and asks again
    return response
