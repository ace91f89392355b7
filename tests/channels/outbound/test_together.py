"""Campaigns' messages go many at a time, answers before them, and whatever breaks is told apart."""

from datetime import timedelta

import pytest
from django.utils import timezone

from engagement.channels.actions import groups
from engagement.channels.actions.counting import squash
from engagement.channels.delivery import circuit, claiming, together, worker
from engagement.channels.email.mail_settings import secrets
from engagement.channels.email.return_path import verify_return_path
from engagement.channels.models import Channel, DeliveryReport, GroupCount, Transmission
from engagement.channels.selectors.groups import progress
from engagement.events.models import OutboxEvent
from engagement.keys import new_key
from tests.channels.outbound.campaign import people

pytestmark = pytest.mark.django_db
PIPELINING = ("8BITMIME", "SIZE 10000000", "PIPELINING")


@pytest.fixture
def campaign(send):
    """Queue ``number`` messages of a new campaign; return its key and the messages."""

    def queue(number: int, *, group=None, **changes):
        group = group or new_key()
        rows = [
            send(f"person{place}@cliente.example", purpose="marketing", profile_id=who, group_id=group, **changes)
            for place, who in enumerate(people(number))
        ]
        return group, rows

    return queue


def states(rows):
    found = dict(Transmission.objects.filter(key__in=[row.key for row in rows]).values_list("key", "state"))
    return [found[row.key] for row in rows]


@pytest.mark.parametrize("features", [PIPELINING, PIPELINING[:2]], ids=["pipelining", "step by step"])
def test_a_campaign_leaves_over_one_connection(carrier, campaign, deliver, features):
    carrier.features = features
    group, rows = campaign(7)
    assert deliver() == 7
    assert deliver() == 0
    assert states(rows) == ["accepted"] * 7
    assert [recipients for _, recipients, _ in carrier.received] == [[row.recipients[0]["address"]] for row in rows]
    paths = {verify_return_path(sender, secrets=secrets()) for sender, _, _ in carrier.received}
    assert paths == set(Transmission.objects.values_list("key", flat=True))
    assert carrier.connections == 1
    assert progress(group) == {"accepted": 7}
    told = DeliveryReport.objects.filter(transmission__in=rows).values_list("state", "detail")
    assert list(told) == [("accepted", "250 2.0.0 taken as 4711")] * 7
    assert OutboxEvent.objects.filter(name="channels.delivery_reported").count() == 7
    assert Transmission.objects.filter(handed_at=None).count() == 0


def test_the_bytes_survive_dots_and_a_pipeline(carrier, campaign, deliver, rendering):
    carrier.features = PIPELINING
    rendering["text"] = "..\n.\n.dots\n"
    campaign(3)
    deliver()
    bodies = {body.partition(b"\r\n\r\n")[2] for _, _, body in carrier.received}
    assert bodies == {b"..\r\n.\r\n.dots\r\n"}


def test_a_campaign_of_hundreds_costs_a_fixed_number_of_statements_a_group(
    carrier, campaign, deliver, django_assert_max_num_queries
):
    carrier.features = PIPELINING
    campaign(together.HANDED * 2)
    with django_assert_max_num_queries(60):
        assert deliver() == together.HANDED * 2


@pytest.mark.parametrize("features", [PIPELINING, PIPELINING[:2]], ids=["pipelining", "step by step"])
@pytest.mark.parametrize(
    ("stage", "reply", "state"),
    [
        ("MAIL", "550 not from you", "failed"),
        ("MAIL", "451 later", "queued"),
        ("RCPT", "550 5.1.1 nobody here", "failed"),
        ("RCPT", "450 greylisted", "queued"),
        ("DATA", "554 no", "failed"),
        ("END", "554 5.7.1 we do not like it", "failed"),
        ("END", "451 try again", "queued"),
    ],
)
def test_one_refusal_concerns_one_message(carrier, campaign, deliver, features, stage, reply, state):
    carrier.features = features
    usual = {"MAIL": "250 OK", "RCPT": "250 OK", "DATA": "354 go on", "END": "250 2.0.0 taken as 4711"}
    carrier.answers = {stage: [usual[stage], reply]}
    _, rows = campaign(4)
    deliver()
    assert states(rows) == ["accepted", state, "accepted", "accepted"]
    assert len(carrier.received) == 3
    assert carrier.connections == 1


