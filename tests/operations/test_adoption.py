"""Adoption: what is counted of the departments, and what the adoption lead does with it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from collaboration.adoption import accepted_at_first, handoff_flows, tasks_in_time
from collaboration.models import Handoff, Notification, Task
from conversations.adoption import customers_who_repeated, responses_in_time
from conversations.models import Conversation, Message
from engagement.keys import new_key
from engagement.operations.actions.adoption import (
    AdoptionRefused,
    add_champion,
    answer_objection,
    complete_training,
    count_adoption,
    create_training,
    mark_announcement_read,
    publish_announcement,
    raise_objection,
    record_win,
    reopen_objection,
    resolve_objection,
    share_win,
    tick_step,
    withdraw_announcement,
)
from engagement.operations.adoption_sources import Share
from engagement.operations.models import (
    AdoptionCount,
    Announcement,
    AnnouncementReceipt,
    Answer,
    Champion,
    Objection,
    Training,
)
from engagement.operations.selectors.adoption import Adoption
from engagement.village.models import AuditEntry, Department, Role
from tests.factories import make_channel, make_conversation, make_queue
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def nuno():
    return person("shepherd", email="nuno@pedralva.example", name="Nuno Abrantes")


@pytest.fixture
def graca():
    made = person("agent", email="graca@pedralva.example", name="Graça Okonkwo", language="pt-br")
    made.departments.add(department("finance"))
    return made


def department(slug: str) -> Department:
    return Department.objects.get(slug=slug)


def announce(nuno, now, *, departments=(), roles=(), **values) -> Announcement:
    values = {"title": "Handoffs carry the order number", "text": "From Monday on."} | values
    return publish_announcement(values=values, departments=departments, roles=roles, actor=nuno, now=now)


def handoff(giver: str, receiver: str, state: str, by, at, subject=None) -> Handoff:
    return Handoff.objects.create(
        subject_type="conversation",
        subject_id=subject or new_key(),
        summary="Please refund",
        from_department=department(giver),
        to_department=department(receiver),
        state=state,
        offered_by=by,
        offered_at=at,
        answered_by=by if state != "offered" else None,
        answered_at=at + timedelta(minutes=10) if state != "offered" else None,
        bounce_reason="no invoice number" if state == "bounced" else "",
    )


# What is counted


def test_an_empty_organization_says_what_to_do_first(nuno, now):
    page = client_of(nuno).get("/operations/adoption/").content.decode()
    assert "No open objections." in page
    assert "Nothing is announced." in page
    assert "No handoffs in this period." in page
    assert page.count("not invited") == 11


def test_somebody_who_worked_is_active_in_their_department(nuno, graca, now):
    AuditEntry.objects.create(at=now - DAY, actor=graca, actor_name="Graça", action="label.created", subject_type="x")
    count_adoption(now=now)
    page = Adoption(period="week", now=now)
    line = page.line_of(department("finance"))
    assert (page.active, line.active, line.staff) == (1, 1, 1)
    assert line.is_in


def test_who_tried_to_sign_in_and_who_left_are_not_active(nuno, graca, now):
    AuditEntry.objects.create(at=now - DAY, actor=nuno, actor_name="", action="sign_in.failed", subject_type="x")
    AuditEntry.objects.create(at=now - DAY, actor=graca, actor_name="", action="label.created", subject_type="x")
    graca.is_active = False
    graca.save()
    count_adoption(now=now)
    assert Adoption(period="week", now=now).active == 0


def test_counting_twice_a_day_keeps_one_row_for_each_period(now):
    count_adoption(now=now)
    count_adoption(now=now)
    assert sorted(AdoptionCount.objects.values_list("period", flat=True)) == ["month", "week"]


def test_a_source_that_fails_does_not_stop_the_others(now, monkeypatch):
    from django.db import DatabaseError

    from engagement.operations import adoption_sources as sources

    def broken(since, until):
        raise DatabaseError("away")

    monkeypatch.setitem(sources._rates, ("kept", "tasks"), sources.Rate("kept", "tasks", broken))
    monkeypatch.setitem(sources._rates, ("kept", "responses"), sources.Rate("kept", "r", lambda *_: Share(3, 4)))
    count_adoption(now=now)
    assert Adoption(period="week", now=now).rates["kept"].now == Share(3, 4)


def test_a_handoff_that_comes_back_is_not_accepted_at_first(nuno, now):
    again = new_key()
    handoff("customer-care", "finance", "bounced", nuno, now - timedelta(hours=5), again)
    handoff("customer-care", "finance", "accepted", nuno, now - timedelta(hours=4), again)
    handoff("customer-care", "finance", "accepted", nuno, now - timedelta(hours=3))
    handoff("customer-care", "finance", "offered", nuno, now - timedelta(hours=2))
    assert accepted_at_first(now - DAY, now) == Share(1, 3)


def test_the_map_says_who_gives_to_whom(nuno, graca, now):
    for state in ("accepted", "bounced", "bounced", "bounced"):
        handoff("customer-care", "finance", state, nuno, now - timedelta(hours=5))
    handoff("sales", "sales", "accepted", nuno, now - timedelta(hours=5))
    ((giver, receiver, given, accepted, returned),) = [
        (flow.giver, flow.receiver, flow.given, flow.accepted, flow.returned) for flow in handoff_flows(now - DAY, now)
    ]
    assert (giver, receiver) == (department("customer-care").pk, department("finance").pk)
    assert (given, accepted, returned) == (4, 1, 3)
    count_adoption(now=now)
    page = client_of(nuno).get("/operations/adoption/").content.decode()
    assert "Finance returns more than half of what it is given." in page
    assert "4 handoffs, 75% returned" in page


def test_a_task_is_kept_when_it_was_done_in_time(nuno, now):
    facts = {"assignee": nuno, "created_by": nuno, "created_at": now - 3 * DAY, "due_at": now - DAY}
    Task.objects.create(title="in time", state="done", done_at=now - 2 * DAY, **facts)
    Task.objects.create(title="late", state="done", done_at=now, **facts)
    Task.objects.create(title="open", **facts)
    Task.objects.create(title="canceled", state="cancelled", done_at=now, **facts)
    Task.objects.create(title="later", **(facts | {"due_at": now + DAY}))
    assert tasks_in_time(now - 2 * DAY, now) == Share(1, 3)


def write(conversation: Conversation, *, kind: str, at, text: str = "Here it is") -> Message:
    conversation.message_seq += 1
    conversation.save(update_fields=["message_seq"])
    return Message.objects.create(
        conversation=conversation, seq=conversation.message_seq, kind=kind, text=text, created_at=at
    )


@pytest.fixture
def desk(now):
    channel = make_channel()
    make_queue("desk", channels=(channel,), is_default=True, answer_within=60, department=department("customer-care"))
    return channel


def talk(desk, sender: str, at, text: str = "Where is my bicycle?") -> Conversation:
    conversation = make_conversation(desk, sender, received_at=at, text=text)
    conversation.messages.update(created_at=at)
    return conversation


def test_a_response_that_came_in_time_is_a_promise_kept(desk, now):
    kept, late, open_ = (talk(desk, f"c{number}@customer.example", now - 5 * DAY) for number in range(3))
    write(kept, kind="reply", at=now - 5 * DAY + timedelta(minutes=30))
    write(late, kind="reply", at=now - 5 * DAY + timedelta(minutes=90))
    assert responses_in_time(now - 7 * DAY, now) == Share(1, 3)
    Conversation.objects.filter(pk=open_.pk).update(status="resolved", resolved_at=now - 5 * DAY)
    assert responses_in_time(now - 7 * DAY, now) == Share(1, 2)


def test_two_messages_in_a_row_wait_for_one_response(desk, now):
    conversation = talk(desk, "ana@customer.example", now - 2 * DAY)
    write(conversation, kind="received", at=now - 2 * DAY + timedelta(minutes=5))
    write(conversation, kind="reply", at=now - 2 * DAY + timedelta(minutes=50))
    assert responses_in_time(now - 7 * DAY, now) == Share(1, 1)


@pytest.mark.parametrize(
    ("first", "second", "repeats"),
    [
        ("Order 9031277 is late", "Again: order 9031277 please", True),
        ("My CPF is 529.982.247-25", "CPF 52998224725", True),
        ("Write to ana.home@customer.example", "As I said: ANA.HOME@customer.example", True),
        ("Order 9031277 is late", "Order 9031278 too", False),
        ("It was on 2026-10-31", "I said 2026-10-31", False),
        ("It was on 31/10/2026", "I said 31/10/2026", False),
        ("Pedido 90312 parado", "E o pedido 90312?", True),
        ("I paid R$ 12.500", "12.500 it was", False),
        ("In 2026", "2026", False),
        ("Hello", "Hello again", False),
    ],
)
def test_a_customer_repeats_what_they_gave_before(desk, now, first, second, repeats):
    conversation = talk(desk, "ana@customer.example", now - 3 * DAY, first)
    write(conversation, kind="received", at=now - DAY, text=second)
    assert customers_who_repeated(now - 7 * DAY, now) == Share(int(repeats), 1)


def test_what_another_customer_said_and_what_is_older_than_a_month_is_no_repetition(desk, now):
    talk(desk, "rui@customer.example", now - 3 * DAY, "Order 9031277")
    talk(desk, "ana@customer.example", now - 40 * DAY, "Order 5550001")
    talk(desk, "ana@customer.example", now - 2 * DAY, "Order 9031277, and 5550001")
    assert customers_who_repeated(now - 7 * DAY, now) == Share(0, 2)


def test_an_address_that_the_profile_has_is_a_repetition(desk, now):
    conversation = talk(desk, "ana@customer.example", now - 3 * DAY, "Hello")
    conversation.profile.identities.update(valid_from=now - 10 * DAY)
    write(conversation, kind="received", at=now - DAY, text="My e-mail is ana@customer.example")
    assert customers_who_repeated(now - 7 * DAY, now) == Share(1, 1)


def test_a_message_that_is_nothing_but_digits_is_read_in_bounded_time(desk, now):
    conversation = talk(desk, "ana@customer.example", now - 3 * DAY, "1 2" * 200_000)
    write(conversation, kind="received", at=now - DAY, text="a@" * 200_000)
    started = timezone.now()
    assert customers_who_repeated(now - 7 * DAY, now).whole == 1
    assert timezone.now() - started < timedelta(seconds=2)


# Onboarding


def test_steps_are_measured_where_they_can_be(nuno, graca, now):
    handoff("finance", "sales", "accepted", nuno, now - DAY)
    add_champion(department=department("finance"), person=graca, actor=nuno, now=now)
    tick_step(department=department("finance"), step="kick-off", is_done=True, actor=nuno, now=now)
    count_adoption(now=now)
    line = Adoption(period="week", now=now).line_of(department("finance"))
    done = {one.step.name for one in line.steps if one.is_done}
    assert done == {"people", "champion", "kick-off", "first-handoff"}
    assert line.dots == "●●●●○○○"


def test_everybody_is_trained_when_the_last_one_is(nuno, graca, now):
    celina = person("benefactor", email="celina@pedralva.example")
    celina.departments.add(department("finance"))
    training = create_training(
        values={"title": "How to hand over"}, departments=[department("finance")], roles=[], actor=nuno, now=now
    )

    def is_trained() -> bool:
        line = Adoption(period="week", now=now).line_of(department("finance"))
        return next(one.is_done for one in line.steps if one.step.name == "trained")

    complete_training(training=training, person=graca, now=now)
    assert not is_trained()
    complete_training(training=training, person=celina, now=now)
    assert is_trained()


def test_a_measured_step_is_not_ticked_by_hand(nuno, now):
    with pytest.raises(AdoptionRefused):
        tick_step(department=department("finance"), step="first-handoff", is_done=True, actor=nuno, now=now)
    client_of(nuno).post("/operations/adoption/departments/finance/steps/", {"step": "kick-off", "done": "1"})
    page = client_of(nuno).get("/operations/adoption/departments/finance/").content.decode()
    assert "Marked by Nuno Abrantes" in page
    client_of(nuno).post("/operations/adoption/departments/finance/steps/", {"step": "kick-off", "done": "0"})
    actions = AuditEntry.objects.filter(action__startswith="adoption.step").order_by("key")
    assert [entry.action for entry in actions] == ["adoption.step_done", "adoption.step_undone"]


def test_a_champion_works_in_the_department(nuno, graca, now):
    with pytest.raises(AdoptionRefused):
        add_champion(department=department("sales"), person=graca, actor=nuno, now=now)
    client = client_of(nuno)
    answer = client.post("/operations/adoption/departments/sales/champions/", {"person": str(graca.pk)})
    assert answer.status_code == 422
    client.post("/operations/adoption/departments/finance/champions/", {"person": str(graca.pk)})
    assert Champion.objects.get().person == graca
    client.post("/operations/adoption/departments/finance/champions/", {"remove": str(graca.pk)})
    assert not Champion.objects.exists()


def test_a_department_without_a_champion_asks_one_of_its_people(nuno, graca, now):
    client = client_of(nuno)
    assert "Ask Graça" in client.get("/operations/adoption/").content.decode()
    for _time in range(2):
        client.post("/operations/adoption/departments/finance/asks/")
    task = Task.objects.get()
    assert (task.assignee, task.title) == (graca, "Ser o ponto focal de Finanças")


def test_a_department_without_people_asks_who_may_invite(nuno, now):
    ivo = person("administrator", email="ivo@pedralva.example", name="Ivo Sandoval")
    page = client_of(nuno).get("/operations/adoption/departments/legal/").content.decode()
    assert "Ask Ivo to invite somebody" in page
    client_of(nuno).post("/operations/adoption/departments/legal/asks/")
    assert Task.objects.get().assignee == ivo


# Announcements


def test_an_announcement_reaches_its_audience_and_nobody_else(nuno, graca, now):
    dagmar = person("merchant", email="dagmar@pedralva.example")
    announcement = announce(nuno, now, departments=[department("finance")])
    assert announcement.title in client_of(graca).get("/").content.decode()
    assert announcement.title not in client_of(dagmar).get("/").content.decode()
    assert client_of(dagmar).get(f"/operations/adoption/announcements/{announcement.pk}/").status_code == 404
    assert [one.person for one in Notification.objects.all()] == [graca]


def test_an_announcement_to_a_role_reaches_who_has_it(nuno, graca, now):
    dagmar = person("merchant", email="dagmar@pedralva.example")
    announce(nuno, now, roles=[Role.objects.get(slug="merchant")], departments=[department("legal")])
    assert [one.person for one in Notification.objects.all()] == [dagmar]


def test_markup_in_an_announcement_is_text(nuno, graca, now):
    announcement = announce(nuno, now, title="<img src=x onerror=alert(1)>", text="<script>alert(1)</script>\n\nTwo")
    for path in ("/", "/operations/adoption/mine/", f"/operations/adoption/announcements/{announcement.pk}/"):
        page = client_of(graca).get(path).content.decode()
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "&lt;img src=x" in page


def test_a_text_in_one_language_is_read_in_the_other(nuno, now):
    announcement = announce(
        nuno, now, title="", title_pt="Repasse leva o número do pedido", text="", text_pt="Segunda."
    )
    with translation.override("en"):
        assert (str(announcement), announcement.body) == ("Repasse leva o número do pedido", "Segunda.")


def test_reading_leaves_one_receipt_however_often_it_is_pressed(nuno, graca, now):
    announcement = announce(nuno, now)
    client = client_of(graca)
    for _time in range(2):
        client.post(f"/operations/adoption/announcements/{announcement.pk}/receipt/", {"back": "home"})
    assert AnnouncementReceipt.objects.filter(announcement=announcement).count() == 1
    assert announcement.title not in client.get("/").content.decode()
    page = client_of(nuno).get(f"/operations/adoption/announcements/{announcement.pk}/").content.decode()
    assert "1 of 2 read" in page


@pytest.mark.django_db(transaction=True)
def test_two_receipts_at_once_are_one(nuno, graca, now):
    announcement = announce(nuno, now)

    def read(_number: int) -> None:
        mark_announcement_read(announcement=announcement, person=graca, now=now)
        connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, range(8)))
    assert AnnouncementReceipt.objects.count() == 1


def test_what_is_over_or_withdrawn_is_shown_no_longer(nuno, graca, now):
    over = announce(nuno, now - 3 * DAY, title="Over", ends_at=now - DAY)
    gone = announce(nuno, now, title="Gone")
    withdraw_announcement(announcement=gone, actor=nuno, now=now)
    page = client_of(graca).get("/operations/adoption/mine/").content.decode()
    assert over.title not in page
    assert gone.title not in page
    assert client_of(graca).get(f"/operations/adoption/announcements/{gone.pk}/").status_code == 404


def test_the_form_of_an_announcement_says_what_is_missing_and_loses_nothing(nuno, now):
    answer = client_of(nuno).post(
        "/operations/adoption/announcements/new/", {"text": "Keep this", "ends_on": "2020-01-01"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Enter a title in at least one language." in page
    assert "Choose an end in the future." in page
    assert "Keep this" in page


def test_a_correction_keeps_the_receipts(nuno, graca, now):
    announcement = announce(nuno, now)
    mark_announcement_read(announcement=announcement, person=graca, now=now)
    path = f"/operations/adoption/announcements/{announcement.pk}/edit/"
    answer = client_of(nuno).post(path, {"title": "Handoffs carry the invoice number", "text": "From Monday on."})
    assert answer.status_code == 302
    announcement.refresh_from_db()
    assert announcement.title == "Handoffs carry the invoice number"
    assert announcement.receipts.count() == 1


# Objections and wins


def test_an_objection_is_answered_resolved_and_reopened(nuno, graca, now):
    Answer.objects.create(
        item="collaboration.handoffs-stay", day=now.date(), at=now, outcome="fail", figure=58, threshold=15, rows=12
    )
    client = client_of(nuno)
    answer = client.post(
        "/operations/adoption/objections/new/",
        {
            "department": str(department("finance").pk),
            "text": "handoffs arrive without the invoice number",
            "metric": "collaboration.handoffs-stay",
        },
    )
    objection = Objection.objects.get()
    assert answer["Location"] == f"/operations/adoption/objections/{objection.pk}/"
    assert objection.figure == 58
    with pytest.raises(AdoptionRefused):
        resolve_objection(objection=objection, actor=nuno, now=now)
    client.post(f"{answer['Location']}answer/", {"answer": "It is a required field from Monday on."})
    resolve_objection(objection=objection, actor=nuno, now=now)
    with pytest.raises(AdoptionRefused):
        answer_objection(objection=objection, answer="More", actor=nuno, now=now)
    reopened = reopen_objection(objection=objection, actor=nuno, now=now)
    assert (reopened.state, reopened.answer) == ("open", "It is a required field from Monday on.")
    Answer.objects.update(figure=12)
    page = client.get(answer["Location"]).content.decode()
    assert "<b>58%</b>" in page
    assert "now 12%" in page


def test_an_answer_that_somebody_else_gave_meanwhile_is_not_overwritten(nuno, now):
    objection = raise_objection(department=department("finance"), text="Too slow", actor=nuno, now=now)
    client = client_of(nuno)
    shown = client.get(f"/operations/adoption/objections/{objection.pk}/").context["form"]
    seen = shown.present_values
    answer_objection(objection=objection, answer="The first answer", actor=nuno, now=now)
    answer = client.post(
        f"/operations/adoption/objections/{objection.pk}/answer/", {"answer": "Mine", "seen_values": seen}
    )
    assert answer.status_code == 422
    objection.refresh_from_db()
    assert objection.answer == "The first answer"


def test_a_win_is_shared_once_with_its_frozen_figure(nuno, graca, now):
    Answer.objects.create(
        item="conversation.reopened", day=now.date(), at=now, outcome="pass", figure=4, threshold=15, rows=90
    )
    win = record_win(
        values={"title": "Fewer reopened", "story": "Care writes the next step.", "metric": "conversation.reopened"},
        department=department("customer-care"),
        actor=nuno,
        now=now,
    )
    assert win.figure == 4
    first = share_win(win=win, actor=nuno, now=now)
    assert share_win(win=win, actor=nuno, now=now) == first
    assert Announcement.objects.count() == 1
    Answer.objects.update(figure=9)
    page = client_of(graca).get(f"/operations/adoption/announcements/{first.pk}/").content.decode()
    assert "<b>4%</b>" in page


# Training


def test_a_person_does_their_training_and_is_counted(nuno, graca, now):
    client_of(nuno).post(
        "/operations/adoption/training/new/", {"title": "How to hand over", "departments": [department("finance").pk]}
    )
    training = Training.objects.get()
    client = client_of(graca)
    assert "How to hand over" in client.get("/").content.decode()
    for _time in range(2):
        client.post(f"/operations/adoption/training/{training.pk}/completion/", {"done": "1"})
    assert training.completions.count() == 1
    assert "How to hand over" not in client.get("/").content.decode()
    assert "1 of 1 done" in client_of(nuno).get("/operations/adoption/").content.decode()
    client.post(f"/operations/adoption/training/{training.pk}/completion/", {"done": "0"})
    assert training.completions.count() == 0


def test_training_of_others_is_not_done_for_them(nuno, graca, now):
    training = create_training(
        values={"title": "Deals"}, departments=[department("sales")], roles=[], actor=nuno, now=now
    )
    answer = client_of(graca).post(f"/operations/adoption/training/{training.pk}/completion/")
    assert answer.status_code == 404
    assert training.completions.count() == 0


# The page


def test_an_unknown_period_is_refused(nuno):
    assert client_of(nuno).get("/operations/adoption/?period=year").status_code == 400


def test_the_page_is_read_in_portuguese(now):
    nuno = person("shepherd", email="nuno@pedralva.example", language="pt-br")
    page = client_of(nuno).get("/operations/adoption/?period=month").content.decode()
    assert "Adoção" in page
    assert "Nenhuma objeção em aberto." in page


def test_the_home_of_the_adoption_lead_shows_what_waits(nuno, graca, now):
    raise_objection(department=department("finance"), text="no invoice number", actor=nuno, now=now)
    announce(nuno, now, title="New: training")
    page = client_of(nuno).get("/").content.decode()
    assert "Finance: “no invoice number”" in page
    assert "0 of 2 read" in page
    assert "10 are not in yet" in page


@pytest.mark.parametrize("path", ["/operations/adoption/", "/operations/adoption/departments/finance/", "/"])
def test_a_page_takes_the_same_queries_for_few_and_many(path, nuno, graca, now):
    client = client_of(nuno)
    count_adoption(now=now)

    def fill(number: int) -> None:
        for _time in range(number):
            raise_objection(department=department("finance"), text="no invoice number", actor=nuno, now=now)
            record_win(values={"title": "Won"}, department=department("finance"), actor=nuno, now=now)
            announce(nuno, now, departments=[department("finance")])
            create_training(values={"title": "Learn"}, departments=[], roles=[], actor=nuno, now=now)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    fill(3)
    client.get(path)
    few = queries()
    fill(27)
    for number in range(10):
        person("agent", email=f"more{number}@pedralva.example").departments.add(department("finance"))
    assert queries() == few


def test_what_was_stored_of_a_department_that_is_gone_is_left_out(nuno, now):
    AdoptionCount.objects.create(
        period="week",
        day=now.date(),
        counted_at=now,
        figures={
            "active": 3,
            "flows": [[str(new_key()), str(department("sales").pk), 2, 1, 1]],
            "did": {"x": [["y", 1, None]]},
        },
    )
    assert client_of(nuno).get("/operations/adoption/").status_code == 200


def test_a_conversation_of_a_department_is_its_first(desk, graca, now):
    conversation = talk(desk, "ana@customer.example", now - DAY)
    message = write(conversation, kind="reply", at=now - timedelta(hours=2))
    Message.objects.filter(pk=message.pk).update(author=graca, department=department("finance"))
    count_adoption(now=now)
    line = Adoption(period="week", now=now).line_of(department("finance"))
    assert line.did == ["1 reply"]
    assert "first-conversation" in {one.step.name for one in line.steps if one.is_done}
    assert line.active == 1
