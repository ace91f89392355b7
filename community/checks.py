"""What the operating model asks of the community. Each item is one or two set-based queries over our own tables."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop

from community.models import Appeal, Escalation, IdeaChange, Member, Notice, Post, Removal, Review, Space, Topic
from engagement.operations.checklist import Evidence, Item, Measured, register
from engagement.operations.phrases import Kept, choice, in_both, lasting, phrase

MONTH = timedelta(days=30)
DAY = timedelta(days=1)
REVIEW_TARGET = timedelta(hours=24)
ANSWER_TARGET = timedelta(hours=48)
INBOX_TARGET = timedelta(minutes=10)
_SHOWN = 50

FLAG_DECISIONS = 5  # that a moderator must have taken to be compared
_SPAM = "spam"

_FLAG_DECISIONS = """
SELECT person.name, count(*), count(*) FILTER (WHERE review.decision IN ('hidden', 'links_removed'))
FROM community_review review JOIN village_user person ON person.key = review.decided_by_id
WHERE review.kind = 'flagged' AND review.decided_at >= %s
GROUP BY person.key, person.name ORDER BY engagement_sort_key(person.name), person.key
"""
_SCORED_P95 = """
SELECT percentile_cont(0.95) WITHIN GROUP (
    ORDER BY extract(epoch FROM scored_at - COALESCE(edited_at, created_at)) / 60
), count(*)
FROM community_post WHERE created_at >= %s AND member_id IS NOT NULL
"""


def _share(good: int, rows: int) -> float | None:
    return 100.0 * good / rows if rows else None


def _of_post(post: Post, why: Kept) -> Evidence:
    return Evidence(post.topic.title, why, reverse("community:post", args=[post.pk]))


def _space(topic: Topic) -> Kept:
    return in_both(topic.space.name, topic.space.name_pt or topic.space.name)


def _member_url(member: Member) -> str:
    return reverse("community:member", args=[member.handle])


def spaces_are_looked_after(now: datetime) -> Measured:
    """The share of spaces that have rules in both languages, a moderator and a deputy."""
    whole = ~Q(rules="") & ~Q(rules_pt="") & Q(moderator__is_active=True, deputy__is_active=True)
    rows = Space.objects.count()
    why = phrase(gettext_noop("rules, moderator or deputy is missing"))
    lacking = Space.objects.exclude(pk__in=Space.objects.filter(whole).values("pk")).order_by("position", "key")
    evidence = tuple(
        Evidence(in_both(one.name, one.name_pt or one.name), why, reverse("community:edit-space", args=[one.pk]))
        for one in lacking[:_SHOWN]
    )
    return Measured(_share(rows - lacking.count(), rows), rows, evidence)


def review_is_in_time(now: datetime) -> Measured:
    """The share of the month's reviews that were decided within a day, or are younger than that."""
    month = Review.objects.filter(opened_at__gte=now - MONTH)
    slow = month.filter(
        Q(decided_at__gt=F("opened_at") + REVIEW_TARGET) | Q(decided_at=None, opened_at__lt=now - REVIEW_TARGET)
    )
    rows = month.count()
    shown = slow.select_related("post__topic").order_by("opened_at", "key")[:_SHOWN]
    evidence = tuple(
        Evidence(one.post.topic.title, choice(one, "kind"), reverse("community:review", args=[one.pk])) for one in shown
    )
    return Measured(_share(rows - slow.count(), rows), rows, evidence)


def removals_can_be_appealed(now: datetime) -> Measured:
    """The share of removals that say why and by whom, and whose author was told how to appeal."""
    made = Removal.objects.filter(at__gte=now - 3 * MONTH)
    told = Notice.objects.filter(kind=Notice.Kind.HIDDEN, about=OuterRef("pk"))
    silent = made.filter(Q(text="") | (Q(post__member__isnull=False) & ~Exists(told)))
    rows = made.count()
    shown = silent.select_related("post__topic").order_by("-key")[:_SHOWN]
    return Measured(
        _share(rows - silent.count(), rows), rows, tuple(_of_post(one.post, choice(one, "reason")) for one in shown)
    )


def nobody_judges_their_own(now: datetime) -> Measured:
    """How many decisions were made by whoever wrote the post, or about the appeal against their own removal."""
    decided = Review.objects.filter(decided_by__isnull=False)
    own = decided.filter(Q(decided_by=F("written_by")) | Q(decided_by=F("post__staff")))
    appeals = Appeal.objects.filter(decided_by=F("removed_by"))
    shown = own.select_related("post__topic").order_by("-key")[:_SHOWN]
    judged = appeals.select_related("removal__post__topic").order_by("-key")[:_SHOWN]
    why = phrase(gettext_noop("decided an appeal against their own removal"))
    evidence = (
        *(_of_post(one.post, choice(one, "decision")) for one in shown),
        *(_of_post(one.removal.post, why) for one in judged),
    )
    rows = decided.count()
    return Measured(float(own.count() + appeals.count()) if rows else None, rows, evidence)


