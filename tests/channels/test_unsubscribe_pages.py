"""The public pages: a GET never unsubscribes, one click does without cookie or redirect, both languages."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client

from engagement.channels.models import Transmission
from engagement.channels.unsubscribe import token_of, transmission_of, unsubscribe
from engagement.channels.unsubscribe.standing import masked
from engagement.keys import new_key
from engagement.profiles import withdrawals
from engagement.profiles.actions import resolve
from engagement.profiles.actions.consent import give
from engagement.profiles.actions.suppress import suppress, suppressions_of
from engagement.profiles.models import Consent, ConsentState, Profile, Suppression
from tests.factories import NOW, make_channel

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def unlimited():
    cache.clear()


@pytest.fixture
def profile():
    identity = resolve(kind="email", address="ana@customer.example", name="Ana Prado", now=NOW)
    return identity.profile


@pytest.fixture
def sent(profile):
    return make_transmission(profile)


def make_transmission(profile):
    key = new_key()
    return Transmission.objects.create(
        key=key,
        unique_key=str(key),
        channel=make_channel(),
        profile_id=profile.pk if profile else None,
        purpose="marketing",
        source="campaigns.recipient",
        source_id=new_key(),
        state="accepted",
        recipients=[{"address": "ana@customer.example", "name": "Ana", "role": "to"}],
        external_id=f"{key.hex}@pedralva.example",
        not_before=NOW,
        created_at=NOW,
        state_at=NOW,
    )


def url(sent, part=""):
    return f"/u/{token_of(sent.pk)}/{part}"


def strict():
    """A browser without any cookie, that Django asks for CSRF tokens."""
    return Client(enforce_csrf_checks=True)


def agreed(profile, channel="email", purpose="marketing", basis="express"):
    return give(
        profile_id=profile.pk,
        channel=channel,
        purpose=purpose,
        basis=basis,
        source="form",
        evidence={"text": "Yes, bicycles"},
        actor=None,
        now=datetime(2026, 3, 2, 12, tzinfo=UTC),
    )


def granted():
    return {(s.channel, s.purpose): s.granted for s in ConsentState.objects.all()}


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_page_changes_nothing(profile, sent, method):
    agreed(profile)
    for _ in range(3):
        answer = getattr(strict(), method)(url(sent))
        assert answer.status_code == 200
    assert (Consent.objects.count(), granted()) == (1, {("email", "marketing"): True})
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies.get("sessionid")


def test_the_page_says_whom_and_why(profile, sent):
    agreed(profile)
    body = strict().get(url(sent)).content.decode()
    assert "a•••@customer.example" in body
    assert "ana@customer.example" not in body
    assert "On 2 March 2026 you agreed to it:" in body
    assert "“Yes, bicycles”" in body


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_one_click_stops_it_without_cookie_or_redirect(profile, sent, content_type):
    agreed(profile)
    agreed(profile, "sms")
    body = "List-Unsubscribe=One-Click"
    if "multipart" in content_type:
        body = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    for _ in range(2):
        answer = strict().generic("POST", url(sent), body, content_type=content_type)
        assert (answer.status_code, answer.content) == (200, b"Unsubscribed.\n")
        assert "Location" not in answer
        assert not answer.cookies
    assert granted() == {("email", "marketing"): False, ("sms", "marketing"): True}
    line = Consent.objects.get(granted=False)
    assert (line.source, line.evidence["transmission"], line.actor) == ("one-click", str(sent.pk), None)


def test_one_click_is_never_limited(sent):
    answers = {strict().post(url(sent), ONE_CLICK).status_code for _ in range(80)}
    assert answers == {200}


def test_what_waits_is_stopped_before_the_answer(profile, sent, monkeypatch):
    told = []
    monkeypatch.setattr(withdrawals, "_told", [lambda **facts: told.append(facts)])
    strict().post(url(sent), ONE_CLICK)
    assert [(f["profile_ids"], f["channel"], f["purpose"]) for f in told] == [([profile.pk], "email", "marketing")]


@pytest.mark.parametrize(
    ("act", "after"),
    [
        ("this", {("email", "marketing"): False, ("sms", "marketing"): True, ("email", "service"): True}),
        (
            "everything",
            {
                ("email", "marketing"): False,
                ("sms", "marketing"): False,
                ("whatsapp", "marketing"): False,
                ("email", "service"): True,
            },
        ),
    ],
)
def test_the_buttons_stop_what_they_say(profile, sent, act, after):
    agreed(profile)
    agreed(profile, "sms")
    agreed(profile, purpose="service", basis="contract")
    answer = strict().post(url(sent), {"act": act})
    assert answer.status_code == 200
    assert "It has stopped" in answer.content.decode()
    assert granted() == after
    line = Consent.objects.get(granted=False)
    assert line.evidence["text"] == ("Stop all marketing" if act == "everything" else "Stop marketing by e-mail")


@pytest.mark.parametrize("sent_body", [{}, {"act": "x"}, {"List-Unsubscribe": "Yes"}])
def test_a_post_that_asks_for_nothing_is_422_and_changes_nothing(profile, sent, sent_body):
    agreed(profile)
    assert strict().post(url(sent), sent_body).status_code == 422
    assert granted() == {("email", "marketing"): True}


def test_the_boxes_give_and_withdraw_with_what_stood_there_as_evidence(profile, sent):
    resolve_phone(profile)
    agreed(profile)
    answer = strict().post(
        url(sent, "choices/"), {"sms.marketing": "1", "whatsapp.marketing": "1", "hack.marketing": "1"}
    )
    assert "Your choices are kept" in answer.content.decode()
    assert granted() == {("email", "marketing"): False, ("sms", "marketing"): True, ("whatsapp", "marketing"): True}
    line = Consent.objects.get(channel="sms")
    assert (line.basis, line.source) == ("express", "preference-centre")
    assert line.evidence["text"] == "Marketing from Pedralva by SMS"
    strict().post(url(sent, "choices/"), {"sms.marketing": "1", "whatsapp.marketing": "1"})
    assert Consent.objects.count() == 4


def resolve_phone(profile):
    profile.identities.create(kind="phone", address="+5531999990000", address_norm="+5531999990000")


def test_agreeing_again_lifts_their_own_wish_and_nobody_else_s(profile, sent):
    suppress(
        kind="email", address="ana@customer.example", purpose="marketing", reason="unsubscribed", source="page", now=NOW
    )
    suppress(kind="email", address="ana@customer.example", purpose="", reason="court order", source="staff", now=NOW)
    strict().post(url(sent, "choices/"), {"email.marketing": "1"})
    later = datetime.now(UTC)
    assert [row.reason for row in suppressions_of(kind="email", address="ana@customer.example", now=later)] == [
        "court order"
    ]


def test_who_has_no_profile_is_suppressed_by_address():
    sent = make_transmission(None)
    assert strict().get(url(sent)).status_code == 200
    strict().post(url(sent), ONE_CLICK)
    strict().post(url(sent), ONE_CLICK)
    row = Suppression.objects.get()
    assert (row.purpose, row.reason) == ("marketing", "unsubscribed")


def test_forged_and_cut_tokens_are_a_clear_404(sent):
    token = token_of(sent.pk)
    unknown = token_of(new_key())
    for text in (token[:-1], token[:-1] + ("a" if token[-1] != "a" else "b"), "x", "a" * 42, unknown):
        for answer in (
            strict().get(f"/u/{text}/"),
            strict().post(f"/u/{text}/", ONE_CLICK),
            strict().post(f"/u/{text}/choices/"),
        ):
            assert answer.status_code == 404
            assert "This link does not work" in answer.content.decode()
    assert Consent.objects.count() == 0


def test_who_guesses_is_slowed_down_and_true_links_still_work(sent):
    statuses = [strict().get(f"/u/{token_of(new_key())}/").status_code for _ in range(35)]
    assert statuses == [404] * 30 + [429] * 5
    assert strict().get(url(sent)).status_code == 200


def test_reading_one_page_again_and_again_is_limited_but_stopping_is_not(sent):
    statuses = [strict().get(url(sent)).status_code for _ in range(62)]
    assert statuses == [200] * 60 + [429] * 2
    assert strict().post(url(sent), {"act": "this"}).status_code == 200


@pytest.mark.parametrize(
    ("language", "header", "words"),
    [
        ("pt-br", "en", "Parar o marketing da Pedralva?"),
        ("pt", "en", "Parar o marketing da Pedralva?"),
        ("en-GB", "pt-BR", "Stop marketing from Pedralva?"),
        ("", "pt-BR,pt;q=0.9", "Parar o marketing da Pedralva?"),
        ("", "", "Stop marketing from Pedralva?"),
        ("ja", "pt-BR", "Parar o marketing da Pedralva?"),
    ],
)
def test_the_page_speaks_their_language(profile, sent, language, header, words):
    Profile.objects.filter(pk=profile.pk).update(language=language)
    answer = strict().get(url(sent), headers={"accept-language": header})
    assert words in answer.content.decode()
    assert answer["Content-Language"] == ("pt-br" if words.startswith("Parar") else "en")


def test_a_language_chosen_on_the_page_wins(profile, sent):
    Profile.objects.filter(pk=profile.pk).update(language="pt-br")
    client = strict()
    client.cookies["django_language"] = "en"
    assert "Stop marketing from Pedralva?" in client.get(url(sent)).content.decode()


def test_a_name_from_outside_is_never_markup(profile, sent):
    give(
        profile_id=profile.pk,
        channel="email",
        purpose="marketing",
        basis="express",
        source="form",
        evidence={"text": "<script>alert(1)</script>"},
        actor=None,
        now=NOW,
    )
    Transmission.objects.filter(pk=sent.pk).update(recipients=[{"address": "<b>x</b>@<i>y</i>.example"}])
    body = strict().get(url(sent)).content.decode()
    assert "<script>alert" not in body
    assert "<i>y</i>" not in body


def test_the_contract_functions(profile, sent):
    assert transmission_of(token_of(sent.pk)) == sent
    assert transmission_of("x") is None
    unsubscribe(transmission=sent, source="mail", evidence={}, now=NOW, everything=True)
    assert granted() == {(channel, "marketing"): False for channel in ("email", "sms", "whatsapp")}


@pytest.mark.parametrize(
    ("address", "shown"),
    [("ana@x.example", "a•••@x.example"), ("+5531999990000", "+55•••00"), ("+123", "•••"), ("", "•••")],
)
def test_addresses_are_masked(address, shown):
    assert masked(address) == shown
