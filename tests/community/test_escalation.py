"""A post becomes a conversation by the way of every message; the agent's answer becomes a post, exactly once."""

import html
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from guardian.shortcuts import assign_perm

from community.actions.escalate import escalate
from community.actions.refusals import NotAMembersPost
from community.adapter import CommunityAdapter
from community.models import Escalation, InboxReply, Post
from community.site import community_channel
from conversations.actions.reply import reply
from conversations.models import Conversation, Message
from engagement.channels.adapters import Accepted, Handover, NotNow
from engagement.channels.delivery import worker
from engagement.channels.inbound.processing import process_waiting
from engagement.channels.models import RawEvent, Transmission
from engagement.channels.words import OutgoingText
from engagement.events.relay import run_pending
from tests.community.makers import browser_of, make_answer, make_member, make_space, make_topic, moderator
from tests.factories import make_queue
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue("community", channels=(community_channel(),))


@pytest.fixture
def topic(queue):
    return make_topic(
        make_space("workshop"), make_member("ngozi"), title="Third rear wheel in four months", now=timezone.now()
    )


def read_all() -> None:
    process_waiting(seconds=5)
    run_pending(limit=500)


def later() -> timedelta:
    return timezone.now() + timedelta(seconds=settings.UNDO_SECONDS + 5)


def answered(conversation: Conversation, author, text: str = "We exchange the **hub**.") -> Message:
    made = reply(
        conversation=conversation,
        author=author,
        text=text,
        client_key="k",
        seen_seq=conversation.message_seq,
        now=timezone.now(),
    )
    run_pending(limit=500)
    return made


def test_a_moderator_makes_a_conversation_of_a_post(topic):
    pilar = moderator(topic.space)
    post = topic.posts.get()
    browser = client_of(pilar)
    for _ in range(2):
        browser.post(f"/community/desk/posts/{post.pk}/escalation/", {"seen": post.content_version})
    read_all()
    conversation = Conversation.objects.get()
    escalation = Escalation.objects.get()
    assert escalation.conversation_id == conversation.pk
    assert (conversation.title, conversation.channel.kind) == ("Third rear wheel in four months", "community")
    assert conversation.profile == topic.author.profile
    assert f"{topic.get_absolute_url()}#post-{post.pk}" in Message.objects.get().text
    assert "A conversation in the inbox" in browser.get(topic.get_absolute_url()).content.decode()
    assert RawEvent.objects.get().status == "read"


def test_the_member_asks_for_a_person_and_sees_that_one_has_it(topic):
    browser = browser_of(topic.author)
    assert "Talk to Pedralva" in browser.get(topic.get_absolute_url()).content.decode()
    browser.post(f"/community/topics/{topic.pk}/person/")
    read_all()
    assert Escalation.objects.get().cause == "member"
    assert "A person has it." in browser.get(topic.get_absolute_url()).content.decode()


def test_a_second_post_of_the_same_member_joins_the_conversation(topic):
    escalate(post=topic.posts.get(), cause="moderator", actor=None, now=timezone.now())
    read_all()
    second = make_answer(topic, topic.author, now=timezone.now())
    escalate(post=second, cause="member", actor=None, now=timezone.now())
    read_all()
    assert Conversation.objects.get().message_seq == 2
    other = make_answer(topic, make_member("kasia"), now=timezone.now())
    escalate(post=other, cause="moderator", actor=None, now=timezone.now())
    read_all()
    assert Conversation.objects.count() == 2


def test_what_cannot_wait_comes_by_itself(queue):
    topic = make_topic(source="My son was injured when the fork broke.", now=timezone.now())
    read_all()
    assert Escalation.objects.get().cause == "rule"
    assert Conversation.objects.get().title == topic.title


def test_an_agents_answer_becomes_a_post_of_the_house(topic):
    escalate(post=topic.posts.get(), cause="moderator", actor=None, now=timezone.now())
    read_all()
    tereza = person("agent", name="Tereza Lobato")
    answered(Conversation.objects.get(), tereza)
    worker.run_due(clock=later)
    run_pending(limit=500)
    post = Post.objects.get(kind="answer")
    assert (post.staff, post.source, post.state) == (tereza, "We exchange the **hub**.", "published")
    assert Transmission.objects.get(source="conversation").state == "accepted"
    page = Client(headers={"accept-language": "en"}).get(topic.get_absolute_url()).content.decode()
    assert "Tereza, of Pedralva" in page
    assert "<strong>hub</strong>" in page


