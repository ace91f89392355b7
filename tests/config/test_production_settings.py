"""Production refuses to start on what is missing or unsafe, and names it."""

import os
import subprocess
import sys

import pytest

SAFE = {
    "SECRET_KEY": "k" * 60,
    "FIELD_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "ADDRESS_HASH_KEY": "a" * 40,
    "ALLOWED_HOSTS": "pedralva.example",
    "BASE_URL": "https://pedralva.example",
    "SMTP_URL": "smtp://mail.pedralva.example",
    "DATABASE_URL": "postgres://db/vilarejo",
    "REDIS_URL": "redis://valkey/0",
}


def start(**changed: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in (SAFE | changed).items() if value is not None}
    environment["PATH"] = os.environ["PATH"]
    command = [sys.executable, "-c", "import engagement.config.settings.prod"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_safe_values_start():
    assert start().stderr == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", "short"),
        ("FIELD_ENCRYPTION_KEYS", None),
        ("ADDRESS_HASH_KEY", None),
        ("ADDRESS_HASH_KEY", "short"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", ".example"),
        ("ALLOWED_HOSTS", None),
        ("DEBUG", "true"),
        ("BASE_URL", "http://pedralva.example"),
        ("SMTP_URL", None),
        ("DATABASE_URL", None),
        ("REDIS_URL", None),
    ],
)
def test_an_unsafe_value_is_named(name, value):
    refused = start(**{name: value})
    assert refused.returncode == 1
    assert f"\n{name}: " in refused.stderr
