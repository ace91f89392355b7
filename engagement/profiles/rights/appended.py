"""Blank what stands in tables that only grow: the trail and the ledger keep who, when and what, not the words.

Their triggers let exactly this pass: an UPDATE that puts "[erased]" for values of a JSON object, or nothing for a name
or an IP address, and only in a transaction that names a running erasure (``while_erasing``).
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from engagement.profiles.models import Consent, DataRequest, Disclosure
from engagement.profiles.rights.holdings import ERASED
from engagement.profiles.rights.subjects import Subject
from engagement.village.models import AuditEntry

# Codes, keys, numbers and times say what was done; they stay. Whatever else is a word of somebody.
_CODE = re.compile(r"[a-z0-9_.:/-]{1,60}|[0-9T:.+Z-]{8,40}|[0-9a-f-]{36}")
_STAYS = ("version", "locale", "import", "request", "raw_event")  # of a consent's evidence


@contextmanager
def while_erasing(erasure: UUID) -> Iterator[None]:
    """Let the append-only tables take the blanks of this erasure, until the transaction ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('vilarejo.erasure', %s, true)", [str(erasure)])
        yield
        cursor.execute("SELECT set_config('vilarejo.erasure', '', true)")


def erase_consents(rows: QuerySet[Consent], subject: Subject, now: datetime) -> int:
    """Blank the evidence: what was shown, from which IP address; that it was given or taken back stays."""
    changed = 0
    for line in rows.exclude(evidence={}).iterator(chunk_size=500):
        blank = {name: value if name in _STAYS else ERASED for name, value in line.evidence.items()}
        changed += _put(Consent, line.pk, line.evidence, "evidence", blank)
    return changed


def erase_entries(rows: QuerySet[AuditEntry], subject: Subject, now: datetime) -> int:
    """Blank names and words in entries about the person's things; codes, keys and times stay."""
    changed = 0
    for entry in rows.iterator(chunk_size=500):
        blank: dict[str, Any] = {"detail": {name: _blank(value, subject) for name, value in entry.detail.items()}}
        blank["subject_name"] = ""
        if entry.actor_id is None:
            blank |= {"ip_address": None, "actor_name": _code_or_nothing(entry.actor_name, subject)}
        different = {name: value for name, value in blank.items() if getattr(entry, name) != value}
        if different:
            changed += AuditEntry.objects.filter(pk=entry.pk).update(**different)
    return changed


def entries_about(things: Sequence[tuple[str, QuerySet[Any]]]) -> QuerySet[AuditEntry]:
    """Return the entries about these rows, given as (label of the model, rows)."""
    about = []
    for label, rows in things:
        keys = rows.order_by().annotate(_text=Cast("pk", CharField())).values("_text")
        about.append(AuditEntry.objects.filter(subject_type=label, subject_id__in=keys).order_by().values("pk"))
    # Each by the index; asked as one condition with OR, the whole trail would be read.
    return AuditEntry.objects.filter(pk__in=about[0].union(*about[1:], all=True)).order_by("key")


def erase_requests(rows: QuerySet[DataRequest], subject: Subject, now: datetime) -> int:
    """Blank what was said in the person's requests; what they asked, when, and what became of it stays."""
    for one in Disclosure.objects.filter(request__in=rows.order_by().values("pk")).exclude(state="deleted"):
        default_storage.delete(one.path)
        Disclosure.objects.filter(pk=one.pk).update(state="deleted", sha256="", size=0, error="")
    blank = {"words": "", "answer": "", "verified_how": "", "extension_reason": "", "law_reason": ""}
    return rows.order_by().exclude(**blank).update(**blank)


def _put(model: type[Consent], pk: UUID, before: Any, field: str, after: Any) -> int:
    return model.objects.filter(pk=pk).update(**{field: after}) if before != after else 0


def _blank(value: Any, subject: Subject) -> Any:
    """The value where it is a code; else ERASED. A list or an object stays only if all in it are codes."""
    return value if _is_code(value, subject) else ERASED


def _is_code(value: Any, subject: Subject) -> bool:
    if value is None or isinstance(value, bool | int | float) or value in ("", ERASED):
        return True
    if isinstance(value, str):
        names = {part for name in subject.names for part in name.casefold().split()}
        is_theirs = value.casefold() in names or any(text in value.lower() for text in subject.spellings)
        return bool(_CODE.fullmatch(value)) and not is_theirs
    if isinstance(value, list):
        return all(_is_code(one, subject) for one in value)
    return isinstance(value, dict) and all(_is_code(one, subject) for one in value.values())


def _code_or_nothing(text: str, subject: Subject) -> str:
    return text if _is_code(text, subject) else ""
