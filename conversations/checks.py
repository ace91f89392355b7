"""What the operating model asks of the conversations. Each is one or two set-based queries over our own tables."""

from datetime import datetime, timedelta

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.models import Conversation, Queue
from engagement.channels.models import Channel, RawEvent, Transmission
from engagement.operations.checklist import Evidence, Item, Measured, register
from engagement.partitions import first_key

MONTH = timedelta(days=30)
DAY = timedelta(days=1)
_SHOWN = 50

_FIRST_ANSWERS = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answer.at - conversation.opened_at) / 60),
    count(*)
FROM conversations_conversation conversation
CROSS JOIN LATERAL (
    SELECT min(created_at) AS at FROM conversations_message
    WHERE conversation_id = conversation.key AND kind = 'reply'
) answer
WHERE conversation.opened_at >= %s AND answer.at IS NOT NULL
"""
_LANGUAGES = """
SELECT count(*) FILTER (WHERE profile.language <> ''), count(*)
FROM conversations_conversation conversation
JOIN profiles_profile written_for ON written_for.key = conversation.profile_id
JOIN profiles_profile profile ON profile.key = COALESCE(written_for.canonical_id, written_for.key)
WHERE conversation.last_activity_at >= %s AND NOT conversation.automatic
"""
_MOVED = """
SELECT count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM conversations_message moved
        WHERE moved.conversation_id = conversation.key AND moved.kind = 'event'
        AND moved.detail ->> 'event' = 'moved' AND moved.author_id IS NOT NULL
    )), count(*)
FROM conversations_conversation conversation WHERE conversation.opened_at >= %s
"""


def _share(good: int, rows: int) -> float | None:
    return 100.0 * good / rows if rows else None


def _one(statement: str, *values: datetime) -> tuple[float | None, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        figure, rows = cursor.fetchone()
    return (None if figure is None else float(figure)), int(rows)


def _evidence(conversation: Conversation, why: str) -> Evidence:
    url = reverse("conversations:conversation", args=[conversation.pk])
    return Evidence(conversation.title or conversation.preview or conversation.endpoint.address, why, url)


def somebody_answers_for_it(now: datetime) -> Measured:
    """The share of open conversations that are somebody's, or have waited for less than a day."""
    standing = Conversation.objects.filter(status__in=["open", "pending"])
    left = standing.filter(assignee=None, waiting_since__lt=now - DAY)
    rows, alone = standing.count(), left.count()
    shown = left.select_related("endpoint", "queue").order_by("waiting_since", "key")[:_SHOWN]
    return Measured(_share(rows - alone, rows), rows, tuple(_evidence(one, str(one.queue)) for one in shown))


def channels_promise_an_answer(now: datetime) -> Measured:
    """The share of active channels that lead into a queue in which an answer is promised within a time."""
    active = Channel.objects.filter(status=Channel.Status.ACTIVE).defer("credentials")
    promised = Queue.objects.filter(answer_within__gt=0, channels__isnull=False).values("channels")
    silent = active.exclude(pk__in=promised).order_by("name", "key")
    rows, without = active.count(), silent.count()
    evidence = tuple(
        Evidence(channel.name, channel.address, reverse("channels:channel", args=[channel.pk]))
        for channel in silent[:_SHOWN]
    )
    return Measured(_share(rows - without, rows), rows, evidence)


def first_answer(now: datetime) -> Measured:
    """The median time to the first answer, in minutes, of what was opened within thirty days."""
    figure, rows = _one(_FIRST_ANSWERS, now - MONTH)
    return Measured(figure, rows)


def reopened(now: datetime) -> Measured:
    """The share of what was resolved within thirty days and had been opened again."""
    resolved = Conversation.objects.filter(status=Conversation.Status.RESOLVED, resolved_at__gte=now - MONTH)
    again = resolved.filter(reopened_times__gt=0)
    rows = resolved.count()
    shown = again.select_related("endpoint").order_by("-resolved_at", "key")[:_SHOWN]
    evidence = tuple(_evidence(one, _("opened again %(times)d times") % {"times": one.reopened_times}) for one in shown)
    return Measured(_share(again.count(), rows), rows, evidence)


