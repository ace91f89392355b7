"""Find a person's addresses where no key leads to them: in texts, JSON and stored bytes of every table.

An address in somebody else's words becomes "[erased]"; a stored delivery that holds one is emptied. Reads each table
once from end to end: that takes its time, and happens once for each erasure.
"""

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from engagement.profiles.rights.holdings import ERASED, registered
from engagement.profiles.rights.subjects import Subject

# Tables that are left as they are, and why. Fields of one: "app.model.field".
UNSWEPT = {
    "village.user": "Colleagues: whoever works here has an account of their own.",
    "village.auditentry": "Only grows: see ``_blank_values``.",
    "profiles.consent": "Only grows: see ``_blank_values``.",
    "profiles.erasure": "Holds whom it erases, only until it is done.",
    "content.revision": "Our own texts, as they were approved: the hash proves what was sent. See ``LEFT``.",
    "content.variant": "Our own texts, as they were approved: the hash proves what was sent. See ``LEFT``.",
    "engagement_channels.channel.address": "Our own address.",
    "engagement_channels.rawevent.body": "Bytes, see ``_empty_deliveries``.",
    "engagement_channels.rawevent.envelope": "Goes with the bytes, see ``_empty_deliveries``.",
    "engagement_channels.channel.credentials": "Sealed.",
}
LEFT = ("content.variant",)  # counted, and told to whoever erased: they can save a text without the address
OURS = (
    *("village", "events", "profiles", "engagement_channels", "operations", "api"),
    *("collaboration", "content", "conversations", "community", "campaigns"),
)
_BEFORE, _AFTER = r"(?<![a-z0-9._+-])", r"(?![a-z0-9_-]|\.[a-z0-9])"
_BEFORE_NUMBER, _AFTER_NUMBER = r"(?<![0-9])", r"(?![0-9])"


def sweep(subject: Subject, now: datetime) -> int:
    """Take every address of the person out of every table; return how many rows changed."""
    spellings = subject.spellings
    if not spellings:
        return 0
    said, likes = pattern(spellings), like(spellings)
    changed = sum(_replace(model, field, said, likes=likes) for model, field in columns())
    return changed + _blank_values(said, likes) + _empty_deliveries(spellings)


def left(subject: Subject) -> dict[str, int]:
    """Return how many rows of each table of ``LEFT`` name an address of the person; none is left out if it is 0."""
    spellings = subject.spellings
    counted = {f"left:{label}": _naming(apps.get_model(label), spellings) for label in LEFT} if spellings else {}
    return {name: number for name, number in counted.items() if number}


def sweep_names(subject: Subject) -> int:
    """Take the full names of the person out of what others said near them; return how many columns changed.

    A name of one word is a word like others, and stays.
    """
    written = [r"\s+".join(re.escape(word) for word in name.split()) for name in subject.names if " " in name.strip()]
    if not written:
        return 0
    said = rf"(?<!\w)(?:{'|'.join(written)})(?!\w)"
    return sum(
        _replace(rows.model, field, said, rows=rows)
        for holding in registered()
        if holding.near is not None
        for rows in holding.near(subject)
        for field in rows.model._meta.local_concrete_fields
        if is_text(field) and not _is_unique(rows.model, field)
    )


def columns() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    """Yield every column in which an address could stand."""
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        if model._meta.app_label not in OURS or not model._meta.managed or model._meta.proxy or label in UNSWEPT:
            continue
        for field in model._meta.local_concrete_fields:
            if is_text(field) and f"{label}.{field.name}" not in UNSWEPT:
                yield model, field


def is_text(field: models.Field[Any, Any]) -> bool:
    """Whether words can stand in a column; what has a list of choices holds none."""
    held = field.base_field if isinstance(field, ArrayField) else field
    known = isinstance(held, models.CharField | models.TextField | models.JSONField | models.FileField)
    return known and not held.choices and not isinstance(held, models.SlugField)


def pattern(spellings: list[str]) -> str:
    """Return a regular expression, of PostgreSQL and of Python, for the addresses as whole words."""
    written = [re.escape(text).replace("/", r"\/") for text in spellings if "@" in text or "%40" in text]
    numbers = [re.escape(text) for text in spellings if "@" not in text and "%40" not in text and _is_number(text)]
    others = [re.escape(text) for text in spellings if "@" not in text and "%40" not in text and not _is_number(text)]
    parts = [f"{_BEFORE}{_cut_off(text)}" for text in spellings if "@" in text]
    if written or others:
        parts.append(f"{_BEFORE}(?:{'|'.join([*written, *others])}){_AFTER}")
    if numbers:
        parts.append(f"{_BEFORE_NUMBER}(?:{'|'.join(numbers)}){_AFTER_NUMBER}")
    return "|".join(parts)


def _cut_off(address: str) -> str:
    """The address where a text was cut in the middle of it, as previews are."""
    local, _at, domain = address.rpartition("@")
    beginnings = "|".join(re.escape(domain[:length]) for length in range(len(domain) - 1, 0, -1))
    return rf'{re.escape(local)}@(?:{beginnings})?(?=$|")'


def _is_number(text: str) -> bool:
    return sum(letter.isdigit() for letter in text) >= 6 and not any(letter.isalpha() for letter in text[:3])


