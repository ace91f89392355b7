"""What is launched is what was looked at, in a real browser, in both languages; and two people edit one campaign."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import expect

from campaigns.models import Campaign
from tests.campaigns.people import ready, somebody

WORDS = {
    "en": (
        "Launch",
        "Not launched: it was changed while you were reading.",
        "People in the segment: 1 → 2",
        "Iara Menezes saved this while you were editing.",
        "Duplicate",
    ),
    "pt-br": (
        "Lançar",
        "Não iniciada: houve mudanças enquanto você lia.",
        "Pessoas no segmento: 1 → 2",
        "Iara Menezes salvou isto enquanto você editava.",
        "Duplicar",
    ),
}


@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_a_campaign_is_edited_by_two_and_launched_as_it_was_shown(house, people, open_tab, settings, language):
    settings.ORGANISATION_POSTAL_ADDRESS = "Rua das Pedras 12, Belo Horizonte"
    launch, changed, count, who, duplicate = WORDS[language]

    def make() -> Campaign:
        people.iara.language = language
        people.iara.save()
        people.iara.groups.add(Group.objects.get(role__slug="visionary"))
        somebody("Ana", email="ana@customer.example", agrees=("email",))
        return ready(people.iara, ends_at=timezone.now() + timedelta(days=9))

    campaign = house.do(make)
    edit = f"/admin/campaigns/campaign/{campaign.pk}/change/"
    first, second = open_tab(people.iara, edit), open_tab(people.iara, edit)
    first.fill("#id_objective", "The first one's")
    first.click("[name=_save]")
    second.fill("#id_cap_count", "7")
    second.click("[name=_save]")
    expect(second.locator("#content-main")).to_contain_text(who)
    expect(second.locator("#id_objective")).to_have_value("The first one's")
    expect(second.locator("#id_cap_count")).to_have_value("7")
    second.click("[name=_save]")
    page = open_tab(people.iara, f"/campaigns/{campaign.pk}/")
    house.do(lambda: somebody("Ben", email="ben@customer.example", agrees=("email",)))
    page.get_by_role("button", name=launch, exact=True).click()
    page.locator("#question [data-question-yes]").click()
    told = page.get_by_role("alert").filter(has_text=changed)
    expect(told).to_contain_text(count)
    page.get_by_role("button", name=launch, exact=True).click()
    page.locator("#question [data-question-yes]").click()
    expect(page.locator("#progress")).to_be_visible()
    page.get_by_role("button", name=duplicate, exact=True).click()
    expect(page.locator(".preflight")).to_be_visible()
    kept = house.do(lambda: Campaign.objects.get(pk=campaign.pk))
    assert (kept.objective, kept.cap_count, kept.is_draft) == ("The first one's", 7, False)
