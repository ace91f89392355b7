"""Rules of segments: what they find is what they say, whatever is written in them."""

import string
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from campaigns.segments.asking import compiled, count, sample
from campaigns.segments.compiling import compile_rules
from campaigns.segments.fields import fields
from campaigns.segments.rules import BadRules, Rule, read
from campaigns.segments.sentences import sentence_of
from campaigns.selectors.estimate import estimate
from engagement.profiles.companies.changes import add_company
from engagement.profiles.companies.ties import employ
from engagement.profiles.models import AttributeDefinition, Deal, Employment, Profile
from tests.campaigns.people import somebody
from tests.factories import NOW, make_user
from tests.village import people as village_people

pytestmark = pytest.mark.django_db


def found(tree) -> set[str]:
    asked = compiled(tree, now=NOW)
    assert count(asked) == len(sample(asked, limit=1000))
    return {one.name for one in sample(asked, limit=1000)}


def rule(field: str, op: str, value=None) -> dict:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


@pytest.fixture
def village():
    for slug, kind, choices in (
        ("bicycle", "text", []),
        ("rides", "number", []),
        ("club", "boolean", []),
        ("bought-on", "date", []),
        ("size", "choice", ["S", "M", "L"]),
    ):
        AttributeDefinition.objects.create(slug=slug, label=slug, label_pt=slug, type=kind, choices=choices)
    AttributeDefinition.objects.create(slug="health", label="Health", label_pt="Saúde", type="text", sensitive=True)
    somebody(
        "Ana",
        email="ana@customer.example",
        agrees=("email",),
        language="pt-br",
        country="BR",
        place="Belo Horizonte",
        tags=["vip", "club"],
        lifecycle="customer",
        attributes={"bicycle": "Lavra 29", "rides": 12, "club": True, "bought-on": "2026-05-20", "size": "M"},
        last_heard_at=NOW - timedelta(days=3),
    )
    somebody(
        "Ben",
        phone="+5531955500101",
        agrees=("sms",),
        language="en",
        country="US",
        tags=["vip"],
        lifecycle="lead",
        attributes={"bicycle": "50% off_bike", "rides": 3.5, "club": False, "bought-on": "no date", "size": "S"},
        last_written_at=NOW - timedelta(days=200),
        created_at=NOW - timedelta(days=400),
    )
    cara = somebody("Cara", attributes={"rides": "many"}, created_at=NOW - timedelta(days=5))
    merged = somebody("Cara's old self", email="old@customer.example", country="BR")
    Profile.objects.filter(pk=merged.pk).update(canonical=cara)
    Deal.objects.create(
        profile=cara, owner=make_user(), title="Fleet", stage="negotiation", created_at=NOW, changed_at=NOW
    )


def test_people_are_found_by_their_owner_and_by_where_they_work(village):
    owner = village_people.person("merchant", email="owner@pedralva.example")
    group = add_company(facts={"name": "Group"}, actor=None, now=NOW)
    shop = add_company(facts={"name": "Shop", "parent_id": group.pk}, actor=None, now=NOW)
    old = Profile.objects.get(name="Cara's old self")
    employ(profile_id=Profile.objects.get(name="Ana").pk, company=shop, actor=None, now=NOW)
    Employment.objects.create(profile=old, company=group)
    Profile.objects.filter(name="Ben").update(owner=owner)
    assert found(rule("owner", "is", str(owner.pk))) == {"Ben"}
    assert found(rule("company", "any_of", [str(group.pk)])) == {"Ana", "Cara"}
    assert found(rule("company", "any_of", [str(shop.pk)])) == {"Ana"}


