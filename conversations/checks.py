"""What the operating model asks of the conversations. Each is one or two set-based queries over our own tables."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop

from conversations.models import Conversation, Message, Queue
from conversations.previews import read_preview
from engagement import statements
from engagement.channels.models import Channel, RawEvent, Transmission
from engagement.operations.checklist import Evidence, Item, Measured, register
from engagement.operations.phrases import Kept, lasting, phrase
from engagement.partitions import first_key
from engagement.sorting import by_name

MONTH = timedelta(days=30)
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
_SHOWN = 50

_ANSWERED = """
FROM conversations_conversation conversation
CROSS JOIN LATERAL (
    SELECT min(created_at) AS at FROM conversations_message
    WHERE conversation_id = conversation.key AND kind = 'reply'
) answer
WHERE conversation.opened_at >= %s AND answer.at IS NOT NULL
"""
_FIRST_ANSWERS = f"""
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answer.at - conversation.opened_at) / 60),
    count(*)
{_ANSWERED}
"""  # noqa: S608 - constants only
_SLOW_ANSWERS = f"""
SELECT conversation.key, answer.at - conversation.opened_at {_ANSWERED}
AND extract(epoch FROM answer.at - conversation.opened_at) / 60 >= %s
ORDER BY 2 DESC, 1 LIMIT {_SHOWN}
"""  # noqa: S608 - constants only
_LANGUAGES = """
SELECT count(*) FILTER (WHERE profile.language <> ''), count(*)
FROM conversations_conversation conversation
JOIN profiles_profile written_for ON written_for.key = conversation.profile_id
JOIN profiles_profile profile ON profile.key = COALESCE(written_for.canonical_id, written_for.key)
WHERE conversation.last_activity_at >= %s AND NOT conversation.automatic
"""
_LANGUAGE_UNKNOWN = f"""
SELECT profile.key, max(profile.name), max(conversation.title) FROM conversations_conversation conversation
JOIN profiles_profile written_for ON written_for.key = conversation.profile_id
JOIN profiles_profile profile ON profile.key = COALESCE(written_for.canonical_id, written_for.key)
WHERE conversation.last_activity_at >= %s AND NOT conversation.automatic AND profile.language = ''
GROUP BY profile.key ORDER BY max(conversation.last_activity_at) DESC, profile.key LIMIT {_SHOWN}
"""  # noqa: S608 - constants only
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


def _evidence(conversation: Conversation, why: Kept) -> Evidence:
    url = reverse("conversations:conversation", args=[conversation.pk])
    return Evidence(conversation.title or read_preview(conversation.preview) or conversation.endpoint.address, why, url)


def somebody_answers_for_it(now: datetime) -> Measured:
    """The share of those who have waited for a day that are somebody's; all of them while nobody has.

    What was opened again waits since then, also where its promise was lost.
    """
    standing = Conversation.objects.filter(status__in=["open", "pending"])
    lost = Q(waiting_since=None, status=Conversation.Status.OPEN, reopened_times__gt=0, last_activity_at__lt=now - DAY)
    waiting = standing.filter(Q(waiting_since__lt=now - DAY) | lost)
    left = waiting.filter(assignee=None)
    standing_rows, rows, alone = standing.count(), waiting.count(), left.count()
    shown = left.select_related("endpoint", "queue").order_by("waiting_since", "last_activity_at", "key")[:_SHOWN]
    evidence = tuple(_evidence(one, str(one.queue)) for one in shown)
    if standing_rows and not rows:
        return Measured(100.0, standing_rows)
    return Measured(_share(rows - alone, rows), rows, evidence)


def channels_promise_an_answer(now: datetime) -> Measured:
    """The share of active channels that lead into a queue in which an answer is promised within a time."""
    active = Channel.objects.filter(status=Channel.Status.ACTIVE).defer("credentials")
    promised = Queue.objects.filter(answer_within__gt=0, channels__isnull=False).values("channels")
    silent = active.exclude(pk__in=promised).order_by(*by_name())
    rows, without = active.count(), silent.count()
    evidence = tuple(
        Evidence(channel.name, channel.address, reverse("channels:channel", args=[channel.pk]))
        for channel in silent[:_SHOWN]
    )
    return Measured(_share(rows - without, rows), rows, evidence)


def first_answer(now: datetime) -> Measured:
    """The median time to the first answer, in minutes, of what was opened within thirty days."""
    figure, rows = _one(_FIRST_ANSWERS, now - MONTH)
    if figure is None:
        return Measured(None, rows)
    slow = dict(statements.run(_SLOW_ANSWERS, [now - MONTH, figure]))
    shown = Conversation.objects.filter(pk__in=slow).select_related("endpoint")
    evidence = tuple(
        _evidence(one, phrase(gettext_noop("first response after %(time)s"), time=lasting(slow[one.pk])))
        for one in sorted(shown, key=lambda one: slow[one.pk], reverse=True)
    )
    return Measured(figure, rows, evidence)


def reopened(now: datetime) -> Measured:
    """The share of what was resolved within thirty days and had been opened again."""
    resolved = Conversation.objects.filter(status=Conversation.Status.RESOLVED, resolved_at__gte=now - MONTH)
    again = resolved.filter(reopened_times__gt=0)
    rows = resolved.count()
    shown = again.select_related("endpoint").order_by("-resolved_at", "key")[:_SHOWN]
    words = gettext_noop("reopened: %(times)s")
    evidence = tuple(_evidence(one, phrase(words, times=one.reopened_times)) for one in shown)
    return Measured(_share(again.count(), rows), rows, evidence)


def language_known(now: datetime) -> Measured:
    """The share of conversations of thirty days in whose person's language we can answer."""
    good, rows = _one(_LANGUAGES, now - MONTH)
    why = phrase(gettext_noop("language unknown"))
    evidence = tuple(
        Evidence(name or title or str(key), why, reverse("profiles:profile", args=[key]))
        for key, name, title in statements.run(_LANGUAGE_UNKNOWN, [now - MONTH])
    )
    return Measured(_share(int(good or 0), rows), rows, evidence)


