"""What stands around the words in the editor: languages, what is in the way of an approval, the preview."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.cache import cache

from collaboration.approvals.kinds import Rule
from content.actions.drafting import is_stale
from content.actions.saving import unsaved
from content.checking import require_readable
from content.completeness import missing_from
from content.locales import LOCALES, name_of
from content.models import Draft, Template
from content.previewing import Reader, reader_of, rendered_for, without_default
from content.rendering import Broken, Compiled, Rendered, RenderFailed
from content.rendering.links import is_allowed, links_in
from content.rules import Reading, rules_for
from content.variables import how_many_lack, registry
from content.words import Words, is_copy, words_of
from engagement.organization.languages import offered_languages
from engagement.profiles.language_tags import text_direction, written_tag
from engagement.village.models import User

COUNTED_FOR = 60  # seconds for which "how many lack it" is kept


@dataclass(frozen=True, slots=True)
class Language:
    """One language of a template: begun or not, whether its source was changed since, or it says the same as that."""

    locale: str
    name: str
    draft: Draft | None
    is_source: bool
    is_stale: bool
    is_copy: bool = False

    @property
    def lang(self) -> str:
        """The tag as HTML wants it."""
        return written_tag(self.locale)

    @property
    def direction(self) -> str:
        """In which direction it is read: ltr or rtl."""
        return text_direction(self.locale)


@dataclass(frozen=True, slots=True)
class Lacking:
    """A variable that some people lack and for whom nothing is written instead."""

    name: str
    label: Any
    people: int
    languages: list[str]

    @property
    def suggestion(self) -> str:
        """What to write, so that nobody is left out."""
        return f'{{{{ {self.name} | default: "…" }}}}'


@dataclass(slots=True)
class Look:
    """How one language of the drafts looks to one reader, and what is in the way of an approval."""

    reader: Reader
    broken: Broken | None = None
    missing: list[Any] = field(default_factory=list)
    lacking: list[Lacking] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    links: list[tuple[str, bool]] = field(default_factory=list)
    rendered: Rendered | None = None
    failure: str = ""

    @property
    def settled(self) -> list[Rule]:
        """The rules that are met."""
        return [rule for rule in self.rules if rule.state == "ok"]

    @property
    def in_the_way(self) -> int:
        """How many things keep it from being approved."""
        return bool(self.broken) + len(self.missing) + sum(rule.state == "stop" for rule in self.rules)


def languages_of(template: Template, drafts: Iterable[Draft]) -> list[Language]:
    """Return every language that is begun, the source first, then those that are proposed before all others.

    A language that the team could speak here and the organization does not offer is not proposed; it can be added.
    """
    begun = {draft.locale: draft for draft in drafts}
    unoffered = dict(settings.LANGUAGES).keys() - dict(offered_languages()).keys()
    source = begun.get(template.source_locale)
    locales = dict.fromkeys([*(tag for tag in LOCALES if tag not in unoffered), *begun])
    found = [_language(template, locale, begun.get(locale), source) for locale in locales]
    return sorted(found, key=lambda each: (not each.is_source, each.draft is None))


def _language(template: Template, locale: str, draft: Draft | None, source: Draft | None) -> Language:
    stale = draft is not None and source is not None and is_stale(draft, source)
    is_source = locale == template.source_locale
    copied = draft is not None and source is not None and not is_source and is_copy(words_of(draft), words_of(source))
    return Language(locale, name_of(locale), draft, is_source, stale, copied)


def look(template: Template, drafts: Iterable[Draft], locale: str, *, user: User, sample: str) -> Look:
    """Read the drafts as they stand. A fixed number of queries; whoever lacks a variable is counted once a minute."""
    words = {draft.locale: words_of(draft) for draft in drafts}
    here = words[locale]
    found = Look(reader_of(user, sample), missing=missing_from(template, words.values()))
    found.links = [(link, is_allowed(link)) for link in links_in(here)]
    written = {name: each for name, each in words.items() if not each.is_blank}
    if not written:
        return found
    try:
        compiled = _compile(template, written)
    except Broken as broken:
        found.broken = broken
        _show(found, template, {locale: here})
        return found
    _fill(found, compiled, locale, written)
    reading = Reading.of(unsaved(template, list(written.values()), user), written)
    found.rules = [touched.rule for touched in rules_for(reading)]
    return found


def _compile(template: Template, words: Mapping[str, Words]) -> Compiled:
    return require_readable(
        kind=template.kind, purpose=template.purpose, source_locale=template.source_locale, words=words.values()
    )


def _show(found: Look, template: Template, words: Mapping[str, Words]) -> None:
    """Show this language although another one cannot be read."""
    try:
        compiled = _compile(template, words)
        found.rendered = rendered_for(compiled, next(iter(words)), found.reader)
    except Broken:
        return
    except RenderFailed as failed:
        found.failure = str(failed)


def _fill(found: Look, compiled: Compiled, locale: str, words: Mapping[str, Words]) -> None:
    try:
        if locale in words:
            found.rendered = rendered_for(compiled, locale, found.reader)
    except RenderFailed as failed:
        found.failure = str(failed)
    found.lacking = _lacking(compiled)


def _lacking(compiled: Compiled) -> list[Lacking]:
    known = registry()
    where: dict[str, list[str]] = {}
    for locale in compiled.locales:
        for name in without_default(compiled, locale, known):
            where.setdefault(name, []).append(name_of(locale))
    counts = _counted(sorted(where))
    found = [Lacking(name, known[name].label, counts.get(name, 0), languages) for name, languages in where.items()]
    return [each for each in found if each.people]


def _counted(names: list[str]) -> dict[str, int]:
    if not names:
        return {}
    key = f"content:lack:{','.join(names)}"
    counts: dict[str, int] | None = cache.get(key)
    if counts is None:
        counts = how_many_lack(names)
        cache.set(key, counts, COUNTED_FOR)
    return counts
