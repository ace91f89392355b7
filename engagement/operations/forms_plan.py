"""Forms of the plan."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagement.operations.actions.plan import MilestoneValues, PlanRefused, RiskValues
from engagement.operations.actions.work_items import MAX_ESTIMATE, WorkItemValues
from engagement.operations.models import Component, Milestone, Risk, WorkItem
from engagement.sorting import by_name
from engagement.ui.choices import Nothing
from engagement.ui.stale_forms import StaleCheckModelForm
from engagement.village.models import User

MAX_CHOICES = 200
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
NONE = ("none", _("None"))


class DayInput(forms.DateInput):
    """A day, as browsers take it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__({"min": EARLIEST.isoformat(), "max": LATEST.isoformat()}, format="%Y-%m-%d")


def add_refusal(form: forms.BaseForm, refusal: PlanRefused) -> None:
    """Show why an action refused, at the field that has to change."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def _owners(owner_id: Any) -> QuerySet[User]:
    """People who work here, and whoever has it now."""
    return User.objects.filter(Q(is_active=True) | Q(pk=owner_id)).order_by(*by_name())


class PlanForm(StaleCheckModelForm):
    """What the forms of the plan share: an owner, and days that are days of this century."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._choose("owner", _owners(self.instance.owner_id), _("No owner"))

    def _choose(self, name: str, rows: QuerySet[Any], empty: Any) -> None:
        field: Any = self.fields[name]
        field.queryset, field.empty_label = rows, empty

    def clean(self) -> dict[str, Any]:
        """Refuse days that nobody means."""
        values = super().clean() or self.cleaned_data
        for name, value in list(values.items()):
            if isinstance(value, date) and not EARLIEST <= value <= LATEST:
                self.add_error(name, _("Choose a day between the years 2000 and 2100."))
        return values


