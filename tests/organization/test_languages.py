"""Only the organization's languages are offered; who asks for none of them gets its default one."""

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from engagement.channels.optin.staff_forms import SignUpFormForm
from engagement.organization.languages import default_language, languages_with, offered_languages, offered_or_default
from engagement.organization.middleware import language_of
from engagement.organization.models import Organization
from engagement.setup.actions import change_organization
from engagement.setup.forms import TeamForm
from engagement.ui.forms import PreferencesForm
from engagement.village.forms import InvitationForm
from tests.factories import make_user


@pytest.fixture
def offers(monkeypatch):
    """Say what the organization offers, its default language first."""

    def offer(*codes: str) -> None:
        ours = Organization(languages=sorted(codes), language=codes[0])
        monkeypatch.setattr("engagement.organization.languages.current_organization", lambda: ours)

    return offer


@pytest.mark.parametrize(
    ("offered", "header", "cookie", "found"),
    [
        (("en", "pt-br"), "pt-BR,en;q=0.5", "", "pt-br"),
        (("en", "pt-br"), "pt-PT", "", "pt-br"),
        (("en", "pt-br"), "pt-BR", "en", "en"),
        (("pt-br", "en"), "fr,de", "", "pt-br"),
        (("pt-br", "en"), "", "", "pt-br"),
        (("pt-br", "en"), "*", "", "pt-br"),
        (("en",), "pt-BR", "", "en"),
        (("pt-br",), "en-GB", "en", "pt-br"),
        (("pt-br",), "x" * 5000, "\x00", "pt-br"),
    ],
)
def test_a_visitor_reads_an_offered_language(settings, offers, offered, header, cookie, found):
    offers(*offered)
    request = RequestFactory().get("/", headers={"Accept-Language": header})
    request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    assert language_of(request) == found


def test_an_organization_without_a_choice_offers_all(offers):
    offers("en", "pt-br")
    both = offered_languages()
    assert [code for code, _name in both] == ["en", "pt-br"]
    offers("pt-br")
    assert [code for code, _name in offered_languages()] == ["pt-br"]
    assert [code for code, _name in languages_with("en")] == ["en", "pt-br"]
    assert (offered_or_default("en"), offered_or_default("pt-br"), default_language()) == ("pt-br",) * 3


@pytest.mark.django_db
def test_forms_offer_only_these(offers):
    offers("pt-br")
    speaker = make_user(language="en")  # who had a language before it was taken away keeps seeing it
    assert [code for code, _name in PreferencesForm(user=speaker).fields["language"].choices] == ["en", "pt-br"]
    for form in (InvitationForm(), TeamForm(), PreferencesForm(user=make_user(language="pt-br"))):
        assert [code for code, _name in form.fields["language"].choices] == ["pt-br"]
    assert {name for name in SignUpFormForm().fields if name.startswith("heading-")} == {"heading-pt-br"}


@pytest.mark.django_db(transaction=True)
def test_pages_offer_only_these(client):
    make_user()
    address = reverse("account_login")
    page = client.get(address, headers={"accept-language": "en"}).text
    assert '<button class="link" type="submit" name="language" value="pt-br" lang="pt-br">Português (Brasil)' in page
    change_organization(values={"languages": ["pt-br"], "language": "pt-br"}, actor=None, now=timezone.now())
    page = client.get(address, headers={"accept-language": "en"})
    assert (page["Content-Language"], 'name="language"' in page.text) == ("pt-br", False)
    assert client.post(reverse("ui:language"), {"language": "en"}).status_code == 422
