"""Who may enter a view: every view says it, and a middleware refuses one that does not."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from engagement.village.models import User

V = TypeVar("V", bound=Callable[..., Any])


class AccessDenied(PermissionDenied):
    """Somebody lacks ``permissions``; the page that says so names a colleague who has them."""

    def __init__(self, *permissions: str) -> None:
        super().__init__()
        self.permissions = permissions


def require_permission(request: HttpRequest, *permissions: str) -> None:
    """Refuse whoever lacks one of ``permissions``, inside a view that others may read. Raises AccessDenied."""
    if not request.user.has_perms(permissions):
        raise AccessDenied(*permissions)


def requires(*permissions: str) -> Callable[[V], V]:
    """Declare that a view needs a signed-in person with all ``permissions`` (``app_label.codename``).

    Without permissions: anyone who is signed in. Who is not signed in is sent to sign in; who lacks one
    gets 403.
    """

    def mark(view: V) -> V:
        view.access = permissions  # type: ignore[attr-defined]
        return view

    return mark


def public(view: V) -> V:
    """Declare that anyone may open a view; it must guard itself (signature, token) where that matters."""
    view.access = None  # type: ignore[attr-defined]
    return view


def person_of(request: HttpRequest) -> User:
    """Return who asks, in a view that requires somebody. Raises PermissionDenied for a stranger."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
