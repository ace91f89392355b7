"""A desk that has worked for two years: rows for ``inbox_page``, written by COPY."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

QUEUES, AGENTS = 12, 40
_DAY = 86_400
_NULL = r"\N"
_SENTENCES = (
    "Where is my order, it should have come on Monday?",
    "A entrega ainda não chegou e ninguém responde.",
    "The invoice names the wrong company, please send a new one.",
    "Gostaria de trocar o produto por um tamanho maior.",
    "We have found the parcel, it arrives tomorrow before noon.",
    "Obrigada pela paciência, o reembolso sai hoje.",
    "Could you tell me whether the blue one is in stock again?",
    "Segue em anexo o comprovante de pagamento.",
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What was written."""

    now: datetime
    queues: list[Any]
    agents: list[Any]
    conversations: int
    messages: int
    ordinary: list[UUID]
    busy: list[UUID]


@dataclass(slots=True)
class _Ground:
    """The few rows that the many refer to."""

    now: float
    channels: list[Any]
    queues: list[Any]
    agents: list[Any]
    people: list[str]
    identities: list[str]
    endpoints: list[str]


def fill(*, conversations: int, messages: int) -> Desk:
    """Write ``conversations`` and ``messages``: nine of ten messages evenly, the rest in one of a hundred threads."""
    from django.db import connection

    dice = random.Random(7)
    ground = _ground(dice, people=max(10, conversations // 5))
    keys = [_key(dice, _opened(ground, n, conversations)) for n in range(conversations)]
    busy = keys[:: max(1, conversations // max(1, conversations // 100))]
    each = int(messages * 0.8) // conversations
    more = (messages - each * conversations) // len(busy)
    with connection.cursor() as cursor:
        again = _without_indexes(cursor)
        cursor.execute("SET synchronous_commit = off")
        _copy(cursor, _PROFILE, _people(ground))
        _copy(cursor, _IDENTITY, _identities(ground))
        _copy(cursor, _ENDPOINT, _endpoints(ground))
        sizes = dict.fromkeys(busy, each + more)
        _copy(cursor, _CONVERSATION, _conversations(ground, dice, keys, sizes, each))
        _copy(cursor, _MESSAGE, _messages(ground, dice, keys, busy, each, more))
        _copy(cursor, _MARK, _marks(ground, dice, keys))
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for statement in again:
            cursor.execute(statement)
        cursor.execute(_COUNTS)
        cursor.execute("VACUUM (ANALYZE)")
    return Desk(
        now=datetime.fromtimestamp(ground.now, UTC),
        queues=ground.queues,
        agents=ground.agents,
        conversations=conversations,
        messages=each * conversations + more * len(busy),
        ordinary=[UUID(key) for key in dice.sample(keys, min(2000, conversations))],
        busy=[UUID(key) for key in dice.sample(busy, min(500, len(busy)))],
    )


_PROFILE = "profiles_profile (key, name, language, time_zone, country, place, created_at)"
_IDENTITY = "profiles_identity (key, profile_id, kind, scope, address, address_norm, preferred, valid_from)"
_ENDPOINT = "conversations_endpoint (key, channel_id, identity_id, address, address_norm, name)"
_CONVERSATION = (
    "conversations_conversation (key, endpoint_id, channel_id, profile_id, queue_id, assignee_id, status, title,"
    " preview, preview_ours, automatic, opened_at, last_activity_at, waiting_since, next_due_at, snoozed_until,"
    " resolved_at, reopened_times, message_seq, version)"
)
_MESSAGE = (
    "conversations_message (key, conversation_id, seq, kind, author_id, sender_name, sender_address, title, text, html,"
    " quoted_text, quoted_html, signature, remote_images, auto, detail, created_at, client_key, raw_event_key, item,"
    " delivery_state, delivery_detail, search)"
)
_MARK = "conversations_readmark (person_id, conversation_id, seq, read_at)"
_COUNTS = """
INSERT INTO conversations_conversationcount (queue_id, status, assignee_id, delta)
SELECT queue_id, status, assignee_id, count(*) FROM conversations_conversation GROUP BY 1, 2, 3
"""
_FILLED = (
    "profiles_identity",
    "conversations_endpoint",
    "conversations_conversation",
    "conversations_message",
    "conversations_readmark",
)
_AWAY = """
SELECT format('ALTER TABLE %%s DISABLE TRIGGER USER', name::regclass),
    format('ALTER TABLE %%s ENABLE TRIGGER USER', name::regclass) FROM unnest(%s::text[]) AS given (name)
UNION ALL
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s %%s', conrelid::regclass, conname, pg_get_constraintdef(oid),
        CASE contype WHEN 'f' THEN 'NOT VALID' ELSE '' END)
FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('u', 'f')
UNION ALL
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype = 'u')
"""


def _without_indexes(cursor: Any) -> list[str]:
    """Put triggers, foreign keys and indexes away; return the statements that bring them back.

    Making an index over all rows is faster than keeping it up to date row by row.
    """
    cursor.execute(_AWAY, [list(_FILLED)] * 3)
    found = cursor.fetchall()
    for away, _again in found:
        cursor.execute(away)
    return [again for _away, again in found]


def _ground(dice: random.Random, *, people: int) -> _Ground:
    from django.utils import timezone
    from guardian.shortcuts import assign_perm

    from conversations.models import Queue
    from engagement.channels.models import Channel
    from engagement.village.models import User

    channels = [
        Channel.objects.create(kind="email", name=f"Box {n}", address=f"box{n}@pedralva.example") for n in range(QUEUES)
    ]
    queues = [Queue.objects.create(slug=f"desk-{n}", name=f"Desk {n}", answer_within=240) for n in range(QUEUES)]
    agents = []
    for number in range(AGENTS):
        agent = User.objects.create(email=f"agent{number}@pedralva.example", name=f"Agent {number}")
        for queue in dice.sample(queues, QUEUES if number % 4 == 0 else 4):
            assign_perm("conversations.work_queue", agent, queue)
        for right in ("view", "change"):
            assign_perm(f"conversations.{right}_conversation", agent)
        agents.append(agent)
    now = timezone.now().timestamp()
    began = now - 730 * _DAY
    return _Ground(now, channels, queues, agents, *([_key(dice, began) for _ in range(people)] for _ in range(3)))


def _key(dice: random.Random, at: float) -> str:
    """A UUIDv7 of a time (RFC 9562 section 5.7)."""
    return f"{int(at * 1000):012x}7{dice.getrandbits(12):03x}{0x8000000000000000 | dice.getrandbits(62):016x}"


def _opened(ground: _Ground, number: int, conversations: int) -> float:
    """Evenly over two years, the last one a minute ago."""
    return ground.now - 60 - (conversations - number) * 730 * _DAY / conversations


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _people(ground: _Ground) -> Iterator[str]:
    for number, key in enumerate(ground.people):
        yield f"{key}\tCustomer {number}\tpt\t\tBR\t\t{_at(ground.now)}\n"


def _identities(ground: _Ground) -> Iterator[str]:
    for number, key in enumerate(ground.identities):
        address = f"customer{number}@example.org"
        yield f"{key}\t{ground.people[number]}\temail\t\t{address}\t{address}\tf\t{_at(ground.now)}\n"


def _endpoints(ground: _Ground) -> Iterator[str]:
    for number, key in enumerate(ground.endpoints):
        channel, address = ground.channels[number % QUEUES].pk.hex, f"customer{number}@example.org"
        yield f"{key}\t{channel}\t{ground.identities[number]}\t{address}\t{address}\tCustomer {number}\n"


def _conversations(
    ground: _Ground, dice: random.Random, keys: list[str], sizes: dict[str, int], each: int
) -> Iterator[str]:
    """The newest three of a hundred are open, pending or snoozed; half of those have an agent, most have a promise."""
    still_open = len(keys) * 97 // 100
    queues, agents = [queue.pk.hex for queue in ground.queues], [agent.pk.hex for agent in ground.agents]
    for number, key in enumerate(keys):
        person = number % len(ground.people)
        opened = _opened(ground, number, len(keys))
        last = _at(min(ground.now, opened + 3600 * dice.random() * 48))
        status, waiting, due, until, resolved = "resolved", _NULL, _NULL, _NULL, last
        if number >= still_open:
            status, resolved = dice.choice(("open", "open", "pending", "snoozed")), _NULL
            until = _at(ground.now + _DAY) if status == "snoozed" else _NULL
            waiting = last if status == "open" else _NULL
            due = _at(ground.now + dice.uniform(-600, 14_400)) if status == "open" and dice.random() < 0.8 else _NULL
        yield "\t".join((
            key, ground.endpoints[person], ground.channels[person % QUEUES].pk.hex, ground.people[person],
            queues[number % QUEUES], agents[dice.randrange(AGENTS)] if dice.random() < 0.5 else _NULL, status,
            f"Order {number}", _SENTENCES[number % 8], "f", "f", _at(opened), last, waiting, due, until, resolved,
            "0", str(sizes.get(key, each)), "0\n",
        ))  # fmt: skip


def _messages(
    ground: _Ground, dice: random.Random, keys: list[str], busy: list[str], each: int, more: int
) -> Iterator[str]:
    """Written round by round, as they come in life: neighbours in a thread are none on the disc."""
    agents = [agent.pk.hex for agent in ground.agents]
    for seq in range(1, each + 1):
        for number, key in enumerate(keys):
            yield _message(dice, agents, key, seq, number, ground)
    for seq in range(each + 1, each + more + 1):
        for number, key in enumerate(busy):
            yield _message(dice, agents, key, seq, number, ground)


def _message(dice: random.Random, agents: list[str], conversation: str, seq: int, number: int, ground: _Ground) -> str:
    at = min(ground.now, int(conversation[:12], 16) / 1000 + seq * 1800)
    ours = seq % 2 == 0
    text = f"{_SENTENCES[(number + seq) % 8]} {_SENTENCES[(number * 3 + seq) % 8]} {number}"
    search = f"'order':1 'n{number}':2 'parcel':{seq % 7 + 3}" if number % 20 == 0 else _NULL
    return "\t".join((
        _key(dice, at), conversation, str(seq), "reply" if ours else "received",
        agents[number % AGENTS] if ours else _NULL, f"Customer {number}", f"customer{number}@example.org", "", text,
        "", "", "", "", "0", "", "{}", _at(at), _NULL, _NULL, _NULL, "delivered" if ours else "", "", f"{search}\n",
    ))  # fmt: skip


def _marks(ground: _Ground, dice: random.Random, keys: list[str]) -> Iterator[str]:
    """Each agent has read some of the newest tenth."""
    newest = keys[-max(10, len(keys) // 10) :]
    for agent in ground.agents:
        for key in dice.sample(newest, len(newest) // 20):
            yield f"{agent.pk.hex}\t{key}\t{dice.randrange(1, 5)}\t{_at(ground.now)}\n"


def _copy(cursor: Any, table: str, rows: Iterable[str]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        block: list[str] = []
        for row in rows:
            block.append(row)
            if len(block) == 5000:
                copy.write("".join(block))
                block.clear()
        copy.write("".join(block))
