"""A finished or stopped campaign is duplicated: a new draft with everything but its dates."""

import pytest

from campaigns.actions import steering
from campaigns.actions.duplicate import COPIED
from campaigns.models import Campaign
from engagement.village.models import AuditEntry
from tests.campaigns.people import launched, ready, somebody
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", ["draft", "stopped", "finished", "sending"])
def test_a_copy_is_a_draft_without_dates(lia, status):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    first = launched(lia, begins_at=NOW, in_local_time=True) if status != "draft" else ready(lia, begins_at=NOW)
    Campaign.objects.filter(pk=first.pk).update(status=status)
    answer = client_of(lia).post(f"/campaigns/{first.pk}/duplicate/")
    made = Campaign.objects.exclude(pk=first.pk).get()
    assert answer["Location"] == f"/campaigns/{made.pk}/"
    assert (made.status, made.name, made.begins_at, made.ends_at) == ("draft", "Spring service (copy)", None, None)
    assert (made.launched_at, made.email_revision, made.rules, made.recipients.count()) == (None, None, None, 0)
    first.refresh_from_db()
    assert all(getattr(made, field) == getattr(first, field) for field in COPIED)
    assert AuditEntry.objects.get(action="campaign.duplicated").detail["from"] == str(first.pk)


def test_the_page_of_a_campaign_that_is_over_offers_it(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    steering.stop(campaign=campaign, actor=lia, now=NOW)
    assert "Duplicate" in client_of(lia).get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "Duplicate" in client_of(lia).get(f"/admin/campaigns/campaign/{campaign.pk}/change/").content.decode()
    reader = client_of(person("benefactor"))
    assert "Duplicate" not in reader.get(f"/campaigns/{campaign.pk}/").content.decode()
    assert reader.post(f"/campaigns/{campaign.pk}/duplicate/").status_code == 403
