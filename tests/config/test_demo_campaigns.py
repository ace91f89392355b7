"""The demo's campaigns: one was sent, one waits for its day, one lacks something."""

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from engagement.config.demo.load import load

pytestmark = pytest.mark.django_db


def test_the_campaigns_of_pedralva_are_in_three_states():
    load(now=timezone.now())
    found = {one.name.partition(" / ")[2]: one for one in Campaign.objects.all()}
    assert sorted(found) == ["Before the rains", "Spring in the hills", "Spring service"]
    sent = found["Spring service"]
    assert sent.status in ("sending", "finished")
    assert sent.recipients.filter(state="queued").count() >= 5
    assert sent.recipients.filter(answered_at__isnull=False).count() == 2
    assert sent.recipients.filter(state="skipped").values("code").distinct().count() >= 3
    assert found["Before the rains"].recipients.filter(state="waiting").exists()
    assert found["Spring in the hills"].status == "draft"
