"""The list: who sees what, in which order, with which reason, at a fixed number of queries."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import assign_perm

from conversations.actions.assign import assign, move
from conversations.actions.note import write_note
from conversations.actions.read import mark_read
from conversations.actions.reply import reply
from conversations.actions.status import pend, resolve, snooze
from conversations.models import Conversation, Message, Queue
from conversations.selectors import attention, counts, inbox_list, rail
from conversations.selectors import thread as thread_selector
from conversations.selectors.inbox_list import BadCursor, UnknownView, page
from conversations.selectors.people import who_work
from conversations.selectors.queues import queues_of
from conversations.views import shelves
from conversations.views.desk import conversation_of
from engagement.channels.models import RawEvent, Transmission
from engagement.realtime import presence
from tests.factories import NOW, make_channel, make_conversation, make_message, make_queue, make_user, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    channel = make_channel("care@pedralva.example")
    make_queue("care", channels=(channel,), answer_within=60)
    return channel


@pytest.fixture
def queue(channel):
    return channel.queues.get()


@pytest.fixture
def agent(queue):
    return make_user("Iara Nunes", queues=(queue,))


def titles(found):
    return [row.title for row in found.rows]


def fill(channel, number, *, start=0):
    return [
        make_conversation(channel, f"c{n}@customer.example", title=f"t{n}", received_at=NOW + minutes(n))
        for n in range(start, start + number)
    ]


def test_a_person_sees_only_the_queues_they_work(channel, agent):
    make_conversation(channel, title="mine to see")
    hidden = make_channel()
    make_queue("secret", channels=(hidden,))
    other = make_conversation(hidden, title="hidden")
    assert titles(page(user=agent, view="all", now=NOW)) == ["mine to see"]
    assert titles(page(user=agent, view="all", search="hidden", now=NOW)) == []
    assert not Conversation.objects.visible_to(agent).filter(pk=other.pk).exists()
    with pytest.raises(UnknownView):
        page(user=agent, view="queue:secret", now=NOW)
    with pytest.raises(UnknownView):
        page(user=agent, view="found", now=NOW)


def test_each_view_shows_its_own(channel, queue, agent):
    one, two, three, four, five = fill(channel, 5)
    assign(conversation=one, assignee=agent, actor=agent, now=NOW)
    snooze(conversation=two, until=NOW + timedelta(days=2), actor=agent, now=NOW)
    resolve(conversation=three, actor=agent, now=NOW)
    pend(conversation=four, actor=agent, now=NOW)
    write_note(conversation=five, author=make_user(queues=(queue,)), text="@Iara look", client_key="n", now=NOW)

    def shown(view):
        return titles(page(user=agent, view=view, now=NOW + minutes(61)))

    assert shown("mine") == ["t0"]
    assert shown("unassigned") == ["t3", "t4"] or shown("unassigned") == ["t4", "t3"]
    assert sorted(shown("all")) == ["t0", "t3", "t4"] == sorted(shown("queue:care"))
    assert (shown("snoozed"), shown("resolved"), shown("mentions")) == (["t1"], ["t2"], ["t4"])
    assert (shown("late"), shown("due")) == (["t0"], ["t4"])
    assert counts.for_person(agent, now=NOW + minutes(61)) == {
        "mine": 1, "unassigned": 2, "all": 3, "mentions": 1, "snoozed": 1, "resolved": 1, "late": 1, "due": 1,
        "queue:care": 3,
    }  # fmt: skip


@pytest.mark.parametrize("order", ["newest", "due"])
@pytest.mark.parametrize("view", ["all", "unassigned", "queue:care"])
def test_pages_show_everything_once(channel, agent, monkeypatch, order, view):
    monkeypatch.setattr(inbox_list, "PAGE", 4)
    other = make_channel()
    make_queue("other", channels=(other,))
    if view != "queue:care":
        assign_perm("conversations.work_queue", agent, other.queues.get())
    everything = fill(channel, 7) + (fill(other, 6, start=7) if view != "queue:care" else [])
    seen, cursor = [], ""
    while True:
        found = page(user=agent, view=view, cursor=cursor, order=order, now=NOW)
        seen += titles(found)
        cursor = found.next_cursor
        if not cursor:
            break
    newest_first = [f"t{n}" for n in reversed(range(len(everything)))]
    due_first = [f"t{n}" for n in range(7)] + [f"t{n}" for n in reversed(range(7, len(everything)))]
    assert seen == (newest_first if order == "newest" else due_first)


def test_due_within_an_hour_ends_after_an_hour_and_does_not_include_what_is_late(channel, agent):
    promises = {"late": -1, "now": 0, "soon": 1, "at the hour": 60, "after it": 61, "tomorrow": 1500}
    for title, left in promises.items():
        talk = make_conversation(channel, f"{left}@customer.example", title=title)
        Conversation.objects.filter(pk=talk.pk).update(next_due_at=NOW + minutes(left))
    assert titles(page(user=agent, view="due", now=NOW)) == ["soon", "at the hour"]
    assert titles(page(user=agent, view="late", now=NOW)) == ["late", "now"]
    found = counts.for_person(agent, now=NOW)
    assert (found["due"], found["late"]) == (2, 2)
    later = counts.for_person(agent, now=NOW + minutes(61))
    assert (later["due"], later["late"]) == (0, 5)


def test_a_count_beyond_what_is_counted_says_so(client, channel, agent, monkeypatch):
    monkeypatch.setattr(counts, "MOST", 2)
    monkeypatch.setattr(shelves, "MAX_COUNTED", 2)
    fill(channel, 3)
    Conversation.objects.update(next_due_at=NOW - timedelta(days=900))
    agent.groups.add(Group.objects.get(role__slug="agent"))
    client.force_login(agent)
    assert client.get("/inbox/late/").content.decode().count(">2+</span>") == 2


def test_a_forged_cursor_and_one_of_another_view_are_refused(channel, agent, monkeypatch):
    monkeypatch.setattr(inbox_list, "PAGE", 1)
    fill(channel, 2)
    cursor = page(user=agent, view="all", now=NOW).next_cursor
    for view, given in (("unassigned", cursor), ("all", cursor + "x"), ("all", "nonsense")):
        with pytest.raises(BadCursor):
            page(user=agent, view=view, cursor=given, now=NOW)


def why(agent, view="all", now=NOW):
    return page(user=agent, view=view, now=now).rows[0].why


def test_each_row_says_why_it_is_there(channel, agent):
    conversation = make_conversation(channel, external_id="a@x")
    assert why(agent) == inbox_list.Why("due", NOW + minutes(60))
    assert why(agent, now=NOW + minutes(60)) == inbox_list.Why("late", NOW + minutes(60))
    ours = reply(conversation=conversation, author=agent, text="Hi", client_key="1", seen_seq=1, now=NOW + minutes(1))
    assert why(agent) == inbox_list.Why("answered", NOW + minutes(1))
    Message.objects.filter(pk=ours.pk).update(delivery_state="failed")
    assert why(agent).kind == "failed"
    Transmission.objects.update(settled_at=NOW)
    assert why(agent).kind == "answered"
    resolve(conversation=conversation, actor=agent, now=NOW + minutes(2))
    assert why(agent, view="resolved") == inbox_list.Why("resolved", NOW + minutes(2))
    make_message(channel, in_reply_to=["a@x"], received_at=NOW + minutes(3))
    assert why(agent) == inbox_list.Why("reopened", NOW + minutes(3))
    pend(conversation=conversation, actor=agent, now=NOW)
    make_message(channel, in_reply_to=["a@x"], auto="auto-reply")
    assert why(agent).kind == "robot"


def test_unread_counts_received_messages_for_each_person(channel, queue, agent):
    conversation = make_conversation(channel, external_id="a@x")
    make_message(channel, in_reply_to=["a@x"])
    colleague = make_user(queues=(queue,))
    conversation.refresh_from_db()
    assert mark_read(conversation=conversation, person=agent, seq=1, now=NOW)
    assert not mark_read(conversation=conversation, person=agent, seq=1, now=NOW)
    assert page(user=agent, view="all", now=NOW).rows[0].unread == 1
    assert page(user=colleague, view="all", now=NOW).rows[0].unread == 2


def test_a_row_says_who_else_is_looking(channel, queue, agent):
    conversation = make_conversation(channel)
    colleague = make_user("Bento Dias", queues=(queue,))
    for person in (agent, colleague):
        presence.arrive(topic=f"conversation:{conversation.pk}", user=person, tab=str(person.pk), state="viewing")
    assert [one["name"] for one in page(user=agent, view="all", now=NOW).rows[0].looking] == ["Bento Dias"]


def test_search_finds_words_names_addresses_in_both_languages(channel, agent):
    make_conversation(
        channel, "joao@loja.example", name="João Ávila", title="Devolução", text="As entregas atrasaram ontem"
    )
    make_conversation(channel, "ann@shop.example", name="Ann", title="Return", text="My deliveries were running late")

    def found(words, view="all"):
        return sorted(titles(page(user=agent, view=view, search=words, now=NOW)))

    assert found("entrega") == found("devolucao") == found("joão") == found("AVILA") == ["Devolução"]
    assert found("delivery run") == found("shop.ex") == found("deliv") == ["Return"]
    assert found("atrasaram entre") == ["Devolução"]
    assert found("late -deliveries") == found("nothing'); drop") == found("%") == []
    assert found("entrega", "resolved") == []
    resolve(conversation=Conversation.objects.get(title="Return"), actor=agent, now=NOW)
    assert found("deliveries") == found("deliveries", "resolved") == ["Return"]


@pytest.mark.parametrize("words", ["'", '"', ":*", "!!", "a & | b", "\\", "\x00", "(", "<->", "or", "de", "x" * 500])
def test_search_bears_any_text(channel, agent, words):
    make_conversation(channel)
    page(user=agent, view="all", search=words, now=NOW)


def queries_of(ask):
    ask()
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)


def test_every_selector_asks_the_same_number_of_queries_at_3_and_at_30(channel, queue, agent):
    asks = {
        **{
            f"{view} {order} {search}": lambda view=view, order=order, search=search: page(
                user=agent, view=view, order=order, search=search, now=NOW
            )
            for view in (*inbox_list.VIEWS, "queue:care")
            for order in ("newest", "due")
            for search in ("", "order")
        },
        "counts": lambda: counts.for_person(agent),
        "thread": lambda: thread_selector.page(
            conversation=Conversation.objects.visible_to(agent).order_by("opened_at").first(), user=agent, now=NOW
        ),
        "rail": lambda: rail.facts(conversation=Conversation.objects.order_by("opened_at").first(), user=agent),
        "attention": lambda: attention.page(user=agent),
    }
    assign_perm("engagement_channels.settle_transmission", agent)
    assign_perm("engagement_channels.replay_rawevent", agent)
    busy = make_conversation(channel, external_id="a@x")

    def grow(number, start):
        for conversation in fill(channel, number, start=start):
            sent = reply(conversation=conversation, author=agent, text="x", client_key="k", seen_seq=1, now=NOW)
            Transmission.objects.filter(key=sent.transmission_id).update(state="failed")
            Message.objects.filter(pk=sent.pk).update(delivery_state="failed")
            RawEvent.objects.create(channel=channel, received_at=NOW, body=b"", status="failed")
            make_message(channel, in_reply_to=["a@x"])
            reply(
                conversation=busy,
                author=agent,
                text="y",
                client_key=sent.client_key + sent.pk.hex,
                seen_seq=99,
                now=NOW,
            )

    grow(3, 0)
    before = {name: queries_of(ask) for name, ask in asks.items()}
    grow(27, 3)
    assert {name: queries_of(ask) for name, ask in asks.items()} == before
    assert max(before.values()) <= 14, before


def test_the_thread_comes_in_pages_with_the_new_line_and_drafts(channel, agent, monkeypatch):
    monkeypatch.setattr(thread_selector, "PAGE", 3)
    conversation = make_conversation(channel, external_id="a@x")
    for _ in range(5):
        make_message(channel, in_reply_to=["a@x"])
    conversation.refresh_from_db()
    mark_read(conversation=conversation, person=agent, seq=4, now=NOW)
    newest = thread_selector.page(conversation=conversation, user=agent, now=NOW)
    assert [(e.message.seq, e.begins_unread) for e in newest.entries] == [(4, False), (5, True), (6, False)]
    older = thread_selector.page(conversation=conversation, user=agent, before_seq=newest.before_seq, now=NOW)
    assert [e.message.seq for e in older.entries] == [1, 2, 3]
    assert older.before_seq is None
    later = thread_selector.page(conversation=conversation, user=agent, after_seq=4, now=NOW)
    assert [e.message.seq for e in later.entries] == [5, 6]


def test_attention_shows_what_failed_only_to_who_may_see_it(channel, agent):
    conversation = make_conversation(channel)
    reply(conversation=conversation, author=agent, text="x", client_key="k", seen_seq=1, now=NOW)
    Transmission.objects.update(state="failed", error="550 no such user")
    RawEvent.objects.create(channel=channel, received_at=NOW, body=b"", status="failed", error="broken")
    outsider = make_user()
    for person in (agent, outsider):
        assign_perm("engagement_channels.replay_rawevent", person)
    assign_perm("engagement_channels.settle_transmission", agent)
    agent, outsider = (type(agent).objects.get(pk=one.pk) for one in (agent, outsider))
    assert [(item.kind, item.reason) for item in attention.page(user=agent).items] == [
        ("inbound", "broken"),
        ("send", "550 no such user"),
    ]
    assert attention.page(user=outsider).items == [], "mail of a channel whose queues one does not see"
    assert counts.for_person(agent)["attention"] == 2
    assert "attention" not in counts.for_person(make_user())


def test_the_rail_shows_only_what_the_reader_may_see(channel, queue, agent):
    here = make_conversation(channel)
    there = make_conversation(channel, title="other matter")
    hidden_queue = make_queue("secret")
    hidden = make_conversation(channel, title="secret matter")
    move(conversation=hidden, queue=hidden_queue, actor=agent, now=NOW)
    reply(conversation=there, author=agent, text="Hi", client_key="k", seen_seq=1, now=NOW)
    facts = rail.facts(conversation=here, user=agent)
    assert [one.title for one in facts.others] == ["other matter"]
    assert facts.others_total == 1
    assert [(one.person, one.answers) for one in facts.dealt_with] == [(agent, 1)]
    assert [one.address_norm for one in facts.identities] == ["ana@customer.example"]


def test_who_works_a_queue_is_the_other_direction_of_worked_by(queue, agent):
    role = Group.objects.create(name="desk")
    by_role, boss, gone = make_user("By Role"), make_user("Boss", is_superuser=True), make_user("Gone", queues=(queue,))
    by_role.groups.add(role)
    assign_perm("conversations.work_queue", role, queue)
    everywhere = make_user("Every Where")
    assign_perm("conversations.work_queue", everywhere)
    gone.is_active = False
    gone.save()
    make_user("Nobody")
    assert set(who_work(queue)) == {agent, by_role, boss, everywhere}
    assert list(who_work(queue, search="nun")) == [agent]


def test_the_prepared_statement_gives_each_person_the_queues_of_worked_by(queue, agent):
    role, other = Group.objects.create(name="desk"), make_queue("other")
    by_role, boss, gone = make_user("By Role"), make_user("Boss", is_superuser=True), make_user("Gone", queues=(queue,))
    by_role.groups.add(role)
    assign_perm("conversations.work_queue", role, queue)
    everywhere, nobody = make_user("Every Where"), make_user("Nobody")
    assign_perm("conversations.work_queue", everywhere)
    gone.is_active = False
    boss_gone = make_user("Boss Gone", is_superuser=True, is_active=False)
    expected = {agent: [queue], by_role: [queue], boss: [queue, other], everywhere: [queue, other]}
    for person in (agent, by_role, boss, everywhere, gone, nobody, boss_gone):
        assert set(queues_of(person)) == set(expected.get(person, ()))
        assert queues_of(person) == list(Queue.objects.worked_by(person))


def test_a_conversation_is_read_with_all_that_its_page_shows_by_one_statement(channel, queue, agent, rf):
    there = make_conversation(channel, "ana@customer.example")
    request = rf.get("/")
    request.user = agent
    with CaptureQueriesContext(connection) as asked:
        found = conversation_of(request, there.pk)
        told = (found.queue, found.channel, found.endpoint.address, found.profile, found.assignee)
    assert len(asked) == 1
    assert told == (queue, channel, "ana@customer.example", there.profile, None)
    request.user = make_user("Stranger", queues=(make_queue("other"),))
    with pytest.raises(Http404):
        conversation_of(request, there.pk)
