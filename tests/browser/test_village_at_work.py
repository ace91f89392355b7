"""A need of marketing, from the Visionary to the launch: each role does its part in a real browser."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import expect

from campaigns.models import Campaign
from engagement.channels.models import Channel, ChannelTest
from engagement.operations.actions.blueprint import create_component
from engagement.operations.models import Component, Milestone, Requirement, WorkItem
from tests.campaigns.people import ready, somebody
from tests.factories import make_user


def staff(role, name):
    made = make_user(name, email=f"{role}@pedralva.example", language="en")
    made.groups.add(Group.objects.get(role__slug=role))
    return made


def test_a_need_is_required_drawn_planned_built_launched_approved_and_told(house, people, open_tab, settings):
    settings.ORGANISATION_POSTAL_ADDRESS = "Rua das Pedras 12, Belo Horizonte"
    bruna, rui, ambrosio = staff("visionary", "Bruna"), staff("architect", "Rui"), staff("master-builder", "Ambrosio")
    lucia, celina, nuno = staff("builder", "Lucia"), staff("benefactor", "Celina"), staff("shepherd", "Nuno")
    tomorrow = (timezone.now() + timedelta(days=30)).date().isoformat()

    def make() -> Campaign:
        somebody("Ana", email="ana@customer.example", agrees=("email",))
        return ready(bruna, ends_at=timezone.now() + timedelta(days=9))

    campaign = house.do(make)
    name = house.do(lambda: campaign.email_channel.name)

    # The Visionary requires.
    page = open_tab(bruna, "/operations/requirements/new/")
    page.fill("[name=title]", "Service reminders by email")
    page.fill("[name=need]", "Customers learn when their bicycle is due.")
    page.select_option("[name=capability]", "email")
    page.select_option("[name=owner]", label="Rui")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Gap").first).to_be_visible()

    # The launch is refused, and says whose it is; one click asks.
    page.goto(f"{house.url}/campaigns/{campaign.pk}/")
    unmet = page.locator(".rule--stop", has_text="Requirement not met: Service reminders by email")
    expect(unmet).to_be_visible()
    expect(page.get_by_role("button", name="Launch", exact=True)).to_be_disabled()
    unmet.get_by_role("button", name="Ask Rui").click()
    expect(page.get_by_text("A task for Rui was created.")).to_be_visible()

    # The Architect draws what works already, and grants it.
    page = open_tab(rui, "/operations/blueprint/")
    row = page.locator("li", has_text=house.do(lambda: campaign.email_channel.address))
    row.get_by_role("button", name="Add to the blueprint").click()
    page.locator("blueprint-map a.node", has_text=name).click()
    page.get_by_role("link", name="Edit").click()
    page.select_option("[name=owner]", label="Lucia")
    page.get_by_role("button", name="Save").click()
    page.select_option("[name=person]", label="Lucia")
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(page.get_by_text("Lucia may change it now.")).to_be_visible()

    # The Master Builder plans: a milestone, and a piece of work on the component.
    page = open_tab(ambrosio, "/operations/plan/milestones/new/")
    page.fill("[name=title]", "Email live")
    page.fill("[name=starts_on]", timezone.now().date().isoformat())
    page.fill("[name=promised_on]", tomorrow)
    page.fill("[name=budget]", "12000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Email live")).to_be_visible()
    page.goto(f"{house.url}/operations/plan/work-items/new/")
    page.fill("[name=title]", "Exercise the mailbox")
    page.select_option("[name=owner]", label="Lucia")
    page.select_option("[name=milestone]", label="Email live")
    page.select_option("[name=component]", label=name)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Exercise the mailbox").first).to_be_visible()

    # The Builder sees her component and her work, changes the contract, and the mailbox is exercised.
    page = open_tab(lucia, "/")
    expect(page.get_by_text("My components")).to_be_visible()
    expect(page.get_by_text("Exercise the mailbox")).to_be_visible()
    component = house.do(lambda: Component.objects.get(name=name))
    page.goto(f"{house.url}/operations/blueprint/components/{component.pk}/edit/")
    expect(page.locator("[name=name]")).to_have_count(0)
    page.fill("[name=contract]", "SMTP with DKIM, 60 messages a minute")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("SMTP with DKIM, 60 messages a minute").first).to_be_visible()

    def exercise() -> None:
        channel = Channel.objects.get(pk=campaign.email_channel_id)
        now = timezone.now()
        ChannelTest.objects.create(channel=channel, status="passed", created_at=now, touched_at=now, finished_at=now)
        item = WorkItem.objects.get()
        assert item.component == component

    house.do(exercise)
    requirement = house.do(lambda: Requirement.objects.get())
    page.goto(f"{house.url}/operations/requirements/{requirement.pk}/")
    expect(page.locator(".badge", has_text="Met").first).to_be_visible()

    # What was refused is allowed now.
    page = open_tab(bruna, f"/campaigns/{campaign.pk}/")
    page.get_by_role("button", name="Launch", exact=True).click()
    page.locator("#question [data-question-yes]").click()
    expect(page.get_by_role("button", name="Launch", exact=True)).to_have_count(0)
    assert house.do(lambda: Campaign.objects.get().status) != Campaign.Status.DRAFT

    # The sponsor approves what was promised.
    milestone = house.do(lambda: Milestone.objects.get())
    page = open_tab(celina, f"/operations/plan/milestones/{milestone.pk}/")
    page.get_by_role("button", name="Approve").first.click()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    assert house.do(lambda: Milestone.objects.get().approved_by_id) == celina.pk

    # The Shepherd tells everybody.
    page = open_tab(nuno, "/operations/adoption/wins/new/")
    page.fill("[name=title]", "Reminders reach people")
    page.fill("[name=story]", "The first reminders left today.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("heading", name="Read receipts")).to_be_visible()
    page = open_tab(people.iara, "/")
    expect(page.get_by_text("Reminders reach people").first).to_be_visible()


def test_the_map_is_moved_about_with_the_keys_and_drawn_again_when_it_changes(house, people, open_tab):
    rui = staff("architect", "Rui")
    page = open_tab(rui, "/operations/blueprint/")
    page.get_by_role("button", name="Start from the reference architecture").click()
    nodes = page.locator("blueprint-map a.node")
    expect(nodes.first).to_be_visible()
    count = nodes.count()
    page.locator("blueprint-map").focus()
    page.keyboard.press("ArrowDown")
    first = page.evaluate("document.activeElement.dataset.id")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.id") != first
    page.keyboard.press("Enter")
    page.wait_for_url("**/components/**")
    page.goto(f"{house.url}/operations/blueprint/")
    expect(nodes).to_have_count(count)
    house.do(lambda: _add(rui))
    expect(nodes).to_have_count(count + 1)
    page.get_by_role("button", name="Department").click()
    expect(nodes).to_have_count(count + 1)
    with page.expect_download() as picture:
        page.get_by_role("button", name="Export").click()
        page.get_by_role("button", name="Picture (PNG)").click()
    assert picture.value.suggested_filename == "blueprint.png"


def _add(actor) -> None:
    values = {"name": "Loyalty program", "layer": "connectors", "status": "planned"}
    create_component(values=values, actor=actor, now=timezone.now())