def routed_by_themselves(now: datetime) -> Measured:
    """The share of conversations of thirty days that nobody had to move to another queue."""
    moved, rows = _one(_MOVED, now - MONTH)
    by_hand = Message.objects.filter(
        conversation=OuterRef("pk"), kind=Message.Kind.EVENT, detail__event="moved", author__isnull=False
    )
    shown = Conversation.objects.filter(Exists(by_hand), opened_at__gte=now - MONTH).select_related("endpoint", "queue")
    evidence = tuple(
        _evidence(one, phrase(gettext_noop("moved by hand to %(queue)s"), queue=str(one.queue)))
        for one in shown.order_by("-opened_at", "key")[:_SHOWN]
    )
    return Measured(_share(rows - int(moved or 0), rows), rows, evidence)


def read_at_once(now: datetime) -> Measured:
    """The share of what came in within thirty days that was read or recognised within a quarter of an hour.

    What was read before the time of reading was kept says nothing about it, and is not counted.
    """
    came = RawEvent.objects.filter(key__gte=first_key(now - MONTH), received_at__lt=now - QUARTER)
    unread = Q(status__in=[RawEvent.Status.RECEIVED, RawEvent.Status.FAILED])
    known = came.filter(unread | Q(read_at__isnull=False))
    late = known.filter(unread | Q(read_at__gt=F("received_at") + QUARTER))
    rows = known.count()
    shown = late.select_related("channel").defer("body", "channel__credentials").order_by("key")[:_SHOWN]
    return Measured(_share(rows - late.count(), rows), rows, tuple(_of_raw(one) for one in shown))


def _of_raw(raw: RawEvent) -> Evidence:
    if raw.status in (RawEvent.Status.RECEIVED, RawEvent.Status.FAILED):
        why = phrase(raw.error) if raw.error else phrase(gettext_noop("not read yet"))
    else:
        waited = lasting((raw.read_at or raw.received_at) - raw.received_at)
        why = phrase(gettext_noop("read after %(time)s"), time=waited)
    return Evidence(raw.channel.name, why, reverse("conversations:raw", args=[raw.pk]))


def failures_are_settled(now: datetime) -> Measured:
    """Of the answers of thirty days, older than a day: the share that arrived, or was dealt with within a day."""
    failed = Transmission.objects.filter(
        key__gte=first_key(now - MONTH),
        purpose=Transmission.Purpose.CONVERSATION,
        state__in=["failed", "unknown", "bounced"],
        state_at__lt=now - DAY,
    )
    sent = Transmission.objects.filter(
        key__gte=first_key(now - MONTH), purpose=Transmission.Purpose.CONVERSATION, state_at__lt=now - DAY
    )
    open_ones = failed.filter(Q(settled_at=None) | Q(settled_at__gt=F("state_at") + DAY))
    rows = sent.count()
    url = reverse("conversations:attention")
    evidence = tuple(
        Evidence(", ".join(each["address"] for each in one.recipients), one.error, url)
        for one in open_ones.order_by("key")[:_SHOWN]
    )
    return Measured(_share(rows - open_ones.count(), rows), rows, evidence)


def register_items() -> None:
    """Called once, when the app is ready."""
    inbox, attention = "conversations:inbox", "conversations:attention"
    register(
        Item(
            "conversation.somebody-answers-for-it", "conversation", "govern",
            gettext_lazy("Whoever has waited for a day has somebody who answers for it"),
            somebody_answers_for_it, 100, mend_at=inbox, order=10,
            finding=gettext_lazy("“%(first)s” has waited for a day with no assignee; %(figure)s are assigned"),
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
            finding=gettext_lazy("Median first response %(figure)s, target %(target)s"),
        ),
        Item(
            "conversation.reopened", "conversation", "analyse",
            gettext_lazy("What is resolved stays resolved: few are opened again"),
            reopened, 6, "less", least=5, mend_at=inbox, order=20,
            finding=gettext_lazy("Reopened: %(figure)s of what was resolved, target %(target)s"),
        ),
        Item(
            "conversation.language-known", "conversation", "analyse",
            gettext_lazy("The language of those who write is known"),
            language_known, 95, least=10, mend_at="profiles:people", order=50, is_additional=True,
        ),
        Item(
            "conversation.routed-by-themselves", "conversation", "automate",
            gettext_lazy("Conversations reach the right queue by themselves"),
            routed_by_themselves, 80, least=10, mend_at=inbox, order=10,
            finding=gettext_lazy("%(figure)s reach the right queue by themselves, target %(target)s"),
        ),
        Item(
            "conversation.read-at-once", "conversation", "automate",
            gettext_lazy("Everything that comes in is read within a quarter of an hour"),
            read_at_once, 99, least=10, mend_at=attention, order=50, is_additional=True,
        ),
        Item(
            "conversation.failures-are-settled", "conversation", "automate",
            gettext_lazy("An answer that did not arrive is dealt with within a day"),
            failures_are_settled, 100, least=5, mend_at=attention, order=60, is_additional=True,
        ),
    )  # fmt: skip
