"""Two profiles of one person put together, and taken apart again: in any order, and with several hands at once."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engagement.events.models import OutboxEvent
from engagement.profiles.actions import resolve
from engagement.profiles.actions.change import Facts, change
from engagement.profiles.actions.merge import AlreadyOne, MergeRefused, merge
from engagement.profiles.actions.undo_merge import undo
from engagement.profiles.family import family_of
from engagement.profiles.merging.times import move
from engagement.profiles.models import ConsentState, Identity, Merge, MergeProposal, Profile
from engagement.village.models import AuditEntry
from tests.collaboration.test_approvals import together
from tests.factories import NOW, make_channel, make_conversation, make_queue, make_user
from tests.profiles.test_consent import agreed, took_back


def later(minutes):
    return NOW + timedelta(minutes=minutes)


def person(number, **facts):
    profile = Profile.objects.create(created_at=NOW - timedelta(days=number), **facts)
    Identity.objects.create(
        profile=profile,
        kind="email",
        address=f"p{number}@customer.example",
        address_norm=f"p{number}@customer.example",
        preferred=bool(number % 2),
        valid_from=NOW,
    )
    return profile


def snapshot():
    """Everything of people that a merge may change."""
    profiles = {
        row.pk: (row.canonical_id, row.name, row.place, row.language, row.attributes, sorted(row.tags), row.created_at)
        for row in Profile.objects.all()
    }
    identities = {row.pk: (row.profile_id, row.home_id, row.preferred) for row in Identity.objects.all()}
    consents = {
        (row.profile_id, row.channel, row.purpose): (row.granted, row.basis, row.since, row.expires_at)
        for row in ConsentState.objects.all()
    }
    return profiles, identities, consents


@pytest.mark.django_db
class TestMerging:
    def test_the_kept_side_keeps_what_it_knows_and_takes_what_it_does_not(self):
        kept = person(1, name="Ngozi Okonjo-Halvorsen", place="Bergen", tags=["captain"], attributes={"size": "17"})
        merged = person(2, name="N. Halvorsen", language="nb", tags=["captain", "fair"], attributes={"shoe": 39})
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        kept.refresh_from_db()
        assert (kept.name, kept.place, kept.language) == ("Ngozi Okonjo-Halvorsen", "Bergen", "nb")
        assert kept.tags == ["captain", "fair"]
        assert kept.attributes == {"size": "17", "shoe": 39}
        assert kept.created_at == NOW - timedelta(days=2)
        assert set(row.facts) == {"language", "attributes.shoe", "created_at"}

    def test_what_is_chosen_is_taken_from_the_other_side(self):
        kept, merged = person(1, name="Ngozi", place="Oslo"), person(2, name="N. Halvorsen", place="Bergen")
        merge(kept_id=kept.pk, merged_id=merged.pk, chosen=["place"], actor=None, now=NOW)
        kept.refresh_from_db()
        assert (kept.name, kept.place) == ("Ngozi", "Bergen")

    def test_the_merged_profile_is_read_through_the_kept_one_and_its_addresses_are_found_there(self):
        kept, merged = person(1), person(2)
        merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        assert family_of(merged.pk) == [kept.pk, merged.pk]
        found = resolve(kind="email", address="p2@customer.example", now=later(1))
        assert (found.profile_id, found.home_id) == (kept.pk, merged.pk)

    def test_of_two_preferred_addresses_the_kept_one_stays(self):
        kept, merged = person(1), person(3)
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        assert Identity.objects.get(preferred=True).address == "p1@customer.example"
        undo(merge_id=row.pk, actor=None, now=later(1))
        assert Identity.objects.filter(preferred=True).count() == 2

    def test_the_stricter_consent_holds(self):
        kept, merged = person(1), person(2)
        agreed(kept, channel="email")
        took_back(merged, channel="email", now=later(-60))
        agreed(merged, channel="sms")
        merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        held = dict(ConsentState.objects.filter(profile=kept).values_list("channel", "granted"))
        assert held == {"email": False, "sms": True}

    def test_it_is_told_once_and_stands_in_the_audit_trail(self):
        actor = make_user("Iara Menezes")
        kept, merged = person(1), person(2)
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=actor, now=NOW)
        undo(merge_id=row.pk, actor=actor, now=later(1))
        undo(merge_id=row.pk, actor=actor, now=later(2))
        told = OutboxEvent.objects.filter(name__in=["profiles.profiles_merged", "profiles.merge_undone"])
        assert sorted(told.values_list("name", flat=True)) == ["profiles.merge_undone", "profiles.profiles_merged"]
        trail = AuditEntry.objects.filter(subject_id=str(kept.pk)).order_by("at").values_list("action", flat=True)
        assert list(trail) == ["profile.merged", "profile.merge_undone"]

    def test_a_pair_that_was_taken_apart_is_not_proposed_again(self):
        kept, merged = person(1), person(2)
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        undo(merge_id=row.pk, actor=None, now=later(1))
        assert MergeProposal.objects.get().state == "different"

    def test_a_profile_with_itself_is_refused(self):
        one = person(1)
        with pytest.raises(MergeRefused):
            merge(kept_id=one.pk, merged_id=one.pk, actor=None, now=NOW)
        assert not Merge.objects.exists()

    def test_a_profile_that_was_merged_meanwhile_is_refused_and_named(self):
        one, other, third = person(1, name="Ana"), person(2, name="Ana P."), person(3)
        merge(kept_id=one.pk, merged_id=other.pk, actor=None, now=NOW)
        before = snapshot()
        with pytest.raises(MergeRefused, match="Ana P"):
            merge(kept_id=third.pk, merged_id=other.pk, actor=None, now=NOW)
        assert snapshot() == before

    def test_merging_twice_tells_who_did_it_first(self):
        one, other = person(1), person(2)
        merge(kept_id=one.pk, merged_id=other.pk, actor=make_user("Caio Brandt"), now=NOW)
        with pytest.raises(AlreadyOne, match="Caio Brandt"):
            merge(kept_id=other.pk, merged_id=one.pk, actor=None, now=NOW)


@pytest.mark.django_db
class TestUndoing:
    def test_what_was_changed_by_hand_since_stays(self):
        kept, merged = person(1, place=""), person(2, place="Bergen", language="nb", tags=["fair"])
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        change(profile_id=kept.pk, facts=Facts(place="Oslo", tags=["fair", "vip"]), actor=None, now=later(1))
        undone = undo(merge_id=row.pk, actor=None, now=later(2))
        kept.refresh_from_db()
        assert (kept.place, kept.language, kept.tags) == ("Oslo", "", ["vip"])
        assert undone.by_hand == ["place"]

    def test_who_withdrew_while_they_were_one_stays_withdrawn_on_both(self):
        kept, merged = person(1), person(2)
        agreed(kept, channel="email")
        agreed(merged, channel="email")
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        took_back(kept, channel="email", now=later(1))
        undo(merge_id=row.pk, actor=None, now=later(2))
        assert set(ConsentState.objects.values_list("profile_id", "granted")) == {(kept.pk, False), (merged.pk, False)}

    def test_a_withdrawal_that_another_merge_brought_too_stays(self):
        kept, one, other = person(1), person(2), person(3)
        agreed(kept, channel="email", now=later(-90))
        took_back(one, channel="email", now=later(-60))
        took_back(other, channel="email", now=later(-30))
        first = merge(kept_id=kept.pk, merged_id=one.pk, actor=None, now=NOW)
        second = merge(kept_id=kept.pk, merged_id=other.pk, actor=None, now=later(1))
        undo(merge_id=first.pk, actor=None, now=later(2))
        assert ConsentState.objects.get(profile=kept).granted is False
        undo(merge_id=second.pk, actor=None, now=later(3))
        assert ConsentState.objects.get(profile=kept).granted is True

    def test_what_came_up_through_two_merges_goes_with_the_one_who_knew_it(self):
        a, b, c = person(1, name="Ana", tags=["x"]), person(2), person(3)
        lower = merge(kept_id=b.pk, merged_id=a.pk, actor=None, now=NOW)
        merge(kept_id=c.pk, merged_id=b.pk, actor=None, now=later(1))
        c.refresh_from_db()
        assert (c.name, c.tags) == ("Ana", ["x"])
        undo(merge_id=lower.pk, actor=None, now=later(2))
        c.refresh_from_db()
        assert (c.name, c.tags) == ("", [])
        assert family_of(a.pk) == [a.pk]
        assert family_of(b.pk) == [c.pk, b.pk]

    def test_a_yes_for_an_address_of_the_other_leaves_with_it(self):
        kept, merged = person(1), person(2)
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        agreed(kept, now=later(1), address="p2@customer.example")
        assert ConsentState.objects.get(profile=kept).granted
        undone = undo(merge_id=row.pk, actor=None, now=later(2))
        assert list(ConsentState.objects.values_list("profile_id", "granted")) == [(merged.pk, True)]
        assert undone.by_hand == []

    def test_a_yes_for_an_address_of_the_kept_one_stays_there(self):
        kept, merged = person(1), person(2)
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        agreed(merged, now=later(1), address="p1@customer.example")
        undo(merge_id=row.pk, actor=None, now=later(2))
        assert list(ConsentState.objects.values_list("profile_id", "granted")) == [(kept.pk, True)]

    def test_a_yes_by_a_channel_that_reaches_only_the_other_is_theirs(self):
        kept, merged = person(1), person(2)
        Identity.objects.create(profile=merged, kind="phone", address="+5531988010207", address_norm="+5531988010207")
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        agreed(kept, channel="sms", now=later(1))
        undo(merge_id=row.pk, actor=None, now=later(2))
        assert list(ConsentState.objects.values_list("profile_id", "channel")) == [(merged.pk, "sms")]

    def test_what_the_kept_one_had_agreed_to_before_stands_again_when_the_others_yes_leaves(self):
        kept, merged = person(1), person(2)
        agreed(kept, now=later(-60), basis="implied", expires_at=later(9000))
        took_back(merged, now=later(-30))
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        agreed(kept, now=later(1), address="p2@customer.example")
        undo(merge_id=row.pk, actor=None, now=later(2))
        held = ConsentState.objects.values_list("profile_id", "granted", "basis", "since")
        assert set(held) == {(kept.pk, True, "implied", later(-60)), (merged.pk, True, "express", later(1))}

    def test_times_of_contact_are_each_sides_own_whatever_came_in_while_they_were_one(self):
        kept, merged = person(1), person(2)
        move("last_heard_at", profile_id=kept.pk, at=later(-60))
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        move("last_heard_at", profile_id=kept.pk, at=later(1))
        move("last_heard_at", profile_id=merged.pk, at=later(5))
        move("last_written_at", profile_id=merged.pk, at=later(6))
        kept.refresh_from_db()
        assert (kept.last_heard_at, kept.last_written_at) == (later(5), later(6))
        undone = undo(merge_id=row.pk, actor=None, now=later(9))
        kept.refresh_from_db()
        merged.refresh_from_db()
        assert (kept.last_heard_at, kept.last_written_at) == (later(1), None)
        assert (merged.last_heard_at, merged.last_written_at) == (later(5), later(6))
        assert undone.by_hand == []


NAMES = st.sampled_from(["", "Ana", "Bia"])
TAGS = st.lists(st.sampled_from(["x", "y", "z"]), unique=True, max_size=3)
SIZES = st.sampled_from([None, "15", "17"])
SAID = st.sampled_from([None, "yes", "no"])
PERSON = st.tuples(NAMES, TAGS, SIZES, SAID)
STEP = st.tuples(
    st.sampled_from(["merge", "merge", "undo", "undo", "heard", "written", "agreed", "took_back"]),
    st.integers(0, 4),
    st.integers(0, 4),
    st.booleans(),
)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, min_size=3, max_size=5), steps=st.lists(STEP, max_size=12), order=st.randoms())
def test_any_merges_undone_in_any_order_leave_everything_as_it_was(people, steps, order):
    ConsentState.objects.all().delete()
    for model in (MergeProposal, Merge, Identity):
        model.objects.all().delete()
    Profile.objects.all().update(canonical=None)
    rows = _people(people)
    expected = _Expected(rows)
    before = snapshot()
    minute = 0
    for what, one, other, choose in steps:
        minute += 1
        standing = list(Merge.objects.standing().order_by("key"))
        if what in ("heard", "written", "agreed", "took_back"):
            expected.happens(what, one % len(rows), later(minute))
        elif what == "undo" and standing:
            undo(merge_id=standing[one % len(standing)].pk, actor=None, now=later(minute))
        else:
            _try(rows[one % len(rows)], rows[other % len(rows)], choose, minute)
        _is_consistent(rows, agreed_since=expected.has_agreed)
    standing = list(Merge.objects.standing())
    order.shuffle(standing)
    for row in standing:
        minute += 1
        undo(merge_id=row.pk, actor=None, now=later(minute))
        _is_consistent(rows, agreed_since=expected.has_agreed)
    after = snapshot()
    assert after[:2] == before[:2]
    assert _times(rows) == expected.times
    if not expected.has_said:
        assert after[2] == before[2]
    assert {key[0]: state[0] for key, state in after[2].items()} == expected.consents


class _Expected:
    """Whatever happens to each profile itself, kept beside the house: a yes is one's own, a no is everybody's."""

    def __init__(self, rows):
        self.rows, self.times, self.has_said, self.has_agreed = rows, _times(rows), False, False
        self.consents = dict(ConsentState.objects.values_list("profile_id", "granted"))

    def happens(self, what, number, at):
        row = self.rows[number]
        if what in ("heard", "written"):
            move(f"last_{what}_at", profile_id=row.pk, at=at)
            self.times[number][what] = at
        elif what == "agreed":
            self.has_said = self.has_agreed = True
            agreed(row, now=at, address=f"p{number + 1}@customer.example")
            self.consents[row.pk] = True
        else:
            self.has_said = True
            took_back(row, now=at)
            self.consents |= dict.fromkeys(family_of(row.pk), False)


def _times(rows):
    found = Profile.objects.in_bulk([row.pk for row in rows])
    return [{"heard": found[row.pk].last_heard_at, "written": found[row.pk].last_written_at} for row in rows]


def _people(people):
    rows = []
    for number, (name, tags, size, said) in enumerate(people, start=1):
        row = person(number, name=name, tags=sorted(tags), attributes={"size": size} if size else {})
        if said == "yes":
            agreed(row, channel="email", now=later(-number))
        elif said == "no":
            took_back(row, channel="email", now=later(-number))
        rows.append(row)
    return rows


def _try(one, other, choose, minute):
    kept, merged = family_of(one.pk)[0], family_of(other.pk)[0]
    try:
        chosen = ["name", "attributes.size"] if choose else []
        merge(kept_id=kept, merged_id=merged, chosen=chosen, actor=None, now=later(minute))
    except MergeRefused:
        assert kept == merged


def _is_consistent(rows, *, agreed_since=False):
    """Each canonical profile is the root of the standing merges, one step away; nobody may be written to who said no
    with any of their profiles and did not say yes again since.
    """
    above = dict(Merge.objects.standing().values_list("merged_id", "kept_id"))
    refused = set(ConsentState.objects.filter(granted=False).values_list("profile_id", flat=True))
    for row in Profile.objects.filter(pk__in=[row.pk for row in rows]):
        root = row.pk
        while root in above:
            root = above[root]
        assert (row.canonical_id or row.pk) == root
        if row.pk in refused and not agreed_since:
            assert root in refused
    for identity in Identity.objects.all():
        home = identity.home_id or identity.profile_id
        assert identity.profile_id == family_of(home)[0]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_two_who_merge_one_pair_one_wins_and_one_is_told(self):
        for number in range(4):
            one, other = person(number * 10 + 1), person(number * 10 + 2)
            results = together(
                lambda: _or_error(one, other),  # noqa: B023
                lambda: _or_error(other, one),  # noqa: B023
            )
            assert sorted(type(result).__name__ for result in results) == ["AlreadyOne", "Merge"]
            assert Merge.objects.standing().filter(kept__in=[one.pk, other.pk]).count() == 1

    def test_a_circle_of_three_at_once_ends_in_one_family(self):
        a, b, c = person(1), person(2), person(3)
        together(lambda: _or_error(a, b), lambda: _or_error(b, c), lambda: _or_error(c, a))
        _is_consistent([a, b, c])

    def test_merging_and_undoing_at_once_end_consistent(self):
        a, b, c = person(1, name="A"), person(2), person(3)
        row = merge(kept_id=b.pk, merged_id=a.pk, actor=None, now=NOW)
        together(
            lambda: undo(merge_id=row.pk, actor=None, now=later(1)),
            lambda: _or_error(c, b),
            lambda: undo(merge_id=row.pk, actor=None, now=later(1)),
        )
        _is_consistent([a, b, c])
        assert OutboxEvent.objects.filter(name="profiles.merge_undone").count() == 1


def _or_error(kept, merged):
    try:
        return merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=later(1))
    except MergeRefused as refusal:
        return refusal


@pytest.mark.django_db(transaction=True)
class TestWhatComesInMeanwhile:
    def test_a_message_to_a_merged_person_is_written_for_their_own_profile_and_read_at_the_kept_one(self):
        channel = make_channel()
        make_queue("care", channels=(channel,))
        kept, merged = person(1, name="Ana"), person(2, name="Ana P.")
        row = merge(kept_id=kept.pk, merged_id=merged.pk, actor=None, now=NOW)
        conversation = make_conversation(channel, "p2@customer.example", received_at=later(1))
        assert conversation.profile_id == merged.pk
        assert conversation.endpoint.address == "p2@customer.example"
        assert conversation.profile_id in family_of(kept.pk)
        undo(merge_id=row.pk, actor=None, now=later(2))
        assert conversation.profile_id not in family_of(kept.pk)
        assert resolve(kind="email", address="p2@customer.example", now=later(3)).profile_id == merged.pk
