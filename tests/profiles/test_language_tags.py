"""Language tags: one spelling, and the text that serves a reader (RFC 4647, lookup)."""

import pytest

from engagement.profiles.importing import values
from engagement.profiles.language_tags import canonical_tag, language_name, match_language, text_direction, written_tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en-US", "en-us"),
        ("pt_BR", "pt-br"),
        ("iw", "he"),
        ("zh_Hant_HK", "zh-hant-hk"),
        ("en_AU.UTF-8", "en-au"),
        ("sr_RS@latin", "sr-rs"),
        ("de-1996", "de"),
        ("es-419", "es-419"),
        ("klingon", ""),
        ("xx", ""),
        ("", ""),
        ("-" * 500, ""),
    ],
)
def test_a_tag_has_one_spelling(text, tag):
    assert canonical_tag(text) == tag


@pytest.mark.parametrize(
    ("offered", "wanted", "expected"),
    [
        (["en", "pt-br"], "en-US", "en"),
        (["en", "pt-br"], "en_AU", "en"),
        (["en", "pt-br"], "pt-PT", "pt-br"),
        (["pt", "pt-br"], "pt-PT", "pt"),
        (["pt-pt", "pt-br"], "pt-AO", "pt-pt"),
        (["pt-pt", "pt-br"], "pt", "pt-br"),
        (["en", "pt-br", "es"], "es-MX", "es"),
        (["es-es", "es-419"], "es-MX", "es-419"),
        (["en-gb", "en-us"], "en", "en-us"),
        (["zh-hans", "zh-hant"], "zh-TW", "zh-hant"),
        (["zh-hans", "zh-hant"], "zh-CN", "zh-hans"),
        (["zh", "zh-hant"], "zh_HK", "zh-hant"),
        (["sr", "sr-latn"], "sr-Latn-RS", "sr-latn"),
        (["nb", "en"], "no", "nb"),
        (["he", "en"], "iw", "he"),
        (["en", "pt-br"], "fr", ""),
        (["en"], "", ""),
        ([], "en", ""),
    ],
)
def test_the_base_language_comes_before_another_language(offered, wanted, expected):
    assert match_language(offered, wanted) == expected


def test_tags_are_written_as_bcp_47_recommends():
    assert [written_tag(tag) for tag in ("pt-br", "zh-hant-hk", "es-419", "en")] == [
        "pt-BR",
        "zh-Hant-HK",
        "es-419",
        "en",
    ]


def test_languages_have_names_and_directions():
    assert language_name("pt-br", language="en") == "Portuguese (Brazil)"
    assert language_name("de", language="pt-br") == "alemão"
    assert (text_direction("ar"), text_direction("he"), text_direction("de")) == ("rtl", "rtl", "ltr")


@pytest.mark.parametrize(
    ("cell", "tag"),
    [
        ("en_US", "en-us"),
        ("Deutsch", "de"),
        ("alemão", "de"),
        ("Allemand", "de"),
        ("Português", "pt-br"),
        ("English", "en"),
        ("pt-PT", "pt-pt"),
    ],
)
def test_an_import_keeps_the_tag_in_its_one_spelling(cell, tag):
    assert values.language(cell) == tag
