"""The tests': real PostgreSQL and Valkey, fast password hashing."""

import os

from cryptography.fernet import Fernet

from engagement.config.embedded import valkey

# Each worker of pytest-xdist has a pair of databases of its own in the embedded Valkey. Chosen here, because a worker
# reads its settings before any conftest.
_valkey, _worker = os.environ.get("VILAREJO_TEST_VALKEY"), os.environ.get("PYTEST_XDIST_WORKER", "")
if _valkey:
    _number = int(_worker.removeprefix("gw")) % (valkey.DATABASES // 2 - 1) + 1 if _worker else 0
    os.environ["REDIS_URL"] = f"{_valkey}/{_number * 2}"
    os.environ["BROKER_URL"] = f"{_valkey}/{_number * 2 + 1}"

os.environ.setdefault("SECRET_KEY", "the tests' own secret, fifty characters and then some more")
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", Fernet.generate_key().decode())
os.environ.setdefault("ADDRESS_HASH_KEY", "the tests' own key of addresses, long enough")

from engagement.config.settings.base import *  # noqa: E402, F403
from engagement.config.settings.base import NAMESPACE, OUTGOING_ALLOWED_NETWORKS, VAR  # noqa: E402

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
ORGANISATION_NAME = "Pedralva"
ORGANISATION_POSTAL_ADDRESS = "Rua das Pedras, 120, Belo Horizonte, MG, 30140-010, Brasil"
OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128", *OUTGOING_ALLOWED_NETWORKS]
CHECK_SENDERS = False  # no DNS here; the tests of it bring a server of their own
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # otherwise each test client walks through every static file when it is made
NAMESPACE = f"{NAMESPACE}-test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR / "test-media" / os.environ.get("PYTEST_XDIST_WORKER", "main")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
