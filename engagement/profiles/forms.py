"""Forms of a person's pages: facts, consent, deals, suppressions."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagement.profiles.actions.change import Facts
from engagement.profiles.actions.deals import Terms
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.profiles.attributes import InvalidValue, cleaned, tags_in, tags_text
from engagement.profiles.companies.fields import CompanyNameField
from engagement.profiles.language_tags import language_name, offered_tags
from engagement.profiles.models import AttributeDefinition, Deal, Profile
from engagement.profiles.models.consent import Basis, Purpose
from engagement.profiles.wording import plain
from engagement.sorting import by_name
from engagement.ui.forms import zone_choices
from engagement.ui.names import channel_look
from engagement.ui.stale_forms import StaleCheckMixin
from engagement.village.models import User

Type = AttributeDefinition.Type
LANGUAGES = (("", _("not known")), ("en", _("English")), ("pt-br", _("Brazilian Portuguese")))  # the usual ones


def language_label(tag: str) -> str:
    """Return what a language is called in the language of the page; empty for none."""
    return str(dict(LANGUAGES).get(tag) or language_name(tag)) if tag else ""


def language_choices(current: str = "") -> list[tuple[str, Any]]:
    """Return every language that somebody may write in, the usual ones first, the others by name; with ``current``."""
    usual = dict(LANGUAGES)
    tags = {*offered_tags(), *([current] if current else [])} - usual.keys()
    return [*LANGUAGES, *sorted(((tag, language_label(tag)) for tag in tags), key=lambda one: plain(one[1]))]


class DateInput(forms.DateInput):
    """A date as the browser's own control wants it (ISO 8601), whatever the language."""

    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class FactsForm(StaleCheckMixin, forms.Form):
    """What we know of a person, with a field for each declared attribute.

    A sensitive attribute is never shown here: its field is empty, and stays as it is when it is left so.
    """

    name = forms.CharField(label=_("Name"), max_length=300, required=False)
    lifecycle = forms.ChoiceField(
        label=_("Relation to us"), choices=[("", _("not known")), *Profile.Lifecycle.choices], required=False
    )
    language = forms.ChoiceField(label=_("Writes in"), choices=LANGUAGES, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=[], required=False)
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two letters, such as BR or NO.")
    )
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    tags = forms.CharField(
        label=_("Tags"),
        max_length=1000,
        required=False,
        help_text=_("Separated by commas. Segments find people by them."),
    )

    def __init__(self, data: Any = None, *, person: Profile, definitions: list[AttributeDefinition]) -> None:
        known = {
            name: getattr(person, name) for name in ("name", "lifecycle", "language", "time_zone", "country", "place")
        }
        shown = {f"attribute-{one.slug}": person.attributes.get(one.slug) for one in definitions if not one.sensitive}
        self.subject = person
        super().__init__(data, initial={**known, "tags": tags_text(person.tags), **shown})
        self.definitions = definitions
        zones = [("", _("not known")), *zone_choices()]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]
        self.fields["language"].choices = language_choices(person.language)  # type: ignore[attr-defined]
        for definition in definitions:
            self.fields[f"attribute-{definition.slug}"] = _field_of(definition)

    def clean_country(self) -> str:
        """Capital letters."""
        text = str(self.cleaned_data["country"]).upper()
        if text and not (len(text) == 2 and text.isascii() and text.isalpha()):
            raise ValidationError(_("Two letters, such as BR or NO."))
        return text

    def clean(self) -> dict[str, Any]:
        """Bring each attribute into the form in which it is kept."""
        given: dict[str, Any] = super().clean() or {}
        self.attributes: dict[str, Any] = {}
        for definition in self.definitions:
            name = f"attribute-{definition.slug}"
            value = given.get(name)
            if name in self.errors or (definition.sensitive and value in (None, "")):
                continue
            try:
                self.attributes[definition.slug] = None if value in (None, "") else cleaned(definition, value)
            except InvalidValue as error:
                self.add_error(name, str(error))
        return given

    @property
    def facts(self) -> Facts:
        """What to change."""
        given = self.cleaned_data
        plain = {name: given[name] for name in ("name", "lifecycle", "language", "time_zone", "country", "place")}
        return Facts(**plain, tags=tags_in(given["tags"]), attributes=self.attributes)

    @property
    def attribute_fields(self) -> list[Any]:
        """The fields of the attributes, in their order."""
        return [self[f"attribute-{one.slug}"] for one in self.definitions]


