"""From transmissions to words; what cannot be written fails alone and is shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog
from django.db import OperationalError

from engagement.channels import renderers
from engagement.channels.adapters import Unneeded
from engagement.channels.delivery import render_breaker
from engagement.channels.delivery.outcomes import record_failure_to_render, record_outcomes
from engagement.channels.delivery.turn import Worker
from engagement.channels.models import Transmission
from engagement.channels.words import NotNeeded, Words

log = structlog.get_logger(__name__)


def render(worker: Worker, rows: Sequence[Transmission]) -> dict[UUID, Words]:
    """Return the words of each message; one that has none is settled as failed."""
    words: dict[UUID, Words] = {}
    for source in sorted({row.source for row in rows}):
        of_source = [row for row in rows if row.source == source]
        words |= _render_source(worker, source, of_source)
    for row in rows:
        if row.key in words:
            worker.observe("rendered", row.key)
    return words


def _render_source(worker: Worker, source: str, rows: Sequence[Transmission]) -> Mapping[UUID, Words]:
    """Render all; if that fails, one by one, so that only the message that cannot be written fails."""
    try:
        words = renderers.render(source, rows)
    except OperationalError:
        raise  # the database is away: the leases run out and all is tried again
    except Exception as error:  # whatever a renderer raises is written down and shown to people
        if len(rows) > 1:
            alone = [_render_source(worker, source, [row]) for row in rows]
            return {key: made for one in alone for key, made in one.items()}
        code = "no_renderer" if isinstance(error, renderers.NoRenderer) else "render_failed"
        log.error("render_failed", key=str(rows[0].key), source=source, exc_info=error)
        _fail(worker, rows[0], code, f"{type(error).__name__}: {error}")
        render_breaker.note_failure(rows[0].group_id, now=worker.clock())
        return {}
    for group_id, messages in Counter(row.group_id for row in rows if row.key in words).items():
        render_breaker.note_rendered(group_id, messages=messages)
    needed = {key: made for key, made in words.items() if not isinstance(made, NotNeeded)}
    for row in rows:
        if row.key not in words:
            _fail(worker, row, "nothing_to_send", "")
        elif row.key not in needed:
            record_outcomes(outcomes={row.key: Unneeded()}, owner=worker.owner, now=worker.clock())
    return needed


def _fail(worker: Worker, row: Transmission, code: str, error: str) -> None:
    clean = error.replace("\x00", "")[:2000]
    record_failure_to_render(key=row.key, owner=worker.owner, code=code, error=clean, now=worker.clock())
