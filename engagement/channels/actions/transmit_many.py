"""Queue many messages in one statement: what a campaign does for a wave of its recipients."""

from collections.abc import Sequence

from engagement.channels.models import Transmission
from engagement.statements import run

_INSERT = """
INSERT INTO engagement_channels_transmission (key, unique_key, channel_id, profile_id, purpose, source, source_id,
    group_id, content_hash, locale, recipients, external_id, state, not_before, attempts, lease_owner, recoveries,
    error, error_code, requested_by_id, created_at, state_at)
SELECT key, unique_key, channel, profile, purpose, source, source_id, group_id, content_hash, locale,
    jsonb_build_array(jsonb_build_object('address', address, 'name', name, 'role', role)),
    external_id, 'queued', not_before, 0, '', 0, '', '', requested_by, made, made
FROM unnest(%(key)b::uuid[], %(unique_key)b::text[], %(channel_id)b::uuid[], %(profile_id)b::uuid[],
    %(purpose)b::text[], %(source)b::text[], %(source_id)b::uuid[], %(group_id)b::uuid[], %(content_hash)b::text[],
    %(locale)b::text[], %(address)b::text[], %(name)b::text[], %(role)b::text[], %(external_id)b::text[],
    %(not_before)b::timestamptz[], %(requested_by_id)b::uuid[], %(created_at)b::timestamptz[])
    AS given (key, unique_key, channel, profile, purpose, source, source_id, group_id, content_hash, locale, address,
        name, role, external_id, not_before, requested_by, made)
ON CONFLICT (unique_key) DO NOTHING
"""
_OF_MESSAGE = (
    *("key", "unique_key", "channel_id", "profile_id", "source", "source_id", "group_id", "content_hash"),
    *("locale", "external_id", "not_before", "requested_by_id", "created_at"),
)


def transmit_many(rows: Sequence[Transmission]) -> None:
    """Queue unsaved transmissions, each to one recipient; one whose ``unique_key`` is there already is left out.

    Call it in the transaction that made them true, and wake the delivery after it.
    """
    if not rows:
        return
    if not all(len(row.recipients) == 1 and row.state == Transmission.State.QUEUED for row in rows):
        raise ValueError("a message that is queued among many has one recipient and has not been sent")
    to = [row.recipients[0] for row in rows]
    values = {name: [getattr(row, name) for row in rows] for name in _OF_MESSAGE}
    values |= {name: [one[name] for one in to] for name in ("address", "name", "role")}
    values["purpose"] = [str(row.purpose) for row in rows]
    run(_INSERT, values)
