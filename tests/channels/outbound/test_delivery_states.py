"""What the carrier does, and what becomes of the message."""

from datetime import timedelta

import msgspec
import pytest
from django.utils import timezone

from engagement.channels import renderers
from engagement.channels.delivery import claiming, retries
from engagement.channels.email.mail_settings import secrets
from engagement.channels.email.return_path import verify_return_path
from engagement.channels.models import Channel, DeliveryReport, Transmission
from engagement.events.models import OutboxEvent
from tests.channels.outbound.conftest import words

pytestmark = pytest.mark.django_db


def fate(row: Transmission) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.error_code


def told(row: Transmission) -> list[str]:
    events = OutboxEvent.objects.filter(subject=f"transmission:{row.key}").order_by("position")
    return [msgspec.json.decode(bytes(event.payload))["state"] for event in events]


def test_a_message_that_the_carrier_takes_is_accepted(carrier, send, deliver):
    row = send("ana@cliente.example", "rui@cliente.example")
    assert deliver() == 1
    assert fate(row) == ("accepted", "")
    [(sender, recipients, body)] = carrier.received
    assert verify_return_path(sender, secrets=secrets()) == Transmission.objects.get().key
    assert recipients == ["ana@cliente.example", "rui@cliente.example"]
    assert f"Message-ID: <{row.external_id}>\r\n".encode() in body
    assert DeliveryReport.objects.get(transmission=row).detail == "250 2.0.0 taken as 4711"
    assert told(row) == ["accepted"]


def test_nothing_leaves_before_its_time(carrier, send, deliver):
    row = send(not_before=timezone.now() + timedelta(seconds=10))
    assert deliver() == 0
    assert fate(row) == ("queued", "")
    assert deliver(later=timedelta(seconds=11)) == 1
    assert fate(row) == ("accepted", "")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"CONNECT": "554 no service"}, ("queued", "carrier_unreachable")),
        ({"CONNECT": "421 busy"}, ("queued", "carrier_unreachable")),
        ({"CONNECT": "hang"}, ("queued", "carrier_unreachable")),
        ({"MAIL": "421 closing"}, ("queued", "carrier_unreachable")),
        ({"MAIL": "450 later"}, ("queued", "carrier_later")),
        ({"MAIL": "550 not you"}, ("failed", "carrier_refused")),
        ({"MAIL": "cut"}, ("queued", "carrier_unreachable")),
        ({"MAIL": "hang"}, ("queued", "carrier_unreachable")),
        ({"MAIL": "530 sign in first"}, ("queued", "carrier_unreachable")),
        ({"RCPT": "421 closing"}, ("queued", "carrier_unreachable")),
        ({"RCPT": "450 greylisted"}, ("queued", "carrier_later")),
        ({"RCPT": "550 no such person"}, ("failed", "carrier_refused")),
        ({"RCPT": "cut"}, ("queued", "carrier_unreachable")),
        ({"RCPT": "hang"}, ("queued", "carrier_unreachable")),
        ({"DATA": "421 closing"}, ("queued", "carrier_later")),
        ({"DATA": "451 later"}, ("queued", "carrier_later")),
        ({"DATA": "554 no"}, ("failed", "carrier_refused")),
        ({"DATA": "cut"}, ("queued", "carrier_unreachable")),
        ({"CONTENT": "cut"}, ("unknown", "answer_lost")),
        ({"END": "421 closing"}, ("queued", "carrier_later")),
        ({"END": "452 full"}, ("queued", "carrier_later")),
        ({"END": "550 spam"}, ("failed", "carrier_refused")),
        ({"END": "cut"}, ("unknown", "answer_lost")),
        ({"END": "hang"}, ("unknown", "answer_lost")),
        ({"END": "nonsense"}, ("unknown", "answer_lost")),
    ],
    ids=str,
)
def test_each_answer_at_each_stage_ends_as_specified(answers, expected, carrier, send, deliver, settings):
    if answers == {"END": "hang"}:
        settings.SMTP_TIMEOUT = 0.1
    carrier.answers = answers
    row = send()
    deliver()
    assert fate(row) == expected
    assert told(row) == [expected[0]]
    if expected[0] == "queued":
        carrier.answers = {}
        assert deliver() == 0, "a retry waits"
        deliver(later=timedelta(minutes=1))
        assert fate(row) == ("accepted", "")
        assert len(carrier.received) == 1
    else:
        assert deliver(later=timedelta(days=3)) == 0, "never by itself"


