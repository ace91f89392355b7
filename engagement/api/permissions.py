"""The same rules as the pages': each view declares what it needs, method by method."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from engagement.api.models import ApiToken


class DeclaredPermission(BasePermission):
    """Reads the view's ``access``: action name → (scope, permissions). An action that is not in it is refused."""

    message = "You may not do this, or your token lacks the scope for it."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Decide from the declaration, the person's permissions and the token's scopes."""
        if not request.user.is_authenticated:
            return False
        action = getattr(view, "action", None)
        if action in (None, "metadata"):
            return True  # no operation is done: the answer is 405, or a list of methods
        declared: tuple[str, tuple[str, ...]] | None = getattr(view, "access", {}).get(action)
        if declared is None:
            return False
        scope, permissions = declared
        if isinstance(request.auth, ApiToken) and scope not in request.auth.scopes:
            return False
        return request.user.has_perms(permissions)
