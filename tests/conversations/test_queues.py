"""Pages of queues: making and changing one, and letting people and roles work on it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models import Conversation, Queue
from engagement.channels.models import Channel
from engagement.village.models import AuditEntry, Department, Role
from tests.factories import make_channel, make_conversation, make_queue, make_user
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def architect():
    return client_of(person("architect", name="Rui Takahashi"))


def test_an_architect_makes_a_queue_and_lets_a_role_in(architect):
    channel = make_channel("bills@pedralva.example")
    finance = Department.objects.get(slug="finance")
    sent = {
        "name": "Bills",
        "name_pt": "Contas",
        "department": finance.pk,
        "answer_within": 240,
        "channels": channel.pk,
    }
    assert architect.post("/inbox/queues/new/", {}).status_code == 422
    place = architect.post("/inbox/queues/new/", sent)["Location"]
    queue = Queue.objects.get()
    assert place == f"/inbox/queues/{queue.pk}/"
    assert (queue.slug, queue.name_pt, queue.department, queue.answer_within) == ("bills", "Contas", finance, 240)
    assert list(queue.channels.all()) == [channel]
    agent = person("agent")
    assert not Queue.objects.worked_by(agent).exists()
    assert "Nobody answers what comes here" in architect.get(place).content.decode()
    for _twice in range(2):
        architect.post(f"{place}workers/", {"who": "role:agent"})
    assert Queue.objects.worked_by(agent).get() == queue
    assert AuditEntry.objects.filter(action="grant.given").count() == 1
    made = AuditEntry.objects.get(action="queue.made")
    assert (made.actor.name, made.subject_id) == ("Rui Takahashi", str(queue.pk))
    assert "everybody of this role" in architect.get(place).content.decode()


def test_one_person_is_let_in_and_out_and_what_they_held_is_free(architect):
    channel = make_channel()
    queue = make_queue("care", channels=(channel,))
    caio = make_user("Caio Brandt")
    place = f"/inbox/queues/{queue.pk}/workers/"
    architect.post(place, {"who": f"person:{caio.pk}"})
    assert Queue.objects.worked_by(caio).get() == queue
    open_one, done = make_conversation(channel), make_conversation(channel, "bia@customer.example")
    Conversation.objects.filter(pk=open_one.pk).update(assignee=caio)
    Conversation.objects.filter(pk=done.pk).update(assignee=caio, status="resolved")
    architect.post(place, {"who": f"person:{caio.pk}", "_method": "delete"})
    assert not Queue.objects.worked_by(caio).exists()
    open_one.refresh_from_db()
    done.refresh_from_db()
    assert (open_one.assignee, done.assignee) == (None, caio)


def test_who_still_works_there_by_their_role_keeps_what_they_hold(architect):
    channel = make_channel()
    queue = make_queue("care", channels=(channel,))
    caio = person("agent")
    place = f"/inbox/queues/{queue.pk}/workers/"
    for who in (f"person:{caio.pk}", "role:agent"):
        architect.post(place, {"who": who})
    conversation = make_conversation(channel)
    Conversation.objects.filter(pk=conversation.pk).update(assignee=caio)
    architect.post(place, {"who": f"person:{caio.pk}", "_method": "delete"})
    conversation.refresh_from_db()
    assert conversation.assignee == caio


def test_the_default_moves_and_is_never_nobody_s(architect):
    first = make_queue("inbox", is_default=True)
    second = make_queue("care")
    answer = architect.post(f"/inbox/queues/{first.pk}/", {"name": "Inbox"})
    assert answer.status_code == 422
    assert "Something must take" in answer.content.decode()
    architect.post(f"/inbox/queues/{second.pk}/", {"name": "Care", "is_default": "on"})
    assert Queue.objects.get(is_default=True) == second


def test_changing_a_queue_keeps_its_address_and_says_what_changed(architect):
    queue = make_queue("care", answer_within=10)
    url = f"/inbox/queues/{queue.pk}/"
    for _twice in range(2):
        architect.post(url, {"name": "Customer care", "answer_within": "20"})
    queue.refresh_from_db()
    assert (queue.slug, queue.name, queue.answer_within) == ("care", "Customer care", 20)
    entry = AuditEntry.objects.get(action="queue.changed")
    assert entry.detail == {"changed": ["answer_within", "name"]}


@pytest.mark.parametrize("wrong", [{"answer_within": "0"}, {"answer_within": "x"}, {"department": "x"}, {"name": " "}])
def test_what_is_wrong_is_422_and_changes_nothing(architect, wrong):
    queue = make_queue("care")
    assert architect.post(f"/inbox/queues/{queue.pk}/", {"name": "Other", **wrong}).status_code == 422
    assert Queue.objects.get().name == queue.name


@pytest.mark.parametrize("who", ["", "role:king", "person:x", "person:01990000-0000-7000-8000-000000000000", "pigeon"])
def test_nobody_is_neither_let_in_nor_out(architect, who):
    place = f"/inbox/queues/{make_queue('care').pk}/workers/"
    assert architect.post(place, {"who": who}).status_code == 422
    assert architect.post(place, {"who": who, "_method": "delete"}).status_code == 404


def test_two_queues_of_one_name_have_two_addresses(architect):
    for _number in range(3):
        assert architect.post("/inbox/queues/new/", {"name": "Ação"}).status_code == 302
    slugs = list(Queue.objects.values_list("slug", flat=True))
    assert len(set(slugs)) == 3
    assert "acao" in slugs


def test_an_agent_changes_no_queue():
    queue = make_queue("care")
    agent = client_of(person("agent"))
    assert agent.get("/inbox/queues/").status_code == 403
    assert agent.post(f"/inbox/queues/{queue.pk}/", {"name": "Mine"}).status_code == 403
    assert agent.post(f"/inbox/queues/{queue.pk}/workers/", {"who": "role:agent"}).status_code == 403
    assert Queue.objects.get().name == queue.name


def test_who_may_only_read_is_shown_no_form(architect):
    reader = person(email="reader@pedralva.example")
    reader.user_permissions.add(*_permissions("view_queue"))
    queue = make_queue("care")
    page = client_of(reader).get(f"/inbox/queues/{queue.pk}/").content.decode()
    assert "Let in" not in page
    assert client_of(reader).post(f"/inbox/queues/{queue.pk}/", {"name": "Mine"}).status_code == 403


def _permissions(*codenames):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(content_type__app_label="conversations", codename__in=codenames)


def test_without_any_channel_the_form_says_where_to_make_one(architect):
    Channel.objects.all().delete()
    page = architect.get("/inbox/queues/new/").content.decode()
    assert "There is no channel yet that could lead here." in page
    assert "/channels/new/" in page


def test_the_list_asks_as_often_for_3_as_for_30(architect):
    def queries(count):
        for _number in range(count):
            queue = make_queue(channels=(make_channel(),))
            architect.post(f"/inbox/queues/{queue.pk}/workers/", {"who": "role:agent"})
        with CaptureQueriesContext(connection) as found:
            assert architect.get("/inbox/queues/").status_code == 200
        return len(found)

    assert queries(3) == queries(27)
    assert Role.objects.count() > 3
