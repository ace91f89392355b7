"""Whoever comes to sign in where nobody has an account is shown how to set up the organization."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from engagement.village.models import User


class SetupMiddleware:
    """Leads from the sign-in page to the set-up while there is nobody who could sign in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Redirect from the sign-in page; one query, on that page only."""
        match = request.resolver_match
        if request.method != "GET" or match is None or match.view_name != "account_login":
            return None
        return None if User.objects.exists() else redirect("setup:begin")
