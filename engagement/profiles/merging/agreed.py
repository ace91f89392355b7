"""Consent of two profiles that become one: for each channel and purpose the stricter one holds."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from engagement.profiles.models import ConsentState

# {"granted": …, "basis": …, "since": ISO 8601, "expires_at": ISO 8601 or None}; None: they were never asked.
State = Mapping[str, Any] | None
_PREFIX = "consent."


def is_consent(name: str) -> bool:
    """Whether a name that a merge remembers is that of a consent."""
    return name.startswith(_PREFIX)


def name_of(channel: str, purpose: str) -> str:
    """Return the name by which a merge remembers a consent."""
    return f"{_PREFIX}{channel}.{purpose}"


def parts_of(name: str) -> tuple[str, str]:
    """Return channel and purpose of a name."""
    channel, purpose = name.removeprefix(_PREFIX).rsplit(".", 1)
    return channel, purpose


def states_of(profiles: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what holds for each of these profiles, by the name by which a merge remembers it. One query."""
    found: dict[UUID, dict[str, Any]] = {key: {} for key in profiles}
    for row in ConsentState.objects.filter(profile_id__in=list(found)).order_by("channel", "purpose"):
        found[row.profile_id][name_of(row.channel, row.purpose)] = {
            "granted": row.granted,
            "basis": row.basis,
            "since": row.since.isoformat(),
            "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        }
    return found


def stricter(one: State, other: State) -> State:
    """Return the one that lets us write less: a withdrawal, else the yes that ends sooner, else whatever was said.

    Between equals the first stays.
    """
    if one is None or other is None:
        return one if other is None else other
    if one["granted"] != other["granted"]:
        return other if one["granted"] else one
    if not one["granted"]:
        return one
    return other if _end(other) < _end(one) else one


def _end(state: Mapping[str, Any]) -> datetime:
    return _moment(state["expires_at"]) or datetime.max.replace(tzinfo=UTC)


def write(profile_id: UUID, name: str, state: State) -> None:
    """Make ``state`` the one that holds for a profile. The ledger stays as it is: nobody said anything."""
    channel, purpose = parts_of(name)
    if state is None:
        ConsentState.objects.filter(profile_id=profile_id, channel=channel, purpose=purpose).delete()
        return
    held = {name: state[name] for name in ("granted", "basis")}
    times = {name: _moment(state[name]) for name in ("since", "expires_at")}
    ConsentState.objects.update_or_create(
        profile_id=profile_id, channel=channel, purpose=purpose, defaults={**held, **times}
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
