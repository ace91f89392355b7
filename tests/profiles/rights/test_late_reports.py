# ruff: noqa: F811 - fixtures are named as they are imported
"""What programs tell of somebody after the erasure counts, and leaves no address anywhere."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Message
from engagement.channels.actions.report import report
from engagement.channels.adapters import Accepted
from engagement.channels.delivery.outcomes import record_outcomes
from engagement.channels.email.listener import ListenerOptions
from engagement.channels.models import DeliveryReport, RawEvent, Transmission
from engagement.channels.sms.signature import sign
from engagement.channels.unsubscribe.links import MAIL_PREFIX
from engagement.channels.unsubscribe.tokens import token_of
from engagement.keys import new_key
from engagement.profiles.models import Erasure, Identity, Profile
from engagement.profiles.rights import erasing
from tests.channels.inbound.conftest import RunningListener
from tests.profiles.rights import bia
from tests.profiles.rights.dumping import dumped
from tests.profiles.rights.test_erasure import asked, erased, found, life, place  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)

SMS = {"sms": {"user": "AC1", "password": "secret"}}
BOUNCE = """From: MAILER-DAEMON@mx.example
To: care@pedralva.example
Subject: Undelivered: {address}
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

{address} could not be reached.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 {address} no such person

--b
Content-Type: text/rfc822-headers

Message-ID: <{name}>
To: {address}

--b--
"""
COMPLAINT = """From: fbl@provider.example
To: care@pedralva.example
Subject: Complaint about mail to {address}
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: text/plain

A complaint.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: x/1
Version: 1
Original-Rcpt-To: <{address}>

--b
Content-Type: message/rfc822

Message-ID: <{name}>
To: {address}
Subject: x

x
--b--
"""
AUTOMATIC = """From: {person} <{address}>
To: care@pedralva.example
Subject: Away
Auto-Submitted: auto-replied
Message-ID: <{name}.auto@falcao.example>
In-Reply-To: <{name}>

I am {person} and away.
"""
COMES_BACK = """From: care@pedralva.example
To: {address}
Subject: x
Message-ID: <{name}>

