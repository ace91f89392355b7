"""Data requests, files and legal holds in the API: the same rules as on the pages."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from engagement.api.actions import make_token
from engagement.profiles.actions import resolve
from engagement.profiles.models import DataRequest, Erasure, LegalHold
from engagement.profiles.rights import disclosing
from engagement.village.models import AuditEntry
from tests.factories import NOW
from tests.village.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return resolve(kind="email", address="ana@x.example", name="Ana Prado", now=NOW).profile


@pytest.fixture
def call(client):
    def calling(role="counselor", scopes=("rights:read", "rights:write")):
        who = person(role, email=f"{role}-{len(scopes)}@pedralva.example")
        now = timezone.now()
        token = make_token(person=who, name="t", scopes=list(scopes), expires_at=now + timedelta(days=1), now=now)
        secret = token[1] if isinstance(token, tuple) else token.secret
        headers = {"Authorization": f"Bearer {secret}"}

        def ask(path, body=None, using=client, **more):
            url = f"/api/v1/{path}"
            if body is None:
                return using.get(url, headers=headers)
            return using.post(url, json.dumps(body), content_type="application/json", headers=headers | more)

        return ask

    return calling


def body_of(ana, **more):
    return {"profile": str(ana.pk), "kind": "access", "via": "email", "words": "All of it, please"} | more


def test_a_request_is_filed_once_listed_and_read(call, ana):
    ask = call()
    made = ask("data-requests/", body_of(ana), **{"Idempotency-Key": "r1"})
    again = ask("data-requests/", body_of(ana), **{"Idempotency-Key": "r1"})
    assert (made.status_code, again["Idempotency-Replayed"]) == (201, "true")
    listed = ask(f"data-requests/?waiting=1&profile={ana.pk}").json()["results"]
    assert [row["id"] for row in listed] == [made.json()["id"]]
    assert ask(f"data-requests/{made.json()['id']}/").json()["law"] == "lgpd"
    assert DataRequest.objects.count() == 1
    assert ask("data-requests/", body_of(ana, law="gdpr", kind="erasure")).status_code == 422


def test_a_change_of_another_state_is_refused_with_the_present_one(call, ana):
    ask = call()
    made = ask("data-requests/", body_of(ana))
    url, etag = f"data-requests/{made.json()['id']}", made["ETag"]
    assert ask(f"{url}/")["ETag"] == etag
    known = ask(f"{url}/identity/", {"how": "By phone"}, **{"If-Match": etag})
    late = ask(f"{url}/cancellation/", {"reason": "A mistake"}, **{"If-Match": etag})
    assert (known.status_code, late.status_code) == (200, 412)
    assert (late.json()["current"]["verified_how"], late["ETag"]) == ("By phone", known["ETag"])
    ask(f"{url}/disclosure/", {})
    assert ask(f"{url}/")["ETag"] == known["ETag"], "how far its file is does not count"
    assert ask(f"{url}/cancellation/", {"reason": "A mistake"}, **{"If-Match": known["ETag"]}).status_code == 200


def test_an_erasure_is_confirmed_of_the_state_that_was_read(call, ana):
    ask = call()
    made = ask("data-requests/", body_of(ana, kind="erasure"))
    url = f"data-requests/{made.json()['id']}"
    ask(f"{url}/identity/", {"how": "By phone"})
    typed = {"confirmation": "Ana Prado"}
    assert ask(f"{url}/erasure/", typed, **{"If-Match": made["ETag"]}).status_code == 412
    assert Erasure.objects.count() == 0
    assert ask(f"{url}/erasure/", typed, **{"If-Match": ask(f"{url}/")["ETag"]}).status_code == 200
    assert Erasure.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_decides_and_the_other_is_told(call, ana):
    ask = call()
    made = ask("data-requests/", body_of(ana, kind="correction"))
    url = f"data-requests/{made.json()['id']}"
    etag = ask(f"{url}/identity/", {"how": "By phone"})["ETag"]
    start = Barrier(2)

    def decide(act: str, body: dict[str, str]) -> tuple[int, str]:
        start.wait(10)
        try:
            answer = ask(f"{url}/{act}/", body, using=Client(), **{"If-Match": etag})
        finally:
            connections.close_all()
        return answer.status_code, answer.json().get("current", answer.json())["state"]

    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(decide, "answer", {"text": "Done"}),
            pool.submit(decide, "refusal", {"reason": "Not theirs"}),
        ]
        (first, state), (second, told) = sorted(one.result() for one in both)
    assert (first, second, told) == (200, 412, state), "who is told sees what was decided"
    closed = AuditEntry.objects.filter(action__in=["data_request.answered", "data_request.refused"])
    assert (closed.count(), DataRequest.objects.get().state) == (1, state)


def test_an_agent_files_and_does_not_answer_and_a_scope_is_needed(call, ana):
    ask = call("agent")
    made = ask("data-requests/", body_of(ana))
    assert made.status_code == 201
    assert ask(f"data-requests/{made.json()['id']}/identity/", {"how": "x"}).status_code == 403
    assert ask("legal-holds/", {"profile": str(ana.pk), "reason": "x"}).status_code == 403
    assert call("counselor", ("rights:read",))("data-requests/", body_of(ana)).status_code == 403


def test_a_file_is_made_and_taken(call, ana, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    ask = call()
    url = f"data-requests/{ask('data-requests/', body_of(ana)).json()['id']}"
    assert ask(f"{url}/disclosure/", {}).status_code == 422
    assert ask(f"{url}/identity/", {"how": "From the confirmed address"}).status_code == 200
    asked = ask(f"{url}/disclosure/", {})
    assert asked.status_code == 202
    assert ask(f"disclosures/{asked.json()['id']}/file/").status_code == 404
    disclosing.work(now=timezone.now())
    taken = ask(f"disclosures/{asked.json()['id']}/file/")
    assert "data.json" in zipfile.ZipFile(io.BytesIO(b"".join(taken.streaming_content))).namelist()
    assert AuditEntry.objects.filter(action="data_request.file_taken").count() == 1
    assert ask(f"{url}/answer/", {"text": "Sent"}).json()["state"] == "answered"
    assert ask(f"{url}/answer/", {"text": "Sent"}).status_code == 422


def test_an_erasure_says_what_confirms_it_for_somebody_without_a_name(call, ana):
    ask = call()
    nameless = resolve(kind="email", address="Nobody@Cliente.example", now=NOW).profile
    made = ask("data-requests/", body_of(nameless, kind="erasure")).json()
    url = f"data-requests/{made['id']}"
    ask(f"{url}/identity/", {"how": "Known"})
    refused = ask(f"{url}/erasure/", {"confirmation": "Nobody"})
    assert refused.status_code == 422
    assert "confirm with one of its addresses" in refused.json()["detail"]
    named = ask("data-requests/", body_of(ana, kind="erasure")).json()
    ask(f"data-requests/{named['id']}/identity/", {"how": "Known"})
    assert "profile's name" in ask(f"data-requests/{named['id']}/erasure/", {"confirmation": "x"}).json()["detail"]
    assert ask(f"{url}/erasure/", {"confirmation": "nobody@cliente.example"}).status_code == 200


def test_a_hold_forbids_an_erasure_until_it_is_lifted_and_the_name_confirms_it(call, ana):
    ask = call()
    hold = ask("legal-holds/", {"profile": str(ana.pk), "reason": "Lawsuit"}).json()
    made = ask("data-requests/", body_of(ana, kind="erasure")).json()
    assert made["state"] == "held"
    url = f"data-requests/{made['id']}"
    ask(f"{url}/identity/", {"how": "Known"})
    assert ask(f"{url}/erasure/", {"confirmation": "Ana Prado"}).status_code == 422
    assert ask(f"legal-holds/{hold['id']}/lift/", {"reason": "Over"}).json()["lift_reason"] == "Over"
    assert ask(f"{url}/erasure/", {"confirmation": "Ana"}).status_code == 422
    assert not Erasure.objects.exists()
    assert ask(f"{url}/erasure/", {"confirmation": "Ana Prado"}).status_code == 200
    assert Erasure.objects.get().state == "running"
    assert LegalHold.objects.count() == len(ask("legal-holds/").json()["results"])
