"""Merging by the API: the pairs that wait, putting together, taking apart, and what is refused."""

import json

import pytest

from engagement.profiles.actions import resolve
from engagement.profiles.actions.propose import propose_around
from engagement.profiles.models import AttributeDefinition, Merge, Profile
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    people = [
        resolve(kind="email", address=f"ana.prado@{domain}.example", name="Ana Prado", now=NOW).profile
        for domain in "ab"
    ]
    propose_around(profile_ids=[people[0].pk], now=NOW)
    return people


@pytest.fixture
def post(client, bearer):
    headers = bearer("profiles:read", "profiles:write")

    def posting(path, body=None, **more):
        return client.post(
            f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json", headers=headers | more
        )

    return posting


def body_of(pair, **more):
    return {"kept": str(pair[0].pk), "merged": str(pair[1].pk)} | more


def test_the_pairs_are_listed_and_told_apart(client, bearer, post, pair):
    listed = client.get("/api/v1/duplicates/", headers=bearer("profiles:read")).json()["results"]
    assert set(listed[0]["profiles"]) == {str(person.pk) for person in pair}
    assert "Same name" in listed[0]["reasons"]
    assert post(f"duplicates/{listed[0]['id']}/apart/").json()["state"] == "different"
    assert client.get("/api/v1/duplicates/", headers=bearer("profiles:read")).json()["results"] == []


def test_two_are_put_together_once_and_taken_apart(post, pair):
    Profile.objects.filter(pk=pair[1].pk).update(place="Olinda", language="pt-br")
    made = post("merges/", body_of(pair), **{"Idempotency-Key": "m1"})
    again = post("merges/", body_of(pair), **{"Idempotency-Key": "m1"})
    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json() == again.json()
    assert made.json()["facts"]["place"] == [None, "Olinda"]
    assert post("merges/", body_of(pair)).status_code == 409
    undone = post(f"merges/{made.json()['id']}/undo/")
    assert undone.json()["undone_at"]
    pair[0].refresh_from_db()
    assert pair[0].place == ""


def test_a_sensitive_attribute_stays_covered(post, pair):
    AttributeDefinition.objects.create(slug="taxid", label="Tax id", label_pt="CPF", sensitive=True)
    Profile.objects.filter(pk=pair[1].pk).update(attributes={"taxid": "11122233344"})
    assert "11122233344" not in post("merges/", body_of(pair)).content.decode()


def test_what_cannot_be_put_together_is_refused(post, pair):
    assert post("merges/", body_of([pair[0], pair[0]])).status_code == 422
    assert (
        post("merges/", {"kept": str(pair[0].pk), "merged": "0198c7a0-0000-7000-8000-000000000000"}).status_code == 404
    )
    assert post("merges/", {"kept": "x"}).status_code == 422
    assert not Merge.objects.exists()


def test_reading_is_not_writing(client, bearer, pair):
    answer = client.post(
        "/api/v1/merges/", json.dumps(body_of(pair)), content_type="application/json", headers=bearer("profiles:read")
    )
    assert answer.status_code == 403
    assert not Merge.objects.exists()
