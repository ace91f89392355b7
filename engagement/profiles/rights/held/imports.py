"""Files of people that hold somebody: the lines that brought them in, and files that only name them."""

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from engagement.profiles.models import ImportChange, ImportChunk, ImportRow, PeopleImport
from engagement.profiles.rights import appended, sweeping
from engagement.profiles.rights.holdings import Holding, blanked, fields
from engagement.profiles.rights.subjects import Subject
from engagement.village.models import AuditEntry

_CHUNK, _OVERLAP = 1 << 20, 512
_EMPTY = """
UPDATE profiles_importrow SET data = NULL, detail = '', refused = CASE refused WHEN '' THEN 'erased' ELSE refused END
WHERE data::text ILIKE ANY(%(like)s) AND data::text ~* %(pattern)s
RETURNING people_import_id
"""


def _rows(subject: Subject) -> QuerySet[ImportRow]:
    """The lines of which it is written down that they are the person's."""
    theirs = Q(pk__in=[])
    for people_import, line in ImportChange.objects.filter(profile__in=subject.family).values_list(
        "people_import_id", "line"
    ):
        theirs |= Q(people_import_id=people_import, line=line)
    return ImportRow.objects.filter(theirs).order_by("people_import_id", "line")


def _erase(rows: QuerySet[ImportRow], subject: Subject, now: datetime) -> int:
    """A file goes whole, since nobody can take one line out of it; with it goes the way back of that import."""
    named = _empty_lines(subject)
    touched = {*rows.order_by().values_list("people_import_id", flat=True), *named}
    forgotten = len(named)
    for one in PeopleImport.objects.exclude(file="").order_by("key"):
        if one.pk in touched or _names(one, subject.spellings):
            one.file.delete(save=False)
            if one.original:
                one.original.delete(save=False)
            forgotten += PeopleImport.objects.filter(pk=one.pk).update(file="", original="", filename="")
            trail = AuditEntry.objects.filter(subject_type=one._meta.label_lower, subject_id=str(one.pk))
            appended.erase_entries(trail, subject, now)  # they call it by the name of its file
    return forgotten + rows.order_by().exclude(data=None, detail="").update(data=None, detail="")


def _empty_lines(subject: Subject) -> list[UUID]:
    """Empty every line that names an address of theirs, brought in or not; return whose lines those are."""
    spellings = subject.spellings
    if not spellings:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, {"like": sweeping.like(spellings), "pattern": sweeping.pattern(spellings)})
        return [row[0] for row in cursor.fetchall()]


def _names(one: PeopleImport, spellings: list[str]) -> bool:
    """Whether a file that nobody has read yet names an address, or a workbook of which one sheet was read."""
    return (not one.is_read and _holds(one.file, spellings)) or (bool(one.original) and _holds(one.original, spellings))


def _holds(file: FieldFile, spellings: list[str]) -> bool:
    """Whether a file names an address, whatever its encoding."""
    if not spellings:
        return False
    wanted = re.compile("|".join(re.escape(text) for text in spellings))
    try:
        with file.open("rb") as source:
            return any(wanted.search(text) for text in _texts(source))
    except FileNotFoundError:
        return False


def _texts(source: IO[bytes]) -> Iterator[str]:
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as book:
            for name in book.namelist():
                if name.endswith(".xml"):
                    with book.open(name) as sheet:
                        yield from _pieces(sheet)
    else:
        source.seek(0)
        yield from _pieces(source)


def _pieces(source: IO[bytes]) -> Iterator[str]:
    """The text in small letters, piece by piece; addresses are ASCII, and UTF-16 only puts zeros between."""
    kept = ""
    while block := source.read(_CHUNK):
        text = kept + block.replace(b"\x00", b"").decode("latin-1").lower()
        yield text
        kept = text[-_OVERLAP:]


HOLDINGS = (
    Holding(
        name="profiles.import_rows",
        label=_("Lines of files that you came in with"),
        model=ImportRow,
        find=_rows,
        row=fields("data"),
        erase=_erase,
        order=40,
        also=(ImportChunk, PeopleImport),
    ),
    Holding(
        name="profiles.import_changes",
        label=_("What files changed of what we know of you"),
        model=ImportChange,
        find=lambda subject: ImportChange.objects.filter(profile__in=subject.family).order_by(
            "people_import_id", "line"
        ),
        row=fields("before", "after"),
        erase=blanked(before=None, after=None, identities=None, consents=None),
        order=41,
    ),
)
