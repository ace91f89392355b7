"""The pages of merging: pairs to look at, side by side, put together, taken apart."""

import pytest

from engagement.profiles.actions import resolve
from engagement.profiles.actions.merge import merge
from engagement.profiles.actions.propose import propose_around
from engagement.profiles.models import AttributeDefinition, Merge, MergeProposal, Profile
from tests.factories import NOW, make_user
from tests.profiles.test_consent import agreed, took_back
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return person("agent", name="Iara Menezes")


@pytest.fixture
def client(agent):
    return client_of(agent)


def met(name, address, **facts):
    profile = resolve(kind="email", address=address, name=name, now=NOW).profile
    Profile.objects.filter(pk=profile.pk).update(**facts)
    profile.refresh_from_db()
    return profile


@pytest.fixture
def pair():
    one = met("Ngozi Halvorsen", "ngozi.h@a.example", place="Bergen", language="en", tags=["captain"])
    other = met("N. Halvorsen", "ngozi.h@b.example", place="Bergen", language="nb", tags=["fair"])
    propose_around(profile_ids=[one.pk], now=NOW)
    return one, other


def url(one, other):
    return f"/people/{one.pk}/merge/{other.pk}/"


def test_the_pairs_are_listed_with_how_sure_we_are_and_why(client, pair):
    page = client.get("/people/duplicates/").content.decode()
    assert "1 pair waits" in page
    assert f"{MergeProposal.objects.get().confidence}% sure" in page
    assert "Same place, Bergen" in page
    assert url(*pair) in page or url(*reversed(pair)) in page


def test_the_list_runs_the_same_number_of_queries_at_three_pairs_and_at_thirty(client, django_assert_max_num_queries):
    def add(start, number):
        for place in range(start, start + number):
            met(f"Ana Prado{place}", f"ana.prado{place}@a.example")
            propose_around(profile_ids=[met(f"Ana Prado{place}", f"ana.prado{place}@b.example").pk], now=NOW)

    add(0, 3)
    client.get("/people/duplicates/")
    with django_assert_max_num_queries(40) as few:
        client.get("/people/duplicates/")
    add(3, 27)
    assert MergeProposal.objects.count() >= 30
    with django_assert_max_num_queries(len(few)) as many:
        client.get("/people/duplicates/")
    assert len(many) == len(few)


def test_a_person_s_page_says_who_else_they_may_be(client, pair):
    page = client.get(f"/people/{pair[0].pk}/").content.decode()
    assert "N. Halvorsen</b> may be the same person" in page
    assert url(*pair) in page


def test_who_may_not_merge_is_not_asked(pair):
    client = client_of(person("merchant"))
    assert "may be the same person" not in client.get(f"/people/{pair[0].pk}/").content.decode()


def test_both_are_shown_side_by_side_and_what_was_chosen_is_kept(client, pair):
    one, other = pair
    agreed(one)
    took_back(other)
    page = client.get(url(one, other)).content.decode()
    for words in (
        "ngozi.h@a.example",
        "ngozi.h@b.example",
        "the stricter one",
        "Both sides&#x27; are kept.",
        "fact-name",
    ):
        assert words in page
    answer = client.post(url(one, other), {"fact-name": "kept", "fact-language": "merged"}, follow=True)
    one.refresh_from_db()
    assert (one.name, one.language, one.tags) == ("Ngozi Halvorsen", "nb", ["captain", "fair"])
    page = answer.content.decode()
    assert f"/people/merges/{Merge.objects.get().pk}/" in page
    assert "Put together with N. Halvorsen" in page
    assert client.get(f"/people/{other.pk}/").url == f"/people/{one.pk}/"


def test_a_sensitive_attribute_is_covered_on_both_sides(client, pair):
    AttributeDefinition.objects.create(slug="taxid", label="Tax id", label_pt="CPF", sensitive=True)
    for profile, value in zip(pair, ("11122233344", "55566677788"), strict=True):
        Profile.objects.filter(pk=profile.pk).update(attributes={"taxid": value})
    page = client.get(url(*pair)).content.decode()
    assert "Tax id" in page
    assert "11122233344" not in page
    assert "55566677788" not in page
    client.post(url(*pair), {"fact-attributes.taxid": "merged"})
    merged = Merge.objects.get()
    assert "55566677788" not in client.get(f"/people/merges/{merged.pk}/").content.decode()
    assert Profile.objects.get(pk=pair[0].pk).attributes == {"taxid": "55566677788"}


def test_they_are_taken_apart_from_the_merge_s_page(client, agent, pair):
    one, other = pair
    row = merge(kept_id=one.pk, merged_id=other.pk, actor=agent, now=NOW)
    page = client.get(f"/people/merges/{row.pk}/").content.decode()
    assert "ngozi.h@b.example" in page
    answer = client.post(f"/people/merges/{row.pk}/undoing/", follow=True)
    assert "Two people again" in answer.content.decode()
    other.refresh_from_db()
    assert other.canonical_id is None
    assert "Taken apart" in client.get(f"/people/merges/{row.pk}/").content.decode()


def test_whoever_comes_second_is_told_who_was_first(client, pair):
    one, other = pair
    merge(kept_id=other.pk, merged_id=one.pk, actor=make_user("Caio Brandt"), now=NOW)
    answer = client.post(url(one, other), follow=True)
    assert "Caio Brandt put these two together already" in answer.content.decode()
    assert Merge.objects.count() == 1


def test_comparing_follows_what_was_merged_meanwhile(client, pair):
    one, other = pair
    third = met("Third", "third@c.example")
    merge(kept_id=third.pk, merged_id=other.pk, actor=None, now=NOW)
    assert client.get(url(one, other)).url == url(one, third)
    merge(kept_id=third.pk, merged_id=one.pk, actor=None, now=NOW)
    assert client.get(url(one, other)).url == f"/people/{third.pk}/"


def test_a_pair_is_told_apart(client, agent, pair):
    row = MergeProposal.objects.get()
    client.post(f"/people/duplicates/{row.pk}/apart/")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("different", agent)
    assert "No pair waits" in client.get("/people/duplicates/").content.decode()


def test_the_other_profile_is_found_by_name_or_address(client, pair):
    one, other = pair
    page = client.get(f"/people/{one.pk}/merge/", {"q": "ngozi.h@b"}).content.decode()
    assert url(one, other) in page
    assert "Nobody else is called" in client.get(f"/people/{one.pk}/merge/", {"q": "zzz"}).content.decode()


@pytest.mark.parametrize("place", ["x", "50", "50-x", "9999-0198c7a0-0000-7000-8000-000000000000"])
def test_a_place_that_is_none_is_not_found(client, place):
    assert client.get("/people/duplicates/", {"after": place}).status_code == 404
