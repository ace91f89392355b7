"""What a program reads of what happened with a contact."""

from datetime import timedelta

import pytest

from collaboration.actions.note_person import note_person
from collaboration.tasks import make
from tests.api.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(visible, hidden, agent) -> str:
    profile = visible.profile
    hidden.profile = profile
    hidden.save(update_fields=["profile"])
    note_person(profile=profile, author=agent, text="Rides daily", client_key="n", now=NOW + timedelta(hours=1))
    make(title="Call", created_by=agent, assignee=agent, profile_id=profile.pk, now=NOW + timedelta(hours=2))
    return f"/api/v1/profiles/{profile.pk}/timeline/"


def read(client, url, headers, **query):
    answer = client.get(url, query, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_it_shows_what_the_person_may_see_newest_first(client, bearer, url):
    found = read(client, url, bearer())["results"]
    assert [(one["source"], one["direction"]) for one in found] == [
        ("tasks", "internal"),
        ("notes", "internal"),
        ("conversations", "inbound"),
        ("conversations", "inbound"),
    ]
    assert "secret" not in str(found)
    assert found[1]["text"] == "Rides daily"


def test_pages_together_hold_everything_once(client, bearer, url):
    headers, seen, place = bearer(), [], url
    for _page in range(5):
        page = read(client, place, headers, **({"page_size": "1"} if place == url else {}))
        seen += [one["id"] for one in page["results"]]
        if page["next"] is None:
            break
        place = page["next"].removeprefix("http://testserver")
    assert seen == [one["id"] for one in read(client, url, headers)["results"]]
    assert len(seen) == 4


def test_a_token_reads_only_what_its_scopes_cover(client, bearer, url):
    sources = [one["source"] for one in read(client, url, bearer("profiles:read"))["results"]]
    assert sources == []
    sources = [one["source"] for one in read(client, url, bearer("profiles:read", "work:read"))["results"]]
    assert sources == ["tasks", "notes"]
    assert client.get(url, headers=bearer("work:read", "conversations:read")).status_code == 403


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"direction": "inbound"}, 2),
        ({"direction": "internal"}, 2),
        ({"channel": "email"}, 2),
        ({"search": "daily"}, 1),
        ({"department": "finance"}, 0),
    ],
)
def test_it_is_narrowed(client, bearer, url, query, number):
    assert len(read(client, url, bearer(), **query)["results"]) == number


@pytest.mark.parametrize(
    "query",
    [
        {"direction": "to-us"},
        {"cursor": "x"},
        {"cursor": "9" * 300},
        {"before": "1"},
        {"department": "no-such"},
        {"page_size": "0"},
    ],
)
def test_what_is_no_filter_is_refused(client, bearer, url, query):
    assert client.get(url, query, headers=bearer()).status_code == 400


def test_nobody_of_this_id(client, bearer):
    url = "/api/v1/profiles/0193a3f0-5b1e-7c3a-9d42-6f1c0a7b2e10/timeline/"
    assert client.get(url, headers=bearer()).status_code == 404