def test_a_server_that_takes_words_for_nobody_gets_none(carrier, campaign, deliver):
    """RFC 2920 section 3.1: DATA after a refused RCPT may be answered by 354."""
    carrier.features, carrier.lenient = PIPELINING, True
    carrier.answers = {"RCPT": ["550 nobody"], "END": ["554 no valid recipients"]}
    _, rows = campaign(3)
    deliver()
    assert states(rows) == ["failed", "accepted", "accepted"]
    assert [recipients for _, recipients, _ in carrier.received] == [[row.recipients[0]["address"]] for row in rows[1:]]


@pytest.mark.parametrize("features", [PIPELINING, PIPELINING[:2]], ids=["pipelining", "step by step"])
@pytest.mark.parametrize("stage", ["CONTENT", "END"])
def test_of_a_connection_that_breaks_one_message_is_unknown(carrier, campaign, deliver, channel, features, stage):
    carrier.features = features
    answers = ["250 2.0.0 taken as 4711"] if stage == "END" else []
    if stage == "END":
        carrier.answers = {"END": [*answers, "cut"]}
    else:
        taken = iter(range(10_000))
        carrier.answers = {"CONTENT": lambda _: "cut" if len(carrier.received) == 1 and next(taken) > 2 else ""}
    _, rows = campaign(4)
    deliver()
    assert states(rows) == ["accepted", "unknown", "queued", "queued"]
    assert Transmission.objects.filter(state="queued", attempts=0, not_before__gt=timezone.now()).count() == 2
    channel.refresh_from_db()
    assert channel.failures_in_row == 1, "one connection, one failure"
    carrier.answers = {}
    deliver(later=timedelta(minutes=1))
    assert states(rows) == ["accepted", "unknown", "accepted", "accepted"]
    ids = [body.partition(b"Message-ID: <")[2].partition(b">")[0] for _, _, body in carrier.received]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("features", [PIPELINING, PIPELINING[:2]], ids=["pipelining", "step by step"])
def test_a_server_that_hangs_up_politely_between_two_is_called_again(carrier, campaign, deliver, features):
    carrier.features = features
    carrier.answers = {"MAIL": ["250 OK", "250 OK", "421 that is enough"]}
    _, rows = campaign(5)
    deliver()
    assert states(rows) == ["accepted"] * 5
    assert carrier.connections == 2


def test_a_server_that_is_away_opens_the_circuit_and_nothing_is_lost(carrier, campaign, deliver, channel):
    carrier.answers = {"CONNECT": ["421 away"] * 20}
    _, rows = campaign(3)
    for turn in range(circuit.FAILURES):
        assert deliver(later=timedelta(minutes=30 * turn)) == 3
    assert states(rows) == ["queued"] * 3
    channel.refresh_from_db()
    assert channel.circuit_open_until is not None


def test_answers_leave_before_campaigns(carrier, campaign, send, deliver):
    long_ago = timezone.now() - timedelta(days=1)
    campaign(3, not_before=long_ago, now=long_ago)
    answer = send("bia@cliente.example")
    assert deliver() == 1
    assert states([answer]) == ["accepted"]
    assert deliver() == 3


def test_a_held_group_waits_and_is_in_nobodys_way(carrier, campaign, deliver, channel):
    held, waiting = campaign(3)
    groups.hold(group_id=held, now=timezone.now(), reason="complaints")
    groups.hold(group_id=held, now=timezone.now())
    _, others = campaign(2)
    assert deliver() == 2
    assert deliver() == 0
    assert states(waiting + others) == ["queued"] * 3 + ["accepted"] * 2
    assert OutboxEvent.objects.filter(name="channels.group_held").count() == 1
    groups.release(group_id=held, now=timezone.now())
    assert deliver() == 3


