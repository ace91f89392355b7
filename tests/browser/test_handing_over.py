"""Handing over in a browser: an agent offers with a key, a colleague of the other department takes it."""

from types import SimpleNamespace

import pytest
from guardian.shortcuts import assign_perm
from playwright.sync_api import expect

from collaboration.models import Handoff, Task
from conversations.models import Conversation
from engagement.village.models import Department
from tests.browser.test_answering import live
from tests.factories import make_conversation, make_queue


@pytest.fixture
def finance(house, people) -> SimpleNamespace:
    """Caio works in finance; Iara and the conversation in customer care."""

    def place() -> SimpleNamespace:
        care, money = (Department.objects.get(slug=slug) for slug in ("customer-care", "finance"))
        people.queue.department = care
        people.queue.save()
        bills = make_queue("bills", name="Bills", department=money)
        people.iara.departments.set([care])
        people.caio.departments.set([money])
        assign_perm("conversations.work_queue", people.caio, bills)
        return SimpleNamespace(bills=bills, talk=make_conversation(people.care, title="Charged twice"))

    return house.do(place)


def test_a_conversation_is_handed_over_with_a_key_and_taken_by_finance(house, people, finance, open_tab):
    care = live(open_tab(people.iara, f"/inbox/all/{finance.talk.pk}/"))
    care.keyboard.press("h")
    dialog = care.locator("#handoff-dialog")
    dialog.locator("select[name=queue]").select_option(label="Finance: Bills")
    dialog.locator("textarea[name=summary]").fill("Charged twice, wants 40 back")
    dialog.locator("form.stack button[type=submit]").click()
    expect(care.locator("#offer")).to_contain_text("offers it to Finance")
    work = live(open_tab(people.caio, "/work/"))
    work.locator("#waiting .work button", has_text="Accept").click()
    expect(work.locator("#thread-name")).to_contain_text("Ana Prado")
    expect(work.locator("#messages")).to_contain_text("took it for Finance")
    expect(work.locator("#fold-open")).to_contain_text("taken in")
    expect(care).to_have_url(f"{house.url}/inbox/all/")  # it is not Iara's to read any more
    assert house.do(lambda: Conversation.objects.get().assignee) == people.caio
    assert house.do(lambda: Handoff.objects.get().state) == "accepted"


def test_a_task_is_made_with_a_key_and_stands_in_the_rail(house, people, finance, open_tab):
    tab = live(open_tab(people.iara, f"/inbox/all/{finance.talk.pk}/"))
    tab.keyboard.press("t")
    dialog = tab.locator("#task-dialog")
    dialog.locator("input[name=title]").fill("Send the invoice")
    dialog.locator("input[name=due_at]").fill("2027-01-10T10:00")
    dialog.locator("form.stack button[type=submit]").click()
    expect(tab.locator("#fold-open")).to_contain_text("Send the invoice")
    assert house.do(lambda: Task.objects.get().assignee) == people.iara


def test_a_long_list_of_departments_is_narrowed_by_typing(house, people, finance, open_tab):
    def more() -> None:
        care = Department.objects.get(slug="customer-care")
        for n in range(9):
            make_queue(f"q{n}", name=f"Branch {n}", department=care)

    house.do(more)
    tab = live(open_tab(people.iara, f"/inbox/all/{finance.talk.pk}/"))
    tab.keyboard.press("h")
    dialog = tab.locator("#handoff-dialog")
    dialog.locator(".field__filter").fill("bílls")
    expect(dialog.locator("select[name=queue] option:checked")).to_have_text("Finance: Bills")
    dialog.locator(".field__filter").press("Enter")
    expect(dialog.locator("select[name=queue]")).to_be_focused()
    assert house.do(lambda: Handoff.objects.count()) == 0
