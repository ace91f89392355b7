"""Double opt-in: a GET confirms nothing, a button confirms once, every address gets the same answer."""

import hashlib
import re
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from engagement.channels import renderers
from engagement.channels.delivery.reasons import sentence
from engagement.channels.delivery.rendering import render
from engagement.channels.gate import Pass, Refuse, decide
from engagement.channels.models import OptIn, SignUpForm, Transmission
from engagement.channels.optin import counting, pruning
from engagement.channels.optin.asking import LASTS, MOST_MAILS, Seen, ask, text_of
from engagement.channels.optin.confirming import confirm
from engagement.channels.optin.tokens import token_of
from engagement.channels.optin.writing import Words, change, create, set_open
from engagement.events.models import OutboxEvent
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.actions.suppress import suppress, suppressions_of
from engagement.profiles.models import Consent, Identity, Profile
from engagement.village.models import AuditEntry
from tests.factories import NOW, make_channel, make_user
from tests.village.people import client_of, person

EN = Words("Hear from us", "I want to hear from Pedralva by e-mail about new bicycles.")
PT = Words("Receba notícias", "Quero receber da Pedralva, por e-mail, novidades.")
GIVEN = {"email": "Ana@Customer.example", "agree": "1"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unlimited():
    cache.clear()


@pytest.fixture
def form():
    channel = make_channel("news@pedralva.example", sender_name="Pedralva")
    words = {"en": EN, "pt-br": PT}
    return create(slug="newsletter", name="Newsletter", channel=channel, words=words, actor=None, now=NOW)


@pytest.fixture
def link(form):
    ask(
        text=text_of(form, "en"),
        address="ana@customer.example",
        name="Ana",
        seen=Seen(ip="203.0.113.7"),
        now=timezone.now(),
    )
    return f"/s/confirmation/{token_of(OptIn.objects.get().pk)}/"


def ask_again(form, **facts):
    facts = {
        "text": text_of(form, "en"),
        "address": "ana@customer.example",
        "name": "",
        "seen": Seen(),
        "now": NOW,
    } | facts
    ask(**facts)


class TestForm:
    def test_it_is_shown_in_both_languages_with_an_empty_box_and_no_cookie(self, form):
        client = Client()
        answer = client.get("/s/newsletter/", headers={"Accept-Language": "pt-BR"})
        assert PT.text in answer.content.decode()
        assert answer["Content-Language"] == "pt-br"
        body = client.get("/s/newsletter/?language=en", headers={"Accept-Language": "pt-BR"}).content.decode()
        assert EN.heading in body
        assert "checked" not in body
        assert not client.cookies

    def test_other_sites_may_show_it_in_a_frame_only_when_they_ask(self, form):
        framed, plain = Client().get("/s/newsletter/?framed"), Client().get("/s/newsletter/")
        assert "frame-ancestors *" in framed["Content-Security-Policy"]
        assert "X-Frame-Options" not in framed
        assert "gate__view" not in framed.content.decode()
        assert "frame-ancestors 'none'" in plain["Content-Security-Policy"]
        assert plain["X-Frame-Options"] == "DENY"

    def test_a_request_mails_a_link_and_gives_no_consent(self, form):
        answer = Client().post("/s/newsletter/", GIVEN, headers={"User-Agent": "Browser 1"})
        assert answer.status_code == 200
        asked, mail = OptIn.objects.get(), Transmission.objects.get()
        assert (asked.agent, asked.source, asked.confirmed_at) == ("Browser 1", "form", None)
        assert (mail.purpose, mail.profile_id, mail.recipients[0]["address"]) == (
            "service",
            None,
            "Ana@Customer.example",
        )
        assert (Consent.objects.count(), Profile.objects.count()) == (0, 0)
        words = renderers.render(mail.source, [mail])[mail.key]
        assert f"/s/confirmation/{token_of(asked.pk)}/" in words.text
        assert token_of(asked.pk) not in str(vars(asked))

    @pytest.mark.parametrize("wrong", [{"email": "ana"}, {"email": ""}, {"agree": ""}, {"email": "a@x\x00.example"}])
    def test_what_is_missing_is_said(self, form, wrong):
        assert Client().post("/s/newsletter/", GIVEN | wrong).status_code == 422
        assert not OptIn.objects.exists()

    def test_a_robot_is_answered_like_everybody_and_nothing_is_sent(self, form):
        robot = Client().post("/s/newsletter/", GIVEN | {"website": "http://x"}).content
        assert not OptIn.objects.exists()
        assert Client().post("/s/newsletter/", GIVEN).content == robot

    def test_whoever_asks_too_often_waits(self, form):
        codes = [Client().post("/s/newsletter/", GIVEN | {"email": f"a{n}@x.example"}).status_code for n in range(11)]
        assert codes == [200] * 10 + [429]

    def test_every_address_gets_the_same_answer(self, form):
        resolve(kind="email", address="known@x.example", name="Known", now=NOW)
        suppress(kind="email", address="never@x.example", purpose="", reason="erased", source="x", now=NOW)
        answers = {
            address: Client().post("/s/newsletter/", GIVEN | {"email": address}).content.decode().replace(address, "")
            for address in ("known@x.example", "never@x.example", "new@x.example")
        }
        assert len(set(answers.values())) == 1
        decided = decide(rows=list(Transmission.objects.order_by("key")), now=timezone.now()).values()
        assert [type(one) for one in decided] == [Pass, Refuse, Pass]

    def test_a_closed_form_takes_nobody(self, form):
        set_open(form_id=form.pk, is_open=False, actor=None, now=NOW)
        assert Client().post("/s/newsletter/", GIVEN).status_code == 410
        assert Client().get("/s/nothing/").status_code == 404
        assert not OptIn.objects.exists()


class TestAgain:
    def test_the_same_link_is_mailed_again_some_minutes_later_and_three_times_at_most(self, form):
        for minutes in (0, 1, 3, 6, 9, 12):
            ask_again(form, now=NOW + timedelta(minutes=minutes))
        assert OptIn.objects.get().sent == MOST_MAILS
        assert Transmission.objects.count() == MOST_MAILS

    def test_new_words_are_a_new_request_and_an_address_gets_five_mails_a_day(self, form):
        for number in range(8):
            words = {"en": Words("Hear from us", f"Words {number}")}
            change(form_id=form.pk, name="N", channel=form.channel, words=words, actor=None, now=NOW)
            form.refresh_from_db()
            ask_again(form)
        assert OptIn.objects.count() == Transmission.objects.count() == 5

    @pytest.mark.django_db(transaction=True)
    def test_eight_at_once_send_one_mail(self, form):
        def run():
            ask_again(form)
            connection.close()

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert Transmission.objects.count() == 1


class TestConfirming:
    def test_a_get_confirms_nothing_and_a_post_once(self, link):
        for _ in range(3):
            assert "Yes, write to me" in Client().get(link).content.decode()
            Client().head(link)
        assert not Consent.objects.exists()
        answer = Client().post(link, headers={"User-Agent": "Browser 2"})
        assert EN.text in answer.content.decode()
        line = Consent.objects.get()
        assert (line.channel, line.purpose, line.basis, line.source) == ("email", "marketing", "express", "opt-in")
        seen = line.evidence
        assert seen["text_hash"] == hashlib.sha256(EN.text.encode()).hexdigest()
        assert (seen["text"], seen["version"], seen["locale"]) == (EN.text, "newsletter 1", "en")
        assert (seen["ip"], seen["requested_ip"], seen["agent"]) == ("127.0.0.1", "203.0.113.7", "Browser 2")
        assert seen["requested_at"] < seen["confirmed_at"]
        identity = Identity.objects.get()
        assert (identity.profile_id, identity.evidence["how"]) == (line.profile_id, "opt-in")
        assert identity.verified_at is not None
        assert OutboxEvent.objects.filter(name="channels.opt_in_changed").count() == 2

    def test_a_mail_that_still_waits_is_no_longer_needed_once_they_confirmed(self, link):
        again = Transmission.objects.get()
        Client().post(link)
        again.refresh_from_db()
        assert (again.state, again.error_code) == ("cancelled", "no_longer_needed")
        assert "no longer needed" in sentence(again.error_code)

    def test_a_mail_that_was_being_prepared_when_they_confirmed_is_taken_back_too(self, link):
        Client().post(link)
        row = Transmission.objects.get()
        Transmission.objects.update(
            state="claimed", error_code="", lease_owner="w", lease_until=timezone.now() + timedelta(minutes=1)
        )
        worker = SimpleNamespace(owner="w", clock=timezone.now, observe=lambda *_facts: None)
        assert render(worker, [row]) == {}
        row.refresh_from_db()
        assert (row.state, row.error_code) == ("cancelled", "no_longer_needed")

    def test_pressed_again_it_says_that_it_is_done(self, link):
        Client().post(link)
        again = Client().post(link)
        assert (again.status_code, "confirmed already" in again.content.decode()) == (200, True)
        assert Consent.objects.count() == 1

    def test_a_link_that_is_too_old_says_what_to_do(self, link, form):
        OptIn.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        answer = Client().post(link)
        assert answer.status_code == 410
        assert "/s/newsletter/" in answer.content.decode()
        assert not Consent.objects.exists()

    @pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "é"])
    def test_a_link_that_is_none_changes_nothing(self, link, token):
        assert Client().post(f"/s/confirmation/{token}/").status_code == 404
        assert not Consent.objects.exists()

    def test_the_key_of_a_request_is_no_token(self, link):
        asked = OptIn.objects.get()
        for guess in (asked.pk, asked.pk.hex, asked.token_hash):
            assert Client().post(f"/s/confirmation/{guess}/").status_code == 404

    def test_what_they_themselves_had_stopped_is_lifted_and_nothing_else(self, link):
        for reason, days in (("unsubscribed", 900), ("complaint", 910)):
            suppress(
                kind="email",
                address="ana@customer.example",
                purpose="marketing",
                reason=reason,
                source="x",
                now=timezone.now(),
                ends_at=timezone.now() + timedelta(days=days),
            )
        answer = Client().post(link)
        assert "Your yes is kept" in answer.content.decode()
        left = suppressions_of(kind="email", address="ana@customer.example", now=timezone.now())
        assert [one.reason for one in left] == ["complaint"]
        assert Consent.objects.count() == 1

    def test_who_was_erased_meanwhile_is_not_made_again(self, link):
        suppress(
            kind="email", address="ana@customer.example", purpose="", reason="erased", source="x", now=timezone.now()
        )
        answer = Client().post(link)
        assert answer.status_code == 403
        assert "We may not write" in answer.content.decode()
        assert (Consent.objects.count(), Profile.objects.count()) == (0, 0)

    def test_no_other_site_frames_the_button(self, link):
        assert Client().get(f"{link}?framed")["X-Frame-Options"] == "DENY"

    @pytest.mark.django_db(transaction=True)
    def test_of_eight_at_once_one_confirms(self, form):
        ask_again(form, now=timezone.now())
        token, found = token_of(OptIn.objects.get().pk), []

        def run():
            found.append(confirm(token=token, seen=Seen(), now=timezone.now()).state)
            connection.close()

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(found) == ["already"] * 7 + ["confirmed"]
        assert Consent.objects.count() == 1


