"""The page compares with an earlier day: levels, counts, and what a cell says of itself."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engagement.operations import checklist
from engagement.operations.actions.count import count
from engagement.operations.checklist import Evidence, Item, Measured
from engagement.operations.findings import describe_cell
from engagement.operations.models import Answer
from engagement.operations.selectors.matrix import matrix
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)


def make_item(name: str = "content.one", figure: float | None = 95.0, **facts) -> Item:
    evidence = facts.pop("evidence", (Evidence("Workshop", "no deputy moderator", "/somewhere/"),))
    given = {"name": name, "area": "content", "aspect": "govern", "statement": "All is well", "threshold": 90} | facts
    return Item(measure=lambda now: Measured(figure, 10, evidence), **given)


@pytest.fixture
def only(monkeypatch):
    """Registers these items and no others."""

    def register(*items: Item) -> None:
        monkeypatch.setattr(checklist, "_items", {one.name: one for one in items})

    return register


def remember(item: Item, *, days_ago: int, outcome: str) -> None:
    at = NOW - timedelta(days=days_ago)
    Answer.objects.create(item=item.name, day=at.date(), at=at, outcome=outcome, figure=50.0, threshold=90, rows=10)


def cell_of(found):
    return next(row for row in found.rows if row.area == "content").cells[0]


def test_a_cell_rose_since_the_compared_day(only):
    item = make_item()
    only(item)
    remember(item, days_ago=95, outcome="fail")
    remember(item, days_ago=8, outcome="pass")
    count(now=NOW, items=[item])
    quarter = matrix(now=NOW, compared_days=91)
    assert quarter.before.day == (NOW - timedelta(days=91)).date()
    assert (cell_of(quarter).level, cell_of(quarter).level_before, cell_of(quarter).change) == (4, 1, 3)
    assert (quarter.before.totals["fail"], quarter.totals["pass"]) == (1, 1)
    assert quarter.change == 0.2  # three levels of one cell of fifteen
    week = matrix(now=NOW, compared_days=7)
    assert (cell_of(week).level_before, cell_of(week).change, week.change) == (4, 0, 0.0)


def test_a_shorter_history_is_compared_with_its_first_day(only):
    item = make_item()
    only(item)
    remember(item, days_ago=20, outcome="fail")
    count(now=NOW, items=[item])
    assert matrix(now=NOW, compared_days=365).before.day == (NOW - timedelta(days=20)).date()


def test_without_a_history_nothing_is_compared(only):
    item = make_item()
    only(item)
    assert matrix(now=NOW, compared_days=91).before is None
    count(now=NOW, items=[item])
    found = matrix(now=NOW, compared_days=91)
    assert (found.before, found.change, cell_of(found).change) == (None, 0.0, 0)


def test_an_answer_that_was_not_renewed_for_a_week_says_nothing_of_a_day(only):
    item = make_item()
    only(item)
    remember(item, days_ago=110, outcome="pass")
    count(now=NOW, items=[item])
    assert matrix(now=NOW, compared_days=91).before.totals["insufficient"] == 1


def test_comparing_takes_the_same_number_of_queries_however_long_the_history_is(only):
    items = [make_item(f"content.item{number}") for number in range(4)]
    only(*items)
    counted = []
    for days in (range(2, 4), range(4, 60)):
        for day in days:
            for item in items:
                remember(item, days_ago=day, outcome="pass")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            matrix(now=NOW, compared_days=91)
        counted.append(len(queries))
    assert counted[0] == counted[1]


class TestFinding:
    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({"figure": 80.0}, "All is well: 80%, target at least 90%"),
            ({"figure": 80.0, "finding": "“%(first)s”: %(why)s"}, "“Workshop”: no deputy moderator"),
            ({"figure": 80.0, "evidence": ()}, "All is well: 80%, target at least 90%"),
            ({"figure": 22.0, "better": "less", "threshold": 15, "finding": "%(first)s bounces %(figure)s of handoffs"},
             "Workshop bounces 22% of handoffs"),
            ({"figure": 22.0, "better": "less", "threshold": 15, "finding": "%(first)s bounces", "evidence": ()},
             "All is well: 22%, target at most 15%"),
            ({"figure": None}, "All is well: not enough data"),
            ({"figure": 95.0}, "Everything passes since today"),
        ],
    )  # fmt: skip
    def test_a_cell_names_what_is_worst(self, only, facts, sentence):
        item = make_item(**facts)
        only(item)
        count(now=NOW, items=[item])
        assert describe_cell(cell_of(matrix(now=NOW)), NOW.date()) == sentence

    @pytest.mark.parametrize(
        ("days", "sentence"), [(24, "Everything passes since 2 November"), (40, "Everything has passed for 30 days")]
    )
    def test_since_when_everything_passes(self, only, days, sentence):
        item = make_item()
        only(item)
        count(now=NOW, items=[item])
        for day in range(1, days):
            remember(item, days_ago=day, outcome="pass")
        assert describe_cell(cell_of(matrix(now=NOW)), NOW.date()) == sentence


def test_the_page_switches_the_period():
    browser = client_of(person("architect"))
    text = browser.get("/operations/?period=week").content.decode()
    assert 'href="?period=week" aria-current="true"' in text
    assert "/operations/?period=week" in text
    assert 'href="?period=quarter" aria-current="true"' in browser.get("/operations/?period=never").content.decode()
