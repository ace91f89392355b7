"""No typed word is lost: drafts in two windows, sessions that end or change, many recipients, misspelt names."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations.actions.note import UnknownColleague, write_note
from conversations.actions.recipients import ManyRecipients
from conversations.actions.reply import reply
from conversations.models import Draft, Message, Participant
from engagement.village.middleware import EXTENDED_AT
from engagement.village.models import User
from tests.factories import NOW, make_channel, make_conversation, make_queue, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def queue():
    return make_queue("care", name="Care", channels=(make_channel("care@pedralva.example"),), is_default=True)


@pytest.fixture
def iara(queue):
    person = make_user("Iara Menezes", email="iara@pedralva.example", queues=(queue,))
    person.groups.add(Group.objects.get(role__slug="agent"))
    return person


@pytest.fixture
def talk(queue):
    return make_conversation(queue.channels.get(), "ana@cliente.example", name="Ana Prado")


@pytest.fixture
def agent(iara, client):
    client.force_login(iara)
    return client


def at(name: str, *args: object) -> str:
    return reverse(f"conversations:{name}", args=args)


def save(agent: Client, talk, text: str, draft: str, kind: str = "reply"):
    return agent.post(at("drafts", talk.pk), {"kind": kind, "text": text, "draft": draft})


# Drafts in two windows


def test_the_second_window_is_told_and_shown_the_other_text(agent, talk):
    first = save(agent, talk, "Long careful answer", "").json()["draft"]
    other = save(agent, talk, "Few words", "")
    assert (other.status_code, other.json()) == (409, {"draft": first, "text": "Long careful answer"})
    assert Draft.objects.get().text == "Long careful answer"
    assert save(agent, talk, "Both", other.json()["draft"]).status_code == 200
    assert save(agent, talk, "Longer still", first).json()["text"] == "Both"


def test_an_emptied_window_does_not_throw_the_other_ones_text_away(agent, talk):
    known = save(agent, talk, "First", "").json()["draft"]
    save(agent, talk, "Second", known)
    assert save(agent, talk, "", known).status_code == 409
    assert Draft.objects.get().text == "Second"


def test_a_draft_that_was_made_anew_is_not_taken_for_the_old_one(agent, talk):
    old = save(agent, talk, "One", "").json()["draft"]
    assert save(agent, talk, "", old).json() == {"draft": ""}
    save(agent, talk, "Two", "")
    assert save(agent, talk, "One again", old).json()["text"] == "Two"


def test_a_page_that_knows_no_names_saves_as_ever(agent, talk):
    for text in ("One", "Two"):
        assert agent.post(at("drafts", talk.pk), {"kind": "reply", "text": text}).status_code == 204
    assert Draft.objects.get().text == "Two"


def test_sending_from_one_window_keeps_what_another_has_written(agent, iara, talk):
    save(agent, talk, "Kept in the other window", "")
    words = {"text": "Sent here", "client_key": uuid.uuid4().hex, "seen_seq": talk.message_seq, "draft": ""}
    assert agent.post(at("replies", talk.pk), words, headers=HTMX).status_code == 200
    assert Draft.objects.get().text == "Kept in the other window"
    mine = Draft.objects.get().token
    words |= {"text": "Sent too", "client_key": uuid.uuid4().hex, "draft": mine}
    assert agent.post(at("replies", talk.pk), words, headers=HTMX).status_code == 200
    assert Draft.objects.count() == 0


# Sessions


def test_a_page_whose_session_ended_is_told_so_and_not_sent_to_sign_in(talk, iara):
    headers = {"X-Page-Person": str(iara.pk)}
    answer = Client().post(at("drafts", talk.pk), {"text": "Words"}, headers=headers)
    assert (answer.status_code, answer["X-Session"]) == (401, "ended")
    assert Client().post(at("drafts", talk.pk), {"text": "Words"}).status_code == 302


def test_a_page_of_one_person_does_nothing_in_the_name_of_another(agent, talk, queue):
    caio = make_user("Caio Brandt", email="caio@pedralva.example", queues=(queue,))
    headers = {"X-Page-Person": str(caio.pk), **HTMX}
    words = {"text": "Words", "client_key": "k", "seen_seq": 1}
    answer = agent.post(at("replies", talk.pk), words, headers=headers)
    assert (answer.status_code, answer["X-Session"]) == (401, "other")
    assert Message.objects.filter(kind="reply").count() == 0


def test_a_lost_token_is_named_and_a_fresh_one_is_given(iara, talk):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(iara)
    refused = browser.post(at("drafts", talk.pk), {"text": "Words"})
    assert (refused.status_code, refused["X-CSRF-Failure"]) == (403, "1")
    state = browser.get("/session/").json()
    assert (state["person"], state["name"]) == (str(iara.pk), "Iara Menezes")
    headers = {"X-CSRFToken": state["csrf_token"]}
    assert browser.post(at("drafts", talk.pk), {"text": "Words"}, headers=headers).status_code == 204


def test_nobody_is_signed_in_for_a_stranger(client, db):
    assert client.get("/session/").json()["person"] == ""


def ends_at(agent: Client):
    return Session.objects.get(pk=agent.session.session_key).expire_date


def age_session(agent: Client, seconds: int) -> None:
    """Let the session have begun so many seconds ago."""
    session = agent.session
    session[EXTENDED_AT] = int(timezone.now().timestamp()) - seconds
    session.save()
    past = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE - seconds)
    Session.objects.filter(pk=session.session_key).update(expire_date=past)


def test_a_session_lasts_from_the_last_thing_that_its_person_did(agent, talk):
    age_session(agent, 3600)
    before = ends_at(agent)
    answer = agent.post(at("drafts", talk.pk), {"kind": "reply", "text": "Still here"})
    assert ends_at(agent) - before > timedelta(minutes=59)
    assert settings.SESSION_COOKIE_NAME in answer.cookies


def test_what_a_page_asks_by_itself_keeps_no_session_alive(agent, talk):
    age_session(agent, 3600)
    before = ends_at(agent)
    answer = agent.get(at("views"), headers={"X-Idle": "1", **HTMX})
    assert answer.status_code == 200
    assert ends_at(agent) == before
    assert settings.SESSION_COOKIE_NAME not in answer.cookies


def test_a_session_is_written_seldom(agent, talk):
    age_session(agent, 60)
    before = ends_at(agent)
    agent.get(at("views"), headers=HTMX)
    assert ends_at(agent) == before


# Answers


def test_an_action_on_a_conversation_that_was_left_draws_none_of_it(agent, talk, queue):
    other = make_conversation(queue.channels.get(), "bia@cliente.example", name="Bia Lima")
    headers = HTMX | {"HX-Current-URL": f"http://testserver{at('thread', 'all', other.pk)}"}
    answer = agent.post(at("closure", talk.pk), headers=headers)
    assert answer["X-Conversation"] == str(talk.pk)
    assert b"thread-top" not in answer.content
    assert b"messages" not in answer.content
    talk.refresh_from_db()
    assert talk.status == "resolved"


def test_the_rail_shows_the_assignee_with_the_answer_to_an_assignment(agent, iara, talk):
    answer = agent.post(at("assignment", talk.pk), {"assignee": iara.pk}, headers=HTMX).content.decode()
    rail = answer[answer.index('id="rail-standing"') :]
    assert "Iara Menezes" in rail[: rail.index("</dl>")]
    assert "Assignee: Iara Menezes" in answer


# Many recipients


def with_recipients(talk, count: int) -> list[dict[str, str]]:
    for n in range(count - 1):
        address = f"guest{n}@cliente.example"
        Participant.objects.create(conversation=talk, address=address, address_norm=address, joined_at=NOW)
    return [{"address": f"guest{n}@cliente.example", "name": "", "role": "to"} for n in range(count)]


@pytest.mark.parametrize(("count", "is_asked"), [(1, False), (20, False), (21, True), (60, True)])
def test_a_reply_to_more_than_twenty_asks_first(agent, talk, count, is_asked):
    with_recipients(talk, count)
    words = {"text": "To all of you", "client_key": "k1", "seen_seq": talk.message_seq}
    answer = agent.post(at("replies", talk.pk), words, headers=HTMX)
    if not is_asked:
        assert answer.status_code == 200
        return
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"This reply goes to {count} people." in page
    assert f"Send to {count} people" in page
    assert "To all of you" in page
    assert Message.objects.filter(kind="reply").count() == 0
    wrong = agent.post(at("replies", talk.pk), words | {"recipients_confirmed": count - 1}, headers=HTMX)
    assert wrong.status_code == 422
    right = agent.post(at("replies", talk.pk), words | {"recipients_confirmed": count}, headers=HTMX)
    assert right.status_code == 200
    assert len(Message.objects.get(kind="reply").detail["recipients"]) == count


def test_named_recipients_are_counted_too(iara, talk):
    many = with_recipients(talk, 25)
    facts = {"conversation": talk, "author": iara, "text": "Hi", "seen_seq": 1, "now": NOW}
    with pytest.raises(ManyRecipients) as refusal:
        reply(client_key="a", recipients=many, **facts)
    assert refusal.value.count == 25
    assert reply(client_key="b", recipients=many, confirmed_recipients=25, **facts).kind == "reply"


# Names behind an @


@pytest.fixture
def colleagues(queue):
    return [
        make_user(name, email=f"{n}@pedralva.example", queues=(queue,))
        for n, name in enumerate(["Tereza Lima", "Otávio Prado", "Ana Reis", "Ana Souza"])
    ]


@pytest.mark.parametrize(
    ("text", "written", "meant"),
    [
        ("@Terezza hi", "Terezza", ["Tereza Lima"]),
        ("Please look, @tereza.lma", "tereza.lma", ["Tereza Lima"]),
        ("@Otavoi?", "Otavoi", ["Otávio Prado"]),
        ("@Ana can you?", "Ana", ["Ana Reis", "Ana Souza"]),
        ("@Xylophone", "Xylophone", []),
    ],
)
def test_a_name_that_leads_to_nobody_is_pointed_out_before_posting(agent, talk, colleagues, text, written, meant):
    words = {"text": text, "client_key": "n1"}
    answer = agent.post(at("notes", talk.pk), words, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"@{written}" in page
    assert [name for name in meant if f'data-with="@{name}"' in page] == meant
    assert Message.objects.filter(kind="note").count() == 0
    anyway = agent.post(at("notes", talk.pk), words | {"mentions_checked": "1"}, headers=HTMX)
    assert anyway.status_code == 200
    assert Message.objects.get(kind="note").detail["mentions"] == []


@pytest.mark.parametrize(
    "text", ["@Tereza Lima, look", "@tereza.lima", "@Otavio", "mail ana@cliente.example", "at @5 pm", "no name"]
)
def test_right_names_and_addresses_are_no_question(iara, talk, colleagues, text):
    note = write_note(
        conversation=talk, author=iara, text=text, client_key="n", refuses_unknown=True, now=timezone.now()
    )
    assert note.kind == "note"


def test_a_picked_name_means_its_person_even_where_two_have_it(iara, talk, queue):
    twins = [make_user("João Silva", email=f"joao{n}@pedralva.example", queues=(queue,)) for n in range(2)]
    facts = {"conversation": talk, "author": iara, "text": "@João Silva please", "now": timezone.now()}
    with pytest.raises(UnknownColleague):
        write_note(client_key="n1", refuses_unknown=True, **facts)
    note = write_note(client_key="n2", refuses_unknown=True, mentioned_ids=[twins[1].pk], **facts)
    assert [one["key"] for one in note.detail["mentions"]] == [str(twins[1].pk)]


def test_the_list_of_colleagues_names_first_who_has_access(agent, talk, colleagues):
    outside = make_user("Aline Fora", email="aline@pedralva.example")
    page = agent.get(at("menu", talk.pk, "mentions"), headers=HTMX).content.decode()
    names = [person.name for person in [*colleagues, outside]]
    places = [page.index(f'data-name="{name}"') for name in names]
    assert max(places[:-1]) < places[-1]
    assert page.count("no access to this queue") == 1 + User.objects.filter(is_active=True).count() - len(names) - 1
