"""What adoption asks of the conversations: replies, promises kept, and how often customers repeat what we know.

Each is one statement over a bounded period, in the background. Keys of messages are ordered by time and never older
than the message itself, so the primary key bounds each scan.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy, ngettext

from engagement.operations import adoption_sources as sources
from engagement.operations.adoption_sources import KEPT, REPEATED, DepartmentMeasure, Done, Rate, Share, Step
from engagement.partitions import first_key
from engagement.replica import report_alias

REMEMBERED = timedelta(days=30)  # for how long a customer may expect that we know what they said
_LONGEST_PROMISE = timedelta(days=14)

_REPLIES = """
SELECT department_id, count(*) FROM conversations_message
WHERE kind = 'reply' AND department_id IS NOT NULL AND auto = ''
    AND key >= %(first)s AND created_at >= %(since)s AND created_at < %(until)s
GROUP BY department_id
"""
_AUTHORS = """
SELECT DISTINCT author_id FROM conversations_message
WHERE kind IN ('reply', 'note') AND author_id IS NOT NULL
    AND key >= %(first)s AND created_at >= %(since)s AND created_at < %(until)s
"""
_FIRST_CONVERSATIONS = """
SELECT department.key FROM village_department department WHERE EXISTS (
    SELECT 1 FROM conversations_message WHERE kind = 'reply' AND department_id = department.key
)
"""
# A promise begins with the first message of a customer that nobody has answered; it is kept when the next answer that
# did not fail comes before its queue's time is over. What was resolved in time without an answer promises nothing.
_PROMISES = """
SELECT count(*) FILTER (WHERE answer.at <= asked.created_at + promise.within), count(*)
FROM conversations_message asked
JOIN conversations_conversation conversation ON conversation.key = asked.conversation_id
JOIN conversations_queue queue ON queue.key = conversation.queue_id
CROSS JOIN LATERAL (SELECT make_interval(mins => queue.answer_within) AS within) promise
LEFT JOIN LATERAL (
    SELECT kind FROM conversations_message
    WHERE conversation_id = asked.conversation_id AND seq < asked.seq AND kind IN ('received', 'reply') AND auto = ''
        AND delivery_state NOT IN ('failed', 'bounced', 'refused')
    ORDER BY seq DESC LIMIT 1
) previous ON true
LEFT JOIN LATERAL (
    SELECT created_at AS at FROM conversations_message
    WHERE conversation_id = asked.conversation_id AND seq > asked.seq AND kind = 'reply'
        AND delivery_state NOT IN ('failed', 'bounced', 'refused')
    ORDER BY seq LIMIT 1
) answer ON true
WHERE asked.kind = 'received' AND asked.auto = '' AND asked.key >= %(first)s AND asked.created_at >= %(from)s
    AND queue.answer_within > 0
    AND asked.created_at + promise.within >= %(since)s AND asked.created_at + promise.within < %(until)s
    AND previous.kind IS DISTINCT FROM 'received'
    AND NOT (
        answer.at IS NULL AND conversation.status = 'resolved'
        AND conversation.resolved_at <= asked.created_at + promise.within
    )
"""
# What identifies somebody or something: an e-mail address, or digits that are no date (an order, a document, a phone
# number): five in a row, or six and more without the signs between them. Only the first 4,000 letters are read.
_GIVEN = r"""
    SELECT DISTINCT ON (message.key, token.plain) message.key, message.created_at, token.plain AS token,
        COALESCE(profile.canonical_id, profile.key) AS customer
    FROM conversations_message message
    JOIN conversations_conversation conversation ON conversation.key = message.conversation_id
    JOIN profiles_profile profile ON profile.key = conversation.profile_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN found[1] LIKE '%%@%%' THEN lower(found[1]) ELSE translate(found[1], ' .()/-', '') END AS plain,
            found[1] ~ '^[0-9]{5}$' AS is_whole
        FROM regexp_matches(
            left(message.text, 4000),
            '[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}[.][A-Za-z0-9.-]{1,80}[A-Za-z]|[0-9][0-9 .()/-]{3,22}[0-9]', 'g'
        ) AS found
        WHERE found[1] !~ '^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}$'
    ) token
    WHERE message.kind = 'received' AND message.auto = '' AND message.key >= %(first)s
        AND message.created_at >= %(from)s AND message.created_at < %(until)s
        AND (length(token.plain) >= 6 OR token.is_whole)
