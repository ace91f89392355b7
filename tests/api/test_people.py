"""People, companies and deals by the API: written once, wrong values named, what is sensitive covered."""

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engagement.profiles.models import AttributeDefinition, Company, Deal, Employment, Identity, Profile, Relation
from engagement.village.models import AuditEntry
from tests.api.conftest import NOW
from tests.village.people import client_of, person

PROFILES, COMPANIES, DEALS = "/api/v1/profiles/", "/api/v1/companies/", "/api/v1/deals/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def headers(bearer):
    return bearer()


@pytest.fixture
def ask(client, headers):
    def ask(method, url, body=None, **more):
        call = getattr(client, method)
        if method == "get":
            return call(url, body or {}, headers=headers | more)
        return call(url, json.dumps(body or {}), content_type="application/json", headers=headers | more)

    return ask


@pytest.fixture
def merchant(db):
    """A browser in which a merchant is signed in; the API answers it as it answers a token."""
    return client_of(person("merchant", name="Dagmar Oyelaran"))


@pytest.fixture(autouse=True)
def attributes(db):
    AttributeDefinition.objects.create(slug="bicycles", label="Bicycles", label_pt="Bicicletas", type="number")
    AttributeDefinition.objects.create(
        slug="birth_date", label="Birth date", label_pt="Nascimento", type="date", sensitive=True
    )


ANA = {
    "identities": [{"kind": "email", "address": "Ana@Customer.example"}, {"kind": "phone", "address": "31 98801-0207"}],
    "name": "Ana Prado",
    "tags": ["Club", "long distance"],
    "attributes": {"bicycles": 2, "birth_date": "1988-04-17"},
}


def test_a_person_is_written_down_once_by_any_of_their_addresses(ask):
    first = ask("post", PROFILES, ANA)
    assert first.status_code == 201, first.content
    made = first.json()
    assert (made["name"], made["tags"], made["attributes"]) == ("Ana Prado", ["club", "long distance"], {"bicycles": 2})
    assert made["covered"] == ["birth_date"]
    assert {one["kind"] for one in made["identities"]} == {"email", "phone"}
    again = ask("post", PROFILES, ANA)
    assert (again.status_code, again.json()) == (200, made)
    other = {
        "identities": [{"kind": "phone", "address": "+5531988010207"}, {"kind": "email", "address": "a@b.example"}]
    }
    third = ask("post", PROFILES, other)
    assert (third.status_code, third.json()["id"], len(third.json()["identities"])) == (200, made["id"], 3)
    assert Profile.objects.count() == 1


def test_addresses_of_two_people_are_a_conflict_and_change_nothing(ask):
    for address in ("ana@a.example", "rui@a.example"):
        ask("post", PROFILES, {"identities": [{"kind": "email", "address": address}]})
    both = {"identities": [{"kind": "email", "address": f"{name}@a.example"} for name in ("ana", "rui")], "name": "X"}
    answer = ask("post", PROFILES, both)
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert sorted(Profile.objects.values_list("name", flat=True)) == ["", ""]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"identities": []}, "#/identities"),
        ({"identities": [{"kind": "pigeon", "address": "x"}]}, "#/identities/0/kind"),
        ({"country": "BRA"}, "#/country"),
        ({"time_zone": "Moon/Sea"}, "#/time_zone"),
        ({"lifecycle": "king"}, "#/lifecycle"),
        ({"attributes": {"shoe": 1}}, "#/attributes/shoe"),
        ({"attributes": {"bicycles": "many"}}, "#/attributes/bicycles"),
        ({"owner": str(uuid4())}, "#/owner"),
        ({"tags": "club"}, "#/tags"),
    ],
)
def test_each_wrong_value_is_named_and_nothing_is_written(ask, wrong, pointer):
    answer = ask("post", PROFILES, {**ANA, **wrong})
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.json()["errors"]]
    assert Profile.objects.count() == 0


def test_an_address_that_is_none_is_422(ask):
    answer = ask("post", PROFILES, {"identities": [{"kind": "email", "address": "nobody"}]})
    assert (answer.status_code, Profile.objects.count()) == (422, 0)


