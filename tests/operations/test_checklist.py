"""The operating model: what is counted, what passes, what is waived, what an empty organisation gets."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagement.operations import checklist
from engagement.operations.actions.count import count
from engagement.operations.actions.steer import SteeringRefused, claim, end_waiver, own, set_target, waive
from engagement.operations.checklist import AREAS, ASPECTS, Evidence, Item, Measured
from engagement.operations.maturity import score
from engagement.operations.models import Answer, Claim, Waiver
from engagement.operations.selectors.claims import beliefs
from engagement.operations.selectors.matrix import matrix
from engagement.village.models import AuditEntry
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def item(figure: float | None, rows: int = 10, **facts) -> Item:
    """An item that always finds the same."""
    evidence = (Evidence("A row", "because", "/somewhere/"),)
    given = {"name": "test.item", "area": "content", "aspect": "govern", "statement": "All is well", "threshold": 90}
    given |= facts
    return Item(measure=lambda now: Measured(figure, rows, evidence), **given)


@pytest.fixture
def only(monkeypatch):
    """Registers these items and no others."""

    def register(*items: Item) -> None:
        monkeypatch.setattr(checklist, "_items", {one.name: one for one in items})

    return register


@pytest.fixture
def rui():
    return person("architect", email="rui@pedralva.example", name="Rui Takahashi")


class TestCounting:
    @pytest.mark.parametrize(
        ("figure", "facts", "outcome"),
        [
            (90.0, {}, "pass"),
            (89.9, {}, "fail"),
            (None, {}, "insufficient"),
            (95.0, {"least": 11}, "insufficient"),
            (5.0, {"better": "less", "threshold": 5}, "pass"),
            (5.1, {"better": "less", "threshold": 5}, "fail"),
        ],
    )
    def test_an_answer_follows_from_figure_and_threshold(self, figure, facts, outcome):
        (answer,) = count(now=NOW, items=[item(figure, **facts)])
        assert answer.outcome == outcome
        assert Answer.objects.get().evidence == [["A row", "because", "/somewhere/"]]

    def test_counting_twice_a_day_keeps_one_answer_with_the_later_figure(self):
        count(now=NOW, items=[item(10.0)])
        count(now=NOW + timedelta(hours=1), items=[item(95.0)])
        assert [(row.figure, row.outcome) for row in Answer.objects.all()] == [(95.0, "pass")]

    def test_a_question_that_cannot_be_asked_does_not_stop_the_others(self):
        def broken(now):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM a_table_that_is_not_there")

        wrong = Item("test.wrong", "content", "govern", "Broken", broken, 1)
        answers = count(now=NOW, items=[wrong, item(95.0)])
        assert [answer.outcome for answer in answers] == ["insufficient", "pass"]
        assert "a_table_that_is_not_there" in answers[0].error

    def test_every_room_asks_at_least_two_questions(self):
        cells = Counter((one.area, one.aspect) for one in checklist.registered())
        assert {(area, aspect) for area in AREAS for aspect in ASPECTS if cells[(area, aspect)] < 2} == set()

    def test_every_item_leads_to_a_page_that_is_there(self):
        assert [one.name for one in checklist.registered() if not reverse(one.mend_at)] == []

    def test_an_empty_organisation_passes_nothing(self):
        answers = count(now=NOW)
        assert [answer.item for answer in answers if answer.outcome == "pass"] == []
        assert [f"{answer.item}: {answer.error}" for answer in answers if answer.error] == []


class TestSteering:
    def test_another_threshold_counts_at_once_and_is_audited(self, rui):
        one = item(80.0)
        count(now=NOW, items=[one])
        set_target(item=one, threshold=75, actor=rui, now=NOW)
        assert Answer.objects.get().outcome == "pass"
        entry = AuditEntry.objects.get(action="checklist.target_changed")
        assert entry.detail["threshold"] == [90, 75]

    @pytest.mark.parametrize("threshold", [-1, 101])
    def test_an_impossible_share_is_refused(self, rui, threshold):
        with pytest.raises(SteeringRefused):
            set_target(item=item(80.0), threshold=threshold, actor=rui, now=NOW)

    def test_a_waiver_holds_until_it_ends_and_then_the_item_fails_again(self, rui):
        one = item(80.0)
        waive(item=one, reason="The new queue opens in December", until=NOW + timedelta(days=3), actor=rui, now=NOW)
        assert Answer.objects.get().outcome == "waived"
        count(now=NOW + timedelta(days=4), items=[one])
        assert Answer.objects.order_by("-day").first().outcome == "fail"

    def test_a_waiver_does_not_hide_that_an_item_passes(self, rui):
        waive(item=item(95.0), reason="Just in case", until=NOW + timedelta(days=3), actor=rui, now=NOW)
        assert Answer.objects.get().outcome == "pass"

    def test_ending_a_waiver_twice_ends_it_once(self, rui):
        one = item(80.0)
        waive(item=one, reason="Because", until=NOW + timedelta(days=3), actor=rui, now=NOW)
        assert end_waiver(item=one, actor=rui, now=NOW) is True
        assert end_waiver(item=one, actor=rui, now=NOW) is False
        assert Answer.objects.get().outcome == "fail"

    @pytest.mark.parametrize(
        ("reason", "days"), [("", 3), ("  ", 3), ("Because", 0), ("Because", -1), ("Because", 181)]
    )
    def test_a_waiver_needs_a_reason_and_an_end_within_half_a_year(self, rui, reason, days):
        with pytest.raises(SteeringRefused):
            waive(item=item(1.0), reason=reason, until=NOW + timedelta(days=days), actor=rui, now=NOW)
        assert Waiver.objects.count() == 0

    def test_an_item_has_one_open_waiver_at_most(self, rui):
        facts = {"item": "x", "reason": "a", "person": rui, "granted_at": NOW, "until": NOW + timedelta(days=1)}
        Waiver.objects.create(**facts)
        with pytest.raises(IntegrityError), transaction.atomic():
            Waiver.objects.create(**facts)


class TestMaturity:
    @pytest.mark.parametrize(
        ("outcomes", "days", "level"),
        [
            ([], 0, 0),
            (["insufficient", "insufficient"], 0, 0),
            (["fail", "fail"], 0, 1),
            (["pass", "fail"], 0, 2),
            (["pass", "pass", "pass", "waived"], 0, 3),
            (["pass", "pass"], 29, 4),
            (["pass", "pass"], 30, 5),
            (["pass", "insufficient"], 30, 2),
        ],
    )
    def test_levels(self, outcomes, days, level):
        assert score(outcomes=outcomes, passed_days=days) == level

    def test_thirty_days_in_a_row_make_a_cell_customer_first(self, only):
        one = item(95.0)
        only(one)
        for day in range(30):
            count(now=NOW - timedelta(days=day), items=[one])
        cell = next(row for row in matrix(now=NOW).rows if row.area == "content").cells[0]
        assert (cell.level, cell.passed) == (5, 1)
        Answer.objects.filter(day=(NOW - timedelta(days=7)).date()).delete()
        cell = next(row for row in matrix(now=NOW).rows if row.area == "content").cells[0]
        assert cell.level == 4


class TestPages:
    def test_the_matrix_asks_the_same_number_of_queries_however_many_answers_there_are(self, only):
        items = [item(10.0, name=f"test.{number}") for number in range(30)]
        only(*items)
        numbers = []
        for some in (items[:3], items):
            count(now=NOW, items=some)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                matrix(now=NOW)
            numbers.append(len(captured))
        assert numbers[0] == numbers[1]

    def test_the_matrix_names_what_fails_with_its_figure_and_its_owner(self, only, rui):
        only(item(62.4))
        count(now=NOW)
        own(area="content", person=rui, actor=rui, now=NOW)
        page = client_of(rui).get("/operations/").content.decode()
        assert "All is well: 62.4%, target at least 90%" in page
        assert "Rui Takahashi" in page

    def test_an_item_shows_the_rows_behind_it(self, only, rui):
        only(item(62.4))
        count(now=NOW)
        page = client_of(rui).get("/operations/items/test.item/").content.decode()
        assert '<a href="/somewhere/">A row</a>' in page

    def test_a_refused_waiver_is_422_and_keeps_what_was_typed(self, only, rui):
        only(item(62.4))
        answer = client_of(rui).post("/operations/items/test.item/waiver/", {"reason": "Soon", "until": "2020-01-01"})
        assert answer.status_code == 422
        assert "A waiver ends in the future." in answer.content.decode()
        assert "Soon" in answer.content.decode()

    def test_what_people_believe_stands_beside_what_is_measured(self, only, rui):
        only(item(95.0))
        count(now=NOW)
        client = client_of(rui)
        assert client.post("/operations/claims/", {"content": "5", "campaign": ""}).status_code == 302
        (belief,) = beliefs(matrix=matrix(now=NOW))
        assert (belief.person, belief.claimed, round(belief.measured, 2)) == (rui, 5.0, 1.33)
        assert "Rui Takahashi" in client.get("/operations/").content.decode()

    def test_a_level_that_is_none_is_refused(self, rui):
        with pytest.raises(SteeringRefused):
            claim(person=rui, levels={"content": 6}, now=NOW)
        assert client_of(rui).post("/operations/claims/", {"content": "9"}).status_code == 422
        assert Claim.objects.count() == 0

    def test_an_unknown_c_or_item_is_not_there(self, rui):
        assert client_of(rui).get("/operations/items/no.such/").status_code == 404
        assert client_of(rui).get("/operations/commerce/").status_code == 404

    def test_a_shepherd_sees_which_departments_take_part(self):
        nuno = person("shepherd", email="nuno@pedralva.example")
        page = client_of(nuno).get("/").content.decode()
        assert "Nobody belongs to it. Invite its first person." in page
