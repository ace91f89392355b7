"""A household as a whole, of however many it is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engagement.profiles.actions.merge import merge
from engagement.profiles.companies.around import around
from engagement.profiles.companies.household import MOST, household_of, move_out
from engagement.profiles.companies.ties import TieRefused, relate
from engagement.profiles.family import family_of
from engagement.profiles.models import Profile, Relation
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def ana():
    return made("Ana")


@pytest.fixture
def rui():
    return made("Rui")


@pytest.fixture
def bia():
    return made("Bia")


def made(name):
    return Profile.objects.create(name=name, created_at=NOW)


def live_together(one, other, **facts):
    return relate(profile_id=one.pk, other_id=other.pk, kind="household", actor=None, now=NOW, **facts)


def names(person):
    return [member.name for member in household_of(family_of(person.pk)[0])]


def moved_out(person):
    return move_out(profile_id=person.pk, until=TODAY, actor=None, now=NOW)


def test_a_third_who_lives_with_one_lives_with_both(ana, rui, bia):
    live_together(ana, rui)
    live_together(rui, bia)
    assert (names(ana), names(rui), names(bia)) == (["Rui", "Bia"], ["Ana", "Bia"], ["Rui", "Ana"])


def test_other_relations_and_those_that_ended_make_no_household(ana, rui, bia):
    relate(profile_id=ana.pk, other_id=rui.pk, kind="partner", actor=None, now=NOW)
    Relation.objects.filter(pk=live_together(ana, bia).pk).update(until=TODAY)
    assert names(ana) == []


def test_a_circle_ends_and_each_is_there_once(ana, rui, bia):
    for one, other in ((ana, rui), (rui, bia), (bia, ana)):
        live_together(one, other)
    assert names(ana) == ["Bia", "Rui"]


def test_the_profiles_of_one_person_are_one_member(ana, rui, bia):
    other = made("R. Prado")
    live_together(ana, rui)
    live_together(other, bia)
    merge(kept_id=rui.pk, merged_id=other.pk, actor=None, now=NOW)
    assert (names(ana), names(bia)) == (["Rui", "Bia"], ["Rui", "Ana"])


def test_who_moves_out_leaves_the_others_together(ana, rui, bia):
    live_together(ana, rui)
    live_together(rui, bia)
    assert len(moved_out(rui)) == 2
    assert (names(ana), names(rui), names(bia)) == (["Bia"], [], ["Ana"])
    assert moved_out(rui) == []


def test_who_cannot_have_moved_out_yet_stays_with_everybody(ana, rui, bia):
    live_together(ana, rui)
    live_together(rui, bia, since=TODAY.replace(year=TODAY.year + 1))
    with pytest.raises(TieRefused):
        moved_out(rui)
    assert names(rui) == ["Ana", "Bia"]


def test_a_household_is_read_by_two_queries_however_large_and_is_bounded(ana):
    for number in range(MOST + 5):
        live_together(ana, made(f"P{number:02}"))
    with CaptureQueriesContext(connection) as captured:
        found = around([ana.pk])
    assert (len(captured), len(found.household)) == (2, MOST)


def test_the_page_shows_the_household_and_somebody_moves_out(client, ana, rui, bia):
    from tests.village.people import person

    live_together(ana, rui)
    live_together(rui, bia)
    client.force_login(person("agent", name="Iara"))
    page = client.get(f"/people/{ana.pk}/around/")
    assert page.status_code == 200
    assert "Bia" in page.text
    assert client.post(f"/people/{ana.pk}/household/{bia.pk}/end/").status_code == 302
    assert names(ana) == ["Rui"]
    assert client.post(f"/people/{ana.pk}/household/{bia.pk}/end/").status_code == 404
