"""A campaign whose messages failed says so: on its page, in the list and in the API."""

import pytest

from campaigns.actions import steering, waves
from campaigns.selectors.figures import Figures, figures
from engagement.channels.models import Transmission
from tests.campaigns.people import launched, somebody
from tests.factories import NOW
from tests.village.people import client_of

pytestmark = pytest.mark.django_db


def finished(lia, *states: str):
    for number in range(len(states)):
        somebody(f"#{number}", email=f"p{number}@customer.example", agrees=("email",))
    campaign = launched(lia)
    waves.queue_wave(campaign_id=campaign.pk, now=NOW)
    for row, state in zip(Transmission.objects.order_by("key"), states, strict=True):
        Transmission.objects.filter(pk=row.pk).update(state=state)
    assert steering.end_if_over(campaign_id=campaign.pk, now=NOW)
    campaign.refresh_from_db()
    return campaign


@pytest.mark.parametrize(
    ("states", "verdict", "said", "sent"),
    [
        (("failed", "failed"), "nothing_sent", "Failed: nothing was sent", 0),
        (("accepted", "failed"), "completed_with_failures", "Completed with failures", 1),
        (("accepted", "bounced"), "completed_with_failures", "Completed with failures", 2),
        (("accepted", "delivered"), "completed", "finished", 2),
    ],
)
def test_what_came_of_it_is_said(lia, states, verdict, said, sent):
    campaign = finished(lia, *states)
    found = figures(campaign)
    assert (found.verdict(campaign.status), found.sent) == (verdict, sent)
    client = client_of(lia)
    for url in (f"/campaigns/{campaign.pk}/", "/campaigns/"):
        assert said in client.get(url).content.decode()


def test_a_few_that_come_back_are_no_failure():
    assert Figures(accepted=97, failed=3, bounced=3).verdict("finished") == "completed"
    assert Figures(accepted=97, failed=3, bounced=2).verdict("finished") == "completed_with_failures"
    assert Figures(failed=3).verdict("sending") == ""
