"""Pairs that may be one person: why they are proposed, and what people say of them."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from engagement.leases import acquire_lease, new_owner, release_lease
from engagement.profiles import tasks
from engagement.profiles.actions import propose as propose_module
from engagement.profiles.actions import resolve
from engagement.profiles.actions.change import Facts, change
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.merge import merge
from engagement.profiles.actions.propose import look_at_new, propose_around, tell_apart
from engagement.profiles.merging import namesakes
from engagement.profiles.merging.likeness import ENOUGH, Shared, Side, compare, names_alike
from engagement.profiles.models import AttributeDefinition, Company, Employment, MergeProposal, Profile, Relation
from tests.factories import NOW, make_user


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Ngozi Okonjo-Halvorsen", "Okonjo Halvorsen, Ngozi", 1.0),
        ("João da Silva", "joao silva", 1.0),
        ("N. Halvorsen", "Ngozi Okonjo-Halvorsen", 0.85),
        ("Ana Prado", "Ana Maria Prado", 0.85),
        ("Ana", "Ana Prado", 0.4),
        ("Ana Prado", "Caio Brandt", 0.0),
        ("", "Ana", 0.0),
        ("A. B.", "Ana Beatriz", 0.1),
    ],
)
def test_names_are_alike_by_their_words_and_initials(one, other, alike):
    found = names_alike(one, other)
    assert found == pytest.approx(alike, abs=0.15) if alike not in (1.0, 0.85, 0.0) else found == alike


def test_a_common_name_alone_is_not_enough_and_with_a_place_it_is():
    assert compare(Side("Ana Silva"), Side("Ana Silva"), []).confidence < ENOUGH
    assert compare(Side("Ana Silva", "Olinda"), Side("ana silva", "OLINDA"), []).confidence >= ENOUGH


def test_one_number_with_names_that_have_nothing_in_common_is_doubted():
    shared = [Shared("number", "+5581987654321")]
    sure = compare(Side("Ana Prado"), Side("Ana M. Prado"), shared)
    doubted = compare(Side("Ana Prado"), Side("Caio Brandt"), shared)
    assert sure.confidence >= 75 > ENOUGH > doubted.confidence
    assert {"code": "other_name"} in doubted.reasons


def met(name, address, kind="email"):
    return resolve(kind=kind, address=address, name=name, now=NOW).profile


@contextmanager
def together_elsewhere(name):
    """Another worker is at it."""
    owner = new_owner()
    assert acquire_lease(name=name, owner=owner, seconds=60)
    yield
    release_lease(name=name, owner=owner)


def propose(*people):
    return propose_around(profile_ids=[person.pk for person in people], now=NOW)


def proposal():
    return MergeProposal.objects.get()


@pytest.mark.django_db
class TestProposing:
    def test_the_same_name_before_two_providers_and_alike_names(self):
        one, other = met("Ngozi Halvorsen", "ngozi.h@a.example"), met("N. Halvorsen", "ngozi.h@b.example")
        assert propose(other) == 1
        row = proposal()
        assert {row.low_id, row.high_id} == {one.pk, other.pk}
        assert [reason["code"] for reason in row.reasons] == ["local_part", "alike"]
        assert row.confidence >= ENOUGH

    def test_an_office_s_address_says_nothing(self):
        met("Ana Prado", "contato@a.example"), met("Ana Prado", "contato@b.example")
        assert propose(*Profile.objects.all()) == 0

    def test_the_same_company_and_name(self):
        one, other = met("Ana Prado", "ana@a.example"), met("Ana Prado", "aprado@b.example")
        company = Company.objects.create(name="Serra Fria Velo Club", created_at=NOW, changed_at=NOW)
        for person in (one, other):
            Employment.objects.create(profile=person, company=company)
        assert propose(one) == 1

    def test_a_birth_date_that_differs_speaks_against(self):
        AttributeDefinition.objects.create(slug="born", label="Birth date", label_pt="Nascimento", type="date")
        one, other = met("Ana Prado", "ana.prado@a.example"), met("Ana Prado", "ana.prado@b.example")
        assert propose(one) == 1
        Profile.objects.filter(pk=one.pk).update(attributes={"born": "1990-01-02"})
        Profile.objects.filter(pk=other.pk).update(attributes={"born": "1961-01-02"})
        assert propose(one) == 0
        assert proposal().state == "stale"

    def test_people_of_whom_we_know_how_they_belong_together_are_two(self):
        one, other = met("Ana Prado", "ana.prado@a.example"), met("Ana Prado", "ana.prado@b.example")
        low, high = sorted([one.pk, other.pk])
        Relation.objects.create(profile_id=low, other_id=high, kind="household")
        assert propose(one) == 0

    def test_who_were_told_apart_are_not_proposed_again_under_whichever_profile(self):
        one, other = met("Ana Prado", "ana.prado@a.example"), met("Ana Prado", "ana.prado@b.example")
        propose(one)
        tell_apart(proposal_id=proposal().pk, actor=make_user("Iara"), now=NOW)
        assert propose(one, other) == 0
        third = met("", "somebody@c.example")
        merge(kept_id=third.pk, merged_id=one.pk, actor=None, now=NOW)
        assert propose(third, other) == 0
        assert proposal().state == "different"

    def test_proposing_twice_keeps_one_row_and_brings_it_up_to_date(self):
        one, other = met("Ana Prado", "ana.prado@a.example"), met("Ana Prado", "ana.prado@b.example")
        propose(one)
        before = proposal().confidence
        for person in (one, other):
            change(profile_id=person.pk, facts=Facts(place="Olinda"), actor=None, now=NOW)
        propose(other)
        assert proposal().confidence > before

    def test_merging_decides_the_proposal(self):
        one, other = met("Ana Prado", "ana.prado@a.example"), met("Ana Prado", "ana.prado@b.example")
        propose(one)
        merge(kept_id=one.pk, merged_id=other.pk, actor=None, now=NOW)
        assert proposal().state == "merged"
        assert propose(one) == 0

    @pytest.fixture
    def everybody_has_the_name(self, monkeypatch):
        """Two people who share a word are many here."""
        monkeypatch.setattr(namesakes, "_RARE", 1)
        monkeypatch.setattr(namesakes, "NAMESAKES", 1)
        return [met("Ana Silva", f"p{number}@a.example") for number in range(3)]

    @pytest.mark.parametrize("what", ["place", "company", "date", "number"])
    def test_of_a_name_that_very_many_share_those_are_compared_who_share_more(self, everybody_has_the_name, what):
        one, _two, other = everybody_has_the_name
        AttributeDefinition.objects.create(slug="born", label="Birth date", label_pt="Nascimento", type="date")
        if what == "place":
            Profile.objects.filter(pk__in=[one.pk, other.pk]).update(place="Olinda")
        elif what == "date":
            Profile.objects.filter(pk__in=[one.pk, other.pk]).update(attributes={"born": "1990-01-02"})
        elif what == "company":
            company = Company.objects.create(name="Serra Fria", created_at=NOW, changed_at=NOW)
            for person in (one, other):
                Employment.objects.create(profile=person, company=company)
        else:
            for person, area in ((one, "31"), (other, "81")):
                add_address(profile_id=person.pk, kind="phone", address=f"+55{area}988010207", now=NOW)
        assert set(namesakes.namesakes_of([one.pk])) == {(one.pk, other.pk)}

    def test_of_more_people_than_are_read_those_with_a_second_key_are_compared(self, monkeypatch):
        monkeypatch.setattr(namesakes, "_MOST", 2)
        people = [met("Ana Silva", f"p{number}@a.example") for number in range(5)]
        Profile.objects.filter(pk__in=[people[0].pk, people[-1].pk]).update(place="Olinda")
        assert (people[0].pk, people[-1].pk) in set(namesakes.namesakes_of([people[0].pk]))

    def test_a_rare_word_finds_everybody_of_the_name_also_misspelt(self):
        one, other = met("Ana Zanetti", "a@a.example"), met("Anna Zaneti", "b@b.example")
        met("Ana Prado", "c@c.example")
        assert set(namesakes.namesakes_of([one.pk])) == {(one.pk, other.pk)}

    def test_a_second_runner_finds_nothing_to_do(self):
        met("Ana Prado", "ana.prado@a.example")
        soon = timezone.now() + timedelta(minutes=5)
        with together_elsewhere("duplicates"):
            assert look_at_new(now=soon, seconds=5) == 0
        assert look_at_new(now=soon, seconds=5) == 1

    @pytest.mark.parametrize(("idle", "many", "again"), [(True, True, 1), (False, True, 0), (True, False, 0)])
    def test_while_many_wait_and_the_machine_is_idle_turn_follows_turn(self, monkeypatch, idle, many, again):
        woken = []
        monkeypatch.setattr(tasks, "is_idle", lambda: idle)
        monkeypatch.setattr(tasks, "wake", lambda name, **how: woken.append((name, how)))
        monkeypatch.setattr(tasks.timezone, "now", lambda: datetime.now(UTC) + timedelta(minutes=5))
        monkeypatch.setattr(tasks, "_SECONDS", 0.001)
        monkeypatch.setattr(propose_module, "_AT_ONCE", 1)
        for number in range(3 if many else 1):
            met("", f"p{number}@a.example")
        tasks.look_for_duplicates()
        assert len(woken) == again

    def test_new_people_are_looked_at_once(self):
        met("Ana Prado", "ana.prado@a.example"), met("Ana Prado", "ana.prado@b.example")
        soon = timezone.now() + timedelta(minutes=5)
        assert look_at_new(now=soon, seconds=5) == 2
        assert MergeProposal.objects.count() == 1
        assert look_at_new(now=soon, seconds=5) == 0