def test_a_carrier_that_is_not_there_costs_a_retry(send, deliver, settings):
    settings.SMTP_URL, settings.SMTP_TIMEOUT = "smtp://127.0.0.1:9?tls=never", 0.3
    row = send()
    deliver()
    assert fate(row) == ("queued", "carrier_unreachable")
    assert row.attempts == 0
    channel = Channel.objects.get()
    assert channel.failures_in_row == 1
    assert "refused" in channel.last_error


def test_recipients_that_are_refused_are_named_and_the_others_get_it(carrier, send, deliver):
    carrier.answers = {"RCPT": lambda line: "550 5.1.1 unknown" if "rui@" in line else ""}
    row = send("ana@cliente.example", "rui@cliente.example")
    deliver()
    assert fate(row) == ("accepted", "recipients_refused")
    assert row.error == "rui@cliente.example: 550 5.1.1 unknown"
    assert carrier.received[0][1] == ["ana@cliente.example"]
    refused = DeliveryReport.objects.get(transmission=row, state="failed")
    assert (refused.recipient, refused.detail) == ("rui@cliente.example", "550 5.1.1 unknown")


def test_a_recipient_for_later_makes_all_wait_a_few_times_then_the_others_get_it(carrier, send, deliver):
    carrier.answers = {"RCPT": lambda line: "450 later" if "rui@" in line else ""}
    row = send("ana@cliente.example", "rui@cliente.example")
    for attempt in range(retries.PATIENT_ATTEMPTS):
        deliver(later=timedelta(hours=attempt))
        assert fate(row) == ("queued", "carrier_later")
    assert carrier.received == []
    deliver(later=timedelta(hours=9))
    assert fate(row) == ("accepted", "recipients_refused")
    assert carrier.received[0][1] == ["ana@cliente.example"]


def test_a_message_is_given_up_after_its_attempts(carrier, send, deliver):
    carrier.answers = {"RCPT": "450 later"}
    row = send()
    for attempt in range(retries.MAX_ATTEMPTS):
        assert fate(row)[0] == "queued"
        deliver(later=timedelta(hours=2 * attempt))
    assert fate(row) == ("failed", "gave_up")
    assert row.error == "450 later"


def test_pauses_double_up_to_an_hour_with_jitter():
    now = timezone.now()
    for attempts in range(1, retries.MAX_ATTEMPTS):
        pause = (retries.after_answer(attempts=attempts, now=now) - now).total_seconds()
        plain = min(10 * 2 ** (attempts - 1), 3600)
        assert plain * 0.8 <= pause <= plain * 1.2
    assert retries.after_answer(attempts=retries.MAX_ATTEMPTS, now=now) is None
    assert retries.after_silence(tried_since=now - timedelta(hours=49), now=now) is None
    away = retries.after_silence(tried_since=now - timedelta(hours=5), now=now) - now
    assert timedelta(minutes=8) <= away <= timedelta(minutes=12)


def test_a_message_that_cannot_be_written_fails_alone(carrier, send, deliver):
    good, bad, gone = send(), send(), send()

    def render(rows):
        if any(row.pk == bad.pk for row in rows):
            raise KeyError("template")
        return {row.key: words(row) for row in rows if row.pk != gone.pk}

    renderers.unregister("test")
    renderers.register("test", render)
    deliver()
    assert fate(good) == ("accepted", "")
    assert fate(bad) == ("failed", "render_failed")
    assert bad.error == "KeyError: 'template'"
    assert fate(gone) == ("failed", "nothing_to_send")