def test_what_was_claimed_when_its_group_is_held_goes_back(carrier, campaign, channel):
    group, rows = campaign(3)

    def hold(step, _key):
        if step == "rendered":
            groups.hold(group_id=group, now=timezone.now())

    worker.run(channel_id=channel.pk, observe=hold)
    assert states(rows) == ["queued"] * 3
    assert Transmission.objects.filter(attempts=0, lease_owner="").count() == 3
    assert carrier.received == []


def test_a_cancelled_group_does_not_leave_even_when_it_was_claimed(carrier, campaign, channel):
    group, rows = campaign(3)

    def cancel(step, _key):
        if step == "rendered":
            groups.cancel_group(group_id=group, now=timezone.now())

    worker.run(channel_id=channel.pk, observe=cancel)
    assert states(rows) == ["cancelled"] * 3
    assert carrier.received == []
    assert groups.cancel_group(group_id=group, now=timezone.now()) == 0
    assert progress(group) == {"cancelled": 3}


def test_two_campaigns_share_a_turn(carrier, campaign, deliver, monkeypatch):
    monkeypatch.setattr(together, "CLAIMED", 6)
    long_ago = timezone.now() - timedelta(days=1)
    _, large = campaign(9, not_before=long_ago, now=long_ago)
    _, small = campaign(3)
    deliver()
    assert states(small) == ["accepted"] * 3
    assert states(large).count("accepted") == 3


def test_the_counts_of_a_group_are_exact_whatever_writes_and_when_squashed(campaign):
    group, rows = campaign(12)
    other, _ = campaign(2)
    Transmission.objects.filter(key__in=[row.key for row in rows[:5]]).update(state="accepted")
    for row in rows[:3]:
        Transmission.objects.filter(pk=row.pk).update(state="bounced")
    Transmission.objects.filter(pk=rows[0].pk).update(error="only words")
    Transmission.objects.filter(pk=rows[11].pk).delete()
    Transmission.objects.filter(pk=rows[10].pk).update(group_id=other)
    expected = {"queued": 5, "accepted": 2, "bounced": 3}
    assert progress(group) == expected
    before = GroupCount.objects.count()
    assert squash() > 0
    assert squash() == 0
    assert GroupCount.objects.count() < before
    assert progress(group) == expected
    assert progress(other) == {"queued": 3}
    assert progress(new_key()) == {}


def test_quiet_hours_and_the_cap_are_asked_again_when_it_leaves(carrier, campaign, deliver, settings):
    settings.MARKETING_CAP = 0
    group = new_key()
    groups.ask(group_id=group, cap=1, cap_days=7)
    people_of = people(1)
    first, rows = campaign(1, group=group)
    assert deliver() == 1
    again = Transmission.objects.create(
        unique_key="again",
        channel=rows[0].channel,
        profile_id=rows[0].profile_id,
        purpose="marketing",
        source="test",
        source_id=new_key(),
        recipients=rows[0].recipients,
        external_id="again@pedralva.example",
        group_id=group,
        not_before=timezone.now(),
        created_at=timezone.now(),
        state_at=timezone.now(),
    )
    assert deliver() == 0
    again.refresh_from_db()
    assert (again.state, again.error_code) == ("refused", "frequency_cap")
    assert people_of
    assert progress(first) == {"accepted": 1, "refused": 1}


def test_a_campaigns_failures_are_not_the_agents_affair(carrier, campaign, deliver, send):
    carrier.answers = {"RCPT": lambda line: "550 no" if "person" in line or "bia" in line else ""}
    campaign(2)
    send("bia@cliente.example")
    deliver(), deliver()
    assert Transmission.objects.filter(state="failed").count() == 3
    failed = Transmission.objects.filter(state="failed", group_id=None, settled_at=None)
    assert failed.count() == 1


def test_a_lease_that_ran_out_is_not_handed_over(carrier, campaign, channel):
    _, rows = campaign(2)

    def late(step, _key):
        if step == "rendered":
            Transmission.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    worker.run(channel_id=channel.pk, observe=late)
    assert carrier.received == []
    claiming.recover(now=timezone.now())
    assert Channel.objects.get().failures_in_row == 0
    assert set(states(rows)) == {"queued"}
