"""Which messages went to somebody who was erased since, and which addresses are nobody's because of that."""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from engagement.channels.models import Transmission
from engagement.profiles.actions.suppress import CHANNELS_OF
from engagement.profiles.models import Profile
from engagement.profiles.rights.holdings import ERASED
from engagement.profiles.rights.returning import is_gone

_KIND_OF = {channel: kind for kind, channels in CHANNELS_OF.items() for channel in channels}


def erased_among(rows: Iterable[Transmission]) -> set[UUID]:
    """Return the keys of the messages to somebody who was erased, alone or with others. One query at most."""
    rows = list(rows)
    people = {row.profile_id for row in rows if row.profile_id is not None}
    gone = set(Profile.objects.filter(pk__in=people).exclude(erased_at=None).order_by().values_list("pk", flat=True))
    return {row.key for row in rows if row.profile_id in gone or _is_blanked(row)}


def is_nobodys(channel_kind: str, address: str) -> bool:
    """Whether an address by which a kind of channel writes was erased, and nobody has written from it since."""
    return bool(address) and is_gone(kind=_KIND_OF.get(channel_kind, channel_kind), address=address, now=timezone.now())


def _is_blanked(row: Transmission) -> bool:
    return any(one.get("address") == ERASED for one in row.recipients)
