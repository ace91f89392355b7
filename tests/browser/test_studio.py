"""A Troubadour writes in a real browser: words are kept, the preview follows, a colleague is noticed, axe is silent."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from content.actions.drafting import begin_locale, write_draft
from content.models import Draft
from content.words import FIELDS
from tests.browser.test_accessible import violations
from tests.factories import NOW, make_template, make_user


@pytest.fixture
def spring(house, people):
    return house.do(_spring, people)


def _spring(people):
    people.iara.groups.add(Group.objects.get(role__slug="troubadour"))
    template = make_template(people.iara, name="Spring", purpose="marketing", words="Hello {{ first_name }}")
    begin_locale(template=template, locale="pt-br", author=people.iara, now=NOW)
    return template


def _colleague_writes(template):
    draft = template.drafts.get(locale="en")
    fields = {field: getattr(draft, field) for field in FIELDS} | {"subject": "Lia's"}
    lia = make_user("Lia Fontoura")
    write_draft(template=template, locale="en", fields=fields, version=draft.version, author=lia, now=NOW)


def test_what_is_typed_is_kept_shown_and_never_written_over(house, people, spring, open_tab):
    tab: Page = open_tab(people.iara, f"/studio/{spring.pk}/?locale=en")
    expect(tab.frame_locator(".mailview__frame").get_by_text("Hello Ana")).to_be_visible()
    subject = tab.get_by_label("Subject")
    subject.fill("Summer")
    expect(tab.locator(".mailview__subject")).to_have_text("Summer")
    expect(tab.locator("#version")).to_have_value("2")
    assert house.do(lambda: Draft.objects.get(template=spring, locale="en").subject) == "Summer"
    tab.get_by_text("Variables: put in").click()
    tab.get_by_role("button", name="Whole name").click()
    expect(subject).to_have_value('Summer{{ name | default: "…" }}')
    house.do(_colleague_writes, spring)
    subject.fill("Mine")
    expect(tab.get_by_role("alert")).to_contain_text("Lia Fontoura wrote here")
    expect(subject).to_have_value("Mine")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_studio(house, people, spring, open_tab, theme):
    tab = open_tab(people.iara, "/studio/", color_scheme=theme)
    for page in ("/studio/", f"/studio/{spring.pk}/", "/studio/new/", f"/studio/{spring.pk}/submission/"):
        tab.goto(house.url + page)
        assert violations(tab) == [], page
    tab.goto(f"{house.url}/studio/{spring.pk}/")
    tab.get_by_role("button", name="Save revision").click()
    expect(tab.get_by_text("Saved as revision 1.")).to_be_visible()
    tab.goto(f"{house.url}/studio/{spring.pk}/revisions/")
    assert violations(tab) == []