def language_known(now: datetime) -> Measured:
    """The share of conversations of thirty days in whose person's language we can answer."""
    good, rows = _one(_LANGUAGES, now - MONTH)
    return Measured(_share(int(good or 0), rows), rows)


def routed_by_themselves(now: datetime) -> Measured:
    """The share of conversations of thirty days that nobody had to move to another queue."""
    moved, rows = _one(_MOVED, now - MONTH)
    return Measured(_share(rows - int(moved or 0), rows), rows)


def read_at_once(now: datetime) -> Measured:
    """The share of what came in within thirty days that was read or recognised, not left unread."""
    came = RawEvent.objects.filter(key__gte=first_key(now - MONTH), received_at__lt=now - timedelta(minutes=15))
    left = came.filter(status__in=[RawEvent.Status.RECEIVED, RawEvent.Status.FAILED])
    rows = came.count()
    url = reverse("conversations:attention")
    shown = left.select_related("channel").defer("body", "channel__credentials").order_by("key")[:_SHOWN]
    evidence = tuple(Evidence(one.channel.name, _(one.error) if one.error else "", url) for one in shown)
    return Measured(_share(rows - left.count(), rows), rows, evidence)


def failures_are_settled(now: datetime) -> Measured:
    """The share of answers that did not arrive, a day and more ago, and that somebody has dealt with."""
    failed = Transmission.objects.filter(
        key__gte=first_key(now - MONTH),
        purpose=Transmission.Purpose.CONVERSATION,
        state__in=["failed", "unknown", "bounced"],
        state_at__lt=now - DAY,
    )
    sent = Transmission.objects.filter(
        key__gte=first_key(now - MONTH), purpose=Transmission.Purpose.CONVERSATION, state_at__lt=now - DAY
    )
    open_ones = failed.filter(settled_at=None)
    rows = sent.count()
    url = reverse("conversations:attention")
    evidence = tuple(Evidence(one.external_id, one.error, url) for one in open_ones.order_by("key")[:_SHOWN])
    return Measured(_share(rows - open_ones.count(), rows), rows, evidence)


def register_items() -> None:
    """Called once, when the app is ready."""
    inbox, attention = "conversations:inbox", "conversations:attention"
    register(
        Item(
            "conversation.somebody-answers-for-it", "conversation", "govern",
            gettext_lazy("Whoever has waited for a day has somebody who answers for it"),
            somebody_answers_for_it, 100, mend_at=inbox, order=10,
        ),
        Item(
            "conversation.channels-promise-an-answer", "conversation", "govern",
            gettext_lazy("Every active channel promises an answer within a time"),
            channels_promise_an_answer, 100, mend_at="channels:channels", order=20,
        ),
        Item(
            "conversation.first-answer", "conversation", "analyse",
            gettext_lazy("The first answer comes in time (median of 30 days)"),
            first_answer, 240, "less", "min", least=5, mend_at=inbox, order=10,
        ),
        Item(
            "conversation.reopened", "conversation", "analyse",
            gettext_lazy("What is resolved stays resolved: few are opened again"),
            reopened, 6, "less", least=5, mend_at=inbox, order=20,
        ),
        Item(
            "conversation.language-known", "conversation", "analyse",
            gettext_lazy("The language of those who write is known"),
            language_known, 95, least=10, mend_at="profiles:people", order=30,
        ),
        Item(
            "conversation.routed-by-themselves", "conversation", "automate",
            gettext_lazy("Conversations reach the right queue by themselves"),
            routed_by_themselves, 80, least=10, mend_at=inbox, order=10,
        ),
        Item(
            "conversation.read-at-once", "conversation", "automate",
            gettext_lazy("Everything that comes in is read within a quarter of an hour"),
            read_at_once, 99, least=10, mend_at=attention, order=20,
        ),
        Item(
            "conversation.failures-are-settled", "conversation", "automate",
            gettext_lazy("An answer that did not arrive is dealt with within a day"),
            failures_are_settled, 100, least=5, mend_at=attention, order=30,
        ),
    )  # fmt: skip
