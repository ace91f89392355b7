"""What this app's forms take."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collaboration.models import Task
from engagement.sorting import by_name, sort_text
from engagement.ui.stale_forms import StaleCheckMixin
from engagement.village.models import Department, User


class DecisionForm(forms.Form):
    """What a reviewer says, and the hash of what they read."""

    verdict = forms.ChoiceField(choices=[("approved", ""), ("refused", "")])
    reason = forms.CharField(max_length=2000, required=False)
    seen_hash = forms.CharField(max_length=64)


class WaiverForm(forms.Form):
    """Which rule is set aside, and why."""

    rule = forms.CharField(max_length=100)
    reason = forms.CharField(max_length=2000, required=False)


class CommentForm(forms.Form):
    """What somebody says about a request."""

    text = forms.CharField(max_length=20_000, required=False, strip=False)
    client_key = forms.CharField(max_length=100)


class NoteForm(forms.Form):
    """What a colleague knows of a customer; its action says what a note must be."""

    text = forms.CharField(
        label=_("Note"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 5, "autofocus": True}),
        help_text=_("Only the team reads it. @Name tells a colleague."),
    )
    client_key = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput())


class ReasonForm(forms.Form):
    """Why a handoff goes back."""

    reason = forms.CharField(max_length=5000, required=False)


def sensible_due(due_at: datetime) -> None:
    """Refuse an end that no calendar of ours can show. Raises ValidationError."""
    if not 2000 <= due_at.year <= 2200:
        raise forms.ValidationError(_("Choose a date of this century."))


class TaskForm(forms.Form):
    """A task: what, for whom, until when."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    text = forms.CharField(label=_("Details"), required=False, widget=forms.Textarea({"rows": 3}), max_length=10_000)
    who = forms.ChoiceField(
        label=_("Who does it"), choices=[], widget=forms.Select({"data-filter": _("Filter by name")})
    )
    due_at = forms.DateTimeField(
        label=_("Until when"),
        validators=[sensible_due],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    client_key = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, me: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = who_choices(me)  # type: ignore[attr-defined]
        self.fields["due_at"].input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """Return who was chosen, as the arguments ``assignee`` and ``department``."""
        return whom(self.cleaned_data["who"])


class WhoForm(StaleCheckMixin, forms.Form):
    """Whom a task is given to."""

    who = forms.ChoiceField(label=_("Who does it"), choices=[])

    def __init__(self, data: Any = None, *, me: User, task: Task) -> None:
        self.subject = task
        who = f"person:{task.assignee_id}" if task.assignee_id else f"department:{task.department_id}"
        super().__init__(data, initial={"who": who}, auto_id=False)
        self.fields["who"].choices = who_choices(me)  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """Return who was chosen, as the arguments ``assignee`` and ``department``."""
        return whom(self.cleaned_data["who"])


class DueForm(StaleCheckMixin, forms.Form):
    """Another end for a task."""

    due_at = forms.DateTimeField(
        label=_("Until when"), input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[sensible_due]
    )

    def __init__(self, data: Any = None, *, task: Task) -> None:
        self.subject = task
        super().__init__(data, initial={"due_at": task.due_at}, auto_id=False)


def who_choices(me: User) -> list[tuple[Any, Any]]:
    """Return myself, then colleagues by name, then departments: ``person:<key>`` and ``department:<key>``."""
    people = User.objects.filter(is_active=True).exclude(pk=me.pk).order_by(*by_name())
    departments = sorted(Department.objects.all(), key=sort_text)
    return [
        (f"person:{me.pk}", _("Me")),
        (_("Colleagues"), [(f"person:{person.pk}", str(person)) for person in people]),
        (_("Departments"), [(f"department:{department.pk}", str(department)) for department in departments]),
    ]


def whom(chosen: str) -> dict[str, Any]:
    """Return ``assignee`` and ``department`` of one of ``who_choices``."""
    kind, _sign, key = chosen.partition(":")
    if kind == "department":
        return {"assignee": None, "department": Department.objects.get(pk=key)}
    return {"assignee": User.objects.get(pk=key), "department": None}
