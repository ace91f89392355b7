"""What the person may choose, and the sentence for each choice that cannot be."""

import socket
from collections.abc import Iterator

import pytest

from engagement.config.embedded.ports import free_port
from engagement.config.supervisor import options
from engagement.config.supervisor.programs import environment_of, programs
from engagement.config.supervisor.refusal import Refusal


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield listener.getsockname()[1]


def test_live_port_follows_the_port_and_catcher_is_loopback_only():
    port = free_port()
    chosen = options.read({"PORT": str(port), "LIVE_PORT": str(free_port())})
    assert (chosen.host, chosen.port, chosen.base_url) == ("127.0.0.1", port, f"http://localhost:{port}")
    assert chosen.catcher_port != 0


def test_busy_port_is_refused_with_the_variable_and_an_example(busy):
    with pytest.raises(Refusal) as refused:
        options.read({"PORT": str(busy)})
    sentence = str(refused.value)
    assert f"Port {busy} on 127.0.0.1 is in use by another program." in sentence
    assert "PORT=" in sentence
    assert "make run" in sentence


def test_busy_port_that_was_chosen_for_mail_is_refused(busy):
    with pytest.raises(Refusal, match=f"Port {busy} .* with INBOUND_SMTP_PORT"):
        options.read({"PORT": str(free_port()), "INBOUND_SMTP_PORT": str(busy)})


def test_busy_default_of_a_second_port_moves_aside(monkeypatch):
    monkeypatch.setattr(options, "why_not", lambda _host, port: "in use" if port in {2525, 2526, 2527} else "")
    chosen = options.read({"PORT": "8000"})
    ports = {chosen.inbound_smtp_port, chosen.catcher_port, chosen.sms_stand_in_port}
    assert len(ports) == 3
    assert ports.isdisjoint({0, 2525, 2526, 2527})


def test_one_port_for_two_purposes_is_refused():
    port = str(free_port())
    with pytest.raises(Refusal, match="already used for PORT"):
        options.read({"PORT": port, "LIVE_PORT": port})


@pytest.mark.parametrize("value", ["abc", "0", "65536", "-1", "80 00", "٨٠٠٠"])
def test_port_that_is_no_port_is_refused(value):
    with pytest.raises(Refusal, match="PORT must be a number from 1 to 65535"):
        options.read({"PORT": value})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DATABASE_URL", "mysql://someone:secret@db/x", "postgresql:// or postgres://"),
        ("REDIS_URL", "localhost:6379", "redis:// or rediss://"),
        ("BROKER_URL", "http://[broken", "amqp:// or amqps://"),
        ("SMTP_URL", "mail.example.org", "smtp:// or smtps://"),
        ("SMS_API_URL", "api.provider.example", "https:// or http://"),
    ],
)
def test_address_of_the_wrong_kind_is_refused_without_repeating_it(name, value, expected):
    with pytest.raises(Refusal) as refused:
        options.read({name: value, "PORT": str(free_port())})
    assert str(refused.value).startswith(f"{name} must start with ")
    assert expected in str(refused.value)
    assert value not in str(refused.value)


def test_unknown_host_is_refused():
    with pytest.raises(Refusal, match=r"no-such-host\.invalid"):
        options.read({"HOST": "no-such-host.invalid"})


def test_catcher_needs_no_port_when_a_mail_server_is_given():
    chosen = options.read({"SMTP_URL": "smtp://mail.example.org", "PORT": str(free_port())})
    assert chosen.catcher_port == 0


def test_texts_go_to_the_stand_in_unless_a_provider_is_given():
    port = free_port()
    chosen = options.read({"PORT": str(free_port()), "SMS_STAND_IN_PORT": str(port)})
    assert (chosen.sms_stand_in_port, chosen.sms_api_url) == (port, "")
    url = "https://api.provider.example"
    chosen = options.read({"PORT": str(free_port()), "SMS_STAND_IN_PORT": str(port), "SMS_API_URL": url})
    assert (chosen.sms_stand_in_port, chosen.sms_api_url) == (0, url)


def test_busy_port_that_was_chosen_for_the_stand_in_is_refused(busy):
    with pytest.raises(Refusal, match=f"Port {busy} on 127.0.0.1 .* with SMS_STAND_IN_PORT"):
        options.read({"PORT": str(free_port()), "SMS_STAND_IN_PORT": str(busy)})


def test_the_programs_are_told_where_texts_go_and_the_stand_in_runs_only_without_a_provider(tmp_path):
    for given, url, runs in (({}, "", True), ({"SMS_API_URL": "https://sms.example"}, "https://sms.example", False)):
        chosen = options.read({"PORT": str(free_port()), **given})
        told = environment_of(chosen, var=tmp_path, keys={}, base={})
        assert (told["SMS_API_URL"], told["SMS_STAND_IN_PORT"]) == (url, str(chosen.sms_stand_in_port))
        names = [program.name for program in programs(chosen, namespace="vilarejo", catcher=False)]
        assert ("sms" in names) is runs


def test_broker_defaults_to_the_given_redis():
    chosen = options.read({"REDIS_URL": "redis://redis.example.org/3", "PORT": str(free_port())})
    assert chosen.broker_url == "redis://redis.example.org/3"
