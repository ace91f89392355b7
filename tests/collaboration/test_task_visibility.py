"""Who reads a task, who may change it: what concerns a person, and what is done for customers that they may see."""

import pytest
from django.urls import reverse

from collaboration import tasks
from collaboration.models import Handoff, Task
from collaboration.selectors.work import waiting_count
from tests.collaboration.handing import offered, village
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return village()


def make(place, title, **given):
    return tasks.make(title=title, created_by=place.caio, now=NOW, **given)


def titles(rows):
    return sorted(rows.values_list("title", flat=True))


def test_what_concerns_a_person_is_what_they_do_gave_or_their_departments_have(place):
    make(place, "for Graça", assignee=place.graca)
    make(place, "for finance", department=place.finance)
    escalated = make(place, "for Caio", assignee=place.caio)
    assert titles(Task.objects.concerning(place.caio)) == ["for Caio", "for Graça", "for finance"]
    assert titles(Task.objects.concerning(place.graca)) == ["for Graça", "for finance"]
    assert titles(Task.objects.concerning(place.hugo)) == ["for finance"]
    Task.objects.filter(pk=escalated.pk).update(escalated_to=place.hugo)
    assert titles(Task.objects.concerning(place.hugo)) == ["for Caio", "for finance"]
    place.hugo.is_active = False
    assert titles(Task.objects.concerning(place.hugo)) == []


def test_a_customer_s_task_is_read_by_who_sees_customers_and_changed_by_whom_it_concerns(place):
    task = make(place, "call Ana", assignee=place.graca, profile_id=place.talk.profile_id)
    ours = make(place, "tidy up", assignee=place.graca)
    colleague = person("agent", email="colleague@pedralva.example")
    outsider = person("troubadour", email="troubadour@pedralva.example")
    assert titles(Task.objects.visible_to(colleague)) == ["call Ana"]
    assert titles(Task.objects.visible_to(outsider)) == []
    assert titles(Task.objects.visible_to(place.graca)) == ["call Ana", "tidy up"]
    client = client_of(colleague)
    assert client.get(reverse("collaboration:task", args=[task.pk])).status_code == 200
    assert client.get(reverse("collaboration:task", args=[ours.pk])).status_code == 404
    assert client.post(reverse("collaboration:task-completion", args=[task.pk])).status_code == 404
    assert Task.objects.open().count() == 2


def test_the_number_on_every_page_is_that_of_the_lists(place):
    make(place, "for Graça", assignee=place.graca)
    make(place, "for finance", department=place.finance)
    make(place, "done", assignee=place.graca)
    Task.objects.filter(title="done").update(state=Task.State.DONE, done_at=NOW, done_by=place.graca)
    escalated = make(place, "for Caio", assignee=place.caio)
    Task.objects.filter(pk=escalated.pk).update(escalated_to=place.hugo)
    offered(place)
    numbers = []
    for user in (place.caio, place.graca, place.hugo):
        listed = Task.objects.waiting_for(user).count()
        if user.has_perm("collaboration.change_handoff"):
            listed += Handoff.objects.waiting_for(user).count()
        assert waiting_count(user, NOW) == listed
        numbers.append(listed)
    assert numbers[1] > numbers[0] >= 1