def test_what_was_shown_before_stays_when_the_words_change(form, link):
    change(form_id=form.pk, name="Newsletter", channel=form.channel, words={"en": PT}, actor=None, now=NOW)
    change(form_id=form.pk, name="Newsletter", channel=form.channel, words={"en": PT}, actor=None, now=NOW)
    assert SignUpForm.objects.get().version == 2
    Client().post(link)
    assert Consent.objects.get().evidence["text"] == EN.text
    assert AuditEntry.objects.filter(action="sign_up_form.changed").count() == 1


def test_what_nobody_confirmed_is_forgotten_and_counted_on(form):
    for number in range(4):
        ask_again(form, address=f"a{number}@x.example", now=NOW - timedelta(days=60))
    rows = list(OptIn.objects.order_by("key"))
    OptIn.objects.filter(pk=rows[0].pk).update(confirmed_at=NOW - timedelta(days=59))
    OptIn.objects.filter(pk=rows[3].pk).update(expires_at=NOW + LASTS)
    before = counting.rows(NOW)[0]
    assert pruning.prune(now=NOW) == 3
    form.refresh_from_db()
    after = counting.rows(NOW)[0]
    assert [before.requested, before.confirmed, before.waiting, before.expired] == [4, 1, 1, 2]
    assert [after.requested, after.confirmed, after.waiting, after.expired] == [4, 1, 1, 2]
    assert OptIn.objects.get().pk == rows[3].pk
    assert pruning.prune(now=NOW) == 0


