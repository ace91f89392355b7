"""People leave as a file: only for who may, only what they may see, each time in the trail; and come back the same."""

import csv
import io
import json
import tracemalloc

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engagement.profiles.actions import consent, resolve
from engagement.profiles.actions.change import Facts, change
from engagement.profiles.actions.identify import add_address
from engagement.profiles.exporting import writing
from engagement.profiles.exporting.choosing import Chosen
from engagement.profiles.importing.targets import guesses
from engagement.profiles.models import AttributeDefinition, Identity, Profile
from engagement.village.models import AuditEntry
from tests.factories import NOW
from tests.profiles.importing.making import brought_in
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
URL = "/people/export/"


@pytest.fixture
def ana(db):
    AttributeDefinition.objects.create(slug="bicycle", label="Bicycle", label_pt="Bicicleta")
    AttributeDefinition.objects.create(slug="birth", label="Birth", label_pt="Nascimento", type="date", sensitive=True)
    profile = resolve(kind="email", address="ana@x.example", name="=HYPERLINK(1)", now=NOW).profile
    add_address(profile_id=profile.pk, kind="phone", address="+5531999990001", now=NOW)
    facts = Facts(tags=["a", "b"], country="BR", attributes={"bicycle": "@Pico", "birth": "1988-04-17"})
    change(profile_id=profile.pk, facts=facts, actor=None, now=NOW)
    consent.give(
        profile_id=profile.pk, channel="email", purpose="marketing", basis="express", source="t",
        evidence={"text": "x"}, actor=None, now=NOW,
    )  # fmt: skip
    resolve(kind="email", address="bo@x.example", name="Bo", now=NOW)
    return profile


def body(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def table(answer):
    return list(csv.DictReader(io.StringIO(body(answer))))


def test_csv_has_no_formula_and_nothing_sensitive(ana):
    visionary = person("visionary")
    rows = table(client_of(visionary).post(URL, {"form": "csv", "sensitive": "on", "consents": "on"}))
    first = next(row for row in rows if row["email"] == "ana@x.example")
    assert (len(rows), first["name"], first["phone"], first["bicycle"], first["tags"]) == (
        *(2, "'=HYPERLINK(1)", "'+5531999990001", "'@Pico", "a, b"),
    )
    assert "birth" not in first
    assert "email-opt-in" not in first
    entry = AuditEntry.objects.get(action="people.exported")
    assert (entry.actor, entry.detail) == (visionary, {"form": "csv"})


def test_who_may_sees_sensitive_attributes_and_consents_and_the_trail_says_so(ana):
    counselor = person("counselor")
    asked = {"form": "jsonl", "search": "ANA@", "sensitive": "on", "consents": "on"}
    lines = [json.loads(line) for line in body(client_of(counselor).post(URL, asked)).splitlines()]
    assert len(lines) == 1
    assert lines[0]["name"] == "=HYPERLINK(1)"
    assert lines[0]["attributes"] == {"bicycle": "@Pico", "birth": "1988-04-17"}
    assert [one["address"] for one in lines[0]["identities"]] == ["ana@x.example", "+5531999990001"]
    assert lines[0]["consents"][0]["granted"] is True
    assert AuditEntry.objects.get(action="people.exported").detail == {
        "form": "jsonl", "search": "ANA@", "sensitive": True, "consents": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"tag": "B"}, ["ana@x.example"]),
        ({"tag": "c"}, []),
        ({"country": "br"}, ["ana@x.example"]),
        ({"lifecycle": "customer"}, []),
        ({"search": "bo"}, ["bo@x.example"]),
        ({}, ["ana@x.example", "bo@x.example"]),
    ],
)
def test_filters_choose_who_leaves(ana, asked, found):
    rows = table(client_of(person("visionary")).post(URL, {"form": "csv", **asked}))
    assert sorted(row["email"] for row in rows) == found


def test_agents_may_not_export_and_nothing_is_written(ana):
    agent = client_of(person("agent"))
    assert (agent.get(URL).status_code, agent.post(URL, {"form": "csv"}).status_code) == (403, 403)
    assert not AuditEntry.objects.filter(action="people.exported").exists()
    assert URL not in agent.get("/people/").content.decode()


def test_what_was_exported_comes_in_again_as_it_was(ana):
    actor = person("visionary")
    content = b"".join(writing.export(chosen=Chosen(), form="csv", actor=actor, now=NOW))
    before = Profile.objects.order_by("key").values_list("name", "tags", "attributes__bicycle", "country")
    was = list(before)
    Identity.objects.all().delete()
    headers = content.decode("utf-8-sig").splitlines()[0].split(",")
    columns = guesses(headers, list(AttributeDefinition.objects.filter(sensitive=False)))
    assert columns[:3] == ["", "identity:email", "identity:phone"]
    held = brought_in(actor, content, columns=tuple(columns), decides=("email",))
    assert held.done["new"] == 2
    made = Profile.objects.filter(identities__isnull=False).distinct().order_by("-key")
    assert sorted(made.values_list("name", "tags", "attributes__bicycle", "country"), key=str) == sorted(was, key=str)
    assert Identity.objects.filter(kind="phone", address_norm="+5531999990001").exists()


def test_however_many_they_are_few_are_in_memory_and_each_page_asks_the_same(ana, monkeypatch):
    monkeypatch.setattr(writing, "_PAGE", 100)
    Profile.objects.bulk_create([Profile(name=f"P{n}" * 20) for n in range(3000)])
    actor = person("visionary")
    tracemalloc.start()
    with CaptureQueriesContext(connection) as asked:
        lines = sum(1 for _ in writing.export(chosen=Chosen(), form="jsonl", actor=actor, now=NOW))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lines == 3002
    assert peak < 4 << 20
    assert len(asked) <= 3 + 31 * 2 + 4
