"""Pages of facts, consents, deals and suppressions: what they keep, what they refuse, what the trail says."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engagement.profiles import upcoming
from engagement.profiles.actions import resolve
from engagement.profiles.actions.deals import Terms, hold, open_deal
from engagement.profiles.actions.identify import AddressTaken, add_address
from engagement.profiles.models import AttributeDefinition, Consent, ConsentState, Deal, Profile, Suppression
from engagement.profiles.upcoming import Upcoming
from engagement.village.models import AuditEntry
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def ana():
    AttributeDefinition.objects.create(
        slug="bicycle_model", label="Bicycle", label_pt="Bicicleta", type="choice", choices=["Lavra 29", "Mirante"]
    )
    AttributeDefinition.objects.create(slug="bicycles", label="Bicycles", label_pt="Bicicletas", type="number")
    AttributeDefinition.objects.create(
        slug="birth_date", label="Birth date", label_pt="Nascimento", type="date", sensitive=True
    )
    profile = resolve(kind="email", address="ana@customer.example", name="Ana Prado", now=NOW).profile
    Profile.objects.filter(pk=profile.pk).update(attributes={"birth_date": "1988-04-17", "bicycles": 2})
    return Profile.objects.get(pk=profile.pk)


@pytest.fixture
def agent(db):
    return client_of(person("agent"))


@pytest.fixture
def merchant(db):
    return client_of(person("merchant", name="Dagmar Oyelaran"))


@pytest.fixture
def counselor(db):
    return client_of(person("counselor"))


def test_facts_tags_and_attributes_are_kept_and_the_trail_says_which(ana, agent):
    url = f"/people/{ana.pk}/facts/"
    assert "1988" not in agent.get(url).content.decode()
    sent = {
        "name": "Ana P.",
        "country": "br",
        "tags": "Club, club , Long  Distance",
        "attribute-bicycle_model": "Mirante",
        "attribute-bicycles": "3",
    }
    assert agent.post(url, sent)["Location"] == f"/people/{ana.pk}/"
    ana.refresh_from_db()
    assert (ana.name, ana.country, ana.tags) == ("Ana P.", "BR", ["club", "long distance"])
    assert ana.attributes == {"birth_date": "1988-04-17", "bicycles": 3, "bicycle_model": "Mirante"}
    entry = AuditEntry.objects.get(action="profile.changed")
    assert entry.detail == {"fields": ["name", "country", "tags", "attributes.bicycle_model", "attributes.bicycles"]}
    agent.post(url, sent)
    assert AuditEntry.objects.filter(action="profile.changed").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "BRA"},
        {"country": "1é"},
        {"attribute-bicycle_model": "Boat"},
        {"attribute-bicycles": "many"},
        {"attribute-birth_date": "yesterday"},
        {"lifecycle": "king"},
        {"language": "xx"},
        {"time_zone": "Moon/Sea"},
    ],
)
def test_a_fact_that_cannot_be_is_422_and_changes_nothing(ana, agent, wrong):
    answer = agent.post(f"/people/{ana.pk}/facts/", {"name": "Other", **wrong})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert Profile.objects.get(pk=ana.pk).name == "Ana Prado"


def test_what_is_sensitive_is_masked_and_each_uncovering_is_in_the_trail(ana, agent, merchant):
    page = agent.get(f"/people/{ana.pk}/").content.decode()
    assert "Birth date" in page
    assert "1988" not in page
    assert AuditEntry.objects.filter(action="profile.attribute_uncovered").count() == 0
    for number in (1, 2):
        answer = agent.post(f"/people/{ana.pk}/attributes/birth_date/", headers={"hx-request": "true"})
        assert "17 April 1988" in answer.content.decode()
        assert answer["Cache-Control"] == "no-store"
        assert (
            AuditEntry.objects.filter(action="profile.attribute_uncovered", detail={"attribute": "birth_date"}).count()
            == number
        )
    assert merchant.post(f"/people/{ana.pk}/attributes/birth_date/").status_code == 403
    assert "known, and covered" in merchant.get(f"/people/{ana.pk}/").content.decode()
    assert agent.post(f"/people/{ana.pk}/attributes/bicycles/").status_code == 404


def test_hostile_names_attributes_and_tags_are_words(ana, agent, merchant):
    Profile.objects.filter(pk=ana.pk).update(
        name=HOSTILE, tags=[HOSTILE], place=HOSTILE, attributes={"bicycle_model": HOSTILE}
    )
    owner = person(email="o@pedralva.example", name=HOSTILE)
    deal = open_deal(profile_id=ana.pk, owner=owner, terms=Terms(title=HOSTILE, company=HOSTILE), actor=owner, now=NOW)
    hold(deal_id=deal.pk, reason=HOSTILE, actor=owner, now=NOW)
    agent.post(f"/people/{ana.pk}/consents/", {"act": "withdrawn", "purpose": "marketing", "words": HOSTILE})
    for url in (
        f"/people/{ana.pk}/",
        f"/people/{ana.pk}/consents/",
        f"/people/{ana.pk}/facts/",
        "/people/",
        "/people/deals/?of=everybody",
        f"/people/deals/{deal.pk}/",
    ):
        client = agent if "facts" in url else merchant
        assert "<script>alert" not in client.get(url).content.decode(), url


def test_an_agent_writes_down_a_withdrawal_with_evidence(ana, agent):
    url = f"/people/{ana.pk}/consents/"
    assert (
        agent.post(url, {"act": "withdrawn", "purpose": "marketing", "words": "Stop it all, please"}).status_code == 302
    )
    line = Consent.objects.get()
    assert (line.granted, line.channel, line.source, line.actor.email) == (False, "", "staff", "agent@pedralva.example")
    assert line.evidence["text"] == "Stop it all, please"
    page = agent.get(url).content.decode()
    assert "Stop it all, please" in page
    assert page.count("withdrew") >= 3


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"channel": "", "basis": "express"},
        {"channel": "email", "basis": "contract"},
        {"channel": "email", "basis": "implied"},
        {"channel": "email", "basis": "express", "words": ""},
        {"channel": "pigeon", "basis": "express"},
    ],
)
def test_a_consent_that_is_none_is_422(ana, agent, wrong):
    sent = {"act": "given", "purpose": "marketing", "words": "Yes", **wrong}
    assert agent.post(f"/people/{ana.pk}/consents/", sent).status_code == 422
    assert (Consent.objects.count(), ConsentState.objects.count()) == (0, 0)


def test_a_merchant_reads_the_evidence_and_writes_none(ana, merchant):
    url = f"/people/{ana.pk}/consents/"
    assert "Write it down" not in merchant.get(url).content.decode()
    assert merchant.post(url, {"act": "withdrawn", "purpose": "marketing", "words": "x"}).status_code == 403
    assert Consent.objects.count() == 0


def test_a_merchant_opens_holds_releases_and_wins_a_deal(ana, merchant, monkeypatch):
    coming = Upcoming(ana.pk, "Spring service", "/campaigns/1/", NOW)
    monkeypatch.setattr(upcoming, "_sources", [lambda profiles, now: [coming] if ana.pk in profiles else []])
    owner = Deal._meta.get_field("owner").related_model.objects.get(email="merchant@pedralva.example")
    sent = {
        "title": "Fleet of 18",
        "company": "Pedreira Norte",
        "amount": "84000",
        "currency": "brl",
        "stage": "lead",
        "owner": owner.pk,
    }
    to = merchant.post(f"/people/{ana.pk}/deals/", sent)["Location"]
    deal = Deal.objects.get()
    assert (to, deal.currency, deal.owner) == (f"/people/deals/{deal.pk}/", "BRL", owner)
    assert "About to receive “Spring service”." in merchant.get("/").content.decode()
    assert merchant.post(f"{to}hold/", {"reason": " "}).status_code == 422
    merchant.post(f"{to}hold/", {"reason": "Contract is with their lawyer"})
    deal.refresh_from_db()
    assert deal.held
    assert "Spring service” does not reach them" in merchant.get("/").content.decode()
    page = merchant.get("/people/deals/").content.decode()
    assert "Contract is with their lawyer" in page
    assert "Spring service" in page
    assert merchant.post(f"{to}release/", {"until": "2020-01-01"}).status_code == 422
    until = timezone.localdate() + timedelta(days=5)
    merchant.post(f"{to}release/", {"until": until.isoformat()})
    deal.refresh_from_db()
    assert (deal.held, deal.keeps_quiet(timezone.now())) == (False, "")
    merchant.post(f"{to}outcome/")
    deal.refresh_from_db()
    assert deal.stage == "won"
    assert merchant.post(f"{to}hold/", {"reason": "late"}).status_code == 302
    assert Deal.objects.get().held is False


def test_an_agent_sees_deals_and_changes_none(ana, agent, merchant):
    owner = person(email="o@pedralva.example")
    deal = open_deal(profile_id=ana.pk, owner=owner, terms=Terms(title="Fleet"), actor=owner, now=NOW)
    page = agent.get(f"/people/deals/{deal.pk}/").content.decode()
    assert "Fleet" in page
    assert "Hold their marketing" not in page
    for part in ("", "hold/", "release/", "outcome/"):
        assert agent.post(f"/people/deals/{deal.pk}/{part}", {"reason": "x", "title": "Hacked"}).status_code == 403
    assert (Deal.objects.get().title, Deal.objects.get().held) == ("Fleet", False)


def test_the_room_of_deals_asks_as_often_for_3_as_for_30(ana, merchant):
    owner = person(email="o@pedralva.example")

    def queries(count):
        for number in range(count):
            open_deal(profile_id=ana.pk, owner=owner, terms=Terms(title=f"D{number}"), actor=owner, now=NOW)
        with CaptureQueriesContext(connection) as found:
            assert merchant.get("/people/deals/?of=everybody").status_code == 200
        return len(found)

    merchant.get("/people/deals/?of=everybody")
    assert queries(3) == queries(27)


def test_a_counselor_keeps_and_ends_a_block_list(counselor):
    page, lists = "/people/suppressions/", "/people/suppressions/lists/"
    file = SimpleUploadedFile("list.csv", b"31981234567\n31981234568\n")
    counselor.post(lists, {"name": "state-list", "file": file, "starts_on": "2099-01-02"})
    assert Suppression.objects.filter(source="list:state-list", starts_at__year=2099).count() == 4
    assert "state-list" in counselor.get(page).content.decode()
    counselor.post(lists, {"name": "state-list", "ended": "1"})
    assert not Suppression.objects.exists()
    assert (
        "number"
        in counselor.post(lists, {"name": "x", "file": SimpleUploadedFile("x", b"x")}, follow=True).content.decode()
    )


def test_an_address_is_suppressed_from_a_day_that_lies_ahead(counselor):
    given = {"kind": "email", "address": "bia@x.example", "reason": "asked", "starts_on": "2099-01-02"}
    counselor.post("/people/suppressions/", given)
    assert Suppression.objects.get().starts_at.year == 2099
    assert "from 2 Jan 2099" in counselor.get("/people/suppressions/").content.decode()


def test_a_counselor_suppresses_and_lifts_an_address(counselor, agent):
    assert (
        counselor.post("/people/suppressions/", {"kind": "email", "address": "no address", "reason": "x"}).status_code
        == 422
    )
    counselor.post(
        "/people/suppressions/",
        {"kind": "email", "address": "ze@serra.example", "purpose": "", "reason": "asked by letter"},
    )
    row = Suppression.objects.get()
    page = counselor.get("/people/suppressions/").content.decode()
    assert "asked by letter" in page
    assert "ze@serra.example" not in page
    assert agent.get("/people/suppressions/").status_code == 403
    counselor.post(f"/people/suppressions/{row.pk}/lifting/")
    assert Suppression.objects.get().ends_at is not None


def test_the_palette_finds_people_whom_the_reader_may_see(ana, agent):
    found = agent.get("/palette/", {"q": "prado"}, headers={"hx-request": "true"}).content.decode()
    assert f"/people/{ana.pk}/" in found


def test_an_address_of_somebody_else_is_not_taken_over(ana):
    other = resolve(kind="email", address="bia@customer.example", now=NOW).profile
    add_address(profile_id=ana.pk, kind="phone", address="+55 31 98801-0101", now=NOW)
    same = add_address(profile_id=ana.pk, kind="phone", address="+5531988010101", now=NOW)
    with pytest.raises(AddressTaken):
        add_address(profile_id=other.pk, kind="phone", address="+5531988010101", now=NOW)
    assert same.profile_id == ana.pk
    assert other.identities.count() == 1


def test_the_api_shows_attributes_tags_and_consents_and_nothing_sensitive(ana, agent):
    agent.post(
        f"/people/{ana.pk}/consents/",
        {"act": "given", "channel": "email", "purpose": "marketing", "basis": "express", "words": "Yes"},
    )
    found = agent.get(f"/api/v1/profiles/{ana.pk}/").json()
    assert found["attributes"] == {"bicycles": 2}
    assert [(one["channel"], one["purpose"], one["granted"]) for one in found["consents"]] == [
        ("email", "marketing", True)
    ]
    assert "1988" not in str(found)
