"""Look again at those whose time has come: hours or weeks may lie between the freeze and their turn.

An address that was closed meanwhile, whatever for, is replaced by the person's best open one; two recipients who turned
out to be one person get one message; who has opted out since the launch by any channel of the plan gets none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from campaigns.models import Campaign, Recipient
from campaigns.reasons import ADDRESS_CLOSED, SAME_PERSON
from engagement.statements import run

WITHDRAWN = "consent_withdrawn"
IDENTITY = {"email": "email", "sms": "phone"}  # kind of address, by kind of channel
_STANDING = """
WITH given AS (
    SELECT * FROM unnest(%(keys)b::uuid[], %(profiles)b::uuid[], %(identities)b::uuid[], %(kinds)b::text[])
        AS given (key, profile_id, identity_id, kind)
), person AS (
    SELECT given.*, coalesce(profile.canonical_id, profile.key) AS person_id
    FROM given JOIN profiles_profile profile ON profile.key = given.profile_id
)
SELECT person.key, person.person_id, own.key IS NOT NULL, best.key, best.address_norm
FROM person
LEFT JOIN LATERAL (
    SELECT identity.key FROM profiles_identity identity
    JOIN profiles_profile holder ON holder.key = identity.profile_id
    WHERE identity.key = person.identity_id AND identity.valid_to IS NULL
      AND coalesce(holder.canonical_id, holder.key) = person.person_id
) AS own ON true
LEFT JOIN LATERAL (
    SELECT identity.key, identity.address_norm::text FROM profiles_identity identity
    WHERE own.key IS NULL AND identity.kind = person.kind AND identity.valid_to IS NULL AND identity.is_dialable
      AND identity.profile_id IN (SELECT member.key FROM profiles_profile member
        WHERE member.key = person.person_id OR member.canonical_id = person.person_id)
    ORDER BY identity.preferred DESC, identity.verified_at DESC NULLS LAST, identity.key LIMIT 1
) AS best ON true
"""
_OTHERS = """
SELECT DISTINCT given.key
FROM unnest(%(keys)b::uuid[], %(people)b::uuid[]) AS given (key, person_id)
JOIN profiles_profile member ON member.canonical_id = given.person_id OR member.key = given.person_id
JOIN campaigns_recipient other ON other.profile_id = member.key AND other.campaign_id = %(campaign)s
WHERE other.key <> given.key
  AND (other.state = 'queued' OR other.state = 'skipped' AND other.code = ANY(%(left_alone)b::text[]))
"""
_WITHDRAWN = """
SELECT DISTINCT consent.profile_id FROM profiles_consentstate consent
WHERE consent.profile_id = ANY(%(people)b::uuid[]) AND consent.purpose = 'marketing' AND NOT consent.granted
  AND consent.channel = ANY(%(channels)b::text[]) AND consent.since >= %(since)s
"""
_SKIP = """
UPDATE campaigns_recipient SET state = 'skipped', code = given.code
FROM unnest(%(keys)b::uuid[], %(codes)b::text[]) AS given (key, code)
WHERE campaigns_recipient.key = given.key AND campaigns_recipient.state = 'waiting'
"""
_MOVE = """
UPDATE campaigns_recipient SET channel = given.channel, identity_id = given.identity_id, address = given.address,
    locale = given.locale
FROM unnest(%(keys)b::uuid[], %(channels)b::text[], %(identities)b::uuid[], %(addresses)b::text[], %(locales)b::text[])
    AS given (key, channel, identity_id, address, locale)
