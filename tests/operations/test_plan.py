"""The plan: promises that are kept in memory, a sponsor who decides, work that moves, dependencies without cycles."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from guardian.shortcuts import assign_perm

from engagement.operations.actions import plan as actions
from engagement.operations.actions.plan import MilestoneValues, PlanRefused
from engagement.operations.actions.work_items import (
    change_work_item,
    delete_work_item,
    move_work_item,
    restore_work_item,
    values_of,
)
from engagement.operations.forms_plan import MilestoneForm, WorkItemForm
from engagement.operations.models import Comment, Milestone, MilestoneChange, Risk, WorkItem
from engagement.operations.plan_charts import draw_burn_up, draw_timeline
from engagement.operations.plan_permissions import changeable_work_items, may_listen
from engagement.operations.selectors.plan import board, by_component, plan_state, progress
from engagement.village import responsibilities
from engagement.village.models import AuditEntry
from tests.html_forms import sent_by
from tests.operations.plan_rows import DAY, NOW, make_approved, make_component, make_item, make_milestone
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
PLAN = "/operations/plan/"


@pytest.fixture
def ambrosio():
    return person("master-builder", email="ambrosio@pedralva.example", name="Ambrósio Falcão")


@pytest.fixture
def celina():
    return person("benefactor", email="celina@pedralva.example", name="Celina Reis")


@pytest.fixture
def lucia():
    return person("builder", email="lucia@pedralva.example", name="Lúcia Adebayo")


def changed(milestone: Milestone, **values) -> MilestoneValues:
    names = MilestoneValues.__slots__
    return MilestoneValues(**({name: getattr(milestone, name) for name in names} | values))


class TestPromises:
    def test_another_day_before_the_approval_is_direct_and_the_first_promise_stays(self, ambrosio):
        made = make_milestone(ambrosio)
        later = changed(made, promised_on=date(2026, 12, 10))
        assert actions.change_milestone(milestone_id=made.pk, values=later, actor=ambrosio, now=NOW) is None
        made.refresh_from_db()
        assert (made.promised_on, made.first_promised_on) == (date(2026, 12, 10), date(2026, 11, 30))

    def test_another_day_after_the_approval_waits_and_all_else_changes(self, ambrosio, celina):
        made = make_approved(ambrosio, celina)
        values = changed(made, promised_on=date(2026, 12, 5), title="CRM in both directions")
        change = actions.change_milestone(
            milestone_id=made.pk, values=values, reason="HubSpot limits", actor=ambrosio, now=NOW
        )
        made.refresh_from_db()
        assert (made.promised_on, made.title) == (date(2026, 11, 30), "CRM in both directions")
        assert (change.status, change.promised_on) == ("pending", date(2026, 12, 5))
        actions.decide_change(change_id=change.pk, is_approved=True, actor=celina, now=NOW)
        made.refresh_from_db()
        assert (made.promised_on, made.first_promised_on) == (date(2026, 12, 5), date(2026, 11, 30))

    @pytest.mark.parametrize("budget", [Decimal(12_000), None])
    def test_another_budget_after_the_approval_waits(self, ambrosio, celina, budget):
        made = make_approved(ambrosio, celina)
        values = changed(made, budget=budget)
        change = actions.change_milestone(milestone_id=made.pk, values=values, reason="x", actor=ambrosio, now=NOW)
        made.refresh_from_db()
        assert (change.budget, made.budget) == (budget, Decimal(10_000))

    def test_a_change_needs_a_reason(self, ambrosio, celina):
        made = make_approved(ambrosio, celina)
        values = changed(made, promised_on=date(2026, 12, 5))
        with pytest.raises(PlanRefused) as refusal:
            actions.change_milestone(milestone_id=made.pk, values=values, actor=ambrosio, now=NOW)
        assert refusal.value.field == "reason"

    def test_a_second_change_replaces_the_one_that_waits(self, ambrosio, celina):
        made = make_approved(ambrosio, celina)
        for day in (5, 6):
            values = changed(made, promised_on=date(2026, 12, day))
            actions.change_milestone(milestone_id=made.pk, values=values, reason="x", actor=ambrosio, now=NOW)
        old, new = MilestoneChange.objects.order_by("id")
        assert (old.status, new.status) == ("withdrawn", "pending")
        with pytest.raises(PlanRefused, match="withdrawn or replaced"):
            actions.decide_change(change_id=old.pk, is_approved=True, actor=celina, now=NOW)

    def test_the_same_change_again_is_one(self, ambrosio, celina):
        made = make_approved(ambrosio, celina)
        values = changed(made, promised_on=date(2026, 12, 5))
        for _ in range(2):
            actions.change_milestone(milestone_id=made.pk, values=values, reason="x", actor=ambrosio, now=NOW)
        assert MilestoneChange.objects.count() == 1

    def test_nobody_decides_on_their_own_change_or_approves_their_own_milestone(self, ambrosio, celina):
        both = person("master-builder", "benefactor", email="both@pedralva.example", name="Both")
        own = make_milestone(both, owner=both)
        with pytest.raises(PlanRefused, match="Somebody else approves"):
            actions.approve_milestone(milestone_id=own.pk, seen=actions.terms_of(own), actor=both, now=NOW)
        made = make_approved(ambrosio, celina)
        values = changed(made, promised_on=date(2026, 12, 5))
        change = actions.change_milestone(milestone_id=made.pk, values=values, reason="x", actor=both, now=NOW)
        with pytest.raises(PlanRefused, match="Somebody else decides"):
            actions.decide_change(change_id=change.pk, is_approved=True, actor=both, now=NOW)

    def test_an_approval_is_of_what_was_read(self, ambrosio, celina):
        made = make_milestone(ambrosio)
        seen = actions.terms_of(made)
        values = changed(made, budget=Decimal(90_000))
        actions.change_milestone(milestone_id=made.pk, values=values, actor=ambrosio, now=NOW)
        with pytest.raises(PlanRefused, match="changed while you were reading"):
            actions.approve_milestone(milestone_id=made.pk, seen=seen, actor=celina, now=NOW)

    def test_a_rejection_says_why_and_changes_nothing(self, ambrosio, celina):
        made = make_approved(ambrosio, celina)
        values = changed(made, promised_on=date(2026, 12, 5))
        change = actions.change_milestone(milestone_id=made.pk, values=values, reason="x", actor=ambrosio, now=NOW)
        with pytest.raises(PlanRefused):
            actions.decide_change(change_id=change.pk, is_approved=False, actor=celina, now=NOW)
        actions.decide_change(change_id=change.pk, is_approved=False, answer="Too late", actor=celina, now=NOW)
        made.refresh_from_db()
        assert made.promised_on == date(2026, 11, 30)

    def test_the_share_of_first_promises_kept_counts_what_has_come_due(self, ambrosio):
        for title, first, delivered in (
            ("Kept", date(2026, 11, 10), date(2026, 11, 9)),
            ("Late", date(2026, 11, 10), date(2026, 11, 12)),
            ("Open", date(2026, 12, 10), None),
        ):
            made = make_milestone(ambrosio, title, promised_on=first)
            if delivered:
                actions.deliver_milestone(milestone_id=made.pk, delivered_on=delivered, actor=ambrosio, now=NOW)
        moved = make_milestone(ambrosio, "Moved", promised_on=date(2026, 11, 20))
        values = changed(moved, promised_on=date(2026, 12, 20))
        actions.change_milestone(milestone_id=moved.pk, values=values, actor=ambrosio, now=NOW)
        promises = plan_state(now=NOW).promises
        assert (promises.kept, promises.judged) == (1, 3)

    @pytest.mark.parametrize(
        ("promised", "delivered", "state", "days"),
        [
            (date(2026, 11, 25), None, "on_time", 0),
            (date(2026, 11, 24), None, "late", 1),
            (date(2026, 11, 20), date(2026, 11, 20), "delivered", 0),
            (date(2026, 11, 20), date(2026, 11, 23), "delivered_late", 3),
        ],
    )
    def test_states_of_a_milestone(self, ambrosio, promised, delivered, state, days):
        made = make_milestone(ambrosio, promised_on=promised)
        if delivered:
            actions.deliver_milestone(milestone_id=made.pk, delivered_on=delivered, actor=ambrosio, now=NOW)
        (row,) = plan_state(now=NOW).rows
        assert (row.state, row.days) == (state, days)


class TestDelivery:
    def test_a_milestone_with_open_work_is_not_delivered(self, ambrosio):
        made = make_milestone(ambrosio)
        item = make_item(ambrosio, milestone=made)
        with pytest.raises(PlanRefused, match="1 work item is open"):
            actions.deliver_milestone(milestone_id=made.pk, actor=ambrosio, now=NOW)
        move_work_item(item_id=item.pk, status="done", actor=ambrosio, now=NOW)
        assert actions.deliver_milestone(milestone_id=made.pk, actor=ambrosio, now=NOW).delivered_on == DAY

    def test_what_is_delivered_takes_no_open_work(self, ambrosio):
        made = make_milestone(ambrosio)
        item = make_item(ambrosio, milestone=made, status="done")
        actions.deliver_milestone(milestone_id=made.pk, actor=ambrosio, now=NOW)
        for act in (
            lambda: make_item(ambrosio, "More", milestone=made),
            lambda: move_work_item(item_id=item.pk, status="next", actor=ambrosio, now=NOW),
        ):
            with pytest.raises(PlanRefused, match="is delivered"):
                act()
        actions.reopen_milestone(milestone_id=made.pk, actor=ambrosio, now=NOW)
        assert move_work_item(item_id=item.pk, status="next", actor=ambrosio, now=NOW).done_at is None

    def test_a_milestone_with_work_is_not_deleted_and_a_deletion_is_undone(self, ambrosio):
        made = make_milestone(ambrosio)
        item = make_item(ambrosio, milestone=made)
        with pytest.raises(PlanRefused, match="belongs to this milestone"):
            actions.delete_milestone(milestone_id=made.pk, actor=ambrosio, now=NOW)
        delete_work_item(item_id=item.pk, actor=ambrosio, now=NOW)
        actions.delete_milestone(milestone_id=made.pk, actor=ambrosio, now=NOW)
        with pytest.raises(PlanRefused, match="Restore"):
            restore_work_item(item_id=item.pk, actor=ambrosio, now=NOW)
        actions.restore_milestone(milestone_id=made.pk, actor=ambrosio, now=NOW)
        restore_work_item(item_id=item.pk, actor=ambrosio, now=NOW)
        assert plan_state(now=NOW).rows[0].items == 1


class TestDependencies:
    def test_a_cycle_is_refused_and_named(self, ambrosio):
        first = make_item(ambrosio, "Sandbox")
        second = make_item(ambrosio, "Invoices", depends_on=(first,))
        third = make_item(ambrosio, "Report", depends_on=(second,))
        with pytest.raises(PlanRefused, match="Sandbox → Report → Invoices → Sandbox"):
            depend(first, third, ambrosio)
        assert not first.depends_on.exists()

    def test_on_itself_is_a_cycle(self, ambrosio):
        item = make_item(ambrosio, "Sandbox")
        with pytest.raises(PlanRefused, match="Sandbox → Sandbox"):
            depend(item, item, ambrosio)

    def test_two_ways_to_one_thing_are_no_cycle(self, ambrosio):
        base = make_item(ambrosio, "Base")
        left, right = (make_item(ambrosio, name, depends_on=(base,)) for name in ("Left", "Right"))
        top = make_item(ambrosio, "Top", depends_on=(left, right))
        assert set(top.depends_on.all()) == {left, right}

    def test_a_deleted_link_of_a_chain_still_counts_since_it_can_come_back(self, ambrosio):
        first = make_item(ambrosio, "First")
        middle = make_item(ambrosio, "Middle", depends_on=(first,))
        last = make_item(ambrosio, "Last", depends_on=(middle,))
        delete_work_item(item_id=middle.pk, actor=ambrosio, now=NOW)
        with pytest.raises(PlanRefused, match="Circular"):
            depend(first, last, ambrosio)
        restore_work_item(item_id=middle.pk, actor=ambrosio, now=NOW)
        assert list(middle.depends_on.all()) == [first]

    def test_editing_keeps_a_dependency_on_what_was_deleted(self, ambrosio):
        gone, item = make_item(ambrosio, "Gone"), make_item(ambrosio, "Stays")
        depend(item, gone, ambrosio)
        delete_work_item(item_id=gone.pk, actor=ambrosio, now=NOW)
        other = make_item(ambrosio, "Other")
        depend(item, other, ambrosio)
        restore_work_item(item_id=gone.pk, actor=ambrosio, now=NOW)
        assert set(item.depends_on.all()) == {gone, other}

    def test_a_long_chain_is_looked_through_in_a_fixed_number_of_queries(self, ambrosio, django_assert_max_num_queries):
        items = [make_item(ambrosio, "Item 0")]
        rows = [WorkItem(title=f"Item {n}", created_at=NOW, updated_at=NOW) for n in range(1, 300)]
        items += WorkItem.objects.bulk_create(rows)
        through = WorkItem.depends_on.through
        pairs = zip(items[1:], items, strict=False)
        through.objects.bulk_create([through(from_workitem=one, to_workitem=other) for one, other in pairs])
        with django_assert_max_num_queries(12), pytest.raises(PlanRefused, match="Circular"):
            depend(items[0], items[-1], ambrosio)


def depend(item, on, actor):
    values = values_of(item)
    wanted = type(values)(**{name: getattr(values, name) for name in values.__slots__} | {"depends_on": (on,)})
    return change_work_item(item_id=item.pk, values=wanted, actor=actor, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_cannot_close_a_cycle():
    actor = person(email="root@pedralva.example")
    actor.is_superuser = True
    actor.save()
    one, other = make_item(actor, "One"), make_item(actor, "Other")
    outcomes = []

    def attempt(item, on):
        try:
            depend(item, on, actor)
            outcomes.append("saved")
        except PlanRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=pair) for pair in ((one, other), (other, one))]
    with transaction.atomic():
        actions.lock_plan()  # both wait here, then go on one after the other
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["refused", "saved"]
    assert WorkItem.depends_on.through.objects.count() == 1


class TestMoves:
    def test_blocked_needs_a_reason_and_begins_to_count(self, ambrosio):
        item = make_item(ambrosio)
        with pytest.raises(PlanRefused, match="Say what blocks it"):
            move_work_item(item_id=item.pk, status="blocked", actor=ambrosio, now=NOW)
        moved = move_work_item(item_id=item.pk, status="blocked", reason=" No access ", actor=ambrosio, now=NOW)
        assert (moved.blocked_reason, moved.blocked_since) == ("No access", NOW)
        again = move_work_item(
            item_id=item.pk, status="blocked", reason="No contract", actor=ambrosio, now=NOW + timedelta(days=2)
        )
        assert (again.blocked_reason, again.blocked_since) == ("No contract", NOW)
        free = move_work_item(item_id=item.pk, status="in_progress", actor=ambrosio, now=NOW)
        assert (free.blocked_reason, free.blocked_since) == ("", None)

    def test_a_done_item_that_is_reopened_leaves_the_done_line(self, ambrosio):
        item = make_item(ambrosio)
        move_work_item(item_id=item.pk, status="done", actor=ambrosio, now=NOW)
        assert progress(rows=[], now=NOW).finished == 1
        move_work_item(item_id=item.pk, status="in_progress", actor=ambrosio, now=NOW)
        assert (progress(rows=[], now=NOW).finished, progress(rows=[], now=NOW).total) == (0, 1)

    def test_whoever_moves_what_a_colleague_moved_meanwhile_is_told_who_and_where(self, ambrosio, lucia):
        item = make_item(ambrosio, "Sync", owner=lucia)
        move_work_item(item_id=item.pk, status="done", seen="next", actor=lucia, now=NOW)
        with pytest.raises(PlanRefused, match="Lúcia Adebayo moved “Sync” to Done"):
            move_work_item(item_id=item.pk, status="in_progress", seen="next", actor=ambrosio, now=NOW)
        move_work_item(item_id=item.pk, status="done", seen="next", actor=ambrosio, now=NOW)  # the same: no conflict
        assert AuditEntry.objects.filter(action="work_item.moved").count() == 1

    @pytest.mark.parametrize("status", ["", "later", "DONE"])
    def test_a_status_that_is_none_is_refused(self, ambrosio, status):
        item = make_item(ambrosio)
        with pytest.raises(PlanRefused, match="columns of the board"):
            move_work_item(item_id=item.pk, status=status, actor=ambrosio, now=NOW)


class TestWhoMayChange:
    def test_a_builder_changes_their_own_items_and_those_on_granted_components(self, ambrosio, lucia):
        granted, other = make_component("HubSpot"), make_component("Odoo")
        assign_perm("operations.change_component", lucia, granted)
        own = make_item(ambrosio, "Own", owner=lucia)
        on_granted = make_item(ambrosio, "On granted", component=granted)
        make_item(ambrosio, "On other", component=other)
        make_item(ambrosio, "Nobody's")
        assert set(changeable_work_items(lucia)) == {own, on_granted}
        assert changeable_work_items(ambrosio).count() == 4

    def test_a_builder_adds_work_for_themselves_only(self, ambrosio, lucia):
        make_item(lucia, "Mine", owner=lucia)
        with pytest.raises(PlanRefused, match="Choose yourself"):
            make_item(lucia, "Yours", owner=ambrosio)
        assert WorkItem.objects.count() == 1

    def test_a_builder_who_moves_the_item_of_a_colleague_is_refused(self, ambrosio, lucia):
        item = make_item(ambrosio, owner=ambrosio)
        for path in ("status/", "edit/"):
            answer = client_of(lucia).post(f"{PLAN}work-items/{item.pk}/{path}", {"status": "done"})
            assert answer.status_code == 403
        item.refresh_from_db()
        assert item.status == "next"

    def test_an_item_on_a_deleted_component_is_no_longer_changed_by_its_grant(self, ambrosio, lucia):
        component = make_component()
        assign_perm("operations.change_component", lucia, component)
        make_item(ambrosio, component=component)
        component.deleted_at = NOW
        component.save()
        assert list(changeable_work_items(lucia)) == []

    def test_who_reads_the_plan_may_listen(self, lucia):
        assert may_listen(lucia, "all")
        assert not may_listen(person("agent"), "all")


class TestPages:
    def test_the_lead_says_the_true_state(self, ambrosio):
        today = timezone.localdate()
        late = make_milestone(ambrosio, "CRM", starts_on=today - timedelta(30), promised_on=today - timedelta(5))
        make_item(ambrosio, milestone=late, status="blocked", blocked_reason="No access")
        page = client_of(ambrosio).get(PLAN).content.decode()
        assert "0 of 1 milestone delivered. CRM is 5 days late. 1 work item is blocked." in page
        assert "5 days late</text>" in page.replace("\n", "")

    def test_the_same_in_portuguese(self, ambrosio):
        ambrosio.language = "pt-br"
        ambrosio.save()
        today = timezone.localdate()
        make_milestone(ambrosio, "CRM", starts_on=today - timedelta(30), promised_on=today - timedelta(5))
        page = client_of(ambrosio).get(PLAN).content.decode()
        assert "0 de 1 marco entregue. CRM está 5 dias atrasado." in page

    def test_an_empty_plan_says_what_to_do_first(self, ambrosio, celina):
        page = client_of(ambrosio).get(PLAN).content.decode()
        assert "Nothing is promised yet" in page
        assert 'href="/operations/plan/milestones/new/"' in page
        assert "New milestone" not in client_of(celina).get(PLAN).content.decode()

    @pytest.mark.parametrize(
        "query", ["view=gantt", "view=list&status=later", "view=list&owner=x", "view=list&milestone=1"]
    )
    def test_an_unknown_filter_is_400(self, ambrosio, query):
        assert client_of(ambrosio).get(f"{PLAN}?{query}").status_code == 400

    def test_the_list_narrows_by_owner_status_milestone_and_component(self, ambrosio, lucia):
        milestone, component = make_milestone(ambrosio), make_component()
        make_item(ambrosio, "Wanted", owner=lucia, milestone=milestone, component=component)
        make_item(ambrosio, "Unwanted")
        query = f"view=list&owner={lucia.pk}&milestone={milestone.pk}&component={component.pk}&status=open"
        page = client_of(ambrosio).get(f"{PLAN}?{query}").content.decode()
        assert "Wanted</a>" in page
        assert "Unwanted" not in page
        page = client_of(ambrosio).get(f"{PLAN}?view=list&owner=none").content.decode()
        assert "Unwanted</a>" in page
        assert "Wanted</a>" not in page.replace("Unwanted</a>", "")

    def test_the_list_goes_on_where_the_page_before_ended(self, ambrosio, monkeypatch):
        monkeypatch.setattr("engagement.operations.views.plan.PAGE_SIZE", 2)
        for number in range(5):
            make_item(ambrosio, f"Item {number}")
        client, url, seen = client_of(ambrosio), f"{PLAN}?view=list", []
        for _ in range(3):
            page = client.get(url)
            seen += [card.item.title for card in page.context["cards"]]
            url = f"{PLAN}?{page.context['further']}"
        assert seen == ["Item 4", "Item 3", "Item 2", "Item 1", "Item 0"]
        assert page.context["further"] == ""

    def test_an_item_on_a_deleted_component_says_so_in_every_view(self, ambrosio):
        component = make_component("HubSpot")
        item = make_item(ambrosio, component=component)
        component.deleted_at = NOW
        component.save()
        for url in (PLAN, f"{PLAN}?view=list", f"{PLAN}?view=components", f"{PLAN}work-items/{item.pk}/"):
            assert "HubSpot (deleted component)" in client_of(ambrosio).get(url).content.decode(), url

    @pytest.mark.parametrize("view", ["board", "list", "components"])
    def test_queries_do_not_grow_with_the_rows(self, ambrosio, lucia, view):
        client, counts = client_of(lucia), []
        for number in (4, 32):  # one, then eight in each column
            for place in range(Milestone.objects.count(), number):
                item = make_item(
                    ambrosio,
                    f"Item {place}",
                    milestone=make_milestone(ambrosio, f"Milestone {place}", owner=ambrosio),
                    owner=lucia,
                    status=WorkItem.Status.values[place % 4],
                    blocked_reason="x",
                    component=make_component(f"Component {place}"),
                    at=timezone.now(),
                )
                item.depends_on.add(make_item(ambrosio, f"Before {place}"))
            client.get(f"{PLAN}?view={view}")
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"{PLAN}?view={view}").status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_moving_on_the_board_answers_with_the_board_as_it_stands(self, ambrosio, lucia):
        item = make_item(ambrosio, "Sync", owner=lucia)
        client, url = client_of(lucia), f"{PLAN}work-items/{item.pk}/status/"
        headers = {"HX-Request": "true", "HX-Target": "div#plan"}
        sent = {"from": "plan", "seen": "next", "status": "in_progress"}
        answer = client.post(url, sent, headers=headers)
        assert answer.status_code == 200
        assert answer.content.decode().lstrip().startswith('<div id="plan"')
        assert "Sync" in answer["HX-Trigger"] or "Sync" in answer.get("HX-Trigger", "").encode().decode(
            "unicode_escape"
        )
        told = client_of(ambrosio).post(url, sent | {"status": "done"}, headers=headers).content.decode()
        assert "Lúcia Adebayo moved “Sync” to In progress while you were looking" in told
        item.refresh_from_db()
        assert item.status == "in_progress"

    def test_a_deletion_leads_to_the_plan_with_an_undo(self, ambrosio):
        item = make_item(ambrosio, "<i>Sync</i>")
        client = client_of(ambrosio)
        page = client.post(f"{PLAN}work-items/{item.pk}/deletion/", follow=True).content.decode()
        assert "“&lt;i&gt;Sync&lt;/i&gt;” was deleted." in page
        assert f'action="{PLAN}work-items/{item.pk}/restoration/"' in page
        client.post(f"{PLAN}work-items/{item.pk}/restoration/")
        item.refresh_from_db()
        assert item.deleted_at is None

    def test_a_closed_risk_is_undone(self, ambrosio):
        client = client_of(ambrosio)
        client.post(f"{PLAN}risks/new/", {"title": "One person knows voice", "level": "high"})
        risk = Risk.objects.get()
        page = client.post(f"{PLAN}risks/{risk.pk}/closure/", follow=True).content.decode()
        assert "“One person knows voice” was closed." in page
        client.post(f"{PLAN}risks/{risk.pk}/reopening/")
        assert "One person knows voice" in client.get(PLAN).content.decode()

    def test_a_stale_form_of_a_work_item_says_who_saved(self, ambrosio, lucia):
        item = make_item(ambrosio, "Sync", owner=lucia)
        client, url = client_of(ambrosio), f"{PLAN}work-items/{item.pk}/edit/"
        sent = sent_by(client.get(url).content.decode(), "plan-form")
        move_work_item(item_id=item.pk, status="done", actor=lucia, now=NOW)
        answer = client.post(url, sent | {"status": "blocked", "blocked_reason": "x"})
        assert answer.status_code == 422
        assert "Lúcia Adebayo saved this while you were editing." in answer.content.decode()
        item.refresh_from_db()
        assert item.status == "done"

    def test_a_stale_form_of_a_milestone_says_who_saved(self, ambrosio):
        made = make_milestone(ambrosio)
        client, url = client_of(ambrosio), f"{PLAN}milestones/{made.pk}/edit/"
        sent = sent_by(client.get(url).content.decode(), "plan-form")
        other = person("master-builder", email="other@pedralva.example", name="Otto Other")
        actions.change_milestone(milestone_id=made.pk, values=changed(made, title="New"), actor=other, now=NOW)
        answer = client.post(url, sent | {"title": "Mine"})
        assert answer.status_code == 422
        assert "Otto Other saved this while you were editing." in answer.content.decode()

    def test_the_cycle_is_named_at_its_field(self, ambrosio):
        first = make_item(ambrosio, "Sandbox")
        second = make_item(ambrosio, "Invoices", depends_on=(first,))
        client, url = client_of(ambrosio), f"{PLAN}work-items/{first.pk}/edit/"
        answer = client.post(
            url, sent_by(client.get(url).content.decode(), "plan-form") | {"depends_on": [str(second.pk)]}
        )
        assert answer.status_code == 422
        assert "Sandbox → Invoices → Sandbox" in answer.content.decode()

    def test_the_sponsor_approves_from_home_and_the_plan_has_the_new_day(self, ambrosio, celina):
        made = make_approved(ambrosio, celina)
        values = changed(made, promised_on=date(2026, 12, 5))
        change = actions.change_milestone(milestone_id=made.pk, values=values, reason="Limits", actor=ambrosio, now=NOW)
        page = client_of(celina).get(f"{PLAN}milestones/{made.pk}/").content.decode()
        assert f'action="{PLAN}changes/{change.pk}/decision/"' in page
        assert "10000.00 → 10000.00" not in page  # what did not change is not in the history of the change
        home = client_of(celina).get("/").content.decode()
        assert f"{PLAN}changes/{change.pk}/decision/" in home
        answer = client_of(celina).post(f"{PLAN}changes/{change.pk}/decision/", {"decision": "approve", "from": "home"})
        assert (answer.status_code, answer["Location"]) == (302, "/")
        made.refresh_from_db()
        assert (made.promised_on, made.approved_by) == (date(2026, 12, 5), celina)

    def test_the_sponsor_asks_whoever_wants_the_change(self, ambrosio, celina):
        made = make_approved(ambrosio, celina)
        values = changed(made, promised_on=date(2026, 12, 5))
        actions.change_milestone(milestone_id=made.pk, values=values, reason="Limits", actor=ambrosio, now=NOW)
        page = client_of(celina).post(f"{PLAN}milestones/{made.pk}/question/", follow=True).content.decode()
        assert "A task for Ambrósio Falcão was created." in page
        page = client_of(celina).post(f"{PLAN}milestones/{made.pk}/question/", follow=True).content.decode()
        assert "You asked Ambrósio Falcão already." in page

    def test_a_comment_stands_on_the_page_and_an_empty_one_is_422(self, ambrosio, celina):
        item, milestone = make_item(ambrosio), make_milestone(ambrosio)
        for path in (f"work-items/{item.pk}", f"milestones/{milestone.pk}"):
            client = client_of(celina)
            assert client.post(f"{PLAN}{path}/comments/", {"text": " "}).status_code == 422
            page = client.post(f"{PLAN}{path}/comments/", {"text": "When <b>exactly</b>?"}, follow=True)
            assert "When &lt;b&gt;exactly&lt;/b&gt;?" in page.content.decode()
        assert Comment.objects.count() == 2

    def test_history_is_in_words(self, ambrosio, lucia):
        item = make_item(ambrosio)
        move_work_item(item_id=item.pk, status="in_progress", actor=ambrosio, now=NOW)
        page = client_of(lucia).get(f"{PLAN}work-items/{item.pk}/").content.decode()
        assert "Moved a work item" in page
        assert "Status: Next → In progress" in page


class TestForms:
    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"promised_on": "2026-10-01"}, "__all__"),
            ({"starts_on": "1026-11-01"}, "starts_on"),
            ({"budget": "-1"}, "__all__"),
            ({"currency": "reais"}, "currency"),
            ({"title": "  "}, "title"),
        ],
    )
    def test_a_milestone_that_makes_no_sense(self, values, field):
        good = {"title": "CRM", "starts_on": "2026-11-01", "promised_on": "2026-11-30", "spent": "0", "currency": "brl"}
        assert MilestoneForm(good).is_valid()
        assert list(MilestoneForm(good | values).errors) == [field]

    @pytest.mark.parametrize("values", [{"estimate": "-1"}, {"estimate": "70000"}, {"due_on": "12026-01-01"}])
    def test_a_work_item_that_makes_no_sense(self, values):
        good = {"title": "Sync", "status": "next", "estimate": "3"}
        assert WorkItemForm(good).is_valid()
        assert list(WorkItemForm(good | values).errors) == list(values)

    def test_too_large_an_estimate_is_refused_by_the_action_too(self, ambrosio):
        with pytest.raises(PlanRefused, match="1,000 points"):
            make_item(ambrosio, estimate=1001)


class TestProgress:
    def test_the_forecast_follows_the_pace_of_the_last_four_weeks(self, ambrosio):
        start = NOW - timedelta(days=60)
        items = [make_item(ambrosio, f"Item {n}", at=start) for n in range(20)]
        for place, item in enumerate(items[:10]):  # 4 of them within 28 days
            at = NOW - timedelta(days=50 - place * 6 if place < 6 else 40 - place * 4)
            move_work_item(item_id=item.pk, status="done", actor=ambrosio, now=at)
        found = progress(rows=[], now=NOW)
        lately = WorkItem.objects.filter(done_at__gt=NOW - timedelta(days=28)).count()
        assert (found.total, found.finished) == (20, 10)
        assert found.forecast_on == DAY + timedelta(days=-(-10 * 28 // lately))

    def test_without_anything_done_lately_there_is_no_forecast(self, ambrosio):
        item = make_item(ambrosio, at=NOW - timedelta(days=90))
        make_item(ambrosio, "Other", at=NOW - timedelta(days=90))
        move_work_item(item_id=item.pk, status="done", actor=ambrosio, now=NOW - timedelta(days=60))
        found = progress(rows=[], now=NOW)
        assert (found.forecast_on, found.is_stalled) == (None, True)

    def test_all_done_needs_no_forecast(self, ambrosio):
        make_item(ambrosio, status="done")
        found = progress(rows=[], now=NOW)
        assert (found.forecast_on, found.is_stalled) == (None, False)

    def test_drawings_stay_inside_their_frames(self, ambrosio):
        for number in range(8):
            make_milestone(ambrosio, f"M{number}", starts_on=date(2024, 1, 1), promised_on=date(2026 + number, 6, 1))
            make_item(ambrosio, f"Item {number}", at=NOW - timedelta(days=number * 40))
        state = plan_state(now=NOW)
        timeline = draw_timeline(state.rows, today=DAY)
        assert all(132 <= int(bar.x) <= int(bar.x) + int(bar.width) <= 717 for bar in timeline.bars)
        assert sum(month.is_named for month in timeline.months) <= 12
        drawn = draw_burn_up(progress(rows=state.rows, now=NOW))
        points = [tuple(map(int, one.split(","))) for one in f"{drawn.scope} {drawn.done}".split()]
        assert all(0 <= x <= 250 and 18 <= y <= 104 for x, y in points)

    def test_without_rows_nothing_is_drawn(self):
        assert draw_timeline([], today=DAY) is None
        assert draw_burn_up(progress(rows=[], now=NOW)) is None


def test_the_board_counts_exactly_and_shows_the_first_cards(ambrosio, monkeypatch):
    monkeypatch.setattr("engagement.operations.selectors.plan.MAX_CARDS", 2)
    for number in range(5):
        make_item(ambrosio, f"Item {number}")
    done = make_item(ambrosio, "Old", status="done", at=NOW - timedelta(days=8))
    make_item(ambrosio, "New", status="done", at=NOW - timedelta(days=6))
    columns = {column.status: column for column in board(user=ambrosio, now=NOW)}
    assert (columns["next"].count, len(columns["next"].cards), columns["next"].more) == (5, 2, 3)
    assert done.title not in [card.item.title for card in columns["done"].cards]
    assert columns["done"].count == 1


def test_components_stand_in_the_order_of_their_names_and_none_comes_last(ambrosio):
    for name in ("Zendesk", "Água", None):
        make_item(ambrosio, f"On {name}", component=make_component(name) if name else None)
    groups = by_component(user=ambrosio, now=NOW)
    assert [str(group.component) for group in groups] == ["Água", "Zendesk", "None"]


def test_what_somebody_owns_goes_on_with_a_colleague(ambrosio, lucia):
    milestone, item = make_milestone(ambrosio, owner=lucia), make_item(ambrosio, owner=lucia)
    risk = actions.create_risk(values=actions.RiskValues(title="Price", owner=lucia), actor=ambrosio, now=NOW)
    kinds = {kind.name: kind for kind in responsibilities.registered()}
    with transaction.atomic():
        for name in ("operations.milestones", "operations.work-items", "operations.risks"):
            kind = kinds[name]
            assert kind.rows(lucia).count() == 1
            assert kind.describe(kind.rows(lucia).get()).title
            assert kind.hand_over(person=lucia, to=ambrosio, actor=ambrosio, now=NOW) == 1
    for row in (milestone, item, risk):
        row.refresh_from_db()
        assert row.owner == ambrosio


def test_homes_say_what_waits(ambrosio, lucia, celina):
    today = timezone.localdate()
    make_milestone(ambrosio, "CRM late", starts_on=today - timedelta(30), promised_on=today - timedelta(3))
    make_item(ambrosio, "Stuck thing", status="blocked", blocked_reason="No access", owner=lucia)
    make_item(ambrosio, "Soon thing", due_on=today + timedelta(2))
    home = client_of(ambrosio).get("/").content.decode()
    assert all(title in home for title in ("CRM late", "Stuck thing", "Soon thing"))
    assert "Stuck thing" in client_of(lucia).get("/").content.decode()
    sponsor = client_of(celina).get("/").content.decode()
    assert "Awaiting your approval" in sponsor
    assert "R$ 10,000" in sponsor


def test_portuguese_says_it_naturally(ambrosio):
    with translation.override("pt-br"), pytest.raises(PlanRefused, match="Informe o que bloqueia"):
        make_item(ambrosio, status="blocked")
