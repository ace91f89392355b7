"""Find the one person whom somebody means by a name, an address or a number."""

from uuid import UUID

from django.utils.translation import gettext as _

from engagement.profiles.models import Profile
from engagement.profiles.search.find import find
from engagement.profiles.search.found import CALLED
from engagement.village.models import User

MOST = 8  # people to choose from


class NobodyFound(LookupError):
    """Nobody is meant; the message says so."""


class SeveralFound(LookupError):
    """Several may be meant: ``choices`` are (key, words) of each."""

    def __init__(self, choices: list[tuple[str, str]]) -> None:
        super().__init__(_("Several people are called so. Choose one of them."))
        self.choices = choices


def whom(text: str, *, reader: User, chosen: str = "") -> UUID:
    """Return the key of the person, as it was ``chosen`` where several may be meant.

    A whole address or a whole name leads to whom it is, whoever else is like it. Raises NobodyFound, SeveralFound.
    """
    hits = find(text, reader=reader, most=MOST, said=False).hits
    if not hits:
        raise NobodyFound(_("Nobody is found by that. Try part of a name, or an address."))
    best = [hit for hit in hits if hit.rank == hits[0].rank] if hits[0].rank <= CALLED else hits
    if len(best) == 1:
        return best[0].key
    keys = {str(hit.key): hit.key for hit in best}
    if chosen in keys:
        return keys[chosen]
    raise SeveralFound([(str(hit.key), _in_words(hit.profile)) for hit in best if hit.profile is not None])


def _in_words(person: Profile) -> str:
    address = next((identity.address for identity in person.identities.all()), "")
    return ", ".join(filter(None, [person.name, address, person.place]))
