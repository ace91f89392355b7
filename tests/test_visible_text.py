"""What is shown of names, subjects and addresses is what can be seen."""

import pytest

from engagement.domain_names import readable_address
from engagement.visible_text import visible_text


@pytest.mark.parametrize(
    "nothing",
    [
        "\u200b\u200b\u2060\u3164",
        "\u3164",
        "\u2800\u2800",
        "\u115f\u1160\uffa0",
        "\ufeff \u00ad",
        "\u202e\u202c",
        "\u2066\u2069\u200e\u200f\u061c",
        "\U000e0041\U000e007f",
        "\u0301",
        "\u180e\u034f\u17b5",
        " \t\u00a0\u3000",
    ],
)
def test_what_cannot_be_seen_is_nothing(nothing):
    assert visible_text(nothing) == ""


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Caio Brandt\u202e\u200b", "Caio Brandt"),
        ("Boletim \u202eelpmaxe", "Boletim elpmaxe"),
        ("\u2067photo\u2069gpj", "photogpj"),
        ("a\u00adb\ufeffc\u2800d", "abc d"),
        ("one\r\n\ttwo\u2028three", "one two three"),
    ],
)
def test_what_cannot_be_seen_is_left_out(given, shown):
    assert visible_text(given) == shown


@pytest.mark.parametrize(
    "text",
    [
        "שלום עולם",
        "مرحبا بالعالم",
        "می\u200cخواهم",
        "क्\u200dष",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 família",
        "\u2764\ufe0f\u200d\U0001f525",
        "\U0001f469\U0001f3fd\u200d\U0001f4bb",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "1\ufe0f\u20e3 Ação",
        "李小龍",
        "e\u0301",
        "-",
    ],
)
def test_writing_of_every_script_stays(text):
    assert visible_text(text) == text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("post@xn--fahrrder-4za.example", "post@fahrräder.example"),
        ("post@fahrräder.example", "post@fahrräder.example"),
        ("josé@xn--aa-4iaz.example", "josé@açaí.example"),
        ("a@xn--zckzah.example", "a@テスト.example"),
        ("a@xn--e1afmkfd.xn--p1ai", "a@пример.рф"),
        ("a@mail.xn--fahrrder-4za.example", "a@mail.fahrräder.example"),
        ("a@xn--80ak6aa92e.com", "a@xn--80ak6aa92e.com"),
        ("a@p\u0430ypal.com", "a@xn--pypal-4ve.com"),
        ("a@xn--pypal-4ve.com", "a@xn--pypal-4ve.com"),
        ("a@xn--not-a-label-.com", "a@xn--not-a-label-.com"),
        ("a@plain.example", "a@plain.example"),
        ("no address", "no address"),
    ],
)
def test_a_domain_is_shown_in_letters_unless_they_deceive(given, shown):
    assert readable_address(given) == shown


@pytest.mark.parametrize("piece", ["\u200b", "a\u200d", "\U000e0041", "\u0301", "\U0001f3f4\U000e0067"])
def test_a_long_text_is_read_once(piece):
    assert len(visible_text(piece * 50_000)) <= len(piece) * 50_000
