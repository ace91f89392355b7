"""Attributes declared by the API: once, changed so that what people have fits, retired and brought back."""

import json

import pytest

from engagement.profiles.models import AttributeDefinition, Profile
from engagement.village.models import Role
from tests.factories import NOW

URL = "/api/v1/attributes/"
pytestmark = pytest.mark.django_db
BIKE = {"label": "Bicycle", "label_pt": "Bicicleta", "type": "choice", "choices": ["Road", "Cargo"]}


@pytest.fixture
def send(client, bearer, agent):
    agent.groups.add(Role.objects.get(slug="architect").group)
    headers = bearer("profiles:read", "profiles:write")

    def sending(path="", body=None, method="post", **more):
        return getattr(client, method)(
            f"{URL}{path}", json.dumps(body or {}), content_type="application/json", headers=headers | more
        )

    return sending


def test_it_is_declared_once_changed_and_retired(send):
    made, again = send(body=BIKE, **{"Idempotency-Key": "a"}), send(body=BIKE, **{"Idempotency-Key": "a"})
    assert (made.status_code, made.json()) == (201, again.json())
    assert made.json()["slug"] == "bicycle"
    key = made.json()["id"]
    assert send(f"{key}/", {"retention_days": 30}, "patch").json()["retention_days"] == 30
    assert send(f"{key}/retirement/").json()["retired_at"]
    assert send(f"{key}/retirement/", method="delete").json()["retired_at"] is None


def test_what_does_not_fit_is_refused(send):
    key = send(body=BIKE).json()["id"]
    Profile.objects.create(created_at=NOW, attributes={"bicycle": "Road"})
    assert send(f"{key}/", {"choices": ["Cargo"]}, "patch").status_code == 422
    assert send(f"{key}/", {"type": "date"}, "patch").status_code == 422
    assert send(body=BIKE).status_code == 422
    assert send(body={"label": "x"}).status_code == 422
    assert AttributeDefinition.objects.get().choices == ["Road", "Cargo"]
