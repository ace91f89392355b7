"""Who may answer is told of a request, before it is due and when it is overdue; once each, without a name."""

from datetime import timedelta

import pytest

from collaboration.models import Notification
from engagement.events.relay import run_pending
from engagement.profiles.actions import resolve
from engagement.profiles.rights import reminding
from engagement.profiles.rights.filing import file_request
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def request_of_ana():
    ana = resolve(kind="email", address="ana@customer.example", name="Ana Prado", now=NOW).profile
    facts = {"via": "email", "words": "", "received_at": NOW, "actor": None, "now": NOW}
    return file_request(profile_id=ana.pk, kind="erasure", **facts)


def told(now) -> list[str]:
    reminding.remind(now=now)
    run_pending(now=now, limit=100)
    return list(Notification.objects.order_by("key").values_list("kind", flat=True))


def test_each_is_told_once_and_names_nobody(request_of_ana):
    counselor = person("counselor")
    person("agent")
    assert told(NOW) == ["data_request.filed"]
    assert told(NOW + 11 * DAY) == ["data_request.filed"]
    assert told(NOW + 13 * DAY)[1:] == ["data_request.due"]
    assert told(NOW + 14 * DAY)[1:] == ["data_request.due"]
    assert told(NOW + 16 * DAY)[2:] == ["data_request.overdue"]
    assert told(NOW + 17 * DAY)[2:] == ["data_request.overdue"]
    assert {row.person for row in Notification.objects.all()} == {counselor}
    assert not Notification.objects.filter(title__contains="Ana").exists()
    type(request_of_ana).objects.update(due_at=NOW + DAY)
    page = client_of(counselor).get(f"/people/requests/{request_of_ana.pk}/").content.decode()
    assert "The time is over" in page


def test_what_is_closed_is_not_reminded_of(request_of_ana):
    person("counselor")
    type(request_of_ana).objects.update(state="refused", closed_at=NOW)
    assert told(NOW + 16 * DAY) == []
