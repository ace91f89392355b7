"""Find topics by their words, in both languages, and those that are like a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from community.models import Space, Topic
from community.visitor import Visitor
from engagement.statements import run

MOST = 50
SIMILAR = 5

# A topic is found by its title, by a published post in it, or by a title that is spelt nearly so.
_FIND = """
WITH asked AS (
    SELECT websearch_to_tsquery('portuguese', unaccent(%(words)s))
        || websearch_to_tsquery('english', unaccent(%(words)s))
        || websearch_to_tsquery('simple', unaccent(%(words)s)) AS query
), hits AS (
    SELECT topic.key, 2 * ts_rank(topic.search, asked.query) AS rank
    FROM community_topic topic, asked WHERE topic.search @@ asked.query
    UNION ALL
    SELECT post.topic_id, ts_rank(post.search, asked.query) FROM community_post post, asked
    WHERE post.search @@ asked.query AND post.state = 'published'
    UNION ALL
    SELECT topic.key, word_similarity(profiles_plain(%(words)s), profiles_plain(topic.title)) / 2
    FROM community_topic topic WHERE profiles_plain(%(words)s) <%% profiles_plain(topic.title)
)
SELECT topic.key FROM (SELECT key, max(rank) AS rank FROM hits GROUP BY key) best
JOIN community_topic topic ON topic.key = best.key
WHERE topic.state IN ('open', 'answered', 'closed') AND topic.space_id = ANY(%(spaces)s::uuid[])
ORDER BY best.rank DESC, topic.last_activity_at DESC, topic.key DESC LIMIT %(most)s
"""

# Any of the words counts, the more the better: whoever asks does not yet know how others said it.
# Words that carry nothing in either language are left out, or "da" and "the" would be what topics have in common.
_SIMILAR = """
WITH carried AS (
    SELECT COALESCE(string_agg(word, ' '), '') AS words
    FROM regexp_split_to_table(lower(%(words)s), '[^[:alnum:]]+') AS word
    WHERE to_tsvector('portuguese', word) <> '' AND to_tsvector('english', word) <> ''
), asked AS (
    SELECT replace((plainto_tsquery('portuguese', unaccent(carried.words))
        || plainto_tsquery('english', unaccent(carried.words)))::text, '&', '|')::tsquery AS query FROM carried
)
SELECT topic.key FROM community_topic topic, asked
WHERE (topic.search @@ asked.query OR profiles_plain(%(words)s) <%% profiles_plain(topic.title))
    AND topic.state IN ('open', 'answered', 'closed') AND topic.space_id = ANY(%(spaces)s::uuid[])
    AND topic.key IS DISTINCT FROM %(but)s::uuid
ORDER BY ts_rank(topic.search, asked.query) + similarity(profiles_plain(%(words)s), profiles_plain(topic.title)) DESC,
    topic.last_activity_at DESC, topic.key DESC
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Results:
    """The best topics, at most 50; ``cut``: there may be more."""

    topics: list[Topic]
    cut: bool


def find(*, words: str, visitor: Visitor) -> Results:
    """Return what matches: words are joined by "and"; "quotes", -without and ``or`` work. Accents do not count."""
    keys = _keys(_FIND, words, visitor, most=MOST + 1)
    return Results(_in_order(keys[:MOST]), cut=len(keys) > MOST)


def similar(*, words: str, visitor: Visitor, but: UUID | None = None, most: int = SIMILAR) -> list[Topic]:
    """Return topics that have words of the text in common, the nearest first."""
    return _in_order(_keys(_SIMILAR, words, visitor, but=but, most=most))


def _keys(statement: str, words: str, visitor: Visitor, **values: Any) -> list[UUID]:
    words = " ".join(words.replace("\x00", " ").split())[:200]
    if len(words) < 2:
        return []
    spaces = Space.objects.readable_by(visitor.member, visitor.staff).order_by().values_list("pk", flat=True)
    return [row[0] for row in run(statement, {"words": words, "spaces": list(spaces), **values})]


def _in_order(keys: Sequence[UUID]) -> list[Topic]:
    rows = Topic.objects.select_related("space", "author").defer("search").in_bulk(list(keys)) if keys else {}
    return [rows[key] for key in keys if key in rows]
