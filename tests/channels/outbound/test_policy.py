"""Whom marketing may be written to: each rule, in its order, in the one statement."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from engagement.channels.models import Channel, Transmission
from engagement.channels.policy import register_approvals, register_exclusion, registries, verdict_sql
from engagement.keys import new_key
from engagement.profiles.actions import consent
from engagement.profiles.actions.suppress import suppress
from engagement.profiles.models import Deal, Profile
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # noon in São Paulo
APPROVED = "a" * 64
_ROW = """
SELECT %(key)s::uuid AS key, %(profile_id)s::uuid AS profile_id, %(channel)s AS channel, %(kind)s AS kind,
    %(address_norm)s AS address_norm, %(purpose)s AS purpose, %(content_hash)s AS content_hash,
    %(held_out)s::bool AS held_out, %(cap)s::int AS cap, %(cap_days)s::int AS cap_days, %(time_zone)s AS time_zone,
    %(country)s AS country
"""


@pytest.fixture(autouse=True)
def approvals(monkeypatch):
    monkeypatch.setattr(registries, "_approvals", [])
    register_approvals(lambda hashes, now: {APPROVED} & set(hashes))


@pytest.fixture
def ana():
    profile = Profile.objects.create(name="Ana", time_zone="America/Sao_Paulo", country="BR")
    agree(profile)
    return profile


def agree(profile, channel="email", **facts):
    facts.setdefault("now", NOW - timedelta(days=1))
    consent.give(
        profile_id=profile.pk,
        channel=channel,
        purpose="marketing",
        basis="express",
        source="test",
        evidence={"text": "Yes"},
        actor=None,
        **facts,
    )


def candidate(profile, **changes):
    facts = {
        "key": new_key(),
        "profile_id": profile.pk if profile else None,
        "channel": "email",
        "kind": "email",
        "address_norm": "ana@cliente.example",
        "purpose": "marketing",
        "content_hash": "",
        "held_out": False,
        "cap": 0,
        "cap_days": 0,
        "time_zone": profile.time_zone if profile else "",
        "country": profile.country if profile else "",
    }
    return facts | changes


def verdict(*candidates, now=NOW, quiet=False):
    rows, params = [], {}
    for number, facts in enumerate(candidates):
        rows.append(_ROW.replace(")s", f"_{number})s") + (", true AS quiet" if quiet else ""))
        params |= {f"{name}_{number}": value for name, value in facts.items()}
    sql, values = verdict_sql(" UNION ALL ".join(rows), params, now=now)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    assert len(found) == len(candidates)
    return [found[facts["key"]] for facts in candidates]


def code(*arguments, **options):
    ((found, until),) = verdict(*arguments, **options)
    assert until is None or found == "quiet_hours"
    return found


def sent(profile, *, ago=timedelta(hours=1), **changes):
    channel, _ = Channel.objects.get_or_create(kind="email", address="care@pedralva.example", name="Care")
    key = new_key()
    facts = {
        "key": key,
        "unique_key": str(key),
        "channel": channel,
        "profile_id": profile.pk,
        "purpose": "marketing",
        "source": "test",
        "source_id": key,
        "external_id": str(key),
        "state": "accepted",
        "not_before": NOW - ago,
        "created_at": NOW - ago,
        "state_at": NOW,
        "handed_at": NOW - ago,
    }
    return Transmission.objects.create(**{**facts, **changes})


def test_whoever_agreed_may_be_written_to(ana):
    assert code(candidate(ana)) is None


def test_marketing_needs_a_consent_for_this_channel(ana):
    assert code(candidate(Profile.objects.create(name="Bia"))) == "no_consent"
    assert code(candidate(None)) == "no_consent"
    assert code(candidate(ana, channel="sms", kind="phone", address_norm="+5511987654321")) == "no_consent"
    assert code(candidate(None, purpose="service")) is None
    assert code(candidate(None, purpose="conversation")) is None


def test_a_consent_that_was_withdrawn_or_has_expired_is_none(ana):
    consent.withdraw(profile_id=ana.pk, channel="email", source="test", evidence={}, actor=None, now=NOW)
    assert code(candidate(ana)) == "consent_withdrawn"
    assert code(candidate(ana, purpose="service")) is None
    bia = Profile.objects.create(name="Bia")
    agree(bia, expires_at=NOW)
    assert code(candidate(bia), now=NOW - timedelta(seconds=1)) is None
    assert code(candidate(bia)) == "consent_expired"


def test_service_messages_stop_when_just_they_were_refused(ana):
    consent.withdraw(
        profile_id=ana.pk, channel="email", purpose="service", source="test", evidence={}, actor=None, now=NOW
    )
    assert code(candidate(ana, purpose="service")) == "consent_withdrawn"
    assert code(candidate(ana)) is None


def test_a_merged_profile_is_judged_as_the_person_it_is(ana):
    other = Profile.objects.create(name="A. Prado", canonical=ana)
    assert code(candidate(other)) is None


@pytest.mark.parametrize(
    ("purpose", "reason", "refused"),
    [
        ("marketing", "bounced", {"marketing"}),
        ("service", "asked", {"service"}),
        ("", "complaint", {"marketing", "service"}),
        ("", "erased", {"marketing", "service", "conversation"}),
    ],
)
def test_a_suppression_holds_for_its_purpose(ana, purpose, reason, refused):
    suppress(kind="email", address="Ana@Cliente.example", purpose=purpose, reason=reason, source="test", now=NOW)
    found = {each for each in Transmission.Purpose.values if code(candidate(ana, purpose=each)) == "suppressed"}
    assert found == refused


def test_a_suppression_holds_while_it_lasts_and_for_its_kind_of_address(ana):
    facts = {"kind": "email", "address": "ana@cliente.example", "purpose": "marketing", "reason": "x", "source": "test"}
    suppress(**facts, now=NOW, ends_at=NOW + timedelta(days=1))
    assert code(candidate(ana), now=NOW - timedelta(seconds=1)) is None
    assert code(candidate(ana)) == "suppressed"
    assert code(candidate(ana), now=NOW + timedelta(days=1)) is None
    agree(ana, "sms")
    assert code(candidate(ana, channel="sms", kind="phone", address_norm="ana@cliente.example")) is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"stage": "lead"}, None),
        ({"stage": "closing"}, "deal_closing"),
        ({"stage": "lead", "held": True}, "deal_held"),
        ({"stage": "lead", "closes_on": date(2026, 11, 30)}, "deal_closing"),
        ({"stage": "closing", "released_until": NOW + timedelta(days=1)}, None),
        ({"stage": "won", "closed_at": NOW}, None),
    ],
)
def test_a_deal_that_closes_keeps_marketing_quiet(ana, facts, expected):
    merged = Profile.objects.create(name="A. Prado", canonical=ana)
    Deal.objects.create(profile=merged, owner=make_user(), title="Fleet", created_at=NOW, changed_at=NOW, **facts)
    assert code(candidate(ana)) == expected
    assert code(candidate(ana, purpose="service")) is None


def test_an_exclusion_of_another_app_is_asked_for_marketing(ana):
    register_exclusion("of_a_test", "candidate.address_norm LIKE 'ana@%%' AND candidate.person_id IS NOT NULL")
    try:
        assert code(candidate(ana)) == "of_a_test"
        assert code(candidate(ana, purpose="service")) is None
    finally:
        registries.unregister_exclusion("of_a_test")
    assert code(candidate(ana)) is None


def test_words_need_their_approval(ana):
    assert code(candidate(ana, content_hash=APPROVED)) is None
    assert code(candidate(ana, content_hash="b" * 64)) == "not_approved"


def test_without_anyone_who_approves_nothing_is_approved(ana, monkeypatch):
    monkeypatch.setattr(registries, "_approvals", [])
    assert code(candidate(ana, content_hash=APPROVED)) == "not_approved"


def test_who_is_left_out_to_compare_with_gets_nothing(ana):
    assert code(candidate(ana, held_out=True)) == "holdout"


@pytest.mark.parametrize(
    ("cap", "org", "expected"),
    [(0, 0, None), (2, 0, "frequency_cap"), (3, 0, None), (0, 2, "frequency_cap"), (9, 2, "frequency_cap")],
)
def test_the_cap_counts_over_all_channels_and_merged_profiles(ana, settings, cap, org, expected):
    settings.MARKETING_CAP, settings.MARKETING_CAP_WINDOW = org, timedelta(days=7)
    merged = Profile.objects.create(name="A. Prado", canonical=ana)
    sms = Channel.objects.create(kind="sms", address="+5511900000000", name="SMS")
    sent(ana), sent(merged, channel=sms)
    (
        sent(ana, ago=timedelta(days=8)),
        sent(ana, purpose="service"),
        sent(ana, state="refused"),
        sent(ana, state="failed"),
    )
    assert code(candidate(ana, cap=cap, cap_days=7)) == expected


@pytest.mark.parametrize("state", ["claimed", "handing", "unknown", "read", "bounced", "complained"])
def test_what_may_have_left_counts(ana, state):
    sent(ana, state=state)
    assert code(candidate(ana, cap=1, cap_days=7)) == "frequency_cap"


def test_two_candidates_of_one_person_share_the_cap(ana):
    merged = Profile.objects.create(name="A. Prado", canonical=ana)
    sent(ana)
    rows = [candidate(each, cap=2, cap_days=7) for each in (ana, merged, ana)]
    assert [found for found, _ in verdict(*rows)] == [None, "frequency_cap", "frequency_cap"]


def test_quiet_hours_hold_for_sms_and_for_mail_that_asks(ana):
    agree(ana, "sms")
    night = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)  # 23:30 in São Paulo
    text = candidate(ana, channel="sms", kind="phone", address_norm="+5511987654321")
    assert verdict(text, now=night) == [("quiet_hours", datetime(2026, 11, 25, 11, 0, tzinfo=UTC))]
    assert verdict(text) == [(None, None)]
    assert verdict(candidate(ana), now=night) == [(None, None)]
    assert verdict(candidate(ana), now=night, quiet=True)[0][0] == "quiet_hours"
    assert verdict({**text, "purpose": "service"}, now=night) == [(None, None)]


def test_who_must_wait_for_the_morning_does_not_use_up_the_cap(ana):
    agree(ana, "sms")
    night = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
    text = candidate(ana, channel="sms", kind="phone", address_norm="+5511987654321", cap=1, cap_days=7)
    assert [found for found, _ in verdict(text, candidate(ana, cap=1, cap_days=7), now=night)] == ["quiet_hours", None]


def test_the_first_rule_that_objects_has_decided(ana):
    Deal.objects.create(profile=ana, owner=make_user(), title="x", stage="closing", created_at=NOW, changed_at=NOW)
    sent(ana)
    row = candidate(ana, content_hash="b" * 64, held_out=True, cap=1, cap_days=7)
    assert code(row) == "deal_closing"
    suppress(kind="email", address="ana@cliente.example", purpose="", reason="x", source="test", now=NOW)
    assert code(row) == "suppressed"
    consent.withdraw(profile_id=ana.pk, channel="", source="test", evidence={}, actor=None, now=NOW)
    assert code(row) == "consent_withdrawn"


def test_a_verdict_stands_inside_another_statement(ana):
    sql, values = verdict_sql(_ROW, candidate(ana), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS judged WHERE code IS NULL", values)
        assert cursor.fetchone() == (1,)
