"""Under which account a database server runs.

PostgreSQL refuses to run as root, and a database has no business there. When Vilarejo itself runs as
root, its servers run as an existing unprivileged account; otherwise as the same user.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from engagement.config.embedded.failure import EmbeddedFailure

UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of this machine. `other` says that it is not the one we run as, so processes must drop to it."""

    name: str
    uid: int
    gid: int
    other: bool

    def own(self, path: Path) -> None:
        """Give the path to this account."""
        if self.other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, top: Path) -> None:
        """Give the directory and all below it to this account."""
        if not self.other:
            return
        for folder, _names, files in os.walk(top):
            self.own(Path(folder))
            for file in files:
                self.own(Path(folder, file))

    def reaches(self, path: Path) -> bool:
        """Whether this account can enter the directory, or read the file, at `path`.

        Asked of the kernel in a child that became the account: modes, groups, access lists and
        mount options all count.
        """
        if not self.other:
            return os.access(path, os.X_OK if path.is_dir() else os.R_OK)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.setgroups([])
                os.setgid(self.gid)
                os.setuid(self.uid)
                code = 0 if os.access(path, os.X_OK if path.is_dir() else os.R_OK) else 1
            finally:
                os._exit(code)
        _pid, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status) == 0


def for_servers(*, owner: int | None = None) -> Account:
    """The account of the servers. `owner` is the user id that the data already belongs to, if there is data.

    Raises EmbeddedFailure when there is none, or when the data belongs to somebody else.
    """
    me = os.geteuid()
    if me != 0:
        if owner is not None and owner != me:
            raise EmbeddedFailure(
                f"The data in var/ belongs to the user {_name_of(owner)}. Start Vilarejo as that user."
            )
        return _account(me, other=False)
    if owner:
        return _account(owner, other=True)
    for name in UNPRIVILEGED:
        try:
            return _account(pwd.getpwnam(name).pw_uid, other=True)
        except KeyError:
            continue
    raise EmbeddedFailure(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`. "
        "Start Vilarejo as a normal user."
    )


def current_name() -> str:
    """The operating system's name of the user we run as: what PostgreSQL's peer authentication sees."""
    return _account(os.geteuid(), other=False).name


def _account(uid: int, *, other: bool) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedFailure(
            f"The user with the number {uid} has no name on this machine (no line in /etc/passwd), and "
            "PostgreSQL needs one. Start Vilarejo as a user with a name."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, other)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
