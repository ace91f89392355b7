"""Segments: what the standard's tables say, and what must hold for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.channels.sms.segments import _BASIC, _EXTENDED, count

GSM = "".join(sorted(_BASIC))


@pytest.mark.parametrize(
    ("text", "encoding", "characters", "segments"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("€" * 153, "GSM-7", 306, 3),  # an escape is not torn: 76 in each part
        ("ç" * 70, "UCS-2", 70, 1),  # only the capital is in the table
        ("ã" * 71, "UCS-2", 71, 2),
        ("ã" * 134, "UCS-2", 134, 2),
        ("ã" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 67, "UCS-2", 134, 3),  # 33 whole pairs in each part
        ("Olá é à ù Ç", "UCS-2", 11, 1),
        ("é à ù ì ò Ç ñ ü", "GSM-7", 15, 1),
    ],
)
def test_the_tables(text, encoding, characters, segments):
    found = count(text)
    assert (found.encoding, found.characters, found.segments) == (encoding, characters, segments)


def test_it_names_the_letters_that_cost_more():
    assert count("Não, São João €").offending == ("ã",)


def test_the_table_has_its_127_letters_and_10_extensions():
    assert (len(_BASIC), len(_EXTENDED)) == (127, 10)


@given(st.text(alphabet=GSM + "".join(_EXTENDED), max_size=1000))
def test_gsm_text_stays_gsm_and_fits(text):
    found = count(text)
    assert found.encoding == "GSM-7"
    assert found.characters == sum(2 if letter in _EXTENDED else 1 for letter in text)
    assert found.segments <= 1 or found.characters <= found.segments * 153
    assert found.left >= 0


@given(st.text(max_size=600))
def test_any_text(text):
    found = count(text)
    assert (found.encoding == "UCS-2") == bool(found.offending)
    if found.encoding == "UCS-2":
        assert found.characters == len(text.encode("utf-16-le", "surrogatepass")) // 2
    assert (found.segments == 0) == (text == "")
    assert count(text + "a").segments >= found.segments
