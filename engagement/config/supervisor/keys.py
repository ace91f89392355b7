"""The secrets of one machine, made once and kept in a file that only its owner reads."""

import base64
import json
import os
import secrets
from pathlib import Path

from engagement.config.supervisor.refusal import Refusal


def kept_keys(path: Path) -> dict[str, str]:
    """SECRET_KEY, FIELD_ENCRYPTION_KEYS and ADDRESS_HASH_KEY of this installation; made on the first call.

    A key that is lost takes every encrypted credential with it, so a file that cannot be read is
    refused, never replaced. Raises Refusal.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        keys = {name: str(kept[name]) for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS")}
        if "ADDRESS_HASH_KEY" not in kept:  # a file of before there was one
            write_private(path, keys | {"ADDRESS_HASH_KEY": secrets.token_urlsafe(32)})
            return kept_keys(path)
        return keys | {"ADDRESS_HASH_KEY": str(kept["ADDRESS_HASH_KEY"])}
    except FileNotFoundError:
        return _made(path)
    except (ValueError, KeyError, TypeError) as broken:
        raise Refusal(
            f"{path} is damaged ({broken}). Bring it back from a copy; if there is none, delete it: "
            "stored channel passwords must then be entered again."
        ) from broken


def write_private(path: Path, content: object) -> None:
    """Write JSON with mode 0600, in one step: a reader sees the old file or the new one."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")
    temporary.replace(path)


def _made(path: Path) -> dict[str, str]:
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        # A Fernet key is 32 random bytes in URL-safe base64 (cryptography.fernet).
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "ADDRESS_HASH_KEY": secrets.token_urlsafe(32),
    }
    write_private(path, keys)
    return keys
