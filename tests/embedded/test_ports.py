"""What is said about ports before anything is started."""

import socket

from engagement.config.embedded.ports import free_port, why_not


def test_port_with_a_listener_is_in_use():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        assert why_not("127.0.0.1", listener.getsockname()[1]) == "in use by another program"


def test_port_with_a_listener_on_all_addresses_is_in_use():
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen(1)
        assert why_not("127.0.0.1", listener.getsockname()[1]) == "in use by another program"


def test_free_port_can_be_used():
    assert why_not("127.0.0.1", free_port()) == ""


def test_address_of_another_machine_is_not_possible():
    assert why_not("192.0.2.1", 8000) == "not possible on this address"


def test_unknown_host_is_named():
    assert "no-such-host.invalid" in why_not("no-such-host.invalid", 8000)
