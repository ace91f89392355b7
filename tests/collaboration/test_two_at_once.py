"""Two people press the same button: the second is told who has it, and takes nothing away."""

import pytest
from django.urls import reverse

from collaboration.models import Handoff, Task
from collaboration.tasks import make
from community.models import Review
from conversations.models import Conversation
from tests.collaboration.handing import offered, village
from tests.community.makers import held_post, make_space, make_topic, moderator, seen_of
from tests.factories import NOW
from tests.html_forms import sent_by
from tests.village.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance():
    return village()


def press(client, page: str, address: str, **typed: str):
    """Press the button of the form with this address, as the page shows it."""
    form = next(one for one in page.split("<form")[1:] if f'action="{address}"' in one)
    return client.post(address, {**sent_by(f"<form{form.partition('</form>')[0]}</form>"), **typed})


def test_of_two_who_take_a_task_the_first_has_it(finance):
    graca, hugo = client_of(finance.graca), client_of(finance.hugo)
    task = make(title="Call Ana", assignee=None, department=finance.finance, created_by=finance.caio, now=NOW)
    address, url = reverse("collaboration:task-assignment", args=[task.pk]), reverse("collaboration:work")
    seen_by_both = [client.get(url).content.decode() for client in (graca, hugo)]
    assert press(graca, seen_by_both[0], address).status_code == 302
    answer = press(hugo, seen_by_both[1], address)
    assert (answer.status_code, "Graça Okafor has taken this task." in answer.content.decode()) == (409, True)
    assert Task.objects.get().assignee == finance.graca
    assert press(graca, seen_by_both[0], address).status_code == 302  # twice by the same person is once


def test_of_two_who_take_a_conversation_the_first_has_it(finance):
    Conversation.objects.update(queue=finance.bills)
    graca, hugo = client_of(finance.graca), client_of(finance.hugo)
    url, address = (reverse(f"conversations:{name}", args=[finance.talk.pk]) for name in ("conversation", "assignment"))
    seen_by_both = [client.get(url, follow=True).content.decode() for client in (graca, hugo)]
    assert press(graca, seen_by_both[0], address, assignee=finance.graca.pk).status_code == 302
    answer = press(hugo, seen_by_both[1], address, assignee=finance.hugo.pk)
    assert answer.status_code == 409
    assert "Gra\\u00e7a Okafor got this conversation meanwhile." in answer["HX-Trigger"]
    assert Conversation.objects.get().assignee == finance.graca
    again = client_of(finance.hugo).get(url, follow=True).content.decode()
    assert press(hugo, again, address, assignee=finance.hugo.pk).status_code == 302  # who has seen it may
    assert Conversation.objects.get().assignee == finance.hugo


def test_of_two_who_accept_a_handoff_the_first_has_it(finance):
    handoff = offered(finance)
    address = reverse("collaboration:handoff-acceptance", args=[handoff.pk])
    assert client_of(finance.hugo).post(address).status_code == 302
    answer = client_of(finance.graca).post(address)
    assert (answer.status_code, "Hugo Lessa" in answer.content.decode()) == (409, True)
    assert Handoff.objects.get().accepted_by == finance.hugo


def test_of_two_who_decide_a_review_the_first_has_decided(finance):
    space = make_space()
    first, second = (moderator(space, name=name, email=f"{name}@pedralva.example") for name in ("Nadia", "Otto"))
    _post, review = held_post(make_topic(space))
    address, seen = reverse("community:approval", args=[review.pk]), seen_of(review)
    assert client_of(first).post(address, {"seen": seen}).status_code == 302
    answer = client_of(second).post(address, {"seen": seen})
    assert (answer.status_code, "Nadia" in answer.content.decode()) == (409, True)
    assert Review.objects.get().decided_by == first
