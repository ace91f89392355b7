"""Whom the search finds, by what, in which order, and what it says of why."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import assign_perm

from engagement.profiles.actions import resolve
from engagement.profiles.actions.identify import add_address
from engagement.profiles.companies.changes import add_company
from engagement.profiles.companies.ties import employ
from engagement.profiles.models import Identity, NameWord, Profile
from engagement.profiles.search.find import find
from engagement.profiles.search.found import EACH_WORD, EXACT_ADDRESS, MISSPELT
from engagement.profiles.search.tidy import tidy
from tests.factories import NOW, make_channel, make_message, make_queue
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(db):
    return person("agent", name="Iara Prado")


def met(name, address="", **facts):
    number = Profile.objects.count()
    profile = resolve(kind="email", address=address or f"p{number}@nowhere.example", name=name, now=NOW).profile
    Profile.objects.filter(pk=profile.pk).update(**facts)
    return profile


@pytest.fixture
def ngozi(db):
    profile = met("Ngozi Okonjo-Halvorsen", "ngozi@okonjo-halvorsen.example", tags=["club", "família"])
    add_address(profile_id=profile.pk, kind="phone", address="+47 40 55 09 42", now=NOW)
    Identity.objects.create(
        profile=profile, kind="handle", scope="instagram", address="@Ngozi.over", address_norm="ngozi.over"
    )
    return profile


@pytest.fixture
def joao(db):
    profile = met("João Vasconcelos de Albuquerque", "joao.v@correio.example")
    add_address(profile_id=profile.pk, kind="phone", address="+55 31 98801-0207", now=NOW)
    return profile


def names(reader, text, **facts):
    return [hit.profile.name for hit in find(text, reader=reader, **facts).hits]


@pytest.mark.parametrize(
    "text",
    [
        "kjell@blåbær.example",
        "kjell@xn--blbr-roah.example",
        "@blåbær.example",
        "blåbær.example",
        "xn--blbr-roah",
        "@xn--blbr-roah.example",
    ],
)
def test_a_domain_in_letters_is_found_and_shown_in_both_spellings(reader, text):
    person_ = met("Kjell", "kjell@xn--blbr-roah.example")
    Identity.objects.filter(profile=person_).update(address="kjell@xn--blbr-roah.example")  # as files gave it earlier
    (hit,) = find(text, reader=reader).hits
    assert (hit.profile.name, hit.profile.identities.get().address) == ("Kjell", "kjell@blåbær.example")
    assert all("xn--" not in part for why in hit.why for part, _marked in why.parts)


def test_two_spellings_of_a_domain_are_one_person_and_read_in_letters(reader):
    one = met("Kjell", "kjell@xn--blbr-roah.example")
    assert met("Kjell", "Kjell@Blåbær.example") == one
    page = client_of(reader).get(f"/people/{one.pk}/").content.decode()
    assert ("kjell@blåbær.example" in page, "xn--" in page) == (True, False)
    assert list(Identity.objects.filter(profile=one).values_list("address_norm", "address")) == [
        ("kjell@xn--blbr-roah.example", "kjell@blåbær.example")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ngozi",
        "NGOZI",
        "Ngózi",
        "okonjo",
        "halvorsen ngozi",
        "ngozi halv",
        "konjo",  # within a word
        "Ngosi",  # another letter
        "Ngzoi",  # two changed places
        "Ngozzi",  # a letter too many
        "Ngzi",  # one too few
        "ngosi halvorsen",
        "ngosi halv",
        "Halvorson",
        "okonjo halvrosen",
        "ngozi@okonjo-halvorsen.example",
        "Ngozi@Okonjo-Halvorsen.EXAMPLE",
        "ngozi@okon",
        "okonjo-halv",
        "@okonjo-halvorsen.example",
        "ngosi@gmail.example",
        "+47 40 55 09 42",
        "40550942",
        "0942",
        "47405",
        "(40) 55-09",
        "@ngozi.over",
        "@ngozi",
        "ngozi.over",
        "#club",
        "club",
        "familia",
        "#Família",
    ],
)
def test_a_person_is_found_however_they_are_asked_for(reader, ngozi, joao, text):
    assert names(reader, text) == ["Ngozi Okonjo-Halvorsen"]


@pytest.mark.parametrize(
    "text",
    ["Joao", "joão", "jaoo vasconcelos", "Vasconselos", "albuquerqe", "31 98801-0207", "988010207", "031988010207"],
)
def test_accents_slips_and_ways_of_writing_a_number_do_not_matter(reader, ngozi, joao, text):
    assert names(reader, text) == ["João Vasconcelos de Albuquerque"]


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "%", "_", "\\", "'", '"', "zzzz", "#", "@", "#nothing", "1234567", "' OR 1=1"]
)
def test_nobody_is_found_by_what_is_nobodys(reader, ngozi, joao, text):
    assert names(reader, text) == []


def test_signs_of_patterns_are_letters_like_others(reader):
    met("Percent", "100%_sure@a.example")
    met("Other", "100xysure@a.example")
    assert names(reader, "100%_su") == ["Percent"]
    assert names(reader, "0%_su") == ["Percent"]


def test_a_whole_address_comes_before_a_name_a_name_before_its_beginning_and_that_before_a_slip(reader):
    met("Anna Prado")
    met("Ana Prado Lima")
    met("Ana Prado")
    met("Rui", "ana prado@x.example".replace(" ", "."))
    add_address(profile_id=met("By handle").pk, kind="email", address="zz@ana.example", now=NOW)
    assert names(reader, "ana prado")[:2] == ["Ana Prado", "Ana Prado Lima"]
    assert names(reader, "ana.prado@x.example")[0] == "Rui"
    assert sorted(names(reader, "ana prdo")) == ["Ana Prado", "Ana Prado Lima"]


def test_why_somebody_was_found_is_said_and_marked(reader, ngozi, joao):
    def why(text):
        (hit,) = find(text, reader=reader).hits
        return hit

    assert why("ngosi").name == [("Ngozi", True), (" Okonjo-Halvorsen", False)]
    assert why("okonjo").name == [("Ngozi ", False), ("Okonjo", True), ("-Halvorsen", False)]
    (reason, *_more) = why("0207").why
    assert (reason.kind, reason.parts) == ("address", [("+55 31 98801-", False), ("0207", True)])
    (reason, *_more) = why("#club").why
    assert (reason.kind, reason.parts) == ("tag", [("club", True)])


def test_a_closed_address_still_leads_to_whose_it_was_and_says_so(reader, ngozi):
    Identity.objects.filter(kind="phone").update(valid_to=NOW)
    (hit,) = find("0942", reader=reader).hits
    assert (hit.profile.pk, hit.why[0].label) == (ngozi.pk, "closed")


def test_a_merged_person_is_found_once_by_either_name(reader, ngozi):
    other = met("N. Halvorsen", "n.h@elsewhere.example")
    Profile.objects.filter(pk=other.pk).update(canonical=ngozi)
    for text in ("halvorsen", "n.h@elsewhere.example", "elsewhere"):
        hits = find(text, reader=reader).hits
        assert [hit.key for hit in hits] == [ngozi.pk]


def test_people_are_found_by_where_they_work(reader, ngozi, joao):
    company = add_company(facts={"name": "Clube de Ciclismo da Serra"}, actor=None, now=NOW)
    work = employ(profile_id=joao.pk, company=company, actor=None, now=NOW)
    for text in ("ciclismo", "Clube de Ciclismo", "ciclsmo da serra"):
        (hit,) = find(text, reader=reader).hits
        assert (hit.key, hit.why[0].kind) == (joao.pk, "company")
    work.until = NOW.date()
    work.primary = False
    work.save()
    assert names(reader, "ciclismo") == []


@pytest.mark.parametrize(
    "text",
    [
        "nogzi@okonjo-halvorsen.example",  # a slip before the @
        "ngozi@okonjo-halvorsn.example",  # one behind it
        "@ngozi.ovre",
        "ngozi.ovver",
        "#clbu",
        "#familai",
    ],
)
def test_a_misspelt_address_handle_or_tag_finds_the_person_and_says_so(reader, ngozi, joao, text):
    (hit,) = find(text, reader=reader).hits
    assert (hit.key, hit.why[0].nearly, hit.rank) == (ngozi.pk, True, MISSPELT)


def test_a_slip_on_each_side_of_the_at_is_forgiven_where_the_domain_is_one_of_very_many(reader):
    maria = met("Maria Silva", "maria.silva@gmail.com")
    met("Mario Silva", "mario.silvano@gmail.com")
    met("Marina", "marina.silveira@hotmail.com")
    (hit,) = find("marai.silva@gmial.com", reader=reader).hits
    assert (hit.key, hit.why[0].text, hit.why[0].nearly) == (maria.pk, "maria.silva@gmail.com", True)


def test_an_address_that_is_right_is_not_taken_for_a_misspelt_one(reader):
    met("Maria Silva", "maria.silva@gmail.com")
    mario = met("Mario Silva", "mario.silva@gmail.com")
    (hit,) = find("mario.silva@gmail.com", reader=reader).hits
    assert (hit.key, hit.rank, hit.why[0].nearly) == (mario.pk, EXACT_ADDRESS, False)


@pytest.fixture
def workshop(ngozi, joao):
    company = add_company(facts={"name": "Oficina do Vale"}, actor=None, now=NOW)
    employ(profile_id=joao.pk, company=company, actor=None, now=NOW)
    employ(profile_id=ngozi.pk, company=company, actor=None, now=NOW)
    return company


@pytest.mark.parametrize(
    "text", ["joao oficina do vale", "vale joao", "oficina albuquerque", "João ofic", "joao vasconcelos vale"]
)
def test_words_of_a_name_and_of_their_company_find_the_person_before_all_others(reader, workshop, joao, text):
    met("João Prado")
    hits = find(text, reader=reader).hits
    assert (hits[0].key, hits[0].rank, hits[0].why[0].kind) == (joao.pk, EACH_WORD, "company")
    assert all(hit.rank > EACH_WORD for hit in hits[1:])


@pytest.mark.parametrize("text", ["jaoo oficina", "joao ofcina do vale", "albuquerqe ofician"])
def test_misspelt_words_of_a_name_and_of_their_company_find_the_person(reader, workshop, joao, text):
    hits = find(text, reader=reader).hits
    assert (hits[0].key, hits[0].rank) == (joao.pk, MISSPELT)


def test_a_name_with_a_tag_finds_the_person_and_says_which(reader, ngozi, joao):
    met("Ngozi Prado")
    hits = find("ngozi club", reader=reader).hits
    assert (hits[0].key, hits[0].rank, hits[0].why[0].parts) == (ngozi.pk, EACH_WORD, [("club", True)])
    assert len(hits) == 1


def test_a_company_that_is_misspelt_is_said_to_be(reader, workshop, joao):
    hits = find("ofcina", reader=reader).hits
    assert {(hit.why[0].text, hit.why[0].nearly) for hit in hits} == {("Oficina do Vale", True)}


def test_who_only_works_at_what_one_of_the_words_names_is_found_last_and_nothing_is_said_to_be_misspelt(
    reader, workshop
):
    hits = find("ana oficina", reader=reader).hits
    assert {(hit.rank, hit.why[0].nearly) for hit in hits} == {(MISSPELT, False)}


def test_a_merged_person_is_found_by_the_company_of_one_profile_and_the_name_of_the_other(reader, workshop, joao):
    head = met("Quitéria Rosa")
    Profile.objects.filter(pk=joao.pk).update(canonical=head)
    (hit, *_more) = find("quiteria vale", reader=reader).hits
    assert (hit.key, hit.rank) == (head.pk, EACH_WORD)


def test_tags_are_learnt_when_they_are_given_and_forgotten_when_nobody_has_them(reader, joao):
    Profile.objects.filter(pk=joao.pk).update(tags=["Montanha"])
    assert NameWord.objects.filter(word="#montanha").count() == 1
    assert names(reader, "#montahna") == ["João Vasconcelos de Albuquerque"]
    assert names(reader, "montahna") == ["João Vasconcelos de Albuquerque"]
    Profile.objects.filter(pk=joao.pk).update(tags=[])
    tidy()
    assert not NameWord.objects.filter(word="#montanha").exists()


def test_people_are_found_by_what_they_said_where_the_reader_may_read_it(reader):
    channel, other = make_channel(), make_channel()
    mine, theirs = make_queue(channels=(channel,)), make_queue(channels=(other,))
    make_message(channel, "ana@a.example", name="Ana Lima", text="Meu câmbio quebrou na subida.")
    make_message(other, "rui@a.example", name="Rui Costa", text="O câmbio do meu primo quebrou.")
    assert names(reader, "cambio") == []
    assign_perm("conversations.work_queue", reader, mine)
    (hit,) = find("câmbio", reader=reader).hits
    (reason,) = hit.why
    assert (hit.profile.name, reason.kind) == ("Ana Lima", "conversations")
    assert ("câmbio", True) in reason.parts
    assert reason.url.startswith("/inbox/")
    assert names(reader, "quebraram") == ["Ana Lima"]
    assert names(reader, "cambio", said=False) == []
    assign_perm("conversations.work_queue", reader, theirs)
    assert sorted(names(reader, "cambio")) == ["Ana Lima", "Rui Costa"]


def test_more_than_are_shown_is_said(reader):
    for number in range(4):
        met(f"Ana {number}")
    assert not find("ana", reader=reader, most=5).cut
    found = find("ana", reader=reader, most=3)
    assert (len(found.hits), found.cut) == (3, True)


def test_a_search_asks_a_bounded_number_of_short_queries(reader):
    for number in range(30):
        met(f"Ana Prado {number}")
    for text in (
        "ana",
        "prado 7",
        "nobody at all",
        "0942",
        "@ana",
        "maria.silva@gmial.example",
        "#clbu",
        "anna prados",
        "ana clube oficina",
    ):
        with CaptureQueriesContext(connection) as captured:
            find(text, reader=reader)
        assert len(captured) <= 30, text


def test_words_of_names_are_learnt_when_a_name_changes_and_each_once(reader):
    profile = met("Quitéria Rosa")
    met("Quitéria Lima")
    assert list(NameWord.objects.values_list("word", flat=True)) == ["lima", "quiteria", "rosa"]
    Profile.objects.filter(pk=profile.pk).update(name="Zuleica Rosa")
    assert names(reader, "zuleika") == ["Zuleica Rosa"]
    Profile.objects.filter(pk=profile.pk).update(created_at=NOW - timedelta(days=1))
    assert NameWord.objects.filter(word="zuleica").count() == 1


@pytest.mark.parametrize(
    "text", ["a" * 300, "ß" * 150, "日本", "Ω≈ç", "😀 ana", "a\tb\nc", "..", "a b c d e f g h i j k l m n"]
)
def test_no_text_breaks_the_search(reader, ngozi, text):
    find(text, reader=reader)


def test_words_that_nobody_is_called_by_are_forgotten_and_each_is_kept_once(reader):
    profile = met("Quitéria Rosa")
    met("Rosa Lima")
    NameWord.objects.create(word="rosa")
    Profile.objects.filter(pk=profile.pk).update(name="")
    assert tidy() == 2
    assert list(NameWord.objects.values_list("word", flat=True)) == ["lima", "rosa"]
    assert tidy() == 0
