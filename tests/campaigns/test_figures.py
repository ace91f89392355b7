"""The same figure everywhere: page, list, home, file and API count people in one way."""

import csv
import io
import random
from datetime import timedelta

import pytest
from django.test import Client

from campaigns.actions import waves
from campaigns.actions.failover import note_loss
from campaigns.models import Recipient
from campaigns.selectors.figures import OUTCOMES, figures, figures_of
from campaigns.selectors.overview import lines
from campaigns.selectors.people import LISTS, everyone
from campaigns.selectors.progress import progress
from engagement.channels.models import Transmission
from engagement.events.relay import run_pending
from engagement.profiles.actions import consent
from engagement.profiles.models import Profile
from tests.campaigns.people import launched, somebody
from tests.factories import NOW
from tests.village.people import person

pytestmark = pytest.mark.django_db
State = Transmission.State
FIGURE_OF = {
    **{name: name for name in ("sent", "delivered", "accepted", "unconfirmed", "failed", "waiting", "read")},
    **{name: name for name in ("answered", "unsubscribed", "skipped")},
    "all": "total",
    "other-channel": "other_channel",
    "lost-after-end": "lost_after_end",
}


@pytest.fixture
def campaign(lia):
    for number in range(8):
        somebody(
            f"P{number}",
            email=f"p{number}@customer.example",
            phone=f"+553199811010{number}",
            agrees=("email", "sms"),
        )
    somebody("Mail only", email="mail@customer.example", agrees=("email",))
    somebody("Nobody asked", email="none@customer.example")
    made = launched(lia, plan="sms_else_email")
    waves.queue_wave(campaign_id=made.pk, now=NOW)
    return made


def become(campaign, state: str, number: int, kind: str = "sms") -> Transmission:
    """Let the message of P<number> by this kind of channel be in a state."""
    profile = Profile.objects.get(name=f"P{number}")
    recipient = Recipient.objects.get(campaign=campaign, profile_id=profile.pk)
    row = Transmission.objects.get(source_id=recipient.pk, channel__kind=kind)
    row.state, row.handed_at = state, NOW
    row.save(update_fields=["state", "handed_at"])
    return row


def test_sent_delivered_unconfirmed_and_failed_are_apart(campaign):
    for number, state in enumerate(("accepted", "delivered", "read", "complained", "unknown", "failed", "bounced")):
        become(campaign, state, number)
    found = figures(campaign)
    assert (found.accepted, found.delivered, found.unconfirmed, found.failed, found.waiting) == (1, 3, 1, 2, 2)
    assert (found.sent, found.bounced, found.read, found.complained) == (5, 1, 1, 1)
    assert (found.to_write, found.skipped, found.total) == (9, 1, 10)
    assert found.complaint_rate == 25.0


def test_who_got_the_other_channel_counts_once_whatever_comes_late(campaign):
    lost = become(campaign, "failed", 0)
    note_loss(transmission_id=lost.pk, now=NOW)
    found = figures(campaign)
    assert (found.failed, found.waiting, found.other_channel) == (0, 9, 2)  # with the one who has no number
    become(campaign, "accepted", 0, "email")
    assert (figures(campaign).sent, figures(campaign).accepted, figures(campaign).failed) == (1, 1, 0)
    become(campaign, "delivered", 0)  # the receipt of the SMS came late
    found = figures(campaign)
    assert (found.sent, found.delivered, found.accepted, found.total) == (1, 1, 0, 10)


def test_an_email_that_fails_as_well_is_one_failure(campaign):
    lost = become(campaign, "bounced", 0)
    note_loss(transmission_id=lost.pk, now=NOW)
    become(campaign, "failed", 0, "email")
    found = figures(campaign)
    assert (found.failed, found.bounced, found.sent) == (1, 1, 1)


