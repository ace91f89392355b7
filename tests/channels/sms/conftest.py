"""A channel for texts, the provider's signed calls, and the strict stand-in."""

import threading
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from engagement.channels.actions.transmit import transmit
from engagement.channels.delivery import worker
from engagement.channels.inbound import processing
from engagement.channels.models import Channel
from engagement.channels.sms.carrier import CARRIER
from engagement.channels.sms.signature import sign
from engagement.channels.sms.stand_in.server import Receipts, StandIn
from engagement.keys import new_key

SID, TOKEN = f"AC{'0' * 31}1", "the account's token"
OURS, ANA = "+5531935550100", "+5531935550121"


@pytest.fixture
def channel(db):
    return Channel.objects.create(
        kind="sms",
        name="Texts",
        address=OURS,
        sender_name="Pedralva",
        credentials={"sms": {"user": SID, "password": TOKEN}},
    )


@pytest.fixture
def call(channel, settings):
    """Call one of our webhooks with a signed form."""

    def calling(path: str, form: dict, *, token: str = TOKEN):
        url = f"/hooks/sms/{channel.pk}/{path}"
        return Client().post(
            url,
            urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": sign(token, f"{settings.BASE_URL}{url}", list(form.items()))},
        )

    return calling


@pytest.fixture
def text(call):
    """A customer writes a text, and it is read."""

    def texting(body: str, *, sender: str = ANA, sid: str = ""):
        form = {"MessageSid": sid or f"SM{new_key().hex}", "From": sender, "To": OURS, "Body": body, "NumMedia": "0"}
        assert call("", form).status_code == 200
        processing.process_waiting()

    return texting


@pytest.fixture
def post_here(settings):
    """How the stand-in's receipts reach the house without a server."""

    def posting(url, body, headers):
        path = url.removeprefix(settings.BASE_URL)
        fields = {"X-Twilio-Signature": headers["X-Twilio-Signature"]}
        return Client().post(path, body, content_type="application/x-www-form-urlencoded", headers=fields).status_code

    return posting


@pytest.fixture
def stand_in(transactional_db, settings, post_here):
    server = StandIn(0, receipts=Receipts(pace=(0.0, 0.05, 0.1), post=post_here), silence=1.0)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings.SMS_API_URL, settings.SMS_STAND_IN_PORT, settings.SMS_TIMEOUT = "", server.port, 0.5
    yield server
    CARRIER.close()
    server.shutdown()
    server.receipts.end()
    server.server_close()


@pytest.fixture
def send(channel, words):
    """Transmit to a number and let a worker hand it over."""

    def sending(to: str = ANA):
        now, key = timezone.now(), new_key()
        row = transmit(
            channel=channel,
            unique_key=str(key),
            purpose="conversation",
            source="test",
            source_id=key,
            recipients=[{"address": to, "name": "", "role": "to"}],
            external_id=f"ours-{key}",
            not_before=now,
            profile_id=None,
            requested_by=None,
            now=now,
        )
        worker.run(channel_id=channel.pk)
        row.refresh_from_db()
        return row

    return sending


@pytest.fixture
def words():
    from engagement.channels import renderers
    from engagement.channels.words import OutgoingText

    def render(rows):
        return {row.key: OutgoingText("Sua bicicleta está pronta.") for row in rows}

    renderers.register("test", render)
    yield
    renderers.unregister("test")
