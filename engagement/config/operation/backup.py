"""Back up an installation while it runs, and restore it.

A backup is a folder: ``database.dump`` (pg_dump's custom format, of one snapshot), ``files.tar`` (everything in the
file storage, disk or bucket), ``keys.json`` (without which sealed values and suppressed addresses are lost) and
``manifest.json`` (what is in it: rows by table, files, checksums). It is complete when it has its manifest, which is
written last. Files are stored before the row that names them, and copied after the database: so every row of the
snapshot finds its file, except one that was deleted in between.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, default_storage
from psycopg import sql
from psycopg.conninfo import make_conninfo

from engagement.config.operation.postgres_tools import database_url, list_dump, run_tool
from engagement.config.operation.sealed_values import count_sealed

FORMAT = 1
DATABASE, FILES, KEYS, MANIFEST = "database.dump", "files.tar", "keys.json", "manifest.json"
KEY_NAMES = ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ADDRESS_HASH_KEY")
_OF_EVERY_DATABASE = (("SCHEMA", "public"), ("COMMENT", "SCHEMA public"), ("ACL", "SCHEMA public"))
_CHUNK = 1024 * 1024
Say = Callable[[str], None]


class BackupRefused(Exception):
    """It cannot be done as asked; the message says what to do."""


def create_backup(*, into: Path, now: datetime, verify: bool, with_keys: bool, say: Say) -> Path:
    """Write a backup below ``into`` and return its folder. Raises BackupRefused, ToolFailed, OSError."""
    place = into / f"vilarejo-{now:%Y%m%d-%H%M%S}"
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.mkdir(mode=0o700)
    url = database_url()
    say("Database …")
    tables = _dump_database(url, place / DATABASE)
    say("Files …")
    files = _pack_files(default_storage, place / FILES)
    if with_keys:
        _write_private(place / KEYS, json.dumps(_keys(), indent=2))
    manifest = {
        "format": FORMAT,
        "created_at": now.isoformat(),
        "tables": tables,
        "files": files,
        "has_keys": with_keys,
        "sha256": {name: _digest(place / name) for name in (DATABASE, FILES)},
    }
    if verify:
        say("Verifying by a restore into a database of its own …")
        verify_backup(place, manifest, url=url)
    manifest["is_verified"] = verify
    _write_private(place / MANIFEST, json.dumps(manifest, indent=2))
    return place


def verify_backup(place: Path, manifest: dict[str, Any], *, url: str) -> None:
    """Restore the database beside the real one, compare each table, and read each file. Raises BackupRefused."""
    name = f"vilarejo_verify_{os.getpid()}"
    _check_digests(place, manifest)
    try:
        _execute(url, sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupRefused(
            "The backup is written and was not verified: the database user may not create a database. Give it "
            "CREATEDB, or say --no-verify and try the restore elsewhere."
        ) from error
    try:
        beside = make_conninfo(url, dbname=name)
        restore_dump(place / DATABASE, url=beside)
        with psycopg.connect(beside) as connection:
            _compare(manifest["tables"], count_rows(connection))
    finally:
        # Without FORCE: FORCE ends every session there is, and that of an autovacuum worker belongs to a superuser.
        # A plain DROP sends that worker away and waits up to 5 s for it (PostgreSQL: CountOtherDBBackends).
        _execute(url, sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    with tarfile.open(place / FILES) as archive:
        found = sum(1 for member in archive if member.isfile())
    if found != manifest["files"]["count"]:
        raise BackupRefused(
            f"{FILES} holds {found} files instead of {manifest['files']['count']}. Make the backup again."
        )


def restore_backup(*, place: Path, force: bool, say: Say) -> dict[str, Any]:
    """Bring a backup back and return its manifest. Refuses a place that is not empty, unless forced.

    The database goes first, in one transaction; then the files. What stood there before is gone. Raises BackupRefused,
    ToolFailed, OSError.
    """
    manifest = read_manifest(place)
    _check_digests(place, manifest)
    url = database_url()
    with psycopg.connect(url) as connection:
        if not force and (_has_rows(connection) or _has_files(default_storage)):
            raise BackupRefused(
                "There is data here already. Restore into an empty database and file storage, or say FORCE=1 to have "
                "what is here replaced."
            )
        _refuse_others(connection)
    _bring_keys(place)
    say("Database …")
    _empty_schema(url)
    restore_dump(place / DATABASE, url=url)
    with psycopg.connect(url) as connection:
        _compare(manifest["tables"], count_rows(connection))
    say("Files …")
    _unpack_files(default_storage, place / FILES)
    return manifest


def read_manifest(place: Path) -> dict[str, Any]:
    """Return what a backup says about itself. Raises BackupRefused."""
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackupRefused(f"{place} is no complete backup: {MANIFEST} is missing or damaged.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BackupRefused(f"{place} was written by another version of this program. Restore it with that version.")
    return manifest


def count_rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return the exact number of rows of each table of the schema public, partitions counted with their parent."""
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition ORDER BY relname"
    ).fetchall()
    counts = {}
    for (name,) in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", name))).fetchone()
        counts[name] = int(row[0]) if row else 0
    return counts


