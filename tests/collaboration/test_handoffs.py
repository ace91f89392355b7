"""Handoffs: offered with a summary, taken by one, or sent back with a reason; measured; told to those concerned."""

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from guardian.shortcuts import assign_perm, remove_perm

from collaboration import handoffs
from collaboration.actions.coordinate import coordinate
from collaboration.handoffs.offering import find_round
from collaboration.handoffs.watching import watch_offers
from collaboration.models import Coordination, Handoff, Notification, Task
from conversations.actions.assign import move
from conversations.actions.hand_over import SUBJECT, hand_over
from conversations.actions.status import resolve
from conversations.models import Conversation, Message
from conversations.selectors.open_now import open_now, there_is
from engagement.events import relay
from engagement.events.models import OutboxEvent
from engagement.village.models import Department
from tests.collaboration.handing import offered, village
from tests.collaboration.test_approvals import together
from tests.factories import NOW, make_queue, minutes
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return village()


def facts(handoff):
    return Handoff.objects.values().get(pk=handoff.pk)


def lines(talk):
    rows = Message.objects.filter(conversation=talk, kind="event").order_by("seq")
    return [row.detail["event"] for row in rows]


def told(person_):
    return list(Notification.objects.filter(person=person_).order_by("key").values_list("kind", "title"))


def test_an_offer_leaves_the_conversation_where_it_is_and_tells_the_department_in_its_language(place):
    handoff = offered(place)
    talk = Conversation.objects.get()
    assert (talk.queue, talk.assignee) == (place.desk, None)
    assert lines(talk) == ["handoff_offered"]
    assert (handoff.from_department, handoff.to_department) == (place.care, place.finance)
    assert ["Subject", "Charged twice"] in handoff.facts
    relay.run_pending(now=NOW + minutes(10_000))
    assert told(place.graca) == [("handoff.offered", "Caio Brandt passa adiante: Ana Prado: Charged twice")]
    assert told(place.hugo) == [("handoff.offered", "Caio Brandt hands over: Ana Prado: Charged twice")]
    assert told(place.caio) == []


def test_whoever_takes_it_has_the_conversation_and_the_time_is_measured(place):
    handoff = offered(place)
    handoffs.accept(handoff_id=handoff.pk, actor=place.graca, now=NOW + minutes(41))
    handoffs.accept(handoff_id=handoff.pk, actor=place.graca, now=NOW + minutes(50))
    talk = Conversation.objects.get()
    assert (talk.queue, talk.assignee) == (place.bills, place.graca)
    assert facts(handoff)["accepted_by_id"] == place.graca.pk
    assert Handoff.objects.get().waited == minutes(41)
    assert lines(talk) == ["handoff_offered", "handoff_accepted"]
    relay.run_pending(now=NOW + minutes(10_000))
    assert told(place.caio) == [
        ("handoff.accepted", "Graça Okafor took what you handed over: Ana Prado: Charged twice")
    ]


def test_a_department_where_nobody_is_told_is_refused_with_who_can_be_asked(place):
    boss = person("administrator", email="ivo@pedralva.example", name="Ivo Sandoval")
    for one in (place.graca, place.hugo):
        one.is_active = False
        one.save()
    with pytest.raises(handoffs.NobodyThere, match=r"Nobody in Finance can take it.*ask Ivo Sandoval"):
        offered(place)
    page = client_of(place.caio).get(f"/inbox/{place.talk.pk}/handoff/").content.decode()
    assert "Finance: Bills (nobody there)" in page
    sent = {"queue": str(place.bills.pk), "summary": "Mine no more"}
    answer = client_of(place.caio).post(f"/inbox/{place.talk.pk}/handoff/", sent)
    assert (answer.status_code, Handoff.objects.count()) == (422, 0)
    assert "Mine no more</textarea>" in answer.content.decode()
    assert boss.is_active


def test_people_of_a_department_who_may_not_take_it_do_not_count(place):
    for one in (place.graca, place.hugo):
        remove_perm("conversations.work_queue", one, place.bills)
    with pytest.raises(handoffs.NobodyThere):
        offered(place)
    place.graca.groups.clear()
    assign_perm("conversations.work_queue", place.graca, place.bills)
    with pytest.raises(handoffs.NobodyThere):
        offered(place)


