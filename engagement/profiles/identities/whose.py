"""Of which profile of a person an address is, or the only one that a channel reaches."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models.functions import Coalesce

from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.profiles.models import Identity

_BY_NUMBER = ("phone", "whatsapp")
_REACHED_BY = {"sms": _BY_NUMBER, "whatsapp": _BY_NUMBER, "phone": _BY_NUMBER, "voice": _BY_NUMBER}


def home_of(family: Sequence[UUID], channel: str, address: str = "") -> UUID:
    """Return which of a person's profiles ``address`` is of; without one, the only profile with an address of that
    channel, else the canonical one, which stands first. One query for who is several profiles, none for others.
    """
    if len(family) == 1:
        return family[0]
    kinds = _REACHED_BY.get(channel, (channel,))
    theirs = Identity.objects.filter(profile__in=family, valid_to=None, kind__in=kinds)
    homes = list(theirs.annotate(of=Coalesce("home_id", "profile_id")).values_list("kind", "address_norm", "of"))
    named = {of for kind, norm, of in homes if address and norm == _normalised(kind, address)}
    among = named or {of for _kind, _norm, of in homes}
    return among.pop() if len(among) == 1 else family[0]


def _normalised(kind: str, address: str) -> str:
    try:
        return normalised(kind, address)
    except InvalidAddress:
        return ""
