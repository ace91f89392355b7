"""Labels: managed on one page, set on conversations, shown in thread and list, found by them."""

import json

import pytest
from django.contrib.auth.models import Group

from conversations.actions.labels import (
    MAX_ON_CONVERSATION,
    LabelArchived,
    LabelNameTaken,
    LabelValues,
    TooManyLabels,
    add_label,
    change_label,
    create_label,
    remove_label,
)
from conversations.models import ConversationLabel, Label, Message
from conversations.selectors.inbox_list import page
from engagement.village.audit import NOWHERE
from engagement.village.models import AuditEntry, Role
from tests.factories import NOW, make_channel, make_conversation, make_queue, make_user
from tests.village.people import client_of

pytestmark = pytest.mark.django_db
PAGE = "/inbox/labels/"


@pytest.fixture
def channel():
    return make_channel("care@pedralva.example")


@pytest.fixture
def care(channel):
    return make_queue("care", channels=(channel,))


@pytest.fixture
def agent(care):
    user = make_user("Caio Brandt", queues=(care,))
    user.groups.add(Role.objects.get(slug="agent").group)
    return user


@pytest.fixture
def manager():
    user = make_user("Ivo Prado")
    user.groups.add(Group.objects.get(role__slug="administrator"))
    return user


@pytest.fixture
def talk(channel, care):
    return make_conversation(channel, title="A torn saddle")


def made(name="Warranty", *, name_pt="Garantia", color="anil", actor, **more) -> Label:
    values = LabelValues(name=name, name_pt=name_pt, color=color, **more)
    return create_label(values=values, actor=actor, origin=NOWHERE, now=NOW)


class TestManaging:
    def test_a_manager_creates_changes_and_archives_a_label(self, manager):
        browser = client_of(manager)
        assert browser.get(PAGE).status_code == 200
        answer = browser.post(PAGE, {"name": "Warranty", "name_pt": "Garantia", "color": "anil"})
        assert answer.status_code == 302
        label = Label.objects.get()
        url = f"{PAGE}{label.pk}/"
        assert "Warranty" in browser.get(url).content.decode()
        form = {"name": "Guarantee", "name_pt": "Garantia", "color": "moss", "is_archived": "on"}
        assert browser.post(url, form).status_code == 302
        label.refresh_from_db()
        assert (label.name, label.color, label.is_archived) == ("Guarantee", "moss", True)
        actions = AuditEntry.objects.filter(action__startswith="label.").order_by("key").values_list("action", "detail")
        assert list(actions) == [
            ("label.created", {}),
            ("label.changed", {"changed": ["color", "is_archived", "name"]}),
        ]

    @pytest.mark.parametrize("name", ["", "  ", "WARRANTY", "x" * 61, "two\nlines"])
    def test_what_is_no_name_is_refused_with_the_form(self, manager, name):
        made(actor=manager)
        answer = client_of(manager).post(PAGE, {"name": name, "color": "anil"})
        assert answer.status_code == 422
        assert Label.objects.count() == 1

    def test_an_unknown_color_is_refused(self, manager):
        assert client_of(manager).post(PAGE, {"name": "New", "color": "pink"}).status_code == 422

    def test_an_agent_manages_none(self, agent, manager):
        label = made(actor=manager)
        browser = client_of(agent)
        assert browser.post(PAGE, {"name": "Mine"}).status_code == 403
        assert browser.post(f"{PAGE}{label.pk}/", {"name": "Mine"}).status_code == 403
        assert Label.objects.get().name == "Warranty"

    def test_the_name_is_once_whatever_its_case(self, manager):
        made(actor=manager)
        other = made("Delivery", actor=manager)
        with pytest.raises(LabelNameTaken):
            change_label(label=other, values=LabelValues(name="warranty"), actor=manager, origin=NOWHERE, now=NOW)


