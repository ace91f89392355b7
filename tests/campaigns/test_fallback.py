"""The email instead of the SMS: a campaign waits for receipts, and nothing follows once it is over."""

from datetime import timedelta

import pytest

from campaigns.actions import steering, waves
from campaigns.actions.failover import note_loss
from campaigns.models import Campaign
from campaigns.selectors.fallback import RECEIPTS_WITHIN
from campaigns.selectors.figures import figures
from campaigns.selectors.progress import progress
from engagement.channels.models import Transmission
from tests.campaigns.people import launched, somebody
from tests.factories import NOW
from tests.village.people import client_of

pytestmark = pytest.mark.django_db
SOON, LATER = NOW + timedelta(minutes=10), NOW + RECEIPTS_WITHIN + timedelta(minutes=1)


def sent_by_sms(lia, *, accepted=True, **fields) -> Campaign:
    """A campaign whose one SMS has left."""
    somebody("Ana", email="ana@customer.example", phone="+5531987654321", agrees=("email", "sms"))
    campaign = launched(lia, plan="sms_else_email", **fields)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    Transmission.objects.update(state="accepted" if accepted else "delivered", handed_at=NOW, state_at=NOW)
    return campaign


def bounce(*, now) -> None:
    sms = Transmission.objects.get(channel__kind="sms")
    Transmission.objects.filter(pk=sms.pk).update(state="bounced", error="No such number. (30005)", state_at=now)
    note_loss(transmission_id=sms.pk, now=now)


def status_after(campaign: Campaign, *, now) -> str:
    steering.end_if_over(campaign_id=campaign.pk, now=now)
    steering.wind_up(campaign_id=campaign.pk, now=now)
    campaign.refresh_from_db()
    return campaign.status


def emails() -> int:
    return Transmission.objects.filter(channel__kind="email").count()


def test_a_campaign_waits_for_the_receipts_of_its_sms_and_says_so(lia):
    campaign = sent_by_sms(lia)
    assert status_after(campaign, now=SOON) == "sending"
    shown = progress(campaign=campaign, now=SOON)
    assert (shown.awaited, shown.awaited_until, shown.sent) == (1, NOW + RECEIPTS_WITHIN, 1)
    bounce(now=SOON)
    assert (emails(), progress(campaign=campaign, now=SOON).awaited) == (1, 0)
    Transmission.objects.filter(channel__kind="email").update(state="delivered", handed_at=SOON)
    assert status_after(campaign, now=SOON) == "finished"


@pytest.mark.parametrize(("state", "code"), [("delivered", ""), ("refused", "consent_withdrawn")])
def test_a_receipt_that_needs_no_email_completes_the_campaign(lia, state, code):
    campaign = sent_by_sms(lia)
    Transmission.objects.update(state=state, error_code=code, state_at=SOON)
    assert status_after(campaign, now=SOON) == "finished"


def test_a_lost_sms_whose_email_has_not_followed_yet_keeps_the_campaign_open(lia):
    campaign = sent_by_sms(lia)
    Transmission.objects.update(state="bounced", error="No such number. (30005)", state_at=SOON)
    assert status_after(campaign, now=SOON) == "sending"
    note_loss(transmission_id=Transmission.objects.get().pk, now=SOON)
    assert emails() == 1


def test_a_receipt_that_never_comes_completes_the_campaign_after_a_while(lia):
    campaign = sent_by_sms(lia)
    assert status_after(campaign, now=LATER) == "finished"


def test_no_email_follows_a_loss_after_the_campaign_is_completed_and_the_page_says_so(lia):
    campaign = sent_by_sms(lia)
    assert status_after(campaign, now=LATER) == "finished"
    bounce(now=LATER + timedelta(minutes=5))
    found = figures(campaign)
    assert (emails(), found.failed, found.bounced, found.other_channel, found.waiting) == (0, 1, 1, 0, 0)
    reader = client_of(lia)
    page = reader.get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "The SMS to 1 person failed after the campaign was over, so no email followed." in page
    assert "Ana" in reader.get(f"/campaigns/{campaign.pk}/people/lost-after-end/").content.decode()
    assert "Ana" in reader.get(f"/campaigns/{campaign.pk}/people/failed/").content.decode()


def test_the_end_completes_a_campaign_that_only_waits_for_receipts(lia):
    campaign = sent_by_sms(lia, ends_at=SOON)
    assert progress(campaign=campaign, now=NOW).awaited_until == SOON
    assert status_after(campaign, now=SOON) == "finished"
    bounce(now=SOON)
    assert (emails(), progress(campaign=campaign, now=SOON).lost_after_end) == (0, 1)


def test_an_email_that_the_end_has_taken_back_counts_as_no_email(lia):
    campaign = sent_by_sms(lia, ends_at=SOON)
    bounce(now=NOW)
    assert (emails(), figures(campaign).other_channel) == (1, 1)
    assert status_after(campaign, now=SOON) == "stopped"
    found = figures(campaign)
    assert Transmission.objects.get(channel__kind="email").state == "cancelled"
    assert (found.failed, found.other_channel, found.waiting, found.total) == (1, 0, 0, 1)


def test_a_campaign_without_any_fallback_address_waits_for_nobody(lia):
    somebody("Ana", phone="+5531987654321", agrees=("sms",))
    campaign = launched(lia, plan="sms_else_email")
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    Transmission.objects.update(state="accepted", handed_at=NOW)
    assert status_after(campaign, now=SOON) == "finished"
