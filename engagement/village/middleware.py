"""Where a request comes from, its person's language and zone, when they were last here, and where they may go."""

import time
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from engagement.organization.current import current_organization
from engagement.organization.languages import offered_or_default
from engagement.village.access import require_permission
from engagement.village.actions.touch_session import touch_session
from engagement.village.selectors.second_factor import lacks_second_factor, required_roles

# Views of packages that guard themselves (or are made for people who are not signed in yet).
log = structlog.get_logger(__name__)
_WARNED_EVERY = 3600.0  # seconds
_warned_at: float | None = None
EXTENDED_AT = "extended_at"  # in a session: when its end was last moved
SELF_GUARDED = ("allauth.", "django.contrib.admin.", "unfold.", "django.views.i18n", "django.views.static")


class ClientAddressMiddleware:
    """Put the client's address into REMOTE_ADDR when ``PROXY_COUNT`` proxies of ours stand in front.

    Each of them adds, at the right end of X-Forwarded-For, the address that it was called from; what stands
    further left was written by the client and proves nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.PROXY_COUNT == 0 and "HTTP_X_FORWARDED_FOR" in request.META:
            _warn_of_proxy()
        if settings.PROXY_COUNT:
            hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            if len(hops) >= settings.PROXY_COUNT and is_valid_ip_address(hops[-settings.PROXY_COUNT]):
                request.META["REMOTE_ADDR"] = hops[-settings.PROXY_COUNT]
        return self.get_response(request)


def is_valid_ip_address(text: str) -> bool:
    """Say whether a text is an IPv4 or IPv6 address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _warn_of_proxy() -> None:
    """Say, once an hour and process, that all clients have the address of a proxy, so that limits are one for all."""
    global _warned_at
    now = time.monotonic()
    if _warned_at is None or now - _warned_at > _WARNED_EVERY:
        _warned_at = now
        log.warning(
            "proxy_not_counted",
            hint="Requests carry X-Forwarded-For while PROXY_COUNT is 0. If a proxy of yours sets it, set PROXY_COUNT"
            " to how many there are; otherwise the limits of sign-in are one for all clients.",
        )


class LastSeenMiddleware:
    """Note when a session was last used, at most once a minute, for the page "where I am signed in".

    While somebody works the session's end moves on: it lasts ``SESSION_COOKIE_AGE`` from the last thing they did. A
    request that a page makes by itself says so (``X-Idle``) and moves nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        key = request.session.session_key
        if key and request.user.is_authenticated and cache.add(f"last-seen:{key}", 1, timeout=60):
            touch_session(session_key=key, address=request.META.get("REMOTE_ADDR"), now=timezone.now())
        if key and request.user.is_authenticated and "X-Idle" not in request.headers:
            extend_session(request.session, now=timezone.now())
        return response


def extend_session(session: SessionBase, *, now: datetime) -> None:
    """Let a session that is in use end later; at most every ``SESSION_EXTENDED_SECONDS``, to write it seldom."""
    moment = int(now.timestamp())
    if moment - int(session.get(EXTENDED_AT, 0)) >= settings.SESSION_EXTENDED_SECONDS:
        session[EXTENDED_AT] = moment
        limit_session(session)


def limit_session(session: SessionBase) -> None:
    """Let a session end after the organization's hours without use."""
    seconds = current_organization().session_hours * 60 * 60
    if seconds != session.get_expiry_age():
        session.set_expiry(seconds)


class PersonMiddleware:
    """Activate the signed-in person's language and time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        language = offered_or_default(user.language)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        try:
            zone = ZoneInfo(user.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
        response.headers["Content-Language"] = language
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
        """Decide before the view runs. Raises AccessDenied, and PermissionDenied for a view that says nothing."""
        if guards_itself(view):
            return None
        permissions = declared_access(view)
        if permissions is None:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if is_of_another_person(request):
            return HttpResponse(status=401, headers={"X-Session": "other"})
        require_permission(request, *permissions)
        return None


class SecondFactorMiddleware:
    """Keep people of a role that needs a second factor at the page that sets one up, until they have it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Redirect who needs a second factor and has none; the pages of signing in stay open."""
        if not request.user.is_authenticated or not required_roles():
            return None
        if view.__module__.startswith(("allauth.", "django.views.i18n", "django.views.static")):
            return None
        if getattr(view, "works_without_second_factor", False):
            return None
        if lacks_second_factor(request.user):
            return redirect("mfa_activate_totp")
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


def is_of_another_person(request: HttpRequest) -> bool:
    """Say whether a page asks that was opened by somebody other than who is signed in now."""
    person = request.headers.get("X-Page-Person", "")
    return bool(person) and person != str(request.user.pk)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("X-Page-Person"):  # its page asks to sign in, and then sends the request again
        return HttpResponse(status=401, headers={"X-Session": "ended"})
    if request.headers.get("HX-Request") == "true":
        here = urlsplit(request.headers.get("HX-Current-URL", "/"))
        page = (here.path or "/") + (f"?{here.query}" if here.query else "")
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = redirect_to_login(page).url  # type: ignore[attr-defined]
        return answer
    return redirect_to_login(request.get_full_path())