def test_an_answer_that_is_handed_over_twice_is_published_once(topic):
    escalate(post=topic.posts.get(), cause="moderator", actor=None, now=timezone.now())
    read_all()
    message = answered(Conversation.objects.get(), person("agent"))
    sent = Transmission.objects.get(source_id=message.pk)
    outcomes = [
        CommunityAdapter().hand_over(
            channel=community_channel(),
            words=OutgoingText("Once."),
            recipients=["ngozi"],
            handover=Handover(begin=lambda: True, observe=lambda _step: None, key=sent.pk),
        )
        for _ in range(2)
    ]
    assert [type(outcome) for outcome in outcomes] == [Accepted, Accepted]
    assert outcomes[0] == outcomes[1]
    assert Post.objects.filter(kind="answer").count() == 1


def test_an_answer_whose_topic_is_not_known_yet_waits(topic):
    escalate(post=topic.posts.get(), cause="moderator", actor=None, now=timezone.now())
    read_all()
    message = answered(Conversation.objects.get(), person("agent"))
    InboxReply.objects.all().delete()
    sent = Transmission.objects.get(source_id=message.pk)
    begun: list[int] = []
    outcome = CommunityAdapter().hand_over(
        channel=community_channel(),
        words=OutgoingText("Too early."),
        recipients=["ngozi"],
        handover=Handover(begin=lambda: bool(begun.append(1)) or True, observe=lambda _step: None, key=sent.pk),
    )
    assert (type(outcome), begun) == (NotNow, [])
    assert not Post.objects.filter(kind="answer").exists()


def test_an_answer_that_is_undone_is_never_published(topic):
    from conversations.actions.undo_reply import undo_reply

    escalate(post=topic.posts.get(), cause="moderator", actor=None, now=timezone.now())
    read_all()
    author = person("agent")
    message = answered(Conversation.objects.get(), author)
    undo_reply(message=message, actor=author, now=timezone.now())
    worker.run_due(clock=later)
    assert not Post.objects.filter(kind="answer").exists()


def test_a_colleagues_post_has_nobody_to_talk_to(topic):
    post = make_answer(topic, staff=person("agent"), now=timezone.now())
    with pytest.raises(NotAMembersPost):
        escalate(post=post, cause="moderator", actor=None, now=timezone.now())


def test_the_moderator_reads_why_a_colleagues_post_becomes_no_conversation(topic):
    post = make_answer(topic, staff=person("agent"), now=timezone.now())
    path = f"/community/desk/posts/{post.pk}/escalation/"
    refusal = client_of(moderator(topic.space)).post(path, {"seen": post.content_version})
    assert refusal.status_code == 409
    assert str(NotAMembersPost()) in html.unescape(refusal.content.decode())


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"post": "x"}', b'{"post": "01990000-0000-7000-8000-000000000000"}']
)
def test_what_names_no_post_stays_visible(queue, body):
    from engagement.channels.actions.receive import receive

    receive(channel=community_channel(), body=body, provider_key="x", envelope={}, now=timezone.now())
    read_all()
    assert RawEvent.objects.get().status == "failed"


def test_only_handles_are_addresses():
    adapter = CommunityAdapter()
    assert adapter.is_address("ngozi")
    assert not any(map(adapter.is_address, ["", "Ana", "a@b.example", "a b", "<x>"]))


def test_the_timeline_of_its_author_shows_the_post_without_the_address_of_its_page(topic):
    escalate(post=topic.posts.get(), cause="moderator", actor=None, now=timezone.now())
    read_all()
    assert "http" in Message.objects.get(kind=Message.Kind.RECEIVED).text
    agent = person("agent")
    assign_perm("conversations.work_queue", agent, Conversation.objects.get().queue)
    page = client_of(agent).get(f"/people/{topic.author.profile_id}/").content.decode()
    moment = page[page.index("“Third rear wheel in four months”") :].partition("</li>")[0]
    assert topic.posts.get().text in moment
    assert "/community/" not in moment
