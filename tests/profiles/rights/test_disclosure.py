"""The file that a person gets: whole, readable, harmless, nobody else's, and gone after its days."""

import io
import json
import tracemalloc
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from collaboration.actions.note_person import note_person
from conversations.models import Conversation, Message
from engagement.profiles.models import Disclosure, Profile
from engagement.profiles.rights import answering, archive, disclosing, holdings
from engagement.profiles.rights.filing import RequestRefused, file_request
from engagement.profiles.rights.subjects import subject_of
from engagement.village.models import AuditEntry
from tests.profiles.rights import bia
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.ORGANISATION_POSTAL_ADDRESS = "Rua das Pedras 12, Belo Horizonte"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }


@pytest.fixture
def life():
    house = bia.make_house()
    attack = "<script>alert(1)</script>"
    bia.deliver(
        house.channel, bia.letter(attack, f"Sou {bia.NAME} {attack}", to=house.channel.address, file=b"my file")
    )
    house.profile = Profile.objects.get(name=bia.NAME)
    Profile.objects.filter(pk=house.profile.pk).update(language="pt-br")
    return house


def asked(life):
    request = file_request(
        profile_id=life.profile.pk,
        kind="access",
        via="email",
        words="?",
        received_at=timezone.now(),
        actor=None,
        now=timezone.now(),
    )
    answering.verify(request_id=request.pk, how="Known", actor=life.counselor, now=timezone.now())
    return request


