"""Companies: each name and domain once, a tree without circles, and what is told of a change."""

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from engagement.events.models import OutboxEvent
from engagement.profiles.companies.changes import add_company, change_company, company_named
from engagement.profiles.companies.refusals import Circle, CompanyRefused, DomainTaken, NameTaken
from engagement.profiles.models import Company, CompanyDomain
from engagement.village.models import AuditEntry
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db


def company(name, **facts):
    return add_company(facts={"name": name, **facts}, actor=None, now=NOW)


def change(one, **facts):
    return change_company(company_id=one.pk, facts=facts, actor=None, now=NOW)


def test_a_company_is_written_down_once_however_it_is_accented():
    first = company(" Pedreira  Norte ")
    assert first.name == "Pedreira Norte"
    for same in ("Pedreira Norte", "pedreira norte", "Pedrêira Norte"):
        with pytest.raises(NameTaken):
            company(same)
        assert company_named(name=same, actor=None, now=NOW) == first
    assert Company.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(name="PEDREIRA NORTE", created_at=NOW, changed_at=NOW)


def test_what_changed_is_told_and_what_is_so_already_is_no_change():
    owner, group = make_user("Dagmar Oyelaran"), company("Grupo Sertão")
    one = company("Loja")
    facts = {
        "name": "Loja Sertão",
        "parent_id": group.pk,
        "owner_id": owner.pk,
        "domains": ["https://www.Sertão.example/"],
    }
    change(one, **facts)
    change(one, **facts)
    entry = AuditEntry.objects.get(action="company.changed")
    assert entry.detail == {"fields": ["name", "parent", "owner", "domains"]}
    assert OutboxEvent.objects.filter(name="profiles.company_changed").count() == 3
    assert list(CompanyDomain.objects.values_list("domain", flat=True)) == ["xn--serto-dra.example"]
    change(one, domains=["loja.example"])
    assert list(one.domains.values_list("domain", flat=True)) == ["loja.example"]
    change(one, parent_id=None)
    one.refresh_from_db()
    assert (one.parent, one.owner) == (None, owner)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " \x00 "}, "name"),
        ({"country": "BRA"}, "country"),
        ({"country": "1é"}, "country"),
        ({"domains": ["no domain"]}, "domains"),
        ({"domains": ["localhost"]}, "domains"),
        ({"domains": ["-a.example"]}, "domains"),
        ({"domains": ["a" * 64 + ".example"]}, "domains"),
    ],
)
def test_what_is_no_fact_of_a_company_is_refused_and_changes_nothing(facts, field):
    one = company("Loja", domains=["loja.example"])
    with pytest.raises(CompanyRefused) as refusal:
        change(one, **facts)
    assert refusal.value.field == field
    one.refresh_from_db()
    assert (one.name, one.country, [each.domain for each in one.domains.all()]) == ("Loja", "", ["loja.example"])


def test_a_domain_is_of_one_company():
    company("Loja", domains=["loja.example"])
    with pytest.raises(DomainTaken, match="Loja"):
        company("Outra", domains=["Loja.Example."])
    assert not Company.objects.filter(name="Outra").exists()


def test_no_company_stands_above_itself():
    top, middle, low = company("Top"), company("Middle"), company("Low")
    change(middle, parent_id=top.pk)
    change(low, parent_id=middle.pk)
    for above, below in ((low, top), (middle, top), (low, middle), (top, top)):
        with pytest.raises(Circle):
            change(below, parent_id=above.pk)
    change(low, parent_id=top.pk)
    change(middle, parent_id=low.pk)


def test_the_database_refuses_a_circle_that_no_action_looked_at():
    top, low = company("Top"), company("Low")
    Company.objects.filter(pk=low.pk).update(parent=top)
    with pytest.raises(IntegrityError, match="above itself"), transaction.atomic():
        Company.objects.filter(pk=top.pk).update(parent=low)
    other, another = company("Other"), company("Another")
    with pytest.raises(IntegrityError, match="above itself"), transaction.atomic():
        Company.objects.bulk_update(
            [Company(pk=other.pk, parent=another), Company(pk=another.pk, parent=other)], ["parent"]
        )


def test_a_tree_has_an_end_in_depth():
    above: UUID | None = None
    for floor in range(20):
        above = company(f"Floor {floor}", parent_id=above).pk
    with pytest.raises(Circle, match="20"):
        company("Floor 20", parent_id=above)
