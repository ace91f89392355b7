"""Tasks and handoffs in the API: made once, read by those whom they concern, hostile input refused."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from collaboration import handoffs, tasks
from collaboration.models import Handoff, Task
from engagement.village.models import Department
from tests.collaboration.handing import offered, village
from tests.factories import NOW
from tests.village.people import person

TASKS, HANDOFFS = "/api/v1/tasks/", "/api/v1/handoffs/"
pytestmark = pytest.mark.django_db


def post(client, headers, body, **more):
    return client.post(TASKS, json.dumps(body), content_type="application/json", headers=headers | more)


def due():
    return (timezone.now() + timedelta(days=1)).isoformat()


def ids(answer):
    return [row["id"] for row in answer.json()["results"]]


@pytest.fixture
def care(agent):
    department = Department.objects.get(slug="customer-care")
    agent.departments.set([department])
    return department


@pytest.fixture
def stranger():
    return person("agent", email="stranger@pedralva.example", name="A Stranger")


class TestTasks:
    def test_a_task_is_made_once_for_each_key(self, client, agent, bearer):
        headers = bearer("work:read", "work:write")
        body = {"title": "Ask the bank", "assignee": str(agent.pk), "due_at": due()}
        first = post(client, headers, body, **{"Idempotency-Key": "one"})
        again = post(client, headers, body, **{"Idempotency-Key": "one"})
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert post(client, headers, body, **{"Idempotency-Key": "two"}).json()["id"] != first.json()["id"]
        assert Task.objects.count() == 2
        assert client.get(f"{TASKS}{first.json()['id']}/", headers=headers).json()["title"] == "Ask the bank"

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"title": ""}, 422),
            ({"title": "x" * 201}, 422),
            ({"title": " \u0000 "}, 422),
            ({"assignee": None}, 422),
            ({"assignee": "no-key"}, 422),
            ({"department": "no-such"}, 422),
            ({"due_at": "0001-01-01T00:00:00Z"}, 422),
            ({"due_at": "tomorrow"}, 422),
            ({"due_at": None}, 422),
        ],
    )
    def test_what_cannot_be_made_is_refused_and_nothing_is_kept(self, client, agent, bearer, change, status):
        body = {"title": "Ask", "assignee": str(agent.pk), "due_at": due()} | change
        answer = post(client, bearer(), body)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        assert Task.objects.count() == 0

    def test_one_sees_what_one_does_gave_or_one_s_departments_have(self, client, agent, bearer, care, stranger):
        mine = tasks.make(title="Mine", created_by=stranger, assignee=agent, now=NOW)
        given = tasks.make(title="Given", created_by=agent, assignee=stranger, now=NOW)
        ours = tasks.make(title="Ours", created_by=stranger, department=care, now=NOW)
        other = tasks.make(title="Other", created_by=stranger, assignee=stranger, now=NOW)
        headers = bearer("work:read")
        assert ids(client.get(TASKS, headers=headers)) == [str(one.pk) for one in (ours, given, mine)]
        assert client.get(f"{TASKS}{other.pk}/", headers=headers).status_code == 404
        tasks.complete(task_id=mine.pk, actor=agent, now=NOW)
        assert ids(client.get(TASKS, {"state": "done"}, headers=headers)) == [str(mine.pk)]

    def test_reading_does_not_allow_to_make(self, client, agent, bearer):
        body = {"title": "Ask", "assignee": str(agent.pk), "due_at": due()}
        assert post(client, bearer("work:read"), body).status_code == 403
        assert client.get(TASKS, headers=bearer("conversations:read")).status_code == 403
        assert client.get(TASKS).status_code == 401
        assert Task.objects.count() == 0

    def test_who_left_gets_no_task(self, client, bearer, stranger):
        stranger.is_active = False
        stranger.save()
        answer = post(client, bearer(), {"title": "Ask", "assignee": str(stranger.pk), "due_at": due()})
        assert answer.status_code == 422
        assert Task.objects.count() == 0


class TestHandoffs:
    def test_the_departments_concerned_see_it_and_others_do_not(self, client, agent, bearer):
        place = village()
        handoff = offered(place)
        headers = bearer("work:read")
        assert ids(client.get(HANDOFFS, headers=headers)) == []
        assert client.get(f"{HANDOFFS}{handoff.pk}/", headers=headers).status_code == 404
        agent.departments.set([place.finance])
        assert ids(client.get(HANDOFFS, headers=headers)) == [str(handoff.pk)]
        handoffs.bounce(handoff_id=handoff.pk, actor=place.graca, reason="No number", now=NOW + timedelta(minutes=5))
        told = client.get(f"{HANDOFFS}{handoff.pk}/", headers=headers).json()
        assert (told["state"], told["bounce_reason"], told["to_department"]) == ("bounced", "No number", "finance")
        assert ids(client.get(HANDOFFS, {"state": "offered"}, headers=headers)) == []

    def test_nothing_can_be_made_or_changed(self, client, agent, bearer):
        place = village()
        handoff = offered(place)
        agent.departments.set([place.finance])
        url = f"{HANDOFFS}{handoff.pk}/"
        assert client.post(HANDOFFS, {}, headers=bearer()).status_code == 405
        assert client.delete(url, headers=bearer()).status_code == 405
        assert Handoff.objects.get().is_offered