@pytest.mark.parametrize(
    ("one", "names"),
    [
        ({"all": []}, {"Ana", "Ben", "Cara"}),
        (rule("country", "is", "br"), {"Ana"}),
        (rule("country", "is_not", "BR"), {"Ben", "Cara"}),
        (rule("place", "contains", "horiz"), {"Ana"}),
        (rule("place", "is_empty"), {"Ben", "Cara"}),
        (rule("attribute.bicycle", "contains", "%"), {"Ben"}),
        (rule("attribute.bicycle", "starts", "50% off_"), {"Ben"}),
        (rule("attribute.rides", "at_least", 4), {"Ana"}),
        (rule("attribute.rides", "at_most", "3,5"), {"Ben"}),
        (rule("attribute.rides", "is_known"), {"Ana", "Ben"}),
        (rule("attribute.club", "yes"), {"Ana"}),
        (rule("attribute.club", "no"), {"Ben", "Cara"}),
        (rule("attribute.bought-on", "before", "2026-06-01"), {"Ana"}),
        (rule("attribute.bought-on", "older_than_days", 180), {"Ana"}),
        (rule("attribute.bought-on", "within_days", 180), set()),
        (rule("attribute.size", "any_of", ["M", "L"]), {"Ana"}),
        (rule("attribute.size", "none_of", ["M", "L"]), {"Ben", "Cara"}),
        (rule("tags", "has_any", ["club", "x"]), {"Ana"}),
        (rule("tags", "has_all", ["vip", "club"]), {"Ana"}),
        (rule("tags", "has_none", ["club"]), {"Ben", "Cara"}),
        (rule("tags", "is_empty"), {"Cara"}),
        (rule("lifecycle", "is", "lead"), {"Ben"}),
        (rule("language", "any_of", ["pt-br", "en"]), {"Ana", "Ben"}),
        (rule("known_since", "within_days", 10), {"Cara"}),
        (rule("known_since", "before", "2026-01-01"), {"Ben"}),
        (rule("last_heard", "within_days", 7), {"Ana"}),
        (rule("last_heard", "not_within_days", 7), {"Ben", "Cara"}),
        (rule("last_written", "is_known"), {"Ben"}),
        (rule("consent.email", "yes"), {"Ana"}),
        (rule("consent.sms", "no"), {"Ana", "Cara"}),
        (rule("identity.phone", "yes"), {"Ben"}),
        (rule("deal.open", "yes"), {"Cara"}),
        ({"not": rule("deal.open", "yes")}, {"Ana", "Ben"}),
        ({"any": [rule("country", "is", "US"), rule("tags", "has_any", ["club"])]}, {"Ana", "Ben"}),
        ({"not": {"any": [rule("country", "is", "US"), rule("tags", "has_any", ["club"])]}}, {"Cara"}),
    ],
    ids=lambda given: " ".join(sorted(given)) if isinstance(given, set) else str(given),  # sets have no order
)
def test_a_rule_finds_whom_it_names(village, one, names):
    assert found(one) == names


def test_a_sensitive_attribute_is_not_asked(village):
    assert "attribute.health" not in fields()
    with pytest.raises(BadRules, match=r"no field “attribute\.health”"):
        read(rule("attribute.health", "is", "x"))


def test_a_consent_that_has_expired_does_not_count(village):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE profiles_consentstate SET expires_at = %s", [NOW])
    assert found(rule("consent.email", "yes")) == set()


HOSTILE = [
    "'; DROP TABLE profiles_profile; --",
    "%(now)s",
    "%s",
    "{value}",
    "{it}",
    "\\",
    "' OR '1'='1",
    "); SELECT pg_sleep(10); --",
    "$1",
    "a\u2028b",
    "🚲",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["name", "country", "attribute.bicycle", "tags", "lifecycle"])
def test_hostile_values_are_only_values(village, text, field):
    op = {"tags": "has_any", "lifecycle": "is"}.get(field, "contains")
    assert found(rule(field, op, [text] if field == "tags" else text)) == set()
    asked = compiled(rule(field, op, [text] if field == "tags" else text), now=NOW)
    assert "DROP" not in asked.condition
    assert Profile.objects.count() == 4


