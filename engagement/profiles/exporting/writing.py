"""Writes people as lines, some thousands at a time: however many they are, no more of them are in memory."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from engagement.profiles import spreadsheet_cells
from engagement.profiles.attributes import tags_text
from engagement.profiles.exporting.choosing import Chosen
from engagement.profiles.models import AttributeDefinition, ConsentState, Identity, Profile
from engagement.profiles.models.consent import CHANNELS, Purpose
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

CSV, JSON_LINES = "csv", "jsonl"
_PAGE = 2_000
_FACTS = ("name", "language", "time_zone", "country", "place", "lifecycle")
_encode = msgspec.json.Encoder().encode


def export(*, chosen: Chosen, form: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> Iterator[bytes]:
    """Yield the lines of a file of people; that it was taken, and by which choice, is in the audit trail before.

    ``form``: CSV, with cells that no spreadsheet takes for a formula, and with headers that an import understands; or
    JSON_LINES, an object each. Sensitive attributes and consents only for who may see them.
    """
    allowed = _allowed(chosen, actor)
    with transaction.atomic():
        record(
            actor=actor,
            action="people.exported",
            subject=None,
            now=now,
            detail={"form": form, **allowed.as_json()},
            origin=origin,
        )
    definitions = _attributes(allowed)
    return _json_lines(allowed, definitions) if form == JSON_LINES else _csv(allowed, definitions)


def _allowed(chosen: Chosen, actor: User) -> Chosen:
    fields = {name: getattr(chosen, name) for name in ("search", "tag", "lifecycle", "country")}
    return Chosen(
        **fields,
        sensitive=chosen.sensitive and actor.has_perm("profiles.view_sensitive"),
        consents=chosen.consents and actor.has_perm("profiles.view_consent"),
    )


def _attributes(chosen: Chosen) -> list[AttributeDefinition]:
    declared = AttributeDefinition.objects.order_by("position", "slug")
    return list(declared if chosen.sensitive else declared.filter(sensitive=False))


Person = tuple[Profile, list[Identity], list[ConsentState]]


def _people(chosen: Chosen) -> Iterator[Person]:
    """By key, the newest first; each page is asked for by where the last one ended."""
    after: UUID | None = None
    while True:
        found = chosen.people()
        page = list((found.filter(pk__lt=after) if after else found).order_by("-pk")[:_PAGE])
        keys = [person.pk for person in page]
        addresses: dict[UUID, list[Identity]] = {}
        for identity in Identity.objects.filter(profile__in=keys, valid_to=None).order_by("-preferred", "key"):
            addresses.setdefault(identity.profile_id, []).append(identity)
        states: dict[UUID, list[ConsentState]] = {}
        for state in ConsentState.objects.filter(profile__in=keys).order_by("pk") if chosen.consents else ():
            states.setdefault(state.profile_id, []).append(state)
        for person in page:
            yield person, addresses.get(person.pk, []), states.get(person.pk, [])
        if len(page) < _PAGE:
            return
        after = keys[-1]


def _csv(chosen: Chosen, definitions: Sequence[AttributeDefinition]) -> Iterator[bytes]:
    for line in spreadsheet_cells.lines(_rows(chosen, definitions)):
        yield line.encode()


def _rows(chosen: Chosen, definitions: Sequence[AttributeDefinition]) -> Iterator[list[Any]]:
    consents = [f"{channel}-opt-in" for channel in CHANNELS] if chosen.consents else []
    slugs = [definition.slug for definition in definitions]
    yield ["id", "email", "phone", "addresses", *_FACTS, "tags", *slugs, *consents, "known_since", "last_heard_at"]
    for person, addresses, states in _people(chosen):
        first = {kind: next((one.address for one in addresses if one.kind == kind), "") for kind in ("email", "phone")}
        others = [f"{one.kind}:{one.address}" for one in addresses if one.address != first.get(one.kind)]
        yield [
            person.pk,
            first["email"],
            first["phone"],
            "; ".join(others),
            *(getattr(person, name) for name in _FACTS),
            tags_text(person.tags),
            *(_cell(person.attributes.get(slug)) for slug in slugs),
            *(_agreed(states, channel) for channel in CHANNELS if consents),
            person.created_at.isoformat(timespec="seconds"),
            person.last_heard_at.isoformat(timespec="seconds") if person.last_heard_at else "",
        ]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value


def _agreed(states: Sequence[ConsentState], channel: str) -> str:
    for state in states:
        if state.channel == channel and state.purpose == Purpose.MARKETING:
            return "yes" if state.granted else "no"
    return ""


def _json_lines(chosen: Chosen, definitions: Sequence[AttributeDefinition]) -> Iterator[bytes]:
    slugs = [definition.slug for definition in definitions]
    for person, addresses, states in _people(chosen):
        told: dict[str, Any] = {"id": person.pk, **{name: getattr(person, name) for name in _FACTS}}
        told |= {"tags": person.tags, "created_at": person.created_at, "last_heard_at": person.last_heard_at}
        told["attributes"] = {slug: person.attributes[slug] for slug in slugs if slug in person.attributes}
        told["identities"] = [
            {"kind": one.kind, "scope": one.scope, "address": one.address, "verified_at": one.verified_at}
            for one in addresses
        ]
        if chosen.consents:
            told["consents"] = [
                {
                    "channel": state.channel,
                    "purpose": state.purpose,
                    "granted": state.granted,
                    "basis": state.basis,
                    "since": state.since,
                    "expires_at": state.expires_at,
                }
                for state in states
            ]
        yield _encode(told) + b"\n"
