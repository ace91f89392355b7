"""Where a customer is reached: one row for each address and channel of ours, made when it is first needed."""

from uuid import UUID

from engagement.keys import new_key
from engagement.statements import run

_REACH = """
INSERT INTO conversations_endpoint AS known (key, channel_id, identity_id, address, address_norm, name)
VALUES (%(key)s, %(channel)s, %(identity)s, %(address)s, %(norm)s, %(name)s)
ON CONFLICT (channel_id, address_norm) DO UPDATE SET identity_id = excluded.identity_id,
    name = CASE WHEN known.name = '' THEN excluded.name ELSE known.name END
RETURNING key
"""


def reach(*, channel_id: UUID, identity_id: UUID, address: str, norm: str, name: str) -> UUID:
    """Return the key of an address's endpoint on a channel, made or named where that is missing."""
    values = {
        "key": new_key(),
        "channel": channel_id,
        "identity": identity_id,
        "address": address,
        "norm": norm,
        "name": name[:300],
    }
    key: UUID = run(_REACH, values)[0][0]
    return key


def wait_for_turn(*, channel_id: UUID, norm: str) -> None:
    """Let what begins or finds a conversation of one address on one channel happen one after the other."""
    place = f"thread:{channel_id}:{norm}"
    run("SELECT pg_advisory_xact_lock(hashtextextended(%(place)s, 0))", {"place": place})
