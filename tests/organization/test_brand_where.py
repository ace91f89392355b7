"""The organization's logo and color stand where customers and the team look: public pages, sign-in and new templates."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from content.layouts import layout_of
from content.rendering import compile_words
from content.words import Words
from engagement.organization.logo import read_logo
from engagement.setup.actions import change_organization, save_logo
from tests.factories import make_user
from tests.organization.test_brand import image

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = ("/u/nothing/", "/u/nothing/choices/")
OWN = ("/accounts/login/", "/accounts/password/reset/", "/community/", "/nowhere/")
NOW = timezone.now()


@pytest.fixture
def digest(settings):
    settings.BASE_URL = "https://hello.sol.example"
    change_organization(values={"name": "Padaria <Sol>", "accent_color": "#ffdd00"}, actor=None, now=NOW)
    logo = read_logo(SimpleUploadedFile("logo.png", image("PNG", (600, 120))))
    return save_logo(logo=logo, actor=None, now=NOW).logo


def test_pages_of_customers_and_sign_in_show_logo_and_color(client, digest):
    make_user()  # somebody has an account, so nothing leads to the set-up
    for address in (*PUBLIC, *OWN):
        page = client.get(address, follow=True).text
        assert f'src="/organization/logo/{digest}.png"' in page, address
        assert 'href="/organization/accent/ffdd00.css"' in page, address
    for address in PUBLIC:  # nothing of ours on what customers open
        page = client.get(address).text
        assert 'class="mark"' not in page
        assert "gate__view" not in page
        assert '<meta name="robots" content="noindex, nofollow">' in page


def test_a_new_template_begins_with_logo_and_color(digest):
    mjml = layout_of(kind="email", layout="offer", locale="en")["mjml"]
    made = compile_words(
        kind="email",
        purpose="service",
        source_locale="en",
        words=[Words("en", mjml=mjml)],
        organisation="Sol & <Filhas>",
    )
    html = made.render(locale="en", values={"first_name": "Ana"}).html
    assert f'src="https://hello.sol.example/organization/logo/{digest}.png"' in html
    assert 'alt="Sol &amp; &lt;Filhas&gt;"' in html
    assert 'width="240"' in html
    assert "#1d4ed8" not in html
    save_logo(logo=None, actor=None, now=NOW)
    assert "mj-image" not in layout_of(kind="email", layout="letter", locale="pt-br")["mjml"]
