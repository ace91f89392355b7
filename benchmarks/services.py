"""A PostgreSQL and a Valkey of the bench's own, in a temporary directory, as durable as in production."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django
from cryptography.fernet import Fernet
from django.core.management import call_command

from engagement.config.embedded import postgres, valkey

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def services() -> Iterator[None]:
    """Start both, name them in the environment, set Django up and migrate. fsync stays on."""
    with ExitStack() as stack:
        place = Path(tempfile.mkdtemp(prefix="vilarejo-bench-"))
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        place.chmod(0o755)  # the server's account must pass
        database = postgres.start(place / "postgres", durable=True, elsewhere=place / "elsewhere")
        stack.callback(database.stop)
        broker = valkey.start(place / "valkey", durable=True, elsewhere=place / "elsewhere")
        stack.callback(broker.stop)
        os.environ.update(
            DATABASE_URL=database.url,
            REDIS_URL=f"{broker.url}/0",
            BROKER_URL=f"{broker.url}/1",
            NAMESPACE="bench",
            VAR_DIR=str(place / "var"),
            LOG_LEVEL="WARNING",
            SECRET_KEY="the bench's own secret, fifty characters and some more",
            ADDRESS_HASH_KEY="the bench's own key of addresses, long enough",
            FIELD_ENCRYPTION_KEYS=Fernet.generate_key().decode(),
            DJANGO_SETTINGS_MODULE="engagement.config.settings.dev",
        )
        os.environ.pop("SMTP_URL", None)
        django.setup()
        call_command("migrate", verbosity=0)
        yield


@contextmanager
def child(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``python <arguments>`` from the project's folder, with its output readable; end it after use."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
