"""Why a message did not leave, or not yet: each code has its sentence, which says what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DELAYED = "delayed"
REPORT_WAITS = "report_waits"
NO_LONGER_NEEDED = "no_longer_needed"
REASONS: dict[str, str | Promise] = {
    "recipient_invalid": _("One of the addresses cannot be written to. Correct it and send again."),
    "recipient_is_robot": _("The address belongs to a program, and nothing automatic is sent to one."),
    "address_passed_on": _("The address belongs to somebody else now. Write to them by another one."),
    "address_closed": _("The address was closed. Write to them by an open one."),
    "same_person": _("The same person has got this campaign already, under another profile."),
    "loop": _("Many automatic messages went to this person within an hour. Another program may be answering."),
    "channel_kind_unknown": _("This installation does not know the kind of this channel."),
    "channel_paused": _("The channel is paused. It leaves when somebody resumes it."),
    "circuit_open": _("The server does not answer. It is tried again by itself."),
    "rate": _("The channel has reached its number of messages a minute. It leaves in a moment."),
    "carrier_later": _("The server asked to try later. It is tried again by itself."),
    "carrier_unreachable": _("The server could not be reached. It is tried again by itself."),
    "carrier_refused": _("The server refused it. Its answer says why."),
    "provider_refused": _("The provider refused it. Its answer says why."),
    "recipient_unsubscribed": _("They answered STOP to the provider. Nothing reaches them until they write START."),
    "text_too_long": _("It is longer than a text may be. Write it in fewer words."),
    "gave_up": _("It was tried until it made no more sense. Look at the answer, then send it again."),
    "too_large": _("It is larger than the mail server takes. Send the files another way."),
    "needs_smtputf8": _("The mail server cannot take letters outside ASCII in an address."),
    "unsafe_header": _("A name or the subject holds a line break. Correct it and send again."),
    "no_renderer": _("Nothing in this installation knows how to write it."),
    NO_LONGER_NEEDED: _("It was no longer needed: what it asked for had been done."),
    "nothing_to_send": _("There was nothing to send: what it was made of is gone."),
    "render_failed": _("It could not be written. The technical reason is below."),
    "worker_died": _("Each worker that prepared it stopped. The log of the workers says why."),
    "lease_expired": _(
        "A worker stopped while it handed the message over. Ask whether it arrived before you send it again."
    ),
    "answer_lost": _("The connection was lost before the server answered. Ask whether it arrived, then send it again."),
    "no_consent": _("This person never agreed to be written to about such things by this channel."),
    "consent_withdrawn": _("This person has withdrawn the consent to be written to by this channel."),
    "consent_expired": _("This person's consent has expired. Ask for a new one."),
    "consent_not_express": _(
        "Where this person lives, marketing by this channel needs an express consent. Ask for one."
    ),
    "suppressed": _("The address is on the list of those that are not written to."),
    "deal_closing": _("A deal with this person is about to close. Its owner can release their marketing."),
    "deal_held": _("The owner of a deal with this person holds their marketing."),
    "not_approved": _("Nobody has approved these words, or they were changed since. Ask for an approval."),
    "holdout": _("This person belongs to the part that is left out, to compare with."),
    "frequency_cap": _("This person has got as many messages within these days as they may get."),
    "quiet_hours": _("It is too early or too late where this person is. It leaves when quiet hours end there."),
    "complaints": _("Too many of those who got it have complained. Look into it before you let it go on."),
    "render_failures": _("Too many of its messages could not be written. Correct the template, then launch it anew."),
    "recipients_refused": _("The mail server refused some of the addresses. The others got it."),
    DELAYED: _("A mail server reports a delay and keeps trying. If it gives up, the message is marked as bounced."),
    REPORT_WAITS: _("A mail server wrote about this message and could not be understood. Read its report, and decide."),
}
# What is told of a message that left, and is settled by the next news about it.
PASSING = frozenset({DELAYED, REPORT_WAITS})


def register(code: str, sentence: str | Promise) -> None:
    """Give a code of another app (an exclusion of the policy) its sentence; called in ``apps.py``."""
    REASONS[code] = sentence


def sentence(code: str) -> str:
    """Return the sentence of a code in the person's language; empty for none."""
    return str(REASONS.get(code, ""))
