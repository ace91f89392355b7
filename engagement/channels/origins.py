"""What a message of ours was, for whoever reads the answer to it: a campaign, an invitation, a notice.

Each app that sends registers a function for its ``source`` in ``apps.py``; the inbox asks for a few at a time.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from engagement.channels.models import Transmission


@dataclass(frozen=True, slots=True)
class Origin:
    """What it was called, where it is shown (empty: nowhere), and its icon."""

    title: str
    url: str = ""
    icon: str = "megaphone"


Describe = Callable[[Collection[UUID]], Mapping[UUID, Origin]]
_sources: dict[str, Describe] = {}


class OriginAlreadyRegistered(Exception):
    """Two apps asked for one source."""


def register(source: str, describe: Describe) -> None:
    """Let ``describe`` name transmissions of ``source``: source ids to Origins, in a fixed number of queries.

    What it leaves out has no name. Raises OriginAlreadyRegistered for a second, different function.
    """
    if _sources.get(source, describe) is not describe:
        raise OriginAlreadyRegistered(source)
    _sources[source] = describe


def unregister(source: str) -> None:
    """Forget a source; for what registers one for a while only (a test)."""
    _sources.pop(source, None)


def describe(source: str, source_ids: Collection[UUID]) -> dict[UUID, Origin]:
    """Return the Origins of some transmissions of one source, by their source ids."""
    found = _sources.get(source)
    return dict(found(source_ids)) if found and source_ids else {}


def of_transmissions(keys: Collection[UUID]) -> dict[UUID, Origin]:
    """Return the Origin of each transmission that has one, by its key: a query, and those of each source."""
    if not keys:
        return {}
    rows = list(Transmission.objects.filter(key__in=keys).order_by("key").values_list("key", "source", "source_id"))
    named: dict[UUID, Origin] = {}
    for source in sorted({row[1] for row in rows}):
        those = {source_id: key for key, of, source_id in rows if of == source}
        named |= {those[source_id]: origin for source_id, origin in describe(source, list(those)).items()}
    return named
