"""A backup put back into an empty database: checked before a row is written, and erased again where it must be."""

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from sqlalchemy import JSON, Connection, Engine, MetaData, Table, func, inspect, select, text

from qa.core.errors import ConflictError, InvalidInputError
from qa.operations.backing_up import BESIDE, CHUNK, FORMAT, MANIFEST, Backup, Report, unpacked

LONGEST_MANIFEST = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    backup: Backup
    kept: tuple[str, ...]  # files beside the database that were there already


def read_manifest(path: Path) -> Backup:
    """What a backup says of itself."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(MANIFEST).file_size > LONGEST_MANIFEST:
                raise InvalidInputError(f"{path} is no backup of Fairmark: its manifest is too long.")
            told = json.loads(archive.read(MANIFEST))
        if told["format"] != FORMAT:
            raise InvalidInputError(f"{path} has format {told['format']}; this version of Fairmark reads {FORMAT}.")
        return Backup(
            taken_at=dt.datetime.fromisoformat(told["taken_at"]),
            revision=told["revision"],
            rows=told["rows"],
            digests=told["digests"],
            columns=told["columns"],
        )
    except FileNotFoundError as error:
        raise InvalidInputError(f"There is no file {path}.") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise InvalidInputError(f"{path} is no backup of Fairmark, or it was cut short: {error}") from error


def check(path: Path, backup: Backup) -> None:
    """Read the whole file once: every member is there, and is what was written."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member, expected in backup.digests.items():
                with archive.open(member) as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
                if found != expected:
                    raise InvalidInputError(f"{path} was changed or damaged: {member} is not what was written.")
    except (zipfile.BadZipFile, KeyError) as error:
        raise InvalidInputError(f"{path} was changed or damaged: {error}") from error


def restore(
    engine: Engine, instance: Path, path: Path, *, migrate: Callable[[str], None], report: Report = lambda _: None
) -> Restored:
    """Make the schema that the backup had, put every row back in one transaction, and bring it to today's schema.

    ``migrate`` brings the database to a revision. What must follow (search, erasures) is up to the caller.
    """
    backup = read_manifest(path)
    check(path, backup)
    tables = set(inspect(engine).get_table_names()) - {"alembic_version"}
    if tables:
        raise ConflictError(
            f"The database is not empty: it has {len(tables)} tables. Restore into a new one, and point the "
            "installation at it once it is whole."
        )
    migrate(backup.revision)
    with zipfile.ZipFile(path) as archive, engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))  # looked at once, at the end
        _load(connection, archive, backup, report)
    migrate("head")
    kept = _put_beside(path, instance)
    return Restored(backup=backup, kept=kept)


def _load(connection: Connection, archive: zipfile.ZipFile, backup: Backup, report: Report) -> None:
    metadata = MetaData()
    metadata.reflect(connection, only=list(backup.rows))
    naive = connection.dialect.name == "sqlite"
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())  # what migrations put there is in the backup, as it became
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = type(column.type)(none_as_null=True)
        names = backup.columns[table.name]
        with archive.open(f"tables/{table.name}.jsonl") as lines:
            while chunk := list(islice(_rows(lines, names, naive=naive), CHUNK)):
                connection.execute(table.insert(), chunk)
        _check_count(connection, table, backup.rows[table.name])
        if connection.dialect.name == "postgresql":
            _go_on_counting(connection, table)
        report(f"{table.name}: {backup.rows[table.name]:,}")


def _rows(lines: IO[bytes], names: list[str], *, naive: bool) -> Iterator[dict[str, object]]:
    for line in lines:
        values = [unpacked(value) for value in json.loads(line)]
        if naive:  # SQLite's moments are UTC without saying so
            values = [
                value.astimezone(dt.UTC).replace(tzinfo=None) if isinstance(value, dt.datetime) else value
                for value in values
            ]
        yield dict(zip(names, values, strict=True))


def _check_count(connection: Connection, table: Table, expected: int) -> None:
    found = connection.scalar(select(func.count()).select_from(table))
    if found != expected:
        raise InvalidInputError(f"{table.name} has {found} rows after the restore, and {expected} in the backup.")


def _go_on_counting(connection: Connection, table: Table) -> None:
    """The next row gets a number of its own."""
    (key, *others) = table.primary_key.columns
    sequence = connection.scalar(
        text("SELECT pg_get_serial_sequence(:name, :key)"), {"name": table.name, "key": key.name}
    )
    if others or sequence is None:
        return
    newest = connection.scalar(select(func.max(key)))
    if newest is not None:
        connection.execute(
            text("SELECT setval(CAST(:sequence AS regclass), :at)"), {"sequence": sequence, "at": newest}
        )


def _put_beside(path: Path, instance: Path) -> tuple[str, ...]:
    """The files that belong to the database; what is there already knows more than the backup and stays."""
    kept = []
    with zipfile.ZipFile(path) as archive:
        for name in BESIDE:
            if f"beside/{name}" not in archive.namelist():
                continue
            if (instance / name).exists():
                kept.append(name)
            else:
                instance.mkdir(parents=True, exist_ok=True)
                (instance / name).write_bytes(archive.read(f"beside/{name}"))
    return tuple(kept)
