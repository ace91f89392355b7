"""Where a server's files live, so that its account reaches them.

Usually that is the directory that was asked for. When Vilarejo runs as root from a place that the
server's account cannot enter (/root is 0700), the files live below /var/lib/vilarejo instead and the
asked-for directory holds a note that says where.
"""

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from engagement.config.embedded.account import Account, for_servers
from engagement.config.embedded.failure import EmbeddedFailure

ELSEWHERE = Path("/var/lib/vilarejo")
_NOTE = "location"
# sun_path of sockaddr_un holds 108 bytes with the final NUL (unix(7)); macOS and the BSDs hold 104.
_LONGEST_SOCKET = 103


@dataclass(frozen=True)
class Home:
    """The directory of one server, its account, and a place for its programs when they must be copied."""

    directory: Path
    account: Account
    elsewhere: Path

    def socket_directory(self, socket_name: str) -> Path:
        """A directory that only the account (and root) enters, short enough for a Unix socket's path."""
        inside = self.directory / "socket"
        if len(os.fsencode(inside / socket_name)) <= _LONGEST_SOCKET:
            _private(inside, self.account)
            return inside
        digest = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:16]
        short = _runtime_base(self.account) / f"vilarejo-{digest}"
        _private(short, self.account)
        return short

    def program(self, wanted: Path, *, package: Path, version: str) -> Path:
        """The path of a wheel's program that the account can run: where pip put it, or a copy.

        `package` is the wheel's top folder, of which `wanted` is a file; its sibling `.libs` goes along.
        """
        if self.account.reaches(wanted):
            return wanted
        copy = self.elsewhere / f"{package.name}-{version}"
        if not copy.exists():
            _copy_package(package, copy)
        return copy / wanted.relative_to(package.parent)


def settle(directory: Path, *, elsewhere: Path = ELSEWHERE) -> Home:
    """Decide where the server of `directory` lives, and make the place. The choice is kept for good."""
    directory = Path(os.path.abspath(directory))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        noted = _noted(directory)
    except PermissionError as refused:
        raise EmbeddedFailure(
            f"{directory} cannot be written by this user. Start Vilarejo as the owner of the folder."
        ) from refused
    if noted is not None:
        return Home(noted, for_servers(owner=noted.stat().st_uid), elsewhere)
    data = directory / "data"
    account = for_servers(owner=data.stat().st_uid if data.exists() else None)
    if account.reaches(directory):
        return Home(directory, account, elsewhere)
    if data.exists():
        raise EmbeddedFailure(
            f"The user {account.name}, who runs the database, cannot enter {directory} any more. "
            "Give every folder above it the permission to be entered (chmod o+x)."
        )
    return Home(_settle_elsewhere(directory, account, elsewhere), account, elsewhere)


def _noted(directory: Path) -> Path | None:
    note = directory / _NOTE
    if not note.exists():
        return None
    place = Path(note.read_text(encoding="utf-8").strip())
    if not place.is_dir():
        raise EmbeddedFailure(
            f"{note} says that the data live in {place}, but that folder is gone. Bring it back from a "
            f"copy, or delete {note} to begin with an empty database."
        )
    return place


def _settle_elsewhere(directory: Path, account: Account, elsewhere: Path) -> Path:
    _open_to_all(elsewhere)
    place = elsewhere / f"{directory.parent.parent.name}-{directory.name}-{secrets.token_hex(4)}"
    place.mkdir(mode=0o755)
    if not account.reaches(place):
        raise EmbeddedFailure(
            f"The user {account.name}, who runs the database, can enter neither {directory} nor {place}. "
            "Move the checkout to a folder that every user may enter, or start as a normal user."
        )
    temporary = directory / f"{_NOTE}.new"
    temporary.write_text(f"{place}\n", encoding="utf-8")
    temporary.replace(directory / _NOTE)
    return place


def _copy_package(package: Path, copy: Path) -> None:
    _open_to_all(copy.parent)
    temporary = Path(tempfile.mkdtemp(prefix=f".{copy.name}-", dir=copy.parent))
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.is_dir():
            shutil.copytree(source, temporary / source.name, symlinks=True)
    for folder, _names, files in os.walk(temporary):
        os.chmod(folder, 0o755)  # noqa: S103 - programs, for every account to run
        for file in files:
            path = Path(folder, file)
            if not path.is_symlink():
                path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o444)
    try:
        temporary.rename(copy)
    except OSError:
        if not copy.exists():
            raise
        shutil.rmtree(temporary)  # another start was faster


def _open_to_all(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


def _runtime_base(account: Account) -> Path:
    if account.other:
        return Path("/run") if os.access("/run", os.W_OK) else Path("/tmp")  # noqa: S108 - checked below
    own = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    usable = own.is_dir() and own.stat().st_uid == account.uid and len(os.fsencode(own)) < 50
    return own if usable else Path("/tmp")  # noqa: S108 - _private() refuses a folder of another user


def _private(folder: Path, account: Account) -> None:
    """Make the folder with mode 0700 for the account; refuse one that somebody else prepared."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
            raise EmbeddedFailure(f"{folder} belongs to another user. Remove it and start again.") from None
    folder.chmod(0o700)
    account.own(folder)
