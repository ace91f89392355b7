"""What the inbox's forms take."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation, Draft, Queue
from conversations.selectors.ways import Way
from engagement.channels.actions.transmit import Recipient
from engagement.sorting import by_localized_name
from engagement.ui.choices import Nothing
from engagement.village.models import Department, User


class _Files(forms.FileInput):
    """Several files at once; the view reads them from the request."""

    allow_multiple_selected = True


class AssignmentForm(forms.Form):
    """Who gets a conversation; empty: nobody."""

    assignee = forms.ModelChoiceField(User.objects.filter(is_active=True), required=False)


class QueueForm(forms.Form):
    """Where a conversation goes."""

    queue = forms.ModelChoiceField(Queue.objects.all())


class HandoffForm(forms.Form):
    """To which department's queue a conversation is offered, with the summary that goes along."""

    when_empty: ClassVar = {
        "queue": Nothing(
            _("No other department has a queue yet."), "conversations:queues", _("Queues"), "conversations.change_queue"
        )
    }
    queue = forms.ModelChoiceField(
        Queue.objects.none(),
        label=_("To which department"),
        empty_label=None,
        widget=forms.Select({"data-filter": _("Filter by name")}),
    )
    summary = forms.CharField(
        label=_("Summary"),
        widget=forms.Textarea({"rows": 4, "autofocus": True}),
        max_length=5000,
        help_text=_("What it is about, what was done, what you ask for."),
    )
    again = forms.BooleanField(label=_("Offer it again"), required=False)

    def __init__(self, *args: Any, conversation: Conversation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["again"].widget = forms.HiddenInput()
        places = Queue.objects.filter(department__isnull=False).exclude(pk=conversation.queue_id)
        field: Any = self.fields["queue"]
        field.queryset = places.select_related("department").order_by("position", *by_localized_name())
        staffed = set(Department.objects.filter(people__is_active=True).order_by().values_list("pk", flat=True))
        field.label_from_instance = lambda queue: _place(queue, is_empty=queue.department_id not in staffed)

    def ask_to_confirm(self) -> None:
        """Show the box that confirms an offer which goes round in circles."""
        self.fields["again"].widget = forms.CheckboxInput()


def _place(queue: Queue, *, is_empty: bool) -> str:
    """A department with its queue: "Finance: Bills"; one name when both are called the same."""
    department = str(queue.department)
    name = department if str(queue) == department else f"{department}: {queue}"
    return gettext("%(department)s (nobody there)") % {"department": name} if is_empty else name


class _WaySelect(forms.Select):
    """Says of each way what its kind of channel does not carry, so that those fields are not shown for it; a way that
    is refused now cannot be chosen."""

    ways: Mapping[str, Way] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Mark one option."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        way = self.ways.get(str(value))
        if way is not None:
            marks = {
                "data-no-subject": not way.carried.subject,
                "data-no-files": not way.carried.attachments,
                "disabled": bool(way.refusal) and not option["selected"],
            }
            option["attrs"] |= {mark: True for mark, is_set in marks.items() if is_set}
        return option


class BeginningForm(forms.Form):
    """The first words to a customer, and by which way they go; the text is judged by its action."""

    way = forms.ChoiceField(label=_("How"), choices=[], widget=_WaySelect)
    title = forms.CharField(label=_("Subject"), max_length=500, required=False)
    text = forms.CharField(
        label=_("Message"), required=False, strip=False, widget=forms.Textarea({"rows": 8, "autofocus": True})
    )
    attached = forms.FileField(label=_("Files"), required=False, widget=_Files())
    client_key = forms.CharField(max_length=100, widget=forms.HiddenInput())

    def __init__(self, *args: Any, ways: Sequence[Way], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = {way.key: way for way in ways}
        field: Any = self.fields["way"]
        field.choices = [(way.key, way.words) for way in ways]
        field.widget.ways = self.ways
        self.initial.setdefault("way", next((way.key for way in ways if not way.refusal), None))
        possible = [way.carried for way in ways if not way.refusal]
        if not any(carried.subject for carried in possible):
            del self.fields["title"]
        if not any(carried.attachments for carried in possible):
            del self.fields["attached"]

    @property
    def chosen(self) -> Way:
        """The way that was chosen."""
        return self.ways[self.cleaned_data["way"]]


class SplitForm(forms.Form):
    """From which entry on, and what the new conversation is called."""

    from_seq = forms.IntegerField(min_value=1, max_value=2_147_483_647)
    title = forms.CharField(max_length=500, required=False)


class WritingForm(forms.Form):
    """An answer or a note as the composer sends it, also while it is still a draft.

    The text is not stripped and may be empty here: what an answer must be, its action says.
    """

    kind = forms.ChoiceField(choices=Draft.Kind.choices, required=False)
    text = forms.CharField(required=False, strip=False)
    client_key = forms.CharField(max_length=100, required=False)
    seen_seq = forms.IntegerField(min_value=0, max_value=2_147_483_647, required=False)
    then = forms.ChoiceField(choices=[("", ""), ("pending", ""), ("resolved", "")], required=False)
    anyway = forms.BooleanField(required=False)
    draft = forms.CharField(max_length=60, required=False)  # the token of the draft that the page knows
    recipients_confirmed = forms.IntegerField(min_value=1, max_value=1000, required=False)
    mentions_checked = forms.BooleanField(required=False)
    recipients_shown = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Add what comes in lists: recipients by role and keys of attachments."""
        cleaned = super().clean() or self.cleaned_data
        data: Any = self.data
        cleaned["kind"] = cleaned.get("kind") or Draft.Kind.REPLY
        field = forms.UUIDField()
        cleaned["mentions"] = [field.clean(key) for key in data.getlist("mentions")[:50]]
        cleaned["draft"] = cleaned.get("draft") if "draft" in data else None
        cleaned["seen_seq"] = cleaned.get("seen_seq") or 0
        cleaned["recipients"] = [
            Recipient(address=address.strip(), name="", role=role)
            for role in ("to", "cc")
            for address in data.getlist(role)
            if address.strip()
        ]
        cleaned["attachment_ids"] = [field.clean(key) for key in data.getlist("attachments")[:100]]
        return cleaned
