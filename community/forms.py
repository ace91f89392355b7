"""What the community's forms take."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from community.models import Member, Post, Space, Topic
from community.models.member import HANDLE
from community.models.moderation import Reason
from community.models.space import SpaceQuerySet
from community.names import visible_text
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.sorting import by_name
from engagement.ui.choices import Nothing
from engagement.ui.stale_forms import StaleCheckMixin
from engagement.village.models import User

KINDS = [
    (Topic.Kind.QUESTION, _("A question")),
    (Topic.Kind.IDEA, _("An idea")),
    (Topic.Kind.DISCUSSION, _("A discussion")),
    (Topic.Kind.REVIEW, pgettext_lazy("of a product", "A review")),
]
SILENCES = {"1": timedelta(days=1), "7": timedelta(days=7), "30": timedelta(days=30)}
_SHORTEST, _LONGEST = 2, 20_000


class TextForm(forms.Form):
    """Words in Markdown. ``client_key`` makes a second submit of one form harmless."""

    text = forms.CharField(
        label=_("Your answer"),
        min_length=_SHORTEST,
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    client_key = forms.UUIDField(required=False, widget=forms.HiddenInput)


class EditPostForm(StaleCheckMixin, TextForm):
    """What a post says, over what it says now: its author may have changed it elsewhere, a moderator its links."""

    names_editor = False

    def __init__(self, data: Any = None, *, post: Post) -> None:
        self.subject = post
        super().__init__(data, initial={"text": post.source})


class AskForm(TextForm):
    """What somebody opens in a space."""

    when_empty: ClassVar = {"space": Nothing(_("No space takes questions yet. Come back later."))}
    space = forms.ModelChoiceField(label=_("Space"), queryset=Space.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("What is it?"), choices=KINDS)
    title = forms.CharField(
        label=_("In one sentence"),
        min_length=8,
        max_length=160,
        help_text=_("What happens, and when. Others find it by these words."),
    )
    about = forms.CharField(label=_("Product, if it is about one"), max_length=60, required=False)
    rating = forms.TypedChoiceField(
        label=_("For a review: how many of 5?"),
        choices=[("", "–"), *((number, str(number)) for number in range(1, 6))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    field_order = ("kind", "space", "title", "about", "rating", "text", "client_key")

    def __init__(self, *args: Any, spaces: SpaceQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["space"].queryset = spaces  # type: ignore[attr-defined]
        self.fields["text"].label = _("Tell it so that others can help")
        self.fields["text"].widget.attrs["rows"] = 8

    def clean_title(self) -> str:
        """Raises ValidationError when nothing that can be read is left."""
        title = visible_text(self.cleaned_data["title"])
        if len(title) < 8:
            raise forms.ValidationError(_("Write at least 8 letters."))
        return title

    def clean_about(self) -> str:
        """On one line."""
        return visible_text(self.cleaned_data["about"])

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for a kind that the space is not for, and a review without a rating."""
        cleaned = super().clean() or self.cleaned_data
        space, kind = cleaned.get("space"), cleaned.get("kind")
        if space and kind and kind not in space.kinds:
            self.add_error("space", _("This cannot be opened in this space. Choose another one."))
        if kind == Topic.Kind.REVIEW and not cleaned.get("rating"):
            self.add_error("rating", _("Say how many of 5."))
        return cleaned


class SignInForm(forms.Form):
    """Where to send the link."""

    email = forms.CharField(
        label=_("Your e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link. There is no password."),
    )

    def clean_email(self) -> str:
        """Raises ValidationError for what nobody could write to."""
        given = self.cleaned_data["email"].strip()
        try:
            normalised("email", given)
        except InvalidAddress as error:
            raise forms.ValidationError(_("This is no e-mail address. Write it like ana@example.org.")) from error
        return str(given)


class IntroductionForm(StaleCheckMixin, forms.Form):
    """How a member is called."""

    names_editor = False

    name = forms.CharField(label=_("Name that others see"), min_length=2, max_length=80)
    handle = forms.CharField(
        label=_("Short name for the address"),
        min_length=2,
        max_length=30,
        validators=[RegexValidator(HANDLE, _("Small letters, digits, dots and dashes."))],
        help_text=_("Small letters, digits, dots and dashes."),
    )

    def __init__(self, data: Any = None, *, member: Member) -> None:
        self.subject = member
        super().__init__(data, initial={"handle": member.handle, "name": member.display_name})

    def clean_name(self) -> str:
        """Without what cannot be seen. Raises ValidationError when nothing is left."""
        name = visible_text(self.cleaned_data["name"])
        if len(name) < _SHORTEST:
            raise forms.ValidationError(_("Write at least 2 letters."))
        return name


class FlagForm(forms.Form):
    """Why a post is reported."""

    reason = forms.ChoiceField(label=_("What is wrong with it?"), choices=Reason.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Anything to add?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class AppealForm(forms.Form):
    """Why a removal was wrong."""

    text = forms.CharField(
        label=_("Why should it come back?"), min_length=5, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class RemovalForm(forms.Form):
    """Why a post goes out of sight."""

    reason = forms.ChoiceField(label=_("Reason"), choices=Reason.choices)
    text = forms.CharField(label=_("What the author reads"), max_length=500)


class SilenceForm(forms.Form):
    """For how long a member writes nothing, and why."""

    days = forms.ChoiceField(
        label=_("For how long"), choices=[("1", _("1 day")), ("7", _("7 days")), ("30", _("30 days"))]
    )
    reason = forms.CharField(label=_("What the member reads"), max_length=500)


class VerdictForm(forms.Form):
    """What becomes of an appeal."""

    verdict = forms.ChoiceField(choices=[("uphold", ""), ("overturn", "")])
    text = forms.CharField(label=_("Your answer to the author"), max_length=500)


class IdeaForm(StaleCheckMixin, forms.Form):
    """Where an idea stands. It writes over nothing that it did not show."""

    status = forms.ChoiceField(label=_("Status"), choices=Topic.IdeaStatus.choices)
    note = forms.CharField(label=_("What those who voted are told"), max_length=500, required=False)

    def __init__(self, data: Any = None, *, topic: Topic) -> None:
        self.subject = topic
        super().__init__(data, initial={"status": topic.idea_status, "note": topic.idea_note})


class SpaceForm(StaleCheckMixin, forms.ModelForm[Space]):
    """A space, its words in both languages, and who looks after it."""

    kinds = forms.MultipleChoiceField(label=_("What may be opened"), choices=KINDS, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Space
        fields = (
            "name",
            "name_pt",
            "slug",
            "description",
            "description_pt",
            "rules",
            "rules_pt",
            "kinds",
            "visibility",
            "moderator",
            "deputy",
            "department",
            "volunteers",
            "position",
        )
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in ("rules", "rules_pt")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        colleagues = User.objects.filter(is_active=True).order_by(*by_name())
        for name in ("moderator", "deputy"):
            self.fields[name].queryset = colleagues  # type: ignore[attr-defined]
        if not self.instance._state.adding:
            self.fields["slug"].disabled = True  # addresses stay for ever

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError when moderator and deputy are one person."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("moderator") and cleaned.get("moderator") == cleaned.get("deputy"):
            self.add_error("deputy", _("Choose another person than the moderator."))
        return cleaned
