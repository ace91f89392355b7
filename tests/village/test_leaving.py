"""Who leaves: what is with them is listed, and handed over in one step; what is not handed over is not lost."""

from datetime import timedelta

import pytest
from guardian.shortcuts import assign_perm

from campaigns.models import Campaign, Segment
from collaboration.actions.coordinate import coordinate
from collaboration.models import ApprovalRequest, Coordination, Notification, Task
from collaboration.tasks import make
from community.models import Space
from conversations.actions.assign import assign
from conversations.actions.draft import save_draft
from conversations.actions.queues import let_out
from conversations.actions.status import pend, snooze, wake
from conversations.models import Conversation, Draft, Message
from engagement.events import relay
from engagement.operations.models import AreaOwner
from engagement.profiles.actions.deals import Terms, open_deal
from engagement.profiles.models import Company, Deal, Profile
from engagement.village import responsibilities
from engagement.village.actions.end_access import end_access
from engagement.village.actions.reassign import reassign
from engagement.village.audit import NOWHERE
from engagement.village.models import AuditEntry, Department, Role, User
from tests.factories import NOW, make_channel, make_conversation, make_message, make_queue, make_template, minutes
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


class Place:
    """A leaver with one thing of each kind, a colleague, an administrator."""

    def __init__(self):
        self.channel = make_channel("care@pedralva.example")
        self.queue = make_queue("care", channels=(self.channel,), answer_within=60)
        self.boss = person("administrator", email="ivo@pedralva.example", name="Ivo Sandoval")
        roles = ("agent", "merchant", "moderator", "troubadour", "visionary", "administrator")
        self.tereza = person(*roles, email="tereza@pedralva.example", name="Tereza Lobato")
        self.caio = person(*roles, email="caio@pedralva.example", name="Caio Brandt", language="pt-br")
        for one in (self.tereza, self.caio):
            assign_perm("conversations.work_queue", one, self.queue)
        self.talk = make_conversation(self.channel, external_id="a@x", title="Wheel")
        self.asleep = make_conversation(self.channel, "bia@customer.example", external_id="b@x")
        for talk in (self.talk, self.asleep):
            assign(conversation=talk, assignee=self.tereza, actor=self.tereza, now=NOW)
        snooze(conversation=self.asleep, until=NOW + timedelta(days=1), actor=self.tereza, now=NOW)

    def one_of_each(self):
        save_draft(conversation=self.talk, author=self.tereza, kind="reply", text="Half", version=0, now=NOW)
        make(title="Call her", created_by=self.boss, assignee=self.tereza, now=NOW)
        Profile.objects.filter(pk=self.talk.profile_id).update(owner=self.tereza)
        Company.objects.create(name="Acme", owner=self.tereza, created_at=NOW, changed_at=NOW)
        open_deal(
            profile_id=self.talk.profile_id, owner=self.tereza, terms=Terms(title="Ten"), actor=self.boss, now=NOW
        )
        coordinate(profile=self.talk.profile, person=self.tereza, now=NOW)
        Space.objects.create(slug="bikes", name="Bikes", name_pt="Bicicletas", moderator=self.tereza)
        Space.objects.create(slug="help", name="Help", name_pt="Ajuda", moderator=self.boss, deputy=self.tereza)
        make_template(self.tereza)
        segment = Segment.objects.create(name="All", owner=self.tereza)
        Campaign.objects.create(name="Spring", owner=self.tereza, segment=segment)
        AreaOwner.objects.create(area="conversation", person=self.tereza, since=NOW)


@pytest.fixture
def place():
    return Place()


def url(someone):
    return f"/village/people/{someone.pk}/leaving/"


def open_page(place):
    return client_of(place.boss).get(url(place.tereza))


def test_the_page_lists_what_is_with_a_person(place):
    place.one_of_each()
    page = open_page(place)
    listed = {one.kind.name: one.count for one, _field in page.context["kinds"]}
    assert listed == dict.fromkeys(
        [
            "campaigns.campaigns", "campaigns.segments", "collaboration.coordinations", "collaboration.tasks",
            "community.deputy", "community.moderator", "content.templates", "conversations.drafts",
            "conversations.open", "conversations.snoozed", "operations.areas", "profiles.companies",
            "profiles.contacts", "profiles.deals",
        ],
        1,
    )  # fmt: skip
    assert "Wheel" not in page.content.decode()  # an administrator does not read the inbox
    assert "Call her" not in page.content.decode() or place.boss.has_perm("collaboration.view_task")
    person_page = client_of(place.boss).get(f"/village/people/{place.tereza.pk}/").content.decode()
    assert "14 things are with this person." in person_page