class MilestoneForm(PlanForm):
    """A milestone. ``reason`` is for the sponsor, once they have approved day and budget."""

    reason = forms.CharField(
        label=_("Reason for another day or budget"),
        help_text=_("The sponsor approved day and budget. A change of either waits for them, with this reason."),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    class Meta:
        model = Milestone
        fields = ("title", "description", "owner", "starts_on", "promised_on", "budget", "spent", "currency")
        widgets = {
            "description": forms.Textarea({"rows": 3}),
            "starts_on": DayInput(),
            "promised_on": DayInput(),
            "budget": forms.NumberInput({"min": 0, "step": "0.01"}),
            "spent": forms.NumberInput({"min": 0, "step": "0.01"}),
        }
        help_texts = {
            "promised_on": _("The first promise is kept beside it for good."),
            "budget": _("For the whole milestone. Empty: none was promised."),
            "currency": _("Three letters, such as BRL or EUR."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance._state.adding or self.instance.approved_at is None:
            del self.fields["reason"]
        else:
            self.fields["currency"].disabled = True

    def clean_currency(self) -> str:
        """Return the code in capitals (ISO 4217)."""
        code: str = self.cleaned_data["currency"].strip().upper()
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            raise forms.ValidationError(_("Three letters, such as BRL or EUR."))
        return code

    def values(self) -> MilestoneValues:
        """What the action takes."""
        return MilestoneValues(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class WorkItemForm(PlanForm):
    """A work item."""

    depends_on = forms.ModelMultipleChoiceField(
        WorkItem.objects.none(),
        label=_("Depends on"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    when_empty = {"depends_on": Nothing(_("There is no other work item that is open."))}

    class Meta:
        model = WorkItem
        fields = (
            "title",
            "description",
            "status",
            "blocked_reason",
            "owner",
            "milestone",
            "component",
            "estimate",
            "due_on",
            "depends_on",
        )
        widgets = {"description": forms.Textarea({"rows": 3}), "due_on": DayInput()}
        help_texts = {"blocked_reason": _("Needed while the status is Blocked.")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        item = self.instance
        milestones = Milestone.objects.filter(Q(deleted_at=None, delivered_on=None) | Q(pk=item.milestone_id))
        components = Component.objects.filter(Q(deleted_at=None) | Q(pk=item.component_id))
        self._choose("milestone", milestones.order_by("promised_on", "id"), _("No milestone"))
        self._choose("component", components.order_by(*by_name(key="pk")), _("No component"))
        self.fields["estimate"].widget.attrs |= {"min": 0, "max": MAX_ESTIMATE}
        self.fields["depends_on"].queryset = _dependencies(item)  # type: ignore[attr-defined]
        self.initial["depends_on"] = [] if item._state.adding else list(item.depends_on.filter(deleted_at=None))

    def values(self) -> WorkItemValues:
        """What the action takes."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields}
        given["depends_on"] = tuple(given["depends_on"])
        return WorkItemValues(**given)


def _dependencies(item: WorkItem) -> QuerySet[WorkItem]:
    """What an item may wait for: the newest open ones, and those that it waits for already."""
    rows = WorkItem.objects.filter(deleted_at=None).exclude(pk=item.pk)
    newest = list(rows.exclude(status=WorkItem.Status.DONE).order_by("-id").values_list("pk", flat=True)[:MAX_CHOICES])
    kept = [] if item._state.adding else list(item.depends_on.values_list("pk", flat=True))
    return rows.filter(pk__in=[*newest, *kept]).order_by("title", "id")


class RiskForm(PlanForm):
    """A risk."""

    class Meta:
        model = Risk
        fields = ("title", "level", "response", "milestone", "owner")
        widgets = {"response": forms.Textarea({"rows": 3})}
        help_texts = {"response": _("What we do so that it does not happen, or when it does.")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        milestones = Milestone.objects.filter(Q(deleted_at=None) | Q(pk=self.instance.milestone_id))
        self._choose("milestone", milestones.order_by("promised_on", "id"), _("The whole plan"))

    def values(self) -> RiskValues:
        """What the action takes."""
        return RiskValues(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class PlanFilterForm(forms.Form):
    """Which work items the list shows."""

    STATUSES = (
        ("", pgettext_lazy("filter", "All")),
        ("open", pgettext_lazy("work items", "Open")),
        *WorkItem.Status.choices,
    )
    status = forms.ChoiceField(label=_("Status"), choices=STATUSES, required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    milestone = forms.ChoiceField(label=_("Milestone"), required=False)
    component = forms.ChoiceField(label=_("Component"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        owners = User.objects.filter(pk__in=WorkItem.objects.filter(deleted_at=None).values("owner"))
        milestones = Milestone.objects.filter(deleted_at=None).order_by("promised_on", "id")
        components = Component.objects.filter(work_items__deleted_at=None).distinct().order_by(*by_name(key="id"))
        used = components.exclude(work_items=None)
        self._offer("owner", [(str(one.pk), one.name) for one in owners.order_by(*by_name())])
        self._offer("milestone", [(str(one.pk), one.title) for one in milestones])
        self._offer("component", [(str(one.pk), one.name) for one in used])
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", pgettext_lazy("filter", "All")), *choices, NONE]  # type: ignore[attr-defined]

    def is_given(self) -> bool:
        """Whether anything narrows the list."""
        return any(self.cleaned_data.values())


def read_initial(given: Any) -> dict[str, Any]:
    """Return what a link may lay ready in a new work item's form: milestone, component, status."""
    found: dict[str, Any] = {}
    for name in ("milestone", "component"):
        try:
            found[name] = UUID(str(given.get(name, "")))
        except ValueError:
            continue
    if given.get("status") in WorkItem.Status.values:
        found["status"] = given["status"]
    return found


def first_milestone_days(today: date) -> dict[str, date]:
    """Return the days that a new milestone's form begins with: a month from today."""
    return {"starts_on": today, "promised_on": today + timedelta(days=30)}
