"""Segments in the API: rules that are checked as on the page, counted, and read by whoever may see people."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Segment
from engagement.profiles.models import Profile
from engagement.village.models import AuditEntry
from tests.api.test_marketing import send, tokens_of
from tests.campaigns.people import somebody
from tests.village.people import person

URL = "/api/v1/segments/"
NOBODY = "01990000-0000-7000-8000-000000000000"
BRAZIL = {"all": [{"field": "country", "op": "is", "value": "BR"}]}
pytestmark = pytest.mark.django_db


@pytest.fixture
def otavio():
    return person("troubadour", name="Otavio Sampaio")


@pytest.fixture
def headers(otavio):
    return tokens_of(otavio)()


def made(client, headers, **facts) -> dict:
    answer = send(client, "post", URL, headers, {"name": "Brazil", "rules": BRAZIL} | facts)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_segment_is_created_once_counted_and_listed(client, otavio, headers):
    ana, ben = somebody("Ana", country="BR"), somebody("Ben", country="BR")
    somebody("Carl", country="DE")
    body = {"name": "Brazil", "description": "At home", "rules": BRAZIL}
    first = send(client, "post", URL, headers, body, **{"Idempotency-Key": "one"})
    again = send(client, "post", URL, headers, body, **{"Idempotency-Key": "one"})
    assert (first.status_code, again.json()) == (201, first.json())
    segment = Segment.objects.get()
    assert (segment.owner, segment.rules, first.json()["rules"]) == (otavio, BRAZIL, BRAZIL)
    assert first.json()["sentence"] == "Country is “BR”"
    assert AuditEntry.objects.get(action="segment.added").detail == {"fields": ["description", "name", "rules"]}
    counted = client.get(f"{URL}{segment.pk}/count/", headers=headers).json()
    assert (counted["people"], counted["sentence"]) == (2, "Country is “BR”")
    page = client.get(f"{URL}{segment.pk}/members/?page_size=1", headers=headers).json()
    rest = client.get(page["next"], headers=headers).json()
    assert [one["id"] for one in page["results"] + rest["results"]] == sorted((str(ana.pk), str(ben.pk)), reverse=True)
    assert rest["next"] is None
    assert [one["id"] for one in client.get(URL, {"search": "braz"}, headers=headers).json()["results"]] == [
        str(segment.pk)
    ]
    assert client.get(URL, {"search": "x"}, headers=headers).json()["results"] == []


def test_rules_are_stored_checked_and_without_anything_else(client, headers):
    rules = {
        "any": [
            {"field": "last_heard", "op": "within_days", "value": "30"},
            {"not": {"field": "deal.open", "op": "yes", "value": "\u0000 left over"}},
            {"field": "tags", "op": "has_any", "value": "vip, new"},
        ]
    }
    assert made(client, headers, rules=rules)["rules"] == {
        "any": [
            {"field": "last_heard", "op": "within_days", "value": 30},
            {"not": {"field": "deal.open", "op": "yes"}},
            {"field": "tags", "op": "has_any", "value": ["vip", "new"]},
        ]
    }


@pytest.mark.parametrize(
    ("rules", "pointer"),
    [
        ("everybody", "#/rules"),
        ([], "#/rules"),
        ({"all": [], "any": []}, "#/rules"),
        ({"all": [{"any": []}]}, "#/rules/all/0/any"),
        ({"all": {}}, "#/rules/all"),
        ({"all": [{"field": "country", "op": "is", "value": "BR"}, {"field": "x"}]}, "#/rules/all/1/field"),
        ({"not": {"field": "country", "op": "yes"}}, "#/rules/not/op"),
        ({"all": [{"any": [{"field": "country", "op": "is", "value": 1}]}]}, "#/rules/all/0/any/0/value"),
        ({"field": "country", "op": "is", "value": "x" * 201}, "#/rules/value"),
        ({"all": [{"field": "country", "op": "is_empty"}] * 41}, "#/rules/all/40"),
        ({"not": {"not": {"not": {"not": {"not": {"all": []}}}}}}, "#/rules/not/not/not/not/not"),
        ({"all": [{"field": "country", "op": "is", "value": "BR", "sql": "1=1"}]}, "#/rules/all/0"),
        ({"all": [None]}, "#/rules/all/0"),
    ],
)
def test_the_error_points_at_the_rule_that_is_wrong(client, headers, rules, pointer):
    for method, url in (("post", URL), ("post", f"{URL}estimate/")):
        body = {"rules": rules} | ({} if "estimate" in url else {"name": "Wrong"})
        answer = send(client, method, url, headers, body)
        assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, [pointer])
        assert answer.json()["errors"][0]["detail"]
    assert not Segment.objects.exists()


def test_a_segment_is_changed_where_it_is_as_it_was_read(client, headers):
    url = f"{URL}{made(client, headers)['id']}/"
    read = client.get(url, headers=headers)
    changed = send(client, "patch", url, headers, {"name": "Home"}, **{"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["name"], changed.json()["rules"]) == (200, "Home", BRAZIL)
    late = send(client, "patch", url, headers, {"name": "Late"}, **{"If-Match": read["ETag"]})
    assert (late.status_code, late.json()["current"]["name"]) == (412, "Home")
    same = send(client, "patch", url, headers, {"name": "Home"}, **{"If-Match": changed["ETag"]})
    assert same.json()["changed_at"] == changed.json()["changed_at"]
    assert AuditEntry.objects.get(action="segment.changed").detail == {"fields": ["name"]}


def test_two_segments_have_two_names(client, headers):
    made(client, headers)
    other = made(client, headers, name="Other")
    for answer in (
        send(client, "post", URL, headers, {"name": "Brazil", "rules": BRAZIL}),
        send(client, "patch", f"{URL}{other['id']}/", headers, {"name": "Brazil"}),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unique")
        assert answer.json()["errors"][0]["pointer"] == "#/name"


def test_rules_that_cannot_be_asked_any_more_are_said(client, otavio, headers):
    segment = Segment.objects.create(
        name="Old", owner=otavio, rules={"all": [{"field": "attribute.gone", "op": "is", "value": "x"}]}
    )
    assert client.get(f"{URL}{segment.pk}/", headers=headers).status_code == 200
    for part in ("count", "members"):
        answer = client.get(f"{URL}{segment.pk}/{part}/", headers=headers)
        assert answer.status_code == 422
        assert "attribute.gone" in answer.json()["detail"]


def test_rules_are_tried_without_being_stored(client, headers):
    somebody("Ana", country="BR")
    answer = send(client, "post", f"{URL}estimate/", headers, {"rules": BRAZIL})
    assert (answer.status_code, answer.json()["people"]) == (200, 1)
    assert not Segment.objects.exists()


def test_every_field_that_is_listed_can_be_asked(client, headers):
    listed = client.get(f"{URL}fields/", headers=headers).json()["fields"]
    assert {"country", "tags", "consent.email"} <= {one["name"] for one in listed}
    samples = {"text": "a", "number": 1, "date": "2026-01-01", "days": 3, "choice": "a", "tags": ["a"]}
    rules = [
        {"field": field["name"], "op": operator["name"], "value": samples.get(operator["takes"], [NOBODY])}
        for field in listed
        for operator in field["operators"]
    ]
    for start in range(0, len(rules), 40):
        answer = send(client, "post", f"{URL}estimate/", headers, {"rules": {"all": rules[start : start + 40]}})
        assert answer.status_code == 200, answer.content


def test_reading_a_segment_is_not_changing_it(client, otavio, headers):
    url = f"{URL}{made(client, headers)['id']}/"
    reader = tokens_of(otavio)("campaigns:read")
    assert client.get(url, headers=reader).status_code == 200
    assert client.get(f"{url}count/", headers=reader).status_code == 200
    assert client.get(f"{url}members/", headers=reader).status_code == 200
    assert send(client, "post", URL, reader, {"name": "X", "rules": BRAZIL}).status_code == 403
    counselor = tokens_of(person("counselor"))()
    assert client.get(url, headers=counselor).status_code == 200
    assert send(client, "patch", url, counselor, {"name": "X"}).status_code == 403
    assert send(client, "post", f"{URL}estimate/", counselor, {"rules": BRAZIL}).status_code == 403
    assert client.get(url, headers=tokens_of(person("agent"))()).status_code == 403
    assert client.get(URL).status_code == 401
    assert client.get(f"{URL}{NOBODY}/members/", headers=headers).status_code == 404
    assert client.get(f"{url}members/?cursor=x", headers=headers).status_code == 400


def test_a_page_of_members_costs_the_same_at_3_and_30_people(client, headers):
    url = f"{URL}{made(client, headers)['id']}/members/"
    client.get(url, headers=headers)
    counts = []
    for number in (3, 27):
        Profile.objects.bulk_create(Profile(name=f"P{at}", country="BR") for at in range(number))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url, headers=headers).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_names_and_values_that_are_no_text_are_refused(client, headers):
    for body in ({"name": 5, "rules": BRAZIL}, {"name": True, "rules": BRAZIL}, {"name": "x" * 201, "rules": BRAZIL}):
        assert json.loads(send(client, "post", URL, headers, body).content)["status"] == 422
