import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.channels.email.reply_address import sign, verify

KEY = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
SECRET = b"s" * 32
OLD = b"o" * 32
MAILBOX = "care@pedralva.example"


def test_a_signed_address_names_its_conversation():
    address = sign(KEY, mailbox=MAILBOX, secret=SECRET)

    assert address.startswith("care+")
    assert address.endswith("@pedralva.example")
    assert verify(address, secrets=[SECRET]) == KEY


@given(key=st.uuids())
def test_every_address_fits_and_survives_a_change_of_case(key):
    address = sign(key, mailbox=MAILBOX, secret=SECRET)

    assert len(address.partition("@")[0]) == 47
    assert verify(address.upper(), secrets=[SECRET]) == key


def test_an_address_of_an_older_secret_still_counts():
    assert verify(sign(KEY, mailbox=MAILBOX, secret=OLD), secrets=[SECRET, OLD]) == KEY


def test_a_renamed_mailbox_keeps_its_old_addresses():
    token = sign(KEY, mailbox=MAILBOX, secret=SECRET).partition("@")[0].partition("+")[2]

    assert verify(f"sales+eu+{token}@other.example", secrets=[SECRET]) == KEY


def test_another_secret_verifies_nothing():
    assert verify(sign(KEY, mailbox=MAILBOX, secret=OLD), secrets=[SECRET]) is None
    assert verify(sign(KEY, mailbox=MAILBOX, secret=SECRET), secrets=[]) is None


def test_changing_any_letter_of_the_token_breaks_it():
    address = sign(KEY, mailbox=MAILBOX, secret=SECRET)
    local, _, domain = address.partition("@")
    prefix, _, token = local.partition("+")
    for place, letter in enumerate(token):
        other = "a" if letter != "a" else "b"
        forged = f"{prefix}+{token[:place]}{other}{token[place + 1 :]}@{domain}"
        assert verify(forged, secrets=[SECRET]) is None, place


@given(st.text(max_size=120))
def test_any_text_at_all_is_merely_not_verified(text):
    assert verify(text, secrets=[SECRET]) is None
    assert verify(f"care+{text}@pedralva.example", secrets=[SECRET]) is None


def test_a_mailbox_too_long_for_a_token_is_refused():
    assert len(sign(KEY, mailbox="a" * 21 + "@b.example", secret=SECRET).partition("@")[0]) == 64
    with pytest.raises(ValueError, match="too long"):
        sign(KEY, mailbox="a" * 22 + "@b.example", secret=SECRET)


def test_what_is_no_address_is_refused():
    with pytest.raises(ValueError, match="not an e-mail address"):
        sign(KEY, mailbox="care", secret=SECRET)


def test_the_token_is_the_same_tomorrow():
    digest = hashlib.sha256(sign(KEY, mailbox=MAILBOX, secret=SECRET).encode()).hexdigest()

    assert digest == DIGEST


DIGEST = "7120919befd56d7a11f6a002e376bf519e0173346a87060fea1617f55ce901dd"
