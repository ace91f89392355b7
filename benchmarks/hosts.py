"""Three hosts as network namespaces: what is lost, doubled or late while each part is killed, cut off or restarted.

``database`` has PostgreSQL and Redis, ``app1`` and ``app2`` all processes of an installation, ``proxy`` has HAProxy.
Mail comes in and replies go out all the time, both repeated by their sender until they are accepted, as mail
servers and API clients do. After each fault everything must have arrived once, and nobody may have had to help.

Needs root, ip(8), HAProxy, redis-server and PostgreSQL's programs (Debian: iproute2 haproxy redis-server postgresql).
About half an hour on two quiet cores; ``HOSTS_FAULTS="5 7"`` tries only the fifth and the seventh fault, each with its
share of the load, and ``HOSTS_QUICK=1`` all of them with a few messages and short cuts.
"""

import contextlib
import email
import glob
import json
import os
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure

ROOT = Path(__file__).resolve().parents[1]
HERE, DATABASE, PROXY = "10.77.0.1", "10.77.0.2", "10.77.0.21"
APPS = {"vap1": "10.77.0.11", "vap2": "10.77.0.12"}
PROCESSES = ("web", "mail", "work", "beat", "smtp")
MAILS, REPLIES = 500, 300
CUT_SECONDS = 60
SETTLE_SECONDS = 180  # in which all of a fault's messages must have arrived
SINK_PORT = 2599
QUICK = bool(os.environ.get("HOSTS_QUICK"))  # a few messages, short cuts: to try the bench itself


def run() -> Iterator[Figure]:
    """Let each fault happen in the middle of its share of the load, and count."""
    why_not = _missing()
    if why_not:
        print(f"hosts: skipped, {why_not}", file=sys.stderr)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # namespaces and servers are removed even so
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vilarejo-hosts-")))
        place.chmod(0o755)
        stack.enter_context(_network())
        hosts = Hosts(place)
        stack.callback(hosts.stop)
        hosts.start()
        load = Load(hosts)
        stack.callback(load.stop)
        load.prove()
        rows = [_try(name, fault, hosts, load) for name, fault in _chosen_faults()]
    _print(rows)
    accepted, replied = sum(row.mails for row in rows), sum(row.replies for row in rows)
    work = f"{accepted} mails in and {replied} replies out, {len(rows)} faults"
    yield figure("hosts_lost", sum(row.lost for row in rows), "messages", reference=accepted + replied, work=work)
    yield figure("hosts_doubled", sum(row.doubled for row in rows), "messages", reference=accepted + replied, work=work)
    yield figure("hosts_slowest_read", max(row.slowest_read for row in rows), "s", reference=90, work=work)
    yield figure("hosts_read_after_fault", max(row.read_after for row in rows), "s", reference=30, work=work)
    yield figure("hosts_slowest_reply", max(row.slowest_reply for row in rows), "s", reference=60, work=work)


def _missing() -> str:
    if os.geteuid() != 0:
        return "it needs root to make network namespaces"
    for program in ("ip", "haproxy", "redis-server"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if not _postgres():
        return "PostgreSQL's programs are not installed (Debian: postgresql)"
    made = subprocess.run(["ip", "netns", "add", "vtry"], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"network namespaces are not allowed here: {made.stderr.strip()}"
    subprocess.run(["ip", "netns", "delete", "vtry"], check=False)
    return ""


def _postgres() -> str:
    return next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)), "")


# The network --------------------------------------------------------------------------------------------------
def _ip(command: str) -> None:
    subprocess.run(["ip", *command.split()], check=True, capture_output=True)


@contextlib.contextmanager
def _network() -> Iterator[None]:
    names = {"vdb": DATABASE, **APPS, "vpx": PROXY}
    _remove_network(names)
    try:
        _ip("link add vhosts type bridge")
        _ip(f"addr add {HERE}/24 dev vhosts")
        _ip("link set vhosts up")
        for name, address in names.items():
            _ip(f"netns add {name}")
            _ip(f"link add {name} type veth peer name eth0 netns {name}")
            _ip(f"link set {name} master vhosts")
            _ip(f"link set {name} up")
            for command in (f"addr add {address}/24 dev eth0", "link set eth0 up", "link set lo up"):
                _ip(f"-n {name} {command}")
        yield
    finally:
        _remove_network(names)


def _remove_network(names: dict[str, str]) -> None:
    for name in names:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
        subprocess.run(["ip", "link", "delete", name], capture_output=True, check=False)
    subprocess.run(["ip", "link", "delete", "vhosts"], capture_output=True, check=False)


