"""What shows that a machine wrote a message, before anything is believed that it says about ours.

A person may write every word that a mail server writes, and forward what one wrote; nobody writes with a null
reverse-path by hand (RFC 5321 section 4.5.5), as MAILER-DAEMON, or a multipart/report (RFC 6522).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engagement.channels.email.headers import Headers

_DAEMON = re.compile(
    r"\"?(?:[^@\s\"]{0,60}[-_.+])?(?:mailer[-_.]?daemon|post[-_.]?master|mail[-_.]?delivery|mail[-_.]?administrator|mdaemon"
    r"|mmdf|ndr|bounces?|system[-_. ]?administrator|mailsystem|mail[-_.]?system"
    r"|microsoftexchange[0-9a-z]{8,40})(?:[-+._=\\].{0,200})?\"?(?:@|$)",
    re.IGNORECASE,
)
# Newsletters, lists and shops send from a bounce address of their own: in the envelope it is no sign of a report.
_BOUNCE_ADDRESS = re.compile(r"\"?(?:[^@\s\"]{0,60}[-_.+])?bounces?(?:[-+._=\\].{0,200})?\"?@", re.IGNORECASE)
_GATEWAY = re.compile(
    r"[^@]{0,60}(?:smtp|anti[-_.]?virus|inetgw|mail[-_.]?(?:service|gateway|gw|server|filter|scanner|security))",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"(?:mailer[- ]?daemon|mail deliver|mail system|mail administrator|delivery subsystem|system administrator"
    r"|post ?master|internet mail delivery|administrador do sistema|administrador del sistema|systemadministrator)",
    re.IGNORECASE,
)
_ROBOT = re.compile(
    r"(?:[^@]{0,60}[-_.+])?(?:mailer[-_.]?daemon|ndr|no[-_.]?reply|do[-_.]?not[-_.]?reply|nao[-_.]?responda|no[-_.]?responder|bounces?|"
    r"notifications?|auto[-_.]?(?:reply|responder|confirm)|mdaemon|postmaster)(?:[-+._].{0,200})?@",
    re.IGNORECASE,
)

# Where everybody may choose an address: only the provider's own servers have these names to themselves.
_PERSONAL_PROVIDERS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "icloud.com", "me.com"),
        *("mac.com", "yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "gmx.de", "gmx.net", "gmx.com", "web.de"),
        *("t-online.de", "freenet.de", "orange.fr", "free.fr", "laposte.net", "wanadoo.fr", "libero.it", "proton.me"),
        *("protonmail.com", "pm.me", "zoho.com", "mail.ru", "yandex.ru", "qq.com", "163.com", "126.com", "naver.com"),
        *("uol.com.br", "bol.com.br", "terra.com.br", "ig.com.br", "globo.com", "globomail.com", "r7.com"),
        *("zipmail.com.br", "oi.com.br", "sapo.pt", "telefonica.net", "fastmail.com", "hey.com", "tutanota.com"),
    }
)
_NATIONAL_PROVIDERS = ("yahoo.", "hotmail.", "live.", "outlook.", "gmx.")
_PROVIDERS_OWN_SERVER = re.compile(r"\"?(?:mailer[-_.]?daemon|post[-_.]?master|no[-_.]?reply)\"?@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MachineSigns:
    """``null_sender``: no reverse-path. ``is_report``: the whole message is a multipart/report. ``is_daemon``: a mail
    server's name wrote it. ``is_automatic``: its header says so. ``is_robot``: an address that nobody reads.
    ``is_gateway``: an address that a mail filter may have; a weak sign. ``has_return_address``: it came with the
    address of a sender in the envelope, so that a person may have written it as postmaster.
    """

    null_sender: bool
    is_report: bool
    is_daemon: bool
    is_automatic: bool
    is_robot: bool
    is_gateway: bool = False
    has_return_address: bool = False

    @property
    def is_machine(self) -> bool:
        """Whether any sign is there that a person's letter cannot carry."""
        return self.null_sender or self.is_report or self.is_daemon or self.is_automatic

    @property
    def is_server(self) -> bool:
        """Whether a mail server wrote it, rather than somebody's answering machine."""
        return self.is_report or self.is_daemon


def read_machine_signs(
    headers: Headers, *, address: str, name: str, envelope_sender: str, null_sender: bool
) -> MachineSigns:
    """Return the signs in a message's own header and envelope; ``address`` and ``name`` are of its From."""
    submitted = headers.first("auto-submitted").strip().lower()
    return_path = headers.first("return-path").strip("<> \t")
    envelope = [one for one in (envelope_sender, return_path) if one and not _BOUNCE_ADDRESS.match(one)]
    daemon = any(_is_daemon_address(one) for one in (address.strip("<> "), *envelope))
    failed = "x-failed-recipients" in headers
    named = bool(_DAEMON_NAME.match(name.strip(" '\""))) or bool(_DAEMON_NAME.match(headers.first("from").strip(' "')))
    # People call themselves System Administrator as well: a name alone is no sign in mail that has a return address.
    named = named and not (envelope_sender.strip("<> ") and "@" in address)
    return MachineSigns(
        null_sender=null_sender,
        is_report=headers.first("content-type").lower().lstrip().startswith("multipart/report") or failed,
        is_daemon=daemon or named,
        is_automatic=submitted.startswith("auto-"),
        is_robot=is_robot_address(address),
        is_gateway=_GATEWAY.match(address) is not None,
        has_return_address=bool(envelope_sender.strip("<> ")),
    )


def is_robot_address(address: str) -> bool:
    """Whether an address is of the sort that programs send from and nobody reads, as no-reply."""
    return _ROBOT.match(address) is not None and not is_personal_address(address)


def _is_daemon_address(address: str) -> bool:
    return _DAEMON.match(address) is not None and not is_personal_address(address)


def is_personal_address(address: str) -> bool:
    """Whether the address is one that anybody may have taken at a provider of mailboxes."""
    domain = address.rpartition("@")[2].lower().strip(" >.")
    is_provider = domain in _PERSONAL_PROVIDERS or domain.startswith(_NATIONAL_PROVIDERS)
    return is_provider and _PROVIDERS_OWN_SERVER.match(address.strip("<> ")) is None
