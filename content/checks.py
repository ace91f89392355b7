"""What the operating model asks of the texts. Each is a few set-based queries over our own tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop

from collaboration.models import ApprovalRequest
from content.models import Draft, Kind, Revision, Template
from content.rendering import Broken, layout
from content.rendering.masking import mask
from content.selectors.approved import revisions_of
from content.words import words_of
from engagement import statements
from engagement.channels.models import Transmission
from engagement.operations.checklist import Evidence, Item, Measured, measure_nothing, register
from engagement.operations.phrases import Kept, phrase
from engagement.partitions import first_key
from engagement.profiles.language_tags import match_language
from engagement.profiles.models import Profile

QUARTER, YEAR = timedelta(days=90), timedelta(days=365)
UNUSED = timedelta(days=180)
MONTH = timedelta(days=30)
_SHOWN = 50
_FIRST_SENT = """
SELECT content_hash, min(handed_at) FROM engagement_channels_transmission
WHERE key >= %(first)s AND handed_at >= %(since)s AND purpose = 'marketing' AND content_hash <> ''
GROUP BY content_hash ORDER BY content_hash
"""
_OUTCOMES = """
SELECT content_hash FROM engagement_channels_transmission
WHERE key >= %(first)s AND content_hash = ANY(%(hashes)s) AND state IN ('delivered', 'read', 'bounced', 'complained')
GROUP BY content_hash
"""


def _share(rows: int, failing: Sequence[Any]) -> float | None:
    return 100.0 * (rows - len(failing)) / rows if rows else None


def _measured(rows: int, failing: Sequence[tuple[Template, Kept]]) -> Measured:
    return Measured(_share(rows, failing), rows, tuple(_evidence(failing)))


def _evidence(failing: Iterable[tuple[Template, Kept]]) -> Iterable[Evidence]:
    for template, why in list(failing)[:_SHOWN]:
        yield Evidence(template.name, why, reverse("content:revisions", args=[template.pk]))


def _published(now: datetime) -> list[tuple[Template, Revision]]:
    """Every template in use whose newest approval holds, with that revision."""
    templates = {template.pk: template for template in Template.objects.in_use().select_related("owner")}
    found = revisions_of(templates, now)
    return [(templates[key], revision) for key, revision in found.items()]


def _sent_hashes(since: datetime) -> set[str]:
    """The hashes of everything that left or was to leave since then."""
    sent = Transmission.objects.filter(key__gte=first_key(since)).exclude(content_hash="")
    return set(sent.order_by().values_list("content_hash", flat=True).distinct())


def owned_and_approved(now: datetime) -> Measured:
    """The share of texts sent within thirty days whose words are approved now and whose owner still works here."""
    sent = _sent_hashes(now - MONTH)
    templates = list(Template.objects.filter(revisions__content_hash__in=sent).select_related("owner").distinct())
    approved = revisions_of([template.pk for template in templates], now)
    unapproved, left_us = phrase(gettext_noop("no revision is approved")), phrase(gettext_noop("its owner has left"))
    failing = [
        (template, unapproved if template.pk not in approved else left_us)
        for template in templates
        if template.pk not in approved or not template.owner.is_active
    ]
    if not templates:  # nothing was sent: what is ready to be sent is judged by its owner
        published = [template for template, _revision in _published(now)]
        left = [(template, left_us) for template in published if not template.owner.is_active]
        return _measured(len(published), left)
    return _measured(len(templates), failing)


def images_have_words(now: datetime) -> Measured:
    """The share of published mails with images in which every image has its alternative text."""
    rows, failing = 0, []
    for template, revision in _with_variants(_published(now)):
        images = [element for variant in revision.variants.all() for element in _images(variant.mjml)]
        rows += bool(images)
        if any("alt" not in element.attributes for element in images):
            failing.append((template, phrase(gettext_noop("an image has no alternative text"))))
    return _measured(rows, failing)


def _images(mjml: str) -> list[layout.Element]:
    try:
        return [each for each in layout.elements_of(mask(mjml, odd=True).text) if each.name in ("mj-image", "img")]
    except Broken:
        return []


def _with_variants(published: list[tuple[Template, Revision]]) -> list[tuple[Template, Revision]]:
    keys = [revision.pk for _template, revision in published]
    whole = {each.pk: each for each in Revision.objects.filter(pk__in=keys).prefetch_related("variants")}
    return [(template, whole[revision.pk]) for template, revision in published]


def locales_covered(now: datetime) -> Measured:
    """The share of published texts that exist in each language that at least a tenth of our people read."""
    wanted = _languages_read()
    published = _with_variants(_published(now))
    failing = []
    for template, revision in published:
        there = [variant.locale for variant in revision.variants.all()]
        missing = sorted(language for language in wanted if not match_language(there, language))
        if missing:
            failing.append((template, phrase(gettext_noop("missing: %(languages)s"), languages=", ".join(missing))))
    return _measured(len(published) if wanted else 0, failing)


def _languages_read() -> set[str]:
    """The languages that a tenth or more of those people read whose language is known."""
    rows = Profile.objects.canonical().exclude(language="").order_by().values_list("language")
    read: Counter[str] = Counter()
    tags: dict[str, str] = {}  # the tag that most of a language's readers have
    for tag, people in rows.annotate(people=Count("pk")).order_by("-people", "language"):
        small = tag.lower().replace("_", "-")
        read[small.partition("-")[0]] += people
        tags.setdefault(small.partition("-")[0], small)
    return {tags[language] for language, people in read.items() if people * 10 >= read.total()}


def used_or_reviewed(now: datetime) -> Measured:
    """The share of published texts that were sent, or saved anew, within 180 days."""
    sent = _sent_hashes(now - UNUSED)
    published = _published(now)
    newest = dict(Revision.objects.order_by().values_list("template").annotate(at=Max("created_at")))
    failing = [
        (template, phrase(gettext_noop("neither sent nor reviewed for 180 days")))
        for template, revision in published
        if revision.content_hash not in sent and newest[template.pk] < now - UNUSED
    ]
    return _measured(len(published), failing)


def stale_translations_marked(now: datetime) -> Measured:
    """The share of translations that fit their source as it stands; each other one is marked in the studio."""
    drafts = Draft.objects.filter(template__archived_at=None).select_related("template")
    by_template: dict[object, list[Draft]] = {}
    for draft in drafts.order_by("template_id", "locale"):
        by_template.setdefault(draft.template_id, []).append(draft)
    rows, failing = 0, []
    for found in by_template.values():
        source = next((draft for draft in found if draft.locale == draft.template.source_locale), None)
        for draft in found:
            if source is None or draft is source:
                continue
            rows += 1
            if draft.source_hash != words_of(source).fingerprint:
                why = phrase(gettext_noop("%(locale)s is older than its source"), locale=draft.locale)
                failing.append((draft.template, why))
    return _measured(rows, failing)


def renditions_for_each_channel(now: datetime) -> Measured:
    """The share of published marketing mails that have a text message with approved words of the same department."""
    published = [pair for pair in _published(now) if pair[0].is_marketing]
    with_message = {template.department_id for template, _revision in published if template.kind == Kind.SMS}
    mails = [template for template, _revision in published if template.is_email]
    why = phrase(gettext_noop("no approved text message"))
    failing = [(mail, why) for mail in mails if mail.department_id not in with_message]
    return _measured(len(mails), failing)


def measure_reviews_before_sending(now: datetime) -> Measured:
    """The share of marketing content, sent first within ninety days, that was approved before its first message left.

    Content that was sent before that time already is judged by the approval that it had then.
    """
    first = statements.run(_FIRST_SENT, {"first": first_key(now - QUARTER), "since": now - QUARTER})
    approved = _approved_at([content for content, _at in first])
    early = {content: at for content, at in first if content not in approved or approved[content] > at}
    revisions = Revision.objects.filter(content_hash__in=early).select_related("template").order_by("-created_at", "pk")
    shown = {revision.content_hash: revision.template for revision in revisions}
    why = phrase(gettext_noop("sent before anybody had approved it"))
    evidence = tuple(_evidence((template, why) for template in shown.values()))
    unknown = len(early) - len(shown)
    if unknown:
        missing = phrase(gettext_noop("contents that no revision explains: %(count)s"), count=unknown)
        evidence = (*evidence, Evidence(missing, why, reverse("content:studio")))
    return Measured(_share(len(first), list(early)), len(first), evidence[:_SHOWN])


def _approved_at(hashes: Sequence[str]) -> dict[str, datetime]:
    """When each of these contents was approved first: with the last decision of its earliest approved request."""
    granted = ApprovalRequest.objects.filter(content_hash__in=hashes, state__in=["approved", "expired", "revoked"])
    complete = granted.filter(decisions__verdict="approved").annotate(at=Max("decisions__decided_at"))
    return dict(complete.order_by("-at", "key").values_list("content_hash", "at"))  # the earliest comes last


def measure_performance_data(now: datetime) -> Measured:
    """The share of approved templates, older than thirty days, of which it is known what became of their messages."""
    published = [(one, revision) for one, revision in _published(now) if one.created_at < now - MONTH]
    hashes = dict(
        Revision.objects.filter(template__in=[one for one, _revision in published]).values_list(
            "content_hash", "template"
        )
    )
    known = (
        {hashes[row[0]] for row in statements.run(_OUTCOMES, {"hashes": list(hashes), "first": first_key(now - YEAR)})}
        if hashes
        else set()
    )
    why = phrase(gettext_noop("never sent, or nothing is known of what became of it"))
    return _measured(len(published), [(one, why) for one, _revision in published if one.pk not in known])


ITEMS = (
    Item(
        "content.owned_and_approved",
        "content",
        "govern",
        gettext_lazy("Every text in use has an owner and an approved revision"),
        owned_and_approved,
        100,
        mend_at="content:studio",
        order=10,
        finding=gettext_lazy("“%(first)s”: %(why)s"),
    ),
    Item(
        "content.licensed_assets",
        "content",
        "govern",
        gettext_lazy("No expired or unlicensed asset is in use"),
        measure_nothing,
        100,
        mend_at="content:studio",
        order=12,
        needs="asset_library",
    ),
    Item(
        "content.reviewed_before_sending",
        "content",
        "govern",
        gettext_lazy("Required legal reviews come before the first message"),
        measure_reviews_before_sending,
        100,
        mend_at="content:studio",
        order=15,
        finding=gettext_lazy("“%(first)s”: %(why)s"),
    ),
    Item(
        "content.image_words",
        "content",
        "govern",
        gettext_lazy("Images have alternative text"),
        images_have_words,
        100,
        mend_at="content:studio",
        order=20,
        finding=gettext_lazy("“%(first)s”: %(why)s"),
    ),
    Item(
        "content.locale_coverage",
        "content",
        "analyse",
        gettext_lazy("Texts exist in the languages that our people read"),
        locales_covered,
        90,
        mend_at="content:studio",
        order=10,
        finding=gettext_lazy("“%(first)s”: %(why)s"),
    ),
    Item(
        "content.used_or_reviewed",
        "content",
        "analyse",
        gettext_lazy("Texts unused for 180 days are reviewed"),
        used_or_reviewed,
        95,
        mend_at="content:studio",
        order=20,
    ),
    Item(
        "content.performance",
        "content",
        "analyse",
        gettext_lazy("Every approved template has performance data"),
        measure_performance_data,
        90,
        mend_at="content:studio",
        order=30,
        finding=gettext_lazy("“%(first)s”: %(why)s"),
    ),
    Item(
        "content.template_statistics",
        "content",
        "analyse",
        gettext_lazy("Use, edits and satisfaction of each template are measured"),
        measure_nothing,
        90,
        mend_at="content:studio",
        order=40,
        needs="template_statistics",
    ),
    Item(
        "content.expiry_warnings",
        "content",
        "automate",
        gettext_lazy("Owners are warned 30, 7 and 1 days before content expires"),
        measure_nothing,
        100,
        mend_at="content:studio",
        order=30,
        needs="expiry_warnings",
    ),
    Item(
        "content.scheduled_posts",
        "content",
        "automate",
        gettext_lazy("Every scheduled post ends as published, failed or unconfirmed"),
        measure_nothing,
        100,
        mend_at="content:studio",
        order=40,
        needs="scheduled_posts",
    ),
    Item(
        "content.stale_translations",
        "content",
        "automate",
        gettext_lazy("Translations are marked when their source changes, and mended"),
        stale_translations_marked,
        90,
        mend_at="content:studio",
        order=10,
        finding=gettext_lazy("“%(first)s”: %(why)s"),
    ),
    Item(
        "content.renditions",
        "content",
        "automate",
        gettext_lazy("Marketing mails have a text message beside them"),
        renditions_for_each_channel,
        80,
        mend_at="content:studio",
        order=20,
        finding=gettext_lazy("“%(first)s”: %(why)s"),
    ),
)


def register_items() -> None:
    """Called once, when the app is ready."""
    register(*ITEMS)
