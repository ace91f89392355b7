"""What a draft says about the domain that its e-mail comes from."""

import pytest
from django.utils import timezone

from campaigns.selectors.preflight import missing, preflight
from engagement.channels.actions.signing import make_key
from engagement.village.audit import NOWHERE
from tests.campaigns.people import ready, somebody
from tests.factories import NOW
from tests.village.people import person

pytestmark = pytest.mark.django_db


def states(campaign):
    return {str(check.title): check for check in preflight(campaign=campaign, now=NOW)}


def test_a_sender_without_a_key_is_warned_about_and_does_not_stop_a_launch(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = ready(lia)
    found = states(campaign)["Mail from pedralva.example is not signed (DKIM)"]
    assert (found.state, found.url) == ("ask", f"/channels/{campaign.email_channel.pk}/")
    assert missing(preflight(campaign=campaign, now=NOW)) == []


def test_with_a_key_the_records_to_look_at_are_named(lia):
    campaign = ready(lia)
    make_key(channel=campaign.email_channel, actor=person("architect"), origin=NOWHERE, now=timezone.now())
    campaign.email_channel.refresh_from_db()
    found = states(campaign)
    assert found["Mail from pedralva.example is signed (DKIM)"].state == "ok"
    look = found["Look at the records of pedralva.example: SPF, DKIM, DMARC"]
    selector = campaign.email_channel.settings["dkim"]["selector"]
    assert look.state == "ask"
    assert f"{selector}._domainkey.pedralva.example" in look.text
    assert "_dmarc.pedralva.example" in look.text


def test_a_campaign_by_text_asks_nothing_of_a_domain(lia):
    assert [title for title in states(ready(lia, plan="sms")) if "DKIM" in title] == []