"""
_WROTE = """
    SELECT DISTINCT COALESCE(profile.canonical_id, profile.key) AS customer
    FROM conversations_message message
    JOIN conversations_conversation conversation ON conversation.key = message.conversation_id
    JOIN profiles_profile profile ON profile.key = conversation.profile_id
    WHERE message.kind = 'received' AND message.auto = '' AND message.key >= %(first_of_period)s
        AND message.created_at >= %(since)s AND message.created_at < %(until)s
"""
_REPEATED = f"""
WITH given AS MATERIALIZED ({_GIVEN}), wrote AS ({_WROTE}), ordered AS (
    SELECT customer, created_at, lag(created_at) OVER (PARTITION BY customer, token ORDER BY created_at, key) AS earlier
    FROM given
), again AS (
    SELECT customer FROM ordered
    WHERE created_at >= %(since)s AND earlier < created_at AND earlier >= created_at - %(remembered)s
    UNION
    SELECT given.customer FROM given
    JOIN profiles_identity known ON known.profile_id = given.customer AND known.valid_to IS NULL
        AND known.valid_from < given.created_at
    WHERE given.created_at >= %(since)s AND (
        known.kind = 'email' AND lower(known.address_norm) = given.token
        OR known.kind IN ('phone', 'whatsapp') AND length(given.token) >= 8
            AND right(translate(known.address_norm, '+ -', ''), length(given.token)) = given.token
    )
)
SELECT (SELECT count(*) FROM again), (SELECT count(*) FROM wrote)
"""  # noqa: S608 - constants only


def _rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connections[report_alias()].cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def replies_written(since: datetime, until: datetime) -> dict[UUID, Done]:
    """For each department the replies that were written for it."""
    rows = _rows(_REPLIES, first=first_key(since), since=since, until=until)
    return {department: Done(count) for department, count in rows}


def _describe_replies(done: Done) -> str:
    words = ngettext("%(count)s reply", "%(count)s replies", done.count)
    return words % {"count": number_format(done.count, force_grouping=True)}


def people_who_wrote(since: datetime, until: datetime) -> set[UUID]:
    """Who wrote a reply or a note."""
    return {author for (author,) in _rows(_AUTHORS, first=first_key(since), since=since, until=until)}


def departments_with_a_conversation(now: datetime) -> set[UUID]:
    """Which departments have replied to a customer."""
    return {department for (department,) in _rows(_FIRST_CONVERSATIONS)}


def responses_in_time(since: datetime, until: datetime) -> Share:
    """Of the responses that were due in the period, those that came in time."""
    start = since - _LONGEST_PROMISE
    values = {"first": first_key(start), "from": start, "since": since, "until": until}
    ((kept, due),) = _rows(_PROMISES, **values)
    return Share(kept, due)


def customers_who_repeated(since: datetime, until: datetime) -> Share:
    """Of the customers who wrote in the period, those who gave again what we had (``docs/adoption.md``)."""
    start = since - REMEMBERED
    values = {"first": first_key(start), "from": start, "first_of_period": first_key(since)}
    ((again, wrote),) = _rows(_REPEATED, since=since, until=until, remembered=REMEMBERED, **values)
    return Share(again, wrote)


def register() -> None:
    """Called once, when the app is ready."""
    sources.register_activity("conversations", people_who_wrote)
    sources.register_measures(DepartmentMeasure("conversations.replies", replies_written, _describe_replies, order=10))
    sources.register_rates(
        Rate(REPEATED, "customers", customers_who_repeated), Rate(KEPT, "responses", responses_in_time)
    )
    sources.register_steps(
        Step(
            "first-conversation",
            gettext_lazy("First conversation"),
            gettext_lazy("The department has replied to a customer."),
            departments_with_a_conversation,
            order=40,
        )
    )
