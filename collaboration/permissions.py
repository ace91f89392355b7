"""Who may listen to this app's live topics."""

from uuid import UUID

from collaboration.models import ApprovalRequest, Handoff, Task
from engagement.operations.links import opener_by_key
from engagement.village.models import User

# Whose pages are opened by whoever sees the object.
OPENERS = {
    "collaboration:task": opener_by_key(lambda user: Task.objects.visible_to(user)),
    "collaboration:handoff": opener_by_key(lambda user: Handoff.objects.visible_to(user)),
    "collaboration:review": opener_by_key(lambda user: ApprovalRequest.objects.visible_to(user)),
}


def may_listen_to_reviews(user: User, rest: str) -> bool:
    """Whoever has the review queue."""
    return rest == "all" and user.has_perm("collaboration.view_approvalrequest")


def may_listen_to_approval(user: User, key: str) -> bool:
    """Whoever may open the request."""
    request = _key(key)
    return request is not None and ApprovalRequest.objects.visible_to(user).filter(pk=request).exists()


def may_listen_to_handoff(user: User, key: str) -> bool:
    """Whoever may open the handoff."""
    handoff = _key(key)
    return handoff is not None and Handoff.objects.visible_to(user).filter(pk=handoff).exists()


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
