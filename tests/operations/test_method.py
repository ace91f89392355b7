"""The models of the method: the catalog of use cases, workshops by phone, value cases with a frozen figure."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from engagement.operations import adoption_sources as sources
from engagement.operations.actions.method import (
    MethodRefused,
    close_workshop,
    join_workshop,
    open_workshop,
    plan_use_case,
    score,
)
from engagement.operations.actions.value import write_value
from engagement.operations.checklist import registered
from engagement.operations.models import (
    AdoptionCount,
    Answer,
    UseCasePlan,
    ValueEntry,
    Workshop,
    WorkshopParticipant,
    WorkshopScore,
)
from engagement.operations.models.workshop import MAX_PARTICIPANTS
from engagement.operations.selectors.method import CatalogPage, spread_of
from engagement.operations.use_cases import catalog
from engagement.village.models import AuditEntry, Department
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def rui():
    return person("architect", email="rui@pedralva.example", name="Rui Takahashi")


@pytest.fixture
def bruna():
    return person("visionary", email="bruna@pedralva.example", name="Bruna Koch")


# The catalog


def test_the_catalog_is_whole():
    groups = {one.code for one in catalog().capabilities}
    checks = {item.name for item in registered()}
    measures = {measure.name for measure in sources.measures()}
    cases = catalog().use_cases
    assert len(cases) == 80
    assert len({case.code for case in cases}) == 80
    assert {case.department for case in cases} == set(Department.objects.values_list("slug", flat=True))
    assert {case.capability for case in cases} <= groups
    assert {case.check for case in cases} - {""} <= checks
    assert {case.measure for case in cases} - {""} <= measures
    assert {name for one in catalog().capabilities for name in one.checks} <= checks
    assert all(case.name and case.name_pt and case.name != case.name_pt for case in cases)


def line_of(code: str, now):
    return next(line for line in CatalogPage(now=now).lines if line.use_case.code == code)


def test_a_use_case_is_adopted_by_what_the_department_did(now):
    sales = Department.objects.get(slug="sales")
    assert not line_of("sales.receive-handoffs", now).is_adopted
    figures = {"did": {str(sales.pk): [["collaboration.handoffs", 12, 10.0]]}}
    AdoptionCount.objects.create(period="month", day=now.date(), counted_at=now, figures=figures)
    line = line_of("sales.receive-handoffs", now)
    assert (line.is_adopted, line.count) == (True, 12)
    assert not line_of("finance.receive-refunds", now).is_adopted


@pytest.mark.parametrize(("outcome", "is_adopted"), [("pass", True), ("fail", False), ("insufficient", False)])
def test_a_use_case_is_adopted_when_its_check_passes(outcome, is_adopted, now):
    facts = {"day": timezone.localtime(now).date(), "at": now, "figure": 1, "threshold": 1, "rows": 9}
    Answer.objects.create(item="campaign.deals", outcome=outcome, **facts)
    assert line_of("sales.hold-marketing", now).is_adopted is is_adopted


def test_what_nothing_measures_is_marked_by_hand_and_what_is_measured_is_not(rui, now):
    client = client_of(rui)
    by_hand, measured = "sales.keep-deals-on-profile", "sales.hold-marketing"
    client.post(f"/operations/use-cases/{by_hand}/", {"is_adopted": "on", "target_date": "2027-03-01"})
    client.post(f"/operations/use-cases/{measured}/", {"is_adopted": "on", "target_date": ""})
    assert line_of(by_hand, now).is_adopted
    assert not line_of(measured, now).is_adopted
    assert UseCasePlan.objects.get(pk=by_hand).target_date == date(2027, 3, 1)
    assert AuditEntry.objects.filter(action="use_case.planned").count() == 2


def test_a_target_date_that_is_over_is_shown(rui, now):
    case = catalog().use_case("sales.nurture-segment")
    plan_use_case(use_case=case, is_adopted=False, target_date=date(2020, 1, 1), actor=rui, now=now)
    assert line_of(case.code, now).is_late(now.date())
    page = client_of(rui).get("/operations/use-cases/").content.decode()
    assert '<span class="down">' in page


def test_a_use_case_that_somebody_else_planned_meanwhile_is_not_overwritten(rui, bruna, now):
    case = catalog().use_case("sales.nurture-segment")
    client = client_of(rui)
    seen = client.get(f"/operations/use-cases/{case.code}/").context["form"].present_values
    plan_use_case(use_case=case, is_adopted=True, target_date=date(2027, 1, 1), actor=bruna, now=now)
    answer = client.post(f"/operations/use-cases/{case.code}/", {"target_date": "2028-01-01", "seen_values": seen})
    assert answer.status_code == 422
    assert UseCasePlan.objects.get(pk=case.code).target_date == date(2027, 1, 1)


def test_the_catalog_is_read_in_portuguese(now):
    reader = person("benefactor", email="celina@pedralva.example", language="pt-br")
    page = client_of(reader).get("/operations/use-cases/").content.decode()
    assert "Enviar campanhas para segmentos" in page
    assert "Casos de uso" in page


def test_an_unknown_use_case_is_not_found(rui):
    assert client_of(rui).get("/operations/use-cases/sales.nothing/").status_code == 404


# Workshops


@pytest.fixture
def workshop(rui, now):
    return open_workshop(title="Where are we?", agenda="half-day", actor=rui, now=now)


def phone(workshop: Workshop, name: str) -> Client:
    client = Client()
    answer = client.post("/operations/workshops/join/", {"code": workshop.code.lower(), "name": name})
    assert answer["Location"] == "/operations/workshops/join/scores/"
    return client


def test_three_phones_score_and_the_page_on_the_wall_shows_the_spread(workshop, rui, now):
    for name, level in (("Ana", 1), ("Rui", 4), ("Bia", 4)):
        client = phone(workshop, name)
        client.post("/operations/workshops/join/scores/", {"conversation-govern": str(level)})
    page = client_of(rui).get(f"/operations/workshops/{workshop.pk}/").content.decode()
    assert "Ana, Rui, Bia" in page
    line = spread_of(workshop=workshop, now=now).lines[0]
    assert (line.people, line.spread, line.mean) == (3, 3, 3.0)
    assert "Talk first about: Conversation · Govern." in page
    part = client_of(rui).get(
        f"/operations/workshops/{workshop.pk}/", headers={"HX-Request": "true", "HX-Target": "spread"}
    )
    assert "<html" not in part.content.decode()


def test_a_phone_that_scores_again_replaces_its_scores(workshop):
    client = phone(workshop, "Ana")
    for level in ("1", "3"):
        client.post("/operations/workshops/join/scores/", {"conversation-govern": level})
    assert [one.level for one in WorkshopScore.objects.all()] == [3]
    page = client.get("/operations/workshops/join/scores/").content.decode()
    assert '<option value="3" selected>' in page


@pytest.mark.parametrize("code", ["", "ZZZZZZZZ", "'; DROP TABLE", "0" * 12])
def test_a_wrong_code_is_told(code, workshop):
    answer = Client().post("/operations/workshops/join/", {"code": code, "name": "Ana"})
    assert answer.status_code == 422
    assert not WorkshopParticipant.objects.exists()


def test_a_code_is_read_with_spaces_dashes_and_small_letters(workshop):
    code = f" {workshop.code[:4].lower()}-{workshop.code[4:]} "
    assert Client().post("/operations/workshops/join/", {"code": code, "name": "Ana"}).status_code == 302


def test_without_joining_a_phone_is_led_to_the_door():
    client = Client()
    client.cookies["workshop"] = "guessed"
    assert client.get("/operations/workshops/join/scores/")["Location"] == "/operations/workshops/join/"


@pytest.mark.parametrize("level", ["6", "-1", "many"])
def test_a_level_that_is_none_is_refused(level, workshop):
    answer = phone(workshop, "Ana").post("/operations/workshops/join/scores/", {"conversation-govern": level})
    assert answer.status_code == 422
    assert not WorkshopScore.objects.exists()


def test_after_the_end_nobody_joins_or_scores(workshop, rui, now):
    client = phone(workshop, "Ana")
    close_workshop(workshop=workshop, actor=rui, now=now)
    assert Client().post("/operations/workshops/join/", {"code": workshop.code, "name": "Rui"}).status_code == 422
    assert client.post("/operations/workshops/join/scores/", {"conversation-govern": "3"}).status_code == 422
    assert "This workshop is over." in client.get("/operations/workshops/join/scores/").content.decode()
    participant = WorkshopParticipant.objects.select_related("workshop").get()
    with pytest.raises(MethodRefused):
        score(participant=participant, levels={("conversation", "govern"): 3}, now=now)


def test_a_code_expires_by_itself(workshop, now):
    with pytest.raises(MethodRefused):
        join_workshop(workshop=workshop, name="Ana", now=now + timedelta(hours=13))


def test_two_hundred_phones_join_and_no_more(workshop, now):
    rows = [
        WorkshopParticipant(workshop=workshop, name=f"P{number}", token_hash=str(number), joined_at=now)
        for number in range(MAX_PARTICIPANTS - 1)
    ]
    WorkshopParticipant.objects.bulk_create(rows)
    join_workshop(workshop=workshop, name="The last", now=now)
    answer = Client().post("/operations/workshops/join/", {"code": workshop.code, "name": "One more"})
    assert answer.status_code == 422
    assert "This workshop is full." in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_phones_that_join_at_once_do_not_pass_the_limit(rui, now):
    workshop = open_workshop(title="Where are we?", agenda="one-day", actor=rui, now=now)
    rows = [
        WorkshopParticipant(workshop=workshop, name=f"P{number}", token_hash=str(number), joined_at=now)
        for number in range(MAX_PARTICIPANTS - 2)
    ]
    WorkshopParticipant.objects.bulk_create(rows)

    def enter(number: int) -> bool:
        try:
            join_workshop(workshop=workshop, name=f"Late {number}", now=now)
        except MethodRefused:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(enter, range(8))) == 2
    assert workshop.participants.count() == MAX_PARTICIPANTS


def test_markup_in_a_name_is_text(workshop, rui):
    phone(workshop, "<b>Ana</b>")
    page = client_of(rui).get(f"/operations/workshops/{workshop.pk}/").content.decode()
    assert "<b>Ana</b>" not in page
    assert "&lt;b&gt;Ana&lt;/b&gt;" in page


def test_what_was_agreed_stands_in_the_report(workshop, rui):
    client = client_of(rui)
    client.post(f"/operations/workshops/{workshop.pk}/notes/", {"notes": "Care and finance differ", "actions": "Agree"})
    page = client.get(f"/operations/workshops/{workshop.pk}/report/").content.decode()
    assert "Care and finance differ" in page
    assert "<p>Agree</p>" in page
    assert "half a day" in page


def test_the_wall_takes_the_same_queries_for_few_and_many_phones(workshop, rui, now):
    client = client_of(rui)

    def queries(number: int) -> int:
        for place in range(number):
            token = join_workshop(workshop=workshop, name=f"P{place}", now=now)
            assert token
            participant = WorkshopParticipant.objects.select_related("workshop").last()
            score(participant=participant, levels={("content", "govern"): place % 6}, now=now)
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/operations/workshops/{workshop.pk}/")
        return len(captured)

    client.get(f"/operations/workshops/{workshop.pk}/")
    assert queries(3) == queries(27)


# Value


def write(author, now, **facts) -> ValueEntry:
    given = {
        "name": "Fewer returns",
        "outcome": "saving",
        "currency": "BRL",
        "baseline": "12 a week",
        "formula": "returns x 9",
    } | facts
    amounts = {"low": Decimal(40), "base": Decimal(100), "high": Decimal(130)}
    return write_value(author=author, now=now, **amounts, **given)


def test_the_figure_of_a_case_is_frozen_and_a_correction_keeps_it(bruna, now):
    facts = {"day": now.date(), "at": now, "threshold": 15, "rows": 9, "outcome": "fail"}
    Answer.objects.create(item="collaboration.handoffs-stay", figure=58, **facts)
    first = write(bruna, now, metric="collaboration.handoffs-stay", capability="handoff")
    Answer.objects.update(figure=12)
    second = write(bruna, now, metric="collaboration.handoffs-stay", capability="handoff", case=first.case)
    assert (first.metric_figure, second.metric_figure) == (58, 58)
    page = client_of(bruna).get("/operations/roi/").content.decode()
    assert "baseline 58%" in page
    assert "now 12%" in page
    assert "Handoffs and tasks" in page


def test_a_case_whose_figure_is_not_known_yet_says_so(bruna, now):
    first = write(bruna, now, metric="collaboration.handoffs-stay")
    assert first.metric_figure is None
    page = client_of(bruna).get(f"/operations/value/{first.case}/").content.decode()
    assert "not enough data when it was written" in page


def test_a_case_without_a_figure_is_written_as_before(bruna, now):
    data = {"name": "Calls", "outcome": "saving", "currency": "brl", "low": "1", "base": "2", "high": "3"}
    data |= {"baseline": "412 calls", "formula": "calls x 9", "metric": "", "capability": "inbox"}
    assert client_of(bruna).post("/operations/value/new/", data).status_code == 302
    entry = ValueEntry.objects.get()
    assert (entry.metric, entry.metric_figure, entry.capability) == ("", None, "inbox")
    answer = client_of(bruna).post("/operations/value/new/", data | {"metric": "nothing.known"})
    assert answer.status_code == 422


def test_pages_of_the_method_speak_portuguese(workshop):
    with translation.override("pt-br"):
        page = Client(headers={"Accept-Language": "pt-BR"}).get("/operations/workshops/join/").content.decode()
    assert "Entrar em uma oficina" in page
