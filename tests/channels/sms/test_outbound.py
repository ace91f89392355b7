"""Texts that leave, over HTTP to the strict stand-in, and their receipts."""

import time

import httpx
import pytest

from engagement.channels.inbound import processing
from engagement.channels.models import CaughtText, Channel
from tests.channels.sms.conftest import ANA, OURS, SID, TOKEN

pytestmark = pytest.mark.django_db(transaction=True)


def until(row, state: str) -> str:
    for _ in range(100):
        processing.process_waiting(seconds=0)
        row.refresh_from_db()
        if row.state == state:
            break
        time.sleep(0.05)
    return str(row.state)


def test_a_text_is_taken_named_and_delivered(stand_in, send):
    row = send()
    assert row.state in ("accepted", "delivered")
    assert row.external_id.startswith("SM")
    caught = CaughtText.objects.get()
    assert (caught.customer, caught.ours, caught.body) == (ANA, OURS, "Sua bicicleta está pronta.")
    assert until(row, "delivered") == "delivered"
    assert sorted(row.reports.values_list("state", flat=True)) == ["accepted", "accepted", "accepted", "delivered"]


@pytest.mark.parametrize(
    ("to", "state", "code"),
    [
        ("+15005550001", "failed", "recipient_invalid"),
        ("+15005550004", "failed", "recipient_unsubscribed"),
        ("+15005550429", "queued", "carrier_later"),
        ("+15005550503", "queued", "carrier_later"),
        ("+15005550500", "unknown", "answer_lost"),
        ("+15005550408", "unknown", "answer_lost"),
    ],
)
def test_what_the_provider_says_decides(stand_in, send, to, state, code):
    row = send(to)
    assert (row.state, row.error_code) == (state, code)
    assert CaughtText.objects.count() == 0


def test_a_receipt_proves_what_nobody_answered(stand_in, send):
    row = send("+15005550409")
    assert until(row, "delivered") == "delivered"


def test_what_the_network_loses_comes_back_with_the_reason(stand_in, send):
    row = send("+15005550030")
    assert until(row, "bounced") == "bounced"
    assert row.error == "The phone cannot be reached: it is off, or out of the network. (30003)"


def test_a_wrong_token_keeps_the_message(stand_in, send, channel):
    Channel.objects.update(credentials={"sms": {"user": SID, "password": ""}})
    row = send()
    assert (row.state, row.error_code, row.attempts) == ("queued", "carrier_unreachable", 0)


def test_nobody_listens_is_unreachable(settings, send, transactional_db):
    settings.SMS_API_URL, settings.SMS_STAND_IN_PORT = "http://127.0.0.1:9", 0
    row = send()
    assert (row.state, row.error_code) == ("queued", "carrier_unreachable")


def test_a_host_that_a_person_named_may_not_be_in_our_own_network(settings, send, channel, stand_in):
    settings.OUTGOING_ALLOWED_NETWORKS = []
    channel.settings = {"sms": {"api_url": f"http://127.0.0.1:{stand_in.port}"}}
    channel.save()
    row = send()
    assert (row.state, row.error_code) == ("queued", "carrier_unreachable")
    assert "not on the public internet" in row.error


def test_receipts_only_move_forwards(channel, send, call, stand_in):
    row = send()
    until(row, "delivered")
    form = {"MessageSid": row.external_id, "MessageStatus": "sending", "To": ANA, "From": OURS}
    assert call("status/", form).status_code == 200
    processing.process_waiting()
    row.refresh_from_db()
    assert row.state == "delivered"


@pytest.mark.parametrize(
    ("changes", "auth", "status", "code"),
    [
        ({}, (SID, "wrong"), 401, 20003),
        ({"To": "31 9999"}, (SID, TOKEN), 400, 21211),
        ({"To": ""}, (SID, TOKEN), 400, 21604),
        ({"From": "+15551234567"}, (SID, TOKEN), 400, 21606),
        ({"Body": ""}, (SID, TOKEN), 400, 21602),
        ({"Body": "x" * 1601}, (SID, TOKEN), 400, 21617),
        ({"StatusCallback": "nowhere"}, (SID, TOKEN), 400, 21609),
        ({"Text": "x"}, (SID, TOKEN), 400, 20001),
    ],
)
def test_the_stand_in_is_strict(stand_in, channel, changes, auth, status, code):
    url = f"http://127.0.0.1:{stand_in.port}/2010-04-01/Accounts/{SID}/Messages.json"
    form = {"From": OURS, "To": ANA, "Body": "Hi", **changes}
    answer = httpx.post(url, data=form, auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert CaughtText.objects.count() == 0
