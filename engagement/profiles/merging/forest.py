"""The standing merges as a forest: who is read through whom, step by step."""

from collections.abc import Iterable
from uuid import UUID

from engagement.profiles.models import Merge


def below(key: UUID, standing: Iterable[Merge]) -> set[UUID]:
    """Return a profile together with every profile that stands under it by these merges."""
    above = {merge.merged_id: merge.kept_id for merge in standing}
    found = {key}
    while more := {merged for merged, kept in above.items() if kept in found} - found:
        found |= more
    return found