def _field_of(definition: AttributeDefinition) -> forms.Field:
    facts: dict[str, Any] = {"label": str(definition), "required": False}
    if definition.sensitive:
        facts["help_text"] = _("Not shown here. Leave it empty to keep what is known.")
    if definition.type == Type.NUMBER:
        return forms.DecimalField(**facts)
    if definition.type == Type.DATE:
        return forms.DateField(widget=DateInput(), **facts)
    if definition.type == Type.BOOLEAN:
        choices = [("", _("not known")), ("true", _("yes")), ("false", _("no"))]
        return forms.TypedChoiceField(choices=choices, coerce=_truth, empty_value=None, **facts)
    if definition.type == Type.CHOICE:
        return forms.ChoiceField(
            choices=[("", _("not known")), *((one, definition.choice_in_words(one)) for one in definition.choices)],
            **facts,
        )
    return forms.CharField(max_length=500, **facts)


def _truth(text: Any) -> bool:
    return text in (True, "true", "True")


class ConsentForm(forms.Form):
    """What a person said to us about being written to, written down by one of us."""

    GIVEN, WITHDRAWN = "given", "withdrawn"
    act = forms.ChoiceField(
        label=_("What they said"),
        choices=[(WITHDRAWN, _("They do not want it any more")), (GIVEN, _("They agree"))],
        widget=forms.RadioSelect,
    )
    channel = forms.ChoiceField(label=_("By"), choices=[])
    purpose = forms.ChoiceField(label=_("For"), choices=Purpose.choices)
    basis = forms.ChoiceField(
        label=_("Why we may"), choices=Basis.choices, required=False, help_text=_("Only for what they agree to.")
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DateInput(),
        help_text=_("Must be given when it only follows from a purchase."),
    )
    words = forms.CharField(
        label=_("Their words, or what they were shown"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Kept as evidence, for ever."),
    )

    def __init__(self, data: Any = None, *, channels: list[str]) -> None:
        super().__init__(data, initial={"purpose": Purpose.MARKETING, "basis": Basis.EXPRESS})
        named = [(kind, channel_look(kind).label) for kind in channels]
        self.fields["channel"].choices = [("", _("every channel")), *named]  # type: ignore[attr-defined]
        self.fields["channel"].required = False

    @property
    def expires_at(self) -> datetime | None:
        """The end of the day that was given, in the reader's zone."""
        day = self.cleaned_data.get("until")
        if day is None:
            return None
        return timezone.make_aware(datetime(day.year, day.month, day.day) + timedelta(days=1))  # noqa: DTZ001


class DealForm(StaleCheckMixin, forms.Form):
    """What a deal is about, and whose it is."""

    title = forms.CharField(label=_("What it is about"), max_length=200)
    company = CompanyNameField(
        label=_("Company"), required=False, help_text=_("One that nobody knows yet is written down.")
    )
    amount = forms.DecimalField(label=_("Amount"), max_digits=14, decimal_places=2, min_value=0, required=False)
    currency = forms.RegexField(r"^[A-Za-z]{3}$", label=_("Currency"), initial="BRL", max_length=3)
    stage = forms.ChoiceField(label=_("Stage"), choices=[])
    closes_on = forms.DateField(
        label=_("Expected to close on"),
        required=False,
        widget=DateInput(),
        help_text=_("Marketing keeps quiet before."),
    )
    owner = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Owner"))
    past_confirmed = forms.BooleanField(
        label=_("Keep this date in the past"), required=False, widget=forms.HiddenInput()
    )

    def __init__(self, data: Any = None, *, deal: Deal | None = None, owner: User, company: str = "") -> None:
        names = ("title", "amount", "currency", "stage", "closes_on", "owner")
        initial = {name: getattr(deal, name) for name in names} if deal else {"owner": owner, "currency": "BRL"}
        initial["company"] = deal.company_name if deal else company
        self.subject = deal
        super().__init__(data, initial=initial)
        stages = [choice for choice in Deal.Stage.choices if choice[0] not in ("won", "lost")]
        self.fields["stage"].choices = stages  # type: ignore[attr-defined]
        sellers = User.objects.filter(is_active=True, groups__role__slug="merchant")
        keys = [*sellers.values_list("pk", flat=True), owner.pk, *([deal.owner_id] if deal else [])]
        self.fields["owner"].queryset = User.objects.filter(pk__in=keys).order_by(*by_name())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        """A close date that is over is asked about before it is saved."""
        given = super().clean()
        day = self.cleaned_data.get("closes_on")
        is_past = day is not None and day < timezone.localdate()
        if is_past and day != self.initial.get("closes_on") and not self.cleaned_data.get("past_confirmed"):
            self.fields["past_confirmed"].widget = forms.CheckboxInput()
            words = _("This date is in the past. Enter a date to come, or confirm that you want to keep it.")
            self.add_error("closes_on", words)
        return given

    @property
    def terms(self) -> Terms:
        """The terms that were typed."""
        given = self.cleaned_data
        return Terms(
            title=given["title"],
            company=given["company"],
            amount=given["amount"],
            currency=given["currency"].upper(),
            stage=given["stage"],
            closes_on=given["closes_on"],
        )


class HoldForm(forms.Form):
    """Why a customer's marketing is held."""

    reason = forms.CharField(label=_("Why"), max_length=300)


class ReleaseForm(forms.Form):
    """Until when a customer's marketing may go on, and why."""

    until = forms.DateField(label=_("Until the end of"), widget=DateInput())
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)

    def clean_until(self) -> Any:
        """Not a day that is over."""
        day = self.cleaned_data["until"]
        if day < timezone.localdate():
            raise ValidationError(_("Choose a time that is still to come."))
        return day

    @property
    def ends_at(self) -> datetime:
        """The end of that day in the reader's zone."""
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime(day.year, day.month, day.day) + timedelta(days=1))  # noqa: DTZ001


