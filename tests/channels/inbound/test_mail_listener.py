"""250 is a promise: what was answered with it is in the database, once."""

import os
import smtplib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from engagement.channels.models import Channel, RawEvent, RawEventKey

from .conftest import mail, refused


def stored() -> list[tuple[str, str, bytes]]:
    rows = RawEvent.objects.select_related("channel").order_by("key")
    return [(row.channel.address, row.status, bytes(row.body)) for row in rows]


@pytest.fixture
def outside(care):
    """A connection beside Django's, to lock and to look with."""
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("dbname", "user", "host", "port", "password") if name in parameters}
    with psycopg.connect(**wanted) as other:
        yield other


def test_mail_is_committed_byte_for_byte_before_250(listener, outside):
    with listener.client() as client:
        client.ehlo("mua.cliente.example")
        client.sendmail("ana@cliente.example", ["care@pedralva.example"], mail())
        seen = outside.execute("SELECT body, envelope, status FROM engagement_channels_rawevent").fetchall()
    assert seen == [
        (
            mail(),
            {
                "mail_from": "ana@cliente.example",
                "rcpt_to": ["care@pedralva.example"],
                "peer": "127.0.0.1",
                "helo": "mua.cliente.example",
                "protocol": "smtp",
                "tls": False,
            },
            "received",
        )
    ]


def test_no_answer_while_the_commit_has_not_happened(listener, outside):
    outside.execute("LOCK TABLE engagement_channels_raweventkey IN ACCESS EXCLUSIVE MODE")
    answered = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(lambda: (listener.send(mail()), answered.set()))
        assert not answered.wait(0.7)
        outside.rollback()
        sending.result(10)
    assert [row[0] for row in stored()] == ["care@pedralva.example"]


@contextmanager
def database_away():
    """Nobody may connect to the tests' database, and who is connected is thrown out."""
    name = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_451_while_the_database_is_away_and_the_sender_keeps_it(listener):
    listener.send(mail("before"))
    with database_away(), refused(451):
        listener.send(mail("meanwhile"))
    listener.send(mail("meanwhile"))
    assert [row[2] for row in stored()] == [mail("before"), mail("meanwhile")]


def test_451_to_the_recipient_when_nobody_knows_our_mailboxes(start_listener):
    with database_away():
        listener = start_listener()
        with listener.client() as client:
            client.ehlo()
            client.mail("ana@cliente.example")
            assert client.rcpt("care@pedralva.example")[0] == 451
    listener.send(mail())