def test_facts_are_changed_in_part_and_told(ask, merchant):
    owner = person("merchant", email="o@pedralva.example")
    url = f"{PROFILES}{ask('post', PROFILES, ANA).json()['id']}/"
    sent = {"place": "Ouro Branco", "attributes": {"bicycles": None}, "owner": str(owner.pk)}
    answer = ask("patch", url, sent).json()
    assert (answer["place"], answer["attributes"], answer["owner"]) == ("Ouro Branco", {}, str(owner.pk))
    assert (answer["name"], answer["tags"]) == ("Ana Prado", ["club", "long distance"])
    assert ask("patch", url, {"owner": None}).json()["owner"] is None
    fields = [entry.detail["fields"] for entry in AuditEntry.objects.filter(action="profile.changed").order_by("key")]
    assert fields[1:] == [["place", "owner", "attributes.bicycles"], ["owner"]]
    assert merchant.patch(url, "{}", content_type="application/json").status_code == 403
    assert ask("patch", f"{PROFILES}{uuid4()}/", {}).status_code == 404


def test_what_is_sensitive_is_uncovered_only_where_that_is_audited(ask, merchant):
    url = f"{PROFILES}{ask('post', PROFILES, ANA).json()['id']}/"
    assert "1988" not in ask("get", url).content.decode()
    assert merchant.get(f"{url}sensitive/").status_code == 403
    assert AuditEntry.objects.filter(action="profile.attribute_uncovered").count() == 0
    answer = ask("get", f"{url}sensitive/")
    assert answer.json() == {"attributes": {"birth_date": "1988-04-17"}}
    assert answer["Cache-Control"] == "no-store"
    assert AuditEntry.objects.get(action="profile.attribute_uncovered").detail == {"attribute": "birth_date"}


def test_work_and_relations_are_written_read_and_ended(ask):
    ana = ask("post", PROFILES, ANA).json()["id"]
    rui = ask("post", PROFILES, {"identities": [{"kind": "email", "address": "rui@a.example"}]}).json()["id"]
    url = f"{PROFILES}{ana}/"
    work = ask("post", f"{url}employments/", {"company_name": "Pedreira Norte", "position": "Buyer"})
    assert work.status_code == 201, work.content
    ties = ask("post", f"{url}relations/", {"other": rui, "kind": "household"}).json()
    assert ties["employments"][0]["company_name"] == "Pedreira Norte"
    assert ties["relations"][0]["other"] == rui
    assert ask("post", f"{url}employments/", {"company": str(uuid4())}).status_code == 422
    assert ask("post", f"{url}employments/", {}).status_code == 422
    assert ask("post", f"{url}relations/", {"other": ana, "kind": "partner"}).status_code == 422
    assert ask("post", f"{url}relations/", {"other": str(uuid4()), "kind": "partner"}).status_code == 422
    key, tie = ties["employments"][0]["id"], ties["relations"][0]["id"]
    assert ask("post", f"{PROFILES}{rui}/employments/{key}/end/").status_code == 404
    assert ask("post", f"{url}employments/{key}/end/", {"until": "2026-11-20"}).json()["employments"] == []
    assert ask("post", f"{PROFILES}{rui}/relations/{tie}/end/").json()["relations"] == []
    assert (Employment.objects.get().until is not None, Relation.objects.get().until is not None) == (True, True)


def test_companies_are_written_and_a_circle_is_refused(ask):
    top = ask("post", COMPANIES, {"name": "Grupo Sertão", "domains": ["sertao.example"]})
    assert (top.status_code, top.json()["domains"]) == (201, ["sertao.example"])
    low = ask("post", COMPANIES, {"name": "Loja Sertão", "parent": top.json()["id"]}).json()
    answer = ask("patch", f"{COMPANIES}{top.json()['id']}/", {"parent": low["id"]})
    assert (answer.status_code, "above" in answer.json()["detail"]) == (422, True)
    assert ask("post", COMPANIES, {"name": "grupo sertao"}).status_code == 422
    assert ask("post", COMPANIES, {"name": "X", "parent": str(uuid4())}).status_code == 422
    assert ask("patch", f"{COMPANIES}{low['id']}/", {"parent": None, "country": "br"}).json()["country"] == "BR"
    assert [one["id"] for one in ask("get", COMPANIES, {"search": "LOJA"}).json()["results"]] == [low["id"]]
    assert Company.objects.count() == 2