@pytest.mark.parametrize("slug", ["x') = '1' OR ('1'='1", "%(rule1)s", "{value}"])
def test_a_hostile_name_of_an_attribute_is_only_a_value(village, slug):
    AttributeDefinition.objects.create(slug=slug, label="x", label_pt="x", type="text")
    assert found(rule(f"attribute.{slug}", "is", "1")) == set()


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        "all",
        {"all": [{}]},
        {"all": [], "any": []},
        {"any": []},
        {"not": {"all": []}},
        {"all": {"field": "country"}},
        {"field": "password", "op": "is", "value": "x"},
        {"field": ["country"], "op": "is", "value": "x"},
        {"field": "country", "op": "~", "value": "x"},
        {"field": "country", "op": "is"},
        {"field": "country", "op": "is", "value": ""},
        {"field": "country", "op": "is", "value": "a\x00b"},
        {"field": "country", "op": "is", "value": "\ud800"},
        {"field": "country", "op": "is", "value": "x" * 201},
        {"field": "country", "op": "is", "value": {"a": 1}},
        {"field": "country", "op": "is", "value": "BR", "sql": "1=1"},
        {"field": "attribute.rides", "op": "at_least", "value": "many"},
        {"field": "attribute.rides", "op": "at_least", "value": float("inf")},
        {"field": "attribute.bought-on", "op": "before", "value": "2026-02-31"},
        {"field": "known_since", "op": "within_days", "value": 0},
        {"field": "known_since", "op": "within_days", "value": 10**9},
        {"field": "campaign.received", "op": "any_of", "value": ["not a key"]},
        {"all": [rule("country", "is", "BR")] * 41},
        {"not": {"not": {"not": {"not": {"not": {"not": rule("country", "is", "BR")}}}}}},
    ],
    ids=lambda tree: str(tree)[:60],
)
def test_rules_that_cannot_be_asked_say_so(village, tree):
    with pytest.raises(BadRules):
        read(tree)
    assert estimate(tree, now=NOW).error


# What the statement finds, beside the same rules judged in Python.

TEXTS = some.sampled_from(["BR", "US", "br", "%", "Ouro Preto", "a'b", ""])
PEOPLE = some.fixed_dictionaries(
    {
        "country": some.sampled_from(["BR", "US", ""]),
        "place": TEXTS,
        "tags": some.lists(some.sampled_from(["vip", "club", "new"]), max_size=3, unique=True),
        "lifecycle": some.sampled_from(["", "lead", "customer"]),
        "rides": some.one_of(some.none(), some.integers(-5, 20), some.just("twelve")),
        "club": some.sampled_from([None, True, False]),
        "bought": some.one_of(some.none(), some.dates(date(2026, 1, 1), date(2027, 6, 1)), some.just("soon")),
        "heard": some.one_of(some.none(), some.integers(0, 400)),
    }
)
WORDS = some.text(string.ascii_letters + "%_'\\", min_size=1, max_size=4).filter(str.strip)
LEAVES = some.one_of(
    some.tuples(
        some.sampled_from(["country", "place"]),
        some.sampled_from(["is", "is_not", "contains", "starts"]),
        some.one_of(WORDS, some.sampled_from(["BR", "us", "Ouro"])),
    ),
    some.tuples(some.just("place"), some.sampled_from(["is_empty", "is_known"]), some.none()),
    some.tuples(some.just("lifecycle"), some.sampled_from(["is", "is_not"]), some.sampled_from(["lead", "customer"])),
    some.tuples(
        some.just("tags"),
        some.sampled_from(["has_any", "has_all", "has_none"]),
        some.lists(some.sampled_from(["vip", "club", "new"]), min_size=1, max_size=2, unique=True),
    ),
    some.tuples(some.just("attribute.rides"), some.sampled_from(["is", "at_least", "at_most"]), some.integers(-5, 20)),
    some.tuples(some.just("attribute.club"), some.sampled_from(["yes", "no"]), some.none()),
    some.tuples(
        some.just("attribute.bought-on"),
        some.sampled_from(["on", "before", "after"]),
        some.dates(date(2026, 1, 1), date(2027, 6, 1)).map(date.isoformat),
    ),
    some.tuples(
        some.just("attribute.bought-on"),
        some.sampled_from(["within_days", "older_than_days", "in_next_days"]),
        some.integers(1, 400),
    ),
    some.tuples(some.just("last_heard"), some.sampled_from(["within_days", "not_within_days"]), some.integers(1, 400)),
).map(lambda leaf: rule(*leaf))
TREES = some.recursive(
    LEAVES,
    lambda inner: some.one_of(
        some.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        some.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)
TODAY = timezone.localtime(NOW).date()


def judge(node, person) -> bool:
    if isinstance(node, Rule):
        return judge_rule(node, person)
    parts = [judge(part, person) for part in node.parts]
    return {"all": all(parts), "any": any(parts), "not": not all(parts)}[node.kind]


def judge_rule(one: Rule, person) -> bool:
    name, op, value = one.field.name, one.operator.name, one.value
    if name in ("country", "place", "lifecycle"):
        it = person[name] or None
        if op in ("is_empty", "is_known"):
            return (it is None) == (op == "is_empty")
        it, value = (it.lower() if it else it), value.lower()
        return {
            "is": it == value,
            "is_not": it != value,
            "contains": it is not None and value in it,
            "starts": it is not None and it.startswith(value),
        }[op]
    if name == "tags":
        has, wanted = set(person["tags"]), set(value)
        return {"has_any": bool(has & wanted), "has_all": has >= wanted, "has_none": not has & wanted}[op]
    if name == "attribute.rides":
        it = person["rides"] if isinstance(person["rides"], int) else None
        return it is not None and {"is": it == value, "at_least": it >= value, "at_most": it <= value}[op]
    if name == "attribute.club":
        return (person["club"] is True) == (op == "yes")
    if name == "attribute.bought-on":
        return judge_date(person["bought"], op, value)
    heard = person["heard"] is not None and person["heard"] < value
    return heard == (op == "within_days")


def judge_date(it, op, value) -> bool:
    if it is None:
        return False
    text = it if isinstance(it, str) else it.isoformat()

    def day(number: int) -> str:
        return (TODAY + timedelta(days=number)).isoformat()

    if op in ("on", "before", "after"):
        return {"on": text == value, "before": text < value, "after": text > value}[op]
    return {
        "within_days": day(-value) < text <= day(0),
        "older_than_days": text < day(-value),
        "in_next_days": day(0) < text <= day(value),
    }[op]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES, people=some.lists(PEOPLE, min_size=1, max_size=6))
