"""What refusals and complaints teach about an address and about a campaign."""

import pytest
from django.utils import timezone

from engagement.channels.actions.report import report
from engagement.channels.models import Group
from engagement.events.models import OutboxEvent
from engagement.keys import new_key
from engagement.profiles.actions.suppress import suppressions_of
from tests.channels.outbound.campaign import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(send, deliver, carrier):
    """A campaign that has left."""
    group = new_key()
    rows = [
        send(f"person{place}@cliente.example", purpose="marketing", profile_id=who, group_id=group)
        for place, who in enumerate(people(4))
    ]
    assert deliver() == 4
    return group, rows


def tell(row, state, *, detail="", recipient=""):
    report(
        channel_id=row.channel_id,
        external_id=row.external_id,
        state=state,
        recipient=recipient,
        detail=detail,
        unique_key=str(new_key()),
        at=timezone.now(),
    )


def suppressed(address):
    return [(one.purpose, one.reason) for one in suppressions_of(kind="email", address=address, now=timezone.now())]


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("5.1.1 no such user", [("marketing", "bounced")]),
        ("5.2.2 mailbox full", []),
        ("4.4.1 no answer", []),
    ],
)
def test_an_address_that_does_not_exist_gets_no_more_marketing(campaign, detail, expected):
    _, rows = campaign
    tell(rows[0], "bounced", detail=detail, recipient="forwarded@elsewhere.example")
    assert suppressed("person0@cliente.example") == expected
    assert suppressed("forwarded@elsewhere.example") == []


def test_a_refusal_at_the_door_teaches_the_same(send, deliver, carrier):
    carrier.answers = {"RCPT": ["550 5.1.1 nobody here"]}
    (who,) = people(1)
    send("gone@cliente.example", purpose="marketing", profile_id=who, group_id=new_key())
    deliver()
    assert suppressed("gone@cliente.example") == [("marketing", "bounced")]


def test_of_several_recipients_only_the_named_one_is_meant(send, deliver, carrier):
    row = send("ana@cliente.example", "bia@cliente.example")
    deliver()
    tell(row, "bounced", detail="5.1.1 no such user", recipient="BIA@cliente.example")
    assert suppressed("ana@cliente.example") == []
    assert suppressed("bia@cliente.example") == [("marketing", "bounced")]


def test_a_complaint_suppresses_and_too_many_hold_the_campaign(campaign, settings):
    settings.COMPLAINTS_MINIMUM, settings.COMPLAINTS_LIMIT = 4, 0.5
    group, rows = campaign
    tell(rows[0], "complained")
    assert suppressed("person0@cliente.example") == [("marketing", "complaint")]
    assert not Group.objects.filter(key=group, held_at__isnull=False).exists()
    tell(rows[1], "complained")
    held = Group.objects.get(key=group)
    assert (held.hold_reason, held.held_at is not None) == ("complaints", True)
    tell(rows[2], "complained")
    assert OutboxEvent.objects.filter(name="channels.group_held").count() == 1


def test_a_few_complaints_among_few_recipients_hold_nothing(campaign, settings):
    settings.COMPLAINTS_MINIMUM, settings.COMPLAINTS_LIMIT = 5, 0.001
    group, rows = campaign
    tell(rows[0], "complained")
    assert not Group.objects.filter(key=group, held_at__isnull=False).exists()
