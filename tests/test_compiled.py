"""Querysets that are put together once give what they would give if they were put together each time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from engagement import compiled
from engagement.keys import new_key
from engagement.profiles.actions.deals import Terms, open_deal
from engagement.profiles.models import Deal, Profile
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
made: list[str] = []


def theirs(stage, *, profiles, since):
    made.append(stage)
    found = Deal.objects.filter(profile__in=profiles, stage=stage, created_at__gte=since)
    return found.select_related("owner", "company").order_by("-key")


def by_name(*, key):
    return Profile.objects.filter(pk=key).values_list("name", flat=True)


def with_deals(*, key):
    return Profile.objects.filter(pk=key).annotate(number=Count("deals"))


def prefetched(*, key):
    return Profile.objects.filter(pk=key).prefetch_related("deals")


@pytest.fixture
def owner():
    return make_user("Mara Lins")


@pytest.fixture
def two(owner):
    people = [Profile.objects.create(name="Ana"), Profile.objects.create(name="Bo")]
    for person, title in zip(people, ("Fleet", "Tandem"), strict=True):
        open_deal(profile_id=person.pk, owner=owner, terms=Terms(title=title), actor=owner, now=NOW)
    return people


def titles(*people, since=NOW, stage="lead"):
    return [deal.title for deal in compiled.read(theirs, stage, profiles=[one.pk for one in people], since=since)]


def test_the_values_of_each_call_count_and_not_those_of_the_first(two):
    ana, bo = two
    assert titles(ana) == ["Fleet"]
    assert titles(bo) == ["Tandem"]
    assert titles(ana, bo) == ["Tandem", "Fleet"]
    assert titles(ana, since=NOW + timedelta(seconds=1)) == []
    assert titles(ana, stage="won") == []
    assert titles() == []


def test_what_looks_alike_is_put_together_once(two):
    ana, bo = two
    compiled._compiled.cache_clear()
    made.clear()
    for person in (ana, bo, ana):
        titles(person)
    assert made == ["lead"]
    titles(ana, stage="won")
    titles(ana, bo)
    assert made == ["lead", "won", "lead"]


def test_what_is_joined_comes_with_the_rows_and_asks_nothing_more(two, owner):
    [deal] = compiled.read(theirs, "lead", profiles=[two[0].pk], since=NOW)
    assert deal == Deal.objects.get(title="Fleet")
    assert deal.amount is None
    with CaptureQueriesContext(connection) as queries:
        assert deal.owner == owner
        assert deal.company is None
    assert len(queries) == 0


def test_where_queries_are_counted_each_reading_is_one(two):
    with CaptureQueriesContext(connection) as queries:
        assert titles(two[0]) == ["Fleet"]
    assert len(queries) == 1


def test_json_is_read_as_the_field_reads_it():
    person = Profile.objects.create(name="Cy")
    Profile.objects.filter(pk=person.pk).update(attributes={"size": ["M"]}, tags=["vip"])
    [found] = compiled.read(whole, key=person.pk)
    assert (found.attributes, found.tags) == ({"size": ["M"]}, ["vip"])


def whole(*, key):
    return Profile.objects.filter(pk=key)


@pytest.mark.parametrize("build", [by_name, with_deals, prefetched])
def test_what_asks_for_more_than_rows_is_refused(build):
    with pytest.raises(compiled.NotCompilable):
        compiled.read(build, key=new_key())
