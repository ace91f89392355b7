"""What the studio's forms take."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from content.layouts import LAYOUTS
from content.locales import find_locale
from content.models import Draft, Kind, Purpose, Template
from content.rendering import Broken
from content.sender import sender_line
from content.words import FIELDS
from engagement.channels.models import Channel
from engagement.organization.current import current_organization
from engagement.sorting import by_name
from engagement.ui.choices import Nothing
from engagement.ui.stale_forms import FIELD, StaleCheckMixin
from engagement.village.models import Department, User

NO_LANGUAGE = _("There is no such language. Choose one from the list, or type its tag, such as de-AT.")
_PURPOSES = [
    (Purpose.MARKETING, _("Marketing: needs consent, and says how to leave")),
    (Purpose.SERVICE, _("Service: about something that they ordered or asked for")),
]


def channels_of(kind: str = "") -> Any:
    """Return the channels from which texts of a kind are sent; of both kinds without one."""
    found = Channel.objects.filter(kind__in=[kind] if kind else Kind.values).defer("credentials")
    return found.order_by(*by_name())


class SenderField(forms.ModelChoiceField):
    """A channel as its readers see it: by its sender's name and address."""

    is_marketing = False

    def label_from_instance(self, obj: Channel) -> str:
        named = sender_line(obj, is_marketing=self.is_marketing)
        return named if named != obj.address else f"{obj.name}, {obj.address}"


class LocaleField(forms.CharField):
    """A language: chosen from a list that can be searched, or typed as its tag."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=80, widget=forms.TextInput({"list": "languages", "autocomplete": "off"}), **options)

    def clean(self, value: Any) -> str:
        """Return the tag of what was typed."""
        tag = find_locale(str(super().clean(value)))
        if not tag:
            raise forms.ValidationError(NO_LANGUAGE, code="language")
        return tag


class LocaleForm(forms.Form):
    """A language that a text is to be written in as well."""

    locale = LocaleField(label=_("Language"))


class NewTemplateForm(forms.Form):
    """What a new text is, and what it starts from."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Only the team reads it."))
    kind = forms.ChoiceField(label=_("What it becomes"), choices=Kind.choices, widget=forms.RadioSelect)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=_PURPOSES, widget=forms.RadioSelect)
    source_locale = LocaleField(label=_("Written first in"))
    layout = forms.ChoiceField(label=_("Starts from"), choices=list(LAYOUTS.items()), widget=forms.RadioSelect)


def sender_for(*, kind: str, purpose: str) -> Channel | None:
    """Return the sender of a new text: the one that texts of its kind and purpose are sent from already.

    The only one there is, when none is; None when there are several: then its author chooses.
    """
    used = Template.objects.in_use().filter(kind=kind, purpose=purpose, channel__kind=kind).order_by()
    common = used.values("channel").annotate(texts=Count("pk")).order_by("-texts", "channel").first()
    if common is not None:
        sender: Channel | None = channels_of(kind).filter(pk=common["channel"]).first()
        return sender
    found: list[Channel] = list(channels_of(kind)[:2])
    return found[0] if len(found) == 1 else None


class SettingsForm(StaleCheckMixin, forms.Form):
    """What a text is called, what for, from where and whose. It writes over nothing that it did not show."""

    when_empty: ClassVar = {
        "channel": Nothing(
            _("No channel sends such texts yet."),
            "channels:creation",
            _("Make a channel"),
            "engagement_channels.add_channel",
        )
    }
    name = forms.CharField(label=_("Name"), max_length=200)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=_PURPOSES, widget=forms.RadioSelect)
    channel = SenderField(
        label=_("Sent from"), queryset=Channel.objects.none(), required=False, empty_label=_("Not chosen yet")
    )
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), empty_label=None)
    department = forms.ModelChoiceField(
        label=_("Department"), queryset=Department.objects.all(), required=False, empty_label=_("None")
    )

    def __init__(self, data: Any = None, *, template: Template) -> None:
        names = ("name", "purpose", "channel", "owner", "department")
        self.subject = template
        super().__init__(data, initial={name: getattr(template, name) for name in names})
        self.fields["channel"].is_marketing = template.is_marketing  # type: ignore[attr-defined]
        self.fields["channel"].queryset = channels_of(template.kind)  # type: ignore[attr-defined]
        name = current_organization().marketing_sender_name.strip()
        if name and template.is_email:
            self.fields["channel"].help_text = _("Marketing email is sent as “%(name)s”.") % {"name": name}
        writers = User.objects.filter(is_active=True).order_by(*by_name())
        self.fields["owner"].queryset = writers  # type: ignore[attr-defined]

    def settings(self) -> dict[str, Any]:
        """Return the values to save."""
        return {name: value for name, value in self.cleaned_data.items() if name != FIELD}


