"""Puts the person's language and time zone on each request, and keeps people out of where they may not go."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

# Views of packages that guard themselves (or are made for people who are not signed in yet).
SELF_GUARDED = ("allauth.", "django.contrib.admin.", "unfold.", "django.views.i18n", "django.views.static")


class PersonMiddleware:
    """Activate the signed-in person's language and time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        request.LANGUAGE_CODE = user.language  # type: ignore[attr-defined]
        try:
            zone = ZoneInfo(user.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        with translation.override(user.language), timezone.override(zone):
            response = self.get_response(request)
        response.headers["Content-Language"] = user.language
        return response


class AccessMiddleware:
    """Refuse a view that does not say who may enter, and whoever may not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Decide before the view runs. Raises PermissionDenied."""
        if guards_itself(view):
            return None
        permissions = declared_access(view)
        if permissions is None:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if not request.user.has_perms(permissions):
            raise PermissionDenied
        return None


def guards_itself(view: Callable[..., Any]) -> bool:
    """Say whether a view belongs to a package, or to the API, which have guards of their own."""
    return view.__module__.startswith(SELF_GUARDED) or hasattr(view, "cls") or hasattr(view, "model_admin")


def declared_access(view: Callable[..., Any]) -> tuple[str, ...] | None:
    """Return the permissions that a view declares, None for a public one.

    Raises PermissionDenied when it declares nothing.
    """
    try:
        access: tuple[str, ...] | None = view.access  # type: ignore[attr-defined]
    except AttributeError as error:
        raise PermissionDenied(f"{view.__module__}.{view.__qualname__} does not say who may enter") from error
    return access


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        here = urlsplit(request.headers.get("HX-Current-URL", "/"))
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = redirect_to_login(here.path or "/").url  # type: ignore[attr-defined]
        return answer
    return redirect_to_login(request.get_full_path())
