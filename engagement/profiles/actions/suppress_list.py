"""Keep a block list of numbers, such as Brazil's "Não Me Perturbe" or a state's: hashes, from a day on."""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import connection, transaction
from django.utils.translation import gettext as _

from engagement.events.catalogue import SuppressionListChanged
from engagement.events.outbox import publish
from engagement.keys import new_key
from engagement.profiles.addresses import InvalidAddress, normalised_phone
from engagement.profiles.aliases import with_ninth_digit, without_ninth_digit
from engagement.profiles.models.consent import Purpose
from engagement.profiles.suppression import address_hash
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

MOST_LINES = 1_000_000
_CHUNK = 5_000
_PLAIN = re.compile(r"(?:\+?55)?([1-9][0-9][2-9][0-9]{7,8})", re.ASCII)
_INSERT = """
INSERT INTO profiles_suppression (key, kind, address_hash, purpose, reason, source, actor_id, starts_at)
SELECT given.key, 'phone', given.hash, %(purpose)s, %(reason)s, %(source)s, %(actor)s, %(starts)s
FROM unnest(%(keys)s::uuid[], %(hashes)s::text[]) AS given (key, hash) ORDER BY given.hash
ON CONFLICT DO NOTHING
"""


class ListRefused(ValueError):
    """A file that is no list; the message says why."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file: numbers that were added, that stood there already, and lines that hold no number."""

    added: int
    known: int
    refused: int


def source_of(name: str) -> str:
    """Return under which source the numbers of a list are kept."""
    return f"list:{name}"


def add_list(
    *,
    name: str,
    file: BinaryIO,
    now: datetime,
    starts_at: datetime | None = None,
    actor: User | None = None,
    origin: Origin = NOWHERE,
) -> Taken:
    """Hold back marketing from each number in the first column of a CSV or text file, from ``starts_at`` on.

    Read line by line, kept as keyed hashes, of a Brazilian mobile number with and without its ninth digit. All of it
    or nothing; safe to repeat. Raises ListRefused.
    """
    added = known = refused = 0
    with transaction.atomic():
        numbers = _numbers(file)
        while chunk := list(itertools.islice(numbers, _CHUNK)):
            found = [number for number in chunk if number]
            refused += len(chunk) - len(found)
            inserted = insert(set(found), name, starts_at or now, actor)
            added, known = added + inserted, known + len(found) - inserted
        if not added and not known:
            raise ListRefused(_("No line of the file begins with a number."))
        detail = {"list": name, "added": added, "known": known, "refused": refused}
        publish(SuppressionListChanged(name_of_list=name, added=added, ended=0, at=now), now=now)
        record(actor=actor, action="suppression.list_added", subject=None, now=now, detail=detail, origin=origin)
    return Taken(added, known, refused)


def _numbers(file: BinaryIO) -> Iterator[str]:
    """The number of each line that is not empty, normalised; "" where there is none. Raises ListRefused."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    lines = (line.replace("\x00", "").replace(";", ",").replace("\t", ",") for line in text)
    try:
        for place, row in enumerate(csv.reader(lines)):
            if place >= MOST_LINES:
                raise ListRefused(_("The file has more than a million lines: cut it in parts."))
            given = row[0].strip() if row else ""
            if given:
                yield normalised_in(given)
    except csv.Error as error:
        raise ListRefused(_("This is no text file with a number in each line.")) from error
    finally:
        text.detach()  # whoever opened the file closes it


def normalised_in(given: str) -> str:
    """Return the number that somebody wrote, in full; "" for what is none."""
    plain = _PLAIN.fullmatch(given)
    if plain:
        return f"+55{plain[1]}"
    try:
        return normalised_phone(given[:100])
    except InvalidAddress:
        return ""


def insert(numbers: Iterable[str], name: str, starts_at: datetime, actor: User | None) -> int:
    """Return how many numbers were new; the other spelling of one counts with it."""
    spellings = {number: {number, with_ninth_digit(number), without_ninth_digit(number)} for number in numbers}
    hashes = {address_hash("phone", each): number for number, those in spellings.items() for each in those}
    values = {
        "purpose": Purpose.MARKETING.value,
        "reason": name,
        "source": source_of(name),
        "actor": actor.pk if actor else None,
        "starts": starts_at,
        "keys": [new_key() for _each in hashes],
        "hashes": list(hashes),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{_INSERT} RETURNING address_hash", values)
        return len({hashes[row[0]] for row in cursor.fetchall()})