def made(life) -> tuple[Disclosure, zipfile.ZipFile]:
    row = disclosing.ask(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    assert disclosing.work(now=timezone.now()) == 1
    row.refresh_from_db()
    return row, zipfile.ZipFile(io.BytesIO(default_storage.open(row.path).read()))


def test_everything_that_is_held_is_in_it_for_machines_and_to_read():
    whole = bia.lives()
    row, found = made(whole)
    data = json.loads(found.read("data.json"))
    assert data["format"] == archive.FORMAT
    rows = {one["name"]: one["rows"] for one in data["holdings"]}
    subject = subject_of(whole.profile.pk)
    held = {one.name: number for one, number in holdings.counts(subject) if one.row}
    assert {name: len(rows[name]) for name in held} == held
    assert row.total == row.done == sum(map(len, rows.values()))
    assert {one["address"] for one in rows["profiles.identities"]} >= {bia.EMAIL, bia.SECOND, bia.PHONE}
    assert rows["profiles.consents"][0]["evidence"]["ip"] == bia.IP
    assert any(bia.NUMBERS in one["text"] for one in rows["conversations.messages"])
    files = [name for name in found.namelist() if name.startswith("files/")]
    assert len(files) == len(rows["conversations.files"])
    page = found.read("index.html").decode()
    assert bia.NAME in page
    assert "Caio" not in page.replace("@Caio", "")


def test_the_readable_page_runs_nothing_and_speaks_the_persons_language(life):
    _row, found = made(life)
    page = found.read("index.html").decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert '<html lang="pt-br">' in page
    assert "Mensagens suas e nossas" in page
    assert found.testzip() is None
    (file,) = [name for name in found.namelist() if name.startswith("files/")]
    assert found.read(file) == b"my file"


def test_addresses_of_others_are_masked_in_words_of_colleagues(life):
    text = f"Her neighbour ana@customer.example, +55 31 98777-6655, knows {bia.EMAIL}"
    note_person(profile=life.profile, author=life.agent, text=text, client_key="n", now=timezone.now())
    _row, found = made(life)
    said = found.read("data.json").decode()
    assert "ana@customer" not in said
    assert "98777" not in said
    assert bia.EMAIL in said


def test_a_name_of_a_file_leads_nowhere(life, monkeypatch):
    held = holdings.HeldFile("../../etc/passwd\x00.txt", lambda: io.BytesIO(b"x"))
    monkeypatch.setattr(archive, "registered", lambda: [_with_file(held)])
    with io.BytesIO() as place:
        archive.write(
            place, subject_of(life.profile.pk), language="en", now=timezone.now(), progress=lambda _done: None
        )
        names = zipfile.ZipFile(place).namelist()
    assert not any(".." in name.split("/") or name.startswith("/") for name in names)


def _with_file(held):
    return holdings.Holding(
        name="x.y",
        label="X",
        model=Profile,
        find=lambda subject: Profile.objects.none(),
        files=lambda subject: [held],
        why="-",
    )


def test_it_is_made_once_at_a_time_and_not_before_it_is_known_who_asks(life):
    request = asked(life)
    one = disclosing.ask(request_id=request.pk, actor=life.counselor, now=timezone.now())
    assert disclosing.ask(request_id=request.pk, actor=life.counselor, now=timezone.now()) == one
    type(request).objects.update(verified_at=None)
    Disclosure.objects.all().delete()
    with pytest.raises(RequestRefused):
        disclosing.ask(request_id=request.pk, actor=life.counselor, now=timezone.now())


def test_a_worker_that_died_is_taken_over_and_a_failure_is_tried_again(life, monkeypatch):
    row = disclosing.ask(request_id=asked(life).pk, actor=life.counselor, now=timezone.now())
    now = timezone.now()
    Disclosure.objects.update(state="making", lease_until=now + timedelta(minutes=1))
    assert disclosing.work(now=now) == 0
    real = archive.write
    monkeypatch.setattr(archive, "write", lambda *_args, **_named: (_ for _ in ()).throw(OSError("disc full")))
    assert disclosing.work(now=now + timedelta(minutes=3)) == 0
    row.refresh_from_db()
    assert (row.state, row.error, row.attempts) == ("waiting", "OSError", 1)
    monkeypatch.setattr(archive, "write", real)
    assert disclosing.work(now=now + timedelta(minutes=10)) == 1


def test_taking_it_is_in_the_trail_and_after_its_days_it_is_gone(life):
    row, _found = made(life)
    client = client_of(life.counselor)
    url = f"/people/disclosures/{row.pk}/"
    answer = client.get(url)
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None
    entry = AuditEntry.objects.get(action="data_request.file_taken")
    assert (entry.actor, entry.detail["sha256"]) == (life.counselor, row.sha256)
    assert client_of(person("agent", email="other@pedralva.example")).get(url).status_code == 403
    assert disclosing.expire(now=timezone.now()) == 0
    assert disclosing.expire(now=timezone.now() + timedelta(days=14)) == 1
    assert not default_storage.exists(row.path)
    assert client.get(url).status_code == 404


def test_the_page_asks_for_it_shows_it_and_closes_the_request(life):
    request, client = asked(life), client_of(life.counselor)
    url = f"/people/requests/{request.pk}"
    assert client.post(f"{url}/disclosures/").status_code == 302
    assert "Waits to be made" in client.get(f"{url}/").content.decode()
    disclosing.work(now=timezone.now())
    fragment = client.get(f"{url}/disclosures/", headers={"HX-Request": "true"}).content.decode()
    assert "Take the file" in fragment
    client.post(f"{url}/answer/", {"answer-text": "Sent by a link."})
    request.refresh_from_db()
    assert request.state == "answered"


def test_memory_does_not_grow_with_what_is_held(life):
    conversation = Conversation.objects.get(profile=life.profile)
    rows = [
        Message(conversation=conversation, seq=number, kind="received", text="word " * 400, created_at=timezone.now())
        for number in range(100, 6100)
    ]
    Message.objects.bulk_create(rows, batch_size=500)
    del rows
    subject = subject_of(life.profile.pk)
    with io.BytesIO() as place:
        tracemalloc.start()
        archive.write(place, subject, language="en", now=timezone.now(), progress=lambda _done: None)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 16 * 1024 * 1024, "twelve megabytes of text stand in a few hundred rows at a time"
