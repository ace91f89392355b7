"""Where this installation may connect to when somebody else named the host: never into its own network.

A host that a person types into a form (a mail server, a webhook) could name the cloud's metadata service or
the database beside us (server-side request forgery, OWASP). So its addresses are resolved once, judged, and
the connection goes to the very address that was judged: a name that answers differently a second time gains
nothing.
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings

Address = IPv4Address | IPv6Address
# Answers of the clouds' metadata services that are no link-local addresses.
_METADATA = (ip_address("168.63.129.16"), ip_address("100.100.100.200"), ip_address("fd00:ec2::254"))

# Where the last 32 bits are the IPv4 address that is meant.
_LAST_32_BITS = tuple(map(IPv6Network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")))
# For use within a network or in books, although they are not all listed as such (RFC 8215, 3879, 6666, 9637, 9602).
_NEVER_GLOBAL = tuple(
    map(ip_network, ("64:ff9b:1::/48", "fec0::/10", "100::/64", "::/96", "::ffff:0:0:0/96", "3fff::/20", "5f00::/16"))
)


class ForbiddenHost(OSError):
    """The host is in a network that this installation must not connect to."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(
            f"{host} is {address}, which is not on the public internet."
            " Name its network in OUTGOING_ALLOWED_NETWORKS to allow it."
        )


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of ``host`` that may be connected to, in the resolver's order.

    Raises ForbiddenHost when one of them is private, link-local, loopback, multicast or reserved and not
    allowed by OUTGOING_ALLOWED_NETWORKS; socket.gaierror when there is none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        if not is_allowed(ip_address(text.partition("%")[0])):
            raise ForbiddenHost(host, text)
    return addresses


def is_allowed(address: Address) -> bool:
    """Say whether an address may be connected to: it and every address that it is only another spelling of."""
    judged: Sequence[Address] = [address, *inner_addresses(address)]
    return any(_named(one) for one in judged) or all(one.is_global and not _special(one) for one in judged)


def inner_addresses(address: Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that a gateway or this machine would connect to for an IPv6 one.

    IPv4-mapped and -compatible (RFC 4291 section 2.5.5), IPv4-translated (RFC 2765), NAT64 (RFC 6052, 8215), 6to4 (RFC
    3056), Teredo (RFC 4380) and ISATAP (RFC 5214).
    """
    if not isinstance(address, IPv6Address):
        return []
    number, last = int(address), IPv4Address(int(address) & 0xFFFFFFFF)
    if any(address in network for network in _LAST_32_BITS) and number > 1:
        return [last]
    if address.sixtofour:
        return [address.sixtofour]
    if address.teredo:
        return list(address.teredo)
    return [last] if (number >> 32) & 0xFDFFFFFF == 0x5EFE else []


def _named(address: Address) -> bool:
    return any(address in ip_network(network, strict=False) for network in settings.OUTGOING_ALLOWED_NETWORKS)


def _special(address: Address) -> bool:
    return address.is_multicast or address in _METADATA or any(address in network for network in _NEVER_GLOBAL)


def connect(addresses: Sequence[str], port: int, *, seconds: float) -> socket.socket:
    """Return a connection to the first address that answers within ``seconds``. Raises the last OSError."""
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            connection = socket.create_connection((address, port), timeout=seconds)
        except OSError as error:
            failure = error
        else:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    raise failure