def _dump_database(url: str, target: Path) -> dict[str, int]:
    """Dump and count in one snapshot, so that a later comparison must be exact."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = row[0] if row else ""
        _write_private(target, "")
        arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        run_tool("pg_dump", [*arguments, f"--file={target}"], url=url)
        return count_rows(connection)


def _pack_files(storage: Storage, target: Path) -> dict[str, int]:
    count = size = missing = 0
    _write_private(target, "")
    with tarfile.open(target, "w") as archive:
        for name in walk_storage(storage):
            try:
                file = storage.open(name)
            except FileNotFoundError:
                missing += 1  # deleted since it was listed
                continue
            with file, tempfile.SpooledTemporaryFile(max_size=16 * _CHUNK) as copy:
                shutil.copyfileobj(file, copy, _CHUNK)
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = copy.tell(), 0o600
                copy.seek(0)
                archive.addfile(entry, copy)
                count, size = count + 1, size + entry.size
    return {"count": count, "bytes": size, "gone_meanwhile": missing}


def walk_storage(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the name of each file, folder by folder."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            folders, files = storage.listdir(place)
        except FileNotFoundError:
            continue
        prefix = f"{place}/" if place else ""
        yield from (f"{prefix}{name}" for name in sorted(files) if name)
        waiting += [f"{prefix}{name}" for name in sorted(folders, reverse=True) if name]


def _unpack_files(storage: Storage, source: Path) -> None:
    with tarfile.open(source) as archive:
        for member in archive:
            name = PurePosixPath(member.name)
            content = archive.extractfile(member) if member.isfile() else None
            if content is None or name.is_absolute() or ".." in name.parts:
                continue
            storage.delete(member.name)
            saved = storage.save(member.name, File(content))
            if saved != member.name:
                raise BackupRefused(f"The file {member.name} could not be restored under its name.")


def _has_rows(connection: psycopg.Connection[Any]) -> bool:
    """Whether somebody has begun to use the database: migrations alone are no use."""
    row = connection.execute("SELECT to_regclass('public.village_user')").fetchone()
    if row is None or row[0] is None:
        return False
    for table in ("village_user", "profiles_profile", "engagement_channels_channel"):
        row = connection.execute(
            sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier("public", table))
        ).fetchone()
        if row and row[0]:
            return True
    return False


def _has_files(storage: Storage) -> bool:
    return next(walk_storage(storage), None) is not None


def _refuse_others(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    ).fetchone()
    if row and row[0]:
        raise BackupRefused(
            f"{row[0]} connections use the database. Stop every process of the installation on every host first."
        )


def _bring_keys(place: Path) -> None:
    """Use the keys of the backup, or what is sealed in it could not be opened and erased addresses would be forgotten.

    `make run` keeps its keys in a file, which is replaced (a copy stays beside it). Where they come from the
    environment, only a person can change them. Raises BackupRefused.
    """
    path, own = place / KEYS, settings.VAR / "secrets.json"
    if not path.exists():
        return
    kept, present = json.loads(path.read_text(encoding="utf-8")), _keys()
    wanted = set(kept["FIELD_ENCRYPTION_KEYS"].split(","))
    has_keys = wanted <= set(settings.FIELD_ENCRYPTION_KEYS)
    if has_keys and kept["ADDRESS_HASH_KEY"] == present["ADDRESS_HASH_KEY"]:
        return
    if not _is_in_use(own, present):
        raise BackupRefused(
            "The installation runs with other FIELD_ENCRYPTION_KEYS or another ADDRESS_HASH_KEY than the backup. Set "
            f"both as {path} says, then restore."
        )
    own.replace(own.with_name("secrets.json.before-restore"))
    _write_private(own, json.dumps({name: kept[name] for name in KEY_NAMES}, indent=2))
    settings.SECRET_KEY, settings.ADDRESS_HASH_KEY = kept["SECRET_KEY"], kept["ADDRESS_HASH_KEY"]
    settings.FIELD_ENCRYPTION_KEYS = kept["FIELD_ENCRYPTION_KEYS"].split(",")


def _is_in_use(own: Path, present: dict[str, str]) -> bool:
    try:
        held = json.loads(own.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and all(held.get(name) == present[name] for name in KEY_NAMES)


def restore_dump(dump: Path, *, url: str) -> None:
    """Restore a dump in one transaction, without the schema public itself, which every database has.

    Raises ToolFailed.
    """
    listed = list_dump(dump)
    wanted = [line for line in listed if not any(f" {kind} - {what} " in line for kind, what in _OF_EVERY_DATABASE)]
    with tempfile.NamedTemporaryFile("w", suffix=".list", encoding="utf-8") as chosen:
        chosen.write("\n".join(wanted))
        chosen.flush()
        arguments = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        run_tool("pg_restore", [*arguments, f"--use-list={chosen.name}", str(dump)], url=url)


def _empty_schema(url: str) -> None:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        ).fetchall()
        for (name,) in rows:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
        connection.execute("CREATE SCHEMA public")


def _compare(wanted: dict[str, int], found: dict[str, int]) -> None:
    wrong = [name for name, count in wanted.items() if found.get(name) != count]
    if wrong:
        first = wrong[0]
        raise BackupRefused(
            f"{len(wrong)} tables differ after the restore; {first} has {found.get(first)} rows instead of "
            f"{wanted[first]}. The backup must not be used; make it again."
        )


def _check_digests(place: Path, manifest: dict[str, Any]) -> None:
    for name, wanted in manifest["sha256"].items():
        if not (place / name).exists() or _digest(place / name) != wanted:
            raise BackupRefused(f"{place / name} is missing or damaged. Use another backup.")


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keys() -> dict[str, str]:
    return {
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
        "ADDRESS_HASH_KEY": settings.ADDRESS_HASH_KEY,
    }


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _execute(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def sealed_report() -> str:
    """Say in one line whether what is sealed can be opened with the present keys."""
    opened, closed = count_sealed()
    return f"{opened} sealed values can be opened, {closed} cannot."
