"""Forms of the people pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagement.organization.languages import offered_languages
from engagement.sorting import by_localized_name
from engagement.ui.stale_forms import StaleCheckMixin
from engagement.village.models import Department, Role, User
from engagement.village.responsibilities import Responsibility
from engagement.village.role_descriptions import label_of
from engagement.village.selectors.leaving import HeldKind, colleagues


class RoleChoiceField(forms.ModelMultipleChoiceField):
    """Roles, each with the sentence on what it is for."""

    def label_from_instance(self, role: Role) -> str:
        """Return the role with its sentence."""
        return label_of(role)


class AccessForm(forms.Form):
    """What somebody is here."""

    roles = RoleChoiceField(
        Role.objects.order_by("position", "slug"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Roles"),
    )
    departments = forms.ModelMultipleChoiceField(
        Department.objects.order_by(*by_localized_name()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Departments"),
    )


class PlaceForm(StaleCheckMixin, AccessForm):
    """What a person is here. It writes over nothing that it did not show."""

    def __init__(self, data: Any = None, *, person: User) -> None:
        groups = person.groups.values("pk")
        self.subject = person
        initial = {"roles": Role.objects.filter(group__in=groups), "departments": person.departments.all()}
        super().__init__(data, initial=initial)


class LeavingForm(forms.Form):
    """Who gets what is with a person: for each kind a colleague, nobody, or as it is."""

    KEEP, NOBODY = "keep", "nobody"

    def __init__(self, *args: Any, person: User, held: Sequence[HeldKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.people: dict[str, User] = {}
        known: dict[str, list[User]] = {}
        for one in held:
            kind = one.kind
            if kind.hand_over is None:
                continue
            if kind.permission not in known:
                known[kind.permission] = list(colleagues(person, permission=kind.permission))
            people = known[kind.permission]
            self.people |= {str(colleague.pk): colleague for colleague in people}
            choices: list[tuple[str, Any]] = [(str(colleague.pk), str(colleague)) for colleague in people]
            if kind.unassigned:
                choices.insert(0, (self.NOBODY, kind.unassigned))
            choices.append((self.KEEP, _("Leave with %(name)s") % {"name": person}))
            self.fields[_field_of(kind.name)] = forms.ChoiceField(
                label=_("%(what)s go to") % {"what": kind.label},
                choices=choices,
                initial=self.NOBODY if kind.unassigned else self.KEEP,
                help_text=kind.hint,
                required=False,
            )

    def field_of(self, kind: Responsibility) -> Any:
        """Return the bound field of a kind, or None where nobody can take it over."""
        name = _field_of(kind.name)
        return self[name] if name in self.fields else None

    def choices(self) -> dict[str, User | None]:
        """Return what was chosen, without what stays, by the names of the kinds."""
        said = {name.replace("__", "."): value for name, value in self.cleaned_data.items()}
        return {name: self.people.get(value) for name, value in said.items() if value not in ("", self.KEEP)}


def _field_of(name: str) -> str:
    return name.replace(".", "__")


class InvitationForm(AccessForm):
    """Who is invited, and as what."""

    name = forms.CharField(max_length=200, label=_("Name"))
    email = forms.EmailField(max_length=254, label=_("Work e-mail"))
    language = forms.ChoiceField(choices=offered_languages, label=_("Language"))
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
