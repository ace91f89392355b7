"""A program lists, creates and changes milestones, work items and risks, under the rules of the pages."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group

from engagement.operations.actions.plan import approve_milestone, terms_of
from engagement.operations.models import Milestone, MilestoneChange, Risk, WorkItem
from tests.operations.plan_rows import NOW, make_component, make_item, make_milestone
from tests.village.people import person

pytestmark = pytest.mark.django_db
PROMISE = {"title": "CRM both ways", "starts_on": "2026-11-01", "promised_on": "2026-11-30", "budget": "10000.00"}


@pytest.fixture(autouse=True)
def planner(agent):
    agent.groups.set([Group.objects.get(role__slug="master-builder")])
    return agent


@pytest.fixture
def send(client, bearer):
    headers = bearer("operations:read", "operations:write")

    def do(method: str, path: str, body=None, **more: str):
        data = "" if body is None else json.dumps(body)
        url = f"/api/v1/{path}"
        return getattr(client, method)(url, data, content_type="application/json", headers=headers | more)

    return do


def test_a_milestone_is_created_and_its_first_promise_is_kept(send):
    made = send("post", "milestones/", PROMISE)
    assert made.status_code == 201, made.content
    assert made.json() | PROMISE == made.json()
    changed = send("patch", f"milestones/{made.json()['id']}/", {"promised_on": "2026-12-10"})
    assert changed.status_code == 200, changed.content
    shown = changed.json()
    assert (shown["promised_on"], shown["first_promised_on"]) == ("2026-12-10", "2026-11-30")
    assert shown["pending_change"] is None


def test_another_day_than_the_approved_one_waits_for_the_sponsor(send, planner):
    made = make_milestone(planner)
    approve_milestone(milestone_id=made.pk, seen=terms_of(made), actor=person("benefactor"), now=NOW)
    url = f"milestones/{made.pk}/"
    answer = send("patch", url, {"promised_on": "2026-12-10"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:vilarejo:problem:plan_refused")
    answer = send("patch", url, {"promised_on": "2026-12-10", "reason": "Limits"})
    assert answer.json()["promised_on"] == "2026-11-30"
    assert answer.json()["pending_change"]["promised_on"] == "2026-12-10"
    more = send("patch", url, {"budget": "12000.00", "reason": "Limits, and a licence"}).json()["pending_change"]
    assert (more["promised_on"], more["budget"]) == ("2026-12-10", "12000.00")
    assert send("patch", url, {"spent": "500.00"}).json()["pending_change"]["budget"] == "12000.00"
    assert MilestoneChange.objects.filter(status="pending").count() == 1
    assert Milestone.objects.get().spent == Decimal(500)


def test_a_change_is_made_to_the_state_that_was_read(send, planner):
    item = make_item(planner, "Sync")
    url = f"work-items/{item.pk}/"
    etag = send("get", url)["ETag"]
    assert send("patch", url, {"status": "in_progress"}, **{"If-Match": etag}).status_code == 200
    late = send("patch", url, {"status": "done"}, **{"If-Match": etag})
    assert late.status_code == 412
    assert late.json()["current"]["status"] == "in_progress"
    item.refresh_from_db()
    assert item.status == "in_progress"


def test_a_cycle_is_refused_by_name(send, planner):
    first = make_item(planner, "Sandbox")
    second = make_item(planner, "Invoices", depends_on=(first,))
    answer = send("patch", f"work-items/{first.pk}/", {"depends_on": [str(second.pk)]})
    assert answer.status_code == 422
    assert "Sandbox → Invoices → Sandbox" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"title": "Sync", "status": "blocked"},
        {"title": "Sync", "status": "later"},
        {"title": "Sync", "estimate": -1},
        {"title": "Sync", "due_on": "1026-01-01"},
        {"title": "Sync", "unknown": 1},
        {"title": " "},
        {},
    ],
)
def test_work_items_that_make_no_sense_are_422(send, body):
    assert send("post", "work-items/", body).status_code == 422
    assert WorkItem.objects.count() == 0


def test_a_builder_changes_only_their_own(send, planner):
    other = make_item(planner, "Others", component=make_component())
    planner.groups.set([Group.objects.get(role__slug="builder")])
    own = send("post", "work-items/", {"title": "Mine", "owner": str(planner.pk)})
    assert own.status_code == 201, own.content
    assert send("patch", f"work-items/{own.json()['id']}/", {"status": "done"}).status_code == 200
    assert send("patch", f"work-items/{other.pk}/", {"status": "done"}).status_code == 403
    assert send("post", "milestones/", PROMISE).status_code == 403


def test_lists_narrow_and_show_nothing_deleted(send, planner):
    milestone = make_milestone(planner)
    make_item(planner, "In it", milestone=milestone)
    gone = make_item(planner, "Gone", milestone=milestone)
    WorkItem.objects.filter(pk=gone.pk).update(deleted_at=NOW)
    make_item(planner, "Elsewhere", due_on=date(2026, 12, 1))
    shown = send("get", f"work-items/?milestone={milestone.pk}").json()["results"]
    assert [item["title"] for item in shown] == ["In it"]
    assert send("get", f"work-items/{gone.pk}/").status_code == 404
    assert send("get", "work-items/?status=later").status_code == 400


def test_a_risk_is_added_closed_and_reopened(send):
    made = send("post", "risks/", {"title": "One person knows voice", "level": "high"}).json()
    url = f"risks/{made['id']}/"
    assert send("patch", url, {"is_closed": True}).json()["closed_at"] is not None
    assert [one["id"] for one in send("get", "risks/?closed=true").json()["results"]] == [made["id"]]
    assert send("patch", url, {"is_closed": False}).json()["closed_at"] is None
    assert Risk.objects.get().level == "high"


def test_lists_take_a_fixed_number_of_queries(send, planner, django_assert_max_num_queries):
    for number in range(12):
        item = make_item(planner, f"Item {number}", milestone=make_milestone(planner, f"Milestone {number}"))
        item.depends_on.add(make_item(planner, f"Before {number}"))
    for path in ("work-items/", "milestones/"):
        with django_assert_max_num_queries(10):
            assert len(send("get", path).json()["results"]) >= 12
