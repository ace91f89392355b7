"""Try a channel's account: sign in, and send a text where one is asked for."""

from django.utils.translation import gettext as _

from engagement.channels.adapters import Accepted, Handover
from engagement.channels.email.trial import Tried
from engagement.channels.models import Channel
from engagement.channels.sms.account import NoAccount, account_of
from engagement.channels.sms.adapter import SmsAdapter
from engagement.channels.sms.carrier import CARRIER
from engagement.channels.words import OutgoingText
from engagement.organization.current import current_organization


def try_sms(channel: Channel, to: str) -> Tried:
    """Ask the provider whether it lets this account in; with ``to`` send it a text outside the delivery path."""
    try:
        account = account_of(channel)
    except NoAccount as error:
        return Tried("SMS", str(error))
    if not to:
        return Tried("SMS", CARRIER.ask(account))
    words = OutgoingText(
        _("%(brand)s: this is a test.") % {"brand": channel.sender_name or current_organization().display_name}
    )
    handover = Handover(begin=lambda: True, observe=lambda _step: None)
    outcome = SmsAdapter().hand_over(channel=channel, words=words, recipients=[to], handover=handover)
    return Tried("SMS", "" if isinstance(outcome, Accepted) else getattr(outcome, "reply", ""))
