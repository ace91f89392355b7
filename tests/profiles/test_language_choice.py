"""Any language can be written down for a person, and what is sent by itself uses the one of ours that serves them."""

import pytest
from django.conf import settings
from django.utils import translation

from engagement.channels.sms.notices import _known
from engagement.profiles.forms import FactsForm, language_choices, language_label
from engagement.profiles.models import Profile


@pytest.mark.parametrize(("language", "name"), [("en", "de"), ("pt-br", "de")])
def test_every_language_is_offered_by_its_name(language, name):
    with translation.override(language):
        choices = dict(language_choices())
    assert {"", "en", "pt-br", "de", "fr", "ja", "pt-pt", "zh-hans"} <= set(choices)
    assert choices[name] == {"en": "German", "pt-br": "alemão"}[language]


def test_an_unusual_tag_of_a_person_stays_choosable():
    form = FactsForm(person=Profile(name="Ana", language="de-ch"), definitions=[])
    assert "de-ch" in dict(form.fields["language"].choices)
    assert language_label("") == ""


@pytest.mark.parametrize(
    ("wanted", "served"),
    [("pt", "pt-br"), ("pt-PT", "pt-br"), ("pt_BR", "pt-br"), ("en-GB", "en"), ("EN", "en"), ("de", ""), ("", "")],
)
def test_notices_use_the_language_that_serves_the_reader(wanted, served):
    assert _known(wanted) == served
    assert served in ("", *dict(settings.LANGUAGES))