def test_a_source_that_nobody_renders_fails_visibly(carrier, send, deliver):
    row = send(source="nobody")
    deliver()
    assert fate(row) == ("failed", "no_renderer")


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Olá\r\nBcc: eve@evil.example"},
        {"subject": "Olá\nBcc: eve@evil.example"},
        {"headers": {"X-Note": "a\r\n\r\nbody"}},
        {"in_reply_to": "a@b>\r\nBcc: eve@evil.example"},
    ],
    ids=str,
)
def test_a_line_break_in_a_header_never_leaves(changes, carrier, send, deliver, rendering):
    rendering.update(changes)
    row = send()
    deliver()
    assert fate(row) == ("failed", "unsafe_header")
    assert carrier.received == []


@pytest.mark.parametrize(
    "address",
    ["ana@cliente.example>\r\nRCPT TO:<eve@evil.example", "a na@cliente.example", "ana", "", "ana@x.example\n"],
)
def test_an_address_that_is_none_is_held_back_by_the_gate(address, carrier, send, deliver):
    row = send("rui@cliente.example", address)
    deliver()
    assert fate(row) == ("refused", "recipient_invalid")
    assert told(row) == ["refused"]
    assert carrier.commands == []


def test_the_words_cannot_end_the_message_early(carrier, send, deliver, rendering):
    rendering["text"] = "Before\n.\nMAIL FROM:<eve@evil.example>\r.\r\n..\rAfter\n"
    send()
    deliver()
    [(_, _, body)] = carrier.received
    assert b"After" in body
    assert [line.partition(" ")[0] for line in carrier.commands] == ["ehlo", "MAIL", "RCPT", "DATA"]


def test_an_expired_claim_is_queued_again_and_an_expired_hand_over_is_unknown(carrier, send, deliver, channel):
    claimed, handing = send(), send()
    now = timezone.now()
    rows = claiming.claim(channel_id=channel.pk, owner="dead", limit=10, now=now)
    assert {row.pk for row in rows} == {claimed.pk, handing.pk}
    assert claiming.begin_handing(keys=[handing.pk], owner="dead", now=now) == {handing.pk}
    assert claiming.recover(now=now + timedelta(seconds=30)) == (0, 0), "leases still hold"
    assert claiming.recover(now=now + timedelta(minutes=15)) == (1, 1)
    assert fate(claimed) == ("queued", "")
    assert fate(handing) == ("unknown", "lease_expired")
    assert told(handing) == ["unknown"]
    deliver(later=timedelta(days=1))
    assert fate(claimed) == ("accepted", "")
    assert fate(handing) == ("unknown", "lease_expired")
    assert len(carrier.received) == 1


def test_a_worker_that_lost_its_lease_sends_nothing(carrier, send, deliver, channel):
    row = send()

    def lose(step, key):
        if step == "beginning":
            Transmission.objects.filter(key=key).update(lease_owner="another")

    deliver(observe=lose)
    assert carrier.received == []
    assert "DATA" not in carrier.commands
    assert fate(row)[0] == "claimed"


def test_an_acceptance_that_comes_after_the_lease_ran_out_is_not_forgotten(carrier, send, deliver):
    row = send()

    def run_out(step, key):
        if step == "answered":
            assert claiming.recover(now=timezone.now() + timedelta(minutes=15)) == (0, 1)

    deliver(observe=run_out)
    assert fate(row) == ("accepted", "")
    assert told(row) == ["unknown", "accepted"]


def test_a_message_that_kills_its_workers_fails_and_takes_no_other_with_it(carrier, send, deliver, channel):
    poison, other = send(), send()
    for _ in range(claiming.SUSPECT):
        assert len(claiming.claim(channel_id=channel.pk, owner="dies", limit=10, now=timezone.now())) == 2
        claiming.recover(now=timezone.now() + timedelta(minutes=15))
    fresh = send()
    assert deliver() == 1
    assert fate(fresh)[0] == "accepted"
    for _ in range(claiming.MAX_RECOVERIES - claiming.SUSPECT):
        [alone] = claiming.claim(channel_id=channel.pk, owner="dies", limit=10, now=timezone.now())
        assert alone.pk == poison.pk
        claiming.recover(now=timezone.now() + timedelta(minutes=15))
    assert fate(poison) == ("failed", "worker_died")
    assert deliver() == 1
    assert fate(other)[0] == "accepted"
