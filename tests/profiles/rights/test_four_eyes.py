"""Where the organisation wants two for an erasure, one alone erases nobody, on the page or by the API."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from collaboration.models import Notification
from engagement.events.models import OutboxEvent
from engagement.events.relay import run_pending
from engagement.profiles.actions import resolve
from engagement.profiles.models import DataRequest, Erasure, Profile
from engagement.profiles.rights import answering, erasing, holding_back
from engagement.profiles.rights.filing import RequestRefused, file_request
from engagement.village.models import AuditEntry
from tests.api.test_data_requests import call  # noqa: F401 - a fixture
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two(settings):
    settings.ERASURE_FOUR_EYES = True


@pytest.fixture
def otavio():
    return person("counselor", email="otavio@pedralva.example", name="Otávio Lins")


@pytest.fixture
def helena():
    return person("counselor", email="helena@pedralva.example", name="Helena Prado")


@pytest.fixture
def asked(otavio):
    ana = resolve(kind="email", address="ana@x.example", name="Ana Prado", now=NOW).profile
    given = {"via": "email", "words": "", "received_at": NOW, "now": NOW}
    row = file_request(profile_id=ana.pk, kind="erasure", actor=otavio, **given)
    answering.verify(request_id=row.pk, how="Known", actor=otavio, now=NOW)
    return row


def confirmed(row, who):
    return erasing.confirm(request_id=row.pk, actor=who, now=timezone.now())


def untouched(row) -> bool:
    kept = Profile.objects.get(pk=row.profile_id)
    return (kept.name, kept.erased_at) == ("Ana Prado", None) and not Erasure.objects.exists()


def test_the_first_is_noted_and_told_the_second_begins(asked, otavio, helena):
    assert confirmed(asked, otavio) is None
    asked.refresh_from_db()
    assert (asked.first_confirmed_by, asked.state) == (otavio, "open")
    assert untouched(asked)
    run_pending(limit=100)
    told = Notification.objects.filter(title__contains="second confirmation")
    assert list(told.values_list("person__email", flat=True)) == ["helena@pedralva.example"]
    row = confirmed(asked, helena)
    assert (row.confirmed_by, row.first_confirmed_by, row.state) == (helena, otavio, "running")
    trail = AuditEntry.objects.filter(subject_id=str(asked.pk)).order_by("key")
    acts = [(entry.action, entry.actor_id) for entry in trail]
    assert acts[-2:] == [("data_request.confirmed", otavio.pk), ("data_request.erasing", helena.pk)]
    told = OutboxEvent.objects.filter(name="profiles.data_request_changed").count()
    assert told == 4  # filed, verified, confirmed, erasing
    assert confirmed(asked, otavio) == row


def test_nobody_is_both(asked, otavio):
    confirmed(asked, otavio)
    entries = AuditEntry.objects.count()
    with pytest.raises(RequestRefused, match="Somebody else"):
        confirmed(asked, otavio)
    assert AuditEntry.objects.count() == entries
    assert untouched(asked)
    with pytest.raises(IntegrityError, match="erasure_confirmed_by_two"), transaction.atomic():
        Erasure.objects.create(
            request=asked, profile=asked.profile, confirmed_by=otavio, first_confirmed_by=otavio, confirmed_at=NOW
        )


def test_nothing_begins_past_the_first(asked, otavio):
    with pytest.raises(RequestRefused, match="Two have to confirm"):
        erasing.begin(request_id=asked.pk, actor=otavio, now=timezone.now())
    assert untouched(asked)


def test_a_first_who_may_not_answer_any_more_does_not_count(asked, otavio, helena):
    confirmed(asked, otavio)
    otavio.is_active = False
    otavio.save()
    assert confirmed(asked, helena) is None
    assert DataRequest.objects.get().first_confirmed_by == helena
    assert untouched(asked)


def test_a_hold_in_between_stops_the_second(asked, otavio, helena):
    confirmed(asked, otavio)
    holding_back.hold(profile_id=asked.profile_id, reason="Lawsuit", actor=otavio, now=timezone.now())
    with pytest.raises(RequestRefused, match="legal hold"):
        confirmed(asked, helena)
    assert untouched(asked)


def test_without_the_setting_one_is_enough(asked, otavio, settings):
    settings.ERASURE_FOUR_EYES = False
    assert confirmed(asked, otavio).first_confirmed_by is None


def test_the_pages_say_whose_turn_it_is(asked, otavio, helena):
    url, typed = f"/people/requests/{asked.pk}/erasure/", {"confirmation": "Ana Prado"}
    first, second = client_of(otavio), client_of(helena)
    assert "Confirm as the first" in first.get(url).content.decode()
    assert first.post(url, {"confirmation": "Ana"}).status_code == 422
    assert DataRequest.objects.get().first_confirmed_by is None
    said = first.post(url, typed, follow=True).content.decode()
    assert "Nothing is erased until somebody else confirms it too." in said
    mine = first.get(url).content.decode()
    assert "You confirmed it on" in mine
    assert "Erase for good" not in mine
    assert "You confirmed it first." in first.post(url, typed, follow=True).content.decode()
    assert untouched(asked)
    theirs = second.get(url).content.decode()
    assert "Otávio Lins confirmed it on" in theirs
    assert "Erase for good" in theirs
    assert "Confirmed first" in second.get(f"/people/requests/{asked.pk}/").content.decode()
    assert "It has begun." in second.post(url, typed, follow=True).content.decode()
    assert Erasure.objects.get().confirmed_by == helena


def test_the_api_notes_the_first_and_refuses_the_same(asked, call, helena):  # noqa: F811
    ask, url = call(), f"data-requests/{asked.pk}/erasure/"
    noted = ask(url, {"confirmation": "Ana Prado"})
    assert noted.status_code == 200
    assert noted.json()["first_confirmed_at"]
    again = ask(url, {"confirmation": "Ana Prado"})
    assert (again.status_code, "Somebody else" in again.json()["detail"]) == (422, True)
    assert untouched(asked)
    confirmed(asked, helena)
    assert Erasure.objects.get().state == "running"
