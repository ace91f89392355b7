"""Companies under parallel hands: of two who build a circle one is refused, and a name is written down once."""

import pytest
from django.db import IntegrityError

from engagement.profiles.companies.changes import add_company, change_company, company_named
from engagement.profiles.companies.refusals import Circle
from engagement.profiles.companies.ties import employ, relate
from engagement.profiles.models import Company, Employment, Profile, Relation
from engagement.village.models import AuditEntry
from tests.collaboration.test_approvals import together
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def company(name):
    return add_company(facts={"name": name}, actor=None, now=NOW)


def under(below, above):
    return change_company(company_id=below.pk, facts={"parent_id": above.pk}, actor=None, now=NOW)


def test_of_two_who_build_a_circle_at_once_one_is_refused():
    for round_number in range(5):
        one, other = company(f"One {round_number}"), company(f"Other {round_number}")
        results = together(lambda: under(one, other), lambda: under(other, one))  # noqa: B023
        assert sorted(type(result).__name__ for result in results) == ["Circle", "Company"], results
        assert any(isinstance(result, Circle) for result in results)
        assert Company.objects.filter(pk__in=[one.pk, other.pk], parent=None).count() == 1


def test_of_two_statements_that_close_a_circle_the_trigger_refuses_one():
    one, other = company("One"), company("Other")
    results = together(
        lambda: Company.objects.filter(pk=one.pk).update(parent=other),
        lambda: Company.objects.filter(pk=other.pk).update(parent=one),
    )
    assert sorted(isinstance(result, IntegrityError) for result in results) == [False, True]


def test_many_who_name_a_company_at_once_write_it_down_once():
    results = together(*[lambda: company_named(name="Pedreira Norte", actor=None, now=NOW)] * 4)
    assert {result.pk for result in results} == {Company.objects.get().pk}
    assert AuditEntry.objects.filter(action="company.added").count() == 1


def test_ties_that_are_made_at_once_are_made_once():
    ana = Profile.objects.create(name="Ana", created_at=NOW)
    rui = Profile.objects.create(name="Rui", created_at=NOW)
    shop = company("Loja")
    together(*[lambda: employ(profile_id=ana.pk, company=shop, actor=None, now=NOW)] * 3)
    assert Employment.objects.get().primary
    results = together(
        lambda: relate(profile_id=ana.pk, other_id=rui.pk, kind="household", actor=None, now=NOW),
        lambda: relate(profile_id=rui.pk, other_id=ana.pk, kind="household", actor=None, now=NOW),
    )
    assert {result.pk for result in results} == {Relation.objects.get().pk}
