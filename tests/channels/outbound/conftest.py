"""A channel, a renderer and a carrier."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from engagement.channels import renderers
from engagement.channels.actions.transmit import transmit
from engagement.channels.delivery import worker
from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import OutgoingEmail
from engagement.channels.email.sender import POOL
from engagement.channels.models import Channel, Transmission
from engagement.keys import new_key
from tests.channels.outbound.carrier import Carrier

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


def words(transmission: Transmission, **changes) -> OutgoingEmail:
    facts = {
        "message_id": transmission.external_id,
        "from_": Mailbox("Pedralva", "care@pedralva.example"),
        "to": tuple(Mailbox(one["name"], one["address"]) for one in transmission.recipients),
        "subject": "Sua bicicleta",
        "text": "Bom dia.\n.\nAté logo.\n",
        "date": NOW,
    }
    return OutgoingEmail(**{**facts, **changes})


@pytest.fixture
def rendering():
    """Changes to each message, which a test may fill."""
    changes: dict = {}

    def render(rows):
        return {row.key: words(row, **changes) for row in rows}

    renderers.register("test", render)
    yield changes
    renderers.unregister("test")


@pytest.fixture
def carrier(settings):
    with Carrier() as running:
        settings.SMTP_URL, settings.SMTP_TIMEOUT = running.url, 0.3
        yield running
        POOL.close()


@pytest.fixture
def channel(rendering):
    return Channel.objects.create(kind="email", name="Care", address="care@pedralva.example")


@pytest.fixture
def send(channel):
    """Transmit to the addresses."""

    def transmitting(*addresses: str, now=None, **changes) -> Transmission:
        at = now or timezone.now()
        key = new_key()
        facts = {
            "channel": channel,
            "unique_key": str(key),
            "purpose": "conversation",
            "source": "test",
            "source_id": key,
            "recipients": [
                {"address": address, "name": "Ana", "role": "to"} for address in addresses or ["ana@cliente.example"]
            ],
            "external_id": f"{key}@pedralva.example",
            "not_before": at,
            "profile_id": None,
            "requested_by": None,
            "now": at,
        }
        return transmit(**{**facts, **changes})

    return transmitting


@pytest.fixture
def deliver(channel):
    """One turn of a worker, ``later`` than now."""

    def delivering(*, later: timedelta = timedelta(), **options) -> int:
        return worker.run(channel_id=channel.pk, clock=lambda: timezone.now() + later, **options)

    return delivering
