"""Consent under parallel hands: one state that the ledger explains, and no line lost."""

from datetime import timedelta

import pytest

from engagement.events.models import OutboxEvent
from engagement.profiles.models import Consent, ConsentState, Profile
from tests.collaboration.test_approvals import together
from tests.factories import NOW
from tests.profiles.test_consent import EVIDENCE, agreed, follow, state_of, took_back

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def profile():
    return Profile.objects.create(name="Ana Prado", created_at=NOW)


def test_giving_and_withdrawing_at_once_leaves_one_state_and_every_line(profile):
    for round_number in range(5):
        at = NOW + timedelta(hours=round_number)
        before = Consent.objects.count()
        results = together(
            lambda: agreed(profile, now=at, evidence={**EVIDENCE, "round": round_number}),  # noqa: B023
            lambda: took_back(profile, now=at),  # noqa: B023
        )
        assert [type(result) for result in results] == [Consent, Consent]
        written = Consent.objects.count() - before
        # A withdrawal that comes first in a later round finds itself withdrawn already and writes nothing.
        assert written in ((2,) if round_number == 0 else (1, 2))
        assert {result.pk for result in results} <= set(Consent.objects.values_list("pk", flat=True))
        newest = max(Consent.objects.filter(at=at), key=lambda line: line.pk)
        assert ConsentState.objects.get(profile=profile, channel="email").granted == newest.granted
    lines = list(Consent.objects.filter(profile=profile).order_by("at", "key"))
    assert state_of(profile) == follow(lines)
    assert OutboxEvent.objects.filter(name="profiles.consent_changed").count() == len(lines)


def test_many_who_withdraw_at_once_write_one_line(profile):
    agreed(profile)
    results = together(*[lambda: took_back(profile, now=NOW + timedelta(hours=1))] * 4)
    assert len({result.pk for result in results}) == 1
    assert list(Consent.objects.order_by("at").values_list("granted", flat=True)) == [True, False]


def test_different_consents_at_once_are_all_kept(profile):
    kinds = ["email", "sms", "whatsapp"]
    together(*[lambda kind=kind: agreed(profile, channel=kind) for kind in kinds])
    assert Consent.objects.count() == 3
    assert {place: found[0] for place, found in state_of(profile).items()} == {
        (kind, "marketing"): True for kind in kinds
    }
