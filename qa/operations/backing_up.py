"""Everything in the database in one file, written while the server runs, as it stood at one moment.

The file is a zip of one member a table, a row a line, and a manifest with the number of rows and the digest of each
member. It names columns and values, nothing of an engine: a backup of SQLite restores into PostgreSQL and the other
way. Conversations are in it as they are stored, encrypted; the keys are not.
"""

import base64
import datetime as dt
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, Engine, Table, select, text

from qa.core.audit import ANCHORS
from qa.core.db import reading
from qa.core.errors import ConflictError
from qa.core.orm import Base
from qa.tickets.erasing import JOURNAL
from qa.tickets.models import SearchEntry

FORMAT = 1
CHUNK = 2_000
MANIFEST = "manifest.json"
BESIDE = (ANCHORS, JOURNAL)  # files of the instance folder that belong to the database
MADE_AGAIN = frozenset({SearchEntry.__tablename__})  # each engine has a full-text index of its own

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """What a file holds."""

    taken_at: dt.datetime
    revision: str  # of the schema
    rows: dict[str, int]  # of each table
    digests: dict[str, str]  # SHA-256 of each member
    columns: dict[str, list[str]]


def back_up(
    engine: Engine, instance: Path, target: Path, *, now: dt.datetime, report: Report = lambda _: None
) -> Backup:
    """Write the file and put it in place once it is whole and on the disk; only its owner may read it."""
    if target.exists():
        raise ConflictError(f"{target} exists already: a backup is never written over another.")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                written = _write(archive, engine, instance, now, report)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return written


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment, however long it reads; writers go on."""
    with reading(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection.execution_options(yield_per=CHUNK)
        connection.rollback()


def revision_of(connection: Connection) -> str:
    """The schema's revision, as the migrations noted it."""
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return str(found)


def _write(archive: zipfile.ZipFile, engine: Engine, instance: Path, now: dt.datetime, report: Report) -> Backup:
    rows, digests, columns = {}, {}, {}
    with snapshot(engine) as connection:
        revision = revision_of(connection)
        for table in Base.metadata.sorted_tables:
            if table.name in MADE_AGAIN:
                continue
            member = f"tables/{table.name}.jsonl"
            with archive.open(member, "w", force_zip64=True) as lines:
                rows[table.name], digests[member] = _write_rows(connection, table, lines.write)
            columns[table.name] = [column.name for column in table.columns]
            report(f"{table.name}: {rows[table.name]:,}")
    for name in BESIDE:
        if (instance / name).exists():
            content = (instance / name).read_bytes()
            archive.writestr(f"beside/{name}", content)
            digests[f"beside/{name}"] = hashlib.sha256(content).hexdigest()
    written = Backup(taken_at=now, revision=revision, rows=rows, digests=digests, columns=columns)
    manifest = {
        "format": FORMAT,
        "taken_at": now.isoformat(),
        "revision": revision,
        "engine": engine.dialect.name,
        "rows": rows,
        "digests": digests,
        "columns": columns,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return written


def _write_rows(connection: Connection, table: Table, write: Callable[[bytes], object]) -> tuple[int, str]:
    """How many rows were written, and the digest of what was."""
    is_json = [isinstance(column.type, JSON) for column in table.columns]
    digest, count = hashlib.sha256(), 0
    for chunk in connection.execute(select(table).order_by(*table.primary_key.columns)).partitions(CHUNK):
        lines = "".join(
            json.dumps(
                [
                    {"json": value} if wraps and value is not None else value
                    for wraps, value in zip(is_json, row, strict=True)
                ],
                default=packed,
                ensure_ascii=False,
                separators=(",", ":"),
            )
            + "\n"
            for row in chunk
        ).encode()
        write(lines)
        digest.update(lines)
        count += len(chunk)
    return count, digest.hexdigest()


def packed(value: object) -> dict[str, Any]:
    """A value that JSON has no word for, under the name of its kind."""
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, dt.datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    raise TypeError(f"no way to write {type(value).__name__}")


def unpacked(value: Any) -> Any:
    """The other way round; a moment is in UTC."""
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    match kind:
        case "bytes":
            return base64.b64decode(inner)
        case "moment":
            return dt.datetime.fromisoformat(inner)
        case "day":
            return dt.date.fromisoformat(inner)
        case _:
            return inner
