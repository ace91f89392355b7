"""How many moments stand behind each filter, and finding moments by their words."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import assign_perm

from campaigns.models import Recipient
from collaboration.actions.note_person import note_person
from collaboration.tasks import make
from conversations.actions.hand_over import hand_over
from conversations.actions.note import write_note
from conversations.actions.reply import reply
from conversations.models import Conversation
from engagement.keys import new_key
from engagement.profiles import timeline
from engagement.profiles.actions.consent import give, withdraw
from engagement.profiles.actions.deals import Terms, open_deal, win
from engagement.profiles.models import Profile
from engagement.profiles.selectors.timeline_counts import count
from engagement.profiles.selectors.timeline_page import CHANNELS, PURPOSES, Wanted
from engagement.profiles.timeline import DIRECTIONS, Asked, Place
from engagement.village.models import Department, Role
from tests.campaigns.people import ready
from tests.community.makers import make_answer, make_member, make_space, make_topic
from tests.factories import NOW, make_channel, make_message, make_queue, make_user, minutes
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def care():
    return Department.objects.get(slug="customer-care")


@pytest.fixture
def agent(care):
    user = make_user("Caio Brandt")
    user.departments.add(care)
    for slug in ("agent", "counselor"):
        user.groups.add(Role.objects.get(slug=slug).group)
    return user


@pytest.fixture
def ana(agent, care):
    """A person with moments of every source."""
    member = make_member("ana", email="ana@customer.example")
    profile = member.profile
    channel = make_channel()
    queue = make_queue("care", channels=(channel,), is_default=True, department=care)
    finance = Department.objects.get(slug="finance")
    bills = make_queue("bills", department=finance)
    payer = person("agent", email="graca@pedralva.example", name="Graça Okafor")
    payer.departments.add(finance)
    assign_perm("conversations.work_queue", payer, bills)
    assign_perm("conversations.work_queue", agent, queue)
    talk = make_message(channel, title="Third wheel", text="The café wheel broke").conversation
    reply(conversation=talk, author=agent, text="A new one leaves", client_key="1", seen_seq=1, now=NOW + minutes(1))
    write_note(conversation=talk, author=agent, text="Known lot", client_key="2", now=NOW + minutes(2))
    hand_over(conversation=Conversation.objects.get(pk=talk.pk), queue=bills, summary="Refund", actor=agent, now=NOW)
    make(title="Call about the wheel", created_by=agent, assignee=agent, profile_id=profile.pk, now=NOW)
    make(title="Send", created_by=agent, department=care, profile_id=profile.pk, now=NOW)
    note_person(profile=profile, author=agent, text="Rides a Mirante", client_key="", now=NOW)
    facts = {"profile_id": profile.pk, "purpose": "marketing", "source": "form", "actor": None}
    give(**facts, channel="email", basis="express", evidence={"text": "Yes please"}, now=NOW + minutes(3))
    withdraw(**facts, channel="", evidence={"text": "No more wheels"}, now=NOW + minutes(4))
    deal = open_deal(profile_id=profile.pk, owner=agent, terms=Terms(title="Fleet"), actor=agent, now=NOW)
    win(deal_id=deal.pk, actor=agent, now=NOW + minutes(5))
    topic = make_topic(make_space(department=care), member)
    make_answer(topic, staff=agent)
    campaign = ready(agent)
    Recipient.objects.create(
        key=new_key(), campaign=campaign, profile_id=profile.pk, state="skipped", code="holdout", created_at=NOW
    )
    return Profile.objects.get(pk=profile.pk)


def read(person, reader, wanted):
    asked = Asked(
        profiles=[person.pk],
        reader=reader,
        limit=500,
        before=wanted.before,
        direction=wanted.direction,
        channel=wanted.channel,
        department=wanted.department,
        purpose=wanted.purpose,
        words=wanted.words,
    )
    return list(timeline.merged(sources=timeline.sources_for(reader=reader), asked=asked).moments)


def test_each_count_is_what_the_filter_shows(ana, agent, care):
    sources = {one.source for one in read(ana, agent, Wanted())}
    expected = {"notes", "handoffs", "tasks", "consents", "deals", "conversations", "community", "campaigns"}
    assert sources == expected
    finance = Department.objects.get(slug="finance").pk
    wrong = []
    for words in ("", "wheel", "wheels -no", "cafe"):
        counts = count(profiles=[ana.pk], reader=agent, wanted=Wanted(words=words))
        filters = itertools.product(("", *DIRECTIONS), ("", *CHANNELS), (None, care.pk, finance), ("", *PURPOSES))
        for direction, channel, department, purpose in filters:
            wanted = Wanted(direction, channel, department, purpose, words)
            counted = type(counts)(counts.tallies, wanted).of("direction", direction)
            if counted != (shown := len(read(ana, agent, wanted))):
                wrong.append((wanted.query, counted, shown))
    assert wrong == []


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_of_all_sources_follow_one_another_without_a_gap(ana, agent, limit):
    every = read(ana, agent, Wanted())
    sources, place, walked = timeline.sources_for(reader=agent), None, []
    while True:
        page = timeline.merged(sources=sources, asked=Asked([ana.pk], agent, before=place, limit=limit))
        walked += page.moments
        place = page.earlier
        if place is None:
            break
    assert walked == every


def test_each_page_is_the_same_whether_its_statements_are_kept_or_made_anew(ana, agent, care):
    """Where queries are counted, querysets are put together each time (``engagement.compiled``)."""
    every = read(ana, agent, Wanted())
    places = [None, *(Place(moment.at, moment.key) for moment in every[:: max(1, len(every) // 6)])]
    wrong = []
    for before, direction, channel in itertools.product(places, ("", *DIRECTIONS), ("", "email")):
        for department, purpose in ((None, ""), (care.pk, ""), (None, "marketing")):
            wanted = Wanted(direction, channel, department, purpose, before=before)
            kept = read(ana, agent, wanted)
            with CaptureQueriesContext(connection):
                if kept != read(ana, agent, wanted):
                    wrong.append(wanted)
    assert wrong == []


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("wheel broke", ["“Third wheel”"]),
        ("CAFE", ["“Third wheel”"]),
        ("mirante", ["Caio Brandt left a note"]),
        ("refund", ["Handed over from Customer care to Finance"]),
        ("call", ["Task: Call about the wheel"]),
        ("yes", ["Agreed to marketing by e-mail"]),
        ("fleet", ["Deal over: Fleet", "Deal begun: Fleet"]),
        ("spring", ["“Spring service” did not write to them"]),
        ("pigeon", []),
    ],
)
def test_words_find_the_moments_that_say_them(ana, agent, words, titles):
    assert [one.title for one in read(ana, agent, Wanted(words=words))] == titles


def test_the_page_fetches_the_counts_by_itself(ana, agent):
    client = client_of(agent)
    page = client.get(f"/people/{ana.pk}/?q=wheel").content.decode()
    assert f'hx-get="/people/{ana.pk}/timeline/counts/?q=wheel"' in page
    assert 'value="wheel"' in page
    assert "Rides a Mirante" not in page
    assert client.get(f"/people/{ana.pk}/timeline/counts/?q=wheel")["Location"] == f"/people/{ana.pk}/?q=wheel"
    part = client.get(f"/people/{ana.pk}/timeline/counts/", headers={"hx-request": "true"}).content.decode()
    everything = len(read(ana, agent, Wanted()))
    assert f'Everything <span class="segment__count">{everything}</span>' in part
    assert "SMS (1)" in part  # what belongs to every channel: the withdrawal
    assert 'hx-trigger="load"' not in part


def test_what_one_may_not_see_is_not_counted(ana):
    merchant = make_user()
    merchant.groups.add(Role.objects.get(slug="merchant").group)
    found = count(profiles=[ana.pk], reader=merchant, wanted=Wanted())
    assert found.of("direction", "") == len(read(ana, merchant, Wanted()))
    assert found.of("direction", "to-us") == 2  # consents; no queue is theirs


def test_counting_asks_as_often_for_many(ana, agent):
    channel = make_channel()
    make_queue("more", channels=(channel,))
    client = client_of(agent)
    url = f"/people/{ana.pk}/timeline/counts/"

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get(url, headers={"hx-request": "true"}).status_code == 200
        return len(found)

    queries()
    few = queries()
    for number in range(20):
        make_message(channel, title=f"M{number}", received_at=NOW + minutes(number))
        note_person(profile=ana, author=agent, text=f"N{number}", client_key="", now=NOW)
    assert queries() == few


@pytest.mark.parametrize("words", ["'", '"', "-", "%", "_", "\\", "a" * 5000, "\x00", "x' or ''='", "<b></b>", "the"])
def test_any_words_are_only_words(ana, agent, words):
    client = client_of(agent)
    for part in ("", "timeline/counts/"):
        headers = {"hx-request": "true"} if part else {}
        answer = client.get(f"/people/{ana.pk}/{part}", {"q": words}, headers=headers)
        assert answer.status_code == 200
        assert "<b></b>" not in answer.content.decode()
