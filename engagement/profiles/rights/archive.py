"""A person's data as one ZIP: ``data.json`` for machines, ``index.html`` to read, ``files/`` as they are.

Row by row: however much there is, no more than some rows are in memory. The format is told in docs/rights.md.
"""

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

import phonenumbers
from django.utils import translation

from engagement.organization.current import current_organization
from engagement.profiles.rights import reading
from engagement.profiles.rights.holdings import Holding, registered
from engagement.profiles.rights.subjects import Subject

FORMAT = "vilarejo/data-subject/1"
_CHUNK, _EVERY = 500, 200
_UNSAFE = re.compile(r"[^\w.() -]+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
Progress = Callable[[int], None]


def size_of(subject: Subject) -> int:
    """Return how many rows there are to write."""
    return sum(one.find(subject).order_by().count() for one in registered() if one.row)


def write(place: IO[bytes], subject: Subject, *, language: str, now: datetime, progress: Progress) -> None:
    """Write the whole archive to an open file."""
    with (
        translation.override(language),
        zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive,
        tempfile.TemporaryFile("w+b") as page,
    ):
        with archive.open("data.json", "w", force_zip64=True) as data:
            _write_data(data, page, subject, now, progress)
        page.seek(0)
        with archive.open("index.html", "w", force_zip64=True) as readable:
            shutil.copyfileobj(page, readable)
        for holding in registered():
            _write_files(archive, holding, subject)


def _write_data(data: IO[bytes], page: IO[bytes], subject: Subject, now: datetime, progress: Progress) -> None:
    head = {
        "format": FORMAT,
        "made_at": now,
        "organisation": current_organization().display_name,
        "person": {"id": subject.profile_id, "profiles": list(subject.family)},
    }
    data.write(_json(head)[:-1] + b', "holdings": [')
    page.write(reading.head(subject, now).encode())
    done = 0
    sections = [one for one in registered() if one.row]
    for number, holding in enumerate(sections):
        data.write((b", " if number else b"") + _json({"name": holding.name, "title": str(holding.label)})[:-1])
        data.write(b', "rows": [')
        is_first = True
        for row in rows_of(holding, subject):
            data.write((b"" if is_first else b",\n") + _json(row))
            page.write((reading.section(holding) if is_first else "").encode() + reading.entry(row).encode())
            is_first, done = False, done + 1
            if done % _EVERY == 0:
                progress(done)
        data.write(b"]}")
        page.write(("" if is_first else reading.SECTION_END).encode())
    data.write(b"]}\n")
    page.write(reading.END.encode())
    progress(done)


def rows_of(holding: Holding, subject: Subject) -> Iterator[Mapping[str, Any]]:
    """Yield what the export says of each row, other people's addresses masked in words of colleagues."""
    if holding.row is None:
        return
    for thing in holding.find(subject).iterator(chunk_size=_CHUNK):
        row = holding.row(thing)
        ours = holding.of_colleagues is not None and holding.of_colleagues(thing)
        yield {name: masked(value, subject) for name, value in row.items()} if ours else row


def masked(value: Any, subject: Subject) -> Any:
    """Return words of colleagues without the addresses and numbers of anybody but the person."""
    if isinstance(value, list):
        return [masked(one, subject) for one in value]
    if not isinstance(value, str):
        return value
    theirs = set(subject.spellings)
    text = _MAIL.sub(lambda found: found[0] if found[0].lower() in theirs else f"{found[0][0]}…@…", value)
    numbers = [match for match in phonenumbers.PhoneNumberMatcher(text, "BR") if match.raw_string.lower() not in theirs]
    for match in reversed(numbers):
        text = f"{text[: match.start]}…{match.raw_string[-2:]}{text[match.end :]}"
    return text


def _write_files(archive: zipfile.ZipFile, holding: Holding, subject: Subject) -> None:
    for held in holding.files(subject) if holding.files else ():
        name = _UNSAFE.sub("_", held.name).strip(". ")[:150]
        try:
            with held.open() as source, archive.open(f"files/{name}", "w", force_zip64=True) as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
        except FileNotFoundError:
            archive.writestr(f"files/{name}.missing.txt", "The file is not in the storage any more.\n")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_plain).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