x
"""


def sent(life, *, channel=None, to=bia.EMAIL, state="accepted", **facts) -> Transmission:
    now = timezone.now() - timedelta(minutes=5)
    key = new_key()
    return Transmission.objects.create(
        key=key,
        unique_key=str(key),
        channel=channel or life.channel,
        source="x",
        source_id=key,
        external_id=f"{key}@pedralva.example",
        recipients=[{"address": to, "name": "", "role": "to"}],
        **{"profile_id": life.profile.pk, "purpose": "service", "state": state, "not_before": now}
        | {"created_at": now, "state_at": now}
        | facts,
    )


@pytest.fixture
def listener(life):
    running = RunningListener(ListenerOptions(port=0))
    yield running
    running.stop()


def mailed(listener, text: str, *, sender: str = "", to: str = "care@pedralva.example") -> RawEvent:
    """Deliver a letter over SMTP and read it."""
    listener.send(text.replace("\n", "\r\n").encode(), sender=sender, to=to)
    bia.settle()
    return RawEvent.objects.order_by("-key").first()


def filled(text: str, row: Transmission) -> str:
    return text.format(address=bia.EMAIL, name=row.external_id, person=bia.NAME)


@pytest.mark.parametrize(("text", "state"), [(BOUNCE, "bounced"), (COMPLAINT, "complained")])
def test_a_late_report_of_a_mail_server_counts_and_names_nobody(life, listener, text, state):
    row = sent(life)
    erased(life)
    raw = mailed(listener, filled(text, row))
    row.refresh_from_db()
    assert row.state == state
    assert (raw.status, bytes(raw.body), raw.envelope) == ("robot", b"", {})
    assert DeliveryReport.objects.get(transmission=row, state=state).recipient == ""
    assert row.error == ("5.1.1" if state == "bounced" else "")
    assert found(dumped()) == {}


def test_a_late_receipt_of_a_text_counts_and_names_nobody(life, settings):
    life.texts.credentials = SMS
    life.texts.save()
    row = sent(life, channel=life.texts, to=bia.PHONE)
    Identity.objects.create(profile=life.profile, kind="phone", address=bia.PHONE, address_norm=bia.PHONE)
    erased(life)
    for told, query in (("delivered", f"?t={row.pk}"), ("undelivered", ""), ("read", f"?t={new_key()}")):
        path = f"/hooks/sms/{life.texts.pk}/status/{query}"
        form = {"MessageSid": row.external_id, "MessageStatus": told, "To": bia.PHONE, "ErrorCode": "30003"}
        signed = {"X-Twilio-Signature": sign("secret", f"{settings.BASE_URL}{path}", list(form.items()))}
        kind = "application/x-www-form-urlencoded"
        assert Client().post(path, urlencode(form), content_type=kind, headers=signed).status_code == 200
    bia.settle()
    row.refresh_from_db()
    assert row.state == "bounced"
    assert list(RawEvent.objects.filter(channel=life.texts).values_list("status", flat=True)) == ["robot"] * 3
    assert found(dumped()) == {}


@pytest.mark.parametrize("text", [BOUNCE, COMPLAINT])
def test_a_report_that_names_no_message_of_ours_but_an_erased_address_is_emptied(life, listener, text):
    row = sent(life)
    erased(life)
    raw = mailed(listener, filled(text, row).replace(row.external_id, "other@elsewhere.example"))
    assert (raw.status, bytes(raw.body)) == ("robot", b"")
    assert found(dumped()) == {}


def test_such_a_report_about_anybody_else_still_waits_for_a_person(life, listener):
    raw = mailed(listener, BOUNCE.format(address="bo@x.example", name="other@elsewhere.example"))
    assert (raw.status, bool(raw.body)) == ("failed", True)


@pytest.mark.parametrize("text", [AUTOMATIC, COMES_BACK])
def test_what_a_program_answers_for_them_makes_nobody_of_it(life, listener, text):
    row = sent(life)
    erased(life)
    people, messages = Profile.objects.count(), Message.objects.count()
    raw = mailed(listener, filled(text, row), sender=bia.EMAIL)
    assert (raw.status, bytes(raw.body), raw.envelope) == ("robot", b"", {})
    assert (Profile.objects.count(), Message.objects.count()) == (people, messages)
    assert found(dumped()) == {}


def test_the_mail_of_an_unsubscribe_button_is_emptied_too(life, listener):
    row = sent(life, purpose="marketing")
    erased(life)
    to = f"care+{MAIL_PREFIX}{token_of(row.pk)}@pedralva.example"
    text = f"From: {bia.NAME} <{bia.EMAIL}>\nTo: {to}\nSubject: unsubscribe\nMessage-ID: <u@falcao.example>\n\nx\n"
    raw = mailed(listener, text, sender=bia.EMAIL, to=to)
    assert (raw.status, raw.kind, bytes(raw.body)) == ("robot", "unsubscribe", b"")
    assert found(dumped()) == {}


def test_a_report_that_came_before_and_is_read_afterwards_counts(life, listener):
    row = sent(life)
    running = erasing.begin(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    listener.send(filled(BOUNCE, row).replace("\n", "\r\n").encode(), sender="")
    assert erasing.run(key=running.pk, now=timezone.now()), Erasure.objects.get().error
    raw = RawEvent.objects.order_by("-key").first()
    assert raw.status == "received"
    bia.settle()
    row.refresh_from_db()
    assert row.state == "bounced"
    assert found(dumped()) == {}


def test_of_somebody_in_copy_the_report_names_nobody_either(life, listener):
    row = sent(life, profile_id=None, to="ana@customer.example")
    row.recipients.append({"address": bia.EMAIL, "name": bia.NAME, "role": "cc"})
    row.save()
    Profile.objects.filter(pk=life.profile.pk).update(name=bia.NAME)
    erased(life)
    Transmission.objects.filter(pk=row.pk).update(recipients=[{"address": "[erased]", "name": "", "role": "cc"}])
    mailed(listener, filled(BOUNCE, row))
    assert Transmission.objects.get(pk=row.pk).state == "bounced"
    assert found(dumped()) == {}


def test_a_carrier_that_answers_after_the_erasure_names_nobody(life):
    row = sent(life, state="unknown")
    erased(life)
    told = Accepted(reply=f"250 {bia.EMAIL} taken", refused={bia.EMAIL: f"550 {bia.EMAIL}"})
    record_outcomes(outcomes={row.key: told}, owner="gone", now=timezone.now())
    bia.settle()
    row.refresh_from_db()
    assert row.state == "accepted"
    assert found(dumped()) == {}


def test_of_whoever_wrote_again_reports_are_kept_whole(life, listener):
    erased(life)
    bia.deliver(life.channel, bia.letter("Oi", "De novo", to=life.channel.address))
    fresh = Identity.objects.get(address_norm=bia.EMAIL.lower())
    row = sent(life, profile_id=fresh.profile_id)
    told = {"recipient": bia.EMAIL, "detail": "550 no", "unique_key": "k", "at": timezone.now()}
    assert report(channel_id=row.channel_id, external_id=row.external_id, state="bounced", **told)
    kept = DeliveryReport.objects.get(transmission=row)
    assert (kept.recipient, kept.detail) == (bia.EMAIL, "550 no")


def test_whoever_writes_while_the_erasure_runs_is_new_and_stays(life):
    running = erasing.begin(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    for step in erasing._steps()[:-1]:
        erasing._do(running.pk, step, timezone.now())
    bia.deliver(life.channel, bia.letter("Oi", "Ainda aí?", to=life.channel.address))
    assert erasing.run(key=running.pk, now=timezone.now() + timedelta(minutes=6)), Erasure.objects.get().error
    fresh = Identity.objects.get(address_norm=bia.EMAIL.lower())
    assert (fresh.address, fresh.profile_id != life.profile.pk) == (bia.EMAIL, True)
