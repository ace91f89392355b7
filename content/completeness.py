"""What is missing before a text can be put before a reviewer."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from content.locales import name_of
from content.models import Template
from content.rendering.errors import Sentence
from content.stop_words import says_how_to_stop
from content.words import Words
from engagement.organization.current import current_organization


def missing_from(template: Template, words: Iterable[Words]) -> list[Any]:
    """Return a sentence for each thing that is missing; nothing when it may be submitted."""
    written = [each for each in words if not each.is_blank]
    return [*_of_template(template), *(reason for each in written for reason in _of_words(template, each))]


def _of_template(template: Template) -> Iterator[Any]:
    if template.channel is None:
        yield _("Choose from where it is sent.")
    elif template.channel.kind != template.kind:
        yield _("The sender is of another kind than the text.")
    if template.is_email and template.is_marketing and not current_organization().postal_address.strip():
        yield _("Marketing e-mail needs the organisation's postal address (ORGANISATION_POSTAL_ADDRESS).")


def _of_words(template: Template, words: Words) -> Iterator[Any]:
    language = name_of(words.locale)
    if template.is_email and not words.subject:
        yield Sentence(_("%(language)s: the subject is missing."), language=language)
    if template.is_email and not words.mjml.strip():
        yield Sentence(_("%(language)s: the layout is missing."), language=language)
    if not template.is_email and template.is_marketing and not says_how_to_stop(words.text):
        yield Sentence(_("%(language)s: say how to stop, for example “Reply STOP”."), language=language)
