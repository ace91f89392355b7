"""The readable page of a person's data: one HTML file without scripts that needs nothing from elsewhere."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.html import escape
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from engagement.organization.current import current_organization
from engagement.profiles.rights.holdings import Holding
from engagement.profiles.rights.subjects import Subject

SECTION_END, END = "</section>\n", "</main></body></html>\n"
_STYLE = (
    "body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#1d2433;background:#fff}"
    "main{max-width:46rem;margin:0 auto;padding:2rem 1rem}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem}"
    "dl{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.15rem 1rem;margin:0;padding:.75rem 0;"
    "border-top:1px solid #d5d9e2}dt{color:#566}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}"
)
LABELS = {
    "address": gettext_lazy("address"),
    "amount": gettext_lazy("amount"),
    "answer": gettext_lazy("answer"),
    "at": gettext_lazy("when"),
    "attributes": gettext_lazy("attributes"),
    "basis": gettext_lazy("basis"),
    "body": gettext_lazy("as it came"),
    "by": gettext_lazy("by"),
    "campaign": gettext_lazy("campaign"),
    "channel": gettext_lazy("channel"),
    "company": gettext_lazy("company"),
    "conversation": gettext_lazy("conversation"),
    "country": gettext_lazy("country"),
    "created_at": gettext_lazy("made"),
    "department": gettext_lazy("department"),
    "due_at": gettext_lazy("due"),
    "evidence": gettext_lazy("evidence"),
    "expires_at": gettext_lazy("until"),
    "filename": gettext_lazy("file name"),
    "from": gettext_lazy("from"),
    "granted": gettext_lazy("given"),
    "kind": gettext_lazy("kind"),
    "language": gettext_lazy("language"),
    "name": gettext_lazy("name"),
    "place": gettext_lazy("place"),
    "purpose": gettext_lazy("purpose"),
    "reason": gettext_lazy("reason"),
    "recipients": gettext_lazy("recipients"),
    "since": gettext_lazy("since"),
    "source": gettext_lazy("source"),
    "state": gettext_lazy("state"),
    "summary": gettext_lazy("summary"),
    "tags": gettext_lazy("tags"),
    "text": gettext_lazy("text"),
    "time_zone": gettext_lazy("time zone"),
    "title": gettext_lazy("subject"),
    "until": gettext_lazy("until"),
    "valid_from": gettext_lazy("valid from"),
    "valid_to": gettext_lazy("valid to"),
    "verified_at": gettext_lazy("confirmed"),
    "words": gettext_lazy("in your words"),
}


def head(subject: Subject, now: datetime) -> str:
    """Return the beginning of the page."""
    house = current_organization().display_name
    title = _("What %(house)s holds of you") % {"house": house}
    made = _("Made on %(day)s. The same stands in data.json for machines; your files are in the folder files.") % {
        "day": formats.date_format(timezone.localtime(now), "DATETIME_FORMAT")
    }
    rule = _(
        "What colleagues wrote about you is here too, without their names. Addresses of other people are left out."
    )
    language = escape(get_language() or "en")
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>\n"
        f"<p>{escape(', '.join(subject.names))}</p><p>{escape(made)}</p><p>{escape(rule)}</p>\n"
    )


def section(holding: Holding) -> str:
    """Return the beginning of a section."""
    return f"<section><h2>{escape(str(holding.label))}</h2>\n"


def entry(row: Mapping[str, Any]) -> str:
    """Return one row, without what is empty."""
    shown = [(name, _in_words(value)) for name, value in row.items() if value not in (None, "", [], {})]
    lines = (f"<dt>{escape(_label(name))}</dt><dd>{escape(text)}</dd>" for name, text in shown)
    return f"<dl>{''.join(lines)}</dl>\n" if shown else ""


def _label(name: str) -> str:
    return str(LABELS.get(name, name.replace("_", " ")))


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return str(formats.date_format(timezone.localtime(value), "DATETIME_FORMAT"))
    if isinstance(value, date):
        return str(formats.date_format(value, "DATE_FORMAT"))
    if isinstance(value, Mapping):
        return "\n".join(f"{_label(str(name))}: {_in_words(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(_in_words(one) for one in value)
    return str(value)
