"""What the tags of the design system print."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone, translation

from engagement.ui import durations, names

NOW = datetime(2026, 11, 23, 13, 52, tzinfo=UTC)


def draw(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context)).strip()


def test_an_icon_is_hidden_and_its_label_is_not():
    assert draw('{% icon "mail" %}') == '<span class="icon icon-mail" aria-hidden="true"></span>'
    assert draw('{% icon "mail" small=True label="E-mail" %}') == (
        '<span class="icon icon-mail icon--small" aria-hidden="true"></span><span class="visually-hidden">E-mail</span>'
    )


def test_a_channel_glyph_always_has_its_word():
    assert draw('{% channel_glyph "whatsapp" css="row__channel" %}') == (
        '<span class="row__channel channel channel--whatsapp">'
        '<span class="icon icon-message-circle" aria-hidden="true"></span>'
        '<span class="visually-hidden">WhatsApp</span></span>'
    )
    assert "Other channel" in draw('{% channel_glyph "telepathy" %}')


def test_an_avatar_beside_a_name_is_hidden_and_alone_it_is_an_image():
    assert draw('{% avatar "Tereza Lobato" %}') == (
        '<span class="avatar" aria-hidden="true" title="Tereza Lobato">TL</span>'
    )
    assert draw('{% avatar "Caio Brandt" "colleague" "small" here=True label="Caio Brandt is looking" %}') == (
        '<span class="avatar avatar--small avatar--here" role="img" aria-label="Caio Brandt is looking" '
        'title="Caio Brandt is looking">CB</span>'
    )
    assert draw('{% avatar "" "none" "small" %}') == (
        '<span class="avatar avatar--none avatar--small" role="img" aria-label="Nobody yet" title="Nobody yet"></span>'
    )


def test_names_are_escaped():
    assert "&lt;script&gt;" in draw("{% avatar name %}", name="<script>")
    assert "<b>" not in draw("{% badge name %}", name="<b>")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Iara Menezes", "IM"),
        ("Maria Aparecida do Nascimento Vasconcelos de Albuquerque", "MA"),
        ("藤原 さくら", "藤さ"),
        ("さくら", "さ"),
        ("Breno", "BR"),
        ("ana.lima@example.com", "AL"),
        ("@pedal.da.ladeira", "PL"),
        ("+55 31 95550-0187", "59"),
        ("", ""),
        ("…", ""),
    ],
)
def test_initials(name: str, letters: str):
    assert names.initials(name) == letters


@pytest.mark.parametrize(
    ("left", "variant", "icon", "text"),
    [
        (timedelta(minutes=32), "", "clock", "due in 32 min"),
        (timedelta(minutes=15), "", "clock", "due in 15 min"),
        (timedelta(minutes=14, seconds=59), "soon", "clock-alert", "due in 14 min"),
        (timedelta(hours=2, minutes=10), "", "clock", "due in 2 h 10"),
        (timedelta(minutes=-7), "late", "alarm-clock", "7 min late"),
    ],
)
def test_due_changes_colour_glyph_and_words_together(left, variant, icon, text):
    assert durations.due_state(at=NOW + left, now=NOW) == durations.DueState(variant, icon, text)


def test_due_prints_what_the_browser_needs_to_keep_it_true():
    html = draw("{% due at now=now %}", at=NOW + timedelta(minutes=6), now=NOW)
    assert html.startswith('<span class="due due--soon" data-due="2026-11-23T13:58:00+00:00" data-soon="15"')
    assert "<span data-due-text>due in 6 min</span>" in html
    assert draw("{% due paused=True %}").startswith('<span class="due due--paused">')
    assert draw("{% due at %}", at=None) == ""


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=2, minutes=5), "2 h 05"),
        (timedelta(hours=11, minutes=5), "11 h"),
        (timedelta(days=2, hours=3), "2 d 3 h"),
        (timedelta(days=9, hours=3), "9 d"),
    ],
)
def test_short_lengths(length: timedelta, text: str):
    assert durations.short(length) == text


@pytest.mark.parametrize(
    ("language", "ago", "text"),
    [
        ("en", timedelta(seconds=20), "now"),
        ("en", timedelta(minutes=14), "14 min"),
        ("en", timedelta(hours=3), "3 h"),
        ("en", timedelta(days=1), "yesterday"),
        ("en", timedelta(days=2), "Sat"),
        ("en", timedelta(days=20), "3 Nov"),
        ("en", timedelta(days=400), "19 Oct 2025"),
        ("pt-br", timedelta(minutes=14), "14 min"),
        ("pt-br", timedelta(days=20), "3 nov"),
    ],
)
def test_how_long_ago(language: str, ago: timedelta, text: str):
    with timezone.override("America/Sao_Paulo"), translation.override(language):
        assert durations.ago(moment=NOW - ago, now=NOW) == text


def test_when_has_the_exact_time_as_title():
    with timezone.override("America/Sao_Paulo"):
        html = draw("{% when at now=now %}", at=NOW - timedelta(minutes=14), now=NOW)
    assert 'datetime="2026-11-23T13:38:00+00:00"' in html
    assert "10:38" in html
    assert html.endswith("data-relative>14 min</time>")


def test_numbers_follow_the_locale():
    with translation.override("pt-br"):
        assert draw("{{ 1204|number }}|{{ 4.68|number:1 }}") == "1.204|4,7"
    with translation.override("en"):
        assert draw("{{ 1204|number }}|{{ 4.68|number:1 }}") == "1,204|4.7"


class SendForm(forms.Form):
    start = forms.TimeField(label="Send from", help_text="In the customer's zone.")
    queue = forms.ChoiceField(label="Queue", choices=[("w", "Workshop")])
    agreed = forms.BooleanField(label="They agreed")


def test_a_field_ties_help_to_its_input():
    html = draw("{% field form.start %}", form=SendForm())
    assert '<label class="field__label" for="id_start">Send from</label>' in html
    assert 'aria-describedby="id_start-help"' in html
    assert '<p class="field__help" id="id_start-help">In the customer&#x27;s zone.</p>' in html
    assert "aria-invalid" not in html


def test_an_error_takes_the_place_of_the_help():
    html = draw("{% field form.start %}", form=SendForm({"start": "25:00"}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_start-error"' in html
    assert "field__help" not in html
    assert "Enter a valid time." in html


def test_a_select_has_its_glyph_and_a_checkbox_its_label_beside():
    assert "icon-chevrons-up-down" in draw("{% field form.queue %}", form=SendForm())
    assert '<label class="check" for="id_agreed"><input' in draw("{% field form.agreed %}", form=SendForm())


def test_empty_says_what_is_so_and_the_next_step():
    html = draw('{% empty "Nobody waits here" "The next one is due at 14:20." url="/inbox/" action="See all" %}')
    assert '<p class="empty__title">Nobody waits here</p>' in html
    assert '<a class="button" href="/inbox/">See all</a>' in html
