"""A complaint: marked by hand, and no marketing reaches its customer while it is open."""

import pytest
from django.utils import timezone
from guardian.shortcuts import assign_perm

from campaigns.models import Recipient
from conversations.actions.complaint import CODE, mark_complaint, unmark_complaint
from conversations.actions.status import reopen, resolve
from conversations.models import Conversation, Message
from engagement.channels.delivery.reasons import sentence
from engagement.profiles.models import Profile
from tests.campaigns.people import agree, launched, somebody
from tests.factories import NOW, make_channel, make_conversation, make_queue, make_user
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    return make_channel()


@pytest.fixture
def queue(channel):
    return make_queue("care", channels=(channel,))


@pytest.fixture
def agent(queue):
    return make_user("Caio Brandt", queues=(queue,))


@pytest.fixture
def talk(queue, channel):
    return make_conversation(channel)


def codes(author):
    campaign = launched(author)
    return dict(Recipient.objects.filter(campaign=campaign).values_list("profile_id", "code"))


def test_a_complaint_is_marked_once_and_told_in_the_thread(talk, agent):
    for _twice in range(2):
        mark_complaint(conversation=talk, actor=agent, now=NOW)
    talk.refresh_from_db()
    assert (talk.complaint_since, talk.version) == (NOW, 1)
    unmark_complaint(conversation=talk, actor=agent, now=NOW)
    told = Message.objects.filter(conversation=talk, kind="event").order_by("seq")
    assert [one.detail["event"] for one in told] == ["complaint", "no_complaint"]
    talk.refresh_from_db()
    assert talk.complaint_since is None


def test_an_open_complaint_keeps_its_customer_out_of_a_campaign(talk, agent):
    author = person("troubadour")
    agree(talk.profile, "email")
    other = somebody("Ben", email="ben@customer.example", agrees=("email",))
    mark_complaint(conversation=talk, actor=agent, now=NOW)
    found = codes(author)
    assert (found[talk.profile_id], found[other.pk]) == (CODE, "")
    assert sentence(CODE) == "A complaint of this person is open. Customer care answers it first."
    resolve(conversation=talk, actor=agent, now=NOW)
    assert codes(author)[talk.profile_id] == ""
    reopen(conversation=talk, actor=agent, now=NOW)
    assert codes(author)[talk.profile_id] == CODE


def test_a_complaint_of_a_merged_profile_counts_for_the_person(talk, agent):
    into = somebody("Ana Prado", email="ana.p@customer.example", agrees=("email",))
    Profile.objects.filter(pk=talk.profile_id).update(canonical=into)
    mark_complaint(conversation=talk, actor=agent, now=NOW)
    assert codes(person("troubadour"))[into.pk] == CODE


def test_the_page_of_reasons_says_so(talk, agent):
    agree(talk.profile, "email")
    mark_complaint(conversation=talk, actor=agent, now=NOW)
    author = person("troubadour")
    campaign = launched(author)
    page = client_of(author).get(f"/campaigns/{campaign.pk}/people/skipped/?code={CODE}").content.decode()
    assert "Open complaint" in page
    assert "Ana Prado" in page


def test_an_agent_marks_it_in_the_menu(talk, queue):
    agent = person("agent")
    assign_perm("conversations.work_queue", agent, queue)
    client = client_of(agent)
    page = client.get(f"/inbox/all/{talk.pk}/").content.decode()
    assert "It is a complaint" in page
    client.post(f"/inbox/{talk.pk}/complaint/")
    page = client.get(f"/inbox/all/{talk.pk}/").content.decode()
    assert "It is no complaint" in page
    assert "marked it as a complaint" in page
    client.post(f"/inbox/{talk.pk}/complaint/", {"_method": "delete"})
    assert Conversation.objects.get().complaint_since is None
    outsider = client_of(person("merchant"))
    assert outsider.post(f"/inbox/{talk.pk}/complaint/").status_code == 404
    assert Conversation.objects.filter(complaint_since__lte=timezone.now()).count() == 0
