"""What the operating model asks of working together: each question with data that passes and data that fails."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from collaboration import approvals, handoffs, tasks
from collaboration.actions.coordinate import coordinate
from collaboration.approvals import escalating
from collaboration.models import Handoff
from engagement.keys import new_key
from engagement.operations import checklist
from engagement.operations.actions.count import count
from engagement.operations.phrases import in_words
from engagement.village.models import Department, Role
from tests.collaboration import subjects
from tests.collaboration.handing import offered, village
from tests.factories import NOW, minutes
from tests.village.people import person

pytestmark = pytest.mark.django_db
SOON, AWHILE = NOW + minutes(60), minutes(10)


def answer(name, now=NOW):
    item = next(one for one in checklist.registered() if one.name == f"collaboration.{name}")
    (found,) = count(now=now, items=[item])
    assert found.error == ""
    return found


def outcome(name, now=NOW):
    return answer(name, now).outcome


def rows(name, now=NOW):
    return [in_words(row[0]) for row in answer(name, now).evidence]


@pytest.fixture
def iara():
    return person("agent", email="iara@pedralva.example", name="Iara Nunes")


@pytest.fixture
def place():
    return village()


def task(author, *, assignee=None, due_at=SOON, **given):
    who = {} if "department" in given else {"assignee": assignee or author}
    return tasks.make(title="Ask", created_by=author, now=NOW, due_at=due_at, **who, **given)


def kept(place, *, state, waited=AWHILE, profile=None, to=None, origin=None, **given):
    """A handoff that was answered, as it stands afterwards."""
    facts = {"facts": [["Subject", "x"]], "summary": "Charged twice"} | given
    return Handoff.objects.create(
        subject_type="tests.thing",
        subject_id=new_key(),
        profile=profile or place.talk.profile,
        from_department=origin or place.care,
        to_department=to or place.finance,
        offered_by=place.caio,
        offered_at=NOW - timedelta(days=1),
        state=state,
        answered_by=place.graca,
        answered_at=NOW - timedelta(days=1) + waited,
        bounce_reason="No number" if state == "bounced" else "",
        **facts,
    )


class TestGovern:
    def test_every_department_has_people(self, iara):
        iara.departments.set(Department.objects.exclude(slug="finance"))
        assert outcome("departments-have-people") == "fail"
        assert rows("departments-have-people") == ["Finance"]
        iara.departments.set(Department.objects.all())
        assert outcome("departments-have-people") == "pass"
        iara.is_active = False
        iara.save()
        assert outcome("departments-have-people") == "insufficient"

    def test_every_role_is_filled(self, iara):
        agent = Role.objects.get(slug="agent")
        assert outcome("roles-are-filled") == "fail"
        assert str(agent) not in rows("roles-are-filled")
        iara.groups.set(Group.objects.filter(role__isnull=False))
        assert outcome("roles-are-filled") == "pass"

    def test_every_role_has_a_deputy(self, iara):
        iara.groups.set(Group.objects.filter(role__isnull=False))
        assert outcome("roles-have-a-deputy") == "fail"
        bento = person("agent", email="bento@pedralva.example")
        bento.groups.set(iara.groups.all())
        assert outcome("roles-have-a-deputy") == "pass"

    def test_every_open_task_has_somebody_and_an_end(self, iara):
        task(iara)
        assert outcome("tasks-are-whole") == "pass"
        endless = task(iara, due_at=None)
        assert outcome("tasks-are-whole") == "fail"
        tasks.complete(task_id=endless.pk, actor=iara, now=NOW)
        assert outcome("tasks-are-whole") == "pass"
        task(iara, department=Department.objects.get(slug="finance"))
        assert [in_words(row[1]) for row in answer("tasks-are-whole").evidence] == ["nobody took it"]


class TestAnalyse:
    def test_handoffs_are_answered_in_time(self, place):
        for waited in (5, 59, 61):
            kept(place, state="accepted", waited=minutes(waited))
        assert (answer("handoffs-are-answered").figure, outcome("handoffs-are-answered")) == (59.0, "pass")
        for waited in (90, 120):
            kept(place, state="bounced", waited=minutes(waited))
        assert (answer("handoffs-are-answered").figure, outcome("handoffs-are-answered")) == (61.0, "fail")
        assert outcome("handoffs-are-answered", NOW + timedelta(days=40)) == "insufficient"

    def test_few_handoffs_are_sent_back(self, place):
        for _ in range(6):
            kept(place, state="accepted")
        kept(place, state="bounced")
        assert outcome("handoffs-stay") == "pass"
        kept(place, state="bounced")
        assert outcome("handoffs-stay") == "fail"
        assert rows("handoffs-stay") == ["Finance", "Finance"]

    def test_four_answers_are_too_few_to_judge(self, place):
        for _ in range(4):
            kept(place, state="bounced")
        assert outcome("handoffs-stay") == "insufficient"

    def test_who_deals_with_three_departments_has_a_coordinator(self, place):
        product = Department.objects.get(slug="product")
        kept(place, state="accepted")
        assert outcome("one-coordinator") == "insufficient"
        kept(place, state="completed", to=product, origin=place.finance)
        assert outcome("one-coordinator") == "fail"
        assert rows("one-coordinator") == ["Ana Prado"]
        coordinate(profile=place.talk.profile, person=place.graca, now=NOW)
        assert outcome("one-coordinator") == "pass"

    def test_a_handoff_that_was_sent_back_is_no_dealing(self, place):
        kept(place, state="accepted")
        kept(place, state="bounced", to=Department.objects.get(slug="product"))
        assert outcome("one-coordinator") == "insufficient"

    def test_work_is_shared(self, iara):
        others = [person("agent", email=f"a{number}@pedralva.example") for number in range(3)]
        for one in (iara, *others):
            task(iara, assignee=one)
        assert outcome("work-is-shared") == "insufficient"
        task(iara)
        assert outcome("work-is-shared") == "pass"
        for _ in range(4):
            task(iara)
        assert answer("work-is-shared").figure == pytest.approx(2.67, abs=0.01)
        assert outcome("work-is-shared") == "fail"
        assert rows("work-is-shared") == ["Iara Nunes"]


class TestAutomate:
    def test_a_late_approval_is_told_to_everybody(self):
        subjects.provide()
        author = person("troubadour", email="author@pedralva.example")
        request = approvals.request(
            kind="tests.text",
            subject_id=new_key(),
            content_hash=subjects.HASH,
            requester=author,
            comment="Please",
            now=NOW,
        )
        late = request.due_at + minutes(16)
        assert outcome("overdue-approvals-escalate", NOW) == "insufficient"
        assert outcome("overdue-approvals-escalate", late) == "fail"
        escalating.escalate(now=late)
        assert outcome("overdue-approvals-escalate", late) == "pass"

    def test_who_has_a_late_task_is_reminded(self, iara):
        task(iara, due_at=NOW + minutes(60))
        late = NOW + minutes(76)
        assert outcome("overdue-tasks-escalate", NOW) == "insufficient"
        assert outcome("overdue-tasks-escalate", late) == "fail"
        assert rows("overdue-tasks-escalate", late) == ["Ask"]
        tasks.escalate(now=late)
        assert outcome("overdue-tasks-escalate", late) == "pass"

    def test_a_handoff_carries_the_story(self, place):
        offered(place)
        assert outcome("handoffs-carry-the-story") == "pass"
        kept(place, state="accepted", facts=[])
        assert outcome("handoffs-carry-the-story") == "fail"

    def test_a_handoff_without_a_customer_carries_no_story(self, place):
        bare = kept(place, state="accepted")
        assert outcome("handoffs-carry-the-story") == "pass"
        Handoff.objects.filter(pk=bare.pk).update(profile=None)
        assert outcome("handoffs-carry-the-story") == "fail"


def test_an_empty_organisation_passes_nothing():
    items = [one for one in checklist.registered() if one.area == "collaboration"]
    assert len(items) >= 6
    assert [one.item for one in count(now=NOW, items=items) if one.outcome != "insufficient"] == []


def test_real_handing_over_is_counted(place):
    for number in range(5):
        handoff = offered(place, now=NOW + minutes(number), again=True)
        handoffs.accept(handoff_id=handoff.pk, actor=place.graca, now=NOW + minutes(number + 1))
        place.talk.refresh_from_db()
        place.talk.queue = place.desk
        place.talk.save(update_fields=["queue"])
    later = NOW + minutes(60)
    assert (answer("handoffs-are-answered", later).figure, outcome("handoffs-stay", later)) == (1.0, "pass")