WHERE campaigns_recipient.key = given.key AND campaigns_recipient.state = 'waiting'
"""
LEFT_ALONE = ("holdout", "universal_holdout", WITHDRAWN)  # of one half of a person: it holds for the whole


@dataclass(frozen=True, slots=True)
class Standing:
    """Who a recipient is now, and where they can be reached. ``address`` is empty where no address is open."""

    person_id: UUID
    identity_id: UUID | None
    address: str


def standings(recipients: Sequence[Recipient], *, fallback: bool = False, channel: str = "") -> dict[UUID, Standing]:
    """Return each recipient's person and open address: the frozen one while it is open, else the best of its kind.

    ``fallback``: of the address that was frozen for when the first message does not arrive. One query.
    """
    if not recipients:
        return {}
    frozen = {one.key: (one.fallback_identity_id, one.fallback_address) for one in recipients}
    if not fallback:
        frozen = {one.key: (one.identity_id, one.address) for one in recipients}
    values = {
        "keys": [one.key for one in recipients],
        "profiles": [one.profile_id for one in recipients],
        "identities": [frozen[one.key][0] for one in recipients],
        "kinds": [IDENTITY[channel or one.channel] for one in recipients],
    }
    return {
        key: Standing(person, frozen[key][0], frozen[key][1]) if is_open else Standing(person, best, address or "")
        for key, person, is_open, best, address in run(_STANDING, values)
    }


def withdrawn_since(*, campaign: Campaign, people: Sequence[UUID]) -> set[UUID]:
    """Return who has opted out since the launch by a channel of the plan: the message is stopped on every channel."""
    if not people or campaign.launched_at is None:
        return set()
    values = {"people": list(people), "channels": list(campaign.kinds), "since": campaign.launched_at}
    return {row[0] for row in run(_WITHDRAWN, values)}


def settle(*, campaign: Campaign, recipients: Sequence[Recipient]) -> list[Recipient]:
    """Return those of these waiting recipients who are still to be written to, with the address to write to.

    The others are skipped with their reason. Call it in the transaction that holds the campaign's work. A fixed number
    of queries.
    """
    found = standings(recipients)
    people = sorted({one.person_id for one in found.values()})
    stopped = withdrawn_since(campaign=campaign, people=people)
    doubled = _doubled(campaign, found)
    lost = [one for one in recipients if one.key in found and not found[one.key].address and one.fallback_address]
    fallback = standings(lost, fallback=True, channel="email")
    written: set[UUID] = set()
    skipped: dict[UUID, str] = {}
    moved: list[Recipient] = []
    for one in recipients:
        standing = found.get(one.key)
        if standing is None:
            skipped[one.key] = ADDRESS_CLOSED
        elif one.key in doubled or standing.person_id in written:
            skipped[one.key] = SAME_PERSON
        elif standing.person_id in stopped:
            skipped[one.key] = WITHDRAWN
        elif not standing.address and not (fallback.get(one.key) and fallback[one.key].address):
            skipped[one.key] = ADDRESS_CLOSED
        else:
            written.add(standing.person_id)
            if _move(one, standing, fallback.get(one.key)):
                moved.append(one)
    _write(skipped, moved)
    return [one for one in recipients if one.key not in skipped]


def _doubled(campaign: Campaign, found: dict[UUID, Standing]) -> set[UUID]:
    values: dict[str, Any] = {
        "keys": list(found),
        "people": [one.person_id for one in found.values()],
        "campaign": campaign.pk,
        "left_alone": list(LEFT_ALONE),
    }
    return {row[0] for row in run(_OTHERS, values)} if found else set()


def _move(one: Recipient, standing: Standing, fallback: Standing | None) -> bool:
    """Give the recipient the address that is open; say whether that is another one."""
    if standing.address:
        if (one.identity_id, one.address) == (standing.identity_id, standing.address):
            return False
        one.identity_id, one.address = standing.identity_id, standing.address
    elif fallback is not None:
        one.channel, one.locale = "email", one.fallback_locale
        one.identity_id, one.address = fallback.identity_id, fallback.address
    return True


def _write(skipped: dict[UUID, str], moved: Sequence[Recipient]) -> None:
    if skipped:
        run(_SKIP, {"keys": list(skipped), "codes": list(skipped.values())})
    if moved:
        values = {
            "keys": [one.key for one in moved],
            "channels": [one.channel for one in moved],
            "identities": [one.identity_id for one in moved],
            "addresses": [one.address for one in moved],
            "locales": [one.locale for one in moved],
        }
        run(_MOVE, values)
