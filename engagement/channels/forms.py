"""Forms of the customer's mailbox and of the channels' pages."""

import re
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.channels.email.addresses import InvalidAddress, normalise
from engagement.channels.email.composing import OutgoingAttachment
from engagement.channels.email.email_settings import (
    TLS_MODES,
    EmailSettings,
    ImapSettings,
    SmtpSettings,
    usual_imap_port,
    usual_smtp_port,
)
from engagement.channels.kind_settings import KindSettings
from engagement.channels.models import Channel
from engagement.sorting import by_name
from engagement.ui.choices import Nothing
from engagement.ui.stale_forms import StaleCheckMixin

_ONE_LINE = _("Write it on one line.")


class OneLineField(forms.CharField):
    """Text that may become part of a header."""

    def clean(self, value: Any) -> str:
        """Raises ValidationError for a line break or another control character."""
        text: str = super().clean(value)
        if any(ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" for letter in text):
            raise forms.ValidationError(_ONE_LINE)
        return text


class AddressField(OneLineField):
    """One e-mail address, kept as written."""

    def clean(self, value: Any) -> str:
        """Raises ValidationError for what nobody could write to."""
        text = super().clean(value)
        try:
            normalise(text)
        except InvalidAddress as error:
            raise forms.ValidationError(_("This is no e-mail address. Write it like ana@example.org.")) from error
        return text


class AnswerForm(forms.Form):
    """What the customer answers to a message."""

    text = forms.CharField(label=_("Answer"), widget=forms.Textarea(attrs={"rows": 3}), max_length=200_000, strip=False)

    def clean_text(self) -> str:
        """Raises ValidationError for an answer that says nothing."""
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise forms.ValidationError(_("Write something first."))
        return text


NO_MAILBOX = Nothing(
    _("No channel gets e-mail yet."), "channels:creation", _("Make a channel"), "engagement_channels.add_channel"
)


class LetterForm(forms.Form):
    """A new message in a customer's name."""

    when_empty: ClassVar = {"to": NO_MAILBOX}
    name = OneLineField(label=_("Customer's name"), max_length=200, required=False)
    address = AddressField(label=_("Customer's address"), max_length=254)
    to = forms.ModelChoiceField(label=_("To"), queryset=Channel.objects.none(), empty_label=None)
    title = OneLineField(label=_("Subject"), max_length=500, required=False)
    text = forms.CharField(label=_("Message"), widget=forms.Textarea(attrs={"rows": 8}), max_length=200_000)
    file = forms.FileField(label=_("File"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        channels = Channel.objects.filter(kind="email").order_by(*by_name())
        self.fields["to"].queryset = channels  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """Raises ValidationError for a file that is too large for a message."""
        file = self.cleaned_data["file"]
        if file and file.size > settings.ATTACHMENT_LIMIT:
            megabytes = settings.ATTACHMENT_LIMIT // (1024 * 1024)
            raise forms.ValidationError(
                _("Choose a file of at most %(megabytes)s MB."), params={"megabytes": megabytes}
            )
        return file

    @property
    def files_to_send(self) -> tuple[OutgoingAttachment, ...]:
        """The file, read."""
        file = self.cleaned_data.get("file")
        if not file:
            return ()
        kind = file.content_type or "application/octet-stream"
        return (OutgoingAttachment(filename=file.name, content_type=kind, content=file.read()),)


_TLS_LABELS = {
    "required": _("STARTTLS, required"),
    "always": _("TLS from the start"),
    "offered": _("STARTTLS where offered"),
    "never": _("without TLS"),
}
TLS_CHOICES = [(mode, _TLS_LABELS[mode]) for mode in TLS_MODES]


class PlainChannelForm(StaleCheckMixin, forms.ModelForm[Channel]):
    """What may be changed about every channel; all of it for a kind that the house carries by itself."""

    class Meta:
        model = Channel
        fields = ["name", "sender_name", "rate_per_minute"]
        help_texts = {"rate_per_minute": _("Empty: no limit.")}

    def clean_name(self) -> str:
        """Raises ValidationError for more than one line."""
        return OneLineField(max_length=200).clean(self.cleaned_data["name"])

    def clean_sender_name(self) -> str:
        """Raises ValidationError for more than one line."""
        return OneLineField(max_length=200, required=False).clean(self.cleaned_data["sender_name"])

    @property
    def kind_settings(self) -> KindSettings | None:
        """The settings of the kind as given; None where this form changes none."""
        return None


class ChannelForm(PlainChannelForm):
    """What may be changed about an e-mail channel. Passwords are written, never shown: empty keeps the
    present one.
    """

    smtp_host = OneLineField(
        label=_("Server"), max_length=253, required=False, help_text=_("Empty: the server of the house sends.")
    )
    smtp_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, required=False)
    smtp_tls = forms.ChoiceField(label=_("Encryption"), choices=TLS_CHOICES, required=False)
    smtp_user = OneLineField(label=_("User"), max_length=200, required=False)
    smtp_password = forms.CharField(
        label=_("Password"), required=False, strip=False, widget=forms.PasswordInput(render_value=False)
    )
    imap_host = OneLineField(
        label=_("Server"), max_length=253, required=False, help_text=_("Empty: mail comes in over SMTP only.")
    )
    imap_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, required=False)
    imap_tls = forms.ChoiceField(label=_("Encryption"), choices=TLS_CHOICES, required=False)
    imap_folder = OneLineField(label=_("Folder"), max_length=200, required=False)
    imap_user = OneLineField(label=_("User"), max_length=200, required=False)
    imap_password = forms.CharField(
        label=_("Password"), required=False, strip=False, widget=forms.PasswordInput(render_value=False)
    )

    imap_start = forms.ChoiceField(
        label=_("Fetch"),
        choices=[("new", _("Only new messages")), ("all", _("All messages in the folder"))],
        required=False,
        help_text=_("All messages: each that is not known yet becomes a conversation."),
    )
    imap_after = forms.ChoiceField(
        label=_("Fetched messages"),
        choices=[("keep", _("Leave as they are")), ("seen", _("Mark as read")), ("move", _("Move to a folder"))],
        required=False,
    )
    imap_move_to = OneLineField(label=_("Move to folder"), max_length=200, required=False)

    authentication_servers = OneLineField(
        label=_("Servers whose checks are trusted"),
        max_length=500,
        required=False,
        help_text=_(
            "The names that your receiving servers write into Authentication-Results, such as mx.example.org, "
            "separated by commas. * trusts all: only where your server removes the results of others."
        ),
    )
    checks_senders = forms.BooleanField(
        label=_("Check SPF, DKIM and DMARC where those servers say nothing"), required=False
    )

    return_path = forms.ChoiceField(
        label=_("Return path of bounces"),
        choices=[
            ("auto", _("Automatic")),
            ("signed", _("Signed: the address with a token after a plus sign")),
            ("plain", _("The plain address")),
        ],
        help_text=_(
            "A signed return path tells of which message a bounce is. Automatic: signed, except where the "
            "mailbox is fetched "
            "over IMAP. The mail server must accept addresses with a plus sign."
        ),
    )
    customer_in_reply_to = forms.ChoiceField(
        label=_("The customer is in Reply-To"),
        choices=[
            ("auto", _("Automatic: in mail of our own addresses and forms")),
            ("always", _("Always")),
            ("never", _("Never")),
        ],
        help_text=_("For a mailbox that gets the mail of contact forms: the profile and the reply are the customer's."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        held = EmailSettings.from_channel(self.instance)
        for name in ("return_path", "customer_in_reply_to"):
            self.fields[name].initial = getattr(held, name)
            self.fields[name].required = False
        self.fields["authentication_servers"].initial = ", ".join(held.authentication_servers)
        self.fields["checks_senders"].initial = held.checks_senders
        for side, names, kept in (("smtp", _SMTP_FIELDS, held.smtp), ("imap", _IMAP_FIELDS, held.imap)):
            shown = kept or _UNSET[side]
            for name in names:
                self.fields[f"{side}_{name}"].initial = getattr(shown, name)
            if kept and kept.password:
                self.fields[f"{side}_password"].help_text = _("One is kept. Write a new one to replace it.")

    def clean_authentication_servers(self) -> list[str]:
        """Raises ValidationError for what is no name of a server."""
        given = str(self.cleaned_data["authentication_servers"]).lower().replace(";", ",")
        names = [name.strip() for name in given.split(",") if name.strip()]
        for name in names:
            if name != "*" and not re.fullmatch(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,8}", name):
                raise forms.ValidationError(
                    _("%(name)s is not the name of a server. Write it like mx.example.org."), params={"name": name}
                )
        return names[:10]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError on a user without a server, a mailbox without a user, or nowhere to move mail."""
        given: dict[str, Any] = super().clean() or {}
        for side in ("smtp", "imap"):
            if given.get(f"{side}_user") and not given.get(f"{side}_host"):
                self.add_error(f"{side}_host", _("Name the server that this user signs in to."))
            if side == "imap" and given.get("imap_host") and not given.get("imap_user"):
                self.add_error("imap_user", _("A mailbox needs a user. Write who signs in."))
        if given.get("imap_host") and given.get("imap_after") == "move":
            folder = given.get("imap_folder") or "INBOX"
            if given.get("imap_move_to", "") in ("", folder):
                self.add_error("imap_move_to", _("Name another folder, to which fetched messages are moved."))
        return given

    @property
    def kind_settings(self) -> EmailSettings:
        """The settings as given; an empty password means: as it was."""
        given = self.cleaned_data
        held = EmailSettings.from_channel(self.instance)
        return EmailSettings(
            smtp=self._smtp(held) if given["smtp_host"] else None,
            imap=self._imap() if given["imap_host"] else None,
            authentication_servers=tuple(given["authentication_servers"]),
            checks_senders=given["checks_senders"],
            return_path=given["return_path"] or "auto",
            customer_in_reply_to=given["customer_in_reply_to"] or "auto",
        )

    def _smtp(self, held: EmailSettings) -> SmtpSettings:
        given = self.cleaned_data
        tls = given["smtp_tls"] or "required"
        return SmtpSettings(
            host=given["smtp_host"],
            port=given["smtp_port"] or usual_smtp_port(tls),
            tls=tls,
            user=given["smtp_user"],
            password=given["smtp_password"],
            verify=held.smtp.verify if held.smtp and held.smtp.host == given["smtp_host"] else True,
        )

    def _imap(self) -> ImapSettings:
        given = self.cleaned_data
        tls, start = given["imap_tls"] or "always", given["imap_start"] or "new"
        return ImapSettings(
            host=given["imap_host"],
            port=given["imap_port"] or usual_imap_port(tls),
            tls=tls,
            user=given["imap_user"],
            password=given["imap_password"],
            folder=given["imap_folder"] or "INBOX",
            after=given["imap_after"] or "keep",
            move_to=given["imap_move_to"] if given["imap_after"] == "move" else "",
            start=start,
            since=timezone.now() if start == "new" else None,
        )


_SMTP_FIELDS = ("host", "port", "tls", "user")
_IMAP_FIELDS = ("host", "port", "tls", "folder", "user", "start", "after", "move_to")
_UNSET: dict[str, Any] = {"smtp": SmtpSettings(host=""), "imap": ImapSettings(host="", start="new")}