def test_the_statement_finds_whom_the_rules_mean(village, tree, people):
    Profile.objects.filter(name__startswith="#").delete()
    for number, person in enumerate(people):
        bought = person["bought"]
        attributes = {
            "rides": person["rides"],
            "club": person["club"],
            "bought-on": bought.isoformat() if isinstance(bought, date) else bought,
        }
        Profile.objects.create(
            name=f"#{number}",
            country=person["country"],
            place=person["place"],
            tags=person["tags"],
            lifecycle=person["lifecycle"],
            attributes={slug: value for slug, value in attributes.items() if value is not None},
            last_heard_at=None if person["heard"] is None else NOW - timedelta(days=person["heard"]),
        )
    try:
        root = read(tree)
    except BadRules:
        return  # deeper than groups may stand
    asked = compile_rules(root, now=NOW)
    names = {one.name for one in sample(asked, limit=1000) if one.name.startswith("#")}
    assert names == {f"#{number}" for number, person in enumerate(people) if judge(root, person)}


def test_a_segment_is_asked_with_one_statement(village):
    tree = {"all": [rule("consent.email", "yes"), rule("tags", "has_any", ["vip"]), rule("deal.open", "no")]}
    asked = compiled(tree, now=NOW)
    with CaptureQueriesContext(connection) as captured:
        assert count(asked) == 1
    selects = [query for query in captured.captured_queries if query["sql"].lstrip().startswith("SELECT")]
    assert len(selects) <= 1


def test_the_rules_are_said_in_both_languages(village):
    tree = {
        "all": [
            rule("country", "is", "BR"),
            {"any": [rule("tags", "has_any", ["vip"]), rule("last_heard", "within_days", 30)]},
            {"not": rule("deal.open", "yes")},
        ]
    }
    with translation.override("en"):
        assert sentence_of(tree) == (
            "Country is “BR” and (has one of the tags “vip” or wrote to us in the last 30 days)"
            " and not (has an open deal: yes)"
        )
        assert sentence_of({"all": []}) == "Everybody we know"
    with translation.override("pt-br"):
        assert sentence_of(tree) == (
            "País é “BR” e (tem uma das etiquetas “vip” ou escreveu para nós nos últimos 30 dias)"
            " e não (tem negócio aberto: sim)"
        )
    assert isinstance(NOW, datetime)
