"""Text messages as a kind of channel, over any provider that speaks Twilio's API."""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from engagement.channels.adapters import Capabilities, Handover, Outcome, Refused, Unreachable
from engagement.channels.inbound.items import Inbound, InboundMessage, InboundReceipt, Unanswerable
from engagement.channels.models import Channel, RawEvent
from engagement.channels.opt_out.notes import opt_out_note
from engagement.channels.sms.account import NoAccount, account_of
from engagement.channels.sms.carrier import CARRIER
from engagement.channels.sms.codes import STATES, explain
from engagement.channels.sms.keywords import sounds_like_stop
from engagement.channels.sms.signature import NotAForm, fields_of
from engagement.channels.words import OutgoingText, Words
from engagement.profiles.addresses import InvalidAddress, normalised

KIND = "sms"
LONGEST = 1600  # characters of one message (Twilio, "Messages resource", Body)


class SmsAdapter:
    """Hands texts to the provider's API, reads what its webhooks bring."""

    kind = KIND
    capabilities = Capabilities(longest_text=LONGEST, receipts=frozenset({"accepted", "delivered", "read", "bounced"}))

    def is_address(self, address: str) -> bool:
        """Say whether ``address`` is a phone number that a network could dial."""
        try:
            normalised("phone", address)
        except InvalidAddress:
            return False
        return True

    def hand_over(self, *, channel: Channel, words: Words, recipients: Sequence[str], handover: Handover) -> Outcome:
        """Give one text to the provider (Twilio, "Create a Message resource").

        The address of the receipts carries our own key, so that one which is faster than our commit, or which follows
        an answer that we never got, still finds its message.
        """
        if not isinstance(words, OutgoingText):
            return Refused("wrong_words", f"{type(words).__name__} is no text")
        if len(words.text) > LONGEST:
            return Refused("text_too_long", f"{len(words.text)} > {LONGEST}")
        if len(recipients) != 1:
            return Refused("recipient_invalid", "A text goes to one number.")
        try:
            account, to = account_of(channel), normalised("phone", recipients[0])
        except NoAccount as error:
            return Unreachable(str(error))
        except InvalidAddress as error:
            return Refused("recipient_invalid", str(error))
        form = {"From": channel.address, "To": to, "Body": words.text}
        form["StatusCallback"] = status_url(channel.pk, handover.key)
        return CARRIER.send(account, form, handover)

    def parse(self, raw: RawEvent) -> list[Inbound]:
        """Return the message, or the receipt, of one call of a webhook. Raises Unanswerable."""
        try:
            form = dict(fields_of(bytes(raw.body)))
        except NotAForm as error:
            raise Unanswerable(str(error)) from error
        sid = form.get("MessageSid") or form.get("SmsSid") or ""
        if not sid:
            raise Unanswerable(gettext_noop("The provider's request names no message."))
        return _receipt(raw, sid, form) if raw.envelope.get("hook") == "status" else [_message(sid, form)]


def message_url(channel_id: UUID) -> str:
    """Return where the provider brings messages: what stands in its console as the number's webhook."""
    return f"{settings.BASE_URL}{reverse('sms:messages', args=[channel_id])}"


def status_url(channel_id: UUID, transmission_id: UUID | None = None) -> str:
    """Return where the provider brings receipts, of one transmission or of any."""
    query = f"?{urlencode({'t': transmission_id})}" if transmission_id else ""
    return f"{settings.BASE_URL}{reverse('sms:status', args=[channel_id])}{query}"


def _receipt(raw: RawEvent, sid: str, form: dict[str, str]) -> list[Inbound]:
    status = (form.get("MessageStatus") or form.get("SmsStatus") or "").lower()
    if status not in STATES:
        return []
    return [
        InboundReceipt(
            external_id=sid,
            state=STATES[status],
            unique_key=f"{KIND}:{sid}:{status}",
            recipient=form.get("To", ""),
            detail=explain(form.get("ErrorCode", "")),
            transmission_id=_key(raw.envelope.get("t")),
        )
    ]


def _message(sid: str, form: dict[str, str]) -> InboundMessage:
    if not form.get("From"):
        raise Unanswerable(gettext_noop("The message names no sender: there is nobody to answer."))
    text = form.get("Body", "").replace("\x00", "")
    media = int(form["NumMedia"]) if form.get("NumMedia", "").isdigit() else 0
    notes = [_("A picture or file came along (%(number)s). It is kept at the provider.") % {"number": media}] * bool(
        media
    )
    is_opt_out_request = sounds_like_stop(text)
    if is_opt_out_request:
        notes.append(opt_out_note())
    return InboundMessage(
        sender_kind="phone",
        sender_address=form["From"],
        external_id=sid,
        text=text,
        notes=tuple(notes),
        is_opt_out_request=is_opt_out_request,
    )


def _key(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
