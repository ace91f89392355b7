"""The form by which a sign-up form is written."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagement.channels.models import Channel, SignUpForm
from engagement.channels.optin.writing import Words, words_of
from engagement.organization.languages import languages_with
from engagement.sorting import by_name
from engagement.ui.stale_forms import StaleCheckMixin


class SignUpFormForm(StaleCheckMixin, forms.Form):
    """Name, address, the mailbox that confirms, and for each language a heading and what they agree to."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, help_text=gettext_lazy("Only you read it."))
    slug = forms.SlugField(
        label=gettext_lazy("In the address"),
        max_length=60,
        help_text=gettext_lazy("Such as newsletter: people open …/s/newsletter/. It stays as it is."),
    )
    channel = forms.ModelChoiceField(label=gettext_lazy("Confirms from"), queryset=Channel.objects.none())

    def __init__(self, data: Any = None, *, shown: SignUpForm | None = None) -> None:
        words = words_of(shown) if shown else {}
        known: dict[str, Any] = {"name": shown.name, "channel": shown.channel_id} if shown else {}
        for locale, one in words.items():
            known |= {f"heading-{locale}": one.heading, f"text-{locale}": one.text}
        self.subject = shown
        super().__init__(data, initial=known)
        self.fields["channel"].queryset = Channel.objects.filter(kind="email").order_by(*by_name())  # type: ignore[attr-defined]
        if shown:
            del self.fields["slug"]
        self.offered = languages_with(*words)
        for locale, _label in self.offered:
            self.fields[f"heading-{locale}"] = forms.CharField(label=_("Heading"), max_length=200, required=False)
            self.fields[f"text-{locale}"] = forms.CharField(
                label=_("What they agree to"),
                max_length=2000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4}),
                help_text=_("Who writes, about what, and that it can be stopped. It is kept with each consent."),
            )

    @property
    def plain_fields(self) -> list[BoundField]:
        """What does not depend on a language."""
        return [self[name] for name in ("name", "slug", "channel") if name in self.fields]

    @property
    def languages(self) -> Iterator[tuple[Any, BoundField, BoundField]]:
        """Each language with its two fields."""
        for locale, label in self.offered:
            yield label, self[f"heading-{locale}"], self[f"text-{locale}"]

    def clean(self) -> dict[str, Any]:
        """A language has both or neither; one language has both."""
        given: dict[str, Any] = super().clean() or {}
        for locale, _label in self.offered:
            heading, text = given.get(f"heading-{locale}"), given.get(f"text-{locale}")
            if bool(heading) != bool(text):
                missing = f"text-{locale}" if heading else f"heading-{locale}"
                self.add_error(missing, _("A language has a heading and what they agree to, or neither."))
        if not self.errors and not self.words:
            self.add_error(None, _("Write the form in one language at least."))
        return given

    @property
    def words(self) -> dict[str, Words]:
        """What it says, by language."""
        given = self.cleaned_data
        return {
            locale: Words(given[f"heading-{locale}"], given[f"text-{locale}"])
            for locale, _label in self.offered
            if given.get(f"heading-{locale}") and given.get(f"text-{locale}")
        }
