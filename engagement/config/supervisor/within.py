"""`python -m engagement.config.supervisor.within [--throwaway] <python arguments>`: a command with services.

When `make run` is running in this folder, the command gets its environment. Otherwise the embedded
servers of this folder are started for as long as the command runs; with `--throwaway`, empty ones in a
temporary directory.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from engagement.config.embedded import postgres, valkey
from engagement.config.embedded.failure import EmbeddedFailure
from engagement.config.embedded.home import ELSEWHERE
from engagement.config.embedded.lock import FolderBusy, FolderLock
from engagement.config.supervisor.keys import kept_keys
from engagement.config.supervisor.options import Options
from engagement.config.supervisor.programs import environment_of
from engagement.config.supervisor.refusal import Refusal
from engagement.config.supervisor.sweep import MARK

FOLDER = Path(__file__).resolve().parents[3]


def main(arguments: list[str]) -> int:
    """Run the command and answer with its exit code; 1 with a sentence when there are no services."""
    throwaway = arguments[:1] == ["--throwaway"]
    command = arguments[1:] if throwaway else arguments
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with _throwaway() if throwaway else _own() as environment:
            return subprocess.call([sys.executable, *command], cwd=FOLDER, env=dict(environment))
    except (EmbeddedFailure, Refusal) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except KeyboardInterrupt:
        return 130


@contextmanager
def _own() -> Iterator[Mapping[str, str]]:
    var = Path(os.environ.get("VAR_DIR") or FOLDER / "var").resolve()
    lock = FolderLock(var / "run" / "lock", folder=FOLDER)
    try:
        lock.acquire(what="Vilarejo")
    except FolderBusy:
        yield _running(var)
        return
    try:
        with _services(var, durable=True) as environment:
            yield environment
    finally:
        lock.release()


@contextmanager
def _throwaway() -> Iterator[Mapping[str, str]]:
    with tempfile.TemporaryDirectory(prefix="vilarejo-") as name:
        place = Path(name)
        place.chmod(0o755)  # the servers' account must pass
        with _services(place, durable=False) as environment:
            yield environment


@contextmanager
def _services(var: Path, *, durable: bool) -> Iterator[Mapping[str, str]]:
    """Start what the environment does not name, and give the environment that names all."""
    given = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL")}
    elsewhere = ELSEWHERE if durable else var / "elsewhere"
    with ExitStack() as stack:
        database, redis, broker = given.values()
        if not database:
            server = postgres.start(var / "postgres", durable=durable, elsewhere=elsewhere)
            stack.callback(server.stop)
            database = server.url
        if not redis:
            cache = valkey.start(var / "valkey", durable=durable, elsewhere=elsewhere)
            stack.callback(cache.stop)
            redis, broker = f"{cache.url}/0", broker or f"{cache.url}/1"
        options = replace(_nothing_listens(), database_url=database, redis_url=redis, broker_url=broker or redis)
        keys = kept_keys(var / "secrets.json")
        environment = environment_of(options, var=var, keys=keys, base=os.environ)
        # These are no children of a supervisor: the next start must not take them for its orphans.
        yield {name: value for name, value in environment.items() if name != MARK}


def _nothing_listens() -> Options:
    smtp = os.environ.get("SMTP_URL", "")
    base = os.environ.get("BASE_URL", "http://localhost:8000")
    return Options("127.0.0.1", 8000, 8001, 2525, 2526, "", "", "", smtp or "smtp://127.0.0.1:2526", base)


def _running(var: Path) -> Mapping[str, str]:
    note = var / "run" / "environment.json"
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refusal("`make run` is just starting or ending in this folder. Try again in a moment.") from None
    return {**os.environ, **{name: str(value) for name, value in known.items() if name != MARK}}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
