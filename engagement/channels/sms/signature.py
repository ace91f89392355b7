"""How the provider proves that a request is its own (Twilio, "Webhooks security").

``X-Twilio-Signature`` is base64 of HMAC-SHA1, keyed with the account's auth token, over the full address that was
called and then each field of the form, sorted by name, name and value without anything between.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl

HEADER = "X-Twilio-Signature"
_MOST_FIELDS = 200


class NotAForm(ValueError):
    """The body is no form, or has too many fields."""


def fields_of(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form-encoded body in their order. Raises NotAForm."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise NotAForm("The request is not a form.") from error


def sign(token: str, url: str, fields: Sequence[tuple[str, str]]) -> str:
    """Return the signature of one request."""
    words = "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), f"{url}{words}".encode(), hashlib.sha1)).decode("ascii")


def is_signed(token: str, url: str, fields: Sequence[tuple[str, str]], signature: str) -> bool:
    """Say whether ``signature`` is the one that only who knows ``token`` can make. Takes the same time either way."""
    return bool(token) and hmac.compare_digest(sign(token, url, fields).encode(), signature.encode())
