"""The form by which the rules of a place are written."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagement.channels.jurisdictions.rules import (
    CHANNEL_NAMES,
    CHANNELS,
    CONSENT_NAMES,
    REQUIRED_TEXT,
    InvalidRules,
    read_rules,
)
from engagement.channels.jurisdictions.wording import describe_hours, read_hours
from engagement.channels.models import Jurisdiction, RuleSheet
from engagement.ui.stale_forms import StaleCheckMixin

_BASES = {"express": ["express"], "implied": ["express", "implied"]}
_TEXT_CHANNELS = ("sms", "email")
_CONSENTS = [("", gettext_lazy("not said here")), *CONSENT_NAMES.items()]
MAX_SOURCES, MAX_TEXT = 20, 4000


class RuleSheetForm(StaleCheckMixin, forms.Form):
    """Everything that a place asks, by kind of channel; why it changes, and from when on."""

    edits_setting = True

    hours_sms = forms.CharField(
        label=gettext_lazy("Allowed hours, SMS"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("One span a line, as Mon–Fri 09:00–21:00. Empty: 08:00–21:00 on each day."),
    )
    hours_email = forms.CharField(
        label=gettext_lazy("Allowed hours, email"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Only for campaigns that keep quiet hours by email too."),
    )
    hours_voice = forms.CharField(
        label=gettext_lazy("Allowed hours, phone calls"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 3}),
    )
    holidays = forms.MultipleChoiceField(
        label=gettext_lazy("Quiet on holidays"),
        choices=[(channel, CHANNEL_NAMES[channel]) for channel in CHANNELS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    closed_on = forms.CharField(
        label=gettext_lazy("Holidays"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Month and day as 12-25, or days from Easter Sunday as easter-2, with commas between."),
    )
    consent_sms = forms.ChoiceField(label=gettext_lazy("Consent, SMS"), required=False, choices=_CONSENTS)
    consent_email = forms.ChoiceField(label=gettext_lazy("Consent, email"), required=False, choices=_CONSENTS)
    consent_voice = forms.ChoiceField(label=gettext_lazy("Consent, phone calls"), required=False, choices=_CONSENTS)
    required_sms = forms.MultipleChoiceField(
        label=gettext_lazy("Required text, SMS"),
        choices=list(REQUIRED_TEXT.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    required_email = forms.MultipleChoiceField(
        label=gettext_lazy("Required text, email"),
        choices=list(REQUIRED_TEXT.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    keywords = forms.CharField(
        label=gettext_lazy("Opt-out keywords"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("One language a line, as pt: SAIR, PARAR. A reply with one of them opts out."),
    )
    sources = forms.CharField(
        label=gettext_lazy("Sources"),
        max_length=MAX_TEXT * 2,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("One a line: name of the law, then | and its address."),
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Valid from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=gettext_lazy("What changes, and why"), max_length=1000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, data: Any = None, *, place: Jurisdiction, shown: RuleSheet | None, now: datetime) -> None:
        self.subject = place
        self.now = now
        rules = shown.rules if shown else {}
        super().__init__(data, initial=_initial(rules, shown.sources if shown else [], now))
        if place.state:
            self._inherits()

    def _inherits(self) -> None:
        for channel in CHANNELS:
            self.fields[f"hours_{channel}"].help_text = _("Empty: the hours of the country hold.")

    def _watched(self) -> list[str]:
        """What nobody edits in a standing version does not go stale."""
        return [name for name in super()._watched() if name not in ("valid_from", "reason")]

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        if day < timezone.localtime(self.now).date():
            raise forms.ValidationError(_("Rules cannot begin to hold in the past. Choose today or a later day."))
        return day

    def clean_sources(self) -> list[dict[str, str]]:
        return _read_sources(self.cleaned_data["sources"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        hours = {}
        for channel in CHANNELS:
            try:
                hours[channel] = read_hours(cleaned.get(f"hours_{channel}", ""))
            except InvalidRules as error:
                self.add_error(f"hours_{channel}", str(error))
        self.rules = self._rules(cleaned, {channel: windows for channel, windows in hours.items() if windows})
        try:
            read_rules(self.rules)
        except InvalidRules as error:
            self.add_error("closed_on" if self.rules.get("closed_on") else None, str(error))
        return cleaned

    def _rules(self, cleaned: Mapping[str, Any], hours: Mapping[str, Any]) -> dict[str, Any]:
        chosen = {channel: cleaned.get(f"consent_{channel}", "") for channel in CHANNELS}
        found: dict[str, Any] = {
            "hours": dict(hours),
            "closed_on": [one.strip() for one in cleaned.get("closed_on", "").split(",") if one.strip()],
            "holidays": list(cleaned.get("holidays", [])),
            "consent": {channel: _BASES[base] for channel, base in chosen.items() if base in _BASES},
            "keywords": _read_keywords(cleaned.get("keywords", "")),
            "required": {
                channel: texts for channel in _TEXT_CHANNELS if (texts := list(cleaned.get(f"required_{channel}", [])))
            },
        }
        return {part: value for part, value in found.items() if value}

    def begins_at(self) -> datetime:
        """The first moment of the chosen day in the person's zone, but not before now."""
        day: date = self.cleaned_data["valid_from"]
        return max(timezone.make_aware(datetime.combine(day, time())), self.now)


def _initial(rules: Mapping[str, Any], sources: Any, now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {
        "holidays": rules.get("holidays", []),
        "closed_on": ", ".join(rules.get("closed_on", [])),
        "keywords": "\n".join(f"{code}: {', '.join(words)}" for code, words in rules.get("keywords", {}).items()),
        "sources": "\n".join(f"{one['name']} | {one['url']}" for one in sources),
        "valid_from": (timezone.localtime(now) + timedelta(days=1)).date(),
    }
    for channel in CHANNELS:
        found[f"hours_{channel}"] = "\n".join(describe_hours(rules.get("hours", {}).get(channel, [])))
        bases = rules.get("consent", {}).get(channel, [])
        found[f"consent_{channel}"] = "" if not bases else "implied" if "implied" in bases else "express"
        found[f"required_{channel}"] = rules.get("required", {}).get(channel, [])
    return found


def _read_sources(text: str) -> list[dict[str, str]]:
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, _bar, url = (part.strip() for part in line.partition("|"))
        if not name or not url.startswith(("https://", "http://")) or len(url) > 500:
            raise forms.ValidationError(
                _("“%(line)s” has no address. Write the name of the law, then | and its https:// address.")
                % {"line": line.strip()[:60]}
            )
        found.append({"name": name[:300], "url": url})
    if len(found) > MAX_SOURCES:
        raise forms.ValidationError(_("At most %(number)d can be given.") % {"number": MAX_SOURCES})
    return found


def _read_keywords(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        code, colon, words = line.partition(":")
        listed = [word.strip()[:40] for word in (words if colon else code).split(",") if word.strip()]
        if listed:
            found.setdefault(code.strip().lower()[:5] if colon else "en", []).extend(listed)
    return found
