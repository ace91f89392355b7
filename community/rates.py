"""Limits on how often something may be tried, kept in the cache."""

import hashlib

from django.core.cache import cache


def allows(what: str, who: str, *, at_most: int, seconds: int) -> bool:
    """Count one try of ``who`` and say whether it is still within ``at_most`` in ``seconds``."""
    digest = hashlib.sha256(who.encode()).hexdigest()[:32]
    key = f"community:{what}:{digest}"
    if cache.add(key, 1, timeout=seconds):
        return at_most >= 1
    try:
        return int(cache.incr(key)) <= at_most
    except ValueError:  # it ran out in between
        cache.set(key, 1, timeout=seconds)
        return True
