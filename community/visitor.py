"""Who looks at a public page: a member, a colleague, both, or nobody we know.

A member's session has a cookie of its own, sent to the community only; it never makes anybody a person of this house.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from community.actions.sign_in import SESSION_LASTS, note_visit
from community.models import Member, MemberSession, Space
from engagement.village.models import User

COOKIE = "community"
_SALT = "community.session"
ANSWER, MODERATE = "community.answer_as_staff", "community.moderate_community"


@dataclass(frozen=True, slots=True)
class Visitor:
    """``staff`` is a colleague who may answer for the house or moderate; ``moderates``: the spaces they look after."""

    member: Member | None
    session: MemberSession | None
    staff: User | None
    moderates: frozenset[UUID] = frozenset()

    @property
    def may_answer_as_staff(self) -> bool:
        """They may speak for the house."""
        return self.staff is not None and self.staff.has_perm(ANSWER)

    def may_moderate(self, space: Space) -> bool:
        """They look after the space."""
        return space.pk in self.moderates


def visitor_of(request: HttpRequest) -> Visitor:
    """Return who asks, read once for each request."""
    known: Visitor | None = getattr(request, "community_visitor", None)
    if known is None:
        session = _session_of(request)
        staff = _staff_of(request)
        moderates = Space.objects.moderated_by(staff).values_list("pk", flat=True) if staff else ()
        known = Visitor(session.member if session else None, session, staff, frozenset(moderates))
        if known.member:
            note_visit(member=known.member, now=timezone.now())
        request.community_visitor = known  # type: ignore[attr-defined]
    return known


def _session_of(request: HttpRequest) -> MemberSession | None:
    try:
        key = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=SESSION_LASTS)
    except signing.BadSignature:
        return None
    now: datetime = timezone.now()
    open_now = MemberSession.objects.filter(pk=key, ended_at=None, expires_at__gt=now)
    return open_now.select_related("member").first()


def _staff_of(request: HttpRequest) -> User | None:
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    return user if user.has_perm(ANSWER) or user.has_perm(MODERATE) else None


def remember(response: HttpResponse, session: MemberSession) -> None:
    """Give the browser a member's session."""
    response.set_cookie(
        COOKIE,
        signing.dumps(str(session.pk), salt=_SALT),
        max_age=SESSION_LASTS,
        path=reverse("community:home"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    """Take a member's session out of the browser."""
    response.delete_cookie(COOKIE, path=reverse("community:home"), samesite="Lax")


def safe_path(request: HttpRequest, path: str) -> str:
    """Return ``path`` if it leads into the community, else nothing."""
    inside = path.startswith(reverse("community:home")) and "\\" not in path
    safe = url_has_allowed_host_and_scheme(path, allowed_hosts=None, require_https=request.is_secure())
    return path if inside and safe else ""


def for_members(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send who is not a member to sign in, and back afterwards; give the view its member."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        member = visitor_of(request).member
        if member is not None:
            return view(request, member, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else _page_before(request)
        url = f"{reverse('community:sign-in')}?{urlencode({'next': safe_path(request, back)})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401, headers={"HX-Redirect": url})
        return redirect(url)

    return guarded


def _page_before(request: HttpRequest) -> str:
    before = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    return before.path if before.netloc in ("", request.get_host()) else ""
