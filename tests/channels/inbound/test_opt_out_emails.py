"""Opt-outs by e-mail in people's own words, through the real listener."""

from email.message import EmailMessage

import pytest

from conversations.models import Conversation, Message
from engagement.channels.actions import wishes
from engagement.channels.inbound import processing
from engagement.channels.models import OptOutWish, RawEvent
from engagement.events.relay import run_pending
from engagement.profiles.models import Consent
from tests.channels.inbound.test_unsubscribe_letters import ana, granted, sent  # noqa: F401 - fixtures
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db(transaction=True)
ANA = "ana@cliente.example"
FOOTER = "> To unsubscribe from our newsletter, follow this link.\n> Unsubscribe\n"


@pytest.fixture
def write(listener):
    """A person writes to care@, and it is read."""

    def writing(subject: str, text: str = "", *, sender: str = "Ana Prado <ana@cliente.example>", answers: str = ""):
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = sender, "care@pedralva.example", subject
        made["Message-ID"] = f"<w{RawEvent.objects.count()}@cliente.example>"
        if answers:
            made["In-Reply-To"] = made["References"] = f"<{answers}>"
        made.set_content(text)
        listener.send(made.as_bytes(), sender=ANA)
        processing.process_waiting(seconds=5)
        run_pending(limit=100)

    return writing


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Unsubscribe", ""),
        ("Re: Spring offers", "STOP"),
        ("Re: Spring offers", "Please unsubscribe. Thank you\n\nAna"),
        ("RES: Ofertas", f"Descadastrar, por favor\n\nEm 28/11/2026 Pedralva escreveu:\n{FOOTER}"),
        ("unsubscribe", "please"),
        ("Re: Spring offers", "sair\n\nSent from my iPhone"),
    ],
)
def test_a_keyword_that_answers_marketing_acts(write, sent, subject, text):  # noqa: F811
    write(subject, text, answers=sent.external_id)
    assert granted() == {"email": False, "sms": True}
    raw = RawEvent.objects.get()
    assert (raw.status, raw.kind, Conversation.objects.count()) == ("robot", "unsubscribe", 0)
    withdrawn = Consent.objects.get(granted=False)
    assert (withdrawn.source, withdrawn.evidence["transmission"]) == ("mail", str(sent.pk))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Unsubscribe", ""),
        ("DESCADASTRAR", "Por favor me removam da lista de e-mails"),
        ("Newsletter", "Hello, please take me off your mailing list.\n\nAna"),
        ("", "remove me"),
        ("Baja", "Quiero darme de baja de la lista"),
        ("Remover e-mail", "Boa tarde, solicito a exclusão do meu e-mail da lista. Obrigada"),
        ("unsubscribe", "My order 4711 has not arrived either."),
    ],
)
def test_other_requests_wait_for_a_person(write, sent, subject, text):  # noqa: F811
    write(subject, text)
    wish, message = OptOutWish.objects.get(), Message.objects.get()
    assert granted() == {"email": True, "sms": True}
    assert (wish.raw_event_key, wish.address) == (message.raw_event_key, ANA)
    assert message.detail["notes"] != []
    wishes.decide(wish=wish, honour=True, actor=make_user(), now=NOW)
    assert granted() == {"email": False, "sms": True}
    assert Consent.objects.get(granted=False).source == "mail"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Spring offers", f"I want two of them.\n\nOn 28 Nov 2026 Pedralva wrote:\n{FOOTER}"),
        ("Re: Unsubscribe", "Thanks, that worked. Where is my order?"),
        ("Cancel", "Please cancel my order 4711 of yesterday."),
        ("Order 4711", "cancel"),
        ("Fwd: News", "Is this from you?\n\n---------- Forwarded message ----------\nUnsubscribe\nStop messages"),
        ("Hello", "Where do I stop by the shop tomorrow?"),
    ],
)
def test_other_mail_is_not_marked(write, sent, subject, text):  # noqa: F811
    write(subject, text)
    assert not OptOutWish.objects.exists()
    assert (granted()["email"], Conversation.objects.count()) == (True, 1)


def test_a_stranger_cannot_opt_out_the_reader_of_a_forwarded_mail(write, sent):  # noqa: F811
    write("Re: Spring offers", "unsubscribe", sender="Bo <bo@work.example>", answers=sent.external_id)
    assert granted() == {"email": True, "sms": True}
    assert OptOutWish.objects.get().address == "bo@work.example"


def test_a_request_is_no_reply_until_a_person_says_so(write, sent, monkeypatch):  # noqa: F811
    counted = []
    monkeypatch.setattr(
        "campaigns.actions.effects.note_answer",
        lambda *, transmission_id, conversation_id, now: counted.append((transmission_id, conversation_id)),
    )
    write("Re: Spring offers", "Please do not send me any more of these messages", answers=sent.external_id)
    conversation = Conversation.objects.get()
    assert (conversation.answers, counted) == (sent.key, [])
    wishes.decide(wish=OptOutWish.objects.get(), honour=False, actor=make_user(), now=NOW)
    run_pending(limit=100)
    assert counted == [(sent.key, conversation.pk)]
    assert granted()["email"] is True
