"""Tasks: made once, changed by who may see them, reminded of and escalated once for each due time."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collaboration import tasks
from collaboration.models import Notification, Task
from collaboration.selectors import work
from collaboration.tasks.escalating import in_charge_of
from engagement.events import relay
from engagement.events.models import OutboxEvent
from engagement.village.models import Department
from tests.collaboration.handing import village
from tests.collaboration.test_approvals import together
from tests.factories import NOW, minutes
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def iara():
    made = person("agent", email="iara@pedralva.example", name="Iara Nunes")
    made.departments.set(Department.objects.filter(slug="customer-care"))
    return made


@pytest.fixture
def caio():
    return person("agent", email="caio@pedralva.example", name="Caio Brandt", language="pt-br")


def make(author, **given):
    given = {"title": "Ask for the hub", "due_at": NOW + minutes(60)} | given
    return tasks.make(created_by=author, now=NOW, **given)


def changes(task):
    rows = OutboxEvent.objects.filter(subject=f"task:{task.pk}").order_by("position")
    return [relay.decode(row).change for row in rows]


def told(person_):
    relay.run_pending(now=NOW + minutes(10_000))
    return list(Notification.objects.filter(person=person_).order_by("key").values_list("kind", "title"))


def test_a_task_is_made_once_and_its_person_is_told_in_their_language(iara, caio):
    first = make(iara, assignee=caio, client_key="k")
    assert make(iara, assignee=caio, client_key="k") == first
    assert Task.objects.count() == 1
    assert told(caio) == [("task.assigned", "Você tem uma tarefa: Ask for the hub")]
    assert told(iara) == []


@pytest.mark.parametrize("given", [{"title": "  "}, {"assignee": None}])
def test_a_task_without_words_or_person_is_refused(iara, given):
    with pytest.raises(tasks.TaskRefused):
        make(iara, **{"assignee": iara} | given)
    assert Task.objects.count() == 0


def test_somebody_who_left_gets_no_task(iara, caio):
    caio.is_active = False
    caio.save()
    with pytest.raises(tasks.TaskRefused, match="Caio Brandt"):
        make(iara, assignee=caio)
    assert Task.objects.count() == 0


def test_a_task_of_a_department_is_told_to_its_people_and_taken_by_one(iara, caio):
    care = Department.objects.get(slug="customer-care")
    task = make(caio, department=care)
    assert [title for _kind, title in told(iara)] == ["You have a task: Ask for the hub"]
    assert list(Task.objects.waiting_for(iara)) == [task]
    tasks.reassign(task_id=task.pk, assignee=iara, actor=iara, now=NOW)
    task.refresh_from_db()
    assert (task.assignee, task.department) == (iara, care)


def test_done_reopened_and_cancelled_are_safe_to_repeat(iara, caio):
    task = make(iara, assignee=caio)
    for act in (tasks.complete, tasks.complete, tasks.reopen, tasks.reopen, tasks.cancel, tasks.cancel):
        act(task_id=task.pk, actor=caio, now=NOW)
    assert changes(task) == ["made", "done", "reopened", "cancelled"]
    with pytest.raises(tasks.TaskRefused):
        tasks.change_due(task_id=task.pk, due_at=NOW, actor=iara, now=NOW)
    assert ("task.done", "Done: Ask for the hub") in told(iara)


def test_an_overdue_task_is_reminded_of_then_escalated_each_once(iara, caio):
    task = make(iara, assignee=caio)
    assert tasks.escalate(now=NOW + minutes(59)) == 0
    assert tasks.escalate(now=NOW + minutes(60)) == 1
    assert tasks.escalate(now=NOW + minutes(90)) == 0
    late = NOW + timedelta(hours=6)
    assert tasks.escalate(now=late) == 1
    assert tasks.escalate(now=late + minutes(1)) == 0
    task.refresh_from_db()
    assert (task.escalated_at, task.escalated_to) == (late, iara)
    assert changes(task) == ["made", "reminded", "escalated"]
    assert told(caio)[-1] == ("task.overdue", "Passou do prazo: Ask for the hub")
    assert told(iara) == [("task.overdue", "Caio Brandt has not done “Ask for the hub”")]


def test_a_new_due_time_begins_anew(iara, caio):
    task = make(iara, assignee=caio)
    tasks.escalate(now=NOW + timedelta(hours=9))
    tasks.change_due(task_id=task.pk, due_at=NOW + timedelta(hours=10), actor=iara, now=NOW + timedelta(hours=9))
    task.refresh_from_db()
    assert (task.reminded_at, task.escalated_at, task.escalated_to) == (None, None, None)
    assert tasks.escalate(now=NOW + timedelta(hours=10)) == 1


def test_one_s_own_task_escalates_to_a_colleague_of_the_department(iara, caio):
    task = make(iara, assignee=iara)
    assert in_charge_of(task) is None
    caio.departments.set(iara.departments.all())
    assert in_charge_of(task) == caio


@pytest.mark.django_db(transaction=True)
def test_two_workers_escalate_once():
    author = person("agent", email="a@pedralva.example")
    doing = person("agent", email="b@pedralva.example")
    made = [make(author, assignee=doing, title=f"Task {number}") for number in range(6)]
    steps = together(*[lambda: tasks.escalate(now=NOW + timedelta(hours=6))] * 2)
    assert sum(steps) + tasks.escalate(now=NOW + timedelta(hours=6)) == 12
    assert [changes(task) for task in made] == [["made", "reminded", "escalated"]] * 6


# Pages


def test_the_page_makes_shows_and_completes_a_task(iara):
    browser = client_of(iara)
    said = {"title": "Call <b>Ana</b>", "who": f"person:{iara.pk}", "due_at": "2026-11-20T15:30", "client_key": "k"}
    assert browser.post(reverse("collaboration:tasks"), said | {"title": ""}).status_code == 422
    assert browser.post(reverse("collaboration:tasks"), said | {"who": "person:x"}).status_code == 422
    assert browser.post(reverse("collaboration:tasks"), said).status_code == 302
    page = browser.get(reverse("collaboration:work")).content.decode()
    assert "Call &lt;b&gt;Ana&lt;/b&gt;" in page
    task = Task.objects.get()
    done = reverse("collaboration:task-completion", args=[task.pk])
    assert browser.post(done, {"next": "https://evil.example/"}).url == reverse("collaboration:task", args=[task.pk])
    task.refresh_from_db()
    assert (task.state, task.done_by) == ("done", iara)
    browser.post(done, {"_method": "delete"})
    task.refresh_from_db()
    assert task.state == "open"


def test_a_stranger_neither_reads_nor_changes_a_task(iara, caio):
    task = make(iara, assignee=iara)
    browser = client_of(caio)
    assert browser.get(reverse("collaboration:task", args=[task.pk])).status_code == 404
    for name in ("task-completion", "task-cancellation", "task-due", "task-assignment"):
        said = {"due_at": "2026-12-01T10:00", "who": f"person:{caio.pk}"}
        assert browser.post(reverse(f"collaboration:{name}", args=[task.pk]), said).status_code == 404
    task.refresh_from_db()
    assert (task.state, task.assignee) == ("open", iara)


def test_a_task_of_a_conversation_stands_in_its_rail_and_on_the_customer():
    place = village()
    browser = client_of(place.caio)
    said = {"title": "Send the invoice", "who": f"department:{place.finance.pk}", "due_at": "2026-12-01T10:00"}
    assert browser.post(reverse("conversations:tasks", args=[place.talk.pk]), said).status_code == 302
    task = Task.objects.get()
    assert (task.subject_id, task.profile_id, task.department) == (place.talk.pk, place.talk.profile_id, place.finance)
    assert "Send the invoice" in browser.get(reverse("conversations:open-now", args=[place.talk.pk])).content.decode()
    other = client_of(place.graca)
    assert other.post(reverse("conversations:tasks", args=[place.talk.pk]), said).status_code == 404
    assert Task.objects.count() == 1


def test_the_page_asks_the_same_number_of_queries_at_3_tasks_and_at_30(iara):
    browser, counts = client_of(iara), []
    for number in (3, 27):
        for _ in range(number):
            make(iara, assignee=iara)
        browser.get(reverse("collaboration:work"))
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(reverse("collaboration:work")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# The page


def walk(client, show):
    """All titles of a view, page by page, and the count that each page showed."""
    titles, counts, url = [], [], f"/work/?show={show}"
    while url:
        page = client.get(url)
        assert page.status_code == 200
        found = page.context["work"].tasks
        titles += [row.task.title for row in found.rows]
        counts.append(found.count)
        url = f"/work/?show={show}&tasks_after={quote(found.after)}" if found.after else ""
        assert ("Next page" in page.content.decode()) == bool(url)
    return titles, counts


def test_the_lists_of_tasks_have_all_their_rows_and_say_how_many(monkeypatch):
    monkeypatch.setattr(work, "PAGE_SIZE", 3)
    me = person("agent", email="me@pedralva.example", name="Me")
    for number in range(8):
        due = NOW + minutes(number // 2) if number < 5 else None
        tasks.make(title=f"t{number}", created_by=me, assignee=me, due_at=due, now=NOW)
    client = client_of(me)
    titles, counts = walk(client, "mine")
    assert titles == [f"t{number}" for number in range(8)]
    assert counts == [8, 8, 8]
    assert ">8</span>" in client.get("/work/").content.decode()
    for number, task in enumerate(Task.objects.order_by("key")):
        tasks.complete(task_id=task.pk, actor=me, now=NOW + minutes(number // 3))
    titles, counts = walk(client, "done")
    assert (len(titles), len(set(titles)), counts[0]) == (8, 8, 8)
    assert titles[0] in ("t6", "t7")


def test_a_cursor_that_names_no_row_is_not_found():
    client = client_of(person("agent", email="me@pedralva.example"))
    for cursor in ("x", "_x", "2026-01-01_", "never_01a22a7d-e328-7196-a741-e39f133f3d07"):
        assert client.get(f"/work/?tasks_after={cursor}").status_code == 404
