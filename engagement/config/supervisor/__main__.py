"""`python -m engagement.config.supervisor`: start everything, say so, end everything on Ctrl-C."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType

from engagement.config.embedded import postgres, valkey
from engagement.config.embedded.failure import EmbeddedFailure
from engagement.config.embedded.lock import FolderLock
from engagement.config.embedded.processes import end_with_parent
from engagement.config.supervisor import database, options, programs
from engagement.config.supervisor.child import Child
from engagement.config.supervisor.console import rotate, say, show
from engagement.config.supervisor.crew import Crew, Server
from engagement.config.supervisor.keys import kept_keys, write_private
from engagement.config.supervisor.private_files import make_private
from engagement.config.supervisor.readiness import ask, listens
from engagement.config.supervisor.refusal import Refusal
from engagement.config.supervisor.report import refresh_demo, welcome, welcome_own
from engagement.config.supervisor.sweep import end_orphans

FOLDER = Path(__file__).resolve().parents[3]


def main() -> int:
    """Run until a signal; 0 after a clean end, 1 with a sentence when something stands in the way."""
    if os.environ.get("MAKELEVEL"):
        end_with_parent(signal.SIGTERM)  # make(1) killed: nobody could press Ctrl-C any more
    signal.signal(signal.SIGTERM, _interrupted)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup(1) wants us to stay
        signal.signal(signal.SIGHUP, _interrupted)
    var = Path(os.environ.get("VAR_DIR") or FOLDER / "var").resolve()
    lock = FolderLock(var / "run" / "lock", folder=FOLDER)
    try:
        lock.acquire(what="Vilarejo")
        (var / "log").mkdir(exist_ok=True)
        make_private(var)
        _run(var, lock)
    except (Refusal, EmbeddedFailure) as reason:
        show(f"Vilarejo does not start. {reason}")
        return 1
    except OSError as reason:
        show(f"Vilarejo does not start. {reason.filename or 'The system'}: {reason.strerror}.")
        return 1
    except KeyboardInterrupt:
        show("Stopped.")
        return 130
    finally:
        lock.release()
    return 0


def _run(var: Path, lock: FolderLock) -> None:
    if found := end_orphans(var):
        say(f"Ended {found} processes that the last run left behind.")
    chosen = options.read(os.environ)
    servers: list[Server] = []
    try:
        chosen = _with_servers(chosen, var, servers)
        environment = programs.environment_of(chosen, var=var, keys=kept_keys(var / "secrets.json"), base=os.environ)
        holds_demo = database.prepare(folder=FOLDER, var=var, environment=environment, demo=chosen.demo)
        environment = {**environment, "DEMO": "1" if holds_demo else "0"}
        chosen = replace(chosen, demo=holds_demo)
        write_private(var / "run" / "environment.json", environment)
    except BaseException:
        for server in reversed(servers):
            server.stop(patience=2.0)
        raise
    listed = programs.programs(chosen, namespace=environment["NAMESPACE"], catcher=bool(chosen.catcher_port))
    children = [Child(p, folder=FOLDER, environment=environment, logs=var / "log") for p in listed]
    make_private(var)  # the logs that were made meanwhile
    crew = Crew(servers=servers, children=children, ending=lock.announce_end)
    asyncio.run(_live(var, chosen, crew))
    (var / "run" / "environment.json").unlink(missing_ok=True)


def _with_servers(chosen: options.Options, var: Path, servers: list[Server]) -> options.Options:
    """Start what was not given, add it to `servers`, and fill in where it is."""
    if not chosen.database_url:
        rotate(log := var / "log" / "postgres.log")
        server = postgres.start(var / "postgres", log=log)
        servers.append(server)
        chosen = replace(chosen, database_url=server.url)
    if not chosen.redis_url:
        rotate(log := var / "log" / "valkey.log")
        broker = valkey.start(var / "valkey", log=log)
        servers.append(broker)
        given = chosen.broker_url
        chosen = replace(chosen, redis_url=f"{broker.url}/0", broker_url=given or f"{broker.url}/1")
    if not chosen.smtp_url:
        chosen = replace(chosen, smtp_url=f"smtp://127.0.0.1:{chosen.catcher_port}")
    return chosen


async def _live(var: Path, chosen: options.Options, crew: Crew) -> None:
    async def pages_answer() -> None:
        """The other programs wait until all of its workers serve: they would take the processor from them.

        A worker that is still loading may hold a connection, so a few answers in a row are wanted.
        """
        in_a_row, deadline = 0, asyncio.get_running_loop().time() + 15.0
        while in_a_row < 8 and asyncio.get_running_loop().time() < deadline:
            status, _reason = await ask(chosen.local_url, "/healthz", seconds=1.0)
            in_a_row = in_a_row + 1 if status else 0
            if not status:
                await asyncio.sleep(0.05)

    async def greet() -> None:
        said = asyncio.get_running_loop().time()
        while lacking := await _what_is_not_ready(chosen):
            if asyncio.get_running_loop().time() - said > 20:
                said = asyncio.get_running_loop().time()
                say(f"Not ready yet: {lacking}")
            await asyncio.sleep(0.25)
        link = _setup_link(var)
        if link or chosen.demo is False:
            show(welcome_own(chosen, link=link, catcher=bool(chosen.catcher_port)))
            return
        demo = refresh_demo(var / "demo.json", chosen)
        show(welcome(demo, chosen, catcher=bool(chosen.catcher_port), path=var / "demo.json"))

    await crew.work(first_is_up=pages_answer, greet=greet)


def _setup_link(var: Path) -> str:
    """The link for the first set-up; empty once somebody has an account."""
    try:
        return (var / database.LINK).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


async def _what_is_not_ready(chosen: options.Options) -> str:
    """What a newcomer would miss, in words; empty when all is there."""
    doors = {"live": chosen.live_port, "smtp": chosen.inbound_smtp_port, "catcher": chosen.catcher_port}
    doors["sms"] = chosen.sms_stand_in_port
    for name, port in doors.items():
        if port and not await listens("127.0.0.1" if name in ("catcher", "sms") else chosen.local_host, port):
            return f"{name} does not listen on port {port}"
    status, answer = await ask(chosen.local_url, "/readyz")
    return "" if status == 200 else f"/readyz says {status or 'nothing'}: {answer[:500]}"


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