def test_deals_are_opened_changed_held_released_and_won(ask, merchant):
    ana = ask("post", PROFILES, ANA).json()["id"]

    def send(method, url, body, status=200):
        answer = getattr(merchant, method)(url, json.dumps(body), content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    deal = send("post", DEALS, {"profile": ana, "title": "Fleet", "company": "Pedreira Norte", "amount": "1200"}, 201)
    url = f"{DEALS}{deal['id']}/"
    assert (deal["company_name"], deal["stage"], deal["quiet"]) == ("Pedreira Norte", "lead", "")
    changed = send("patch", url, {"stage": "closing"})
    assert (changed["stage"], changed["amount"], changed["company"], changed["quiet"]) == (
        "closing", "1200.00", deal["company"], "deal_closing",
    )  # fmt: skip
    assert send("post", f"{url}hold/", {"reason": "Contract"})["quiet"] == "deal_held"
    assert send("post", f"{url}release/", {"until": "2099-01-01T00:00:00Z"})["quiet"] == ""
    send("post", f"{url}release/", {"until": NOW.isoformat()}, 422)
    send("patch", url, {"stage": "won"}, 422)
    assert send("post", f"{url}outcome/", {"won": True})["stage"] == "won"
    send("post", f"{url}outcome/", {"won": False}, 422)
    send("patch", url, {"title": "late"}, 422)
    send("post", DEALS, {"profile": str(uuid4()), "title": "x"}, 422)
    for query, number in (({"stage": "won"}, 1), ({"profile": ana}, 1), ({"owner": str(uuid4())}, 0)):
        assert len(merchant.get(DEALS, query).json()["results"]) == number
    assert merchant.get(DEALS, {"owner": "me"}).status_code == 400
    assert ask("post", DEALS, {"profile": ana, "title": "x"}).status_code == 403
    assert Deal.objects.count() == 1


def test_the_search_says_why(ask):
    ana = ask("post", PROFILES, ANA).json()["id"]
    found = ask("get", "/api/v1/search/", {"q": "98801-02"}).json()
    (hit,) = found["results"]
    assert (hit["profile"], hit["rank"], found["cut"]) == (ana, 2, False)
    assert hit["reasons"][0]["parts"] == [
        {"text": "31 ", "marked": False}, {"text": "98801-02", "marked": True}, {"text": "07", "marked": False},
    ]  # fmt: skip
    assert [one["id"] for one in ask("get", PROFILES, {"search": "ana pardo"}).json()["results"]] == [ana]
    assert ask("get", "/api/v1/search/", {"q": "zzzz"}).json() == {"results": [], "cut": False}
    assert ask("get", "/api/v1/search/", {"q": "a", "most": "0"}).status_code == 400


def test_lists_ask_as_much_for_many_as_for_few(ask):
    def queries(url):
        with CaptureQueriesContext(connection) as captured:
            assert ask("get", url).status_code == 200
        return len(captured)

    def more(number):
        ask("post", PROFILES, {"identities": [{"kind": "email", "address": f"p{number}@a.example"}], "name": "Ana"})
        ask("post", COMPANIES, {"name": f"Loja {number}"})

    urls = (PROFILES, COMPANIES, f"{PROFILES}?search=ana", "/api/v1/search/?q=ana")
    for number in range(3):
        more(number)
    queries(urls[0])
    few = [queries(url) for url in urls]
    for number in range(3, 20):
        more(number)
    many = [queries(url) for url in urls]
    assert many[:2] == few[:2]
    assert all(after <= before for after, before in zip(many[2:], few[2:], strict=True))
    assert Identity.objects.count() == 20
