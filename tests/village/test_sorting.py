"""Names stand as Portuguese readers look for them, on every page of a list and whatever collation the database has."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation

from engagement.sorting import SortKey, by_localized_name, by_name, sort_text
from engagement.village.models import Department, User
from engagement.village.selectors import people_list
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
APPS = ("engagement", "collaboration", "content", "conversations", "community", "campaigns")
NAMES = ["Zebra", "abacate", "Ágata", "Éden", "ostra", "Agata", "eden", "Ângelo", "Bruno", "ágil", "Çelik", "Carla"]
EXPECTED = ["abacate", "Agata", "Ágata", "ágil", "Ângelo", "Bruno", "Carla", "Çelik", "eden", "Éden", "ostra", "Zebra"]


def plain(names):
    """What is expected of names that differ by accents only: beside each other."""
    return [sort_text(name) for name in names]


@pytest.fixture
def people():
    return [make_user(name) for name in NAMES]


def test_accents_and_case_do_not_count(people):
    names = list(User.objects.order_by(*by_name()).values_list("name", flat=True))
    assert plain(names) == plain(EXPECTED)
    assert list(User.objects.values_list("name", flat=True)) == names
    assert plain(sorted(NAMES, key=sort_text)) == plain(EXPECTED)


def test_no_query_orders_names_by_their_bytes():
    by_bytes = re.compile(r'''order_by\([^()]*"-?(?:display_|[a-z_]+__)?name"''')
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        for line in path.read_text().splitlines()
        if by_bytes.search(line) and "groups.order_by" not in line  # the slugs of roles, which nobody reads
    ]
    assert found == []


def test_a_name_in_decomposed_letters_stands_with_the_others():
    for name in ("Zoe", "A\u0301gata", "Bia"):
        make_user(name)
    assert [name[-1] for name in User.objects.order_by(*by_name()).values_list("name", flat=True)] == ["a", "a", "e"]


def test_every_page_of_the_people_goes_on_where_the_last_one_ended(people):
    seen, after = [], None
    while True:
        page = people_list.page(after=after, size=3)
        seen += [one.name for one in page.people]
        after = page.next_after
        if after is None:
            break
    assert (len(seen), plain(seen)) == (len(NAMES), plain(EXPECTED))


def test_names_in_two_languages_are_ordered_by_the_one_that_is_read():
    Department.objects.all().delete()
    for slug, english, portuguese in (("a", "Advertising", "Zeladoria"), ("b", "Bills", "Água"), ("c", "Care", "bar")):
        Department.objects.create(slug=slug, name=english, name_pt=portuguese)
    rows = Department.objects.order_by(*by_localized_name())
    with translation.override("en"):
        assert list(rows.all().values_list("slug", flat=True)) == ["a", "b", "c"]
    with translation.override("pt-br"):
        assert list(rows.all().values_list("slug", flat=True)) == ["b", "c", "a"]
        assert [one.slug for one in Department.objects.all()] == ["b", "c", "a"]


def test_the_order_does_not_come_from_the_collation_of_the_database(people):
    with connection.cursor() as cursor:
        cursor.execute('SELECT name FROM village_user ORDER BY engagement_sort_key(name) COLLATE "C"')
        names = [row[0] for row in cursor.fetchall()]
    assert plain(names) == plain(EXPECTED)
    assert "engagement_sort_key" in str(User.objects.order_by(SortKey("name")).query)
