"""What the sockets do when something happened elsewhere."""

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from engagement.events.catalogue import SessionsEnded
from engagement.events.subscriptions import subscribe
from engagement.realtime.topics import person_group


@subscribe(SessionsEnded)
def close_sockets(event: SessionsEnded) -> None:
    """Have every socket of the person look again. Those whose session ended close; the others stay open."""
    async_to_sync(get_channel_layer().group_send)(person_group(event.person_id), {"type": "sessions.ended"})
