"""Forms of the organization: one for each section of the settings; the set-up uses the same ones."""

from typing import Any
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from engagement.organization import colors
from engagement.organization.languages import offered_languages
from engagement.organization.logo import LogoRefused, read_logo
from engagement.organization.models import Logo, Organization
from engagement.setup.team import MAX_ADDRESSES, Invitee, UnreadableLine, read_team
from engagement.sorting import sort_text
from engagement.ui.forms import zone_choices
from engagement.ui.stale_forms import StaleCheckModelForm
from engagement.village.forms import RoleChoiceField
from engagement.village.models import Role, User


class SectionForm(StaleCheckModelForm):
    """A part of the organization."""

    class Meta:
        model = Organization
        fields: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, by field of the organization."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or () if name in self.cleaned_data}


class GeneralForm(SectionForm):
    """Who the organization is and where."""

    country = forms.ChoiceField(
        label=_("Country"), help_text=_("Phone numbers without a country code are read as numbers of this country.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"))
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        widget=forms.CheckboxSelectMultiple,
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose at least one language.")},
    )
    language = forms.ChoiceField(label=_("Default language"), choices=settings.LANGUAGES)

    class Meta(SectionForm.Meta):
        fields: tuple[str, ...] = (
            *("name", "legal_name", "postal_address", "country", "time_zone", "languages", "language", "currency"),
        )
        widgets = {"postal_address": forms.Textarea({"rows": 3})}
        help_texts = {
            "name": _("As your customers know you."),
            "legal_name": _("If it differs from the name."),
            "postal_address": _("Stands at the end of every marketing email; without it none can be approved."),
            "currency": _("Three letters, such as BRL or EUR."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].required = True
        self.fields["country"].choices = country_choices()  # type: ignore[attr-defined]
        known = zone_choices()
        if self.instance.time_zone not in dict(known) and self.instance.time_zone in available_timezones():
            known.append((self.instance.time_zone, self.instance.time_zone))
        self.fields["time_zone"].choices = known  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        """Return three capital letters. Raises ValidationError."""
        currency: str = self.cleaned_data["currency"].strip().upper()
        if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
            raise forms.ValidationError(_("Type the three letters of a currency, such as BRL."), code="currency")
        return currency

    def clean(self) -> dict[str, Any]:
        """Refuse a default language that is none of the languages."""
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = cleaned.get("languages")
        if chosen and cleaned.get("language") and cleaned["language"] not in chosen:
            self.add_error("language", _("Choose one of the languages above."))
        return cleaned


class SetupGeneralForm(GeneralForm):
    """The first step: what cannot be left open."""

    class Meta(GeneralForm.Meta):
        fields = ("name", "postal_address", "country", "time_zone", "languages", "language")


class BrandForm(SectionForm):
    """Logo and color."""

    logo_file = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG, WebP or GIF of at most 2 MB. SVG is not accepted."),
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    removes_logo = forms.BooleanField(label=_("Remove the logo"), required=False)
    uses_color = forms.BooleanField(label=_("Use an accent color of our own"), required=False)
    accent_color = forms.CharField(
        label=_("Accent color"),
        required=False,
        max_length=7,
        widget=forms.TextInput({"type": "color"}),
        help_text=_("Made darker or lighter where text on it could not be read."),
    )

    class Meta(SectionForm.Meta):
        fields = ("accent_color",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["uses_color"] = bool(self.instance.accent_color)
        self.initial["accent_color"] = self.instance.accent_color or "#2f4f9e"
        if not self.instance.logo:
            del self.fields["removes_logo"]
        self.order_fields(["logo_file", "removes_logo", "uses_color", "accent_color"])

    def _watched(self) -> list[str]:
        return ["accent_color"]

    def clean_logo_file(self) -> Logo | None:
        """Return the logo that the file makes. Raises ValidationError."""
        upload = self.cleaned_data.get("logo_file")
        if not upload:
            return None
        try:
            return read_logo(upload)
        except LogoRefused as refusal:
            raise forms.ValidationError(str(refusal), code="logo") from refusal

    def clean(self) -> dict[str, Any]:
        """Keep a color only where one is wanted, and only one that is a color."""
        cleaned: dict[str, Any] = super().clean() or {}
        color = str(cleaned.get("accent_color") or "")
        if not cleaned.get("uses_color"):
            cleaned["accent_color"] = ""
        else:
            try:
                colors.palette_of(color)
            except colors.NotAColor:
                self.add_error("accent_color", _("Type a color such as #1a5fb4."))
        return cleaned


class SendersForm(SectionForm):
    """Who mail comes from, and the community."""

    class Meta(SectionForm.Meta):
        fields = ("sender_name", "marketing_sender_name", "community_name", "community_sender")
        help_texts = {
            "sender_name": _("Where a channel names no sender of its own. Empty: the organization's name."),
            "marketing_sender_name": _("Marketing email is sent as this name. Empty: the channel's own sender name."),
            "community_name": _("Empty: made of the organization's name."),
            "community_sender": _("The email channel that writes to members. Empty: the oldest active one."),
        }


class PrivacyForm(SectionForm):
    """Whom people ask about their data, and what they are told."""

    class Meta(SectionForm.Meta):
        fields: tuple[str, ...] = (
            *("privacy_contact_name", "privacy_contact_email", "privacy_policy_url"),
            *("privacy_text", "privacy_text_pt"),
        )
        widgets = {"privacy_text": forms.Textarea({"rows": 8}), "privacy_text_pt": forms.Textarea({"rows": 8})}
        help_texts = {
            "privacy_contact_name": _("The data protection officer (LGPD art. 41, GDPR art. 37), or who answers."),
            "privacy_policy_url": _("Linked from public pages."),
            "privacy_text": _("Shown on the community's privacy page, before the general text."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields.get("privacy_policy_url")
        if field is not None:
            field.assume_scheme = "https"  # type: ignore[attr-defined]


class SetupPrivacyForm(PrivacyForm):
    """The last step: the contact and the policy."""

    class Meta(PrivacyForm.Meta):
        fields = ("privacy_contact_name", "privacy_contact_email", "privacy_policy_url")


class SignInForm(SectionForm):
    """How people sign in."""

    second_factor_roles = forms.MultipleChoiceField(
        label=_("Roles that need a second factor"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever has one of them sets up an authenticator app before anything else."),
    )

    class Meta(SectionForm.Meta):
        fields = ("session_hours", "allows_passwords", "second_factor_roles")
        help_texts = {"allows_passwords": _("Off: only with the organization's own account (single sign-on).")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        roles = Role.objects.order_by("position", "slug")
        self.fields["second_factor_roles"].choices = [(role.slug, str(role)) for role in roles]  # type: ignore[attr-defined]

    def clean_allows_passwords(self) -> bool:
        """Refuse to close the only way in. Raises ValidationError."""
        allowed: bool = self.cleaned_data["allows_passwords"]
        if not allowed and not settings.SOCIALACCOUNT_PROVIDERS["openid_connect"].get("APPS"):
            raise forms.ValidationError(
                _("Single sign-on is not configured (OIDC_SERVER_URL), so nobody could sign in. Leave it on."),
                code="no_other_way",
            )
        return allowed


class LimitsForm(SectionForm):
    """Limits of marketing, conversations and deals."""

    class Meta(SectionForm.Meta):
        fields = (
            *("marketing_cap", "marketing_cap_days", "complaints_percent", "complaints_minimum"),
            *("soft_bounces_limit", "soft_bounces_days", "reopen_within_days", "task_escalation_hours"),
            *("deal_quiet_days", "deal_stale_days", "erasure_requires_two"),
        )
        help_texts = {"marketing_cap": _("Over all channels and campaigns; 0: no limit.")}


class RetentionForm(SectionForm):
    """How long files and logs are kept."""

    class Meta(SectionForm.Meta):
        fields = ("keeps_import_files_days", "keeps_export_files_days", "keeps_events_days", "keeps_sources_days")
        help_texts = {
            "keeps_import_files_days": _("Holds for files that come in from now on."),
            "keeps_sources_days": _(
                "Removed for good after that time: Show original and Download source, and reading an email again. "
                "Messages, attachments and conversations stay, and so does what is under a legal hold."
            ),
        }


class AdministratorForm(forms.Form):
    """The first person."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your work email"), max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A few words that you remember are better than one hard word."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=offered_languages)
    answers_customers = forms.BooleanField(
        label=_("I also answer customers"), required=False, initial=True, help_text=_("Gives you the role Agent too.")
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a weak password."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("password"):
            person = User(email=cleaned.get("email", ""), name=cleaned.get("name", ""))
            try:
                validate_password(cleaned["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class TeamForm(forms.Form):
    """Several people at once: a pasted list, and what they are here."""

    addresses = forms.CharField(
        label=_("Email addresses"),
        max_length=40_000,
        required=False,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        help_text=_("One per line, with or without a name: Ana Souza <ana@example.com>"),
    )
    roles = RoleChoiceField(
        Role.objects.order_by("position", "slug"),
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=offered_languages)

    def __init__(self, *args: Any, required: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.needs_somebody = required

    def clean_addresses(self) -> list[Invitee]:
        """Return the people of the list. Raises ValidationError naming what cannot be read."""
        try:
            found = read_team(self.cleaned_data["addresses"])
        except UnreadableLine as error:
            raise forms.ValidationError(
                _("This is no email address: %(line)s. Correct it or take it out; nobody was invited yet."),
                code="unreadable",
                params={"line": error.line},
            ) from error
        if len(found) > MAX_ADDRESSES:
            raise forms.ValidationError(
                _("At most %(count)d people at once. Invite the rest afterwards."),
                code="many",
                params={"count": MAX_ADDRESSES},
            )
        if self.needs_somebody and not found:
            raise forms.ValidationError(_("Paste at least one email address."), code="nobody")
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse people without a role: they could open nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("addresses") and not cleaned.get("roles"):
            self.add_error("roles", _("Choose at least one role. Without one, people can open nothing."))
        return cleaned


def country_choices() -> list[tuple[str, str]]:
    """Return the countries (ISO 3166-1) by their names in the active language."""
    try:
        locale = Locale.parse((get_language() or "en").replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    names = {code: name for code, name in locale.territories.items() if len(code) == 2 and code.isalpha()}
    unwanted = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    found = [(code, str(name)) for code, name in names.items() if code not in unwanted]
    return sorted(found, key=lambda one: sort_text(one[1]))


SECTIONS: dict[str, tuple[Any, Any, type[SectionForm]]] = {
    "general": (_("General"), _("Name, address, languages and time zone."), GeneralForm),
    "brand": (_("Brand"), _("Logo and color at sign-in and on public pages."), BrandForm),
    "senders": (_("Senders and community"), _("Who email comes from, and what the community is called."), SendersForm),
    "privacy": (_("Privacy"), _("Whom people ask about their data, and what they are told."), PrivacyForm),
    "sign-in": (_("Sign-in"), _("Sessions, passwords and second factor."), SignInForm),
    "limits": (_("Limits"), _("Marketing, complaints, tasks and deals."), LimitsForm),
    "retention": (_("Retention"), _("How long files and logs are kept."), RetentionForm),
}
