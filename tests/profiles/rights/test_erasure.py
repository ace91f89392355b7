"""An erased person is in no table, in no column, in no file, in whatever form; the house goes on."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.utils import timezone
from msgspec import structs

from campaigns.models.segment import everybody
from campaigns.segments import asking
from conversations.actions.reply import reply
from conversations.actions.threading import thread
from conversations.models import Conversation, Message
from engagement.channels.actions.receive import receive
from engagement.channels.actions.report import report
from engagement.channels.gate import Refuse, decide
from engagement.channels.models import RawEvent, Transmission
from engagement.channels.unsubscribe import token_of
from engagement.events.catalogue import Person
from engagement.events.models import OutboxEvent
from engagement.profiles.actions import change, consent, resolve
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.suppress import suppressions_of
from engagement.profiles.models import Consent, DataRequest, Erasure, Identity, Profile
from engagement.profiles.rights import answering, erasing, holding_back, holdings
from engagement.profiles.rights.filing import RequestRefused, file_request
from engagement.profiles.rights.subjects import subject_of
from engagement.village.models import AuditEntry
from tests.factories import received
from tests.profiles.importing.making import people_file, tried
from tests.profiles.rights import bia
from tests.profiles.rights.dumping import dumped, stored
from tests.village.people import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.ORGANISATION_POSTAL_ADDRESS = "Rua das Pedras 12, Belo Horizonte"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }


PURPOSES = ("conversation", "service", "marketing")


def asked(life, **facts) -> DataRequest:
    now = timezone.now()
    facts = {"via": "email", "words": f"Apaguem tudo de {bia.NAME}, {bia.EMAIL}", "received_at": now} | facts
    request = file_request(profile_id=life.profile.pk, kind="erasure", actor=life.agent, now=now, **facts)
    answering.verify(request_id=request.pk, how=f"Respondeu de {bia.EMAIL}", actor=life.counselor, now=now)
    return request


def found(text: str) -> dict[str, str]:
    """Which spellings stand in a text, each with what stands around it."""
    places = {one: text.find(one.casefold()) for one in bia.SPELLINGS}
    return {one: text[max(0, at - 200) : at + 100] for one, at in places.items() if at >= 0}


def test_after_an_erasure_nothing_is_found_in_the_dump_nor_in_the_files():
    life = bia.lives()
    request = asked(life)
    before = found(dumped())
    assert set(before) >= {bia.EMAIL, bia.SECOND, bia.PHONE, bia.NAME, bia.IP}
    assert bia.EMAIL in found(stored())
    counted = {holding.name for holding, _number in holdings.counts(subject_of(life.profile.pk))}
    assert counted >= {"profiles.identities", "conversations.messages", "community.posts", "campaigns.recipients"}
    row = erasing.begin(request_id=request.pk, actor=life.counselor, now=timezone.now())
    assert erasing.run(key=row.pk, now=timezone.now()), Erasure.objects.get().error
    assert found(dumped()) == {}
    assert found(stored()) == {}
    again = tried(life.counselor, people_file([f"{bia.NAME};{bia.EMAIL};;;"]))
    assert again.tried["refused"] == {"erased": 1}


@pytest.fixture
def life(settings):
    """A shorter life: a letter with a file, a note, a consent."""
    house = bia.make_house()
    bia.deliver(house.channel, bia.letter("Oi", f"Sou {bia.NAME}", to=house.channel.address, file=b"x" * 20))
    conversation = Conversation.objects.get()
    house.profile, house.conversation = Profile.objects.get(pk=conversation.profile_id), conversation
    return house


def erased(life) -> Erasure:
    row = erasing.begin(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    assert erasing.run(key=row.pk, now=timezone.now()), Erasure.objects.get().error
    return Erasure.objects.get(pk=row.pk)


def test_it_is_done_once_and_what_is_left_is_a_shell(life):
    row = erased(life)
    assert (row.state, row.subject) == ("done", {})
    assert not erasing.run(key=row.pk, now=timezone.now())
    assert erasing.work(now=timezone.now()) == 0
    person = Profile.objects.get(pk=life.profile.pk)
    assert (person.name, person.attributes, person.erased_at is not None) == ("", {}, True)
    assert DataRequest.objects.get().state == "answered"
    assert Message.objects.get(kind="received").text == holdings.ERASED
    entries = AuditEntry.objects.filter(subject_id=str(person.pk), action="data_request.answered")
    assert AuditEntry.objects.filter(action="data_request.answered").count() == 1
    assert not entries.exclude(subject_name="").exists()
    assert OutboxEvent.objects.filter(name="profiles.profile_erased").count() == 1
    client = client_of(life.counselor)
    assert "Only a shell is left" in client.get(f"/people/{person.pk}/").content.decode()
    assert str(person.pk) not in client.get("/people/").content.decode()


def test_a_crash_in_the_middle_goes_on_where_it_was(life, monkeypatch):
    row = erasing.begin(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    real, tried = erasing._erase, []

    def breaking(holding, subject, now):
        tried.append(holding.name)
        if holding.name == "conversations.messages" and tried.count(holding.name) == 1:
            raise RuntimeError(f"disc full while {bia.EMAIL}")
        return real(holding, subject, now)

    monkeypatch.setattr(erasing, "_erase", breaking)
    assert not erasing.run(key=row.pk, now=timezone.now())
    row.refresh_from_db()
    assert row.error == "RuntimeError"
    assert "addresses" in row.steps
    assert Message.objects.filter(text__contains=bia.NAME).exists()
    assert not erasing.run(key=row.pk, now=row.lease_until - timedelta(seconds=1)), "it waits before it tries again"
    assert erasing.run(key=row.pk, now=timezone.now() + timedelta(minutes=11))
    assert found(dumped()) == {}


def test_nothing_is_erased_while_a_hold_stands_nor_before_it_is_known_who_asks(life):
    hold = holding_back.hold(profile_id=life.profile.pk, reason="Lawsuit 17", actor=life.counselor, now=timezone.now())
    request = asked(life)
    assert request.state == "held"
    with pytest.raises(RequestRefused):
        erasing.begin(request_id=request.pk, actor=life.counselor, now=timezone.now())
    holding_back.lift(hold_id=hold.pk, reason="Over", actor=life.counselor, now=timezone.now())
    DataRequest.objects.update(verified_at=None)
    with pytest.raises(RequestRefused):
        erasing.begin(request_id=request.pk, actor=life.counselor, now=timezone.now())
    assert Profile.objects.get(pk=life.profile.pk).name == bia.NAME
    assert not Erasure.objects.exists()


def test_whoever_writes_again_is_somebody_new_and_is_answered_but_gets_nothing_else(life):
    erased(life)
    answered_before = Message.objects.count()
    again = bia.letter("Oi de novo", "Quero comprar", to=life.channel.address)
    bia.deliver(life.channel, again)
    fresh = Identity.objects.get(address_norm=bia.EMAIL.lower())
    assert fresh.profile_id != life.profile.pk
    conversation = Conversation.objects.get(profile_id=fresh.profile_id)
    assert conversation.pk != life.conversation.pk
    assert Message.objects.count() == answered_before + 1
    standing = suppressions_of(kind="email", address=bia.EMAIL, now=timezone.now())
    assert {(row.purpose, row.reason) for row in standing} == {("marketing", "erased"), ("service", "erased")}
    rows = [Transmission(channel=life.channel, purpose=one, profile_id=fresh.profile_id) for one in PURPOSES]
    for row in rows:
        row.recipients = [{"address": bia.EMAIL, "name": "", "role": "to"}]
    decided = decide(rows=rows, now=timezone.now())
    assert [type(decided[row.key]).__name__ for row in rows] == ["Pass", "Refuse", "Refuse"]


def test_without_writing_again_not_even_an_answer_may_go_there(life):
    erased(life)
    row = Transmission(channel=life.channel, purpose="conversation", profile_id=None)
    row.recipients = [{"address": bia.EMAIL, "name": "", "role": "to"}]
    assert decide(rows=[row], now=timezone.now())[row.key] == Refuse("suppressed")


def test_what_comes_in_at_the_same_time_leaves_nothing_behind(life):
    """A worker has found the old profile, and its event waits; the relay brings it after the addresses are gone."""
    identity = Identity.objects.get(address_norm=bia.EMAIL.lower())
    body = bia.letter("Mais uma", f"Sou {bia.NAME}", to=life.channel.address)
    raw = receive(channel=life.channel, body=body, provider_key="k", envelope={}, now=timezone.now())
    RawEvent.objects.filter(pk=raw.pk).update(status="read")
    row = erasing.begin(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    late = received(life.channel, "stranger@customer.example", name="A Stranger", raw_event_id=raw.pk)
    facts = {"profile_id": identity.profile_id, "identity_id": identity.pk, "home_id": None}
    late = structs.replace(late, sender=Person(kind="email", address=bia.EMAIL.lower(), name=bia.NAME), **facts)
    for step in erasing._steps()[:-1]:
        erasing._do(row.pk, step, timezone.now())
    thread(late)
    assert found(dumped())
    assert erasing.run(key=row.pk, now=timezone.now() + timedelta(minutes=6)), Erasure.objects.get().error
    assert found(dumped()) == {}


def test_the_sweep_waits_for_transactions_that_may_have_seen_the_old_addresses(life):
    row = erasing.begin(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    opened, close = threading.Event(), threading.Event()

    def hold_one_open():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
            opened.set()
            close.wait(30)
        connections.close_all()

    other = threading.Thread(target=hold_one_open)
    other.start()
    opened.wait(10)
    assert not erasing.run(key=row.pk, now=timezone.now())
    assert Erasure.objects.get().error == ""
    close.set()
    other.join()
    assert erasing.run(key=row.pk, now=timezone.now() + timedelta(minutes=1))


def test_a_message_that_is_about_to_leave_leaves_first(life):
    made = reply(
        conversation=life.conversation,
        author=life.agent,
        text="Everything is erased.",
        client_key="k",
        seen_seq=9,
        now=timezone.now(),
    )
    row = erasing.begin(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    assert not erasing.run(key=row.pk, now=timezone.now())
    assert Identity.objects.filter(address_norm=bia.EMAIL.lower(), valid_to=None).exists()
    Transmission.objects.filter(pk=made.transmission_id).update(state="accepted")
    assert erasing.run(key=row.pk, now=timezone.now() + timedelta(minutes=1))


def test_a_number_that_is_somebody_elses_now_stays_theirs(life):
    now = timezone.now()
    old = add_address(profile_id=life.profile.pk, kind="phone", address=bia.PHONE, now=now)
    Identity.objects.filter(pk=old.pk).update(valid_to=now, leads=False)
    heir = resolve(kind="phone", address=bia.PHONE, name="Bruno", now=now)
    erased(life)
    heir.refresh_from_db()
    assert (heir.address, heir.valid_to) == (bia.PHONE, None)
    assert suppressions_of(kind="phone", address=bia.PHONE, now=now) == []


def test_the_trail_and_the_ledger_refuse_everything_else(life):
    give = {"profile_id": life.profile.pk, "channel": "email", "purpose": "marketing", "basis": "express"}
    line = consent.give(**give, source="form", evidence={"ip": bia.IP}, actor=None, now=timezone.now())
    row = erasing.begin(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    for values in ({"granted": False}, {"evidence": {}}, {"evidence": {"ip": "other"}}):
        with pytest.raises(DatabaseError), erasing.while_erasing(row.pk):
            Consent.objects.filter(pk=line.pk).update(**values)
    entry = AuditEntry.objects.order_by("key").first()
    for values in ({"action": "x"}, {"subject_name": "x"}, {"detail": {"new": "x"}}, {"at": timezone.now()}):
        with pytest.raises(DatabaseError), erasing.while_erasing(row.pk):
            AuditEntry.objects.filter(pk=entry.pk).update(**values)
    with pytest.raises(DatabaseError), erasing.while_erasing(row.pk):
        AuditEntry.objects.filter(pk=entry.pk).delete()
    with pytest.raises(DatabaseError):
        AuditEntry.objects.filter(pk=entry.pk).update(subject_name="")
    with pytest.raises(DatabaseError), erasing.while_erasing(life.profile.pk):
        AuditEntry.objects.filter(pk=entry.pk).update(subject_name="")


def test_the_page_names_what_goes_and_wants_the_name_typed(life):
    request, client = asked(life), client_of(life.counselor)
    url = f"/people/requests/{request.pk}/erasure/"
    page = client.get(url).content.decode()
    assert f"Erase {bia.NAME}" in page
    assert "Messages of yours and ours" in page
    assert client.post(url, {"confirmation": "yes"}).status_code == 422
    assert not Erasure.objects.exists()
    assert client.post(url, {"confirmation": f" {bia.NAME.upper()} "}).status_code == 302
    row = Erasure.objects.get()
    assert "Is being erased" in client.get(f"/people/requests/{request.pk}/").content.decode()
    fragment = client.get(f"/people/requests/{request.pk}/erasing/", headers={"HX-Request": "true"})
    assert "0 of" in fragment.content.decode()
    assert erasing.work(now=timezone.now()) == 1
    row.refresh_from_db()
    assert row.confirmed_by == life.counselor
    assert bia.NAME not in client.get(f"/people/requests/{request.pk}/").content.decode()


def test_nothing_can_be_added_to_who_was_erased(life):
    erased(life)
    give = {"profile_id": life.profile.pk, "channel": "email", "purpose": "marketing", "basis": "express"}
    with pytest.raises(Profile.DoesNotExist):
        consent.give(**give, source="form", evidence={"ip": bia.IP}, actor=None, now=timezone.now())
    with pytest.raises(Profile.DoesNotExist):
        add_address(profile_id=life.profile.pk, kind="phone", address=bia.PHONE, now=timezone.now())


def test_the_pages_of_an_erased_person_offer_nothing_and_take_nothing(life):
    erased(life)
    agent, key = client_of(life.agent), life.profile.pk
    page = agent.get(f"/people/{key}/").content.decode()
    assert "Only a shell is left" in page
    assert "Change facts" not in page
    paths = (f"/people/{key}/facts/", f"/people/{key}/consents/", f"/work/people/{key}/notes/", f"/inbox/people/{key}/")
    assert [agent.get(path).status_code for path in paths] == [404] * len(paths)
    with pytest.raises(Profile.DoesNotExist):
        change.change(profile_id=key, facts=change.Facts(name=bia.NAME), actor=life.agent, now=timezone.now())
    assert asking.count(asking.compiled(everybody(), now=timezone.now())) == 0


def test_a_link_in_mail_of_before_still_answers(life):
    old = Transmission.objects.create(
        unique_key="old",
        channel=life.channel,
        profile_id=life.profile.pk,
        purpose="marketing",
        source="x",
        source_id=life.profile.pk,
        recipients=[{"address": bia.EMAIL, "name": "", "role": "to"}],
        external_id="old@pedralva.example",
        state="accepted",
        not_before=timezone.now(),
        created_at=timezone.now(),
        state_at=timezone.now(),
    )
    erased(life)
    url = f"/u/{token_of(old.pk)}/"
    assert Client().post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Client().get(url).status_code == 200
    assert Client().post(url, {"act": "everything"}).status_code == 200
    told = {"state": "complained", "recipient": bia.EMAIL, "detail": "", "unique_key": "late"}
    assert report(channel_id=life.channel.pk, external_id=old.external_id, at=timezone.now(), **told)
    assert not Consent.objects.filter(profile=life.profile).exists()