def send_back(place, times):
    for number in range(times):
        handoff = offered(place, now=NOW + minutes(number))
        handoffs.bounce(handoff_id=handoff.pk, actor=place.graca, reason="Not ours", now=NOW + minutes(number))


def test_going_round_in_a_circle_is_noticed_and_somebody_is_asked_to_decide(place):
    boss = person("administrator", email="ivo@pedralva.example", name="Ivo Sandoval", language="pt-br")
    send_back(place, 2)
    client = client_of(place.caio)
    sent = {"queue": str(place.bills.pk), "summary": "Still not mine", "again": ""}
    answer = client.post(f"/inbox/{place.talk.pk}/handoff/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "It went between Customer care and Finance 2 times already." in page
    assert "Ivo Sandoval gets a task to decide who deals with it." in page
    assert 'type="checkbox" name="again"' in page
    assert Handoff.objects.offered().count() == 0
    assert client.post(f"/inbox/{place.talk.pk}/handoff/", sent | {"again": "on"}).status_code == 302
    assert Handoff.objects.offered().count() == 1
    task = Task.objects.get()
    assert (task.assignee, task.subject_id) == (boss, place.talk.pk)
    assert task.title == "Decida quem cuida disto: Ana Prado: Charged twice"


def test_a_round_through_three_departments_is_noticed_before_the_next_one(place):
    boss = person("administrator", email="ivo@pedralva.example", name="Ivo Sandoval")
    sales = Department.objects.get(slug="sales")
    care, finance = place.desk.department, place.bills.department

    def took(origin, to, number):
        facts = {"offered_at": NOW + minutes(number), "answered_at": NOW + minutes(number), "state": "accepted"}
        people = {"offered_by": place.caio, "answered_by": place.graca}
        subject = {"subject_type": SUBJECT, "subject_id": place.talk.pk}
        Handoff.objects.create(from_department=origin, to_department=to, summary="x", **facts, **people, **subject)

    took(care, finance, 1)
    took(finance, sales, 2)
    assert find_round(Handoff.objects.all(), sales, care) == [], "it comes back for the first time"
    took(sales, care, 3)
    assert find_round(Handoff.objects.all(), care, Department.objects.get(slug="legal")) == [], "a new one"
    with pytest.raises(handoffs.GoesInCircles, match="It went round: Customer care → Finance → Sales → Customer care"):
        offered(place)
    client = client_of(place.caio)
    sent = {"queue": str(place.bills.pk), "summary": "Once more", "again": "on"}
    assert client.post(f"/inbox/{place.talk.pk}/handoff/", sent).status_code == 302
    task = Task.objects.get()
    assert (task.assignee, task.text) == (boss, "It went round: Customer care → Finance → Sales → Customer care.")


def test_the_coordinator_is_asked_first_and_a_withdrawn_offer_is_no_turn(place):
    person("administrator", email="ivo@pedralva.example")
    coordinate(profile=place.talk.profile, person=place.hugo, now=NOW)
    for number in range(3):
        handoff = offered(place, now=NOW + minutes(number))
        handoffs.withdraw(handoff_id=handoff.pk, actor=place.caio, now=NOW + minutes(number))
    send_back(place, 2)
    with pytest.raises(handoffs.GoesInCircles) as noticed:
        offered(place)
    assert (noticed.value.times, noticed.value.arbiter) == (2, place.hugo)


def test_it_goes_back_with_a_reason_and_stays_with_the_sender(place):
    handoff = offered(place)
    with pytest.raises(handoffs.MissingReason):
        handoffs.bounce(handoff_id=handoff.pk, actor=place.graca, reason=" ", now=NOW)
    assert facts(handoff)["state"] == "offered"
    handoffs.bounce(handoff_id=handoff.pk, actor=place.graca, reason="No order number", now=NOW + minutes(5))
    talk = Conversation.objects.get()
    assert (talk.queue, talk.assignee) == (place.desk, None)
    assert (facts(handoff)["state"], facts(handoff)["bounce_reason"]) == ("bounced", "No order number")
    relay.run_pending(now=NOW + minutes(10_000))
    assert told(place.caio)[0][0] == "handoff.bounced"
    assert Notification.objects.get(person=place.caio).text == "No order number"
    with pytest.raises(handoffs.AlreadyAnswered, match="Graça Okafor"):
        handoffs.accept(handoff_id=handoff.pk, actor=place.hugo, now=NOW + minutes(6))


def test_an_offer_needs_a_summary_another_queue_and_a_department(place):
    homeless = make_queue("homeless")
    for queue, summary in ((place.bills, "  "), (place.desk, "Look"), (homeless, "Look")):
        with pytest.raises(handoffs.HandoffRefused):
            hand_over(conversation=place.talk, queue=queue, summary=summary, actor=place.caio, now=NOW)
    assert (Handoff.objects.count(), lines(place.talk)) == (0, [])


def test_it_is_offered_once_at_a_time_and_can_be_withdrawn(place):
    handoff = offered(place)
    with pytest.raises(handoffs.AlreadyOffered):
        offered(place)
    with pytest.raises(handoffs.HandoffRefused):
        handoffs.withdraw(handoff_id=handoff.pk, actor=place.graca, now=NOW)
    handoffs.withdraw(handoff_id=handoff.pk, actor=place.caio, now=NOW)
    assert offered(place).is_offered


def test_only_the_department_that_it_was_offered_to_answers_and_with_access_to_the_queue(place):
    handoff = offered(place)
    for act in (handoffs.accept, lambda **given: handoffs.bounce(reason="no", **given)):
        with pytest.raises(handoffs.NotForYou):
            act(handoff_id=handoff.pk, actor=place.caio, now=NOW)
    blind = person("agent", email="blind@pedralva.example", name="Bia Blind")
    blind.departments.set([place.finance])
    with pytest.raises(handoffs.HandoffRefused, match="Bia Blind"):
        handoffs.accept(handoff_id=handoff.pk, actor=blind, now=NOW)
    assert facts(handoff)["state"] == "offered"
    assert Conversation.objects.get().queue == place.desk


def test_resolving_the_conversation_completes_what_was_taken(place):
    handoff = offered(place)
    handoffs.accept(handoff_id=handoff.pk, actor=place.graca, now=NOW + minutes(10))
    resolve(conversation=place.talk, actor=place.graca, now=NOW + minutes(70))
    relay.run_pending(now=NOW + minutes(10_000))
    done = Handoff.objects.get()
    assert (done.state, done.worked) == ("completed", minutes(60))
    assert OutboxEvent.objects.filter(status="dead").count() == 0


def test_three_departments_ask_for_a_coordinator_until_there_is_one(place):
    handoffs.accept(handoff_id=offered(place).pk, actor=place.graca, now=NOW)
    talk = Conversation.objects.select_related("profile", "queue").get()
    assert not open_now(talk, place.graca, there_is(talk)).wants_coordinator
    product = place.desk.department.__class__.objects.get(slug="product")
    workshop = make_queue("workshop", department=product)
    move(conversation=talk, queue=workshop, actor=place.graca, now=NOW)
    talk = Conversation.objects.select_related("profile", "queue").get()
    assert [str(one) for one in open_now(talk, place.graca, there_is(talk)).departments] == [
        "Customer care",
        "Finance",
        "Product",
    ]
    assert open_now(talk, place.graca, there_is(talk)).wants_coordinator
    for _ in range(2):
        coordinate(profile=talk.profile, person=place.graca, now=NOW)
    assert not open_now(talk, place.graca, there_is(talk)).wants_coordinator
    coordinate(profile=talk.profile, person=place.hugo, now=NOW)
    assert list(Coordination.objects.filter(until=None).values_list("person", flat=True)) == [place.hugo.pk]
    assert Coordination.objects.count() == 2


# Pages


def test_from_the_inbox_to_the_other_department_s_hands(place):
    care, finance = client_of(place.caio), client_of(place.graca)
    form_url = reverse("conversations:handoff", args=[place.talk.pk])
    assert "Finance: Bills" in care.get(form_url).content.decode()
    refused = care.post(form_url, {"queue": place.bills.pk, "summary": ""})
    assert refused.status_code == 422
    assert Handoff.objects.count() == 0
    sent = care.post(form_url, {"queue": place.bills.pk, "summary": "<script>alert(1)</script> wants 40 back"})
    assert sent.status_code == 302
    thread = care.get(reverse("conversations:thread", args=["all", place.talk.pk])).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; wants 40 back" in thread
    assert "<script>alert(1)" not in thread
    assert finance.get(reverse("conversations:conversation", args=[place.talk.pk])).status_code == 404
    work = finance.get(reverse("collaboration:work")).content.decode()
    assert "De Atendimento ao cliente: Ana Prado: Charged twice" in work
    handoff = Handoff.objects.get()
    page = finance.get(reverse("collaboration:handoff", args=[handoff.pk])).content.decode()
    assert "Where is my order?" in page
    assert reverse("profiles:profile", args=[handoff.profile_id]) in page
    taken = finance.post(reverse("collaboration:handoff-acceptance", args=[handoff.pk]))
    assert taken.url == reverse("conversations:conversation", args=[place.talk.pk])
    assert "assumiu por <b>Finanças</b>" in finance.get(taken.url, follow=True).content.decode()
    late = client_of(place.hugo).post(reverse("collaboration:handoff-acceptance", args=[handoff.pk]))
    assert late.status_code == 409
    assert "Graça Okafor has taken it already." in late.content.decode()


def test_whoever_has_nothing_to_do_with_it_does_not_find_it(place):
    handoff = offered(place)
    other = client_of(person("agent", email="other@pedralva.example"))
    for name in ("handoff-acceptance", "handoff-refusal", "handoff-withdrawal"):
        assert other.post(reverse(f"collaboration:{name}", args=[handoff.pk]), {"reason": "x"}).status_code == 404
    assert other.get(reverse("collaboration:handoff", args=[handoff.pk])).status_code == 404
    assert facts(handoff)["state"] == "offered"


def test_the_thread_says_it_in_the_reader_s_language(place):
    handoffs.bounce(handoff_id=offered(place).pk, actor=place.graca, reason="Sem número", now=NOW + minutes(5))
    place.caio.language = "pt-br"
    place.caio.save()
    with translation.override("pt-br"):
        page = client_of(place.caio).get(reverse("conversations:thread", args=["all", place.talk.pk])).content.decode()
    assert "devolveu de <b>Finanças</b>, depois de 5 min: “Sem número”" in page


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_has_it():
    place = village()
    for _ in range(3):
        handoff = offered(place, again=True)
        results = together(
            *(
                lambda who=who: handoffs.accept(handoff_id=handoff.pk, actor=who, now=NOW + minutes(1))  # noqa: B023
                for who in (place.graca, place.hugo)
            )
        )
        lost = [result for result in results if isinstance(result, handoffs.AlreadyAnswered)]
        assert len(lost) == 1
        taken = Handoff.objects.get(pk=handoff.pk)
        assert lost[0].by == taken.accepted_by
        assert Conversation.objects.get().assignee == taken.accepted_by
        Conversation.objects.update(queue=place.desk, assignee=None, version=F("version") + 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_offer_it_at_once_one_offers_it():
    place = village()
    results = together(lambda: offered(place), lambda: offered(place))
    assert sorted(type(result).__name__ for result in results) == ["AlreadyOffered", "Handoff"]


def test_an_offer_that_nobody_can_take_any_more_is_told_once_to_whoever_made_it(place):
    handoff = offered(place)
    assert watch_offers(now=NOW) == 0
    place.hugo.departments.clear()
    assert watch_offers(now=NOW) == 0  # Graça is there
    place.graca.is_active = False
    place.graca.save()
    assert watch_offers(now=NOW) == 1
    assert watch_offers(now=NOW) == 0
    task = Task.objects.get()
    assert (task.assignee, task.subject_id) == (place.caio, place.talk.pk)
    assert task.title == "Nobody in Finance can take over: Ana Prado: Charged twice"
    relay.run_pending(now=NOW + minutes(10_000))
    assert ("task.assigned", f"You have a task: {task.title}") in told(place.caio)
    handoffs.withdraw(handoff_id=handoff.pk, actor=place.caio, now=NOW)
    Task.objects.all().delete()
    assert watch_offers(now=NOW) == 0


def test_an_offer_of_somebody_who_left_to_an_empty_department_goes_to_an_administrator(place):
    offered(place)
    chief = person("administrator", email="ivo@pedralva.example", name="Ivo Sandoval", language="pt-br")
    for one in (place.caio, place.graca, place.hugo):
        one.is_active = False
        one.save()
    assert watch_offers(now=NOW) == 1
    task = Task.objects.get()
    assert task.assignee == chief
    assert task.title.startswith("Ninguém em Finanças pode assumir:")
