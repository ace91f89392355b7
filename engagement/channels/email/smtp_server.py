"""Which SMTP server sends for a channel, and how it is spoken to."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

from engagement.channels.email.email_settings import TLS_MODES, EmailSettings
from engagement.channels.models import Channel

_PORTS = {"smtp": 25, "smtp+plain": 25, "smtps": 465}


class BadServerURL(ValueError):
    """SMTP_URL does not say which server to use."""


class NoServer(ValueError):
    """Neither the channel nor SMTP_URL names a server."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """One server and one sign-in.

    ``tls``: STARTTLS where ``offered`` (RFC 3207), ``required``, TLS ``always`` from the first byte (RFC
    8314), or ``never``. ``verify``: check the certificate. ``guarded``: a person named the host in a form, so
    it must be on the public internet (``outgoing_guard``).
    """

    host: str
    port: int
    tls: str = "offered"
    verify: bool = True
    user: str = ""
    password: str = field(default="", repr=False)
    guarded: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine, so that nobody stands between."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def server_from_url(url: str) -> SmtpServer:
    """Return the server of ``smtp://user:password@host:port?tls=required&verify=no``; smtps: TLS from the
    start.

    A server elsewhere must offer STARTTLS, or whoever stands between could take the offer away and read the mail;
    ``smtp+plain`` says that this is known and accepted. User and password are percent-encoded. Raises BadServerURL.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadServerURL("SMTP_URL must look like smtp://host:port, smtps://host:port or smtp+plain://host:port.")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    tls = "always" if parts.scheme == "smtps" else query.get("tls", "")
    if tls and tls not in TLS_MODES:
        raise BadServerURL("SMTP_URL: tls is one of offered, required, never.")
    if not tls:
        is_private = parts.scheme == "smtp+plain" or SmtpServer(parts.hostname, 0).is_loopback
        tls = "offered" if is_private else "required"
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        tls=tls,
        verify=query.get("verify", "yes") != "no",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def house_server() -> SmtpServer:
    """Return the server of SMTP_URL, or the built-in catcher. Raises NoServer, BadServerURL."""
    if settings.SMTP_URL:
        return server_from_url(settings.SMTP_URL)
    if settings.CATCHER_PORT:
        return SmtpServer("127.0.0.1", settings.CATCHER_PORT, tls="never")
    raise NoServer("Set SMTP_URL: nothing says which mail server sends.")


def server_of(channel: Channel) -> SmtpServer:
    """Return the channel's own server, else the installation's."""
    own = EmailSettings.from_channel(channel).smtp
    if own is None:
        return house_server()
    return SmtpServer(
        host=own.host,
        port=own.port,
        tls=own.tls,
        verify=own.verify,
        user=own.user,
        password=own.password,
        guarded=True,
    )


def catches() -> bool:
    """Say whether outgoing mail goes to the built-in catcher."""
    if not settings.CATCHER_PORT:
        return False
    server = house_server()
    return server.is_loopback and server.port == settings.CATCHER_PORT
