"""Work items out of CSV files: each wrong row is named, and all are imported or none."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from engagement.operations.actions.plan_import import MAX_ROWS, import_work_items, read_rows
from engagement.operations.models import WorkItem
from engagement.village.models import AuditEntry
from tests.operations.plan_rows import NOW, make_milestone
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
URL = "/operations/plan/work-items/import/"
GOOD = (
    "Title,Owner,Milestone,Estimate,Due,Status,Blocked_reason,Ticket\n"
    "Sync contacts,AMBROSIO@pedralva.example,crm both ways,5,2026-12-31,in_progress,,T-1\n"
    '"Rules, of merging",,,,,Blocked,No access,T-2\n'
    "\n"
)


@pytest.fixture
def ambrosio():
    user = person("master-builder", email="ambrosio@pedralva.example", name="Ambrósio Falcão")
    make_milestone(user)
    return user


def run(text, actor, *, is_dry_run=False):
    return import_work_items(text=text, is_dry_run=is_dry_run, actor=actor, now=NOW)


def test_all_rows_are_imported(ambrosio):
    result = run(GOOD, ambrosio)
    assert (result.is_imported, result.ignored) == (True, ["Ticket"])
    first, second = WorkItem.objects.order_by("id")
    assert (first.title, first.owner, first.estimate, first.due_on) == (
        "Sync contacts",
        ambrosio,
        5,
        date(2026, 12, 31),
    )
    assert (first.milestone.title, first.status) == ("CRM both ways", "in_progress")
    assert (second.title, second.status, second.blocked_reason) == ("Rules, of merging", "blocked", "No access")
    assert AuditEntry.objects.filter(action="work_item.created").count() == 2


def test_a_dry_run_keeps_nothing(ambrosio):
    result = run(GOOD, ambrosio, is_dry_run=True)
    assert (result.can_be_imported, result.is_imported, WorkItem.objects.count()) == (True, False, 0)
    assert not AuditEntry.objects.filter(action="work_item.created").exists()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",,,,,,", "Give the work item a title"),
        ("A,nobody@x.example,,,,,", "Nobody here has the email address nobody@x.example"),
        ("A,,Nowhere,,,,", "There is no milestone “Nowhere”"),
        ("A,,,many,,,", "“many” is no estimate"),
        ("A,,,-1,,,", "“-1” is no estimate"),
        ("A,,,1001,,,", "1,000 points"),
        ("A,,,,31.12.2026,,", "“31.12.2026” is no day"),
        ("A,,,,1026-12-31,,", "is no day"),
        ("A,,,,,later,", "“later” is no status"),
        ("A,,,,,blocked,", "Say what blocks it"),
        (f"{'x' * 151},,,,,,", "at most 150 characters"),
        ("Good,,,,,,", "already"),
    ],
)
def test_one_wrong_row_is_named_and_nothing_is_imported(ambrosio, row, problem):
    row = row if row.strip(",") else "  ,ambrosio@pedralva.example,,,,,"
    result = run(f"title,owner,milestone,estimate,due,status,blocked_reason\nGood,,,,,,\n{row}\n", ambrosio)
    assert [bool(one.problem) for one in result.rows] == [False, True]
    assert problem in result.rows[1].problem
    assert WorkItem.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has to be “title”"),
        ("owner;status\nx;y", "has to be “title”"),
        ("title\n", "no rows"),
        ("title,titulo\na,b", "same name"),
        ('title\n"open', "not a CSV file"),
        ("title\na\0b", "not a CSV file"),
        ("title\n" + "a\n" * (MAX_ROWS + 1), "at most 300"),
        ("title\n" + "x" * 200_001, "too large"),
    ],
)
def test_a_text_that_cannot_be_read_says_why(text, problem):
    assert problem in read_rows(text).problem


def test_portuguese_columns_semicolons_and_days_are_read(ambrosio):
    text = "\ufeffTítulo;Responsável;Marco;Prazo;Situação\nContatos;;CRM both ways;31/12/2026;Em andamento\n"
    with translation.override("pt-br"):
        result = run(text, ambrosio)
    assert [row.problem for row in result.rows] == [""]
    item = WorkItem.objects.get()
    assert (item.due_on, item.status) == (date(2026, 12, 31), "in_progress")


def test_importing_twice_imports_once(ambrosio):
    run(GOOD, ambrosio)
    again = run(GOOD, ambrosio)
    assert again.wrong == 2
    assert WorkItem.objects.count() == 2


def test_a_builder_imports_their_own_work_only(ambrosio):
    lucia = person("builder", email="lucia@pedralva.example")
    text = "title,owner\nMine,lucia@pedralva.example\nYours,ambrosio@pedralva.example\n"
    assert [bool(row.problem) for row in run(text, lucia).rows] == [False, True]


def test_a_file_is_checked_then_imported_through_the_page(ambrosio):
    client = client_of(ambrosio)
    file = SimpleUploadedFile("plan.csv", GOOD.replace("contacts", "opções").encode("cp1252"))
    checked = client.post(URL, {"file": file})
    assert checked.status_code == 200
    assert "Import 2 work items" in checked.content.decode()
    assert "Sync opções" in checked.content.decode()
    done = client.post(URL, {"act": "import", "text": checked.context["text"]}, follow=True)
    assert "2 work items imported." in done.content.decode()
    refused = client.post(URL, {"act": "import", "text": checked.context["text"]})
    assert refused.status_code == 422
    assert client.post(URL, {}).status_code == 422
