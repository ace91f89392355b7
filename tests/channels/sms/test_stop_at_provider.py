"""A STOP that only the provider heard counts as one that was written to us."""

from datetime import timedelta

import pytest
from django.utils import timezone

from engagement.channels.actions.report import report
from engagement.channels.actions.transmit import transmit
from engagement.keys import new_key
from engagement.profiles.actions import resolve
from engagement.profiles.actions.consent import give
from engagement.profiles.actions.suppress import suppress, suppressions_of
from engagement.profiles.models import Consent, ConsentState, Suppression
from tests.channels.sms.conftest import ANA
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db(transaction=True)
STOPPED = "+15005550004"  # the stand-in answers 21610


def agreed(number):
    """Somebody who agreed to texts."""
    profile = resolve(kind="phone", address=number, name="Ana Prado", now=timezone.now()).profile
    facts = {"channel": "sms", "purpose": "marketing", "basis": "express", "source": "form"}
    give(profile_id=profile.pk, **facts, evidence={"text": "Yes"}, actor=None, now=timezone.now())
    return profile


def standing(profile):
    return ConsentState.objects.get(profile=profile, channel="sms", purpose="marketing").granted


def test_the_provider_s_refusal_withdraws_and_stops_what_waits(stand_in, send, channel):
    profile = agreed(STOPPED)
    waiting = transmit(
        channel=channel,
        unique_key="later",
        purpose="marketing",
        source="test",
        source_id=new_key(),
        recipients=[{"address": STOPPED, "name": "", "role": "to"}],
        external_id="later",
        not_before=timezone.now() + timedelta(hours=1),
        profile_id=profile.pk,
        requested_by=None,
        now=timezone.now(),
    )
    row = send(STOPPED)
    assert (row.state, row.error_code) == ("failed", "recipient_unsubscribed")
    assert standing(profile) is False
    line = Consent.objects.get(granted=False)
    assert (line.source, line.actor, line.channel) == ("provider", None, "sms")
    assert line.evidence["transmission"] == str(row.pk)
    assert line.evidence["address"] == STOPPED
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error_code) == ("refused", "consent_withdrawn")
    send(STOPPED)
    assert Consent.objects.filter(granted=False).count() == 1


def test_another_refusal_withdraws_nothing(stand_in, send):
    profile = agreed("+15005550001")
    assert send("+15005550001").error_code == "recipient_invalid"
    assert standing(profile) is True


def test_a_receipt_that_says_so_withdraws_too(stand_in, send, channel):
    profile = agreed(ANA)
    row = send(ANA)
    told = {"external_id": row.external_id, "state": "bounced", "recipient": ANA, "unique_key": "1"}
    report(channel_id=channel.pk, **told, detail="They have answered STOP. (21610)", at=timezone.now())
    assert standing(profile) is False


def test_nobody_s_number_is_suppressed_until_it_writes_start(stand_in, send, text):
    send(STOPPED)
    (held,) = suppressions_of(kind="phone", address=STOPPED, now=timezone.now())
    assert (held.purpose, held.reason, held.source) == ("marketing", "stop", "carrier")
    text("START", sender=STOPPED)
    assert suppressions_of(kind="phone", address=STOPPED, now=timezone.now()) == []
    assert Suppression.objects.count() == 1
    assert ConsentState.objects.get(channel="sms", purpose="marketing").granted is True


def test_start_lifts_no_other_suppression(stand_in, text):
    suppress(kind="phone", address=ANA, purpose="", reason="complaint", source="carrier", now=timezone.now())
    text("START")
    assert len(suppressions_of(kind="phone", address=ANA, now=timezone.now())) == 1


@pytest.mark.parametrize("is_known", [True, False])
def test_the_customer_s_phone_says_so(stand_in, send, is_known):
    if is_known:
        agreed(STOPPED)
    client = client_of(person("agent"))
    url = "/channels/phone/?customer=%2B15005550004"
    assert 'id="silence"' not in client.get(url).content.decode()
    send(STOPPED)
    page = client.get(url).content.decode()
    assert "They answered STOP to the provider: since" in page
    part = client.get(f"{url}&part=messages", headers={"hx-request": "true"}).content.decode()
    assert "They answered STOP to the provider" in part


def test_the_customer_s_phone_says_what_they_wrote_themselves(stand_in, text):
    client = client_of(person("agent"))
    text("SAIR")
    page = client.get("/channels/phone/?customer=%2B5531935550121").content.decode()
    assert "They want no marketing: since" in page
    text("VOLTAR")
    assert 'id="silence"' not in client.get("/channels/phone/?customer=%2B5531935550121").content.decode()


@pytest.mark.parametrize("customer", ["x", "+1", "\x00", "a" * 500])
def test_a_number_that_is_none_shows_no_reason(stand_in, customer):
    assert client_of(person("agent")).get("/channels/phone/", {"customer": customer}).status_code == 200
