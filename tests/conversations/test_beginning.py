"""Writing to a customer first: the ways there are, what the gate says beforehand, and what becomes of it."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from conversations.actions.assign import move
from conversations.actions.begin import MayNotBeWritten, SubjectMissing, begin
from conversations.actions.status import resolve as resolve_conversation
from conversations.actions.undo_reply import undo_reply
from conversations.actions.writing import AnotherIsOpen
from conversations.models import Conversation, Endpoint, Message
from conversations.renderer import render
from conversations.selectors.ways import ways_to
from engagement.channels.models import Channel, Transmission
from engagement.profiles.actions import resolve
from engagement.profiles.actions.consent import withdraw
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.suppress import suppress
from engagement.profiles.family import family_of
from engagement.village.models import Role
from tests.factories import NOW, make_channel, make_message, make_number, make_queue, make_user
from tests.village.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def care():
    return make_channel("care@pedralva.example")


@pytest.fixture
def number():
    return make_number()


@pytest.fixture
def queue(care, number):
    return make_queue("care", channels=(care, number))


@pytest.fixture
def agent(queue):
    user = make_user("Caio Brandt", queues=(queue,))
    user.groups.add(Role.objects.get(slug="agent").group)
    return user


@pytest.fixture
def ana():
    profile = resolve(kind="email", address="ana@customer.example", name="Ana Prado", now=NOW).profile
    add_address(profile_id=profile.pk, kind="phone", address="+55 31 98801-0101", now=NOW)
    return profile


def ways(person, agent):
    return {way.channel.kind: way for way in ways_to(family=family_of(person.pk), user=agent, now=NOW)}


def write(person, agent, kind="email", **facts):
    facts = {"title": "Your third wheel", "text": "It has come.", "client_key": "1", "now": NOW} | facts
    return begin(way=ways(person, agent)[kind], author=agent, **facts)


def test_the_first_words_leave_as_an_answer_does(ana, agent, queue):
    message = write(ana, agent)
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.queue, conversation.profile, conversation.assignee) == (
        "pending",
        queue,
        ana,
        agent,
    )
    assert (conversation.title, conversation.single, conversation.message_seq) == ("Your third wheel", False, 1)
    sent = Transmission.objects.get()
    assert (sent.state, sent.purpose, sent.source_id) == ("queued", "conversation", message.pk)
    assert [one["address"] for one in sent.recipients] == ["ana@customer.example"]
    assert sent.not_before > NOW
    words = render([sent])[sent.key]
    assert (words.subject, words.text, words.in_reply_to) == ("Your third wheel", "It has come.\n", "")


def test_the_customer_s_answer_joins_it(ana, agent, care):
    message = write(ana, agent)
    sent = Transmission.objects.get()
    answer = make_message(care, title="Re: Your third wheel", in_reply_to=[sent.external_id], text="Wonderful")
    assert answer.conversation_id == message.conversation_id
    assert Conversation.objects.get().status == "open"


def test_a_text_has_no_subject_and_a_second_one_is_not_begun(ana, agent):
    message = write(ana, agent, kind="sms")
    conversation = message.conversation
    assert (conversation.title, conversation.single) == ("", True)
    with pytest.raises(AnotherIsOpen):
        write(ana, agent, kind="sms", client_key="2")
    assert (Conversation.objects.count(), Transmission.objects.count()) == (1, 1)


def test_the_channel_over_which_we_spoke_last_comes_first(ana, agent, care, queue):
    other = make_channel("a-first-by-name@pedralva.example", name="A")
    queue.channels.add(other)
    first = [way.channel for way in ways_to(family=[ana.pk], user=agent, now=NOW)]
    assert first[0] == other
    make_message(care)
    assert ways_to(family=[ana.pk], user=agent, now=NOW)[0].channel == care


def test_the_same_form_twice_sends_once(ana, agent):
    assert write(ana, agent).pk == write(ana, agent).pk
    assert (Conversation.objects.count(), Message.objects.count(), Transmission.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_begin_one_text(ana, agent):
    both, raised = Barrier(2), []

    def go(key):
        try:
            way = ways(ana, agent)["sms"]
            both.wait(timeout=10)
            begin(way=way, author=agent, title="", text="Hello", client_key=key, now=NOW)
        except AnotherIsOpen as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=go, args=[key]) for key in ("1", "2")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=20)
    assert len(raised) == 1
    assert (Conversation.objects.count(), Transmission.objects.count()) == (1, 1)


def test_what_was_begun_can_be_taken_back(ana, agent):
    message = write(ana, agent)
    draft = undo_reply(message=message, actor=agent, now=NOW + timedelta(seconds=2))
    assert draft.text == "It has come."
    assert Transmission.objects.get().state == "cancelled"


def test_without_a_subject_no_mail_begins(ana, agent):
    with pytest.raises(SubjectMissing):
        write(ana, agent, title=" \n ")
    assert (Conversation.objects.count(), Endpoint.objects.count()) == (0, 0)


def test_a_subject_with_a_line_break_becomes_one_line(ana, agent):
    assert write(ana, agent, title="One\r\nBcc: x@y.example").conversation.title == "One Bcc: x@y.example"


def test_who_was_erased_is_not_written_to_and_the_page_says_so(ana, agent):
    suppress(
        kind="email", address="ana@customer.example", purpose="", reason="erased", source="staff", now=NOW, actor=agent
    )
    suppress(kind="phone", address="+5531988010101", purpose="", reason="erased", source="staff", now=NOW, actor=agent)
    with pytest.raises(MayNotBeWritten):
        write(ana, agent)
    page = client_of(agent).get(f"/inbox/people/{ana.pk}/").content.decode()
    assert page.count("The address is on the list of those that are not written to.") == 2
    assert 'name="text"' not in page
    assert Conversation.objects.count() == 0


def compose(agent, person):
    return client_of(agent).get(f"/inbox/people/{person.pk}/").content.decode()


def test_a_paused_channel_is_said_and_not_written_by(ana, agent, care, number):
    Channel.objects.filter(pk=care.pk).update(status="paused")
    page = compose(agent, ana)
    assert "The channel is paused: nothing leaves until somebody resumes it." in page
    assert ('name="text"' in page, 'name="title"' in page, 'name="attached"' in page) == (True, False, False)
    with pytest.raises(MayNotBeWritten):
        write(ana, agent)
    Channel.objects.filter(pk=number.pk).update(status="paused")
    assert 'name="text"' not in compose(agent, ana)


def test_an_open_conversation_is_said_before_anything_is_written(ana, agent):
    talk = write(ana, agent, kind="sms").conversation
    page = compose(agent, ana)
    assert "They have an open conversation on this channel. Write there." in page
    assert f'href="/inbox/{talk.pk}/">Open it</a>' in page
    assert 'name="title"' in page  # by e-mail it can be written
    option = page.split(ways(ana, agent)["sms"].key)[1].split(">")[0]
    assert "disabled" in option
    resolve_conversation(conversation=talk, actor=agent, now=NOW)
    assert "Open it" not in compose(agent, ana)


def test_an_open_conversation_in_a_queue_of_others_is_named_without_a_link(ana, agent):
    talk = write(ana, agent, kind="sms").conversation
    move(conversation=talk, queue=make_queue("bills", name="Bills"), actor=agent, now=NOW)
    page = compose(agent, ana)
    assert "They have an open conversation on this channel, in the queue Bills." in page
    assert f"/inbox/{talk.pk}/" not in page


def test_what_was_written_is_kept_when_it_becomes_impossible_meanwhile(ana, agent, care):
    client = client_of(agent)
    sms, email = ways(ana, agent)["sms"].key, ways(ana, agent)["email"].key
    write(ana, agent, kind="sms", client_key="other tab")
    sent = {"title": "About it", "text": "My long careful words", "client_key": "2"}
    answer = client.post(f"/inbox/people/{ana.pk}/", sent | {"way": sms})
    assert (answer.status_code, Conversation.objects.count()) == (422, 1)
    assert "My long careful words</textarea>" in answer.content.decode()
    assert "Open it" in answer.content.decode()
    Channel.objects.update(status="paused")
    for way in (email, "gone"):
        answer = client.post(f"/inbox/people/{ana.pk}/", sent | {"way": way, "client_key": way})
        page = answer.content.decode()
        assert (answer.status_code, Conversation.objects.count()) == (422, 1)
        assert "My long careful words</textarea>" in page
        assert 'value="About it"' in page
    care.queues.get().channels.clear()
    answer = client.post(f"/inbox/people/{ana.pk}/", sent | {"way": email, "client_key": "3"})
    assert (answer.status_code, "My long careful words" in answer.content.decode()) == (422, True)


def test_where_no_channel_carries_a_subject_none_is_asked_for(ana, agent, care):
    ana.identities.filter(kind="email").update(valid_to=NOW, closed_reason="gone")
    page = compose(agent, ana)
    assert ('name="text"' in page, 'name="title"' in page, 'name="attached"' in page) == (True, False, False)
    assert "data-no-subject" in page
    ana.identities.update(valid_to=NOW, closed_reason="gone")
    page = compose(agent, ana)
    assert "This address is closed (does not exist any more). Nothing is sent there." in page
    assert 'name="text"' not in page


def test_who_withdrew_is_not_offered_a_text(ana, agent):
    withdraw(profile_id=ana.pk, channel="sms", source="inbound", evidence={"words": "STOP"}, actor=None, now=NOW)
    assert "They opted out of SMS: the carrier delivers nothing from us. Choose another way." in compose(agent, ana)
    with pytest.raises(MayNotBeWritten):
        write(ana, agent, kind="sms")
    assert ways(ana, agent)["email"].refusal == ""


def test_only_queues_of_one_s_own_are_ways(ana, queue):
    outsider = make_user()
    outsider.groups.add(Role.objects.get(slug="agent").group)
    assert ways(ana, outsider) == {}
    page = client_of(outsider).get(f"/inbox/people/{ana.pk}/").content.decode()
    assert "There is no way to write to them yet" in page


def test_a_way_that_is_not_one_s_own_is_refused(ana, agent, care):
    other = make_channel("bills@pedralva.example")
    make_queue("bills", channels=(other,))
    identity = ana.identities.get(kind="email")
    sent = {"way": f"{identity.pk}:{other.pk}", "title": "x", "text": "y", "client_key": "1"}
    assert client_of(agent).post(f"/inbox/people/{ana.pk}/", sent).status_code == 422
    assert Conversation.objects.count() == 0


def test_from_the_person_s_page_to_the_thread(ana, agent):
    client = client_of(agent)
    page = client.get(f"/people/{ana.pk}/").content.decode()
    assert f"/inbox/people/{ana.pk}/" in page
    assert "Open conversation" not in page
    form = client.get(f"/inbox/people/{ana.pk}/")
    way = form.context["ways"][0].key
    key = form.context["form"]["client_key"].initial or form.context["form"].initial["client_key"]
    sent = {"way": way, "title": "Hello", "text": "Your bicycle is ready", "client_key": key}
    empty = client.post(f"/inbox/people/{ana.pk}/", sent | {"text": " "})
    assert (empty.status_code, Conversation.objects.count()) == (422, 0)
    answer = client.post(f"/inbox/people/{ana.pk}/", sent, follow=True)
    assert "Your bicycle is ready" in answer.content.decode()
    conversation = Conversation.objects.get()
    page = client.get(f"/people/{ana.pk}/").content.decode()
    assert f"/inbox/{conversation.pk}/" in page
    assert f"/inbox/{conversation.pk}/handoff/" in page
    assert conversation.last_activity_at <= timezone.now()


def test_a_profile_that_was_merged_leads_to_the_one_that_is_read(ana, agent):
    other = resolve(kind="email", address="ana2@customer.example", now=NOW).profile
    type(other).objects.filter(pk=other.pk).update(canonical=ana)
    answer = client_of(agent).get(f"/inbox/people/{other.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/inbox/people/{ana.pk}/")


def test_who_may_not_answer_has_no_door(ana):
    counselor = make_user()
    counselor.groups.add(Role.objects.get(slug="counselor").group)
    client = client_of(counselor)
    page = client.get(f"/people/{ana.pk}/").content.decode()
    assert "/inbox/" not in page.split("<main")[-1]
    assert client.post(f"/inbox/people/{ana.pk}/", {}).status_code == 403
