"""Addresses and names are cleaned in one place, however they come in."""

import pytest

from engagement.profiles.actions.change import Facts
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.actions.write_down import GivenAddress, write_down
from engagement.profiles.addresses import InvalidAddress, entered, normalised
from engagement.profiles.names import clean_name, join_names
from tests.factories import NOW

CLEANED = [
    ("uli@i17.example\u200b", "uli@i17.example"),
    ("\ufeffval@i17.example", "val@i17.example"),
    ("win\u00ad@i17.example", "win@i17.example"),
    ("x\u200dia@i17.example", "xia@i17.example"),
    ("<uli@i17.example>", "uli@i17.example"),
    ("Uli Prado <uli@i17.example>", "uli@i17.example"),
    ("mailto:uli@i17.example?subject=Hi", "uli@i17.example"),
    ("MAILTO:uli@i17.example", "uli@i17.example"),
    ("uli@i17.example,", "uli@i17.example"),
    ("uli@i17.example.", "uli@i17.example"),
    ("uli@i17.example;", "uli@i17.example"),
    ("'uli@i17.example'", "uli@i17.example"),
    ("“uli@i17.example”", "uli@i17.example"),
    ('="uli@i17.example"', "uli@i17.example"),
    ("\u202auli@i17.example\u202c", "uli@i17.example"),
    ("Uli.O'Hara+x@I17.example", "Uli.O'Hara+x@I17.example"),
    ("josé@fahrräder.example", "josé@fahrräder.example"),
]


@pytest.mark.parametrize(("given", "spelt"), CLEANED)
def test_an_address_is_kept_cleaned(given, spelt):
    norm, kept = entered("email", given)
    assert kept == spelt
    assert norm == normalised("email", spelt) == normalised("email", given)


@pytest.mark.parametrize(
    "wrong",
    [
        *("yan@i17.example?subject=x", ".uli@i17.example", "uli.@i17.example", "u..li@i17.example", "uli@-i17.example"),
        *("uli@i17-.example", "uli@i17", "uli@i17..example", "uli@@i17.example", "u li@i17.example", "@i17.example"),
        *("uli@i17.example/x", "uli@i17,example", "uli", "uli@10.0.0.1", "a@x.example, b@x.example", "\u200b"),
    ],
)
def test_what_reaches_nobody_is_refused(wrong):
    with pytest.raises(InvalidAddress):
        entered("email", wrong)


@pytest.mark.django_db
def test_what_is_shown_and_written_to_is_the_cleaned_spelling():
    given = GivenAddress(kind="email", address="Uli@i17.example\u200b")
    profile, _new = write_down(addresses=[given], facts=Facts(name="N/A"), actor=None, now=NOW)
    assert (profile.identities.get().address, profile.name) == ("Uli@i17.example", "")
    met = resolve(kind="email", address="\ufeffbo@i17.example", name="\u200b\u3164", now=NOW)
    assert (met.address, met.profile.name) == ("bo@i17.example", "")


@pytest.mark.parametrize(
    "name",
    [
        *("NULL", "null", "N/A", "n/a", "none", "None", "-", "--", "...", "undefined", "(null)", "NaN", "#N/A", "?"),
        *(
            "unknown",
            "Sem nome",
            "não informado",
            "desconhecido",
            "\u200b\u3164",
            "\u2800",
            "\u00ad",
            "[object Object]",
        ),
    ],
)
def test_what_is_no_name_is_none(name):
    assert clean_name(name) == ""


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Null Fernandes", "Null Fernandes"),
        ("Ana  Prado ", "Ana Prado"),
        ("Caio Brandt\u202e\u200b", "Caio Brandt"),
        ("Na Li", "Na Li"),
        ("李小龍", "李小龍"),
        ("X Æ A-12", "X Æ A-12"),
    ],
)
def test_a_name_stays(given, name):
    assert clean_name(given) == name


def test_parts_of_names_are_joined_without_placeholders():
    found = [
        join_names(*one) for one in (("Ana", "NULL"), ("NULL", "NULL"), ("Maria", "Null"), ("-", "Prado"), ("", ""))
    ]
    assert found == ["Ana", "", "Maria Null", "Prado", ""]
