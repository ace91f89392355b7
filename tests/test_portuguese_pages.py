"""Every page, read in Portuguese: no English is left over, neither a whole string nor a small word."""

import re
from html.parser import HTMLParser

import polib
import pytest
from django.core import mail
from django.test import Client

from collaboration.models import Mention
from conversations.actions.assign import assign
from conversations.actions.note import write_note
from conversations.actions.status import resolve, snooze
from conversations.models import Conversation
from engagement.keys import new_key
from engagement.village.middleware import SELF_GUARDED
from engagement.village.models import Role, User
from tests.catalogues import catalogue_paths
from tests.factories import NOW, make_channel, make_conversation, make_queue, minutes
from tests.url_map import addresses

pytestmark = pytest.mark.django_db
CATALOGUE = [entry for path in catalogue_paths() for entry in polib.pofile(str(path))]
# What is said otherwise in Portuguese; one small letter or a word of both languages proves nothing.
ENGLISH = {entry.msgid for entry in CATALOGUE if not entry.msgctxt and entry.msgstr not in ("", entry.msgid)} - {
    "English"
}
SMALL_WORDS = re.compile(
    r"\b(the|and|of|with|this|that|your|you|from|is|are|was|by|nobody|somebody|nothing)\b", re.IGNORECASE
)
MADE_IN_ENGLISH = {"/components/", "/api/v1/docs/"}  # samples for builders; the description of the API


class Said(HTMLParser):
    """Collects what a page says: texts, and the attributes that are spoken or shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style", "option", "pre")
        spoken = ("aria-label", "title", "placeholder", "data-command", "data-early-text", "data-late-text")
        self.texts += [value for name, value in attrs if name in spoken and value]

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style", "option", "pre")

    def handle_data(self, data):
        if not self.silent and data.strip():
            self.texts.append(" ".join(data.split()))


def english_in(html: str) -> list[str]:
    return [text for text in Said(html).texts if text in ENGLISH or SMALL_WORDS.search(text)]


def test_the_search_finds_english():
    html = '<p>Caixa</p><p>Nobody waits here</p><button title="Undo">Desfazer</button><script>the</script>'
    assert english_in(html) == ["Nobody waits here", "Undo"]


@pytest.fixture
def iara() -> User:
    made = User.objects.create_superuser(
        "iara@pedralva.example", "uma senha bem boa", name="Iara Menezes", language="pt-br"
    )
    made.groups.set(Role.objects.values_list("group_id", flat=True))
    return made


@pytest.fixture
def house(iara) -> Client:
    client = Client(headers={"accept-language": "pt-BR"})
    client.force_login(iara, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def conversation(iara) -> Conversation:
    """Conversations in Portuguese that were passed on, noted, put off and resolved."""
    channel = make_channel("oficina@pedralva.example", name="Oficina")
    make_queue("oficina", channels=(channel,), name="Oficina", name_pt="Oficina", answer_within=60)
    tereza = User.objects.create_superuser("tereza@pedralva.example", "uma senha bem boa", name="Tereza Lobato")
    words = {"title": "Estalo na roda", "text": "Estala quando paro de pedalar.", "received_at": NOW}
    first, second, third = (
        make_conversation(channel, f"{name}@cliente.example", name=name.title(), **words)
        for name in ("ana", "bruno", "carla")
    )
    assign(conversation=first, assignee=tereza, actor=iara, now=NOW)
    assign(conversation=first, assignee=iara, actor=tereza, now=NOW)
    note = "@Iara troca sem cobrar"
    write_note(conversation=first, author=tereza, text=note, client_key=new_key(), now=NOW)
    snooze(conversation=second, actor=iara, until=NOW + minutes(5000), now=NOW)
    resolve(conversation=third, actor=iara, now=NOW)
    return first


PLAIN = sorted(
    {
        address.path
        for address in addresses()
        if not address.view.__module__.startswith(SELF_GUARDED)
        and not address.name.startswith("admin:")
        and not hasattr(address.view, "cls")
        and address.path not in MADE_IN_ENGLISH
    }
)


@pytest.mark.parametrize("path", PLAIN)
def test_a_page_has_no_english_in_portuguese(path, house, conversation):
    answer = house.get(path, follow=True)
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        assert english_in(answer.content.decode()) == []


@pytest.mark.parametrize(
    "path",
    [
        "/inbox/all/{c}/",
        "/inbox/mine/{c}/",
        "/inbox/all/?q=zzz",
        "/inbox/snoozed/",
        "/inbox/resolved/",
        "/inbox/{c}/menus/people/",
        "/inbox/{c}/menus/queues/",
        "/people/{p}/",
        "/people/?q=zzz",
        "/village/people/{u}/",
        "/channels/{h}/",
        "/village/audit/",
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/reauthenticate/",
    ],
)
def test_a_page_about_something_has_no_english_in_portuguese(path, house, conversation, iara):
    answer = house.get(path.format(c=conversation.pk, p=conversation.profile_id, u=iara.pk, h=conversation.channel_id))
    assert answer.status_code == 200
    assert english_in(answer.content.decode()) == []


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
def test_the_gate_has_no_english_in_portuguese(path):
    assert english_in(Client(headers={"accept-language": "pt-BR"}).get(path).content.decode()) == []


def test_the_mail_for_a_forgotten_password_is_in_the_persons_language(iara):
    Client(headers={"accept-language": "en"}).post("/accounts/password/reset/", {"email": iara.email})
    (message,) = mail.outbox
    assert message.subject == "Um link para sua senha nova"
    assert "Se foi você, escolha aqui:" in message.body
    assert SMALL_WORDS.search(re.sub(r"https?://\S+", "", message.body)) is None


def test_the_list_says_in_portuguese_why_a_conversation_is_there(house, conversation):
    said = Said(house.get("/inbox/mentions/").content.decode()).texts
    assert Mention.objects.count() == 1
    assert "citaram você" in said
