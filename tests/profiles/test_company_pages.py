"""Pages of companies and of what stands around a person: what they show, keep and refuse."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engagement.profiles import upcoming
from engagement.profiles.actions import resolve
from engagement.profiles.actions.deals import Terms, open_deal
from engagement.profiles.companies.changes import add_company
from engagement.profiles.companies.ties import employ, relate
from engagement.profiles.models import Company, Deal, Employment, Profile, Relation
from engagement.profiles.upcoming import Upcoming
from engagement.village.models import AuditEntry
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def dagmar(db):
    return person("merchant", name="Dagmar Oyelaran")


@pytest.fixture
def merchant(dagmar):
    return client_of(dagmar)


@pytest.fixture
def counselor(db):
    return client_of(person("counselor"))


def met(address, name, **facts):
    profile = resolve(kind="email", address=address, name=name, now=NOW).profile
    Profile.objects.filter(pk=profile.pk).update(**facts)
    return Profile.objects.get(pk=profile.pk)


def company(name, **facts):
    return add_company(facts={"name": name, **facts}, actor=None, now=NOW)


def sold(profile, owner, title, **terms):
    return open_deal(profile_id=profile.pk, owner=owner, terms=Terms(title=title, **terms), actor=owner, now=NOW)


@pytest.fixture
def group(db):
    return company("Grupo Sertão", domains=["sertao.example"])


@pytest.fixture
def shop(group):
    return company("Loja Sertão", parent_id=group.pk)


def test_a_company_is_written_down_changed_and_found_without_accents(merchant, group):
    answer = merchant.post("/people/companies/new/", {"name": "Loja Sertão", "parent": "grupo sertao"})
    one = Company.objects.get(name="Loja Sertão")
    assert answer["Location"] == f"/people/companies/{one.pk}/"
    assert one.parent == group
    listed = merchant.get("/people/companies/", {"q": "sertao"}).content.decode()
    assert "Loja Sertão" in listed
    assert "Grupo Sertão" in merchant.get("/people/companies/", {"q": "sertao.exam"}).content.decode()
    assert "No company is called" in merchant.get("/people/companies/", {"q": "mar"}).content.decode()
    merchant.post(f"/people/companies/{one.pk}/facts/", {"name": "Loja do Sertão", "parent": ""})
    one.refresh_from_db()
    assert (one.name, one.parent) == ("Loja do Sertão", None)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "Grupo Sertao"}, "There is a company called"),
        ({"parent": "Nobody’s"}, "No company is called so"),
        ({"parent": "Loja Sertão"}, "stands above that one already"),
        ({"domains": "sertao"}, "is no domain"),
        ({"country": "BRA"}, "at most 2 characters"),
        ({"owner": "01990000-0000-7000-8000-000000000000"}, "choice"),
    ],
)
def test_what_cannot_be_is_422_beside_its_field_and_changes_nothing(merchant, group, wrong, words):
    above = company("Sertão acima")
    company("Loja Sertão", parent_id=above.pk)
    answer = merchant.post(f"/people/companies/{above.pk}/facts/", {"name": "Other", **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page
    assert words in page
    above.refresh_from_db()
    assert (above.name, above.parent) == ("Sertão acima", None)


def test_names_are_offered_while_one_is_typed(merchant, group, shop):
    assert merchant.get("/people/companies/names/", {"company": "sertao"}).content.decode().count("<option") == 2
    assert merchant.get("/people/companies/names/", {"parent": "loja"}).content.decode().count("<option") == 1
    assert merchant.get("/people/companies/names/", {"company": "\x00 "}).content.decode().strip() == ""


def test_a_companys_page_shows_its_tree_its_people_and_the_deals_of_all(merchant, dagmar, group, shop):
    ana = met("ana@sertao.example", "Ana Prado")
    old = met("a.prado@old.example", "A. Prado")
    rui = met("rui@sertao.example", "Rui Lima")
    employ(profile_id=old.pk, company=shop, position="Buyer", actor=None, now=NOW)
    Profile.objects.filter(pk=old.pk).update(canonical=ana)
    sold(ana, dagmar, "Fleet of the shop")
    sold(rui, dagmar, "Of the company itself", company="Loja Sertão", amount=Decimal(1200))
    other = sold(rui, dagmar, "Of another")
    upcoming.register(read := lambda keys, now: [Upcoming(key, "Spring letter", "/x/", None) for key in keys])
    try:
        page = merchant.get(f"/people/companies/{group.pk}/").content.decode()
        assert "Fleet of the shop" in page
        assert "Of the company itself" in page
        assert other.title not in page
        assert page.count("Spring letter") == 2
        below = merchant.get(f"/people/companies/{shop.pk}/").content.decode()
    finally:
        upcoming._sources.remove(read)
    assert "Ana Prado" in below
    assert "Buyer" in below
    assert below.index("Grupo Sertão") < below.rindex('aria-current="true">Loja Sertão')


def test_the_pages_of_companies_ask_as_much_for_many_as_for_few(merchant, dagmar, group):
    def queries(url):
        with CaptureQueriesContext(connection) as captured:
            assert merchant.get(url).status_code == 200
        return len(captured)

    def more(number):
        one = company(f"Filial {number}", parent_id=group.pk)
        profile = met(f"p{number}@sertao.example", f"Person {number}")
        employ(profile_id=profile.pk, company=group, actor=None, now=NOW)
        sold(profile, dagmar, f"Deal {number}", company=one.name)

    urls = ("/people/companies/", f"/people/companies/{group.pk}/", "/people/deals/?of=everybody")
    for number in range(3):
        more(number)
    merchant.get(urls[0])
    few = [queries(url) for url in urls]
    for number in range(3, 30):
        more(number)
    assert [queries(url) for url in urls] == few


def test_what_stands_around_a_person_is_written_down_and_shown(merchant, dagmar, group):
    ana, rui = met("ana@a.example", "Ana Prado"), met("rui@a.example", "Rui Prado")
    url = f"/people/{ana.pk}/"
    for part, sent in (
        ("owner", {"owner": dagmar.pk}),
        ("work", {"company": "Clube da Serra", "position": "Captain", "primary": "on"}),
        ("relations", {"kind": "household", "other": "rui@a.example"}),
    ):
        assert merchant.post(f"{url}{part}/", sent)["Location"] == f"{url}around/", part
    page = merchant.get(url).content.decode()
    for words in ("Clube da Serra", "Captain", "Household", "Rui Prado", "Dagmar Oyelaran"):
        assert words in page
    assert "Ana Prado" in merchant.get(f"/people/{rui.pk}/").content.decode()
    work, tie = Employment.objects.get(), Relation.objects.get()
    merchant.post(f"{url}work/{work.pk}/end/")
    merchant.post(f"/people/{rui.pk}/relations/{tie.pk}/end/")
    assert not Employment.objects.filter(until=None).exists()
    assert not Relation.objects.filter(until=None).exists()
    assert AuditEntry.objects.filter(action="company.added", subject_name="Clube da Serra").count() == 1


def test_a_parent_is_seen_as_such_from_both_sides(merchant):
    ana, rui = met("ana@a.example", "Ana Prado"), met("rui@a.example", "Rui Prado")
    relate(profile_id=ana.pk, other_id=rui.pk, kind="parent", actor=None, now=NOW)
    assert "Parent of" in merchant.get(f"/people/{ana.pk}/").content.decode()
    assert "Child of" in merchant.get(f"/people/{rui.pk}/").content.decode()


def test_of_several_people_of_a_name_one_is_chosen(merchant):
    ana = met("ana@a.example", "Ana Prado")
    first, second = met("rui1@a.example", "Rui Lima"), met("rui2@a.example", "Rui Lima")
    url = f"/people/{ana.pk}/relations/"
    answer = merchant.post(url, {"kind": "household", "other": "rui lima"})
    assert answer.status_code == 422
    assert f'value="{first.pk}"' in answer.content.decode()
    assert merchant.post(url, {"kind": "household", "other": "rui lima", "chosen": str(second.pk)}).status_code == 302
    row = Relation.objects.get()
    assert {row.profile_id, row.other_id} == {ana.pk, second.pk}
    for wrong in ({"other": "nobody at all"}, {"other": "ana@a.example"}, {"other": "rui lima", "chosen": str(ana.pk)}):
        assert merchant.post(url, {"kind": "household", **wrong}).status_code == 422
    assert Relation.objects.count() == 1


def test_what_is_not_theirs_cannot_be_ended_from_their_page(merchant, group):
    ana, rui, eva = (met(f"{name}@a.example", name) for name in ("ana", "rui", "eva"))
    work = employ(profile_id=rui.pk, company=group, actor=None, now=NOW)
    tie = relate(profile_id=rui.pk, other_id=eva.pk, kind="partner", actor=None, now=NOW)
    assert merchant.post(f"/people/{ana.pk}/work/{work.pk}/end/").status_code == 404
    assert merchant.post(f"/people/{ana.pk}/relations/{tie.pk}/end/").status_code == 404
    assert Employment.objects.get().until is None
    assert Relation.objects.get().until is None


def test_hostile_names_are_words(merchant, counselor, dagmar):
    ana = met("ana@a.example", HOSTILE)
    one = company(HOSTILE)
    employ(profile_id=ana.pk, company=one, position=HOSTILE, actor=None, now=NOW)
    sold(ana, dagmar, HOSTILE, company=HOSTILE)
    for url in (
        "/people/companies/",
        f"/people/companies/{one.pk}/",
        f"/people/{ana.pk}/",
        f"/people/{ana.pk}/around/",
    ):
        assert HOSTILE not in merchant.get(url).content.decode()
    assert HOSTILE not in merchant.get("/people/companies/names/", {"company": "script"}).content.decode()
    page = counselor.get(f"/people/companies/{one.pk}/").content.decode()
    assert "Change facts" not in page


def test_the_pipeline_sums_each_currency_and_opens_its_deals(merchant, dagmar):
    ana = met("ana@a.example", "Ana Prado")
    sold(ana, dagmar, "First", amount=Decimal(1000))
    sold(ana, dagmar, "Second", amount=Decimal("250.50"))
    sold(ana, dagmar, "Third", amount=Decimal(80), currency="EUR")
    sold(ana, dagmar, "Late", stage="closing")
    page = merchant.get("/people/deals/").content.decode()
    assert "R$ 1,250.50 + € 80" in page.replace("\xa0", " ")
    narrowed = merchant.get("/people/deals/", {"stage": "closing"}).content.decode()
    assert "Late" in narrowed
    assert "Third" not in narrowed
    assert "Third" in merchant.get("/people/deals/", {"stage": "won"}).content.decode()


def test_a_deal_finds_its_company_and_an_old_one_shows_what_was_typed(merchant, dagmar, group):
    ana = met("ana@a.example", "Ana Prado")
    deal = sold(ana, dagmar, "Fleet", company="GRUPO SERTAO")
    assert deal.company == group
    Deal.objects.filter(pk=deal.pk).update(company=None, company_text="Grupo Sertão")
    assert "Grupo Sertão" in merchant.get(f"/people/deals/{deal.pk}/").content.decode()
    sent = {"title": "Fleet", "company": "Grupo Sertão", "currency": "BRL", "stage": "lead", "owner": dagmar.pk}
    merchant.post(f"/people/deals/{deal.pk}/", sent)
    deal.refresh_from_db()
    assert (deal.company, deal.company_text) == (group, "")
