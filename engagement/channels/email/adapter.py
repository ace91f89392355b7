"""E-mail as a kind of channel."""

from collections.abc import Sequence

from engagement.channels.adapters import Capabilities, Handover, Outcome, Refused, Unreachable
from engagement.channels.email.addresses import InvalidAddress, normalise
from engagement.channels.email.composing import OutgoingEmail, UnsafeHeader, compose
from engagement.channels.email.sender import POOL
from engagement.channels.email.smtp_server import BadServerURL, NoServer, server_of
from engagement.channels.email.smtp_session import Letter
from engagement.channels.models import Channel


class EmailAdapter:
    """Hands messages to an SMTP server."""

    kind = "email"
    capabilities = Capabilities(
        html=True,
        subject=True,
        attachments=True,
        several_recipients=True,
        threads=True,
        receipts=frozenset({"accepted", "bounced", "complained"}),
    )

    def is_address(self, address: str) -> bool:
        """Say whether ``address`` is one by RFC 5321 and 6531."""
        try:
            normalise(address)
        except InvalidAddress:
            return False
        return not any(letter.isspace() or ord(letter) < 33 or ord(letter) == 127 for letter in address)

    def hand_over(
        self, *, channel: Channel, words: OutgoingEmail, recipients: Sequence[str], handover: Handover
    ) -> Outcome:
        """Hand the message to the channel's server, from the channel's own address.

        Bounces come back there and are known by the Message-ID that they quote. What answers automatically
        has the null reverse-path, so that nothing can come back (RFC 3834 section 3.3).
        """
        try:
            content = compose(words)
        except UnsafeHeader as error:
            return Refused("unsafe_header", str(error))
        except (InvalidAddress, ValueError) as error:
            return Refused("recipient_invalid", str(error))
        try:
            server = server_of(channel)
        except (BadServerURL, NoServer) as error:
            return Unreachable(str(error))
        automatic = words.headers.get("Auto-Submitted", "no") == "auto-replied"
        return POOL.send(server, Letter("" if automatic else channel.address, recipients, content), handover)
