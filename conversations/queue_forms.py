"""Forms of the pages of queues."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.actions.queues import Terms
from conversations.models import Queue
from engagement.channels.models import Channel
from engagement.sorting import by_localized_name, by_name
from engagement.ui.choices import Nothing
from engagement.ui.stale_forms import StaleCheckMixin
from engagement.village.models import Department, Role, User


class TermsForm(StaleCheckMixin, forms.Form):
    """What a queue is. It writes over nothing that it did not show."""

    when_empty: ClassVar = {
        "channels": Nothing(
            _("There is no channel yet that could lead here."),
            "channels:creation",
            _("Make a channel"),
            "engagement_channels.add_channel",
        )
    }
    name = forms.CharField(label=_("Name in English"), max_length=120)
    name_pt = forms.CharField(
        label=_("Name in Portuguese"), max_length=120, required=False, help_text=_("Empty: as in English.")
    )
    department = forms.ModelChoiceField(
        Department.objects.order_by(*by_localized_name()),
        label=_("Department"),
        required=False,
        empty_label=_("None: it cannot be handed over to"),
    )
    answer_within = forms.IntegerField(
        label=_("Answer within (minutes)"),
        min_value=1,
        max_value=60 * 24 * 365,
        required=False,
        help_text=_("The promise to who waits for an answer. Empty: none."),
    )
    channels = forms.ModelMultipleChoiceField(
        Channel.objects.order_by(*by_name()),
        label=_("Channels that lead here"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_default = forms.BooleanField(label=_("Takes what no other queue takes"), required=False)

    def __init__(self, data: Any = None, *, queue: Queue | None = None) -> None:
        names = ("name", "name_pt", "department", "answer_within", "is_default")
        known: dict[str, Any] = {name: getattr(queue, name) for name in names} if queue else {}
        self.subject = queue
        super().__init__(data, initial={**known, "channels": queue.channels.all()} if queue else None)

    @property
    def terms(self) -> Terms:
        """What was filled in."""
        given: dict[str, Any] = {**self.cleaned_data, "channels": list(self.cleaned_data["channels"])}
        return Terms(**given)


class WorkerForm(forms.Form):
    """Who is let in, or out: a role or a person."""

    who = forms.ChoiceField(label=_("Who"), choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(f"role:{role.slug}", str(role)) for role in Role.objects.order_by("position", "slug")]
        people = User.objects.filter(is_active=True).order_by(*by_name())
        field: Any = self.fields["who"]
        field.choices = [
            (_("Everybody of a role"), roles),
            (_("One person"), [(f"person:{one.pk}", str(one)) for one in people]),
        ]

    @property
    def chosen(self) -> User | Role:
        """The role or the person."""
        return worker_of(self.cleaned_data["who"])


def worker_of(text: str) -> User | Role:
    """Return whom ``role:<slug>`` or ``person:<key>`` names. Raises DoesNotExist, ValidationError."""
    kind, _sign, name = text.partition(":")
    return Role.objects.get(slug=name) if kind == "role" else User.objects.get(pk=name)