def like(spellings: list[str]) -> list[str]:
    """Return patterns of ILIKE that find at least what ``pattern`` finds."""
    spellings = [text.rpartition("@")[0] + "@" if "@" in text else text for text in spellings]
    quoted = (text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") for text in spellings)
    return [f"%{text}%" for text in quoted]


# The triggers of these let only whole values become "[erased]", and names nothing (ADR 45).
_VALUES = """
UPDATE {table} SET {column} = (
    SELECT jsonb_object_agg(key, CASE WHEN value::text ~* %(pattern)s THEN '"[erased]"' ELSE value END)
    FROM jsonb_each({column})
) WHERE {column}::text ILIKE ANY(%(like)s) AND {column}::text ~* %(pattern)s
"""
_TRAIL = """
UPDATE village_auditentry SET {column} = '' WHERE {column} ILIKE ANY(%(like)s) AND {column} ~* %(pattern)s
"""
_BLANKS = (
    _VALUES.format(table="village_auditentry", column="detail"),
    _VALUES.format(table="profiles_consent", column="evidence"),
    _TRAIL.format(column="subject_name"),
    _TRAIL.format(column="actor_name"),
)


def _blank_values(said: str, likes: list[str]) -> int:
    """In the trail and in the ledger: also where an entry is about something else and only quotes an address."""
    changed = 0
    with connection.cursor() as cursor:
        for statement in _BLANKS:
            cursor.execute(statement, {"pattern": said, "like": likes})
            changed += int(cursor.rowcount)
    return changed


def _naming(model: type[models.Model], spellings: list[str]) -> int:
    texts = [field.column for field in model._meta.local_concrete_fields if is_text(field)]
    row = " || ' ' || ".join(f"coalesce(\"{column}\"::text, '')" for column in texts)
    statement = f"""
        SELECT count(*) FROM (SELECT {row} AS said FROM "{model._meta.db_table}") AS one
        WHERE said ILIKE ANY(%(like)s) AND said ~* %(pattern)s
    """  # noqa: S608 - names of our own tables
    with connection.cursor() as cursor:
        cursor.execute(statement, {"pattern": pattern(spellings), "like": like(spellings)})
        return int(cursor.fetchone()[0])


def _replace(
    model: type[models.Model],
    field: models.Field[Any, Any],
    said: str,
    *,
    likes: list[str] | None = None,
    rows: models.QuerySet[Any] | None = None,
) -> int:
    """Put "[erased]" for what ``said`` finds in a column, of ``rows`` or of all; ``likes`` find it sooner."""
    table, column = model._meta.db_table, field.column
    put = f"regexp_replace(\"{column}\"::text, %(pattern)s, %(erased)s, 'gi')"
    if _is_unique(model, field):
        put = "'erased:' || gen_random_uuid()::text"
    elif isinstance(field, models.JSONField):
        put = f"({put})::jsonb"
    elif isinstance(field, ArrayField):
        put = f"({put})::{field.db_type(connection)}"
    elif field.max_length:
        put = f"left({put}, {field.max_length})"
    wanted = [f'"{column}"::text ILIKE ANY(%(like)s)'] if likes is not None else []
    wanted += [f'"{model._meta.pk.column}" = ANY(%(keys)s)'] if rows is not None else []
    wanted.append(f'"{column}"::text ~* %(pattern)s')
    statement = f'UPDATE "{table}" SET "{column}" = {put} WHERE {" AND ".join(wanted)}'  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"pattern": said, "erased": ERASED, "like": likes}
        if rows is not None:
            values["keys"] = list(rows.order_by().values_list("pk", flat=True))
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _is_unique(model: type[models.Model], field: models.Field[Any, Any]) -> bool:
    groups = [one.fields for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    return field.unique or any(field.name in group for group in groups)


# What waits to be read is read after the erasure, as if it came then (docs/rights.md).
# What stands over several lines of a quoted-printable part is put together again before it is looked at.
_DELIVERIES = """
UPDATE engagement_channels_rawevent raw SET body = '', envelope = '{}', error = '',
    status = CASE status WHEN 'failed' THEN 'settled' ELSE status END
FROM (
    SELECT key,
        replace(replace(encode(body, 'escape'), E'=\\r\\n', ''), E'=\\n', '') || E'\\n' || envelope::text AS said
    FROM engagement_channels_rawevent WHERE (body <> '' OR envelope <> '{}') AND status <> 'received'
) AS one
WHERE one.key = raw.key AND one.said ILIKE ANY(%(like)s) AND one.said ~* %(pattern)s
"""
_ENCODED = """
SELECT key, body FROM engagement_channels_rawevent
WHERE body <> '' AND status <> 'received' AND translate(encode(body, 'escape'), E'\\r\\n', '') LIKE ANY(%(like)s)
"""
_EMPTY = "UPDATE engagement_channels_rawevent SET body = '', envelope = '{}' WHERE key = %(key)s"


def _empty_deliveries(spellings: list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERIES, {"pattern": pattern(spellings), "like": like(spellings)})
        changed = int(cursor.rowcount)
        cursor.execute(_ENCODED, {"like": [f"%{text}%" for text in base64_parts(spellings)]})
        wanted = re.compile(pattern(spellings), re.IGNORECASE)
        theirs = [key for key, body in cursor.fetchall() if wanted.search(decoded(bytes(body)))]
        for key in theirs:
            cursor.execute(_EMPTY, {"key": key})
    return changed + len(theirs)


def base64_parts(spellings: list[str]) -> list[str]:
    """Return what base64 makes of each text, wherever in a group of three bytes it begins."""
    found = set()
    for text in spellings:
        for shift in range(3):
            written = base64.b64encode(b"\x00" * shift + text.encode()).decode().rstrip("=")
            found.add(written[(0, 2, 3)[shift] : -1])
    return sorted(found)


def decoded(body: bytes) -> str:
    """Return the texts of an e-mail's parts, decoded."""
    parts = [part for part in message_from_bytes(body, policy=default).walk() if not part.is_multipart()]
    payloads = (part.get_payload(decode=True) for part in parts)
    return "\n".join(one.decode("utf-8", "replace") for one in payloads if isinstance(one, bytes))
