"""How a person wants their interface: language, zone, appearance, keys."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from engagement.organization.languages import languages_with
from engagement.ui import shortcuts
from engagement.ui.context import DENSITIES, THEMES
from engagement.ui.stale_forms import FIELD, StaleCheckMixin


def zone_choices() -> list[tuple[str, str]]:
    """Every named IANA zone, as "America/Sao Paulo"."""
    zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in ["UTC", *zones]]


class PreferencesForm(StaleCheckMixin, forms.Form):
    """Language, time zone, appearance, density and whether single keys work."""

    language = forms.ChoiceField(label=_("Language"), choices=[])
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[], help_text=_("All times that you see are in this zone.")
    )
    theme = forms.ChoiceField(
        label=_("Appearance"),
        choices=list(zip(THEMES, [_("As the system says"), _("Light"), _("Dark")], strict=True)),
        widget=forms.RadioSelect,
    )
    density = forms.ChoiceField(
        label=_("Density"),
        choices=list(zip(DENSITIES, [_("Comfortable"), _("Compact: more rows, fewer words")], strict=True)),
        widget=forms.RadioSelect,
    )
    shortcuts_enabled = forms.BooleanField(
        label=_("Single keys work outside of text fields"),
        required=False,
        help_text=_("Ctrl K works either way."),
    )

    FIELDS = ("language", "time_zone", "theme", "density", "shortcuts_enabled")

    def __init__(self, data: Any = None, *, user: Any) -> None:
        self.subject = self.user = user
        super().__init__(data, initial={name: getattr(user, name) for name in self.FIELDS})
        self.fields["language"].choices = languages_with(user.language)  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]


class KeysForm(StaleCheckMixin, forms.Form):
    """One key for each shortcut; no key twice."""

    edits_setting = True

    def __init__(self, *args: Any, mine: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for shortcut in shortcuts.registered():
            self.fields[shortcut.name] = forms.CharField(
                label=shortcut.label,
                max_length=20,
                initial=mine[shortcut.name],
                widget=forms.TextInput({"size": 3}),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse, by field, a key that is asked for twice or that is not one character."""
        cleaned: dict[str, Any] = super().clean() or {}
        twice = set(shortcuts.doubles({name: key for name, key in cleaned.items() if name != FIELD}))
        for name, key in cleaned.copy().items():
            if name == FIELD:
                continue
            if len(key) != 1:
                self.add_error(name, _("Type one character."))
            elif key in twice:
                self.add_error(name, _("Two shortcuts want this key. Choose another for one of them."))
        return cleaned

    def changed_keys(self) -> dict[str, str]:
        """Only the keys that differ from the defaults."""
        defaults = shortcuts.keys(changed={})
        return {name: key for name, key in self.cleaned_data.items() if defaults[name] != key}
