"""Imports by the API: the same actions, the same refusals."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from engagement.api.actions import make_token
from engagement.profiles.models import PeopleImport, Profile
from tests.profiles.importing.making import people_file, work_on
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
URL = "/api/v1/imports/"


def client(role="visionary", scopes=("profiles:read", "profiles:write")):
    now = timezone.now()
    made = person(role)
    _token, text = make_token(person=made, name="t", scopes=scopes, expires_at=now + timedelta(days=1), now=now)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return api


def upload(api, content):
    return api.post(URL, {"file": SimpleUploadedFile("lista.csv", content)}, format="multipart")


def test_a_file_goes_all_the_way():
    api = client()
    made = upload(api, people_file(["Ana;ana@x.example;;;", "Bo;bad;;;"]))
    assert made.status_code == 201
    url = f"{URL}{made.data['id']}/"
    assert made.data["guessed"] == ["name", "identity:email", "identity:phone", "place", "tags"]
    said = {"columns": made.data["guessed"], "decides": ["email"], "tags": ["feira"]}
    assert api.post(f"{url}run/").status_code == 409
    assert api.post(f"{url}mapping/", said, format="json").data["status"] == "reading"
    held = work_on(PeopleImport.objects.get())
    shown = api.get(url).data
    assert (shown["status"], shown["tried"]["new"], shown["tried"]["refused"]) == ("checked", 1, {"bad_email": 1})
    assert api.post(f"{url}run/").data["status"] == "running"
    work_on(held)
    assert (api.get(url).data["done"]["new"], Profile.objects.get().tags) == (1, ["feira"])
    told = b"".join(api.get(f"{url}problems/").streaming_content).decode()
    assert "email: This is no e-mail address." in told
    assert api.post(f"{url}undo/").data["status"] == "undoing"
    work_on(held)
    assert api.get(url).data["undone"] == {"removed": 1, "restored": 0, "kept": {}}
    assert [one["status"] for one in api.get(URL).data["results"]] == ["undone"]


def test_what_cannot_be_read_or_mapped_is_a_problem_with_the_reason():
    api = client()
    refused = upload(api, b"\n\n")
    assert (refused.status_code, refused.data["detail"]) == (422, "There is nothing in the file.")
    assert api.post(URL, {}, format="multipart").status_code == 422
    made = upload(api, people_file([])).data
    wrong = api.post(f"{URL}{made['id']}/mapping/", {"columns": ["name"] * 5, "decides": ["email"]}, format="json")
    assert wrong.status_code == 422
    assert "by which people are recognised" in wrong.data["detail"]
    assert PeopleImport.objects.get().status == "uploaded"


def test_a_step_that_is_repeated_with_one_key_is_done_once():
    api = client()
    made = upload(api, people_file(["Ana;ana@x.example;;;"])).data
    said = {"columns": made["guessed"], "decides": ["email"]}
    first = api.post(f"{URL}{made['id']}/mapping/", said, format="json", HTTP_IDEMPOTENCY_KEY="one")
    again = api.post(f"{URL}{made['id']}/mapping/", said, format="json", HTTP_IDEMPOTENCY_KEY="one")
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (200, 200, "true")


def test_who_may_not_changes_nothing():
    reading = client(scopes=("profiles:read",))
    assert upload(reading, people_file([])).status_code == 403
    assert client_of(person("agent")).get(URL).status_code == 403
    assert not PeopleImport.objects.exists()
