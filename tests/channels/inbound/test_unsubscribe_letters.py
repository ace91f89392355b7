"""The letter that a mail program sends to the mailto address of List-Unsubscribe, through the real listener."""

import re
from email.message import EmailMessage

import pytest

from conversations.models import Conversation
from engagement.channels.inbound import processing
from engagement.channels.models import RawEvent, Transmission
from engagement.channels.unsubscribe import headers_of, token_of
from engagement.events.relay import run_pending
from engagement.keys import new_key
from engagement.profiles.actions import resolve
from engagement.profiles.actions.consent import give
from engagement.profiles.models import Consent, ConsentState, Profile
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana(care):
    profile = resolve(kind="email", address="ana@cliente.example", name="Ana Prado", now=NOW).profile
    for channel in ("email", "sms"):
        give(
            profile_id=profile.pk,
            channel=channel,
            purpose="marketing",
            basis="express",
            source="form",
            evidence={"text": "Yes, bicycles"},
            actor=None,
            now=NOW,
        )
    return profile


@pytest.fixture
def sent(care, ana: Profile) -> Transmission:
    key = new_key()
    return Transmission.objects.create(
        key=key,
        unique_key=str(key),
        channel=care,
        profile_id=ana.pk,
        purpose="marketing",
        source="campaigns.recipient",
        source_id=new_key(),
        state="accepted",
        recipients=[{"address": "ana@cliente.example", "name": "Ana", "role": "to"}],
        external_id=f"{key.hex}@pedralva.example",
        not_before=NOW,
        created_at=NOW,
        state_at=NOW,
    )


def mailto_of(sent: Transmission) -> str:
    """The address as the header of the sent mail names it."""
    field = headers_of(channel=sent.channel, token=token_of(sent.key))["List-Unsubscribe"]
    return re.search(r"<mailto:([^?>]+)\?subject=unsubscribe>", field)[1]


def letter(to: str, *, sender: str = "ana@cliente.example", name: str = "one") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, "unsubscribe"
    made["Message-ID"] = f"<{name}@cliente.example>"
    made.set_content("")
    return made.as_bytes()


def read_all() -> None:
    processing.process_waiting(seconds=5)
    run_pending(limit=100)


def granted() -> dict[str, bool]:
    return dict(ConsentState.objects.filter(purpose="marketing").values_list("channel", "granted"))


def test_it_withdraws_the_consent_and_opens_no_conversation(listener, sent):
    to = mailto_of(sent)
    listener.send(letter(to), to=to)
    read_all()
    assert granted() == {"email": False, "sms": True}
    raw = RawEvent.objects.get()
    assert (raw.status, raw.kind) == ("robot", "unsubscribe")
    assert Conversation.objects.count() == 0
    withdrawn = Consent.objects.get(granted=False)
    assert withdrawn.source == "mail"
    assert withdrawn.evidence["raw_event"] == str(raw.key)
    assert (withdrawn.evidence["from"], withdrawn.evidence["title"]) == ("ana@cliente.example", "unsubscribe")


def test_a_program_may_shout_write_twice_and_send_from_another_address(listener, sent):
    to = mailto_of(sent)
    for name, sender in (("one", "ana@work.example"), ("two", "ana@cliente.example")):
        listener.send(letter(to.upper(), sender=sender, name=name), to=to.upper(), sender=sender)
    read_all()
    assert granted() == {"email": False, "sms": True}
    assert {raw.status for raw in RawEvent.objects.all()} == {"robot"}
    assert Conversation.objects.count() == 0


def test_a_token_that_is_none_of_ours_is_a_letter_like_any_other(listener, sent):
    to = mailto_of(sent)
    forged = to.replace("@", "x@") if not to.partition("@")[0].endswith("x") else to.replace("x@", "y@")
    listener.send(letter(forged), to=forged)
    read_all()
    assert granted() == {"email": True, "sms": True}
    assert Conversation.objects.count() == 1
