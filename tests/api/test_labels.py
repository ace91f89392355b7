"""Labels in the API."""

import json

import pytest
from django.contrib.auth.models import Group

from conversations.models import ConversationLabel, Label

pytestmark = pytest.mark.django_db
LIST = "/api/v1/labels/"


@pytest.fixture
def send(client, bearer):
    def do(method: str, url: str, body=None, scopes=(), **more: str):
        data = "" if body is None else json.dumps(body)
        return getattr(client, method)(url, data, content_type="application/json", headers=bearer(*scopes) | more)

    return do


@pytest.fixture
def manages(agent):
    agent.groups.add(Group.objects.get(role__slug="administrator"))


@pytest.fixture
def label(manages, send) -> dict:
    return send("post", LIST, {"name": "Warranty", "name_pt": "Garantia", "color": "anil"}).json()


def test_a_label_is_created_changed_and_archived(send, client, bearer, label):
    url = f"{LIST}{label['id']}/"
    assert (label["name"], label["color"], label["is_archived"]) == ("Warranty", "anil", False)
    taken = send("post", LIST, {"name": "WARRANTY"})
    assert (taken.status_code, taken.json()["type"]) == (422, "urn:vilarejo:problem:label_refused")
    read = client.get(url, headers=bearer())
    changed = send("patch", url, {"color": "moss", "is_archived": True}, **{"if-match": read["ETag"]})
    assert (changed.json()["name"], changed.json()["color"], changed.json()["is_archived"]) == (
        "Warranty",
        "moss",
        True,
    )
    assert send("patch", url, {"color": "tile"}, **{"if-match": read["ETag"]}).status_code == 412
    assert send("patch", url, {"color": "pink"}).status_code == 422
    found = client.get(LIST, {"is_archived": "false"}, headers=bearer()).json()["results"]
    assert found == []


def test_it_is_added_to_a_conversation_found_and_removed(send, client, bearer, label, visible, hidden):
    url = f"/api/v1/conversations/{visible.pk}/labels/"
    for _twice in range(2):
        added = send("post", url, {"label": label["id"]})
        assert added.status_code == 200, added.content
        assert [one["name"] for one in added.json()["labels"]] == ["Warranty"]
    assert ConversationLabel.objects.count() == 1
    found = client.get("/api/v1/conversations/", {"label": label["id"]}, headers=bearer()).json()["results"]
    assert [one["id"] for one in found] == [str(visible.pk)]
    assert [one["id"] for one in found[0]["labels"]] == [label["id"]]
    late = send("delete", f"{url}{label['id']}/", **{"if-match": '"other"'})
    assert (late.status_code, late.json()["current"]["id"]) == (412, str(visible.pk))
    assert send("delete", f"{url}{label['id']}/").json()["labels"] == []
    assert send("delete", f"{url}{label['id']}/").json()["labels"] == []
    assert send("post", f"/api/v1/conversations/{hidden.pk}/labels/", {"label": label["id"]}).status_code == 404
    assert not ConversationLabel.objects.exists()


@pytest.mark.parametrize("value", [None, "no-id", "0193a3f0-5b1e-7c3a-9d42-6f1c0a7b2e10"])
def test_one_that_is_not_there_is_refused(send, visible, value):
    answer = send("post", f"/api/v1/conversations/{visible.pk}/labels/", {"label": value})
    assert answer.status_code == 422


def test_an_agent_sets_labels_and_manages_none(send, visible):
    assert send("post", LIST, {"name": "Mine"}).status_code == 403
    assert (
        send("post", f"/api/v1/conversations/{visible.pk}/labels/", {}, scopes=["conversations:read"]).status_code
        == 403
    )
    assert not Label.objects.exists()
