"""Why somebody of a campaign was not written to: a code each, what it says, and what happens next."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

NO_ADDRESS = "no_address"
HOLDOUT = "holdout"
STOPPED = "campaign_stopped"
ENDED = "campaign_ended"
ADDRESS_CLOSED = "address_closed"
SAME_PERSON = "same_person"
UNIVERSAL_HOLDOUT = "universal_holdout"
INVALID_NUMBER = "invalid_number"
# Reasons that hold for one channel. Every other is about the person: where one channel says the one and the other the
# other, the person's is why they get nothing, whatever the order of the channels.
OF_CHANNEL = (
    *("no_consent", "consent_withdrawn", "consent_expired", "consent_not_express", "suppressed"),
    *("not_approved", INVALID_NUMBER, NO_ADDRESS),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """``says`` is a heading, ``then`` a sentence without full stop. ``waits``: somebody of ours can change it."""

    says: Any
    then: Any
    waits: bool = False


REASONS: dict[str, Reason] = {
    "no_consent": Reason(_("No consent for marketing by this channel"), _("Nothing, until they say yes")),
    "consent_withdrawn": Reason(_("They took their consent back"), _("Nothing, until they say yes again")),
    "consent_expired": Reason(_("Their consent has expired"), _("Nothing, until they say yes again")),
    "consent_not_express": Reason(
        _("Their place asks for express consent"), _("Nothing, until they say yes expressly")
    ),
    "suppressed": Reason(_("Blocked: unsubscribed, on a block list, or erased"), _("Never, while the block stands")),
    "deal_closing": Reason(_("Deal about to close"), _("Left out; the owner of the deal frees them for the next one")),
    "deal_held": Reason(
        _("Held back by the owner of a deal"), _("Left out; the owner of the deal frees them for the next one")
    ),
    "open_complaint": Reason(_("Open complaint"), _("Skipped; customer care answers first")),
    "not_approved": Reason(_("These exact words are not approved"), _("Waits for an approval"), waits=True),
    HOLDOUT: Reason(_("Left alone on purpose, holdout"), _("Free again for the next campaign")),
    UNIVERSAL_HOLDOUT: Reason(_("Universal holdout"), _("Gets no campaign in this period")),
    INVALID_NUMBER: Reason(_("Invalid phone number"), _("Correct it on their page")),
    "frequency_cap": Reason(_("Had as many messages as the cap allows"), _("Skipped for good in this campaign")),
    "quiet_hours": Reason(_("Quiet hours where they live"), _("Leaves when these are over")),
    NO_ADDRESS: Reason(_("No address for a channel of the plan"), _("Nothing, until we know one")),
    STOPPED: Reason(_("The campaign was stopped before their turn"), _("Nothing more leaves")),
    ADDRESS_CLOSED: Reason(_("Their address was closed"), _("Nothing, until we know an open one")),
    SAME_PERSON: Reason(_("Same person as another recipient"), _("Gets this campaign once at most")),
    ENDED: Reason(_("The campaign ended before their turn"), _("Nothing more leaves")),
    "recipient_is_robot": Reason(_("The address belongs to a program"), _("Nothing automatic is sent to one")),
    "recipient_invalid": Reason(_("The address cannot be written to"), _("Correct it on their page")),
    "loop": Reason(_("Too many automatic messages within an hour"), _("Skipped for good in this campaign")),
}
UNKNOWN = Reason(_("Held back"), _("Its technical reason stands with each person"))


def reason(code: str) -> Reason:
    """Return what a code says."""
    return REASONS.get(code, UNKNOWN)
