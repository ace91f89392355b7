"""Who may listen to what."""

import pytest
from guardian.shortcuts import assign_perm

from engagement.realtime.topics import may_listen
from engagement.village.models import User
from tests.factories import make_channel, make_conversation, make_queue, make_user

pytestmark = pytest.mark.django_db


def test_only_who_works_the_queue_listens_to_it_and_its_conversations():
    channel = make_channel()
    queue = make_queue(channels=(channel,))
    conversation = make_conversation(channel)
    inside, outside = make_user(queues=(queue,)), make_user()
    gone = make_user(queues=(queue,), is_active=False)
    for topic in (f"queue:{queue.pk}", f"conversation:{conversation.pk}"):
        assert [may_listen(person, topic) for person in (inside, outside, gone)] == [True, False, False]


def test_a_person_listens_to_their_own_topic_only():
    one, other = make_user(), make_user()
    assert may_listen(one, f"user:{one.pk}")
    assert not may_listen(one, f"user:{other.pk}")


def test_attention_needs_its_permission():
    person = make_user()
    assert not may_listen(person, "attention:all")
    assign_perm("engagement_channels.replay_rawevent", person)
    person = User.objects.get(pk=person.pk)
    assert may_listen(person, "attention:all")
    assert not may_listen(person, "attention:other")


@pytest.mark.parametrize("topic", ["queue:", "queue:x", "conversation:1", "user:", "nothing:1", ""])
def test_an_unknown_topic_is_refused(topic):
    assert not may_listen(make_user(is_superuser=True), topic)