def posts_are_scored_at_once(now: datetime) -> Measured:
    """How many minutes pass until a member's post has its score: of the month's posts, the 95th percentile."""
    with connection.cursor() as cursor:
        cursor.execute(_SCORED_P95, [now - MONTH])
        figure, rows = cursor.fetchone()
    if figure is None:
        return Measured(None, int(rows))
    slowest = timedelta(minutes=float(figure)) - timedelta(seconds=1)
    members = Post.objects.filter(created_at__gte=now - MONTH, member__isnull=False)
    late = members.annotate(took=F("scored_at") - Coalesce("edited_at", "created_at")).filter(took__gte=slowest)
    words = gettext_noop("scored after %(time)s")
    shown = late.select_related("topic").defer("search", "topic__search").order_by("-took", "key")[:_SHOWN]
    evidence = tuple(_of_post(one, phrase(words, time=lasting(one.took))) for one in shown)
    return Measured(round(float(figure), 2), int(rows), evidence)


def questions_get_an_answer(now: datetime) -> Measured:
    """The share of the month's questions, older than two days, that nobody has answered."""
    asked = Topic.objects.shown().filter(
        kind=Topic.Kind.QUESTION, opened_at__gte=now - MONTH, opened_at__lt=now - ANSWER_TARGET
    )
    alone = asked.filter(answer_count=0)
    rows = asked.count()
    shown = alone.select_related("space").defer("search").order_by("opened_at", "key")[:_SHOWN]
    evidence = tuple(Evidence(one.title, _space(one), one.get_absolute_url()) for one in shown)
    return Measured(_share(alone.count(), rows), rows, evidence)


def answers_are_accepted(now: datetime) -> Measured:
    """The share of the month's answered questions in which an answer was accepted."""
    answered = Topic.objects.shown().filter(kind=Topic.Kind.QUESTION, opened_at__gte=now - MONTH, answer_count__gt=0)
    open_ones = answered.filter(accepted=None)
    rows = answered.count()
    shown = open_ones.select_related("space").defer("search").order_by("opened_at", "key")[:_SHOWN]
    evidence = tuple(Evidence(one.title, _space(one), one.get_absolute_url()) for one in shown)
    return Measured(_share(rows - open_ones.count(), rows), rows, evidence)


def trust_is_fresh(now: datetime) -> Measured:
    """The share of members whose trust level was worked out within a day, or who joined since then."""
    rows = Member.objects.count()
    stale = Member.objects.filter(Q(levelled_at=None) | Q(levelled_at__lt=now - DAY), joined_at__lt=now - DAY)
    shown = stale.order_by("levelled_at", "key")[:_SHOWN]
    words = gettext_noop("level %(level)s")
    evidence = tuple(
        Evidence(one.display_name or one.handle, phrase(words, level=one.level), _member_url(one)) for one in shown
    )
    return Measured(_share(rows - stale.count(), rows), rows, evidence)


def risks_reach_the_inbox(now: datetime) -> Measured:
    """The share of posts passed on in the month that stood in the inbox within ten minutes."""
    passed = Escalation.objects.filter(at__gte=now - MONTH)
    late = passed.filter(Q(threaded_at__gt=F("at") + INBOX_TARGET) | Q(threaded_at=None, at__lt=now - INBOX_TARGET))
    rows = passed.count()
    shown = late.select_related("post__topic").order_by("at", "key")[:_SHOWN]
    return Measured(
        _share(rows - late.count(), rows), rows, tuple(_of_post(one.post, choice(one, "cause")) for one in shown)
    )


def voters_are_told(now: datetime) -> Measured:
    """The share of changes of ideas of which those who voted were told within a day."""
    changes = IdeaChange.objects.filter(at__gte=now - 3 * MONTH)
    untold = changes.filter(Q(told_at=None) | Q(told_at__gt=F("at") + DAY))
    rows = changes.count()
    shown = untold.select_related("topic__space").order_by("at", "key")[:_SHOWN]
    evidence = tuple(Evidence(one.topic.title, choice(one, "after"), one.topic.get_absolute_url()) for one in shown)
    return Measured(_share(rows - untold.count(), rows), rows, evidence)


