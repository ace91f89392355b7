"""The blueprint: live health, what is undocumented, deletion with links, grants, versions, contract changes."""

import itertools
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from collaboration.models import Notification, Task
from engagement.channels.models import Channel, ChannelTest
from engagement.events.relay import run_pending
from engagement.operations.actions import blueprint as actions
from engagement.operations.actions.requirement import create_requirement, waive_requirement
from engagement.operations.models import BlueprintVersion, Component, Link, Requirement
from engagement.operations.object_grants import grant_component
from engagement.operations.selectors.blueprint import read_blueprint
from engagement.operations.selectors.blueprint_changes import compare
from engagement.operations.selectors.blueprint_mermaid import write_mermaid
from engagement.operations.selectors.coverage import coverage_of, unmet_for
from engagement.village import responsibilities
from tests.factories import make_channel
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def rui():
    return person("architect", email="rui@pedralva.example", name="Rui Prado")


@pytest.fixture
def lucia():
    return person("builder", email="lucia@pedralva.example", name="Lúcia Adebayo")


def draw(actor, name, **values) -> Component:
    given = {"name": name, "layer": "engagement", "status": "in_use"} | values
    return actions.create_component(values=given, actor=actor, now=NOW)


def join(actor, first, second, flow="messages", **values) -> Link:
    given = {"origin": first, "target": second, "flow": flow} | values
    return actions.create_link(values=given, actor=actor, now=NOW)


def state_of(name: str) -> str:
    return next(node.state for node in read_blueprint(now=NOW).nodes if node.name == name)


def test_a_channel_that_nobody_drew_is_undocumented_until_it_is_added(rui):
    channel = make_channel(name="Care", last_inbound_at=NOW - timedelta(hours=1))
    drawn = read_blueprint(now=NOW)
    assert f"channel:{channel.pk}" in [node.id for node in drawn.undocumented]
    made = actions.document_source(key=f"channel:{channel.pk}", actor=rui, now=NOW)
    assert (made.name, made.layer, made.status) == ("Care", "channels", "in_use")
    again = actions.document_source(key=f"channel:{channel.pk}", actor=rui, now=NOW)
    assert again == made
    actions.document_source(key="app:inbox", actor=rui, now=NOW)
    (flow,) = read_blueprint(now=NOW).undocumented_links
    assert (flow.origin.name, flow.target.name) == ("Care", "Inbox")
    actions.document_flow(origin_key=flow.origin.source.key, target_key=flow.target.source.key, actor=rui, now=NOW)
    assert read_blueprint(now=NOW).undocumented_links == []


def test_a_link_shows_broken_when_one_of_its_ends_does_not_work(rui):
    channel = make_channel(name="Care", last_inbound_at=NOW)
    care = actions.document_source(key=f"channel:{channel.pk}", actor=rui, now=NOW)
    inbox = draw(rui, "Help desk")
    link = join(rui, care, inbox)
    assert read_blueprint(now=NOW).broken_links == []
    Channel.objects.filter(pk=channel.pk).update(fetch_problem={"code": "login", "values": {}})
    (edge,) = read_blueprint(now=NOW).broken_links
    assert edge.link == link
    assert edge.problem.startswith("Care fails:")
    Channel.objects.filter(pk=channel.pk).delete()
    assert state_of("Care") == "failing"


def test_a_link_in_use_to_something_that_is_only_planned_is_broken(rui):
    link = join(rui, draw(rui, "Shop"), draw(rui, "ERP", status="planned"), status="in_use")
    (edge,) = read_blueprint(now=NOW).broken_links
    assert (edge.link, edge.problem) == (link, "It is drawn as in use, and ERP is only planned.")


def test_the_reference_starts_an_empty_blueprint_and_only_that(rui):
    make_channel(name="Care")
    count = actions.start_from_reference(actor=rui, now=NOW)
    assert count == Component.objects.count()
    drawn = read_blueprint(now=NOW)
    assert drawn.undocumented == []
    assert {node.name for node in drawn.planned} >= {"CRM", "WhatsApp", "ERP"}
    assert "Care" in {edge.origin.name for edge in drawn.links}
    with pytest.raises(actions.BlueprintRefused, match="not empty"):
        actions.start_from_reference(actor=rui, now=NOW)