class WordsForm(forms.Form):
    """The words of one language as the editor sends them, also while they are half written."""

    subject = forms.CharField(label=_("Subject"), max_length=500, required=False)
    preheader = forms.CharField(
        label=_("Preview line"),
        max_length=500,
        required=False,
        help_text=_("Stands behind the subject in the list of mails."),
    )
    mjml = forms.CharField(label=_("Layout"), required=False, strip=False, widget=forms.Textarea({"rows": 22}))
    text = forms.CharField(label=_("Text part"), required=False, strip=False, widget=forms.Textarea({"rows": 6}))
    version = forms.IntegerField(min_value=0, max_value=2_147_483_647, widget=forms.HiddenInput)
    writer = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, kind: str, draft: Draft | None = None, writer: str = "") -> None:
        given = {field: getattr(draft, field) for field in (*FIELDS, "version")} if draft else {}
        super().__init__(data, initial={**given, "writer": writer})
        text = self.fields["text"]
        if kind == Kind.SMS:
            for name in ("subject", "preheader", "mjml"):
                del self.fields[name]
            text.label = _("Text")
        else:
            text.help_text = _("For readers without HTML. Left empty, it is made from the layout.")
        for name in ("mjml", "text"):
            if name in self.fields:
                self.fields[name].widget.attrs |= {"spellcheck": "true" if name == "text" else "false"}
        if "mjml" in self.fields:
            self.fields["mjml"].widget.attrs["class"] = "code"

    @classmethod
    def of(cls, draft: Draft, *, kind: str, writer: str) -> "WordsForm":
        """Return the form as if the draft's words had been sent, so that errors can stand beside them."""
        sent = {field: getattr(draft, field) for field in (*FIELDS, "version")}
        return cls({**sent, "writer": writer}, kind=kind)

    def words(self) -> dict[str, str]:
        """Return the words, valid or not: what was typed is never lost to an error."""
        data: Any = self.data
        return {field: str(data.get(field, "")) for field in FIELDS if field in self.fields}

    def say(self, broken: Broken) -> None:
        """Put what is wrong with the words beside the field it is in, with its line."""
        said = str(broken)
        if broken.has_line:
            said = _("Line %(line)d: %(sentence)s") % {"line": broken.line, "sentence": broken}
        self.add_error(broken.field if broken.field in self.fields else None, said)


class TestForm(forms.Form):
    """To whom a test goes, in which language, filled as for whom."""

    addresses = forms.CharField(label=_("Send to"), max_length=4_000, widget=forms.Textarea({"rows": 3}))
    locale = forms.ChoiceField(label=_("Language"))
    reader = forms.ChoiceField(label=_("Filled as for"), required=False)
    mark = forms.BooleanField(label=_("Mark it with [Test]"), required=False)

    __test__ = False  # pytest takes no form for a test

    def __init__(
        self, data: Any = None, *, locales: Any, readers: Any, kind: str, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["locale"].choices = locales  # type: ignore[attr-defined]
        self.fields["reader"].choices = readers  # type: ignore[attr-defined]
        helps = {
            "email": _("Up to 10 email addresses of the team or of test mailboxes, separated by commas or lines."),
            "sms": _("Up to 10 phone numbers of the team, with country code, separated by commas or lines."),
        }
        self.fields["addresses"].help_text = helps[kind]


class SubmissionForm(forms.Form):
    """What the reviewer should know."""

    comment = forms.CharField(
        label=_("What the reviewer should know"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Where a claim comes from, who agreed to a cost, what changed."),
    )
