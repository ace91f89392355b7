"""E-mail as a kind of channel."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.conf import settings
from django.template.defaultfilters import filesizeformat

from engagement.channels.adapters import Capabilities, Handover, Outcome, Parcel, Refused, Unreachable
from engagement.channels.email.addresses import InvalidAddress, normalise
from engagement.channels.email.composing import OutgoingEmail, UnsafeHeader, compose
from engagement.channels.email.dkim import Signer, signer_of
from engagement.channels.email.email_settings import EmailSettings, has_signed_return_path
from engagement.channels.email.mail_settings import secrets
from engagement.channels.email.parsing import parse
from engagement.channels.email.ready import ReadyEmail
from engagement.channels.email.return_path import sign_return_path
from engagement.channels.email.sender import POOL
from engagement.channels.email.smtp_server import BadServerURL, NoServer, server_of
from engagement.channels.email.smtp_session import Letter
from engagement.channels.inbound.items import InboundLetter, Unanswerable
from engagement.channels.models import Channel, RawEvent
from engagement.channels.words import Words


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

    def hand_over(self, *, channel: Channel, words: Words, recipients: Sequence[str], handover: Handover) -> Outcome:
        """Hand the message to the channel's server, from the channel's own address.

        Bounces come back there, on a return path that names the message, or are known by the Message-ID that they
        quote. What answers automatically has the null reverse-path, so that nothing can come back (RFC 3834
        section 3.3).
        """
        ready = _ready(channel, words, signer_of(channel), handover.key)
        if isinstance(ready, Refused):
            return ready
        try:
            server = server_of(channel)
        except (BadServerURL, NoServer) as error:
            return Unreachable(str(error))
        return POOL.send(server, Letter(ready.sender, recipients, ready.content), handover)

    def hand_over_together(
        self, *, channel: Channel, parcels: Sequence[Parcel], observe: Callable[[str, int], None]
    ) -> list[Outcome]:
        """Hand many messages over one connection."""
        signer = signer_of(channel)
        ready = [_ready(channel, parcel.words, signer, parcel.key) for parcel in parcels]
        outcomes: dict[int, Outcome] = {place: one for place, one in enumerate(ready) if isinstance(one, Refused)}
        letters = {
            place: Letter(one.sender, [parcels[place].recipient], one.content)
            for place, one in enumerate(ready)
            if isinstance(one, ReadyEmail)
        }
        places = list(letters)
        try:
            server = server_of(channel)
        except (BadServerURL, NoServer) as error:
            found: list[Outcome] = [Unreachable(str(error))] * len(places)
        else:
            found = POOL.send_together(
                server, list(letters.values()), lambda step, number: observe(step, places[number])
            )
        outcomes.update(zip(places, found, strict=True))
        return [outcomes[place] for place in range(len(parcels))]

    def parse(self, raw: RawEvent) -> list[InboundLetter]:
        """Return the one letter. Raises Unparsable, and Unanswerable for what was left in its mailbox."""
        if "left_out_bytes" in raw.envelope:
            size = filesizeformat(raw.envelope["left_out_bytes"])
            raise Unanswerable(f"The message is too large to take in ({size}). It is still in the mailbox.")
        parsed = parse(
            bytes(raw.body),
            envelope_sender=raw.envelope.get("mail_from"),
            max_attachment_bytes=settings.ATTACHMENT_LIMIT,
        )
        return [InboundLetter(parsed)]


def _ready(channel: Channel, words: Words, signer: Signer | None, key: UUID | None) -> ReadyEmail | Refused:
    """The bytes of a message, signed where the channel has a key (RFC 6376), and its return path, signed by ours."""
    if isinstance(words, OutgoingEmail):
        try:
            content = compose(words)
        except UnsafeHeader as error:
            return Refused("unsafe_header", str(error))
        except (InvalidAddress, ValueError) as error:
            return Refused("recipient_invalid", str(error))
        automatic = words.headers.get("Auto-Submitted", "no") == "auto-replied"
        words = ReadyEmail("" if automatic else channel.address, content)
    if not isinstance(words, ReadyEmail):
        return Refused("wrong_words", f"{type(words).__name__} is no e-mail")
    sender = words.sender
    own = EmailSettings.from_stored(channel.settings)
    if key is not None and sender == channel.address and has_signed_return_path(own):
        sender = sign_return_path(key, mailbox=sender, secret=secrets()[0])
    return ReadyEmail(sender, signer.signed(words.content) if signer else words.content)