def test_everything_goes_to_a_colleague_in_one_step(place):
    place.one_of_each()
    fields = {name: str(place.caio.pk) for name in open_page(place).context["form"].fields}
    answer = client_of(place.boss).post(url(place.tereza), fields | {"close": "1"})
    assert (answer.status_code, User.objects.get(pk=place.tereza.pk).is_active) == (302, False)
    caio = place.caio
    assert set(Conversation.objects.values_list("assignee", flat=True)) == {caio.pk}
    assert Draft.objects.get().author == caio
    assert Task.objects.get().assignee == caio
    assert Profile.objects.get(pk=place.talk.profile_id).owner == caio
    assert (Company.objects.get().owner, Deal.objects.get().owner) == (caio, caio)
    assert Coordination.objects.get(until=None).person == caio
    assert {space.moderator for space in Space.objects.filter(slug="bikes")} == {caio}
    assert Space.objects.get(slug="help").deputy == caio
    assert (Campaign.objects.get().owner, Segment.objects.get().owner) == (caio, caio)
    assert AreaOwner.objects.get().person == caio
    assert open_page(place).context["kinds"] == []
    entry = AuditEntry.objects.get(action="person.work_handed_over")
    assert entry.detail["counts"]["conversations.open"] == 1
    relay.run_pending(now=NOW + minutes(1_000_000))
    told = Notification.objects.get(person=caio, kind="work.received")
    assert told.title == "Você assume o trabalho de Tereza Lobato"
    assert "Conversas abertas: 1" in told.text


def test_what_can_be_is_left_unassigned_and_what_cannot_stays(place):
    place.one_of_each()
    finance = Department.objects.get(slug="finance")
    place.tereza.departments.add(finance)
    form = open_page(place).context["form"]
    fields = {name: form[name].initial for name in form.fields}
    client_of(place.boss).post(url(place.tereza), fields)
    assert User.objects.get(pk=place.tereza.pk).is_active
    assert set(Conversation.objects.values_list("assignee", flat=True)) == {None}
    assert (Task.objects.get().assignee, Task.objects.get().department) == (None, finance)
    assert Profile.objects.get(pk=place.talk.profile_id).owner is None
    assert Deal.objects.get().owner == place.tereza
    assert not Coordination.objects.filter(until=None).exists()
    assert not AreaOwner.objects.exists()


def test_a_colleague_who_does_not_work_in_the_queue_does_not_get_its_conversations(place):
    outsider = person("agent", email="rui@pedralva.example", name="Rui")
    client_of(place.boss).post(url(place.tereza), {"conversations__open": str(outsider.pk)})
    assert Conversation.objects.get(pk=place.talk.pk).assignee is None


def test_a_draft_is_put_behind_what_the_colleague_writes_there(place):
    for author, text in ((place.tereza, "Hers"), (place.caio, "His")):
        save_draft(conversation=place.talk, author=author, kind="reply", text=text, version=0, now=NOW)
    client_of(place.boss).post(url(place.tereza), {"conversations__drafts": str(place.caio.pk)})
    assert Draft.objects.get().text == "His\n\nHers"


@pytest.mark.parametrize("choice", ["themselves", "closed", "nonsense"])
def test_nobody_who_cannot_go_on_is_chosen(place, choice):
    closed = person("agent", email="gone@pedralva.example", is_active=False)
    value = {"themselves": str(place.tereza.pk), "closed": str(closed.pk), "nonsense": "x"}[choice]
    answer = client_of(place.boss).post(url(place.tereza), {"conversations__open": value, "close": "1"})
    assert (answer.status_code, User.objects.get(pk=place.tereza.pk).is_active) == (422, True)
    assert Conversation.objects.get(pk=place.talk.pk).assignee == place.tereza


def test_a_refused_closing_hands_nothing_over(place):
    answer = client_of(place.boss).post(url(place.boss), {"close": "1"})
    assert answer.status_code == 422
    place.tereza.is_superuser = True
    place.tereza.save()
    answer = client_of(place.boss).post(url(place.tereza), {"conversations__open": "nobody", "close": "1"})
    assert answer.status_code == 422
    assert Conversation.objects.get(pk=place.talk.pk).assignee == place.tereza


