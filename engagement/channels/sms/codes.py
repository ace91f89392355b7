"""What the provider's error codes mean (Twilio, "Error and warning dictionary"), for people."""

from django.utils.translation import gettext_noop

from engagement.channels.models import Transmission

State = Transmission.State
# Ours for the provider's, where we have a sentence that says what to do (delivery/reasons.py).
OURS = {
    21211: "recipient_invalid",
    21217: "recipient_invalid",
    21614: "recipient_invalid",
    21610: "recipient_unsubscribed",
    21605: "text_too_long",
    21617: "text_too_long",
}
MEANINGS = {
    21610: gettext_noop("They have answered STOP."),
    30001: gettext_noop("Too many texts wait at the provider."),
    30002: gettext_noop("The account is suspended."),
    30003: gettext_noop("The phone cannot be reached: it is off, or out of the network."),
    30004: gettext_noop("The phone refuses texts from this number."),
    30005: gettext_noop("The number does not exist."),
    30006: gettext_noop("The number is a landline, or its network takes no texts."),
    30007: gettext_noop("The network filtered the text."),
    30008: gettext_noop("The network did not say why."),
}
# A message's statuses (Twilio, "Message status values") as states of a transmission.
STATES = {
    "accepted": State.ACCEPTED,
    "scheduled": State.ACCEPTED,
    "queued": State.ACCEPTED,
    "sending": State.ACCEPTED,
    "sent": State.ACCEPTED,
    "delivered": State.DELIVERED,
    "read": State.READ,
    "undelivered": State.BOUNCED,
    "failed": State.BOUNCED,
}


def explain(code: str) -> str:
    """Return a code with its meaning as an English sentence; empty for none."""
    if not code or code == "0":
        return ""
    meaning = MEANINGS.get(int(code)) if code.isdigit() else None
    return f"{meaning} ({code})" if meaning else code
