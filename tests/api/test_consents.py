"""Consents and sign-ups in the API: the same actions, the same ledger."""

import json

import pytest

from engagement.channels.models import OptIn
from engagement.channels.optin.writing import Words, create, set_open
from engagement.profiles.actions.merge import merge
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.models import Consent
from tests.factories import NOW, make_channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return resolve(kind="email", address="ana@x.example", name="Ana", now=NOW).profile


@pytest.fixture
def post(client, bearer):
    headers = bearer("profiles:read", "profiles:write")

    def posting(path, body, **more):
        return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers | more)

    return posting


def test_a_consent_is_given_once_and_withdrawn(client, bearer, post, ana, agent):
    body = {
        "profile": str(ana.pk),
        "channel": "email",
        "purpose": "marketing",
        "text": "Yes, write to me",
        "locale": "en",
    }
    first = post("consents/", body, **{"Idempotency-Key": "one"})
    assert first.status_code == 201
    assert first.json()["evidence"] == {"text": "Yes, write to me", "locale": "en"}
    assert post("consents/", body).json()["id"] == first.json()["id"]
    gone = post("consents/withdrawals/", {"profile": str(ana.pk)})
    assert (gone.status_code, gone.json()["granted"], gone.json()["channel"]) == (201, False, "")
    listed = client.get(f"/api/v1/consents/?profile={ana.pk}", headers=bearer("profiles:read")).json()["results"]
    assert [line["granted"] for line in listed] == [False, True]
    assert set(Consent.objects.values_list("actor", flat=True)) == {agent.pk}


def test_a_consent_for_an_address_of_a_merged_profile_is_written_for_that_one(post, ana):
    other = resolve(kind="email", address="ana@work.example", name="Ana", now=NOW).profile
    merge(kept_id=ana.pk, merged_id=other.pk, actor=None, now=NOW)
    body = {"profile": str(ana.pk), "channel": "email", "purpose": "marketing", "text": "Yes"}
    assert post("consents/", body | {"address": "Ana@Work.example"}).status_code == 201
    assert post("consents/", body | {"address": "ana@x.example", "text": "Yes, here too"}).status_code == 201
    assert list(Consent.objects.order_by("key").values_list("profile_id", flat=True)) == [other.pk, ana.pk]


def test_what_is_no_consent_is_refused(post, ana):
    body = {"profile": str(ana.pk), "channel": "email", "purpose": "marketing", "text": "Bought", "basis": "implied"}
    assert post("consents/", body).status_code == 422
    assert post("consents/", body | {"text": ""}).status_code == 422
    assert post("consents/", body | {"channel": "fax"}).status_code == 422
    assert post("consents/", body | {"profile": "01990000-0000-7000-8000-000000000000"}).status_code == 404
    assert not Consent.objects.exists()


def test_a_sign_up_is_started_and_says_nothing_of_the_address(post, agent):
    form = create(slug="news", name="News", channel=make_channel(), words={"en": Words("H", "T")}, actor=agent, now=NOW)
    body = {"form": "news", "address": "bia@x.example", "ip": "203.0.113.9"}
    first, again = post("sign-ups/", body), post("sign-ups/", body)
    assert (first.status_code, first.json()) == (202, again.json())
    asked = OptIn.objects.get()
    assert (asked.source, asked.ip, asked.sent) == ("api", "203.0.113.9", 1)
    assert post("sign-ups/", body | {"address": "bia"}).status_code == 422
    assert post("sign-ups/", body | {"form": "none"}).status_code == 404
    set_open(form_id=form.pk, is_open=False, actor=agent, now=NOW)
    assert post("sign-ups/", body).status_code == 409
