"""Save: what stands in the drafts becomes a revision, which nobody can change any more."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from collaboration.approvals import void
from content.actions.errors import DraftWouldBeLost, NothingToSave
from content.approval import KIND
from content.checking import require_readable
from content.hashing import content_hash
from content.models import Revision, Template, Variant
from content.rendering import Broken
from content.sender import sender_of
from content.words import FIELDS, Words, words_of
from engagement.events.catalogue import RevisionSaved
from engagement.events.outbox import publish
from engagement.organization.current import current_organization
from engagement.village.models import User


@transaction.atomic
def save(*, template: Template, author: User, now: datetime, restored_from: int | None = None) -> Revision:
    """Make a revision of what stands in the drafts; the newest one is returned when nothing has changed since.

    Numbers have no gaps: the template's row is locked while one is given. An edit voids what was asked and decided
    about other words of this template. Raises NothingToSave, and Broken when a text cannot be read.
    """
    current = Template.objects.lock(template.pk)
    words = [words_of(draft) for draft in current.drafts.order_by("locale")]
    written = [each for each in words if not each.is_blank]
    if not written:
        raise NothingToSave
    require_readable(kind=current.kind, purpose=current.purpose, source_locale=current.source_locale, words=written)
    last = current.revisions.order_by("-number").first()
    made = unsaved(current, written, author)
    made.created_at = now
    if last is not None and last.content_hash == made.content_hash:
        return last
    made.number = last.number + 1 if last else 1
    made.restored_from = restored_from
    made.contributor_ids = _take_contributors(current, author)
    Variant.objects.bulk_create(_variants(made, written))  # first: a revision that stands takes no more words
    made.save(force_insert=True)
    Template.objects.filter(pk=current.pk).update(edited_at=now, edited_by=author)
    void(kind=KIND, subject_id=current.pk, content_hash_now=made.content_hash, actor=author, now=now)
    _tell(current, made, author, now)
    return made


@transaction.atomic
def restore(*, revision: Revision, author: User, now: datetime) -> Revision:
    """Bring the words of an old revision back: into the drafts, and as a new revision. Nothing is lost.

    Words that stand in the drafts and are in no revision yet are saved first. Raises DraftWouldBeLost when they
    cannot be read.
    """
    template = Template.objects.lock(revision.template_id)
    if template.drafts.exists() and keep_readable(template=template, author=author, now=now) is None:
        raise DraftWouldBeLost
    words = {variant.locale: variant for variant in revision.variants.all()}
    template.drafts.exclude(locale__in=words).delete()
    versions = dict(template.drafts.values_list("locale", "version"))
    for locale, variant in words.items():
        fields = {field: getattr(variant, field) for field in (*FIELDS, "source_hash")}
        written = {"writer": "", "updated_at": now, "updated_by": author, "version": versions.get(locale, 0) + 1}
        template.drafts.update_or_create(locale=locale, defaults=fields | written)
    return save(template=template, author=author, now=now, restored_from=revision.number)


def keep_readable(*, template: Template, author: User, now: datetime) -> Revision | None:
    """Save what stands in the drafts if it can be read; None when it cannot."""
    try:
        with transaction.atomic():
            return save(template=template, author=author, now=now)
    except (Broken, NothingToSave):
        return None


def unsaved(template: Template, words: Sequence[Words], author: User) -> Revision:
    """Return the revision that these words would be, without a number."""
    covered = {
        "kind": template.kind,
        "purpose": template.purpose,
        "sender": sender_of(template),
        "organisation": current_organization().display_name,
        "postal_address": current_organization().postal_address if template.is_marketing else "",
    }
    return Revision(
        template=template,
        author=author,
        source_locale=template.source_locale,
        channel=template.channel,
        content_hash=content_hash(words=words, **covered),
        **covered,
    )


def _take_contributors(template: Template, author: User) -> list[str]:
    """Return whoever wrote any part of the drafts since they were saved last; they begin to be counted anew."""
    drafts = template.drafts.values_list("contributor_ids", "updated_by_id")
    found = {str(author.pk), *(str(pk) for ids, last in drafts for pk in (*ids, last))}
    template.drafts.update(contributor_ids=[])
    return sorted(found)


def _variants(revision: Revision, words: Sequence[Words]) -> list[Variant]:
    return [
        Variant(
            revision=revision,
            locale=each.locale,
            subject=each.subject,
            preheader=each.preheader,
            mjml=each.mjml,
            text=each.text,
            source_hash=each.source_hash,
        )
        for each in words
    ]


def _tell(template: Template, revision: Revision, author: User, now: datetime) -> None:
    event = RevisionSaved(
        template_id=template.pk,
        revision_id=revision.pk,
        number=revision.number,
        content_hash=revision.content_hash,
        author_id=author.pk,
        at=now,
    )
    publish(event, now=now)