@pytest.mark.parametrize("seed", range(6))
def test_each_figure_has_as_many_people_as_its_list_and_its_file(campaign, lia, seed):
    chance = random.Random(seed)
    states = [state for members in OUTCOMES.values() for state in members]
    for row in Transmission.objects.filter(channel__kind="sms"):
        row.state = chance.choice(states)
        row.save(update_fields=["state"])
        if row.state in ("failed", "bounced"):
            note_loss(transmission_id=row.pk, now=NOW)
    for row in Transmission.objects.all():
        if chance.random() < 0.7:
            row.state = chance.choice(states)
            row.save(update_fields=["state"])
    found = progress(campaign=campaign, now=NOW)
    for which, name in FIGURE_OF.items():
        assert len(list(everyone(campaign=campaign, which=which))) == getattr(found, name), which
    assert set(FIGURE_OF) == set(LISTS)
    assert sum(getattr(found, name) for name in OUTCOMES) + found.skipped == found.total == 10
    statuses = [one.status for one in everyone(campaign=campaign, which="all")]
    assert {name: statuses.count(name) for name in OUTCOMES} == {name: getattr(found, name) for name in OUTCOMES}
    assert lines([campaign])[0].figures == figures_of([campaign])[campaign.pk] == figures(campaign)


def test_page_list_file_and_api_say_the_same(campaign):
    for number, state in enumerate(("accepted", "delivered", "unknown", "failed", "bounced")):
        become(campaign, state, number)
    marketer = Client()
    marketer.force_login(person("visionary"))
    page = marketer.get(f"/campaigns/{campaign.pk}/").content.decode()
    for words in ("3 of 9 sent", "Delivered 1", "Sent, no receipt yet 1", "Unconfirmed 1", "Failed 2", "To send 4"):
        assert words in page
    assert '<td class="number">3</td>' in marketer.get("/campaigns/").content.decode()
    file = marketer.get(f"/campaigns/{campaign.pk}/people/all/export/")
    rows = list(csv.DictReader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert sorted(row["status"] for row in rows) == sorted(
        ["accepted", "delivered", "unconfirmed", "failed", "failed", *["waiting"] * 4, "skipped"]
    )


def test_a_stop_counts_as_unsubscribed_for_the_campaign_that_was_answered(campaign):
    row = become(campaign, "delivered", 3)
    consent.withdraw(
        profile_id=row.profile_id,
        channel="sms",
        purpose="marketing",
        source="sms",
        evidence={"words": "STOP", "raw_event": str(row.pk)},
        actor=None,
        now=NOW + timedelta(hours=1),
    )
    run_pending(now=NOW + timedelta(hours=1))
    assert figures(campaign).unsubscribed == 1
    (who,) = everyone(campaign=campaign, which="unsubscribed")
    assert who.name == "P3"


def test_a_withdrawal_that_a_colleague_writes_down_counts_for_no_campaign(campaign, lia):
    row = become(campaign, "delivered", 3)
    consent.withdraw(
        profile_id=row.profile_id,
        channel="sms",
        purpose="marketing",
        source="staff",
        evidence={"text": "asked on the phone"},
        actor=lia,
        now=NOW + timedelta(hours=1),
    )
    run_pending(now=NOW + timedelta(hours=1))
    assert figures(campaign).unsubscribed == 0


def test_a_stop_long_after_the_last_campaign_is_not_its_effect(campaign):
    row = become(campaign, "delivered", 3)
    consent.withdraw(
        profile_id=row.profile_id,
        channel="sms",
        purpose="marketing",
        source="sms",
        evidence={"words": "STOP", "raw_event": str(row.pk)},
        actor=None,
        now=NOW + timedelta(days=31),
    )
    run_pending(now=NOW + timedelta(days=31))
    assert figures(campaign).unsubscribed == 0


def test_the_head_of_the_page_is_live_as_its_figures(campaign):
    marketer = Client()
    marketer.force_login(person("visionary"))
    headers = {"HX-Request": "true", "HX-Target": "div#campaign-head"}
    part = marketer.get(f"/campaigns/{campaign.pk}/", headers=headers).content.decode()
    assert part.lstrip().startswith('<div id="campaign-head"')
    assert "sending" in part
