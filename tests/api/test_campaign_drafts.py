"""Campaigns in the API before and after their launch: drafts, what is missing, recipients and results."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Segment
from engagement.village.models import AuditEntry
from tests.api.test_marketing import send, tokens_of
from tests.campaigns.people import approved, launched, ready, somebody
from tests.factories import NOW, make_channel, make_template
from tests.village.people import person

URL = "/api/v1/campaigns/"
NOBODY = "01990000-0000-7000-8000-000000000000"
pytestmark = pytest.mark.django_db


@pytest.fixture
def otavio():
    return person("troubadour", name="Otavio Sampaio")


@pytest.fixture
def headers(otavio):
    return tokens_of(otavio)()


def soon(days: int = 9) -> str:
    return (timezone.now() + timedelta(days=days)).isoformat()


def test_a_campaign_is_created_checked_completed_and_launched(client, otavio, headers):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    first = send(client, "post", URL, headers, {"name": "Spring"}, **{"Idempotency-Key": "one"})
    again = send(client, "post", URL, headers, {"name": "Spring"}, **{"Idempotency-Key": "one"})
    assert (first.status_code, first.json()["status"], again.json()) == (201, "draft", first.json())
    draft = Campaign.objects.get()
    assert (draft.owner, draft.holdout_percent, draft.plan) == (otavio, 10, "email")
    assert AuditEntry.objects.get(action="campaign.added").detail == {"fields": ["name"]}
    url = f"{URL}{draft.pk}/"
    checks = client.get(f"{url}preflight/", headers=headers).json()["checks"]
    stops = {one["code"] for one in checks if one["state"] == "stop"}
    assert stops == {
        *("objective_missing", "budget_missing", "end_missing", "segment_missing"),
        *("template_missing", "sender_missing"),
    }
    assert all(one["code"] for one in checks)
    template = approved(otavio)
    body = {
        "objective": "More rides",
        "budget": "1500.00",
        "ends_at": soon(),
        "segment": str(Segment.objects.create(name="All", owner=otavio).pk),
        "email_template": str(template.pk),
        "email_channel": str(template.channel_id),
    }
    changed = send(client, "patch", url, headers, body)
    assert (changed.status_code, changed.json()["budget"]) == (200, "1500.00")
    assert AuditEntry.objects.get(action="campaign.changed").detail == {"fields": sorted(body)}
    looked = client.get(f"{url}preflight/", headers=headers).json()
    assert [one for one in looked["checks"] if one["state"] == "stop"] == []
    answer = send(client, "post", f"{url}launch/", headers, {"seen_hash": looked["seen_hash"]})
    assert (answer.status_code, answer.json()["status"]) == (200, "launching")
    late = send(client, "patch", url, headers, {"name": "Other"})
    assert (late.status_code, "Duplicate" in late.json()["detail"]) == (409, True)
    assert Campaign.objects.get().name == "Spring"


def test_a_draft_is_changed_where_it_is_as_it_was_read(client, headers):
    url = f"{URL}{send(client, 'post', URL, headers, {'name': 'Spring'}).json()['id']}/"
    read = client.get(url, headers=headers)
    changed = send(client, "patch", url, headers, {"name": "Summer"}, **{"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["name"]) == (200, "Summer")
    late = send(client, "patch", url, headers, {"name": "Late"}, **{"If-Match": read["ETag"]})
    assert (late.status_code, late.json()["current"]["name"]) == (412, "Summer")
    same = send(client, "patch", url, headers, {"name": "Summer"})
    assert same.json()["changed_at"] == changed.json()["changed_at"]


def test_what_the_form_refuses_is_refused_with_a_pointer(client, otavio, headers):
    unapproved = make_template(otavio, purpose="marketing")
    wrong = {
        "#/name": [{"name": ""}, {"name": "x" * 201}],
        "#/ends_at": [
            {"ends_at": "2001-01-01T00:00:00Z"},
            {"begins_at": soon(9), "ends_at": soon(8)},
            {"ends_at": "x"},
        ],
        "#/begins_at": [{"in_local_time": True}],
        "#/budget": [{"budget": "-1"}, {"budget": "1.234"}, {"budget": "NaN"}],
        "#/currency": [{"currency": "XXX"}],
        "#/segment": [{"segment": NOBODY}, {"segment": 5}],
        "#/email_template": [{"email_template": str(unapproved.pk)}],
        "#/sms_template": [{"sms_template": str(approved(otavio).pk)}],
        "#/sms_channel": [{"sms_channel": str(make_channel().pk)}],
        "#/holdout_percent": [{"holdout_percent": 51}, {"holdout_percent": -1}],
        "#/cap_days": [{"cap_days": 0}],
        "#/attribution_days": [{"attribution_days": 366}],
        "#/plan": [{"plan": "fax"}],
        "#/owner": [{"owner": NOBODY}],
        "#/status": [{"status": "sending"}],
    }
    for pointer, bodies in wrong.items():
        for body in bodies:
            answer = send(client, "post", URL, headers, {"name": "Spring"} | body)
            assert answer.status_code == 422, body
            assert [one["pointer"] for one in answer.json()["errors"]] == [pointer], answer.json()
    assert not Campaign.objects.exists()


def test_a_text_that_was_chosen_stays_when_its_approval_is_gone(client, otavio, headers):
    unapproved = make_template(otavio, purpose="marketing")
    draft = Campaign.objects.create(name="Spring", owner=otavio, email_template=unapproved)
    body = {"email_template": str(unapproved.pk), "budget": "3"}
    assert send(client, "patch", f"{URL}{draft.pk}/", headers, body).status_code == 200
    draft.refresh_from_db()
    assert (draft.email_template, draft.budget) == (unapproved, Decimal(3))


def test_writing_needs_the_scope_and_the_right(client, otavio, headers):
    draft = Campaign.objects.create(name="Spring", owner=otavio)
    for token in (tokens_of(otavio)("campaigns:read"), tokens_of(person("counselor"))()):
        assert send(client, "post", URL, token, {"name": "X"}).status_code == 403
        assert send(client, "patch", f"{URL}{draft.pk}/", token, {"name": "X"}).status_code == 403
    benefactor = tokens_of(person("benefactor"))()
    assert client.get(f"{URL}{draft.pk}/results/", headers=benefactor).status_code == 200
    assert client.get(f"{URL}{draft.pk}/recipients/", headers=benefactor).status_code == 403
    assert send(client, "patch", f"{URL}{NOBODY}/", headers, {"name": "X"}).status_code == 404


def test_recipients_and_results_are_those_of_the_page(client, otavio, headers):
    ana = somebody("Ana", email="ana@customer.example", agrees=("email",))
    ben = somebody("Ben", email="ben@customer.example")
    campaign = launched(otavio, now=NOW)
    url = f"{URL}{campaign.pk}/"
    everybody = client.get(f"{url}recipients/?page_size=1", headers=headers).json()
    rest = client.get(everybody["next"], headers=headers).json()
    rows = {one["profile"]: one for one in everybody["results"] + rest["results"]}
    assert set(rows) == {str(ana.pk), str(ben.pk)}
    assert rest["next"] is None
    skipped = rows[str(ben.pk)]
    assert (skipped["status"], skipped["reason_code"]) == ("skipped", "no_consent")
    assert rows[str(ana.pk)]["address"] == "ana@customer.example"
    found = client.get(f"{url}recipients/", {"list": "skipped", "reason": "no_consent"}, headers=headers).json()
    assert [one["name"] for one in found["results"]] == ["Ben"]
    assert client.get(f"{url}recipients/", {"list": "skipped", "reason": "x"}, headers=headers).status_code == 400
    assert client.get(f"{url}recipients/", {"reason": "no_consent"}, headers=headers).status_code == 400
    assert AuditEntry.objects.filter(action="campaign.recipients_read").count() == 3
    results = client.get(f"{url}results/", headers=headers).json()
    assert results["progress"] == client.get(f"{url}progress/", headers=headers).json()
    assert results["progress"]["total"] == 2
    assert results["comparisons"] == []


def test_a_campaign_whose_end_has_come_says_so(client, otavio, headers):
    campaign = ready(otavio, ends_at=timezone.now() + timedelta(days=9))
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    url = f"{URL}{campaign.pk}/"
    looked = client.get(f"{url}preflight/", headers=headers).json()
    assert send(client, "post", f"{url}launch/", headers, {"seen_hash": looked["seen_hash"]}).status_code == 200
    assert send(client, "post", f"{url}pause/", headers).status_code == 200
    Campaign.objects.update(ends_at=timezone.now() - timedelta(minutes=1))
    answer = send(client, "post", f"{url}resume/", headers)
    assert (answer.status_code, "end has come" in answer.json()["detail"]) == (409, True)