def test_closing_without_handing_over_releases_where_a_customer_waits(place):
    quiet = make_conversation(place.channel, "cid@customer.example")
    assign(conversation=quiet, assignee=place.tereza, actor=place.tereza, now=NOW)
    pend(conversation=quiet, actor=place.tereza, now=NOW)
    end_access(person=place.tereza, actor=place.boss, now=NOW)
    assert Conversation.objects.get(pk=place.talk.pk).assignee is None
    assert Conversation.objects.get(pk=quiet.pk).assignee == place.tereza
    assert Conversation.objects.get(pk=place.asleep.pk).assignee == place.tereza


def test_the_next_message_to_a_leavers_conversation_is_unassigned_and_told_to_its_queue(place):
    pend(conversation=place.talk, actor=place.tereza, now=NOW)
    end_access(person=place.tereza, actor=place.boss, now=NOW)
    make_message(place.channel, in_reply_to=["a@x"], auto="auto-reply", received_at=NOW + minutes(1))
    assert Conversation.objects.get(pk=place.talk.pk).assignee == place.tereza
    make_message(place.channel, in_reply_to=["a@x"], received_at=NOW + minutes(2))
    assert Conversation.objects.get(pk=place.talk.pk).assignee is None
    events = Message.objects.filter(conversation=place.talk, kind="event").order_by("seq")
    assert [row.detail["event"] for row in events] == ["assigned", "pended", "released"]
    assert events.last().detail["name"] == "Tereza Lobato"
    relay.run_pending(now=NOW + minutes(1_000_000))
    told = Notification.objects.filter(kind="conversation.released")
    assert [one.person for one in told] == [place.caio]
    assert told[0].title == "Ana Prado escreveu. Tereza Lobato não cuida mais disso: a conversa está sem responsável"


def test_a_leavers_snoozed_conversation_wakes_unassigned(place):
    end_access(person=place.tereza, actor=place.boss, now=NOW)
    wake(conversation=place.asleep, now=NOW + timedelta(days=2))
    assert Conversation.objects.get(pk=place.asleep.pk).assignee is None


def test_who_loses_a_role_or_queue_does_not_keep_what_they_cannot_open(place):
    agent = Role.objects.get(slug="agent")
    let_out(queue=place.queue, who=place.tereza, actor=place.boss, origin=NOWHERE, now=NOW)
    assert Conversation.objects.get(pk=place.talk.pk).assignee is None
    assign_perm("conversations.work_queue", agent.group, place.queue)
    assign(conversation=place.talk, assignee=place.tereza, actor=place.boss, now=NOW)
    merchant = Role.objects.get(slug="merchant")
    reassign(person=place.tereza, roles=[merchant], departments=[], actor=place.boss, now=NOW)
    assert Conversation.objects.get(pk=place.talk.pk).assignee is None
    assert AuditEntry.objects.get(action="person.work_released").detail["counts"] == {"conversations.open": 1}


def test_who_leaves_a_department_does_not_keep_what_they_did_for_it(place):
    finance = Department.objects.get(slug="finance")
    place.queue.department = finance
    place.queue.save()
    place.tereza.departments.add(finance)
    make(title="Pay", created_by=place.boss, assignee=place.tereza, department=finance, now=NOW)
    roles = list(Role.objects.filter(group__user=place.tereza))
    reassign(person=place.tereza, roles=roles, departments=[], actor=place.boss, now=NOW)
    assert Conversation.objects.get(pk=place.talk.pk).assignee is None
    assert (Task.objects.get().assignee, Task.objects.get().department) == (None, finance)


def test_an_approval_that_was_asked_for_goes_to_a_colleague_who_then_cannot_decide_it(place):
    fields = {"kind": "content.template", "subject_id": place.talk.pk, "content_hash": "a" * 64, "permission": "x.y"}
    steps = [{"permission": "x.y", "quorum": 1, "hours": 1}]
    asked = ApprovalRequest.objects.create(
        requester=place.tereza, steps=steps, created_at=NOW, due_at=NOW + timedelta(days=1), **fields
    )
    kind = {one.name: one for one in responsibilities.registered()}["collaboration.requests"]
    assert list(kind.rows(place.tereza)) == [asked]
    assert kind.hand_over(person=place.tereza, to=place.caio, actor=place.boss, now=NOW) == 1
    assert ApprovalRequest.objects.get().requester == place.caio
    assert not ApprovalRequest.objects.waiting_for(place.caio).exists()


def test_every_kind_can_name_its_rows_and_says_who_may_take_them(place):
    for kind in responsibilities.registered():
        assert kind.rows(place.tereza).count() >= 0
        assert (kind.hand_over is None) == (kind.name == "collaboration.decisions")
        assert str(kind.label)
