"""The form of the first mailbox: what a mail program asks for, and nothing more."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.channels.email.email_settings import (
    EmailSettings,
    ImapSettings,
    SmtpSettings,
    usual_imap_port,
    usual_smtp_port,
)
from engagement.channels.forms import TLS_CHOICES, AddressField, OneLineField
from engagement.channels.models import Channel
from engagement.ui.stale_forms import StaleCheckMixin

_ENCRYPTED = [choice for choice in TLS_CHOICES if choice[0] != "offered"]


class MailboxForm(StaleCheckMixin, forms.Form):
    """Address, sign-in and servers of a mailbox. Passwords are written, never shown: empty keeps the present one."""

    address = AddressField(
        label=_("Address of the mailbox"),
        max_length=254,
        help_text=_("Customers write to it and replies come from it, such as contact@example.com."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    user = OneLineField(label=_("User"), max_length=200, required=False, help_text=_("Empty: the address."))
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=_("Some providers need a password made for apps."),
    )
    imap_host = OneLineField(label=_("Incoming server (IMAP)"), max_length=253)
    imap_tls = forms.ChoiceField(label=_("Encryption"), choices=_ENCRYPTED, initial="always")
    imap_port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65535, required=False, help_text=_("Empty: the usual one.")
    )
    smtp_host = OneLineField(label=_("Outgoing server (SMTP)"), max_length=253)
    smtp_tls = forms.ChoiceField(label=_("Encryption"), choices=_ENCRYPTED, initial="required")
    smtp_port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65535, required=False, help_text=_("Empty: the usual one.")
    )

    def __init__(self, *args: Any, channel: Channel | None, **options: Any) -> None:
        self.subject = channel
        super().__init__(*args, **options)
        self.channel = channel
        held = EmailSettings.from_channel(channel) if channel else EmailSettings()
        if channel is not None:
            self.initial["address"] = channel.address
        for side, kept in (("imap", held.imap), ("smtp", held.smtp)):
            if kept is not None:
                self.initial.update({f"{side}_{name}": getattr(kept, name) for name in ("host", "tls", "port")})
        if held.imap is not None:
            self.initial["user"] = "" if channel and held.imap.user == channel.address else held.imap.user
            if held.imap.password:
                self.fields["password"].help_text = _("One is kept. Write a new one to replace it.")

    def clean(self) -> dict[str, Any]:
        """Ask for a password where none is kept for this sign-in, which would make every test fail."""
        given: dict[str, Any] = super().clean() or {}
        if self.errors or given.get("password"):
            return given
        wanted = self.settings_for(None)
        kept = wanted if self.channel is None else wanted.keep_secrets_of(EmailSettings.from_channel(self.channel))
        sides = (kept.imap, kept.smtp)
        if not all(side and side.password for side in sides):
            self.add_error("password", _("Type the password. It is asked again when user or server changes."))
        return given

    def settings_for(self, channel: Channel | None) -> EmailSettings:
        """Return the settings as given; what this form does not ask for stays as it is at the channel."""
        given = self.cleaned_data
        user = given["user"] or given["address"]
        held = EmailSettings.from_channel(channel) if channel else EmailSettings()
        imap = ImapSettings(
            host=given["imap_host"],
            port=given["imap_port"] or usual_imap_port(given["imap_tls"]),
            tls=given["imap_tls"],
            user=user,
            password=given["password"],
            start="new",
            since=timezone.now(),
        )
        smtp = SmtpSettings(
            host=given["smtp_host"],
            port=given["smtp_port"] or usual_smtp_port(given["smtp_tls"]),
            tls=given["smtp_tls"],
            user=user,
            password=given["password"],
        )
        if held.imap is not None:
            names = ("folder", "after", "move_to", "start")
            imap = replace(imap, **{name: getattr(held.imap, name) for name in names})
        return replace(held, smtp=smtp, imap=imap)
