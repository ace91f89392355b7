"""Imports for the tests: a file, a mapping, the whole way."""

import io
import time

from engagement.profiles.importing import actions, work
from engagement.profiles.importing.mapping import Mapping
from engagement.profiles.models import PeopleImport
from tests.factories import NOW

COLUMNS = ("name", "identity:email", "identity:phone", "place", "tags")
HEADERS = "name;email;phone;city;tags"


def people_file(lines, headers: str = HEADERS) -> bytes:
    return "\n".join([headers, *lines]).encode() + b"\n"


def mapping(**chosen) -> Mapping:
    return Mapping(**{"columns": COLUMNS, "decides": ("email",), **chosen})


def taken(actor, content: bytes, filename: str = "people.csv") -> PeopleImport:
    return actions.take_file(file=io.BytesIO(content), filename=filename, size=len(content), actor=actor, now=NOW)


def work_on(held: PeopleImport) -> PeopleImport:
    while work.advance(import_id=held.pk, end=time.monotonic() + 60):
        pass
    return PeopleImport.objects.get(pk=held.pk)


def tried(actor, content: bytes, **chosen) -> PeopleImport:
    held = taken(actor, content)
    actions.map_columns(import_id=held.pk, mapping=mapping(**chosen), actor=actor, now=NOW)
    return work_on(held)


def brought_in(actor, content: bytes, **chosen) -> PeopleImport:
    held = tried(actor, content, **chosen)
    actions.start(import_id=held.pk, actor=actor, now=NOW)
    return work_on(held)


def undone(held: PeopleImport, actor) -> PeopleImport:
    actions.undo(import_id=held.pk, actor=actor, now=NOW)
    return work_on(held)
