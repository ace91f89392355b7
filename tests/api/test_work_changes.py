"""What a program may change of tasks and handoffs, and the notes about a contact."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from guardian.shortcuts import assign_perm

from collaboration import tasks
from collaboration.models import Handoff, Note, Task
from conversations.models import Conversation
from engagement.profiles.actions import resolve
from engagement.village.models import Department
from tests.collaboration.handing import offered, village
from tests.factories import NOW, make_queue
from tests.village.people import person

pytestmark = pytest.mark.django_db
TASKS, HANDOFFS = "/api/v1/tasks/", "/api/v1/handoffs/"


@pytest.fixture
def send(client, bearer):
    def do(method: str, url: str, body=None, scopes=(), **more: str):
        data = "" if body is None else json.dumps(body)
        headers = bearer(*scopes) | more
        return getattr(client, method)(url, data, content_type="application/json", headers=headers)

    return do


def code(answer) -> str:
    return answer.json()["type"].removeprefix("urn:vilarejo:problem:")


@pytest.fixture
def mine(agent) -> Task:
    return tasks.make(title="Ask the bank", created_by=agent, assignee=agent, now=NOW)


class TestTasks:
    def test_a_task_is_given_to_another_with_another_end(self, send, mine):
        other = person("agent", email="other@pedralva.example", name="Another One")
        end = (timezone.now() + timedelta(days=3)).replace(microsecond=0)
        answer = send("patch", f"{TASKS}{mine.pk}/", {"assignee": str(other.pk), "due_at": end.isoformat()})
        assert answer.status_code == 200, answer.content
        mine.refresh_from_db()
        assert (mine.assignee, mine.due_at) == (other, end)
        answer = send("patch", f"{TASKS}{mine.pk}/", {"assignee": None, "department": "finance", "due_at": None})
        assert (answer.json()["assignee"], answer.json()["department"], answer.json()["due_at"]) == (
            None,
            "finance",
            None,
        )

    def test_it_is_completed_reopened_and_canceled(self, send, mine):
        states = [
            send("post", f"{TASKS}{mine.pk}/{what}/").json()["state"] for what in ("complete", "reopen", "cancel")
        ]
        assert states == ["done", "open", "cancelled"]
        closed = send("patch", f"{TASKS}{mine.pk}/", {"department": "finance"})
        assert (closed.status_code, code(closed)) == (422, "task_refused")

    def test_a_change_of_an_older_state_is_refused_with_the_present_one(self, client, bearer, send, mine):
        read = client.get(f"{TASKS}{mine.pk}/", headers=bearer())
        done = send("post", f"{TASKS}{mine.pk}/complete/", **{"if-match": read["ETag"]})
        assert done.status_code == 200
        late = send("patch", f"{TASKS}{mine.pk}/", {"department": "finance"}, **{"if-match": read["ETag"]})
        assert (late.status_code, code(late)) == (412, "precondition_failed")
        assert late.json()["current"]["state"] == "done"
        assert late["ETag"] == done["ETag"]
        assert send("post", f"{TASKS}{mine.pk}/reopen/", **{"if-match": f'"x", W/{done["ETag"]}'}).status_code == 200
        assert send("post", f"{TASKS}{mine.pk}/cancel/", **{"if-match": "*"}).status_code == 200

    def test_who_may_only_see_it_changes_nothing(self, send):
        stranger = person("agent", email="stranger@pedralva.example", name="A Stranger")
        ana = resolve(kind="email", address="ana@x.example", now=NOW).profile
        theirs = tasks.make(title="Theirs", created_by=stranger, assignee=stranger, profile_id=ana.pk, now=NOW)
        hidden = tasks.make(title="Hidden", created_by=stranger, assignee=stranger, now=NOW)
        assert send("post", f"{TASKS}{theirs.pk}/complete/").status_code == 403
        assert send("post", f"{TASKS}{hidden.pk}/complete/").status_code == 404
        assert send("post", f"{TASKS}{theirs.pk}/complete/", scopes=["work:read"]).status_code == 403
        assert not Task.objects.exclude(state="open").exists()

    def test_it_is_made_about_a_contact_and_listed_there(self, client, bearer, send, agent):
        ana = resolve(kind="email", address="ana@x.example", now=NOW).profile
        body = {
            "title": "Call Ana",
            "assignee": str(agent.pk),
            "due_at": "2027-01-04T12:00:00Z",
            "profile": str(ana.pk),
        }
        made = send("post", TASKS, body)
        assert (made.status_code, made.json()["profile"]) == (201, str(ana.pk))
        found = client.get(TASKS, {"profile": str(ana.pk)}, headers=bearer()).json()["results"]
        assert [one["id"] for one in found] == [made.json()["id"]]
        unknown = send("post", TASKS, body | {"profile": made.json()["id"]})
        assert (unknown.status_code, code(unknown)) == (422, "profile_unknown")

    def test_it_is_made_about_a_conversation(self, send, agent, visible, hidden):
        body = {"title": "Look", "assignee": str(agent.pk), "due_at": "2027-01-04T12:00:00Z"}
        made = send("post", f"/api/v1/conversations/{visible.pk}/tasks/", body)
        assert (made.status_code, made.json()["subject_id"]) == (201, str(visible.pk))
        assert send("post", f"/api/v1/conversations/{hidden.pk}/tasks/", body).status_code == 404


class TestHandoffs:
    def test_a_conversation_is_offered_and_accepted(self, send, agent):
        place = village()
        agent.departments.set([place.finance])
        handoff = offered(place)
        refused = send("post", f"{HANDOFFS}{handoff.pk}/accept/")
        assert (refused.status_code, code(refused)) == (422, "refused"), "not a queue of theirs"
        assert Handoff.objects.get().is_offered
        assign_perm("conversations.work_queue", agent, place.bills)
        taken = send("post", f"{HANDOFFS}{handoff.pk}/accept/")
        assert (taken.status_code, taken.json()["state"], taken.json()["accepted_by"]) == (
            200,
            "accepted",
            str(agent.pk),
        )
        assert Conversation.objects.get(pk=place.talk.pk).queue == place.bills
        late = send("post", f"{HANDOFFS}{handoff.pk}/decline/", {"reason": "No"})
        assert (late.status_code, code(late)) == (409, "handoff_answered")

    def test_it_is_offered_by_a_program_and_withdrawn(self, client, bearer, send, queue, visible):
        finance = Department.objects.get(slug="finance")
        bills = make_queue("bills", department=finance)
        graca = person("agent", email="graca@pedralva.example", name="Graça Okafor")
        graca.departments.set([finance])
        assign_perm("conversations.work_queue", graca, bills)
        body = {"queue": "bills", "summary": "She was charged twice."}
        url = f"/api/v1/conversations/{visible.pk}/handoff/"
        made = send("post", url, body)
        assert (made.status_code, made.json()["to_department"], made.json()["state"]) == (201, "finance", "offered")
        twice = send("post", url, body)
        assert (twice.status_code, code(twice)) == (422, "handoff_offered")
        listed = client.get(HANDOFFS, {"subject_id": str(visible.pk)}, headers=bearer()).json()["results"]
        assert [one["id"] for one in listed] == [made.json()["id"]]
        gone = send("post", f"{HANDOFFS}{made.json()['id']}/withdraw/")
        assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
        nowhere = send("post", url, body | {"queue": queue.slug})
        assert (nowhere.status_code, code(nowhere)) == (422, "handoff_without_change")
        assert send("post", url, body | {"queue": "no-such"}).status_code == 422
        assert Handoff.objects.count() == 1

    def test_declining_needs_a_reason(self, send, agent):
        place = village()
        agent.departments.set([place.finance])
        handoff = offered(place)
        assert send("post", f"{HANDOFFS}{handoff.pk}/decline/", {}).status_code == 422
        answer = send("post", f"{HANDOFFS}{handoff.pk}/decline/", {"reason": "No number"})
        assert (answer.json()["state"], answer.json()["bounce_reason"]) == ("bounced", "No number")

    def test_others_do_not_see_it(self, send):
        handoff = offered(village())
        assert send("post", f"{HANDOFFS}{handoff.pk}/accept/").status_code == 404
        assert Handoff.objects.get().is_offered


class TestNotes:
    @pytest.fixture
    def url(self) -> str:
        ana = resolve(kind="email", address="ana@x.example", now=NOW).profile
        return f"/api/v1/profiles/{ana.pk}/notes/"

    def test_a_note_is_written_once_for_each_key_and_listed(self, client, bearer, send, agent, url):
        first = send("post", url, {"text": "Prefers mornings"}, **{"idempotency-key": "n"})
        assert (first.status_code, first.json()["author"]) == (201, str(agent.pk)), first.content
        assert send("post", url, {"text": "Prefers mornings"}, **{"idempotency-key": "n"}).json() == first.json()
        send("post", url, {"text": "Has a dog"})
        listed = client.get(url, {"page_size": "1"}, headers=bearer("work:read")).json()
        assert [one["text"] for one in listed["results"]] == ["Has a dog"]
        following = client.get(listed["next"].removeprefix("http://testserver"), headers=bearer("work:read"))
        assert [one["text"] for one in following.json()["results"]] == ["Prefers mornings"]

    @pytest.mark.parametrize("body", [{}, {"text": "  "}, {"text": "x" * 10_001}, {"text": "a", "color": "red"}])
    def test_what_is_no_note_is_refused(self, send, url, body):
        assert send("post", url, body).status_code == 422
        assert not Note.objects.exists()

    def test_it_needs_the_permission_the_scope_and_the_contact(self, send, agent, url):
        assert send("post", url, {"text": "x"}, scopes=["work:read"]).status_code == 403
        nobody = "/api/v1/profiles/0193a3f0-5b1e-7c3a-9d42-6f1c0a7b2e10/notes/"
        assert send("post", nobody, {"text": "x"}).status_code == 404
        role = agent.groups.get()
        role.permissions.remove(Permission.objects.get(codename="add_note", content_type__app_label="collaboration"))
        assert send("post", url, {"text": "x"}).status_code == 403


def test_members_and_queues_are_listed_to_be_named(client, bearer, agent, queue, hidden):
    agent.departments.set([Department.objects.get(slug="finance")])
    left = person("agent", email="left@pedralva.example", name="Who Left")
    left.is_active = False
    left.save()
    found = client.get("/api/v1/members/", {"department": "finance"}, headers=bearer("work:read")).json()["results"]
    assert found == [{"id": str(agent.pk), "name": "Iara Menezes", "departments": ["finance"]}]
    everybody = client.get("/api/v1/members/", headers=bearer("work:read")).json()["results"]
    assert "Who Left" not in {one["name"] for one in everybody}
    queues = client.get("/api/v1/queues/", headers=bearer("conversations:read")).json()["results"]
    assert [(one["slug"], one["is_worked"]) for one in queues] == [("care", True), ("legal", False)]
