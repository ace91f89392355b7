"""Consent: the ledger only grows, and the state is what the ledger says."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from engagement.events.models import OutboxEvent
from engagement.profiles import withdrawals
from engagement.profiles.actions.consent import ConsentRefused, give, withdraw
from engagement.profiles.models import Consent, ConsentState, Profile
from engagement.profiles.models.consent import CHANNELS
from engagement.village.models import AuditEntry
from tests.factories import NOW, make_user

EVIDENCE = {"text": "Yes, write to me about bicycles.", "version": "2026-03", "locale": "en", "ip": "203.0.113.7"}


def agreed(profile, *, channel="email", purpose="marketing", now=NOW, **changed):
    facts = {"basis": "express", "source": "form", "evidence": EVIDENCE, "actor": None} | changed
    return give(profile_id=profile.pk, channel=channel, purpose=purpose, now=now, **facts)


def took_back(profile, *, channel="email", now=NOW, **changed):
    facts = {"source": "page", "evidence": {"ip": "203.0.113.7"}, "actor": None} | changed
    return withdraw(profile_id=profile.pk, channel=channel, now=now, **facts)


def state_of(profile):
    rows = ConsentState.objects.filter(profile=profile)
    return {(row.channel, row.purpose): (row.granted, row.basis, row.since, row.expires_at) for row in rows}


def follow(lines):
    """The state that a ledger means: its lines in order, the last word wins."""
    state = {}
    for line in lines:
        channels = [line.channel] if line.channel else sorted({*CHANNELS, *(c for c, p in state if p == line.purpose)})
        for channel in channels:
            state[channel, line.purpose] = (line.granted, line.basis, line.at, line.expires_at)
    return state


@pytest.fixture
def profile(db):
    return Profile.objects.create(name="Ana Prado", created_at=NOW)


def test_giving_writes_ledger_state_event_and_audit(profile):
    agent = make_user()
    line = agreed(profile, actor=agent)
    assert (line.granted, line.basis, line.evidence) == (True, "express", EVIDENCE)
    assert state_of(profile) == {("email", "marketing"): (True, "express", NOW, None)}
    event = OutboxEvent.objects.get(name="profiles.consent_changed")
    assert event.subject == f"profile:{profile.pk}"
    entry = AuditEntry.objects.get(action="consent.given")
    assert (entry.actor, entry.subject_id) == (agent, str(profile.pk))
    assert entry.detail == {"channel": "email", "purpose": "marketing", "basis": "express", "source": "form"}


def test_giving_the_same_twice_writes_one_line(profile):
    assert agreed(profile) == agreed(profile, now=NOW + timedelta(days=1))
    assert Consent.objects.count() == 1
    assert OutboxEvent.objects.filter(name="profiles.consent_changed").count() == 1


def test_agreeing_again_on_other_evidence_is_another_line(profile):
    agreed(profile)
    agreed(profile, evidence={**EVIDENCE, "version": "2026-11"}, now=NOW + timedelta(days=1))
    assert Consent.objects.count() == 2
    assert state_of(profile)["email", "marketing"][2] == NOW + timedelta(days=1)


def test_a_withdrawal_by_every_channel_reaches_each_of_them_and_no_other_purpose(profile):
    agreed(profile)
    agreed(profile, purpose="service", basis="contract")
    took_back(profile, channel="")
    assert {place: found[0] for place, found in state_of(profile).items()} == {
        ("email", "marketing"): False,
        ("sms", "marketing"): False,
        ("whatsapp", "marketing"): False,
        ("email", "service"): True,
    }


def test_withdrawing_twice_writes_one_line(profile):
    first = took_back(profile)
    assert took_back(profile, source="one-click", now=NOW + timedelta(days=1)) == first
    assert Consent.objects.count() == 1


def test_after_a_withdrawal_consent_can_be_given_anew(profile):
    agreed(profile)
    took_back(profile, now=NOW + timedelta(hours=1))
    agreed(profile, now=NOW + timedelta(hours=2))
    assert state_of(profile)["email", "marketing"][0] is True
    assert list(Consent.objects.order_by("at").values_list("granted", flat=True)) == [True, False, True]


def test_a_withdrawal_holds_for_every_profile_of_the_person(profile):
    other = Profile.objects.create(name="A. Prado", canonical=profile, created_at=NOW)
    agreed(other)
    assert set(ConsentState.objects.values_list("profile", flat=True)) == {profile.pk}
    took_back(other)
    assert list(ConsentState.objects.values_list("granted", flat=True)) == [False, False]
    assert Consent.objects.filter(granted=False).get().profile == profile


def test_who_registered_is_told_within_the_transaction_of_a_withdrawal(profile, monkeypatch):
    told = []

    def stop(*, profile_ids, channel, purpose, now):
        assert connection.in_atomic_block
        told.append((list(profile_ids), channel, purpose, now))

    monkeypatch.setattr(withdrawals, "_told", [stop])
    took_back(profile)
    took_back(profile)
    assert told == [([profile.pk], "email", "marketing", NOW)]


def test_what_a_registered_function_raises_undoes_the_withdrawal(profile, monkeypatch):
    def breaks(**_):
        raise RuntimeError("cannot stop it")

    monkeypatch.setattr(withdrawals, "_told", [breaks])
    with pytest.raises(RuntimeError, match="cannot stop it"):
        took_back(profile)
    assert (Consent.objects.count(), ConsentState.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"channel": ""}, "one channel"),
        ({"purpose": "fun"}, "no purpose"),
        ({"basis": "guess"}, "no basis"),
        ({"basis": "contract"}, "Marketing needs"),
        ({"basis": "implied"}, "expires"),
        ({"basis": "implied", "expires_at": NOW}, "after it is given"),
        ({"evidence": {}}, "needs evidence"),
    ],
)
def test_a_consent_that_is_none_is_refused_and_nothing_is_written(profile, changed, why):
    with pytest.raises(ConsentRefused, match=why):
        agreed(profile, **changed)
    assert (Consent.objects.count(), ConsentState.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)


def test_an_implied_consent_ends_by_itself(profile):
    agreed(profile, basis="implied", expires_at=NOW + timedelta(days=180))
    (state,) = ConsentState.objects.all()
    assert state.holds(NOW + timedelta(days=179))
    assert not state.holds(NOW + timedelta(days=180))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE profiles_consent SET granted = false, basis = ''",
        "DELETE FROM profiles_consent",
        "TRUNCATE profiles_consent",
    ],
)
def test_the_database_refuses_every_change_of_the_ledger(profile, statement):
    agreed(profile)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing is left to check when the table would be emptied
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert Consent.objects.get().granted is True


@pytest.mark.parametrize(
    "facts",
    [
        {"granted": True, "basis": ""},
        {"granted": True, "basis": "express", "channel": ""},
        {"granted": True, "basis": "contract"},
        {"granted": True, "basis": "implied"},
        {"granted": False, "basis": "express"},
        {"granted": True, "basis": "express", "expires_at": NOW},
        {"granted": True, "basis": "express", "purpose": "fun"},
    ],
)
def test_the_database_refuses_lines_that_cannot_be(profile, facts):
    whole = {"channel": "email", "purpose": "marketing", "source": "form", "at": NOW} | facts
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(profile=profile, **whole)


CHANNEL = st.sampled_from(["email", "sms", "whatsapp", "community"])
GIVEN = st.tuples(st.just(True), CHANNEL, st.sampled_from(["marketing", "service"]), st.integers(0, 2))
TAKEN = st.tuples(
    st.just(False), st.one_of(st.just(""), CHANNEL), st.sampled_from(["marketing", "service"]), st.just(0)
)


class StateFollowsLedger(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.one_of(GIVEN, TAKEN), max_size=12))
    def test_the_state_is_what_the_ledger_says_after_any_row_of_acts(self, acts):
        profile = Profile.objects.create(name="Ana", created_at=NOW)
        for number, (granted, channel, purpose, version) in enumerate(acts):
            at = NOW + timedelta(minutes=number)
            if granted:
                agreed(profile, channel=channel, purpose=purpose, now=at, evidence={"version": version})
            else:
                took_back(profile, channel=channel, purpose=purpose, now=at)
        lines = list(Consent.objects.filter(profile=profile).order_by("at", "key"))
        assert state_of(profile) == follow(lines)
        assert len(lines) <= len(acts)
