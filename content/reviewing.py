"""What a reviewer is shown of a template, and what the approvals ask about it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collaboration.approvals import kinds
from collaboration.models import ApprovalRequest
from content.approval import KIND, REVIEW_HOURS
from content.checking import require_readable
from content.locales import name_of
from content.marking import marked
from content.models import Revision, Template
from content.opened import unopened
from content.place_rules import rules_of_places
from content.readable import LocaleDifference, difference, words_by_locale
from content.rendering import Broken
from content.rendering.links import links_in
from content.rules import Reading, rules_for
from content.selectors.history import approved_before, history, revision_with_hash
from engagement.sorting import by_name
from engagement.village.models import User


def register() -> None:
    """Called once, when the app is ready."""
    kinds.register(
        kinds.SubjectKind(
            kind=KIND,
            label=gettext_lazy("Text"),
            describe=describe,
            steps=(kinds.Step(hours=REVIEW_HOURS),),
            panel_template="content/review_panel.html",
            panel_context=panel,
            rules=rules,
            current_hash=current_hash,
            at_home_of="content.change_template",
            contributors=contributors,
        )
    )


def describe(ids: Sequence[UUID]) -> Mapping[UUID, kinds.Described]:
    """Return name, glyph and one line on each template. Two queries."""
    templates = list(Template.objects.filter(pk__in=ids))
    newest = _newest_revisions([template.pk for template in templates])
    return {
        template.pk: kinds.Described(
            title=template.name,
            url=reverse("content:revisions", args=[template.pk]),
            icon="mail" if template.is_email else "smartphone",
            channel=template.kind,
            summary=_summary(newest.get(template.pk)),
        )
        for template in templates
    }


def _newest_revisions(ids: Sequence[UUID]) -> dict[UUID, Revision]:
    found = Revision.objects.filter(template__in=ids).order_by("template_id", "-number").distinct("template_id")
    return {revision.template_id: revision for revision in found.prefetch_related("variants")}


def _summary(revision: Revision | None) -> str:
    if revision is None:
        return ""
    languages = len(revision.variants.all())
    number = _("revision %(number)d") % {"number": revision.number}
    return f"{number}, " + ngettext("%(count)d language", "%(count)d languages", languages) % {"count": languages}


def current_hash(template_id: UUID) -> str | None:
    """Return the hash of the newest revision."""
    hashes = Revision.objects.filter(template=template_id).order_by("-number").values_list("content_hash", flat=True)
    return hashes.first()


def rules(request: ApprovalRequest) -> Sequence[kinds.Rule]:
    """Return the rules that the revision in question touches; first, what keeps it from being written at all."""
    revision = revision_with_hash(request.subject_id, request.content_hash)
    if revision is None:
        return []
    words = words_by_locale(revision)
    touched = (found.rule for found in rules_for(Reading.of(revision, words)))
    return [*_unwritable(revision), *touched, *rules_of_places(revision, words, timezone.now())]


def contributors(request: ApprovalRequest) -> list[User]:
    """Return whoever wrote any part of what is asked about, since the last approved revision, by name. Four queries."""
    revision = revision_with_hash(request.subject_id, request.content_hash)
    return contributors_to(revision) if revision else []


def contributors_to(revision: Revision) -> list[User]:
    """Return whoever wrote any part of a revision that no approved one had. Three queries."""
    before, _approved_at = approved_before(revision)
    written = Revision.objects.filter(template=revision.template_id, number__lte=revision.number)
    if before is not None:
        written = written.filter(number__gt=before.number)
    people = {str(pk) for ids, author in written.values_list("contributor_ids", "author_id") for pk in (*ids, author)}
    return list(User.objects.filter(pk__in=people).order_by(*by_name()))


def _unwritable(revision: Revision) -> Iterator[kinds.Rule]:
    words = words_by_locale(revision).values()
    try:
        require_readable(
            kind=revision.kind, purpose=revision.purpose, source_locale=revision.source_locale, words=words
        )
    except Broken as broken:
        text = f"{name_of(broken.locale)}: {broken}"
        if broken.has_line:
            text = _("%(language)s, line %(line)d: %(sentence)s") % {
                "language": name_of(broken.locale),
                "line": broken.line,
                "sentence": broken,
            }
        yield kinds.Rule("cannot-be-written", _("Nobody could get this text"), "stop", text, can_be_waived=False)


def panel(request: ApprovalRequest, reviewer: User) -> Mapping[str, Any]:
    """Return what the panel is drawn with: differences by language, facts, changed links, the template's history."""
    revision = revision_with_hash(request.subject_id, request.content_hash)
    if revision is None:
        return {"revision": None}
    before, approved_at = approved_before(revision)
    new, old = words_by_locale(revision), words_by_locale(before)
    phrases = {phrase: found.rule.mark for found in rules_for(_reading(revision)) for phrase in found.phrases}
    found = difference(old, new, kind=revision.kind, source=revision.source_locale)
    return {
        "revision": revision,
        "before": before,
        "approved_at": approved_at,
        "locales": [_shown(locale, phrases, is_compared=before is not None) for locale in found],
        "links": _changed_links(old, new),
        "hash_groups": " ".join(revision.content_hash[place : place + 4] for place in range(0, 32, 4)),
        "history": history(revision.template, limit=6),
        "contributors": contributors_to(revision),
        "unopened": unopened(revision, reviewer),
    }


def _reading(revision: Revision) -> Reading:
    return Reading.of(revision, words_by_locale(revision))


def _shown(locale: LocaleDifference, phrases: Mapping[str, str], *, is_compared: bool) -> dict[str, Any]:
    """One language; text that is new as a whole is shown plainly, not as one long insertion."""
    return {
        "locale": locale.locale,
        "name": name_of(locale.locale),
        "is_changed": locale.is_changed and is_compared,
        "passages": [
            {"passage": passage, "runs": [_plain(run, is_compared) for run in marked(passage.runs, phrases)]}
            for passage in locale.passages
        ],
    }


def _plain(run: Any, is_compared: bool) -> dict[str, Any]:
    return {"what": run.what if is_compared else "same", "pieces": run.pieces}


def _changed_links(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """By language, which links came and which went; all of them when there is nothing to compare with."""
    found = []
    for locale in sorted({*old, *new}):
        before = links_in(old[locale]) if locale in old else []
        after = links_in(new[locale]) if locale in new else []
        came, went = [link for link in after if link not in before], [link for link in before if link not in after]
        if came or went:
            found.append({"name": name_of(locale), "came": came, "went": went})
    return found