def test_a_connection_that_went_stale_costs_nobody_an_answer(listener):
    listener.send(mail("before"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    listener.send(mail("after"))
    assert len(stored()) == 2


def test_a_second_delivery_is_answered_250_and_stored_once(listener):
    listener.send(mail())
    listener.send(b"Received: by relay.example; Sun, 22 Nov 2026 10:00:01 -0300\r\n" + mail())
    assert [row[2] for row in stored()] == [mail()]


def test_the_same_message_to_two_mailboxes_is_two(listener, sales):
    listener.send(mail(), to=["care@pedralva.example", "sales@pedralva.example"])
    listener.send(mail(), to="sales@pedralva.example")
    assert [row[0] for row in stored()] == ["care@pedralva.example", "sales@pedralva.example"]


def test_two_addresses_of_one_mailbox_are_one_delivery(listener):
    listener.send(mail(), to=["care@pedralva.example", "CARE+token@Pedralva.example"])
    assert RawEvent.objects.get().envelope["rcpt_to"] == ["care@pedralva.example", "CARE+token@Pedralva.example"]


def test_the_same_message_id_with_other_words_is_another_message(listener):
    listener.send(mail())
    listener.send(mail() + b"One more thing.\r\n")
    assert len(stored()) == 2


def test_messages_without_an_id_differ_by_what_they_say(listener):
    listener.send(b"From: ana@cliente.example\r\nSubject: a\r\n\r\nx\r\n")
    listener.send(b"From: ana@cliente.example\r\nSubject: b\r\n\r\nx\r\n")
    listener.send(b"From: ana@cliente.example\r\nSubject: b\r\n\r\nx\r\n")
    assert len(stored()) == 2


@pytest.mark.parametrize("address", ["nobody@pedralva.example", "care@elsewhere.example", "care"])
def test_no_relay_for_strangers(listener, address):
    with refused(550):
        listener.send(mail(), to=address)
    assert stored() == []


def test_a_new_channel_is_known_at_once(listener):
    with refused(550):
        listener.send(mail(), to="new@pedralva.example")
    Channel.objects.create(kind="email", name="New", address="new@pedralva.example")
    threading.Event().wait(0.6)
    listener.send(mail(), to="new@pedralva.example")
    assert [row[0] for row in stored()] == ["new@pedralva.example"]


def test_what_is_too_large_is_refused_with_552(start_listener):
    listener = start_listener(size_limit=20_000)
    large = mail() + b"x" * 78 + b"\r\n"
    while len(large) <= 20_000:
        large += b"x" * 78 + b"\r\n"
    with listener.client() as client:
        client.ehlo()
        assert client.esmtp_features["size"] == "20000"
        client.mail("ana@cliente.example")
        client.rcpt("care@pedralva.example")
        assert client.data(large)[0] == 552
        client.sendmail("ana@cliente.example", ["care@pedralva.example"], mail())
    assert [row[2] for row in stored()] == [mail()]


def test_declared_size_is_refused_before_the_words_travel(start_listener):
    listener = start_listener(size_limit=20_000)
    with listener.client() as client:
        client.ehlo()
        assert client.mail("ana@cliente.example", ["SIZE=20001"])[0] == 552


def test_any_byte_is_kept(listener):
    body = mail() + b"\x00 NUL \xff\xfe\x80 8 bit\r\n..dots\r\n" + b"long " * 5000 + b"\r\n"
    listener.send(body)
    assert [row[2] for row in stored()] == [body]


def test_smtputf8_addresses(listener):
    Channel.objects.create(kind="email", name="Ouvidoria", address="ouvidoria@pedralva.example")
    with listener.client() as client:
        client.ehlo()
        client.sendmail(
            "josé@açaí.example", ["ouvidoria+ação@pedralva.example"], mail(), mail_options=["SMTPUTF8", "BODY=8BITMIME"]
        )
    raw = RawEvent.objects.get()
    assert raw.envelope["mail_from"] == "josé@açaí.example"
    assert raw.envelope["rcpt_to"] == ["ouvidoria+ação@pedralva.example"]


def test_fifty_connections_at_once(listener):
    def send(number: int) -> None:
        with listener.client() as client:
            for turn in range(4):
                client.sendmail("ana@cliente.example", ["care@pedralva.example"], mail(f"{number}-{turn}"))

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(send, range(50)))
    assert RawEvent.objects.count() == RawEventKey.objects.count() == 200


def test_more_connections_than_allowed_are_told_to_come_back(start_listener):
    listener = start_listener(connections=2)
    with listener.client() as one, listener.client() as two:
        one.noop()
        two.noop()
        with pytest.raises(smtplib.SMTPConnectError) as caught:
            listener.client()
        assert caught.value.smtp_code == 421
    threading.Event().wait(0.2)
    listener.send(mail())
    assert len(stored()) == 1


def test_commands_sent_in_one_packet_are_answered_in_order(listener):
    with socket.create_connection(("127.0.0.1", listener.port), timeout=10) as line:
        reader = line.makefile("rb")
        assert reader.readline().startswith(b"220 ")
        line.sendall(
            b"HELO mua.example\r\nMAIL FROM:<ana@cliente.example>\r\nRCPT TO:<nobody@pedralva.example>\r\n"
            b"RCPT TO:<care@pedralva.example>\r\nDATA\r\n"
        )
        assert [reader.readline()[:3] for _ in range(5)] == [b"250", b"250", b"550", b"250", b"354"]
        line.sendall(mail() + b".\r\nQUIT\r\n")
        assert [reader.readline()[:3] for _ in range(2)] == [b"250", b"221"]
    assert len(stored()) == 1


def test_a_client_that_leaves_within_data_leaves_nothing(listener):
    with listener.client() as client:
        client.ehlo()
        client.mail("ana@cliente.example")
        client.rcpt("care@pedralva.example")
        client.putcmd("data")
        client.getreply()
        client.send(mail()[:50])
        client.close()
    threading.Event().wait(0.2)
    assert stored() == []


def test_lmtp_answers_once_for_each_recipient(start_listener, sales, tmp_path):
    path = tmp_path / "lmtp"
    start_listener(lmtp=str(path))
    with smtplib.LMTP(str(path)) as client:
        client.ehlo()
        client.mail("ana@cliente.example")
        assert client.rcpt("care@pedralva.example")[0] == 250
        assert client.rcpt("nobody@pedralva.example")[0] == 550
        assert client.rcpt("sales@pedralva.example")[0] == 250
        client.putcmd("data")
        client.getreply()
        client.send(mail() + b".\r\n")
        assert [client.getreply()[0] for _ in range(2)] == [250, 250]
        assert client.noop()[0] == 250
    assert [row[0] for row in stored()] == ["care@pedralva.example", "sales@pedralva.example"]


def test_stopping_finishes_what_is_being_committed(start_listener, outside):
    listener = start_listener()
    outside.execute("LOCK TABLE engagement_channels_raweventkey IN ACCESS EXCLUSIVE MODE")
    with ThreadPoolExecutor(2) as pool:
        sending = pool.submit(listener.send, mail())
        threading.Event().wait(0.5)
        stopping = pool.submit(listener.stop)
        threading.Event().wait(0.3)
        assert not stopping.done()
        outside.rollback()
        sending.result(10)
        stopping.result(10)
    assert len(stored()) == 1
    with pytest.raises(OSError):
        listener.client()
