"""Notes about a customer that belong to no conversation."""

import pytest

from collaboration.actions.note_person import NoteRefused, note_person
from collaboration.models import Note, Notification
from collaboration.subscribers import tell_named
from engagement.events.catalogue import PersonNoted
from engagement.events.models import OutboxEvent
from engagement.profiles.actions import resolve
from engagement.profiles.models import Profile
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def ana():
    return resolve(kind="email", address="ana@customer.example", name="Ana Prado", now=NOW).profile


@pytest.fixture
def agent():
    return person("agent", name="Caio Brandt")


def test_a_note_stands_on_the_timeline_for_who_may_read_it(ana, agent):
    client = client_of(agent)
    url = f"/work/people/{ana.pk}/notes/"
    assert url in client.get(f"/people/{ana.pk}/").content.decode()
    key = client.get(url).context["form"].initial["client_key"]
    for _twice in range(2):
        answer = client.post(url, {"text": "Prefers the telephone in the afternoon", "client_key": key})
        assert answer["Location"] == f"/people/{ana.pk}/"
    assert Note.objects.get().author == agent
    page = client.get(f"/people/{ana.pk}/?who=among-us").content.decode()
    assert "Prefers the telephone in the afternoon" in page
    assert "Caio Brandt left a note" in page
    assert "Prefers" not in client.get(f"/people/{ana.pk}/?who=to-us").content.decode()
    counselor = client_of(person("counselor"))
    assert "Prefers" in counselor.get(f"/people/{ana.pk}/").content.decode()
    assert url not in counselor.get(f"/people/{ana.pk}/").content.decode()
    assert counselor.post(url, {"text": "x"}).status_code == 403
    assert Note.objects.count() == 1


def test_two_notes_without_a_key_are_two(ana, agent):
    for text in ("One", "Two"):
        note_person(profile=ana, author=agent, text=text, client_key="", now=NOW)
    assert Note.objects.count() == 2


def test_a_note_on_a_merged_profile_is_of_the_one_that_is_read(ana, agent):
    other = resolve(kind="email", address="ana2@customer.example", now=NOW).profile
    Profile.objects.filter(pk=other.pk).update(canonical=ana)
    other.refresh_from_db()
    assert note_person(profile=other, author=agent, text="x", client_key="", now=NOW).profile_id == ana.pk


@pytest.mark.parametrize("text", ["", " \n ", "x" * 10_001])
def test_a_note_that_is_none_is_422(ana, agent, text):
    answer = client_of(agent).post(f"/work/people/{ana.pk}/notes/", {"text": text})
    assert answer.status_code == 422
    assert (Note.objects.count(), OutboxEvent.objects.filter(name="collaboration.person_noted").count()) == (0, 0)


def test_who_is_named_is_told_once(ana, agent):
    dagmar = person("merchant", name="Dagmar Oyelaran")
    note = note_person(profile=ana, author=agent, text="@Dagmar call her", client_key="1", now=NOW)
    note_person(profile=ana, author=agent, text="@Dagmar call her", client_key="1", now=NOW)
    event = OutboxEvent.objects.get(name="collaboration.person_noted")
    assert str(dagmar.pk) in bytes(event.payload).decode()
    told = PersonNoted(profile_id=ana.pk, note_id=note.pk, author_id=agent.pk, mentioned_ids=[dagmar.pk], at=NOW)
    for _twice in range(2):
        tell_named(told)
    news = Notification.objects.get()
    assert (news.person, news.url) == (dagmar, f"/people/{ana.pk}/")


def test_who_may_not_read_it_cannot_be_named(ana, agent):
    person("builder", name="Bento Dias")
    with pytest.raises(NoteRefused, match="Bento Dias"):
        note_person(profile=ana, author=agent, text="@Bento look", client_key="", now=NOW)
    assert Note.objects.count() == 0


def test_a_hostile_note_is_words(ana, agent):
    note_person(profile=ana, author=agent, text=HOSTILE, client_key="", now=NOW)
    assert "<script>alert" not in client_of(agent).get(f"/people/{ana.pk}/").content.decode()
