"""A template's settings: two editors, its sender by purpose, archived and restored; the frame around a mail."""

import pytest
from django.urls import reverse

from content.forms import SettingsForm, sender_for
from content.models import Template
from content.rendering import compile_words
from content.words import Words
from engagement.village.models import AuditEntry
from tests.factories import make_channel, make_template
from tests.village.people import client_of

pytestmark = pytest.mark.django_db


def values(template, **changed):
    form = SettingsForm(template=Template.objects.get(pk=template.pk))
    given = {
        "name": template.name,
        "purpose": template.purpose,
        "channel": template.channel_id,
        "owner": template.owner_id,
        "department": "",
        "seen_values": form.present_values,
    }
    return given | changed


def test_of_two_editors_the_second_is_told_and_nothing_is_lost(otavio, lia):
    template = make_template(otavio, name="Spring")
    url = reverse("content:settings", args=[template.pk])
    of_lia, of_otavio = values(template, name="Spring, by Lia"), values(template, name="Spring, by Otávio")
    assert client_of(lia).post(url, of_lia).status_code == 302
    answer = client_of(otavio).post(url, of_otavio)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Lia Fontoura saved this while you were editing." in page
    assert "Saved meanwhile: Spring, by Lia." in page
    assert 'value="Spring, by Otávio"' in page
    template.refresh_from_db()
    assert template.name == "Spring, by Lia"


def test_a_new_text_is_sent_from_where_its_purpose_is(otavio):
    finance = make_channel(name="A finance", sender_name="Finance")
    marketing = make_channel(name="Z marketing", sender_name="Marketing")
    assert sender_for(kind="email", purpose="marketing") is None
    make_template(otavio, channel=marketing, purpose="marketing")
    make_template(otavio, channel=finance, purpose="service")
    assert sender_for(kind="email", purpose="marketing") == marketing
    assert sender_for(kind="email", purpose="service") == finance


def test_where_several_could_send_it_the_author_is_asked(otavio):
    make_channel(name="A finance")
    make_channel(name="Z marketing")
    given = {
        "name": "Spring",
        "kind": "email",
        "purpose": "marketing",
        "source_locale": "English",
        "layout": "letter",
    }
    answer = client_of(otavio).post(reverse("content:new"), given, follow=True)
    template = Template.objects.get(name="Spring")
    assert (template.channel, template.source_locale) == (None, "en")
    assert "Choose from where it is sent, in its settings." in answer.content.decode()


def test_archiving_asks_and_is_undone(otavio):
    template = make_template(otavio, name="Spring")
    desk, url = client_of(otavio), reverse("content:archive", args=[template.pk])
    page = desk.get(reverse("content:settings", args=[template.pk])).content.decode()
    assert "Archive “Spring”?" in page
    desk.post(url)
    template.refresh_from_db()
    assert template.archived_at is not None
    desk.post(url, {"_method": "delete"})
    template.refresh_from_db()
    assert template.archived_at is None
    done = AuditEntry.objects.filter(subject_id=str(template.pk)).order_by("key").values_list("action", flat=True)
    assert list(done) == ["template.archived", "template.restored"]


# The frame around a mail

LAYOUT = "<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>"


def html(locale="en", *, mjml=LAYOUT, preheader="Look inside"):
    words = [Words(locale, subject="Spring", preheader=preheader, mjml=mjml)]
    made = compile_words(kind="email", purpose="marketing", words=words, source_locale=locale)
    links = {"unsubscribe_url": "https://a.example/u/", "preferences_url": "https://a.example/u/choices/"}
    return made.render(locale=locale, values=links | {"organisation": "P", "postal_address": "R"})


@pytest.mark.parametrize(
    "meta",
    [
        'name="color-scheme" content="light"',
        'name="supported-color-schemes" content="light"',
        'name="format-detection"',
        'name="x-apple-disable-message-reformatting"',
    ],
)
def test_mail_programs_are_told_to_leave_it_as_it_is(meta):
    assert html().html.count(f"<meta {meta}") == 1


def test_dark_colors_are_announced_by_a_layout_that_has_them():
    head = "<mj-head><mj-style>@media (prefers-color-scheme: dark) { p { color: #fff } }</mj-style></mj-head>"
    dark = html(mjml=LAYOUT.replace("<mjml>", f"<mjml>{head}"))
    assert 'name="color-scheme" content="light dark"' in dark.html


def test_the_body_does_not_leak_into_the_preview():
    assert f"Look inside{'&#847;&#8204;&#160;' * 75}" in html().html
    assert "847" not in html().text


def test_the_ways_out_are_two_addresses_in_both_parts():
    made = html()
    assert 'href="https://a.example/u/"' in made.html
    assert 'href="https://a.example/u/choices/"' in made.html
    assert "https://a.example/u/choices/" in made.text


@pytest.mark.parametrize(
    ("locale", "attributes"), [("pt-br", 'lang="pt-BR" dir="auto"'), ("zh-hant", 'lang="zh-Hant"'), ("ar", 'dir="rtl"')]
)
def test_the_page_names_its_language_as_bcp_47_writes_it(locale, attributes):
    assert attributes in html(locale).html[:200]
