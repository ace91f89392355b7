"""Making a channel; the form of one for texts; a channel that the house carries by itself."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from engagement.channels.models import Channel
from engagement.village.models import AuditEntry, User
from tests.factories import make_channel, make_user

pytestmark = pytest.mark.django_db
NEW = {"kind": "sms", "name": "Texts", "address": "+55 31 93555-0100", "sender_name": "Pedralva"}
ACCOUNT = f"AC{'0' * 31}1"
TEXTS = {"name": "Texts", "sender_name": "Pedralva", "account": ACCOUNT, "token": "secret-1"}


@pytest.fixture
def architect(client) -> User:
    person = make_user()
    names = ("view_channel", "add_channel", "change_channel", "operate_channel")
    person.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return person


@pytest.fixture
def texts() -> Channel:
    return Channel.objects.create(kind="sms", name="Texts", address="+5531935550100")


@pytest.fixture
def commons() -> Channel:
    settings = {"email": "care@pedralva.example"}
    return Channel.objects.create(kind="community", name="Commons", address="community", settings=settings)


def page_of(channel: Channel) -> str:
    return reverse("channels:channel", args=[channel.pk])


def test_a_channel_is_made_paused_in_one_spelling_and_audited(client, architect):
    assert 'name="address"' in client.get(reverse("channels:creation")).text
    answer = client.post(reverse("channels:creation"), NEW)
    made = Channel.objects.get()
    assert (answer.status_code, answer.url) == (302, page_of(made))
    assert (made.kind, made.address, made.status) == ("sms", "+5531935550100", "paused")
    entry = AuditEntry.objects.get(action="channel.created")
    assert (entry.actor, entry.detail) == (architect, {"kind": "sms"})


def test_an_address_is_of_one_channel(client, architect, texts):
    answer = client.post(reverse("channels:creation"), NEW)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"address": ["There is a channel with this address already."]}
    assert Channel.objects.get() == texts


@pytest.mark.parametrize(
    "facts",
    [{"address": "ana"}, {"address": ""}, {"kind": "email"}, {"kind": "fax"}, {"kind": "community"}, {"name": "a\nb"}],
)
def test_what_nobody_could_reach_is_refused_with_what_was_written(client, architect, facts):
    answer = client.post(reverse("channels:creation"), NEW | facts)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) <= {"address", "kind", "name"}
    assert 'value="Pedralva"' in answer.text
    assert not Channel.objects.exists()


def test_who_may_only_change_channels_makes_none(client, architect):
    architect.user_permissions.remove(Permission.objects.get(codename="add_channel"))
    assert client.get(reverse("channels:creation")).status_code == 403
    assert client.post(reverse("channels:creation"), NEW).status_code == 403
    assert not Channel.objects.exists()


def test_the_provider_of_texts_is_entered_and_its_token_never_shown(client, architect, texts, settings):
    page = client.get(page_of(texts))
    assert 'name="smtp_host"' not in page.text
    assert f"{settings.BASE_URL}/hooks/sms/{texts.pk}/status/" in page.text
    assert (
        client.post(page_of(texts), TEXTS | {"contact": "care@pedralva.example", "per_month": "3"}).status_code == 302
    )
    texts.refresh_from_db()
    assert texts.secret("sms") == {"user": ACCOUNT, "password": "secret-1"}
    assert texts.settings["sms"] == {"contact": "care@pedralva.example", "per_month": 3, "api_url": ""}
    assert "secret-1" not in client.get(page_of(texts)).text
    assert client.post(page_of(texts), TEXTS | {"token": ""}).status_code == 302
    texts.refresh_from_db()
    assert texts.secret("sms")["password"] == "secret-1"
    assert "secret-1" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize("moved", [{"api_url": "https://evil.example/"}, {"account": f"AC{'f' * 32}"}])
def test_a_kept_token_never_goes_to_another_account_or_server(client, architect, texts, moved):
    client.post(page_of(texts), TEXTS)
    answer = client.post(page_of(texts), TEXTS | {"token": ""} | moved)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"token": ["Write the auth token of this account."]}
    texts.refresh_from_db()
    assert (texts.secret("sms")["user"], texts.settings["sms"]["api_url"]) == (ACCOUNT, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [("account", "AC1"), ("account", "ac" + "0" * 32), ("per_month", "0"), ("api_url", "x y"), ("sender_name", "a\nb")],
)
def test_a_wrong_field_of_texts_is_named_and_nothing_changes(client, architect, texts, name, value):
    answer = client.post(page_of(texts), TEXTS | {name: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [name]
    texts.refresh_from_db()
    assert texts.settings == {}


def test_what_the_house_carries_has_no_servers_to_enter_or_to_try(client, architect, commons):
    page = client.get(page_of(commons))
    assert 'name="sender_name"' in page.text
    for foreign in ("SMTP", "IMAP", "DKIM", 'name="account"', "Webhooks", reverse("channels:trial", args=[commons.pk])):
        assert foreign not in page.text
    assert client.post(reverse("channels:trial", args=[commons.pk])).status_code == 404


def test_its_name_changes_and_what_else_it_keeps_stays(client, architect, commons):
    answer = client.post(page_of(commons), {"name": "Square", "sender_name": "Pedralva", "smtp_host": "x.example"})
    assert answer.status_code == 302
    commons.refresh_from_db()
    assert (commons.name, commons.settings) == ("Square", {"email": "care@pedralva.example"})
    assert commons.secrets == {}


def test_a_mailbox_has_its_servers_and_its_trial(client, architect):
    care = make_channel()
    page = client.get(page_of(care))
    assert 'name="smtp_host"' in page.text
    assert reverse("channels:trial", args=[care.pk]) in page.text
