"""Production refuses to start on what is missing or unsafe, and names it."""

import base64
import os
import secrets
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

SAFE = {
    "SECRET_KEY": secrets.token_urlsafe(64),
    "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "ADDRESS_HASH_KEY": secrets.token_urlsafe(32),
    "PROXY_COUNT": "1",
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
        ("SECRET_KEY", "k" * 60),
        ("SECRET_KEY", "abc12" * 12),
        ("SECRET_KEY", "django-insecure-4f8aXq2mVb7Zt1Lw9Ky3Rc6Hn5Pd0Sg8Ju2Ef7Bi4Ox1Qa"),
        ("SECRET_KEY", "please-change-me-please-change-me-please-change-me-1"),
        ("FIELD_ENCRYPTION_KEYS", "notakey"),
        ("FIELD_ENCRYPTION_KEYS", "q1owxeMU-KJDFHw5bkfnTz5uDPv4GFQ6VqPAEw7mYa8=,notakey"),
        ("FIELD_ENCRYPTION_KEYS", base64.urlsafe_b64encode(b"a" * 32).decode()),
        ("FIELD_ENCRYPTION_KEYS", base64.urlsafe_b64encode(b"0123456789" * 3 + b"01").decode()),
        ("ADDRESS_HASH_KEY", None),
        ("ADDRESS_HASH_KEY", "a" * 40),
        ("ADDRESS_HASH_KEY", "0123456789" * 4),
        ("METRICS_TOKEN", "metrics"),
        ("PROXY_COUNT", None),
        ("PROXY_COUNT", ""),
        ("PROXY_COUNT", "-1"),
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


@pytest.mark.parametrize(
    "networks",
    [
        *("0.0.0.0/0", "::/0", "10.0.0.0/16,0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "2000::/3", "fc00::/7"),
        *("169.254.0.0/16", "169.254.169.254", "64:ff9b::/96", "everything", "10.0.0.0/33"),
    ],
)
def test_an_open_network_is_named(networks):
    refused = start(OUTGOING_ALLOWED_NETWORKS=networks)
    assert refused.returncode == 1
    assert f"\nOUTGOING_ALLOWED_NETWORKS: {networks.rpartition(',')[2]}" in refused.stderr


@pytest.mark.parametrize("networks", ["10.0.0.0/8", "10.0.5.0/24,fd12:3456:789a::/48", "192.168.1.7"])
def test_a_network_of_ones_own_is_taken(networks):
    assert start(OUTGOING_ALLOWED_NETWORKS=networks).stderr == ""


def test_no_proxy_may_be_said_and_then_nobody_s_word_for_tls_is_taken():
    command = "import engagement.config.settings.prod as s; print(s.SECURE_PROXY_SSL_HEADER, s.PROXY_COUNT)"
    assert printed(command, PROXY_COUNT="0") == "None 0"
    assert printed(command, PROXY_COUNT="2") == "('HTTP_X_FORWARDED_PROTO', 'https') 2"


def test_every_cookie_goes_over_tls_only():
    command = "import engagement.config.settings.prod as s; print(*(getattr(s, f'{n}_COOKIE_SECURE') for n in NAMES))"
    command = command.replace("NAMES", "('SESSION', 'CSRF', 'LANGUAGE')")
    assert printed(command) == "True True True"


def printed(command: str, **changed: str) -> str:
    environment = {**SAFE, **changed, "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()
