"""Forms of the people pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from engagement.village.models import Department, Role, User


class PlaceForm(forms.Form):
    """What a person is here."""

    roles = forms.ModelMultipleChoiceField(
        Role.objects.order_by("position", "slug"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Roles"),
    )
    departments = forms.ModelMultipleChoiceField(
        Department.objects.order_by("name", "key"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Departments"),
    )

    @classmethod
    def of(cls, person: User) -> "PlaceForm":
        """Return the form that shows what a person is now."""
        groups = person.groups.values("pk")
        initial = {"roles": Role.objects.filter(group__in=groups), "departments": person.departments.all()}
        return cls(initial=initial)


class InvitationForm(PlaceForm):
    """Who is invited, and as what."""

    name = forms.CharField(max_length=200, label=_("Name"))
    email = forms.EmailField(max_length=254, label=_("Work e-mail"))
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language"))
    field_order = ("name", "email", "language", "roles", "departments")

    def clean_email(self) -> str:
        """Return the address in small letters. Raises ValidationError for one that is taken."""
        email: str = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(_("Somebody works here with this address."), code="taken")
        return email


class AuditFilterForm(forms.Form):
    """What is looked for in the audit trail; the actions are those that stand in it."""

    action = forms.ChoiceField(required=False, label=_("Action"))
    actor = forms.CharField(required=False, max_length=254, label=_("Who"))
    subject = forms.CharField(required=False, max_length=254, label=_("To whom or what"))
    day = forms.DateField(
        required=False, label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, actions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", _("All")), *actions]  # type: ignore[attr-defined]
