"""Phone numbers by meaning, and only those that a network can dial."""

import pytest

from engagement.profiles.actions.change import Facts
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.actions.write_down import GivenAddress, write_down
from engagement.profiles.addresses import InvalidAddress, entered, normalised
from engagement.profiles.identities.dialable import mark_undialable_numbers
from engagement.profiles.models import Identity
from engagement.profiles.phone_numbers import InvalidNumber, country_of_number, is_valid_number, parse_number
from tests.factories import NOW


@pytest.mark.parametrize(
    ("given", "country", "number"),
    [
        # 00 and +00 are the world's prefix, whatever a carrier's code may be
        ("0055 31 99811-0902", "BR", "+5531998110902"),
        ("00 55 31 99811-0903", "BR", "+5531998110903"),
        ("005531998110904", "BR", "+5531998110904"),
        ("+0055 31 99811-0902", "BR", "+5531998110902"),
        ("0049 171 4708231", "BR", "+491714708231"),
        ("00351 912 345 678", "BR", "+351912345678"),
        ("0044 20 7946 0958", "BR", "+442079460958"),
        ("0033612345678", "DE", "+33612345678"),
        ("011 55 31 99811-0902", "BR", "+5531998110902"),
        ("011 49 171 4708231", "US", "+491714708231"),
        # The trunk prefix, a carrier's code, and the country's code without a plus
        ("011 99811-0902", "BR", "+5511998110902"),
        ("031 99811-0902", "BR", "+5531998110902"),
        ("015 31 99811-0902", "BR", "+5531998110902"),
        ("(0xx31) 99811-0902", "BR", "+5531998110902"),
        ("0021 55 31 99811-0902", "BR", "+5531998110902"),
        ("5531998110902", "BR", "+5531998110902"),
        ("55 99811-0902", "BR", "+5555998110902"),
        ("49 171 4708231", "DE", "+491714708231"),
        ("+49 (0)171 4708231", "BR", "+491714708231"),
        # The country that is assumed
        ("0171 4708231", "DE", "+491714708231"),
        ("0172 3456789", "DE", "+491723456789"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("912345678", "PT", "+351912345678"),
        ("612 345 678", "ES", "+34612345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        # Traces of spreadsheets, links and invisible characters
        ('="5531998110501"', "BR", "+5531998110501"),
        ("5531998110902.0", "BR", "+5531998110902"),
        ("'+5531998110902", "BR", "+5531998110902"),
        ("tel:+5531998110902", "BR", "+5531998110902"),
        ("https://wa.me/5531998110902", "BR", "+5531998110902"),
        ("\u202a+55 31 99811\u20110902\u202c", "BR", "+5531998110902"),
        ("٠٣١٩٩٨١١٠٩٠٢", "BR", "+5531998110902"),
        # Before the ninth digit
        ("31 9811-0901", "BR", "+553198110901"),
    ],
)
def test_numbers_are_read_by_meaning(given, country, number):
    assert entered("phone", given, country=country)[0] == number


@pytest.mark.parametrize(
    ("given", "country", "code"),
    [
        ("998110908", "BR", "area_code_missing"),
        ("3555-0301", "BR", "area_code_missing"),
        ("4004-1234", "BR", "area_code_missing"),
        ("555-0123", "US", "area_code_missing"),
        ("0171 4708231", "BR", "invalid"),
        ("+551714708231", "BR", "invalid"),
        ("+55 31 99811-09022", "BR", "invalid"),
        ("5.5E+12", "BR", "shortened"),
        ("5,53198E+12", "BR", "shortened"),
        ("12", "BR", "not_a_number"),
        ("call me", "BR", "not_a_number"),
        ("31998110902 or by the office, ask for Ana Maria", "BR", "not_a_number"),
    ],
)
def test_what_is_no_number_says_why(given, country, code):
    with pytest.raises(InvalidNumber, match=code):
        parse_number(given, country=country)
    with pytest.raises(InvalidAddress):
        entered("phone", given, country=country)


def test_a_number_that_a_network_delivers_is_answered_though_no_plan_has_it():
    assert normalised("phone", "+551714708231") == "+551714708231"
    with pytest.raises(InvalidAddress):
        normalised("phone", "0171 4708231")


def test_the_organizations_country_is_the_last_resort(settings):
    settings.ORGANIZATION_COUNTRY = "DE"
    assert normalised("phone", "0171 4708231") == "+491714708231"


def test_countries_of_numbers():
    found = [country_of_number(one) for one in ("+5531998110902", "+491714708231", "+12025550123")]
    assert found == ["BR", "DE", "US"]
    assert [is_valid_number(one) for one in ("+5531998110902", "+553198110901", "+551714708231")] == [True, True, False]


@pytest.mark.django_db
def test_stored_numbers_that_cannot_be_dialed_are_marked_and_stay():
    wrong = resolve(kind="phone", address="+551714708231", now=NOW)
    right = resolve(kind="phone", address="+5531998110902", now=NOW)
    assert mark_undialable_numbers() == 1
    wrong.refresh_from_db()
    assert (wrong.is_dialable, wrong.address_norm) == (False, "+551714708231")
    assert list(Identity.objects.dialable()) == [right]
    assert mark_undialable_numbers() == 1


@pytest.mark.django_db
def test_a_number_of_another_country_is_kept_as_it_is_dialed():
    given = GivenAddress(kind="phone", address="0171 4708231", country="DE")
    profile, is_new = write_down(addresses=[given], facts=Facts(), actor=None, now=NOW)
    assert (is_new, profile.identities.get().address_norm) == (True, "+491714708231")
    assert write_down(addresses=[given], facts=Facts(), actor=None, now=NOW) == (profile, False)
