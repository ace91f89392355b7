"""Handoffs and tasks on a customer's timeline: what happened, how long it took, for whom."""

import pytest

from collaboration import handoffs, tasks
from collaboration.timeline import SOURCES
from conversations import timeline as conversations
from conversations.actions.note import write_note
from engagement.profiles import timeline
from engagement.profiles.timeline import Asked, Place
from tests.collaboration.handing import offered, village
from tests.factories import NOW, make_message, minutes
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return village()


def moments(place, reader=None, **filters):
    asked = Asked(profiles=[place.talk.profile_id], reader=reader or place.caio, **filters)
    return list(timeline.merged(sources=SOURCES, asked=asked).moments)


def give(place, title="Ask the bank", at=NOW, **given):
    who = {"assignee": place.graca} if not given.get("department") else {}
    return tasks.make(
        title=title, created_by=place.caio, now=at, profile_id=place.talk.profile_id, due_at=NOW, **who, **given
    )


def test_a_handoff_says_from_where_to_where_and_how_long_it_waited(place):
    handoff = offered(place)
    (waiting,) = moments(place)
    assert (waiting.title, waiting.badges) == (
        "Handed over from Customer care to Finance",
        [("waits to be taken", "ochre")],
    )
    handoffs.accept(handoff_id=handoff.pk, actor=place.graca, now=NOW + minutes(41))
    (taken,) = moments(place)
    assert taken.badges == [("accepted in 41 min", "moss")]
    assert ("Answered by", "Graça Okafor, 41 min") in taken.facts
    assert (taken.direction, taken.text, taken.department) == ("among-us", "Charged twice, wants 40 back", "Finance")


def test_what_was_said_before_it_was_taken_stays_with_the_department_where_it_was_said(place):
    note = {"text": "Look at May", "client_key": "n", "now": NOW + minutes(3)}
    write_note(conversation=place.talk, author=place.caio, **note)
    handoffs.accept(handoff_id=offered(place).pk, actor=place.graca, now=NOW + minutes(41))
    make_message(place.channel, text="Any news?", received_at=NOW + minutes(60), in_reply_to=[_name_of(place.talk)])
    asked = Asked(profiles=[place.talk.profile_id], reader=place.graca)
    care, said = str(place.care), [(one.text, one.department) for one in conversations.read(asked)]
    assert said == [("Any news?", str(place.finance)), ("Look at May", care), ("Where is my order?", care)]


def _name_of(conversation):
    return conversation.messages.get(kind="received").externals.get().external_id


@pytest.mark.parametrize(("act", "words"), [("bounce", "sent back in 5 min"), ("withdraw", "withdrawn after 5 min")])
def test_a_handoff_that_was_not_taken_says_so(place, act, words):
    handoff = offered(place)
    if act == "bounce":
        handoffs.bounce(handoff_id=handoff.pk, actor=place.graca, reason="No number", now=NOW + minutes(5))
    else:
        handoffs.withdraw(handoff_id=handoff.pk, actor=place.caio, now=NOW + minutes(5))
    (moment,) = moments(place)
    assert moment.badges[0][0] == words
    assert moment.text.endswith("No number") == (act == "bounce")


def test_a_task_says_who_does_it_and_when_it_was_done(place):
    task = give(place)
    (moment,) = moments(place)
    assert (moment.title, moment.person, moment.badges) == ("Task: Ask the bank", "Graça Okafor", [("open", "ochre")])
    tasks.complete(task_id=task.pk, actor=place.graca, now=NOW + minutes(90))
    assert moments(place)[0].badges == [("done in 1 h 30", "moss")]


def test_only_who_has_to_do_with_a_handoff_gets_the_way_to_it(place):
    offered(place)
    outsider = person("agent", email="outsider@pedralva.example")
    assert moments(place)[0].url != ""
    assert moments(place, reader=outsider)[0].url == ""


def test_filters_keep_what_they_name(place):
    offered(place)
    give(place, at=NOW + minutes(1), department=place.care)
    assert [one.source for one in moments(place)] == ["tasks", "handoffs"]
    assert [one.source for one in moments(place, direction="among-us")] == ["tasks", "handoffs"]
    assert [one.source for one in moments(place, department=place.finance.pk)] == ["handoffs"]
    assert [one.source for one in moments(place, department=place.care.pk)] == ["tasks", "handoffs"]
    for nothing in ({"direction": "to-us"}, {"channel": "email"}, {"purpose": "marketing"}):
        assert moments(place, **nothing) == []


@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_follow_one_another_also_where_moments_are_as_old_as_each_other(place, size):
    offered(place)
    made = [give(place, title=f"T{number}", at=NOW + minutes(number // 3)) for number in range(9)]
    found: list = []
    before: Place | None = None
    while True:
        asked = Asked(profiles=[place.talk.profile_id], reader=place.caio, limit=size, before=before)
        page = timeline.merged(sources=SOURCES, asked=asked)
        found += [(one.at, one.key) for one in page.moments]
        before = page.earlier
        if before is None:
            break
    assert len(found) == len(made) + 1
    assert found == sorted(set(found), reverse=True)


def test_another_customer_s_page_shows_nothing_of_it(place):
    offered(place)
    give(place)
    asked = Asked(profiles=[place.talk.pk], reader=place.caio)
    assert timeline.merged(sources=SOURCES, asked=asked).moments == []


def test_the_customer_s_page_shows_them(place):
    offered(place, summary="<b>Charged</b> twice")
    give(place, title="<i>Ask</i>")
    page = client_of(place.caio).get(f"/people/{place.talk.profile_id}/").content.decode()
    assert "Handed over from Customer care to Finance" in page
    assert "Task: &lt;i&gt;Ask&lt;/i&gt;" in page
    assert "<b>Charged</b>" not in page
