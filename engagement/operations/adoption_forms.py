"""Forms of the adoption pages."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.operations.metrics import metrics
from engagement.operations.models import Announcement, Objection, Training, Win
from engagement.sorting import by_localized_name, by_name
from engagement.ui.stale_forms import StaleCheckMixin
from engagement.village.models import Department, Role, User

_WORDS = ("title", "title_pt", "text", "text_pt")


def metric_choices() -> list[tuple[str, Any]]:
    """Every registered figure, and none."""
    return [("", _("no figure")), *((metric.name, metric.label) for metric in metrics())]


class AudienceMixin:
    """Departments and roles, as lists to tick; none of both means everybody."""

    fields: dict[str, forms.Field]

    def name_audience(self) -> None:
        """Order both lists as they are read."""
        for name, rows in (
            ("departments", Department.objects.order_by(*by_localized_name())),
            ("roles", Role.objects.all()),
        ):
            field: Any = self.fields[name]
            field.queryset, field.required = rows, False
        self.fields["departments"].help_text = _("Choose no department and no role to address everybody.")


def refuse_no_title(form: forms.BaseForm, cleaned: dict[str, Any]) -> None:
    """A text has a title in at least one language."""
    if not cleaned.get("title") and not cleaned.get("title_pt"):
        form.add_error("title", _("Enter a title in at least one language."))


class AnnouncementForm(AudienceMixin, StaleCheckMixin, forms.ModelForm):
    """What is announced, to whom, until when. A correction leaves its audience as it is."""

    ends_on = forms.DateField(
        label=_("Shown until the end of"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: until you withdraw it."),
    )

    class Meta:
        model = Announcement
        fields = (*_WORDS, "departments", "roles")
        widgets = {
            "text": forms.Textarea({"rows": 4}),
            "text_pt": forms.Textarea({"rows": 4}),
            "departments": forms.CheckboxSelectMultiple,
            "roles": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now
        if self.instance._state.adding:
            self.name_audience()
        else:
            del self.fields["departments"], self.fields["roles"]
        if self.instance.ends_at is not None:
            self.initial["ends_on"] = timezone.localtime(self.instance.ends_at).date()

    def clean_ends_on(self) -> date | None:
        """Refuse a new end in the past."""
        day: date | None = self.cleaned_data["ends_on"]
        if day is not None and "ends_on" in self.changed_data and day < timezone.localtime(self.now).date():
            raise forms.ValidationError(_("Choose an end in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        """A title in at least one language."""
        cleaned = super().clean() or self.cleaned_data
        refuse_no_title(self, cleaned)
        return cleaned

    def values(self) -> dict[str, Any]:
        """What is kept: the words, and the last second of the chosen day in the person's zone."""
        day = self.cleaned_data["ends_on"]
        ends_at = timezone.make_aware(datetime.combine(day, time(23, 59, 59))) if day else None
        return {**{name: self.cleaned_data[name] for name in _WORDS}, "ends_at": ends_at}


class TrainingForm(AudienceMixin, StaleCheckMixin, forms.ModelForm):
    """What people have to learn, and who."""

    class Meta:
        model = Training
        fields = (*_WORDS, "departments", "roles")
        widgets = {
            "text": forms.Textarea({"rows": 6}),
            "text_pt": forms.Textarea({"rows": 6}),
            "departments": forms.CheckboxSelectMultiple,
            "roles": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.name_audience()

    def clean(self) -> dict[str, Any]:
        """A title in at least one language."""
        cleaned = super().clean() or self.cleaned_data
        refuse_no_title(self, cleaned)
        return cleaned

    def values(self) -> dict[str, Any]:
        """The words."""
        return {name: self.cleaned_data[name] for name in _WORDS}


class MetricMixin:
    """A registered figure to choose, or none."""

    fields: dict[str, forms.Field]

    def offer_metrics(self) -> None:
        """Put every registered figure to choose."""
        self.fields["metric"] = forms.ChoiceField(
            label=_("Figure"),
            required=False,
            choices=metric_choices,
            help_text=_("Kept as it is today, with its date; the page shows beside it what it is later."),
        )


class ObjectionForm(MetricMixin, forms.ModelForm):
    """What a department says."""

    class Meta:
        model = Objection
        fields = ("department", "text", "evidence", "metric")
        widgets = {"evidence": forms.Textarea({"rows": 2})}
        help_texts = {"evidence": _("What you found when you looked, such as “7 of 12 were returned for it”.")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offer_metrics()
        department: Any = self.fields["department"]
        department.queryset = Department.objects.order_by(*by_localized_name())


class ObjectionAnswerForm(StaleCheckMixin, forms.ModelForm):
    """What was answered."""

    class Meta:
        model = Objection
        fields = ("answer",)
        widgets = {"answer": forms.Textarea({"rows": 4})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["answer"].required = True


class WinForm(MetricMixin, forms.ModelForm):
    """What was achieved."""

    class Meta:
        model = Win
        fields = ("department", "title", "title_pt", "story", "story_pt", "metric")
        widgets = {"story": forms.Textarea({"rows": 4}), "story_pt": forms.Textarea({"rows": 4})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offer_metrics()
        department: Any = self.fields["department"]
        department.queryset, department.empty_label = (
            Department.objects.order_by(*by_localized_name()),
            _("the whole organization"),
        )

    def clean(self) -> dict[str, Any]:
        """A title in at least one language."""
        cleaned = super().clean() or self.cleaned_data
        refuse_no_title(self, cleaned)
        return cleaned


class ChampionForm(forms.Form):
    """Whom colleagues of a department ask first."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Person"), empty_label=_("choose"))

    def __init__(self, *args: Any, department: Department, **options: Any) -> None:
        super().__init__(*args, **options)
        people = User.objects.filter(is_active=True, departments=department).exclude(
            pk__in=department.champions.values("person")  # type: ignore[attr-defined]
        )
        field: Any = self.fields["person"]
        field.queryset = people.order_by(*by_name())