class TestStaff:
    def test_an_author_writes_a_form_and_changes_its_words(self, form):
        author = client_of(person("troubadour"))
        sent = {
            "name": "Club",
            "slug": "club",
            "channel": str(form.channel_id),
            "heading-en": "Club",
            "text-en": "I join.",
        }
        answer = author.post("/channels/sign-up/new/", sent)
        made = SignUpForm.objects.get(slug="club")
        page = f"/channels/sign-up/{made.pk}/"
        assert answer["Location"] == page
        assert author.post("/channels/sign-up/new/", sent).status_code == 422
        assert author.post(page, sent | {"text-en": ""}).status_code == 422
        author.post(page, sent | {"text-en": "I join the club."})
        made.refresh_from_db()
        assert made.version == 2
        body = author.get(page).content.decode()
        assert re.search(r"/s/club/\?framed", body)
        assert "I join." in body
        author.post(f"{page}opening/", {"closed": "1"})
        made.refresh_from_db()
        assert made.is_open is False

    def test_the_list_counts_with_the_same_queries_for_every_number_of_forms(self, form, django_assert_num_queries):
        counsel = client_of(person("counselor"))
        assert "Newsletter" in counsel.get("/channels/sign-up/").content.decode()
        with django_assert_num_queries(2):
            counting.rows(NOW)
        for number in range(5):
            create(slug=f"f{number}", name="F", channel=form.channel, words={"en": EN}, actor=make_user(), now=NOW)
        with django_assert_num_queries(2):
            assert len(counting.rows(NOW)) == 6
