"""Tokens of unsubscribe links: nobody else can make one, and a campaign can make one for each message."""

import base64
import re
import time

import pytest

from engagement.channels.models import Channel
from engagement.channels.unsubscribe import headers_of, token_of, url_of
from engagement.channels.unsubscribe.tokens import key_in
from engagement.keys import new_key


def test_a_token_leads_back_to_its_transmission_in_whatever_case():
    key = new_key()
    token = token_of(key)
    assert re.fullmatch(r"[a-z2-7]{42}", token)
    assert key_in(token) == key_in(token.upper()) == key


@pytest.mark.parametrize("length", [0, 1, 41, 43, 200])
def test_a_truncated_or_longer_token_is_none(length):
    token = token_of(new_key())
    assert key_in((token * 5)[:length]) is None


def test_changing_any_letter_forges_nothing():
    token = token_of(new_key())
    forged = {token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :] for place in range(len(token))}
    assert {key_in(text) for text in forged} == {None}


def test_a_token_of_another_secret_is_none_and_of_an_earlier_one_still_opens(settings):
    key = new_key()
    token, settings.SECRET_KEY = token_of(key), "another secret, fifty characters long and then some more"
    assert key_in(token) is None
    settings.SECRET_KEY_FALLBACKS = ["the tests' own secret, fifty characters and then some more"]
    assert key_in(token) == key
    assert token_of(key) != token


def test_a_mac_of_another_purpose_opens_nothing():
    from engagement.channels.email.reply_address import sign

    address = sign(new_key(), mailbox="care@pedralva.example", secret=b"the tests' own secret")
    assert key_in(address.partition("+")[2].partition("@")[0]) is None


@pytest.mark.parametrize("text", ["é" * 42, "=" * 42, "1" * 42, " " * 42, "\x00" * 42])
def test_what_is_no_base32_is_none(text):
    assert key_in(text) is None


def test_the_spare_bits_of_the_last_letter_are_part_of_the_token():
    token = token_of(new_key())
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    same_bytes = [token[:-1] + alphabet[alphabet.index(token[-1]) + step] for step in (1, 2, 3)]
    padded = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    for text in same_bytes:
        assert base64.b32decode(text.upper() + "=" * (-len(token) % 8)) == padded
        assert key_in(text) is None


def test_more_than_twenty_thousand_are_made_in_a_second():
    keys = [new_key() for _ in range(5000)]
    best = min(_seconds(keys) for _ in range(5))
    assert len(keys) / best > 20_000


def _seconds(keys) -> float:
    begun = time.process_time()
    for key in keys:
        token_of(key)
    return time.process_time() - begun


def test_the_headers_of_marketing_mail(settings):
    settings.BASE_URL = "https://pedralva.example"
    channel = Channel(kind="email", address="Bom.Dia@pedralva.example")
    token = token_of(new_key())
    assert url_of(token) == f"https://pedralva.example/u/{token}/"
    assert headers_of(channel=channel, token=token) == {
        "List-Unsubscribe": f"<https://pedralva.example/u/{token}/>, "
        f"<mailto:Bom.Dia+u.{token}@pedralva.example?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "<marketing.bom-dia.pedralva.example>",
    }