class TestSetting:
    def test_an_agent_adds_and_removes_it_and_the_thread_tells(self, agent, manager, talk):
        label, browser = made(actor=manager), client_of(agent)
        url = f"/inbox/{talk.pk}/labels/"
        assert browser.post(url, {"add": str(label.pk)}).status_code == 302
        assert browser.post(url, {"add": str(label.pk)}).status_code == 302
        assert ConversationLabel.objects.get().added_by == agent
        shown = browser.get(f"/inbox/all/{talk.pk}/").content.decode()
        assert shown.count('<span class="badge badge--anil">') >= 1
        assert "<b>Caio Brandt</b> added the label <b>Warranty</b>" in shown
        assert '<span class="row__labels" title="Warranty">' in shown
        assert browser.post(url, {"remove": str(label.pk)}).status_code == 302
        assert not ConversationLabel.objects.exists()
        events = Message.objects.filter(conversation=talk, kind="event").order_by("seq")
        assert [one.detail["event"] for one in events] == ["labeled", "unlabeled"]

    def test_each_change_can_be_undone_unless_it_was_changed_since(self, agent, manager, talk):
        label, browser = made(actor=manager), client_of(agent)
        url = f"/inbox/{talk.pk}/labels/"

        def change(**given):
            answer = browser.post(url, given, headers={"HX-Request": "true"})
            return json.loads(answer["HX-Trigger"])["toast"]["undo"]["url"]

        def undo(address):
            return browser.post(address, headers={"HX-Request": "true"}).status_code, ConversationLabel.objects.count()

        added = change(add=str(label.pk))
        assert undo(added) == (200, 0)
        assert undo(added) == (200, 0), "a second time changes nothing"
        change(add=str(label.pk))
        removed = change(remove=str(label.pk))
        assert undo(removed) == (200, 1)
        removed = change(remove=str(label.pk))
        change(add=str(label.pk))
        assert undo(removed) == (409, 1), "somebody has set it since"
        removed = change(remove=str(label.pk))
        Label.objects.update(archived_at=NOW)
        assert undo(removed) == (409, 0), "an archived one is set no more"
        assert "removed the label again" in browser.get(f"/inbox/all/{talk.pk}/").content.decode()

    def test_in_portuguese_it_has_its_own_name(self, agent, manager, talk):
        add_label(conversation=talk, label=made(actor=manager), actor=agent, now=NOW)
        agent.language = "pt-br"
        agent.save()
        shown = client_of(agent).get(f"/inbox/all/{talk.pk}/").content.decode()
        assert "adicionou a etiqueta <b>Garantia</b>" in shown
        assert '<span class="row__labels" title="Garantia">' in shown

    @pytest.mark.parametrize("value", ["", "no-id", "0193a3f0-5b1e-7c3a-9d42-6f1c0a7b2e10"])
    def test_one_that_is_not_there_is_refused(self, agent, talk, value):
        answer = client_of(agent).post(f"/inbox/{talk.pk}/labels/", {"add": value}, headers={"HX-Request": "true"})
        assert answer.status_code == 422

    def test_an_archived_one_stays_where_it_is_and_is_added_no_more(self, agent, manager, talk, channel):
        label = made(actor=manager)
        add_label(conversation=talk, label=label, actor=agent, now=NOW)
        archived = LabelValues(name="Warranty", is_archived=True)
        change_label(label=label, values=archived, actor=manager, origin=NOWHERE, now=NOW)
        with pytest.raises(LabelArchived):
            add_label(conversation=make_conversation(channel), label=label, actor=agent, now=NOW)
        assert ConversationLabel.objects.get().conversation == talk
        menu = client_of(agent).get(f"/inbox/{talk.pk}/menus/labels/").content.decode()
        assert "Warranty" not in menu

    def test_a_conversation_has_not_more_than_fit(self, agent, manager, talk):
        for number in range(MAX_ON_CONVERSATION):
            add_label(conversation=talk, label=made(f"Label {number}", actor=manager), actor=agent, now=NOW)
        with pytest.raises(TooManyLabels):
            add_label(conversation=talk, label=made("One more", actor=manager), actor=agent, now=NOW)

    def test_a_conversation_of_another_queue_is_not_there(self, agent, manager):
        other = make_channel("legal@pedralva.example")
        make_queue("legal", channels=(other,))
        hidden = make_conversation(other)
        answer = client_of(agent).post(f"/inbox/{hidden.pk}/labels/", {"add": str(made(actor=manager).pk)})
        assert answer.status_code == 404
        assert not ConversationLabel.objects.exists()

    def test_the_menu_offers_what_fits_the_words(self, agent, manager, talk):
        label = made(actor=manager)
        made("Delivery", name_pt="Entrega", actor=manager)
        add_label(conversation=talk, label=label, actor=agent, now=NOW)
        browser, url = client_of(agent), f"/inbox/{talk.pk}/menus/labels/"
        whole = browser.get(url).content.decode()
        assert f'name="remove" value="{label.pk}"' in whole
        assert whole.count('name="add"') == 1
        found = browser.get(url, {"name": "entre"}).content.decode()
        assert ("Delivery" in found, "Warranty" in found) == (True, False)


class TestFinding:
    def test_the_list_is_narrowed_to_a_label_and_keeps_it_from_page_to_page(self, agent, manager, talk, channel):
        other, label = make_conversation(channel, title="Something else"), made(actor=manager)
        add_label(conversation=talk, label=label, actor=agent, now=NOW)
        for view in ("all", "queue:care", "unassigned"):
            found = page(user=agent, view=view, label=label.pk, now=NOW)
            assert [row.key for row in found.rows] == [talk.pk], view
        assert [one.name for one in found.rows[0].labels] == ["Warranty"]
        remove_label(conversation=talk, label=label, actor=agent, now=NOW)
        assert page(user=agent, view="all", label=label.pk, now=NOW).rows == []
        assert {row.key for row in page(user=agent, view="all", now=NOW).rows} == {talk.pk, other.pk}

    def test_the_page_says_by_what_it_is_narrowed(self, agent, manager, talk):
        label, browser = made(actor=manager), client_of(agent)
        add_label(conversation=talk, label=label, actor=agent, now=NOW)
        shown = browser.get("/inbox/all/", {"label": str(label.pk)}).content.decode()
        assert "Clear filter" in shown
        assert f"/inbox/all/{talk.pk}/?label={label.pk}" in shown
        empty = browser.get("/inbox/snoozed/", {"label": str(label.pk)}).content.decode()
        assert "No conversation here has this label" in empty
        assert browser.get("/inbox/all/", {"label": "no-id"}).status_code == 200

    def test_a_page_of_rows_costs_the_same_with_and_without_labels(self, agent, manager, channel, talk):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def queries() -> int:
            with CaptureQueriesContext(connection) as asked:
                page(user=agent, view="all", now=NOW)
            return len(asked)

        without = queries()
        for number in range(3):
            label = made(f"Label {number}", actor=manager)
            add_label(conversation=talk, label=label, actor=agent, now=NOW)
            add_label(conversation=make_conversation(channel), label=label, actor=agent, now=NOW)
        assert queries() == without
