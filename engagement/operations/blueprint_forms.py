"""Forms of the blueprint and of requirements."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.operations.actions.blueprint import COMPONENT_FIELDS, LINK_FIELDS
from engagement.operations.capabilities import CAPABILITIES
from engagement.operations.models import Component, Link, Requirement, ValueEntry
from engagement.sorting import by_localized_name, by_name
from engagement.ui.stale_forms import StaleCheckMixin
from engagement.village.models import Department, User


def _staff() -> Any:
    return User.objects.filter(is_active=True).order_by(*by_name())


class ComponentForm(StaleCheckMixin, forms.ModelForm):
    """Everything about a component."""

    class Meta:
        model = Component
        fields: tuple[str, ...] = COMPONENT_FIELDS
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "planned_for": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "description": forms.Textarea({"rows": 2}),
            "contract": forms.Textarea({"rows": 3}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "contract": _("What neighbors may rely on: protocol, version, limits. They are told when it changes."),
            "planned_for": _("The day from which it should work."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "owner" in self.fields:
            self.fields["owner"].queryset = _staff()  # type: ignore[attr-defined]
            self.fields["department"].queryset = Department.objects.order_by(*by_localized_name())  # type: ignore[attr-defined]


class GrantedComponentForm(ComponentForm):
    """What a builder may change of a component that is granted to them."""

    class Meta(ComponentForm.Meta):
        fields = ("status", "description", "contract", "planned_for")


class LinkForm(StaleCheckMixin, forms.ModelForm):
    """Everything about a link."""

    class Meta:
        model = Link
        fields = LINK_FIELDS
        widgets: ClassVar[dict[str, forms.Widget]] = {"contract": forms.Textarea({"rows": 3})}
        help_texts: ClassVar[dict[str, Any]] = {
            "flow": _("For example: orders, messages, contacts and stages."),
            "protocol": _("For example: webhook, REST, IMAP, file each night."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        components = Component.objects.current().order_by(*by_name(key="id"))
        self.fields["origin"].queryset = components  # type: ignore[attr-defined]
        self.fields["target"].queryset = components  # type: ignore[attr-defined]
        self.fields["owner"].queryset = _staff()  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    """The name of a version of the blueprint."""

    name = forms.CharField(label=_("Name"), max_length=100)


class CommentTextForm(forms.Form):
    """A comment."""

    text = forms.CharField(label=_("Comment"), max_length=2000, widget=forms.Textarea({"rows": 2}))


class GrantForm(forms.Form):
    """Which builder gets a component."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Builder"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].queryset = _staff()  # type: ignore[attr-defined]


class RequirementForm(StaleCheckMixin, forms.ModelForm):
    """Everything about a requirement. Whoever has no right to map it gets no components."""

    capability = forms.ChoiceField(
        label=_("Capability"), required=False, help_text=_("Proven by live checks, and asked for before a launch.")
    )
    value_case = forms.TypedChoiceField(label=_("Value case"), required=False, empty_value=None)

    class Meta:
        model = Requirement
        fields = ("title", "need", "department", "priority", "capability", "components", "value_case", "owner")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "need": forms.Textarea({"rows": 3}),
            "components": forms.SelectMultiple({"size": 6}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = _staff()  # type: ignore[attr-defined]
        self.fields["department"].queryset = Department.objects.order_by(*by_localized_name())  # type: ignore[attr-defined]
        self.fields["components"].queryset = Component.objects.current().order_by(*by_name(key="id"))  # type: ignore[attr-defined]
        none = [("", _("None"))]
        self.fields["capability"].choices = none + [(one.name, one.label) for one in CAPABILITIES.values()]  # type: ignore[attr-defined]
        newest = ValueEntry.objects.order_by("case", "-number").distinct("case")
        cases = newest.values_list("case", "name")
        self.fields["value_case"].choices = none + [(str(case), name) for case, name in cases]  # type: ignore[attr-defined]

    def clean_value_case(self) -> str | None:
        """Return the case, or None for none."""
        return self.cleaned_data["value_case"] or None


class RequirementWaiverForm(forms.Form):
    """Why campaigns may launch although a requirement is not met, and until which day."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 2}))
    until = forms.DateField(label=_("Until the end of"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        options.setdefault("initial", {"until": (timezone.localtime(now) + timedelta(days=14)).date()})
        super().__init__(*args, **options)

    def until_moment(self) -> datetime:
        """Return the last second of the chosen day, in the person's zone."""
        day: date = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
