"""An address shown to somebody who may not read it."""


def masked(address: str) -> str:
    """Return an address that its owner recognises and nobody else could use."""
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[:1]}•••@{domain}"
    return f"{address[:3]}•••{address[-2:]}" if len(address) > 6 else "•••"
