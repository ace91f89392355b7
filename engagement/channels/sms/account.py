"""Whose account sends for a channel, and where its provider listens."""

from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext_noop

from engagement.channels.models import Channel
from engagement.channels.sms.sms_settings import SmsSettings

TWILIO = "https://api.twilio.com"


class NoAccount(ValueError):
    """The channel has no account yet; the message is an English sentence for the channel's page."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account at a provider that speaks Twilio's API.

    ``guarded``: a person named the host in a form, so it must be on the public internet (``outgoing_guard``).
    """

    sid: str
    token: str = field(repr=False)
    api_url: str = TWILIO
    guarded: bool = False

    @property
    def messages_url(self) -> str:
        """Where messages are given to the provider (Twilio, "Messages resource")."""
        return f"{self.api_url.rstrip('/')}/2010-04-01/Accounts/{self.sid}/Messages.json"

    @property
    def numbers_url(self) -> str:
        """Where the account's own numbers are listed (Twilio, "IncomingPhoneNumbers resource")."""
        return f"{self.api_url.rstrip('/')}/2010-04-01/Accounts/{self.sid}/IncomingPhoneNumbers.json"

    @property
    def url(self) -> str:
        """What is asked to see whether the credentials are right (Twilio, "Accounts resource")."""
        return f"{self.api_url.rstrip('/')}/2010-04-01/Accounts/{self.sid}.json"


def account_of(channel: Channel) -> Account:
    """Return the account of a channel. Raises NoAccount."""
    own = SmsSettings.from_channel(channel)
    if not own.account or not own.token:
        raise NoAccount(gettext_noop("The channel has no account. Write its account SID and auth token."))
    return Account(own.account, own.token, own.api_url or _house_url(), guarded=bool(own.api_url))


def stands_in() -> bool:
    """Say whether texts go to the built-in stand-in instead of a provider."""
    return bool(settings.SMS_STAND_IN_PORT) and not settings.SMS_API_URL


def _house_url() -> str:
    if settings.SMS_API_URL:
        return settings.SMS_API_URL
    return f"http://127.0.0.1:{settings.SMS_STAND_IN_PORT}" if settings.SMS_STAND_IN_PORT else TWILIO
