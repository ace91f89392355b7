"""Addresses, sign-up forms and block lists in a browser: axe finds nothing; a sign-up is confirmed by its button."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from engagement.channels.models import Channel, OptIn
from engagement.channels.optin.asking import Seen, ask, text_of
from engagement.channels.optin.tokens import token_of
from engagement.channels.optin.writing import Words, create
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.identities import close, prefer, verify
from engagement.profiles.actions.resolve import resolve
from tests.browser.test_accessible import violations
from tests.browser.test_answering import live
from tests.factories import NOW
from tests.village.people import person


def make_everything(people):
    now = timezone.now()
    phone = resolve(kind="phone", address="+55 31 98123-4567", name="Marina Duarte", now=NOW)
    mail = add_address(profile_id=phone.profile_id, kind="email", address="marina@customer.example", now=NOW)
    verify(identity_id=mail.pk, evidence={"how": "staff", "words": "Said the code"}, now=NOW)
    prefer(identity_id=mail.pk, now=NOW)
    close(identity_id=phone.pk, reason="reassigned", now=now)
    resolve(kind="whatsapp", address="553181234567", name="Caio Nunes", now=now)
    channel = Channel.objects.get(pk=people.care.pk)
    words = {
        "en": Words("Hear from us", "I want to hear from Pedralva."),
        "pt-br": Words("Notícias", "Quero notícias."),
    }
    form = create(slug="newsletter", name="Newsletter", channel=channel, words=words, actor=None, now=now)
    ask(text=text_of(form, "en"), address="bia@customer.example", name="", seen=Seen(), now=now)
    return {
        "agent": people.iara,
        "visionary": person("visionary", email="bruna@pedralva.example", name="Bruna Koch"),
        "counselor": person("counselor", email="helena@pedralva.example", name="Helena Vasquez"),
        "person": f"/people/{phone.profile_id}/",
        "mail": f"/people/{phone.profile_id}/identities/{mail.pk}/",
        "form": f"/channels/sign-up/{form.pk}/",
        "link": f"/s/confirmation/{token_of(OptIn.objects.get().pk)}/",
    }


@pytest.fixture
def made(house, people):
    return house.do(make_everything, people)


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_nothing(made, open_tab, screenshot, theme, width):
    pages = [
        ("agent", "person", made["person"]),
        ("agent", "identities", f"{made['person']}identities/"),
        ("agent", "identity", made["mail"]),
        ("visionary", "sign-up-forms", "/channels/sign-up/"),
        ("visionary", "sign-up-form", made["form"]),
        ("visionary", "new-sign-up-form", "/channels/sign-up/new/"),
        ("counselor", "suppressions", "/people/suppressions/"),
    ]
    for who, name, path in pages:
        tab = live(open_tab(made[who], path, width=width, color_scheme=theme))
        screenshot(tab, f"{name}-{theme}-{width}")
        assert violations(tab) == [], name
    for name, path in (("form", "/s/newsletter/"), ("framed", "/s/newsletter/?framed"), ("link", made["link"])):
        tab = open_tab(None, path, width=width, color_scheme=theme)
        screenshot(tab, f"sign-up-{name}-{theme}-{width}")
        assert violations(tab) == [], name


def test_a_sign_up_is_confirmed_by_its_button(made, open_tab):
    tab = open_tab(None, "/s/newsletter/")
    tab.get_by_label("Your e-mail address").fill("nova@customer.example")
    tab.get_by_label("I want to hear").check()
    tab.get_by_role("button", name="Send me the link").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    assert violations(tab) == []
    tab.goto(tab.url.split("/s/")[0] + made["link"])
    tab.get_by_role("button", name="Yes, write to me").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Confirmed")
    assert violations(tab) == []