# The hosts ----------------------------------------------------------------------------------------------------
class Hosts:
    """All processes of the installation, by host and name."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.processes: dict[tuple[str, str], subprocess.Popen[bytes]] = {}
        self.environment: dict[str, str] = {}
        self.token = ""
        self._data = place / "postgres"
        self._down: set[str] = set()  # hosts that a fault keeps down
        self._stopped = threading.Event()

    def start(self) -> None:
        """Start everything, make the tables, a channel, a queue and a token."""
        self.start_postgres()
        self.start_redis()
        self._prepare()
        for host in APPS:
            self.start_host(host)
        self.start_proxy()
        self._wait_until_ready()
        threading.Thread(target=self._restart_ended, daemon=True).start()

    def _restart_ended(self) -> None:
        """What systemd does (Restart=always): start again what ended by itself."""
        while not self._stopped.wait(2):
            for (host, name), process in [*self.processes.items()]:
                if host in APPS and host not in self._down and process.poll() is not None:
                    print(f"hosts: {name} of {host} ended with {process.returncode}", file=sys.stderr, flush=True)
                    self.start_process(host, name)

    def stop(self) -> None:
        self._stopped.set()
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def run(self, host: str, name: str, command: list[str], **more: Any) -> None:
        with (self.place / f"{host}-{name}.log").open("ab") as log:
            self.processes[host, name] = subprocess.Popen(
                ["ip", "netns", "exec", host, *command],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **more,
            )

    def start_host(self, host: str) -> None:
        for name in PROCESSES:
            self.start_process(host, name)
        self._down.discard(host)

    def start_process(self, host: str, name: str) -> None:
        var = self.place / host
        var.mkdir(exist_ok=True)
        environment = self.environment | {"VAR_DIR": str(var)}
        self.run(host, name, [sys.executable, "manage.py", "start", name], env=environment)

    def end_host(self, host: str, number: int) -> None:
        self._down.add(host)
        for name in PROCESSES:
            process = self.processes[host, name]
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number) if number == signal.SIGKILL else process.send_signal(number)
        for name in PROCESSES:
            self.processes[host, name].wait(100)

    def start_postgres(self) -> None:
        programs = _postgres()
        if not self._data.exists():
            self._data.mkdir()
            shutil.chown(self._data, "postgres")
            initialize = f"{programs}/initdb -D {self._data} -U vilarejo -A trust -E UTF8 --locale C.UTF-8"
            subprocess.run(["su", "postgres", "-s", "/bin/sh", "-c", initialize], check=True, capture_output=True)
            with (self._data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all 10.77.0.0/24 trust\n")
        options = f"-c listen_addresses='{DATABASE}' -c unix_socket_directories='' -c max_connections=100"
        server = f"exec {programs}/postgres -D {self._data} {options}"
        self.run("vdb", "postgres", ["su", "postgres", "-s", "/bin/sh", "-c", server])

    def end_postgres(self, number: int) -> None:
        os.kill(int((self._data / "postmaster.pid").read_text().split()[0]), number)
        self.processes["vdb", "postgres"].wait(60)

    def start_redis(self) -> None:
        command = ["redis-server", "--bind", DATABASE, "--port", "6379", "--save", "", "--protected-mode", "no"]
        self.run("vdb", "redis", [*command, "--dir", str(self.place)])

    def start_proxy(self) -> None:
        listening = {"smtp": (25, 2525, "option smtpchk"), "web": (80, 8000, "option httpchk GET /healthz")}
        text = "global\n maxconn 500\ndefaults\n timeout connect 3s\n timeout client 90s\n timeout server 90s\n"
        for name, (port, behind, check) in listening.items():
            mode = "tcp" if name == "smtp" else "http"
            text += f"listen {name}\n mode {mode}\n bind {PROXY}:{port}\n balance roundrobin\n {check}\n"
            text += " default-server inter 2s fall 2 rise 1 on-marked-down shutdown-sessions\n"
            for host, address in APPS.items():
                text += f" server {host} {address}:{behind} check\n"
        (self.place / "haproxy.cfg").write_text(text)
        self.run("vpx", "haproxy", ["haproxy", "-db", "-f", str(self.place / "haproxy.cfg")])

    def kill(self, host: str, name: str) -> None:
        process = self.processes[host, name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _prepare(self) -> None:
        from cryptography.fernet import Fernet

        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = keep | {
            "DJANGO_SETTINGS_MODULE": "engagement.config.settings.dev",
            "SECRET_KEY": "k" * 60,
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "ADDRESS_HASH_KEY": "a" * 40,
            "ALLOWED_HOSTS": f"{PROXY},localhost",
            "DATABASE_URL": f"postgres://vilarejo@{DATABASE}:5432/vilarejo",
            "REDIS_URL": f"redis://{DATABASE}:6379/0",
            "BROKER_URL": f"redis://{DATABASE}:6379/1",
            "SMTP_URL": f"smtp+plain://{HERE}:{SINK_PORT}",
            "OUTGOING_ALLOWED_NETWORKS": "10.77.0.0/24",
            "CHECK_SENDERS": "false",
            "BIND_HOST": "0.0.0.0",
            "INBOUND_SMTP_HOST": "0.0.0.0",
            "INBOUND_SMTP_PORT": "2525",
            "WEB_WORKERS": "1",
            "WORKER_PROCESSES": "1",
            "LOG_LEVEL": "WARNING",
            "API_RATE": "100000/min",
        }
        os.environ.update(self.environment | {"DATABASE_STATEMENT_TIMEOUT": "5"})
        import psycopg

        _until(lambda: psycopg.connect(f"host={DATABASE} user=vilarejo dbname=postgres", connect_timeout=2), 60)
        with psycopg.connect(f"host={DATABASE} user=vilarejo dbname=postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE vilarejo")
        for command in (["compile_translations"], ["migrate", "--verbosity", "0"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True)
        import django

        django.setup()
        self.token = _make_token()

    def _wait_until_ready(self) -> None:
        def is_ready() -> bool:
            for address in APPS.values():
                with urllib.request.urlopen(f"http://{address}:8000/readyz", timeout=5) as answer:
                    if json.load(answer)["status"] != "ok":
                        return False
            with smtplib.SMTP(PROXY, 25, timeout=5) as client:
                client.noop()
            return True

        _until(is_ready, 600)


def _make_token() -> str:
    from django.contrib.auth.models import Group
    from django.utils import timezone
    from guardian.shortcuts import assign_perm

    from conversations.models import Queue
    from engagement.api.actions import make_token
    from engagement.api.models import SCOPES
    from engagement.channels.models import Channel
    from engagement.village.models import User

    channel = Channel.objects.create(kind="email", name="Care", address="care@hosts.example", sender_name="Hosts")
    user = User.objects.create_user("iara@hosts.example", None, name="Iara")
    user.groups.add(Group.objects.get(role__slug="agent"))
    queue = Queue.objects.create(slug="hosts", name="Front desk", is_default=not Queue.objects.filter(is_default=True))
    queue.channels.add(channel)
    for each in Queue.objects.all():
        assign_perm("conversations.work_queue", user, each)
    now = timezone.now()
    _, text = make_token(person=user, name="bench", scopes=list(SCOPES), expires_at=now + timedelta(days=1), now=now)
    return text


def _until(is_so: Callable[[], Any], seconds: float) -> Any:
    end, error = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            if found := is_so():
                return found
        except Exception as reason:  # noqa: BLE001 - whatever is not there yet
            error = reason
        time.sleep(0.5)
    raise WorkNotDone(f"not ready after {seconds:.0f} s: {error}")


# The load -----------------------------------------------------------------------------------------------------
class Sink:
    """The customers' mail server: keeps when each reply came, by its text's number."""

    def __init__(self) -> None:
        self.came: list[tuple[str, float]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = email.message_from_bytes(envelope.content)
        for part in message.walk():
            if part.get_content_type() == "text/plain":
                text = (part.get_payload(decode=True) or b"").decode(errors="replace")
                self.came.append((text.split("reply ", 1)[-1].split(".", 1)[0], time.monotonic()))
                break
        return "250 OK"


@dataclass
class Load:
    """Mail in and replies out, until ``stop``; counted by the number in their text."""

    hosts: Hosts
    accepted: dict[str, float] = field(default_factory=dict)  # a mail's number: when 250 was said
    read: dict[str, float] = field(default_factory=dict)  # first seen in the database
    replied: dict[str, float] = field(default_factory=dict)  # when the API said 201
    retries: Counter[str] = field(default_factory=Counter)
    refused: str = ""  # what the API last said instead of 201

    def __post_init__(self) -> None:
        from aiosmtpd.controller import Controller

        self.sink = Sink()
        self._controller = Controller(self.sink, hostname=HERE, port=SINK_PORT)
        self._controller.start()
        self._stopped = threading.Event()
        self._numbers = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._controller.stop()

    def send(self, mails: int, replies: int) -> list[threading.Thread]:
        """Begin a share of the load: 8 mails at a time, replies to conversations as they come up."""
        numbers = [str(self._numbers + number) for number in range(mails)]
        self._numbers += mails
        waiting, answered = list(numbers), list(numbers[:replies])
        workers = [threading.Thread(target=self._mail, args=(waiting,), daemon=True) for _ in range(4)]
        workers += [threading.Thread(target=self._reply, args=(answered,), daemon=True) for _ in range(3)]
        for worker in workers:
            worker.start()
        return workers

    def prove(self) -> None:
        """Let one mail and one reply through before anything is broken: what fails here is no fault's."""
        self.send(1, 1)
        try:
            _until(lambda: self.sink.came, 120)
        except WorkNotDone as reason:
            state = f"accepted {len(self.accepted)}, read {len(self.read)}, replied {len(self.replied)}, {self.refused}"
            raise WorkNotDone(f"one mail and its reply did not come through ({state})") from reason

    def _mail(self, waiting: list[str]) -> None:
        while waiting and not self._stopped.is_set():
            with contextlib.suppress(IndexError):
                number = waiting.pop()
                while not self._try_mail(number) and not self._stopped.wait(1):
                    self.retries["mail"] += 1
                self._stopped.wait(0.3)

    def _try_mail(self, number: str) -> bool:
        text = (
            f"From: Ana {number} <ana{number}@customer.example>\r\n"
            f"To: care@hosts.example\r\nSubject: Order {number}\r\n"
            f"Message-ID: <order-{number}@customer.example>\r\nDate: Mon, 30 Nov 2026 08:00:00 +0000\r\n\r\n"
            f"Where is order {number}?\r\n"
        )
        try:
            with smtplib.SMTP(PROXY, 25, timeout=20) as client:
                client.sendmail(f"ana{number}@customer.example", ["care@hosts.example"], text)
        except (OSError, smtplib.SMTPException):
            return False
        self.accepted[number] = time.monotonic()
        return True

    def _reply(self, answered: list[str]) -> None:
        while answered and not self._stopped.is_set():
            with contextlib.suppress(IndexError):
                number = answered.pop()
                while not self._try_reply(number) and not self._stopped.wait(1):
                    self.retries["reply"] += number in self.read

    def _try_reply(self, number: str) -> bool:
        key = self._conversation_of(number) if number in self.read else None
        if key is None:
            return False
        request = urllib.request.Request(
            f"http://{PROXY}/api/v1/conversations/{key}/messages/",
            data=json.dumps({"kind": "reply", "text": f"This is reply {number}."}).encode(),
            headers={
                "Authorization": f"Bearer {self.hosts.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"reply-{number}",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=40):
                self.replied[number] = time.monotonic()
                return True
        except (OSError, urllib.error.URLError) as reason:
            self.refused = str(reason)
            return False

    def _conversation_of(self, number: str) -> str | None:
        from django.db import DatabaseError, InterfaceError, connection

        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT key FROM conversations_conversation WHERE title = %s", [f"Order {number}"])
                row = cursor.fetchone()
            return str(row[0]) if row else None
        except (DatabaseError, InterfaceError):  # the database is away: that is what is being tried
            connection.close()
            return None

    def _watch(self) -> None:
        while not self._stopped.wait(1):
            for title in self.titles():
                self.read.setdefault(title.removeprefix("Order "), time.monotonic())

    def titles(self) -> list[str]:
        """Return the subject of every message that was read, each as often as it is there; none while it cannot be."""
        from django.db import DatabaseError, InterfaceError, connection

        for _ in range(2):  # a connection of before the fault is dead
            try:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT conversation.title FROM conversations_message message"
                        " JOIN conversations_conversation conversation ON conversation.key = message.conversation_id"
                        " WHERE message.kind = 'received'"
                    )
                    return [row[0] for row in cursor.fetchall()]
            except (DatabaseError, InterfaceError):
                connection.close()
        return []


# The faults ---------------------------------------------------------------------------------------------------
def _cut(name: str) -> Callable[[Hosts], None]:
    def fault(hosts: Hosts) -> None:
        _ip(f"link set {name} down")
        time.sleep(5 if QUICK else CUT_SECONDS)
        _ip(f"link set {name} up")

    return fault


def _kill_host(hosts: Hosts) -> None:
    hosts.end_host("vap1", signal.SIGKILL)
    time.sleep(5 if QUICK else 30)
    hosts.start_host("vap1")


def _kill_workers(hosts: Hosts) -> None:
    for name in ("mail", "work", "beat"):
        hosts.kill("vap2", name)  # and they are started again, as whatever ends


def _restart_host(hosts: Hosts) -> None:
    hosts.end_host("vap2", signal.SIGTERM)
    hosts.start_host("vap2")


def _restart_postgres(hosts: Hosts) -> None:
    hosts.end_postgres(signal.SIGINT)  # fast shutdown
    hosts.start_postgres()


def _kill_postgres(hosts: Hosts) -> None:
    hosts.end_postgres(signal.SIGQUIT)  # as after a fault: nothing is written, the log is replayed
    time.sleep(5)
    hosts.start_postgres()


def _kill_redis(hosts: Hosts) -> None:
    hosts.kill("vdb", "redis")
    time.sleep(10)
    hosts.start_redis()


def _kill_proxy(hosts: Hosts) -> None:
    hosts.kill("vpx", "haproxy")
    time.sleep(3)
    hosts.start_proxy()


FAULTS: tuple[tuple[str, Callable[[Hosts], None]], ...] = (
    ("host 1 killed for 30 s", _kill_host),
    ("host 1 cut off for 60 s", _cut("vap1")),
    ("workers and beat of host 2 killed", _kill_workers),
    ("host 2 restarted (SIGTERM)", _restart_host),
    ("PostgreSQL restarted", _restart_postgres),
    ("database host cut off for 60 s", _cut("vdb")),
    ("Redis killed for 10 s", _kill_redis),
    ("proxy killed for 3 s", _kill_proxy),
    ("PostgreSQL killed for 5 s", _kill_postgres),
    ("proxy cut off for 60 s", _cut("vpx")),
)


def _chosen_faults() -> list[tuple[str, Callable[[Hosts], None]]]:
    numbers = [int(number) for number in os.environ.get("HOSTS_FAULTS", "").split()]
    return [FAULTS[number - 1] for number in numbers] or [*FAULTS]


@dataclass(frozen=True)
class Row:
    """What came of the messages that were under way during one fault. Seconds."""

    fault: str
    mails: int
    replies: int
    lost: int
    doubled: int
    slowest_read: float
    read_after: float  # the slowest, counted from the fault's end where the mail came before that
    slowest_reply: float
    retries: int


def _try(name: str, fault: Callable[[Hosts], None], hosts: Hosts, load: Load) -> Row:
    mails, replies = MAILS // len(FAULTS) + 1, REPLIES // len(FAULTS) + 1
    if QUICK:
        mails, replies = 12, 6
    before = set(load.accepted), set(load.replied), sum(load.retries.values())
    workers = load.send(mails, replies)
    time.sleep(4)
    fault(hosts)
    ended = time.monotonic()
    for worker in workers:
        worker.join(SETTLE_SECONDS)
    accepted, replied = set(load.accepted) - before[0], set(load.replied) - before[1]
    with contextlib.suppress(WorkNotDone):
        _until(lambda: accepted <= set(load.read) and replied <= {text for text, _ in load.sink.came}, SETTLE_SECONDS)
    rows = Counter(title.removeprefix("Order ") for title in load.titles())
    came = Counter(text for text, _ in load.sink.came)
    when = dict(reversed(load.sink.came))
    row = Row(
        fault=name,
        mails=mails,
        replies=replies,
        lost=mails - len([n for n in accepted if rows[n]]) + replies - len([n for n in replied if came[n]]),
        doubled=sum(rows[n] - 1 for n in accepted if rows[n]) + sum(came[n] - 1 for n in replied if came[n]),
        slowest_read=max((load.read[n] - load.accepted[n] for n in accepted if n in load.read), default=0.0),
        read_after=max(
            (load.read[n] - max(load.accepted[n], ended) for n in accepted if load.read.get(n, 0) > ended), default=0.0
        ),
        slowest_reply=max((when[n] - load.replied[n] for n in replied if n in when), default=0.0),
        retries=sum(load.retries.values()) - before[2],
    )
    print(f"hosts: {row}", file=sys.stderr, flush=True)
    return row


def _print(rows: list[Row]) -> None:
    columns = (
        "fault",
        "in",
        "out",
        "lost",
        "doubled",
        "slowest read",
        "after the fault",
        "slowest reply",
        "tried again",
    )
    print(f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}", file=sys.stderr)
    for row in rows:
        print(
            f"| {row.fault} | {row.mails} | {row.replies} | {row.lost} | {row.doubled} | {row.slowest_read:.1f} s"
            f" | {row.read_after:.1f} s | {row.slowest_reply:.1f} s | {row.retries} |",
            file=sys.stderr,
        )
