"""How often the public pages answer: who guesses tokens is slowed down, who unsubscribes never is."""

from django.core.cache import cache

WINDOW = 60  # seconds


def is_too_often(key: str, *, most: int) -> bool:
    """Count one more of ``key`` within a minute and say whether there were more than ``most``."""
    name = f"unsubscribe:{key}"
    if cache.add(name, 1, timeout=WINDOW):
        return most < 1
    try:
        return int(cache.incr(name)) > most
    except ValueError:  # it ended in between
        cache.add(name, 1, timeout=WINDOW)
        return False
