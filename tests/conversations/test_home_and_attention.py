"""What waits for an agent on the home page; the page of what failed."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from conversations.actions.assign import assign
from conversations.actions.note import write_note
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    return factories.make_channel()


@pytest.fixture
def agent(client, channel):
    """An agent who has signed in and works in the queue of the channel."""
    person = factories.make_user("Iara Menezes", queues=(factories.make_queue(channels=(channel,), answer_within=60),))
    person.groups.add(Group.objects.get(role__slug="agent"))
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return person


def test_home_names_who_waits_and_which_colleague_asked(client, agent, channel):
    now = timezone.now()
    conversation = factories.make_conversation(channel, "ana@x.example", name="Ana Prado", title="Torn saddle")
    assign(conversation=conversation, assignee=agent, actor=agent, now=now)
    colleague = factories.make_user("Caio Brandt", queues=(conversation.queue,))
    write_note(conversation=conversation, author=colleague, text="@Iara Menezes look", client_key="a", now=now)
    page = client.get(reverse("home")).content.decode()
    assert "Ana Prado" in page
    assert "Torn saddle" in page
    assert "Caio Brandt mentioned you in a note" in page


@pytest.mark.parametrize("target", ["", "attention-items"])
def test_needs_attention_opens_whole_and_in_part_when_nothing_failed(client, agent, target):
    headers = {"HX-Request": "true", "HX-Target": f"div#{target}"} if target else {}
    answer = client.get(reverse("conversations:attention"), headers=headers)
    assert answer.status_code == 200
    assert ("<html" in answer.content.decode()) is not bool(target)
