"""What changed, word by word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.difference import changes, runs
from content.marking import marked


def said(old: str, new: str) -> list[tuple[str, str]]:
    return [(run.what, run.text) for run in runs(old, new)]


def test_a_changed_word_is_shown_and_the_rest_stays():
    assert said("The first service is cheap.", "The first service is free.") == [
        ("same", "The first service is "),
        ("del", "cheap"),
        ("ins", "free"),
        ("same", "."),
    ]


def test_neighbouring_changes_are_one():
    assert said("20% off now", "on us now") == [("del", "20% off"), ("ins", "on us"), ("same", " now")]
    assert changes("20% off now", "on us now") == 1


def test_a_variable_is_one_word():
    assert ("ins", "{{ city | default: 'x' }}") in said("In {{ country }}", "In {{ city | default: 'x' }}")


@pytest.mark.parametrize(("old", "new", "found"), [("a", "a", 0), ("", "a", 1), ("a b c", "x b z", 2)])
def test_changes_are_counted(old, new, found):
    assert changes(old, new) == found


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab {}%\n.", max_size=40), st.text(alphabet="ab {}%\n.", max_size=40))
def test_what_stayed_and_came_is_the_new_text_and_what_stayed_and_went_the_old(old, new):
    found = runs(old, new)
    assert "".join(run.text for run in found if run.what != "del") == new
    assert "".join(run.text for run in found if run.what != "ins") == old


def test_the_words_of_a_rule_are_marked_where_they_came_and_not_where_they_went():
    found = marked(runs("best in Brazil {{ name }}", "best in town {{ name }}"), {"best in": "1", "Brazil": "2"})
    pieces = [(run.what, piece.text, piece.mark, piece.is_liquid) for run in found for piece in run.pieces]
    assert pieces == [
        ("same", "best in", "1", False),
        ("same", " ", "", False),
        ("del", "Brazil", "", False),
        ("ins", "town", "", False),
        ("same", " ", "", False),
        ("same", "{{ name }}", "", True),
    ]
