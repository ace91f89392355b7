"""Webhooks, keywords and conversations of texts."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conversations.models import Conversation, Message
from engagement.channels import renderers
from engagement.channels.actions import wishes
from engagement.channels.inbound import processing
from engagement.channels.models import OptOutWish, RawEvent, Transmission
from engagement.events.relay import run_pending
from engagement.keys import new_key
from engagement.profiles.models import Consent, ConsentState
from tests.channels.sms.conftest import ANA, OURS
from tests.factories import make_user

pytestmark = pytest.mark.django_db
FORM = {"MessageSid": "SM1", "From": ANA, "To": OURS, "Body": "Olá & tchau", "NumMedia": "0"}


def notices() -> list[str]:
    rows = list(Transmission.objects.filter(source="sms.notice").order_by("key"))
    said = renderers.render("sms.notice", rows)
    return [said[row.key].text for row in rows]


@pytest.mark.parametrize("path", ["", "status/"])
def test_what_is_forged_is_refused_and_not_stored(call, path):
    assert call(path, FORM, token="another token").status_code == 403
    assert RawEvent.objects.count() == 0


def test_a_message_is_stored_once_and_answered_with_nothing(call):
    for _ in range(2):
        answer = call("", FORM)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
        assert answer.content == b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
    assert RawEvent.objects.count() == 1


def test_a_text_becomes_a_conversation(text, channel):
    text("Olá!\nTudo bem?")
    conversation = Conversation.objects.get()
    assert (conversation.channel, conversation.single, conversation.endpoint.address_norm) == (channel, True, ANA)
    assert Message.objects.get().text == "Olá!\nTudo bem?"


def test_texts_of_one_number_join_one_conversation(text):
    text("one")
    text("two")
    assert [m.text for m in Message.objects.order_by("seq")] == ["one", "two"]
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize(("days", "conversations"), [(6, 1), (8, 2)])
def test_a_resolved_one_opens_again_for_some_days(text, days, conversations):
    text("one")
    past = timezone.now() - timedelta(days=days)
    Conversation.objects.update(status="resolved", resolved_at=past, last_activity_at=past)
    text("two")
    assert Conversation.objects.count() == conversations
    assert Conversation.objects.filter(status="open").count() == 1


def test_a_text_after_a_campaign_answers_it(text, channel):
    text("one")
    conversation = Conversation.objects.get()
    now = timezone.now()
    Conversation.objects.update(status="resolved", resolved_at=now, last_activity_at=now - timedelta(hours=1))
    sent = Transmission.objects.create(
        unique_key="c1",
        channel=channel,
        profile_id=conversation.profile_id,
        purpose="marketing",
        source="campaigns.recipient",
        source_id=new_key(),
        recipients=[{"address": ANA, "name": "", "role": "to"}],
        external_id="SMc1",
        state="delivered",
        not_before=now,
        created_at=now,
        state_at=now,
    )
    text("I want two of them")
    newest = Conversation.objects.latest("opened_at")
    assert (newest.pk != conversation.pk, newest.answers) == (True, sent.key)


def test_stop_is_confirmed_once_then_there_is_silence(text):
    for word in ("STOP", "stop", "SAIR"):
        text(word)
    assert notices() == ["Pedralva: you will get no more marketing texts from us. Reply START to get them again."]
    state = ConsentState.objects.get(channel="sms", purpose="marketing")
    assert state.granted is False
    assert Consent.objects.filter(granted=False).first().evidence["words"] == "STOP"
    assert Conversation.objects.count() == 0
    assert {raw.kind for raw in RawEvent.objects.all()} == {"unsubscribe"}


def test_who_agrees_again_can_stop_again(text):
    for word in ("PARAR", "VOLTAR", "PARAR", "PARAR"):
        text(word)
    said = notices()
    assert len(said) == 3
    assert said[0] == said[2]
    assert "VOLTAR" in said[0]
    assert "AJUDA" in said[1]
    assert ConsentState.objects.get(channel="sms").granted is False


def test_help_names_brand_contact_and_frequency(text, channel):
    channel.settings = {"sms": {"contact": "care@pedralva.example", "per_month": 3}}
    channel.save()
    text("ajuda")
    (said,) = notices()
    assert said.startswith("Pedralva: ")
    assert "care@pedralva.example" in said
    assert "3 mensagens" in said


def test_a_wish_in_other_words_waits_for_a_person(text):
    text("pare de me mandar mensagem")
    wish = OptOutWish.objects.get()
    assert (wish.honoured, ConsentState.objects.count(), Conversation.objects.count()) == (None, 0, 1)
    assert Message.objects.get().detail["notes"] != []
    wishes.decide(wish=wish, honour=True, actor=make_user(), now=timezone.now())
    assert ConsentState.objects.get(channel="sms", purpose="marketing").granted is False


def test_a_receipt_for_nothing_of_ours_is_kept_and_tried_again(call):
    call("status/", {"MessageSid": "SMx", "MessageStatus": "delivered", "To": ANA, "From": OURS})
    processing.process_waiting()
    raw = RawEvent.objects.get()
    assert (raw.status, raw.attempts) == ("received", 1)
    for _ in range(processing.MAX_ATTEMPTS):
        RawEvent.objects.update(next_attempt_at=None)
        processing.process_waiting()
    raw.refresh_from_db()
    assert (raw.status, raw.error) == ("failed", "The carrier reports about a message that is none of ours.")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_conversation(call):
    for number in range(6):
        call("", {**FORM, "MessageSid": f"SM{number}", "Body": str(number)})

    def work() -> None:
        for key in RawEvent.objects.values_list("key", flat=True):
            processing.process(key=key, now=timezone.now())
        run_pending()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    run_pending()
    assert Conversation.objects.count() == 1
    assert Message.objects.count() == 6
