"""The list draws itself again when something changes; what it draws must go on listening."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from conversations.models import Queue
from engagement.village.models import User
from tests import factories

pytestmark = pytest.mark.django_db
ROWS = {"HX-Request": "true", "HX-Target": "div#rows"}


@pytest.fixture
def queue() -> Queue:
    return factories.make_queue()


@pytest.fixture
def agent(client, queue) -> User:
    """An agent who has signed in and works in the queue."""
    person = factories.make_user("Iara Menezes", queues=(queue,))
    person.groups.add(Group.objects.get(role__slug="agent"))
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return person


def listing(client, view: str, **headers: str) -> str:
    answer = client.get(reverse("conversations:list", args=[view]), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_refreshed_list_listens_to_the_same_queues_and_person(client, agent, queue):
    whole, part = listing(client, "all"), listing(client, "all", **ROWS)
    for topic in (f"user:{agent.pk}", f"queue:{queue.pk}"):
        assert topic in whole
        assert topic in part
    assert "<html" not in part


def test_a_list_that_became_empty_says_so_in_its_refresh(client, agent):
    part = listing(client, "mine", **ROWS)
    assert "empty__title" in part
    assert '<p class="empty__title"></p>' not in part


def test_what_was_found_links_back_to_the_search_whatever_its_letters(client, agent, queue):
    channel = factories.make_channel("care@pedralva.example")
    queue.channels.add(channel)
    there = factories.make_conversation(channel, title="Café à 100%")
    answer = client.get(reverse("conversations:list", args=["all"]), {"q": "café"}, headers=ROWS)
    assert answer.status_code == 200
    address = reverse("conversations:thread", args=["all", there.pk])
    assert f'href="{address}?q=caf%C3%A9"' in answer.content.decode()
