"""Find conversations by what was said in them, and by who said it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

MOST = 1000  # newest matching messages that are looked at; more than anybody pages through
_SHORTEST_PREFIX = 3
_TOKEN = re.compile(r'-?"[^"]*"?|\S+')
_WORD = re.compile(r"\w[\w@.+-]*")

# The words in both languages' stems and as they are; the last one also as the beginning of a word that is still typed.
# What is excluded is excluded in each of these forms.
_QUERY = """
SELECT ((websearch_to_tsquery('portuguese', unaccent(%(all)s)) || websearch_to_tsquery('english', unaccent(%(all)s))
    || websearch_to_tsquery('simple', unaccent(%(all)s))
    || (websearch_to_tsquery('portuguese', unaccent(%(head)s)) && {prefix})
    || (websearch_to_tsquery('english', unaccent(%(head)s)) && {prefix}))
    {without})::text
"""
_WITHOUT = """
    && !!(websearch_to_tsquery('portuguese', unaccent(%(without)s))
    || websearch_to_tsquery('english', unaccent(%(without)s)) || websearch_to_tsquery('simple', unaccent(%(without)s)))
"""
_PREFIX = "to_tsquery('simple', quote_literal(unaccent(%(last)s)) || ':*')"
_NOTHING = "''::tsquery"
# Newest first by the time-ordered key; the planner walks back through it, or sorts what the GIN index finds.
_SEARCH = """
(SELECT c.key, m.key IS NOT NULL FROM conversations_message m
 JOIN conversations_conversation c ON c.key = m.conversation_id AND c.queue_id = ANY(%(queues)s::uuid[])
 WHERE m.search @@ %(query)s::tsquery ORDER BY m.key DESC LIMIT %(most)s)
UNION ALL
(SELECT c.key, false FROM conversations_endpoint reached
 JOIN conversations_conversation c ON c.endpoint_id = reached.key AND c.queue_id = ANY(%(queues)s::uuid[])
 WHERE lower(reached.address) LIKE %(like)s OR lower(reached.name) LIKE %(like)s
 ORDER BY c.last_activity_at DESC, c.key DESC LIMIT %(most)s)
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Keys of conversations that match; ``cut``: there may be more, older ones."""

    keys: list[UUID]
    cut: bool


def find(*, words: str, queues: Sequence[UUID]) -> Found:
    """Return the conversations in ``queues`` whose messages, customers' names or addresses match ``words``.

    Words are joined by "and"; "quotes", -without and ``or`` work as in web searches. Accents and case do not count.
    """
    words = " ".join(words.replace("\x00", " ").split())[:200]
    if not words:
        return Found([], cut=False)
    like = "%" + re.sub(r"([%_\\])", r"\\\1", words.lower()) + "%"
    query = query_of(words)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "query": query,
            "queues": list(queues),
            "most": MOST,
            "like": like if len(words) >= 3 else "",
        }
        cursor.execute(_SEARCH, values)
        rows = cursor.fetchall()
    kinds = [said for _key, said in rows]
    cut = MOST in (kinds.count(True), kinds.count(False))
    return Found(list(dict.fromkeys(key for key, _said in rows)), cut=cut)


def query_of(words: str) -> str:
    """Return the text of a tsquery, as ``find`` reads words.

    It is computed first, so that the planner knows how common its words are.
    """
    tokens = _TOKEN.findall(words)
    wanted = [token for token in tokens if not (token.startswith("-") and len(token) > 1)]
    without = [token[1:] for token in tokens if token not in wanted]
    last = wanted[-1] if wanted else ""
    typed = last if _WORD.fullmatch(last) and len(last) >= _SHORTEST_PREFIX else ""
    values = {
        "all": " ".join(wanted),
        "head": " ".join(wanted[:-1]) if typed else "",
        "last": typed,
        "without": " or ".join(without),
    }
    statement = _QUERY.format(prefix=_PREFIX if typed else _NOTHING, without=_WITHOUT if without else "")
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return str(cursor.fetchone()[0])