def measure_flag_agreement(now: datetime) -> Measured:
    """How far one moderator's share of upheld reports lies from that of all, in points: the furthest, of 90 days.

    Only moderators with some decisions are compared, and only where there are two of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FLAG_DECISIONS, [now - 3 * MONTH])
        decided = [row for row in cursor.fetchall() if row[1] >= FLAG_DECISIONS]
    rows = sum(count for _name, count, _upheld in decided)
    if len(decided) < 2:
        return Measured(None, rows)
    mean = 100.0 * sum(upheld for _name, _count, upheld in decided) / rows
    apart = sorted(((abs(100.0 * upheld / count - mean), name, count, upheld) for name, count, upheld in decided))
    words, url = gettext_noop("agreed with %(upheld)s of %(count)s reports"), reverse("community:desk")
    evidence = tuple(
        Evidence(name, phrase(words, upheld=upheld, count=count), url)
        for _points, name, count, upheld in reversed(apart[-_SHOWN:])
    )
    return Measured(round(apart[-1][0], 1), rows, evidence)


def measure_spam_samples(now: datetime) -> Measured:
    """The share of the month's removals as spam at which another person looked again: by an appeal or a review."""
    removed = Removal.objects.filter(at__gte=now - MONTH, reason=_SPAM)
    again = Review.objects.filter(
        post=OuterRef("post"), opened_at__gte=OuterRef("at"), decided_at__isnull=False
    ).exclude(decided_by=OuterRef("actor"))
    appealed = Appeal.objects.filter(removal=OuterRef("pk"), decided_at__isnull=False)
    unseen = removed.filter(~Exists(again) & ~Exists(appealed))
    rows = removed.count()
    why = phrase(gettext_noop("removed as spam, never looked at again by another person"))
    shown = unseen.select_related("post__topic").order_by("-key")[:_SHOWN]
    evidence = tuple(_of_post(one.post, why) for one in shown)
    return Measured(_share(rows - unseen.count(), rows), rows, evidence)


_ITEMS = (
    ("spaces_are_looked_after", "govern", spaces_are_looked_after, 100.0, "more", "%", "community:spaces",
     gettext_lazy("Every space has rules, a moderator and a deputy")),
    ("review_is_in_time", "govern", review_is_in_time, 95.0, "more", "%", "community:desk",
     gettext_lazy("Nothing in review waits for more than a day")),
    ("removals_can_be_appealed", "govern", removals_can_be_appealed, 100.0, "more", "%", "community:desk",
     gettext_lazy("Every removal has a reason, a person and a way to appeal")),
    ("nobody_judges_their_own", "govern", nobody_judges_their_own, 0.0, "less", "", "community:desk",
     gettext_lazy("Nobody decides about what they wrote themselves")),
    ("posts_are_scored_at_once", "analyse", posts_are_scored_at_once, 5.0, "less", "min", "community:desk",
     gettext_lazy("New posts are scored within 5 minutes")),
    ("questions_get_an_answer", "analyse", questions_get_an_answer, 20.0, "less", "%", "community:questions",
     gettext_lazy("Few questions are without an answer after two days")),
    ("answers_are_accepted", "analyse", answers_are_accepted, 40.0, "more", "%", "community:questions",
     gettext_lazy("Answered questions get an accepted answer")),
    ("flag_agreement", "analyse", measure_flag_agreement, 25.0, "less", "", "community:desk",
     gettext_lazy("Moderators judge reports alike: none is far from the others")),
    ("trust_is_fresh", "automate", trust_is_fresh, 99.0, "more", "%", "community:desk",
     gettext_lazy("Trust levels are worked out within a day")),
    ("risks_reach_the_inbox", "automate", risks_reach_the_inbox, 95.0, "more", "%", "community:desk",
     gettext_lazy("Posts that cannot wait become conversations within 10 minutes")),
    ("voters_are_told", "automate", voters_are_told, 100.0, "more", "%", "community:ideas",
     gettext_lazy("Whoever voted for an idea is told what became of it")),
    ("spam_samples", "automate", measure_spam_samples, 5.0, "more", "%", "community:desk",
     gettext_lazy("A sample of what was removed as spam is looked at again each month")),
)  # fmt: skip


_FINDINGS = {
    "spaces_are_looked_after": gettext_lazy("“%(first)s”: %(why)s"),
    "questions_get_an_answer": gettext_lazy("%(figure)s of questions unanswered over 48 h, target %(target)s"),
    "answers_are_accepted": gettext_lazy("%(figure)s of answered questions have an accepted answer, target %(target)s"),
    "flag_agreement": gettext_lazy("%(first)s %(why)s"),
    "spam_samples": gettext_lazy("%(figure)s of spam removals looked at again, target %(target)s"),
}


def register_items() -> None:
    """Called once, when the app is ready."""
    for order, (name, aspect, measure, threshold, better, unit, mend_at, statement) in enumerate(_ITEMS):
        item = Item(
            name=f"community.{name}",
            area="community",
            aspect=aspect,  # type: ignore[arg-type]
            statement=statement,
            measure=measure,
            threshold=threshold,
            better=better,  # type: ignore[arg-type]
            unit=unit,
            mend_at=mend_at,
            order=10 * (order + 1),
            finding=_FINDINGS.get(name, ""),
        )
        register(item)
