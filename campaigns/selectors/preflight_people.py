"""Before a launch: whether the approved words can be written for those who would get them, and in their language."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign
from campaigns.models.campaign import PURPOSE
from campaigns.segments.asking import ask, compiled, tuned
from campaigns.segments.compiling import Compiled as Rules
from campaigns.segments.rules import BadRules
from campaigns.selectors.checking import Check
from content.models import Revision, Template
from content.previewing import without_default
from content.rehearsal import is_about_person
from content.rendering import Compiled, RenderFailed
from content.rendering import compiled as compiled_text
from content.variables import Variable, lacking_sql, registry, values_of
from engagement.profiles.language_tags import language_name, match_language
from engagement.profiles.models import Profile
from engagement.ui.templatetags.ui import number

TRIED = 100  # recipients for whom the words are written before a launch: the newest and the oldest
MAX_LANGUAGES = 5  # named in the warning
_KINDS = {"email": "email", "sms": "phone"}  # kind of address, by kind of channel
_REACHABLE = f"""
    EXISTS (SELECT FROM profiles_identity identity WHERE identity.profile_id = profile.key
        AND identity.kind = %(address_kind)s AND identity.valid_to IS NULL)
    AND EXISTS (SELECT FROM profiles_consentstate consent WHERE consent.profile_id = profile.key
        AND consent.channel = %(channel_kind)s AND consent.purpose = '{PURPOSE}' AND consent.granted)"""  # noqa: S608 - a constant


def people_checks(
    campaign: Campaign, kind: str, template: Template, approved: Revision, *, now: datetime
) -> Iterator[Check]:
    """Try the approved words on recipients, and count those who would read a language that is not theirs.

    Four statements at most, whatever the number of people. Nothing when there are no people to try on.
    """
    try:
        text = compiled_text(approved.pk)
    except RenderFailed as broken:
        yield _unwritable(template, kind, str(broken), broken.line)
        return
    try:
        rules = compiled(campaign.segment.rules, now=now) if campaign.segment else None
    except BadRules:
        rules = None  # said by the check of the segment
    if rules is None:
        return
    own = {"address_kind": _KINDS[kind], "channel_kind": kind}
    yield from _written(template, kind, text, rules, own)
    yield from _languages(template, text, rules, own)


def _written(template: Template, kind: str, text: Compiled, rules: Rules, own: Mapping[str, Any]) -> Iterator[Check]:
    known = registry()
    lacking = list(_lacking(template, text, rules, own, known))
    yield from lacking
    people = _some_people(rules, own)
    values = values_of(people)
    failures: Counter[str] = Counter()
    links = {name: variable.sample for name, variable in known.items() if variable.group == "message"}
    for person in people:
        try:
            text.render(locale=text.locale_for(person.language), values=values[person.pk] | links)
        except RenderFailed as failed:
            if not is_about_person(failed, known):
                failures[_with_line(str(failed), failed.line)] += 1
    if failures:
        said, count = failures.most_common(1)[0]
        yield _unwritable(template, kind, said, 0, count=count, tried=len(people))
    elif people and not lacking:
        words = ngettext(
            "“%(template)s” was written for %(people)s recipient, to try it",
            "“%(template)s” was written for %(people)s recipients, to try it",
            len(people),
        )
        yield Check("ok", words % {"template": template.name, "people": number(len(people))}, code="template_tried")


def _some_people(rules: Rules, own: Mapping[str, Any]) -> list[Profile]:
    newest = f"({rules.select()} AND {_REACHABLE} ORDER BY profile.key DESC LIMIT {TRIED // 2})"
    oldest = f"({rules.select()} AND {_REACHABLE} ORDER BY profile.key LIMIT {TRIED // 2})"
    with tuned():
        keys = [row[0] for row in ask(f"{newest} UNION {oldest}", {**rules.parameters, **own})]
    return list(Profile.objects.filter(pk__in=keys).order_by("pk"))


def _lacking(
    template: Template, text: Compiled, rules: Rules, own: Mapping[str, Any], known: Mapping[str, Variable]
) -> Iterator[Check]:
    """Who lacks what the words ask for without saying what to write instead: counted, everybody."""
    names = sorted({name for locale in text.locales for name in without_default(text, locale, known)})
    conditions, parameters = lacking_sql(names)
    if not conditions:
        return
    counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions.values())
    with tuned():
        [row] = ask(f"{rules.select(counts)} AND {_REACHABLE}", {**rules.parameters, **own, **parameters})
    for name, people in zip(conditions, row, strict=True):
        if not people:
            continue
        title = ngettext("%(people)s recipient lacks “%(label)s”", "%(people)s recipients lack “%(label)s”", people) % {
            "people": number(people),
            "label": known[name].label,
        }
        text_of = _("“%(template)s” could not be written for them. Say what to write instead: %(liquid)s") % {
            "template": template.name,
            "liquid": f'{{{{ {name} | default: "…" }}}}',
        }
        yield Check(
            "stop",
            title,
            text_of,
            _studio(template),
            _("Open it in the studio"),
            template.owner.name,
            code="value_missing",
        )


def _unwritable(template: Template, kind: str, said: str, line: int, *, count: int = 0, tried: int = 0) -> Check:
    title = _("“%(template)s” cannot be written") % {"template": template.name}
    text = _with_line(said, line)
    if tried:
        text = _("Tried for %(tried)s recipients, failed for %(count)s. %(sentence)s") % {
            "tried": number(tried),
            "count": number(count),
            "sentence": text,
        }
    return Check(
        "stop",
        title,
        text,
        _studio(template),
        _("Open it in the studio"),
        template.owner.name,
        code="template_cannot_render",
    )


def _with_line(said: str, line: int) -> str:
    return _("Line %(line)d: %(sentence)s") % {"line": line, "sentence": said} if line else said


def _studio(template: Template) -> str:
    return reverse("content:template", args=[template.pk])


def _languages(template: Template, text: Compiled, rules: Rules, own: Mapping[str, Any]) -> Iterator[Check]:
    """Say how many would get a language that is not theirs, and which."""
    by_tag = rules.select("lower(replace(profile.language, '_', '-')) AS tag, count(*) AS people")
    statement = f"{by_tag} AND profile.language <> '' AND {_REACHABLE} GROUP BY 1 ORDER BY 2 DESC, 1"
    with tuned():
        rows: Sequence[tuple[Any, ...]] = ask(statement, {**rules.parameters, **own})
    foreign: Counter[str] = Counter()
    for tag, people in rows:
        if not match_language(text.locales, tag):
            foreign[tag.partition("-")[0]] += people
    if not foreign:
        return
    title = ngettext(
        "%(people)s recipient reads a language that “%(template)s” is not written in",
        "%(people)s recipients read a language that “%(template)s” is not written in",
        foreign.total(),
    ) % {"people": number(foreign.total()), "template": template.name}
    named = "; ".join(f"{language_name(tag)}: {number(people)}" for tag, people in foreign.most_common(MAX_LANGUAGES))
    said = _("%(languages)s. They would get %(language)s.") % {
        "languages": named,
        "language": language_name(text.source_locale),
    }
    yield Check(
        "ask", title, said, _studio(template), _("Add a language"), template.owner.name, code="language_missing"
    )
