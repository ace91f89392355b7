"""Find the one person whom somebody means by a name, an address or a number."""

from uuid import UUID

from django.utils.translation import gettext as _

from engagement.profiles.models import Identity, Profile

MOST = 8  # people to choose from


class NobodyFound(LookupError):
    """Nobody is meant; the message says so."""


class SeveralFound(LookupError):
    """Several may be meant: ``choices`` are (key, words) of each."""

    def __init__(self, choices: list[tuple[str, str]]) -> None:
        super().__init__(_("Several people are called so. Choose one of them."))
        self.choices = choices


def whom(text: str, *, chosen: str = "") -> UUID:
    """Return the key of the person, as it was ``chosen`` where several may be meant.

    Raises NobodyFound, SeveralFound.
    """
    text = text.replace("\x00", " ").strip()
    found = list(Profile.objects.canonical().matching(text).order_by("-key")[: MOST + 1])
    if not found:
        raise NobodyFound(_("Nobody is found by that. Try part of a name, or an address."))
    if len(found) == 1:
        return found[0].pk
    keys = {str(person.pk): person.pk for person in found}
    if chosen in keys:
        return keys[chosen]
    raise SeveralFound([(str(person.pk), _in_words(person)) for person in found[:MOST]])


def _in_words(person: Profile) -> str:
    address = Identity.objects.filter(profile=person, valid_to=None).order_by("-preferred", "key").first()
    parts = [person.name, address.address if address else "", person.place]
    return ", ".join(filter(None, parts))
