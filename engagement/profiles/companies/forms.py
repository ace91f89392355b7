"""Forms of companies, and of what stands around a person."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engagement.profiles.companies.around import Tie, Work
from engagement.profiles.companies.changes import Facts
from engagement.profiles.companies.domains import domains_in
from engagement.profiles.companies.fields import CompanyNameField
from engagement.profiles.companies.whom import NobodyFound, SeveralFound, whom
from engagement.profiles.forms import DateInput
from engagement.profiles.models import Company, Profile, Relation
from engagement.sorting import by_name
from engagement.ui.stale_forms import StaleCheckMixin
from engagement.village.models import User


def owner_choices(*kept: UUID | None) -> Any:
    """Who may own customers: who sells or answers here, and who does already."""
    working = User.objects.filter(is_active=True, groups__role__slug__in=("merchant", "agent")).values_list(
        "pk", flat=True
    )
    return User.objects.filter(pk__in=[*working, *filter(None, kept)]).order_by(*by_name())


class CompanyForm(StaleCheckMixin, forms.Form):
    """What is known of a company."""

    name = forms.CharField(label=_("Name"), max_length=200)
    parent = CompanyNameField(
        label=_("Belongs to"), required=False, help_text=_("The name of the company that stands above this one.")
    )
    domains = forms.CharField(
        label=_("Domains"), max_length=2000, required=False, help_text=_("Of their site and their e-mail, with commas.")
    )
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two letters, such as BR or NO.")
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False, empty_label=_("nobody"))

    def __init__(self, data: Any = None, *, company: Company | None = None) -> None:
        initial: dict[str, Any] = {}
        if company is not None:
            initial = {"name": company.name, "country": company.country, "owner": company.owner_id}
            initial["parent"] = company.parent.name if company.parent else ""
            initial["domains"] = ", ".join(company.domains.order_by("domain").values_list("domain", flat=True))
        self.subject = company
        self.parent_company: Company | None = None
        super().__init__(data, initial=initial)
        self.fields["owner"].queryset = owner_choices(company.owner_id if company else None)  # type: ignore[attr-defined]

    def clean_parent(self) -> str:
        """The name of a company that is known."""
        name = str(self.cleaned_data["parent"])
        found = Company.objects.named(name).first() if name.strip() else None
        if name.strip() and found is None:
            raise ValidationError(_("No company is called so. Write it down first."))
        self.parent_company = found
        return name

    @property
    def facts(self) -> Facts:
        """What to write down."""
        given = self.cleaned_data
        return Facts(
            name=given["name"],
            parent_id=self.parent_company.pk if self.parent_company else None,
            domains=domains_in(given["domains"]),
            country=given["country"],
            owner_id=given["owner"].pk if given["owner"] else None,
        )


class OwnerForm(StaleCheckMixin, forms.Form):
    """Whose customer a person is."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False, empty_label=_("nobody"))

    def __init__(self, data: Any = None, *, person: Profile) -> None:
        self.subject = person
        super().__init__(data, initial={"owner": person.owner_id}, auto_id="owner-%s")
        self.fields["owner"].queryset = owner_choices(person.owner_id)  # type: ignore[attr-defined]


class WorkForm(StaleCheckMixin, forms.Form):
    """Where a person works. What stands beside it is what a save changes: the position, and which is named first."""

    company = CompanyNameField(label=_("Company"), help_text=_("One that nobody knows yet is written down."))
    position = forms.CharField(label=_("Position"), max_length=200, required=False)
    since = forms.DateField(label=_("Since"), required=False, widget=DateInput())
    primary = forms.BooleanField(label=_("Name it beside their name"), required=False, initial=True)

    def __init__(self, data: Any = None, *, person: Profile, work: Iterable[Work]) -> None:
        self.subject = person
        standing = sorted([str(one.key), one.position, str(one.since or ""), one.primary] for one in work)
        words = [", ".join(filter(None, (one.company, one.position))) for one in work]
        self.shown_beside = {"work": (gettext("Works at"), standing, "; ".join(words))}
        super().__init__(data, auto_id="work-%s")


class RelationForm(StaleCheckMixin, forms.Form):
    """Who belongs with a person. Where a name is several people's, they are there to choose from."""

    kind = forms.ChoiceField(label=_("They are"), choices=Relation.Kind.choices)
    other = forms.CharField(label=_("Whom"), max_length=200, help_text=_("A name, an address or a number."))
    chosen = forms.ChoiceField(label=_("Which of them"), choices=[], required=False, widget=forms.RadioSelect)
    since = forms.DateField(label=_("Since"), required=False, widget=DateInput())

    def __init__(self, data: Any = None, *, reader: User, person: Profile, ties: Iterable[Tie]) -> None:
        self.subject = person
        words = [f"{tie.label} {tie.name}" for tie in ties]
        label = gettext("Who belongs with them")
        self.shown_beside = {"ties": (label, sorted(str(tie.key) for tie in ties), "; ".join(words))}
        super().__init__(data, auto_id="relation-%s")
        self.reader = reader

    def clean(self) -> dict[str, Any]:
        """Find whom is meant."""
        given: dict[str, Any] = super().clean() or {}
        self.other_id: UUID | None = None
        text, chosen = given.get("other", ""), self.data.get("chosen", "")
        try:
            self.other_id = whom(text, reader=self.reader, chosen=chosen) if text else None
        except NobodyFound as error:
            self.add_error("other", str(error))
        except SeveralFound as error:
            self.fields["chosen"].choices = error.choices  # type: ignore[attr-defined]
            self.errors.pop("chosen", None)
            self.add_error("chosen", str(error))
        else:
            self.errors.pop("chosen", None)
        return given

    @property
    def is_several(self) -> bool:
        """Whether there is something to choose from."""
        return bool(self.fields["chosen"].choices)  # type: ignore[attr-defined]
