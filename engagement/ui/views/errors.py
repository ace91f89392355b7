"""Pages for what went wrong: what happened, then what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from engagement.village.access import public


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent without the token of this browser: an old page, or cookies are off."""
    return render(request, "403_csrf.html", status=403)
