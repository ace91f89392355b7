"""The header of a received email for people who look closely."""

from engagement.channels.email.headers import Headers, split_fields

MAX_FIELDS = 300
MAX_LENGTH = 4_000


def header_fields(body: bytes) -> list[tuple[str, str]]:
    """Return name and decoded value of each field, in the order of the message."""
    fields, _body_at, _is_sound = split_fields(body.lstrip(b"\r\n"))
    return [
        (name[:200], " ".join(Headers([(name, value)]).text(name).split())[:MAX_LENGTH])
        for name, value in fields[:MAX_FIELDS]
    ]
