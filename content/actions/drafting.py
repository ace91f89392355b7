"""Write: drafts are kept on the server while somebody writes, and nobody writes over words that they have not seen."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from content.actions.errors import LocaleRefused, StaleDraft
from content.locales import is_locale
from content.models import Draft, Template
from content.words import FIELDS, normal, words_of
from engagement.village.models import User


@transaction.atomic
def write_draft(
    *,
    template: Template,
    locale: str,
    fields: Mapping[str, str],
    version: int,
    author: User,
    now: datetime,
    writer: str = "",
) -> Draft:
    """Keep what is written in one language. ``version``: of the draft that the writer has in front of them.

    ``writer`` names the open page: what it wrote itself it may write over without having seen its version. The same
    words again change nothing. A translation that is written to counts as made from the source as it stands.
    Raises StaleDraft with the words that stand there, LocaleRefused for a language that is not begun.
    """
    current = Template.objects.lock(template.pk)
    draft = current.drafts.filter(locale=locale).first()
    if draft is None:
        raise LocaleRefused(_("This language is not begun."))
    words = normal(fields)
    if all(getattr(draft, field) == words[field] for field in FIELDS):
        return draft
    if draft.version != version and not (writer and draft.writer == writer):
        raise StaleDraft(draft)
    for field in FIELDS:
        setattr(draft, field, words[field])
    draft.writer = writer
    _stamp(draft, current, author, now)
    return draft


@transaction.atomic
def begin_locale(*, template: Template, locale: str, author: User, now: datetime) -> Draft:
    """Begin a language with the words of the source, to be written over. Safe to repeat. Raises LocaleRefused."""
    if not is_locale(locale):
        raise LocaleRefused(_("There is no such language. Choose one from the list, or type its tag, such as de-AT."))
    current = Template.objects.lock(template.pk)
    draft = current.drafts.filter(locale=locale).first()
    if draft is not None:
        return draft
    source = current.drafts.get(locale=current.source_locale)
    words = {field: getattr(source, field) for field in FIELDS}
    draft = Draft(template=current, locale=locale, version=0, **words)
    _stamp(draft, current, author, now)
    return draft


@transaction.atomic
def drop_locale(*, template: Template, locale: str, author: User, now: datetime) -> bool:
    """Take a language out of what is written; revisions keep it. Whoever does has a part in the text, and does not
    approve it. Return whether it was there. Raises LocaleRefused.
    """
    current = Template.objects.lock(template.pk)
    if locale == current.source_locale:
        raise LocaleRefused(_("The others are translated from this language."))
    deleted, _rows = current.drafts.filter(locale=locale).delete()
    if deleted:
        source = current.drafts.get(locale=current.source_locale)
        source.contributor_ids = sorted({*source.contributor_ids, str(author.pk)})
        source.save(update_fields=["contributor_ids"])
        Template.objects.filter(pk=current.pk).update(edited_at=now, edited_by=author)
    return deleted > 0


@transaction.atomic
def confirm_translation(*, template: Template, locale: str, author: User, now: datetime) -> Draft:
    """Say that a translation still fits its source as it stands now. Raises LocaleRefused."""
    current = Template.objects.lock(template.pk)
    draft = current.drafts.filter(locale=locale).first()
    if draft is None:
        raise LocaleRefused(_("This language is not begun."))
    _stamp(draft, current, author, now)
    return draft


def _stamp(draft: Draft, template: Template, author: User, now: datetime) -> None:
    """Write the draft: its next version, who wrote, and from which source."""
    draft.version += 1
    draft.updated_at, draft.updated_by = now, author
    draft.contributor_ids = sorted({*draft.contributor_ids, str(author.pk)})
    if draft.locale != template.source_locale:
        source = template.drafts.get(locale=template.source_locale)
        draft.source_hash = words_of(source).fingerprint
    draft.save()
    Template.objects.filter(pk=template.pk).update(edited_at=now, edited_by=author)


def is_stale(draft: Draft, source: Draft) -> bool:
    """Say whether the source was changed after a translation was written."""
    return draft.locale != source.locale and draft.source_hash != words_of(source).fingerprint
