"""Files of companies: tried exactly, brought in once, put under each other over parts, taken back."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from engagement.api.actions import make_token
from engagement.events.models import OutboxEvent
from engagement.profiles.actions.deals import Terms, open_deal
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.companies.changes import add_company, change_company
from engagement.profiles.importing import actions, report, staging
from engagement.profiles.importing.mapping import BadMapping, Mapping
from engagement.profiles.importing.of_companies.trees import judged
from engagement.profiles.importing.targets import guesses
from engagement.profiles.models import Company, CompanyDomain, ImportRow, PeopleImport
from engagement.village.models import AuditEntry
from tests.factories import NOW, make_user
from tests.profiles.importing.making import people_file, work_on
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
HEADERS = "Company;Domains;Parent company;Country;Owner"
COLUMNS = ("name", "domains", "parent", "country", "owner")


DAY = timedelta(days=1)


@pytest.fixture
def architect():
    return person("architect", email="davi@pedralva.example", name="Davi")


@pytest.fixture
def bruna():
    return make_user("Bruna")


def tried(actor, *lines, wins="known", columns=COLUMNS, headers=HEADERS):
    content = people_file(lines, headers)
    held = actions.take_file(
        file=io.BytesIO(content), filename="c.csv", size=len(content), kind="companies", actor=actor, now=NOW
    )
    mapping = Mapping(columns=columns, decides=("name",), wins=wins)
    actions.map_columns(import_id=held.pk, mapping=mapping, actor=actor, now=NOW)
    return work_on(held)


def go(held):
    actions.start(import_id=held.pk, actor=held.made_by, now=NOW)
    return work_on(held)


def undone(held):
    actions.undo(import_id=held.pk, actor=held.made_by, now=timezone.now())
    return work_on(held)


def counts(counted):
    return {name: counted.get(name) for name in ("new", "changed", "same", "refused", "noted", "rows")}


def tree():
    rows = Company.objects.order_by("name").values_list("name", "parent__name")
    return dict(rows)


def company(name, **facts):
    return add_company(facts={"name": name, **facts}, actor=None, now=NOW)


def test_headers_are_guessed_in_both_languages():
    assert guesses(["Company", "Website", "Parent Company", "Country", "Owner"], [], "companies") == [
        *("name", "domains", "parent", "country", "owner")
    ]
    assert guesses(["Razão social", "Domínio", "Matriz", "País"], [], "companies") == [
        *("name", "domains", "parent", "country")
    ]


def test_a_mapping_needs_the_name(bruna):
    with pytest.raises(BadMapping):
        tried(bruna, "a.example;A", columns=("domains", ""), headers="d;n")


def test_the_trial_says_exactly_what_the_run_does(bruna):
    company("Padaria Áurea", country="BR", domains=["aurea.example"])
    company("Clube Norte")
    lines = (
        "padaria aurea;aurea.example;;BR;",  # same, whatever the accents
        "Clube Norte;norte.example, https://www.clube.example/x;Grupo Sul;br;bruna@pedralva.example",
        "Grupo Sul;sul.example;;PT;",
        "Nova;aurea.example;Nowhere;Atlantis;nobody@x.example",  # the domain, parent, country and owner are left out
        "Nova;;;;",
        ";x.example;;;",
        "Outra;no domain at all;;;",
    )
    bruna.email = "bruna@pedralva.example"
    bruna.save()
    held = tried(bruna, *lines)
    assert held.status == "checked"
    expected = {"new": 3, "changed": 1, "same": 1, "noted": 2, "rows": 7}
    assert counts(held.tried) == expected | {"refused": {"no_name": 1, "duplicate": 1}}
    assert Company.objects.count() == 2
    held = go(held)
    assert held.status == "done"
    assert {name: held.done[name] for name in ("new", "changed", "same")} == {"new": 3, "changed": 1, "same": 1}
    norte = Company.objects.get(name="Clube Norte")
    assert (norte.country, norte.owner, norte.parent.name) == ("BR", bruna, "Grupo Sul")
    assert set(norte.domains.values_list("domain", flat=True)) == {"norte.example", "clube.example"}
    nova = Company.objects.get(name="Nova")
    assert (nova.country, nova.owner, nova.parent, nova.domains.count()) == ("", None, None, 0)
    assert CompanyDomain.objects.get(domain="aurea.example").company.name == "Padaria Áurea"
    told = list(report.problems(held))
    assert [line[0] for line in told[1:]] == ["5", "6", "7", "8"]
    assert "belongs to another company" in told[1][2]
    assert "no company is called so" in told[1][2]
    assert told[2][2] == "The company stands in row 5 already."
    assert told[3][2] == "It names no company."
    event = OutboxEvent.objects.get(name="profiles.people_imported")
    assert b'"of":"companies"' in bytes(event.payload).replace(b" ", b"")
    assert AuditEntry.objects.filter(action="people.imported").count() == 1


def test_what_we_know_stays_unless_the_file_wins(bruna):
    company("A", country="BR")
    company("B")
    company("C")
    change_company(
        company_id=Company.objects.get(name="A").pk,
        facts={"parent_id": Company.objects.get(name="B").pk},
        actor=None,
        now=NOW,
    )
    assert tried(bruna, "A;;C;PT;").tried["same"] == 1
    go(tried(bruna, "A;;C;PT;", wins="file"))
    one = Company.objects.get(name="A")
    assert (one.country, one.parent.name) == ("PT", "C")


def test_circles_are_refused_each_with_its_row_and_nothing_else_is(bruna):
    a = company("A")
    company("B", parent_id=a.pk)
    lines = (
        "A;;B;;",  # closes a circle with what we know
        "X;;Y;;",  # a circle within the file
        "Y;;Z;;",
        "Z;;X;;",
        "Self;;Self;;",
        "Below;;X;;",  # hangs under the circle, and is fine
        "Fine;;B;;",
    )
    held = go(tried(bruna, *lines))
    assert held.tried["refused"] == {"circle": 5}
    assert held.done["new"] == 2
    assert tree() == {"A": None, "B": "A", "Below": None, "Fine": "B"}
    assert set(ImportRow.objects.filter(refused="circle").values_list("line", flat=True)) == {2, 3, 4, 5, 6}
    words = {line[0]: line[2] for line in report.problems(held)}
    assert "close a circle" in words["2"]
    assert "no company is called so" in words["7"]


def test_what_would_stand_too_deep_is_refused(bruna):
    lines = [f"C{n};;C{n - 1};;" if n else "C0;;;;" for n in range(23)]
    held = tried(bruna, *lines)
    assert held.tried["refused"] == {"too_deep": 2}
    go(held)
    assert Company.objects.count() == 21


def test_judging_is_the_same_as_looking_one_by_one():
    assert judged({1: 2}, [(1, 2, 1)]) == {1: "circle"}
    assert judged({}, [(1, "a", "b"), (2, "b", "c"), (3, "c", "b"), (4, "d", "a")]) == {2: "circle", 3: "circle"}


def test_parts_put_under_each_other_what_stands_in_others(bruna, monkeypatch):
    monkeypatch.setattr(staging, "CHUNK", 2)
    held = go(tried(bruna, "A;;D;;", "B;;A;;", "C;;E;;", "D;;;;", "E;;B;;"))
    assert held.chunks.count() == 3
    assert tree() == {"A": "D", "B": "A", "C": "E", "D": None, "E": "B"}
    held = undone(held)
    assert (held.status, held.undone["removed"], held.undone["kept"]) == ("undone", 5, {})
    assert Company.objects.count() == 0


def test_undoing_leaves_what_is_used_with_all_that_it_belongs_to(bruna):
    known = company("Known", country="BR")
    held = go(
        tried(
            bruna,
            "Known;known.example;Top;PT;",
            "Top;;;;",
            "Mid;mid.example;Top;;",
            "Low;;Mid;;",
            "Free;;;;",
            wins="file",
        )
    )
    terms = Terms(title="x", company="Mid", amount=1, currency="BRL", stage="negotiation", closes_on=None)
    ana = resolve(kind="email", address="ana@x.example", now=NOW).profile
    open_deal(profile_id=ana.pk, owner=bruna, terms=terms, actor=bruna, now=NOW)
    held = undone(held)
    assert (held.undone["removed"], held.undone["restored"], held.undone["kept"]) == (2, 1, {"company_used": 2})
    assert tree() == {"Known": None, "Mid": "Top", "Top": None}
    known.refresh_from_db()
    assert (known.country, known.domains.count()) == ("BR", 0)
    assert [line[2] for line in report.not_undone(held)][1:] == [
        "People, deals or other companies belong to it since."
    ] * 2


def test_what_was_changed_since_stays(bruna):
    held = go(tried(bruna, "A;;;BR;", "B;;;BR;"))
    change_company(company_id=Company.objects.get(name="A").pk, facts={"country": "PT"}, actor=None, now=timezone.now())
    held = undone(held)
    assert (held.undone["removed"], held.undone["kept"]) == (1, {"changed": 1})
    assert list(Company.objects.values_list("name", "country")) == [("A", "PT")]


def test_a_stopped_one_goes_on_and_the_same_file_again_changes_nothing(bruna, monkeypatch):
    monkeypatch.setattr(staging, "CHUNK", 1)
    held = tried(bruna, "A;;B;;", "B;;;;")
    actions.start(import_id=held.pk, actor=bruna, now=NOW)
    actions.stop(import_id=held.pk, actor=bruna, now=NOW)
    assert work_on(held).status == "stopped"
    assert go(held).status == "done"
    assert tree() == {"A": "B", "B": None}
    assert counts(tried(bruna, "A;;B;;", "B;;;;").tried)["same"] == 2


def test_a_circle_that_came_after_the_trial_is_left_out_and_told(bruna):
    a, b = company("A"), company("B")
    held = tried(bruna, "A;;B;;")
    change_company(company_id=b.pk, facts={"parent_id": a.pk}, actor=None, now=NOW)
    held = go(held)
    assert held.status == "done"
    assert tree() == {"A": None, "B": "A"}
    assert "by now it would belong to itself" in list(report.problems(held))[1][2]


def test_the_pages_take_companies_and_speak_of_them(architect):
    client = client_of(architect)
    file = SimpleUploadedFile("c.csv", people_file(["A;a.example;B;BR;", "B;;;;", "C;;C;;"], HEADERS))
    url = client.post("/people/imports/", {"file": file, "kind": "companies"})["Location"]
    page = client.get(url).content.decode()
    assert "What wins" in page
    assert "Consent" not in page
    assert client.post(url, {"wins": "known", "column-0": ""}).status_code == 422
    chosen = {f"column-{place}": code for place, code in enumerate(COLUMNS)}
    assert client.post(url, chosen | {"wins": "file", "remember_as": "Ours"}).status_code == 302
    held = work_on(PeopleImport.objects.get())
    page = client.get(url).content.decode()
    assert "new companies" in page
    assert "It would close a circle" in page
    assert "suppressed" not in page
    client.post(f"{url}run/")
    work_on(held)
    assert Company.objects.count() == 2
    client.post(f"{url}undoing/")
    work_on(held)
    assert "companies removed" in client.get(url).content.decode()
    assert Company.objects.count() == 0
    assert actions.saved_for(held.headers) == []
    assert [one.name for one in actions.saved_for(held.headers, "companies")] == ["Ours"]


def test_the_api_takes_companies(architect):
    now = timezone.now()
    made = make_token(
        person=architect, name="t", scopes=["profiles:read", "profiles:write"], expires_at=now + DAY, now=now
    )
    secret = made[1] if isinstance(made, tuple) else made.secret
    headers, client = {"Authorization": f"Bearer {secret}"}, Client()
    file = SimpleUploadedFile("c.csv", people_file(["A;a.example;;BR;"], HEADERS))
    taken = client.post("/api/v1/imports/", {"file": file, "kind": "companies"}, headers=headers)
    assert (taken.status_code, taken.json()["kind"]) == (201, "companies")
    assert taken.json()["guessed"] == list(COLUMNS)
    url = f"/api/v1/imports/{taken.json()['id']}/"
    body = {"columns": list(COLUMNS), "decides": ["name"]}
    assert client.post(f"{url}mapping/", body, content_type="application/json", headers=headers).status_code == 200
    assert work_on(PeopleImport.objects.get()).tried["new"] == 1
    wrong = SimpleUploadedFile("c.csv", b"a\n1\n")
    assert client.post("/api/v1/imports/", {"file": wrong, "kind": "cats"}, headers=headers).status_code == 422
