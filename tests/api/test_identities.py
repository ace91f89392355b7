"""Addresses in the API: added, confirmed, preferred, closed, replaced; by who may, and each once."""

import json

import pytest

from engagement.profiles.actions.resolve import resolve
from engagement.profiles.models import Identity
from engagement.village.models import AuditEntry
from tests.factories import NOW

URL = "/api/v1/identities/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def phone():
    return resolve(kind="phone", address="+55 31 98123-4567", name="Marina", now=NOW)


@pytest.fixture
def post(client, bearer):
    headers = bearer("profiles:read", "profiles:write")

    def posting(path, body=None, method="post", **more):
        return getattr(client, method)(
            f"{URL}{path}", json.dumps(body or {}), content_type="application/json", headers=headers | more
        )

    return posting


def test_an_address_is_added_once_and_one_of_somebody_else_is_a_conflict(post, phone):
    body = {"profile": str(phone.profile_id), "kind": "bsuid", "scope": "77", "address": "BR.111"}
    first, again = post("", body, **{"Idempotency-Key": "one"}), post("", body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    other = resolve(kind="email", address="caio@x.example", now=NOW)
    taken = post("", {"profile": str(other.profile_id), "kind": "whatsapp", "address": "553181234567"})
    assert taken.status_code == 409
    assert str(phone.profile_id) in taken.json()["detail"]
    wrong = post("", body | {"kind": "telegram"})
    assert (wrong.status_code, "everywhere" in wrong.json()["detail"]) == (422, True)
    assert post("", body | {"profile": str(phone.pk)}).status_code == 404
    assert Identity.objects.count() == 3


def test_it_is_confirmed_preferred_closed_and_replaced(post, phone, agent):
    assert post(f"{phone.pk}/confirmation/", {"how": "code"}).json()["verified_at"]
    assert post(f"{phone.pk}/confirmation/", method="delete").json()["verified_at"] is None
    assert post(f"{phone.pk}/preference/").json()["preferred"] is True
    assert post(f"{phone.pk}/closing/", {"reason": "replaced"}).status_code == 422
    assert post(f"{phone.pk}/closing/", {"reason": "reassigned"}).json()["closed_reason"] == "reassigned"
    assert post(f"{phone.pk}/preference/").status_code == 422
    assert post(f"{phone.profile_id}/preference/").status_code == 404
    known = resolve(kind="messenger", scope="9", address="10001", now=NOW)
    assert post(f"{known.pk}/replacement/", {"address": "10002"}).json()["replaces"] == str(known.pk)
    assert set(AuditEntry.objects.filter(action__startswith="identity.").values_list("actor", flat=True)) == {agent.pk}


def test_a_persons_addresses_are_listed_with_those_that_are_closed(client, bearer, post, phone):
    mail = resolve(kind="email", address="caio@x.example", now=NOW)
    post(f"{phone.pk}/closing/", {"reason": "gone"})
    headers = bearer("profiles:read")

    def ids(query):
        return [row["id"] for row in client.get(f"{URL}?{query}", headers=headers).json()["results"]]

    assert ids(f"profile={phone.profile_id}") == [str(phone.pk)]
    assert ids(f"profile={phone.profile_id}&open=true") == []
    assert ids("open=true") == [str(mail.pk)]
    assert ids("") == [str(mail.pk), str(phone.pk)]
    assert ids(f"profile={phone.pk}") == []
    assert client.get(f"{URL}?profile=x", headers=headers).status_code == 400


def test_a_token_to_read_changes_nothing(client, bearer, phone):
    answer = client.post(f"{URL}{phone.pk}/preference/", headers=bearer("profiles:read"))
    assert answer.status_code == 403
    assert not Identity.objects.filter(preferred=True).exists()