def beginning_of(day: Any) -> datetime | None:
    """Return when a day begins in the reader's zone; None for no day, and for today, which has begun."""
    if day is None or day == timezone.localdate():
        return None
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001


class SuppressionForm(forms.Form):
    """An address that must not be written to."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("email", _("E-mail")), ("phone", _("Phone"))])
    address = forms.CharField(label=_("Address or number"), max_length=400)
    purpose = forms.ChoiceField(label=_("Hold back"), required=False, choices=[("", _("everything")), *Purpose.choices])
    reason = forms.CharField(label=_("Why"), max_length=50)
    starts_on = forms.DateField(
        label=pgettext_lazy("a date", "From"),
        widget=DateInput(),
        required=False,
        help_text=_("Empty: from now on. It may lie ahead."),
    )

    @property
    def starts_at(self) -> datetime | None:
        """The beginning of that day in the reader's zone."""
        return beginning_of(self.cleaned_data["starts_on"])

    def clean(self) -> dict[str, Any]:
        """Refuse what is no address of its kind."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") and given.get("address"):
            try:
                normalised(given["kind"], given["address"])
            except InvalidAddress:
                self.add_error("address", _("This is no address of that kind."))
        return given


class SuppressionListForm(forms.Form):
    """A block list: a file with a number in the first column of each line."""

    name = forms.SlugField(
        label=_("Name of the list"), max_length=40, help_text=_("Such as nao-me-perturbe. The same name adds to it.")
    )
    file = forms.FileField(
        label=_("File"), help_text=_("CSV or text, one number in each line. A large one is read in the background.")
    )
    starts_on = forms.DateField(
        label=pgettext_lazy("a date", "From"),
        widget=DateInput(),
        required=False,
        help_text=_("Empty: from now on. It may lie ahead."),
    )

    @property
    def starts_at(self) -> datetime | None:
        """The beginning of that day in the reader's zone."""
        return beginning_of(self.cleaned_data["starts_on"])