def test_a_component_is_deleted_with_the_links_that_were_seen_and_comes_back_with_them(rui):
    shop, erp, crm = draw(rui, "Shop"), draw(rui, "ERP"), draw(rui, "CRM")
    orders, stages = join(rui, shop, erp, "orders"), join(rui, crm, shop, "stages")
    with pytest.raises(actions.BlueprintRefused, match="changed meanwhile"):
        actions.delete_component(component=shop, seen=[orders.pk], actor=rui, now=NOW)
    actions.delete_component(component=shop, seen=[orders.pk, stages.pk], actor=rui, now=NOW)
    assert list(Link.objects.current()) == []
    with pytest.raises(actions.BlueprintRefused, match="“Shop” was deleted meanwhile"):
        join(rui, erp, shop, "prices")
    crm_now = Component.objects.get(pk=crm.pk)
    actions.delete_component(component=crm_now, seen=[], actor=rui, now=NOW + timedelta(minutes=1))
    actions.restore_component(component=shop, actor=rui, now=NOW + timedelta(minutes=2))
    assert list(Link.objects.current()) == [orders]  # the other end of "stages" is gone


def test_a_deleted_component_whose_name_is_taken_is_not_restored(rui):
    shop = draw(rui, "Shop")
    actions.delete_component(component=shop, seen=[], actor=rui, now=NOW)
    draw(rui, "shop")
    with pytest.raises(actions.BlueprintRefused, match="Rename that one first"):
        actions.restore_component(component=shop, actor=rui, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_link_and_the_deletion_of_its_end_at_once_leave_no_dangling_link(rui):
    shop, erp = draw(rui, "Shop"), draw(rui, "ERP")
    barrier, refused = Barrier(2), []

    def act(work):
        try:
            barrier.wait(10)
            work()
        except actions.BlueprintRefused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    works = (
        lambda: join(rui, shop, erp, "orders"),
        lambda: actions.delete_component(component=erp, seen=[], actor=rui, now=NOW),
    )
    threads = [Thread(target=act, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert not Link.objects.current().filter(target__deleted_at__isnull=False).exists()


def test_the_map_asks_the_same_number_of_queries_however_much_is_drawn(rui, django_assert_max_num_queries):
    parts = [draw(rui, f"System {number}", owner=rui) for number in range(30)]
    for first, second in itertools.pairwise(parts):
        join(rui, first, second)
    with django_assert_max_num_queries(20):
        drawn = read_blueprint(now=NOW)
    assert len(drawn.edges) == 29


def test_an_architect_draws_in_the_page_and_a_builder_changes_only_what_is_granted(rui, lucia):
    browser = client_of(rui)
    given = {"name": "Shop", "kind": "saas", "layer": "connectors", "status": "in_use"}
    answer = browser.post("/operations/blueprint/components/new/", given)
    shop = Component.objects.get(name="Shop")
    assert answer.url == f"/operations/blueprint/components/{shop.pk}/"
    assert browser.post("/operations/blueprint/components/new/", given).status_code == 422
    for path in ("", "?view=list", "?view=changes", "print/", "blueprint.mmd", f"components/{shop.pk}/"):
        assert browser.get(f"/operations/blueprint/{path}").status_code == 200

    builder = client_of(lucia)
    edit = f"/operations/blueprint/components/{shop.pk}/edit/"
    assert builder.get(edit).status_code == 403
    browser.post(f"/operations/blueprint/components/{shop.pk}/builders/", {"person": str(lucia.pk)})
    form = builder.get(edit).context["form"]
    assert sorted(name for name in form.fields if name != "seen_values") == [
        "contract",
        "description",
        "planned_for",
        "status",
    ]
    values = {"status": "in_use", "contract": "REST v3", "seen_values": form["seen_values"].value(), "name": "Mine"}
    assert builder.post(edit, values).status_code == 302
    shop.refresh_from_db()
    assert (shop.contract, shop.name) == ("REST v3", "Shop")
    assert builder.post(f"/operations/blueprint/components/{shop.pk}/deletion/").status_code == 403


def test_a_stale_form_does_not_write_over_a_colleague(rui):
    shop = draw(rui, "Shop")
    browser = client_of(rui)
    edit = f"/operations/blueprint/components/{shop.pk}/edit/"
    form = browser.get(edit).context["form"]
    seen = form["seen_values"].value()
    actions.change_component(component=shop, values={"description": "Theirs"}, actor=rui, now=NOW)
    values = {"name": "Shop", "kind": "internal", "layer": "engagement", "status": "in_use", "description": "Mine"}
    assert browser.post(edit, values | {"seen_values": seen}).status_code == 422
    shop.refresh_from_db()
    assert shop.description == "Theirs"


def test_a_grant_on_a_component_lets_a_builder_change_and_test_its_channel_only(rui, lucia):
    channel, other = make_channel(name="Care"), make_channel(name="Sales")
    care = actions.document_source(key=f"channel:{channel.pk}", actor=rui, now=NOW)
    builder = client_of(lucia)
    assert builder.post(f"/channels/{channel.pk}/pause/").status_code == 403
    grant_component(component=care, person=lucia, actor=rui, now=NOW)
    assert builder.post(f"/channels/{channel.pk}/pause/").status_code == 302
    assert builder.post(f"/channels/{other.pk}/pause/").status_code == 403
    assert "<form" in builder.get(f"/channels/{channel.pk}/").content.decode()
    answer = builder.post(f"/channels/{other.pk}/", {"name": "Mine"})
    assert answer.status_code == 403


def test_the_owners_of_neighbors_are_told_of_another_contract(rui, lucia):
    tereza = person("builder", email="tereza@pedralva.example", name="Tereza Lobato")
    shop = draw(rui, "Shop", owner=lucia)
    join(rui, shop, draw(rui, "Inbox", owner=tereza))
    actions.change_component(component=shop, values={"description": "The shop"}, actor=lucia, now=NOW)
    run_pending()
    assert not Notification.objects.filter(person=tereza).exists()
    actions.change_component(component=shop, values={"contract": "REST v4"}, actor=lucia, now=NOW)
    run_pending()
    (told,) = Notification.objects.filter(person=tereza)
    assert "Shop" in told.title
    assert not Notification.objects.filter(person=lucia).exists()


def test_versions_are_compared_by_what_was_added_removed_and_changed(rui):
    shop, erp = draw(rui, "Shop"), draw(rui, "ERP")
    first = actions.save_version(name="Start", actor=rui, now=NOW)
    actions.change_component(component=shop, values={"name": "Store"}, actor=rui, now=NOW)
    actions.delete_component(component=erp, seen=[], actor=rui, now=NOW)
    join(rui, shop, draw(rui, "CRM"), "orders")
    second = actions.save_version(name="November", actor=rui, now=NOW)
    assert (first.number, second.number) == (1, 2)
    found = [(one.kind, one.what) for one in compare(first.content, second.content)]
    assert found == [("changed", "Store"), ("added", "CRM"), ("removed", "ERP"), ("added", "Store → CRM: orders")]
    page = client_of(rui).get("/operations/blueprint/versions/1/?with=2").content.decode()
    assert "Store → CRM: orders" in page
    assert BlueprintVersion.objects.count() == 2


def test_names_cannot_break_out_of_the_mermaid_source(rui):
    join(rui, draw(rui, 'A"] --> x[" <script>'), draw(rui, "B"), 'x"| y')
    text = write_mermaid(read_blueprint(now=NOW))
    assert "<script>" not in text
    assert '["A#quot;] --#gt; x[#quot; #lt;script#gt;"]' in text


def need(author, **values) -> Requirement:
    components = values.pop("components", [])
    given = {"title": "SMS with email fallback", "need": "Reminders arrive"} | values
    return create_requirement(values=given, components=components, actor=author, now=NOW)


def covered(requirement) -> tuple[str, str]:
    (one,) = coverage_of(requirements=Requirement.objects.filter(pk=requirement.pk), now=NOW)
    return one.state, one.reason


def test_a_requirement_goes_from_gap_over_planned_to_met(rui):
    requirement = need(rui, capability="sms-with-email-fallback")
    assert covered(requirement) == ("gap", "SMS: connected: It is not connected.")
    sms = Channel.objects.create(kind="sms", name="Phone", address="+553135550100", last_outbound_at=NOW)
    mail = make_channel(name="Mailbox", last_outbound_at=NOW)
    assert covered(requirement) == ("gap", "Phone: on the blueprint: It is not on the blueprint.")
    parts = [actions.document_source(key=f"channel:{one.pk}", actor=rui, now=NOW) for one in (sms, mail)]
    assert covered(requirement) == ("failing", "Exercised within 30 days: It was never used or tested.")
    for channel in (sms, mail):
        ChannelTest.objects.create(
            channel=channel,
            status="passed",
            requested_by=rui,
            created_at=NOW,
            touched_at=NOW,
            finished_at=NOW - timedelta(days=2),
        )
    assert covered(requirement)[0] == "met"
    requirement.components.set([*parts, draw(rui, "Journeys", status="planned")])
    assert covered(requirement) == ("planned", "Journeys is planned, without a date.")


def test_a_requirement_without_component_and_owner_is_a_gap_with_nobody_to_ask(rui):
    requirement = need(rui, title="Callbacks")
    (one,) = coverage_of(requirements=Requirement.objects.all(), now=NOW)
    assert (one.state, one.reason, one.ask) == ("gap", "No component covers it.", None)
    answer = client_of(rui).post(f"/operations/requirements/{requirement.pk}/ask/", follow=True)
    assert "It has no owner to ask" in answer.content.decode()


def test_asking_twice_makes_one_task_for_the_owner_of_what_is_missing(rui, lucia):
    erp = draw(rui, "ERP", status="planned", owner=lucia)
    requirement = need(rui, title="Invoices", components=[erp])
    browser = client_of(rui)
    for _time in range(2):
        browser.post(f"/operations/requirements/{requirement.pk}/ask/")
    assert [task.title for task in Task.objects.filter(assignee=lucia)] == ["Cover the requirement: Invoices"]


def test_an_unmet_requirement_is_named_for_what_a_campaign_uses_until_it_is_waived(rui):
    requirement = need(rui, capability="sms")
    assert [one.requirement for one in unmet_for(capabilities=["sms", "email"], now=timezone.now())] == [requirement]
    assert unmet_for(capabilities=["email"], now=NOW) == []
    waive_requirement(
        requirement=requirement, reason="Tried by hand", until=NOW + timedelta(days=3), actor=rui, now=NOW
    )
    (one,) = unmet_for(capabilities=["sms"], now=NOW)
    assert one.waiver is not None
    (one,) = unmet_for(capabilities=["sms"], now=NOW + timedelta(days=4))
    assert one.waiver is None


def test_requirements_are_written_changed_deleted_and_restored_in_the_page(rui):
    bruna = person("visionary", email="bruna@pedralva.example", name="Bruna Koch")
    browser = client_of(bruna)
    answer = browser.post(
        "/operations/requirements/new/", {"title": "Order status", "need": "In WhatsApp", "priority": "must"}
    )
    requirement = Requirement.objects.get()
    assert answer.url == f"/operations/requirements/{requirement.pk}/"
    assert browser.get("/operations/requirements/?state=gap").status_code == 200
    assert browser.get("/operations/requirements/?state=none").status_code == 404
    browser.post(f"/operations/requirements/{requirement.pk}/comments/", {"text": "By March <b>"})
    assert "By March &lt;b&gt;" in browser.get(answer.url).content.decode()
    browser.post(f"/operations/requirements/{requirement.pk}/deletion/")
    assert not Requirement.objects.current().exists()
    browser.post(f"/operations/requirements/{requirement.pk}/deletion/", {"restore": "1"})
    assert Requirement.objects.current().get() == requirement


def test_homes_show_what_waits_for_who_draws_builds_and_requires(rui, lucia):
    channel = make_channel(name="Care", fetch_problem={"code": "login", "values": {}})
    care = actions.document_source(key=f"channel:{channel.pk}", actor=rui, now=NOW)
    grant_component(component=care, person=lucia, actor=rui, now=NOW)
    bruna = person("visionary", email="bruna@pedralva.example", name="Bruna Koch")
    need(bruna, title="Callbacks")
    assert "Care" in client_of(rui).get("/").content.decode()
    page = client_of(lucia).get("/").content.decode()
    assert "My components" in page
    assert "Failing" in page
    assert "Callbacks" in client_of(bruna).get("/").content.decode()


def test_a_leaver_hands_components_links_and_requirements_on(rui, lucia):
    shop = draw(rui, "Shop", owner=lucia)
    link = join(rui, shop, draw(rui, "ERP"), owner=lucia)
    requirement = need(rui, owner=lucia)
    for kind in responsibilities.registered():
        if kind.name in ("operations.components", "operations.links", "operations.requirements"):
            assert kind.hand_over(person=lucia, to=rui, actor=rui, now=NOW) == 1
    for row in (shop, link, requirement):
        row.refresh_from_db()
        assert row.owner == rui


def test_the_report_of_the_quarter_holds_value_milestones_and_requirements(rui):
    celina = person("benefactor", email="celina@pedralva.example", name="Celina Reis")
    need(rui, title="Callbacks")
    page = client_of(celina).get("/operations/report/").content.decode()
    assert "Report of the quarter" in page
    assert "Callbacks" in page
    assert "data-print" in page
