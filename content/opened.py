"""Which languages of a revision a reviewer has looked at: kept for a while, to point at those that they have not."""

from uuid import UUID

from django.core.cache import cache

from content.locales import name_of
from content.models import Revision
from engagement.village.models import User

KEPT = 30 * 24 * 3600  # seconds


def note_opened(*, revision: Revision, locale: str, reader: User) -> None:
    """Remember that somebody has had a language of a revision before them."""
    cache.set(_key(revision.pk, locale, reader.pk), True, KEPT)


def unopened(revision: Revision, reader: User) -> list[str]:
    """Return the names of the languages that this person has not opened yet. Its variants must be fetched."""
    keys = {_key(revision.pk, variant.locale, reader.pk): variant.locale for variant in revision.variants.all()}
    opened = cache.get_many(keys)
    return [name_of(locale) for key, locale in keys.items() if key not in opened]


def _key(revision_id: UUID, locale: str, reader_id: UUID) -> str:
    return f"content:opened:{revision_id}:{locale}:{reader_id}"
