"""Which TCP ports are free, said before anything is started."""

import errno
import socket

_REASONS = {
    errno.EADDRINUSE: "in use by another program",
    errno.EACCES: "reserved for the administrator (ports below 1024)",
    errno.EADDRNOTAVAIL: "not possible on this address",
}


def why_not(host: str, port: int) -> str:
    """Why a server could not listen on this address, in a few words; empty when it could."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as unknown:
        return f"not possible: the host {host!r} is not known ({unknown.strerror})"
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as refused:
            return _REASONS.get(refused.errno or 0, refused.strerror or str(refused))
    return ""


def free_port(host: str = "127.0.0.1", *, avoid: frozenset[int] = frozenset()) -> int:
    """A port that nobody listens on now. Another program may still take it: be ready to ask again."""
    for _attempt in range(50):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.bind((host, 0))
            port = int(probe.getsockname()[1])
        if port not in avoid:
            return port
    raise OSError(errno.EADDRINUSE, f"no free port on {host}")
