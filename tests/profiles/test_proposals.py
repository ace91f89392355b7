"""Pairs that may be one person: why they are proposed, and what people say of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from engagement.profiles.actions import resolve
from engagement.profiles.actions.change import Facts, change
from engagement.profiles.actions.merge import merge
from engagement.profiles.actions.propose import look_at_new, propose_around, tell_apart
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

    def test_new_people_are_looked_at_once(self):
        met("Ana Prado", "ana.prado@a.example"), met("Ana Prado", "ana.prado@b.example")
        soon = timezone.now() + timedelta(minutes=5)
        assert look_at_new(now=soon, seconds=5) == 2
        assert MergeProposal.objects.count() == 1
        assert look_at_new(now=soon, seconds=5) == 0
