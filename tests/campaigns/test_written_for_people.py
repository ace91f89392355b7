"""A launch is for people who can get the words, in their language; what cannot be written holds the campaign."""

import pytest

from campaigns.actions.launch import NotReady, launch
from campaigns.models import Recipient
from campaigns.selectors.preflight import preflight
from campaigns.subscribers import pause_what_is_held
from collaboration.models import Notification
from content.actions.drafting import begin_locale
from content.models import Draft
from engagement.channels.actions import groups
from engagement.channels.delivery import render_breaker
from engagement.channels.models import Group
from engagement.events.catalogue import GroupHeld
from engagement.keys import new_key
from engagement.profiles.models import AttributeDefinition
from tests.campaigns.people import approve, launched, ready, somebody
from tests.factories import LAYOUT, NOW, make_template

pytestmark = pytest.mark.django_db


def written(author, words, **translations):
    template = make_template(author, purpose="marketing", words=words)
    for locale, said in translations.items():
        tag = locale.replace("_", "-")
        begin_locale(template=template, locale=tag, author=author, now=NOW)
        Draft.objects.filter(template=template, locale=tag).update(mjml=LAYOUT.format(words=said))
    approve(template, author)
    return template


def found(campaign, state):
    return {
        str(check.title): str(check.text) for check in preflight(campaign=campaign, now=NOW) if check.state == state
    }


def test_whoever_lacks_what_the_words_need_blocks_the_launch_with_the_number(lia):
    somebody("Ana", email="ana@customer.example", agrees=("email",))
    somebody("", email="nobody@customer.example", agrees=("email",))
    somebody("", email="no-consent@customer.example")
    template = written(lia, "Hello {{ first_name }}")
    campaign = ready(lia, email_template=template, email_channel=template.channel)
    stops = found(campaign, "stop")
    assert list(stops) == ["1 recipient lacks “First name”"]
    assert "{{ first_name | default: " in stops["1 recipient lacks “First name”"]
    with pytest.raises(NotReady):
        launch(campaign=campaign, actor=lia, now=NOW)


def test_an_attribute_that_breaks_the_words_for_a_recipient_blocks_the_launch(lia):
    AttributeDefinition.objects.create(slug="parts", label="Parts", label_pt="Partes", type="number")
    somebody("Ana", email="ana@customer.example", agrees=("email",), attributes={"parts": 2})
    somebody("Ben", email="ben@customer.example", agrees=("email",), attributes={"parts": 0})
    template = written(lia, "Each gets {{ 10 | divided_by: parts }}")
    campaign = ready(lia, email_template=template, email_channel=template.channel)
    stops = found(campaign, "stop")
    assert len(stops) == 1
    [(title, text)] = stops.items()
    assert "cannot be written" in title
    assert "Tried for 2 recipients, failed for 1." in text
    assert "A number is divided by zero." in text


def test_readers_of_another_language_are_counted_before_the_launch(lia):
    for number, language in enumerate(["de", "de-AT", "en_AU", "en-us", "pt-PT", "fr", ""]):
        somebody(f"P{number}", email=f"p{number}@customer.example", agrees=("email",), language=language)
    template = written(lia, "Hello", pt_br="Olá")
    campaign = ready(lia, email_template=template, email_channel=template.channel)
    [text] = [
        text for title, text in found(campaign, "ask").items() if title.startswith("3 recipients read a language")
    ]
    assert text == "German: 2; French: 1. They would get English."


def test_each_reader_is_frozen_with_the_language_that_serves_them(lia):
    expected = {
        "en-US": "en",
        "en-gb": "en",
        "en_AU": "en",
        "pt-PT": "pt-br",
        "pt": "pt-br",
        "es-MX": "es",
        "zh-TW": "zh-hant",
        "fr": "pt-br",
        "": "pt-br",
    }
    people = {
        somebody(f"P{number}", email=f"p{number}@customer.example", agrees=("email",), language=language).pk: locale
        for number, (language, locale) in enumerate(expected.items())
    }
    template = make_template(lia, purpose="marketing", words="Olá", source_locale="pt-br")
    Draft.objects.filter(template=template).update(locale="pt-br")
    for locale in ("en", "es", "zh-hant"):
        begin_locale(template=template, locale=locale, author=lia, now=NOW)
    approve(template, lia)
    campaign = launched(lia, email_template=template, email_channel=template.channel)
    assert dict(Recipient.objects.filter(campaign=campaign).values_list("profile_id", "locale")) == people


# The circuit breaker


def test_a_campaign_is_held_after_five_messages_that_cannot_be_written():
    group = new_key()
    groups.ask(group_id=group)
    held = [render_breaker.note_failure(group, now=NOW) for _ in range(5)]
    assert held == [False, False, False, False, True]
    assert (Group.objects.get(pk=group).hold_reason, Group.objects.get(pk=group).held_at) == ("render_failures", NOW)


def test_few_failures_among_many_messages_hold_nothing():
    group = new_key()
    render_breaker.note_rendered(group, messages=100)
    assert not any(render_breaker.note_failure(group, now=NOW) for _ in range(20))
    assert render_breaker.note_failure(None, now=NOW) is False


def test_the_owner_is_notified_once_with_the_reason(lia):
    somebody(email="ana@customer.example", agrees=("email",))
    campaign = launched(lia)
    event = GroupHeld(group_id=campaign.pk, reason="render_failures", at=NOW)
    pause_what_is_held(event)
    pause_what_is_held(event)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.pause_reason) == ("paused", "render_failures")
    [news] = Notification.objects.filter(person=lia)
    assert news.title == "Paused by itself: Spring service"
    assert news.text.startswith("Too many of its messages could not be written.")
