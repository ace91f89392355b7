"""Which form says what may be changed about a channel of each kind; pages and the API judge by the same one."""

from engagement.channels.forms import ChannelForm, PlainChannelForm
from engagement.channels.models import Channel
from engagement.channels.sms.forms import SmsChannelForm

FORMS: dict[str, type[PlainChannelForm]] = {"email": ChannelForm, "sms": SmsChannelForm}


def form_class_of(channel: Channel) -> type[PlainChannelForm]:
    """Return the form of a channel."""
    return FORMS.get(channel.kind, PlainChannelForm)
