"""One profile per address, however many ask at once."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from engagement.events.models import OutboxEvent
from engagement.profiles.actions import resolve
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.profiles.models import Identity, Profile

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("email", " Ana.Silva@Pedralva.Example ", "ana.silva@pedralva.example"),
        ("email", "joão@café.example", "joão@xn--caf-dma.example"),
        ("email", '"a b"@x.example', '"a b"@x.example'),
        ("email", "ana+bike@x.example", "ana+bike@x.example"),
        ("email", "ana@[192.0.2.1]", "ana@[192.0.2.1]"),
        ("email", "ana@localhost", "ana@localhost"),
        ("phone", "(31) 95550-0142", "+5531955500142"),
        ("phone", "+44 20 7946 0958", "+442079460958"),
        ("handle", "@Pedal.da.Ladeira", "pedal.da.ladeira"),
    ],
)
def test_an_address_has_one_spelling(kind, given, expected):
    assert normalised(kind, given) == expected


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("email", "ana"),
        ("email", "@x.example"),
        ("email", "ana@"),
        ("email", "a b@x.example"),
        ("email", "ana@x\x00.example"),
        ("email", "a" * 65 + "@x.example"),
        ("phone", "123"),
        ("phone", "not a number"),
        ("handle", " "),
    ],
)
def test_what_is_no_address_is_refused(kind, given):
    with pytest.raises(InvalidAddress):
        normalised(kind, given)


@pytest.mark.django_db(transaction=True)
def test_thirty_two_parallel_calls_for_one_address_make_one_profile():
    found, errors = [], []
    barrier = threading.Barrier(32)

    def ask(number: int) -> None:
        try:
            barrier.wait(timeout=20)
            address = "ANA@Pedralva.example" if number % 2 else "ana@pedralva.example"
            found.append(resolve(kind="email", address=address, name="Ana", now=NOW).profile_id)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert len(found) == 32
    assert len(set(found)) == 1
    assert (Profile.objects.count(), Identity.objects.count()) == (1, 1)
    assert OutboxEvent.objects.filter(name="profiles.profile_created").count() == 1


@pytest.mark.django_db
class TestResolve:
    def test_a_name_fills_what_is_empty_and_overwrites_nothing(self):
        resolve(kind="email", address="ana@x.example", now=NOW)
        resolve(kind="email", address="ana@x.example", name="Ana Silva", now=NOW)
        resolve(kind="email", address="ana@x.example", name="Somebody else", now=NOW)
        assert Profile.objects.get().name == "Ana Silva"

    def test_a_closed_identity_is_never_used_again(self):
        first = resolve(kind="email", address="ana@x.example", now=NOW)
        Identity.objects.filter(pk=first.pk).update(valid_to=NOW)
        second = resolve(kind="email", address="ana@x.example", now=NOW)
        assert second.profile_id != first.profile_id

    def test_the_same_address_in_two_scopes_is_two_people(self):
        first = resolve(kind="visitor", scope="site-a", address="7", now=NOW)
        second = resolve(kind="visitor", scope="site-b", address="7", now=NOW)
        assert first.profile_id != second.profile_id
