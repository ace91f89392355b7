"""A person's timeline: merged, filtered, paged by place, live, and the same number of queries however long it is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.actions.note import write_note
from conversations.actions.reply import reply
from conversations.models import Conversation
from engagement.profiles import timeline
from engagement.profiles.actions.consent import give
from engagement.profiles.models import Profile
from engagement.profiles.selectors.timeline_page import NoPlace, page, place_in, text_of, wanted_of
from engagement.profiles.timeline import Asked, Place, SourceAlreadyRegistered
from engagement.village.models import Department, Role
from tests.factories import NOW, make_channel, make_message, make_queue, make_user, minutes
from tests.village.people import client_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 42


@pytest.fixture
def channel():
    return make_channel()


@pytest.fixture
def queue(channel):
    care = Department.objects.get(slug="customer-care")
    return make_queue("care", channels=(channel,), is_default=True, department=care)


@pytest.fixture
def agent(queue):
    user = make_user("Caio Brandt", queues=(queue,))
    user.groups.add(Role.objects.get(slug="agent").group)
    user.departments.add(Department.objects.get(slug="customer-care"))
    return user


def write(channel, count, *, start=0, **facts):
    """``count`` messages of Ana, each in a conversation of its own, a minute apart."""
    for number in range(start, start + count):
        at = NOW + minutes(number)
        message = make_message(channel, title=f"Matter {number}", text=f"Text {number}", received_at=at, **facts)
    return message.conversation.profile


def asked(person, reader, **filters):
    return Asked(profiles=[person.pk], reader=reader, **filters)


def moments(person, reader, **filters):
    found = timeline.merged(sources=timeline.sources_for(reader=reader), asked=asked(person, reader, **filters))
    return list(found.moments)


def test_what_was_said_both_ways_and_among_us_stands_in_order(channel, agent):
    message = make_message(channel, title="Third wheel", text="It broke\n\nagain")
    conversation = message.conversation
    reply(
        conversation=conversation,
        author=agent,
        text="A new one leaves today",
        client_key="1",
        seen_seq=1,
        now=NOW + minutes(5),
    )
    write_note(conversation=conversation, author=agent, text="Known lot", client_key="2", now=NOW + minutes(6))
    give(
        profile_id=conversation.profile_id,
        channel="email",
        purpose="marketing",
        basis="express",
        source="form",
        evidence={"text": "Yes please"},
        actor=None,
        now=NOW + minutes(7),
    )
    found = [
        (one.title, one.text, one.direction, one.tone, one.department) for one in moments(conversation.profile, agent)
    ]
    assert found == [
        ("Agreed to marketing by e-mail", "Yes please", "to-us", "", ""),
        ("Caio Brandt left a note", "Known lot", "among-us", "note", "Customer care"),
        ("Caio Brandt answered", "A new one leaves today", "we-said", "ours", "Customer care"),
        ("“Third wheel”", "It broke again", "to-us", "theirs", "Customer care"),
    ]


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        ({"direction": "to-us"}, ["“Third wheel”"]),
        ({"direction": "we-said"}, ["Caio Brandt answered"]),
        ({"direction": "among-us"}, ["Caio Brandt left a note"]),
        ({"direction": "about-us"}, []),
        ({"channel": "email"}, ["Caio Brandt left a note", "Caio Brandt answered", "“Third wheel”"]),
        ({"channel": "sms"}, []),
        ({"purpose": "conversation"}, ["Caio Brandt left a note", "Caio Brandt answered", "“Third wheel”"]),
        ({"purpose": "marketing"}, []),
    ],
)
def test_filters_keep_what_they_name(channel, agent, filters, titles):
    conversation = make_message(channel, title="Third wheel").conversation
    reply(conversation=conversation, author=agent, text="Sorry", client_key="1", seen_seq=1, now=NOW + minutes(5))
    write_note(conversation=conversation, author=agent, text="Known", client_key="2", now=NOW + minutes(6))
    assert [one.title for one in moments(conversation.profile, agent, **filters)] == titles


def test_a_department_s_filter_asks_who_had_it(channel, queue, agent):
    conversation = make_message(channel).conversation
    finance = Department.objects.get(slug="finance")
    other = make_user("Iara", queues=(queue,))
    other.departments.add(finance)
    reply(conversation=conversation, author=other, text="Paid", client_key="1", seen_seq=1, now=NOW + minutes(1))
    by = {
        name: [one.title for one in moments(conversation.profile, agent, department=key)]
        for name, key in (("finance", finance.pk), ("care", queue.department_id))
    }
    assert by["care"] + by["finance"] == ["“Order 1234”", "Iara answered"] or by["care"] == [
        "Iara answered",
        "“Order 1234”",
    ]


def test_who_does_not_work_on_the_queue_sees_nothing_of_it(channel, agent):
    person = write(channel, 2)
    outsider = make_user()
    outsider.groups.add(Role.objects.get(slug="agent").group)
    assert moments(person, outsider) == []
    assert len(moments(person, agent)) == 2


@pytest.mark.parametrize("size", [1, 3, 7, 100])
@pytest.mark.parametrize("conversations", [1, 4, 30])
def test_pages_follow_one_another_without_a_gap_or_a_repetition(channel, agent, size, conversations):
    """Messages spread unevenly, so that conversations overlap in time and some are quiet for long."""
    expected = []
    for number in range(conversations):
        message = make_message(channel, title=f"M{number}", received_at=NOW + minutes(number * 7 % 50))
        for reply_number in range(30 // conversations):
            at = NOW + minutes(60 + (number * 13 + reply_number * 29) % 90)
            note = write_note(
                conversation=Conversation.objects.get(pk=message.conversation_id),
                author=agent,
                text="x",
                client_key=f"{number}-{reply_number}",
                now=at,
            )
            Conversation.objects.filter(pk=message.conversation_id, last_activity_at__lt=at).update(last_activity_at=at)
            expected.append((note.created_at, note.key))
        expected.append((message.created_at, message.key))
    for conversation in Conversation.objects.all():
        newest = max(conversation.messages.values_list("created_at", flat=True))
        Conversation.objects.filter(pk=conversation.pk).update(last_activity_at=newest)
    person, before, found = message.conversation.profile, None, []
    while True:
        one = timeline.merged(
            sources=timeline.sources_for(reader=agent), asked=asked(person, agent, limit=size, before=before)
        )
        found += [(moment.at, moment.key) for moment in one.moments]
        before = one.earlier
        if before is None:
            break
    assert found == sorted(expected, reverse=True)


def test_an_event_after_the_last_words_hides_no_newer_words_of_another_conversation(channel, agent):
    """A conversation can be active without words; the newest words of another must still come first."""
    person = write(channel, 5)
    quiet = Conversation.objects.order_by("opened_at")[:3]
    Conversation.objects.filter(pk__in=[one.pk for one in quiet]).update(last_activity_at=NOW + minutes(100))
    assert [one.text for one in moments(person, agent, limit=2)] == ["Text 4", "Text 3"]


def test_the_number_of_queries_is_the_same_at_3_and_at_30(channel, agent):
    client = client_of(agent)
    person = write(channel, 3)
    url = f"/people/{person.pk}/"
    client.get(url)  # what is kept for a while is read
    with CaptureQueriesContext(connection) as three:
        assert client.get(url).content.count(b'class="moment"') == 3
    write(channel, 27, start=3)
    with CaptureQueriesContext(connection) as thirty:
        assert client.get(url).content.count(b'class="moment"') == 30
    assert len(thirty) == len(three), [query["sql"][:90] for query in thirty.captured_queries]
    # The page opens in 60 ms: whoever adds a query to it measures (``make bench NAME=timeline``) before widening this.
    assert len(thirty) <= MOST_QUERIES, [query["sql"][:90] for query in thirty.captured_queries]


def test_earlier_works_by_link_and_by_fragment(channel, agent):
    person = write(channel, 53)
    client = client_of(agent)
    first = client.get(f"/people/{person.pk}/")
    place = first.context["page"].earlier
    whole = client.get(f"/people/{person.pk}/", {"before": place})
    assert whole.content.decode().count('<li class="moment') == 3
    part = client.get(f"/people/{person.pk}/timeline/", {"before": place}, headers={"hx-request": "true"})
    assert part.content.decode().count('<li class="moment') == 3
    assert b"<html" not in part.content
    assert b'id="earlier"' not in part.content
    assert client.get(f"/people/{person.pk}/timeline/", {"before": place}).status_code == 302


def test_a_live_refresh_shows_the_new_and_keeps_what_was_read(channel, agent):
    person = write(channel, 3)
    client = client_of(agent)
    since = client.get(f"/people/{person.pk}/").context["page"].since
    write(channel, 60, start=3)
    part = client.get(f"/people/{person.pk}/timeline/", {"since": since}, headers={"hx-request": "true"})
    assert part.content.decode().count('<li class="moment') == 63
    assert "HX-Push-Url" not in part.headers


def test_a_filter_pushes_the_address_of_the_whole_page(channel, agent):
    person = write(channel, 1)
    part = client_of(agent).get(f"/people/{person.pk}/timeline/?who=to-us", headers={"hx-request": "true"})
    assert part.headers["HX-Push-Url"] == f"/people/{person.pk}/?who=to-us"


def test_days_are_named_once_over_two_pages(channel, agent):
    person = write(channel, 60)
    wanted = wanted_of({})
    first = page(profiles=[person.pk], reader=agent, wanted=wanted, now=NOW)
    assert [day.heading for day in first.days] == ["Today, 20 November"]
    second = wanted_of({"before": first.earlier})
    continued = page(profiles=[person.pk], reader=agent, wanted=second, now=NOW + timedelta(days=1), continues=True)
    assert [day.heading for day in continued.days] == [""]
    alone = page(profiles=[person.pk], reader=agent, wanted=second, now=NOW + timedelta(days=1))
    assert [day.heading for day in alone.days] == ["Yesterday, 20 November"]


def test_a_place_reads_back_as_it_was_written():
    place = Place(NOW + timedelta(microseconds=7), make_user_key())
    assert place_in(text_of(place)) == place


def make_user_key():
    from engagement.keys import new_key

    return new_key()


@pytest.mark.parametrize("text", ["x", "1-2", "-", f"{10**30}-01990000000070008000000000000000", "é", "1-\x00"])
def test_a_text_that_is_no_place_is_refused(text, agent, channel):
    with pytest.raises(NoPlace):
        place_in(text)
    person = write(channel, 1)
    assert client_of(agent).get(f"/people/{person.pk}/", {"before": text}).status_code == 404


def test_a_merged_profile_is_read_through_the_canonical_one(channel, agent):
    person = write(channel, 2)
    into = Profile.objects.create(name="Ana P.", created_at=NOW)
    Profile.objects.filter(pk=person.pk).update(canonical=into)
    client = client_of(agent)
    assert client.get(f"/people/{person.pk}/")["Location"] == f"/people/{into.pk}/"
    answer = client.get(f"/people/{into.pk}/")
    assert answer.content.decode().count('<li class="moment') == 2
    assert f'data-live-topic="profile:{into.pk} profile:{person.pk}"' in answer.content.decode()


def test_what_a_customer_wrote_is_never_markup(channel, agent):
    hostile = "<img src=x onerror=alert(1)>\"'&"
    person = write(channel, 1, name=hostile)
    message = make_message(channel, title=hostile, text=hostile, received_at=NOW + minutes(9))
    Profile.objects.filter(pk=person.pk).update(name=hostile, tags=[hostile], place=hostile)
    body = client_of(agent).get(f"/people/{message.conversation.profile_id}/").content.decode()
    assert "<img" not in body
    assert "&lt;img src=x onerror=alert(1)&gt;" in body


def test_two_sources_of_one_name_are_a_mistake():
    (first, *_rest) = timeline.sources_for(reader=make_user(is_superuser=True))
    timeline.register(first)
    from dataclasses import replace

    with pytest.raises(SourceAlreadyRegistered):
        timeline.register(replace(first, permission="x.y"))
