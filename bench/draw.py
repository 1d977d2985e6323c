"""Drawing a week out of ten million tickets: the product's combined draw and a simple one, on both engines.

python -m bench.draw [--tickets 10000000] [--engine sqlite|postgresql|both]

A table of frame units as the product stores them, a frozen frame for each of its weeks, and in one of them, of 384,997
parts, the combined draw of three plans: two of each of 2,000 specialists, 1,000 by Neyman over queue and tier, 1,000
by risk. CPU seconds of this process, and on PostgreSQL those of its backend too. The same draw is timed in a table a
tenth of the size. The peer of the simple draw is ORDER BY random() in the same run.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, create_engine, event, text

from bench.bars import Bar, at_least, at_most
from qa import tables
from qa.core.orm import Base
from qa.sampling.allocation import Plan
from qa.sampling.columns import packed
from qa.sampling.draw import FINGERPRINT_SPACE, allocate, rounding, walks
from qa.sampling.frames import cell_of
from qa.sampling.walking import stored_cells, taken
from tests.support import postgresql, programs

WEEK_PARTS = 384_997
SPECIALISTS, QUEUES, TIERS = 2_000, 12, 3
QUEUES_EACH = 2
TIER_SHARES = (0.8, 0.15, 0.05)
RISK_SHARES = (0.8, 0.1, 0.05, 0.03, 0.015, 0.005)
TEAM_SIZE = 12
SIMPLE = 500
REPEATS = 7
PEER_REPEATS = 2
COMBINED_BAR = 0.150  # CPU seconds, SQLite
PEER_BAR = 500.0
FLAT_BAR = 1.5  # the large table's cost over that of a tenth of it
SEED = bytes(range(32))
PLANS = (
    Plan(key="quota", kind="quota_per_specialist", amount=2, where={}),
    Plan(key="spread", kind="neyman", amount=1_000, where={}, strata=("queue", "tier"), pooled_spread=15.0),
    Plan(key="risk", kind="risk", amount=1_000, where={}),
)
UNIT_COLUMNS = ("period_id", "part_id", "cell", "prn", "team", "entry")
CELL_COLUMNS = ("period_id", "cell", "team", "size", "fingerprint")
INDEXES = (
    "CREATE INDEX ix_frame_unit_walk ON frame_unit (period_id, cell, prn, part_id)",
    "CREATE INDEX ix_frame_unit_part ON frame_unit (part_id)",
    "CREATE INDEX ix_bench_prn ON frame_unit (prn)",  # only for the simple draw out of everything
)
assert tables.sampling  # the metadata is whole once every room's tables are loaded
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week's parts: the code of each part's cell, and its permanent random number."""

    codes: Ints
    prns: Ints
    first_part: int


class Cells:
    """All cells that there could be: specialist, queue, tier and risk class by code."""

    def __init__(self, rng: np.random.Generator) -> None:
        each = QUEUES_EACH * TIERS * len(RISK_SHARES)
        known = [rng.choice(QUEUES, QUEUES_EACH, replace=False) for _ in range(SPECIALISTS)]
        self.keys: list[str] = []
        self.teams: list[str] = []
        for code in range(SPECIALISTS * each):
            specialist, rest = divmod(code, each)
            place, rest = divmod(rest, TIERS * len(RISK_SHARES))
            tier, risk = divmod(rest, len(RISK_SHARES))
            self.keys.append(f"{specialist + 1}|queue {known[specialist][place]}|tier {tier}|{risk}")
            self.teams.append(str(specialist // TEAM_SIZE + 1))
        self.each = each

    def draw(self, size: int, rng: np.random.Generator) -> Ints:
        """The cell codes of so many tickets."""
        code = rng.integers(0, SPECIALISTS, size) * self.each
        code += rng.integers(0, QUEUES_EACH, size) * TIERS * len(RISK_SHARES)
        code += rng.choice(TIERS, size, p=TIER_SHARES) * len(RISK_SHARES)
        code += rng.choice(len(RISK_SHARES), size, p=RISK_SHARES)
        return code


def weeks(tickets: int, cells: Cells, rng: np.random.Generator) -> Iterator[Week]:
    """Weeks of the same size until all tickets are used; the last is smaller."""
    made = 0
    while made < tickets:
        size = min(WEEK_PARTS, tickets - made)
        yield Week(
            codes=cells.draw(size, rng),
            prns=rng.integers(0, 1 << 52, size),
            first_part=made + 1,
        )
        made += size


def unit_rows(period: int, week: Week, cells: Cells) -> Iterator[tuple[Any, ...]]:
    for offset, (code, prn) in enumerate(zip(week.codes.tolist(), week.prns.tolist(), strict=True)):
        yield period, week.first_part + offset, cells.keys[code], prn, cells.teams[code], "on_time"


def cell_rows(period: int, week: Week, cells: Cells) -> Iterator[tuple[Any, ...]]:
    order = np.argsort(week.codes, kind="stable")
    codes, starts, sizes = np.unique(week.codes[order], return_index=True, return_counts=True)
    sums = np.add.reduceat(week.prns[order].astype(np.uint64), starts)
    for code, size, total in zip(codes.tolist(), sizes.tolist(), sums.tolist(), strict=True):
        yield period, cells.keys[code], cells.teams[code], size, total % FINGERPRINT_SPACE


def fill(engine: Engine, tickets: int) -> int:
    """The table in bulk: rows first, indexes afterwards; how many cells the first week has."""
    Base.metadata.create_all(engine)
    rng = np.random.default_rng(385)
    cells = Cells(rng)
    first = 0
    with engine.begin() as connection:
        for name in ("ix_frame_unit_walk", "ix_frame_unit_part"):
            connection.execute(text(f"DROP INDEX {name}"))
    for period, week in enumerate(weeks(tickets, cells, rng), start=1):
        counted = list(cell_rows(period, week, cells))
        first = first or len(counted)
        with engine.begin() as connection:
            bulk(connection, "frame_unit", UNIT_COLUMNS, unit_rows(period, week, cells))
            bulk(connection, "frame_cell", CELL_COLUMNS, iter(counted))
            document = packed([cell_of(key, team, size) for _, key, team, size, _ in counted])
            connection.execute(
                text("INSERT INTO frame_columns (period_id, document) VALUES (:period, :document)"),
                {"period": period, "document": document},
            )
    with engine.begin() as connection:
        for statement in INDEXES:
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return first


def bulk(connection: Connection, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    """Rows by the engine's fastest way: COPY on PostgreSQL, one prepared statement on SQLite."""
    cursor = connection.connection.cursor()
    listed = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        cursor.execute("SET session_replication_role = replica")  # the rows refer to weeks that are not there
        with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", rows)  # type: ignore[arg-type]
    cursor.close()


def combined(connection: Connection) -> int:
    """The product's draw of the first week, from its cells to the drawn parts; how many it took."""
    table = stored_cells(connection, 1)
    allocation = allocate(table, PLANS)
    way = walks(allocation, rounding(allocation, SEED), SEED)
    return sum(len(parts) for _, parts in taken(connection, 1, way))


def simple(connection: Connection) -> int:
    """500 parts out of everything, from a random start on along the permanent random numbers."""
    start = int.from_bytes(SEED[:6], "big") << 4
    return len(
        connection.execute(
            text("SELECT part_id FROM frame_unit WHERE prn >= :start ORDER BY prn LIMIT :n"),
            {"start": start, "n": SIMPLE},
        ).all()
    )


def by_random(connection: Connection) -> int:
    """The usual way, which reads and numbers everything."""
    statement = text("SELECT part_id FROM frame_unit ORDER BY random() LIMIT :n")
    return len(connection.execute(statement, {"n": SIMPLE}).all())


def backend_seconds(connection: Connection) -> float:
    """CPU seconds of the server process behind a connection; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return 0.0
    pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu(connection: Connection, work: Callable[[Connection], int], times: int) -> float:
    """CPU seconds of a piece of work, warm: this process's best run, and the mean of the server's."""
    work(connection)
    server = backend_seconds(connection)
    own = []
    for _ in range(times):
        start = time.process_time()
        work(connection)
        own.append(time.process_time() - start)
    return min(own) + (backend_seconds(connection) - server) / times


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    tickets: int
    cells: int
    drawn: int
    combined: float
    simple: float
    peer: float


def measure(engine: Engine, tickets: int, *, peer: bool) -> Measured:
    cells = fill(engine, tickets)
    with engine.connect() as connection:
        drawn = combined(connection)
        return Measured(
            tickets=tickets,
            cells=cells,
            drawn=drawn,
            combined=cpu(connection, combined, REPEATS),
            simple=cpu(connection, simple, 400),
            peer=cpu(connection, by_random, PEER_REPEATS) if peer else 0.0,
        )


def on_sqlite(folder: Path, tickets: int, *, peer: bool) -> Measured:
    path = folder / f"{tickets}.db"
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def unsafe(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -200000")
        connection.execute(f"PRAGMA temp_store_directory = '{folder}'")

    try:
        return measure(engine, tickets, peer=peer)
    finally:
        engine.dispose()
        path.unlink(missing_ok=True)


def on_postgresql(folder: Path, tickets: int, *, peer: bool) -> Measured:
    place = folder / f"pg{tickets}"
    folder.chmod(0o755)
    try:
        postgresql.start(place, {"maintenance_work_mem": "256MB", "shared_buffers": "256MB"})
        postgresql.run(["createdb", "-h", str(place), "-U", postgresql.USER, "bench"])
        engine = create_engine(postgresql.url(place, "bench"))
        try:
            return measure(engine, tickets, peer=peer)
        finally:
            engine.dispose()
    finally:
        postgresql.stop(place)


def bars(engine: str, large: Measured, small: Measured) -> list[Bar]:
    about = f"{engine}, {large.tickets:,} tickets"
    found = [
        at_least(f"{about}: ORDER BY random() / simple draw of {SIMPLE}", large.peer / large.simple, PEER_BAR, 0),
        at_most(f"{about}: combined draw / that of a tenth", large.combined / small.combined, FLAT_BAR, 2),
        at_most(f"{about}: simple draw / that of a tenth", large.simple / small.simple, FLAT_BAR, 2),
    ]
    if engine == "sqlite":
        found.insert(0, at_most(f"{about}: combined draw, CPU seconds", large.combined, COMBINED_BAR))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.draw")
    parser.add_argument("--tickets", type=int, default=10_000_000)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    asked = parser.parse_args(arguments)
    if asked.tickets < 10 * WEEK_PARTS // 4:
        parser.error(f"at least {10 * WEEK_PARTS // 4:,} tickets: a tenth of them has to hold a part of a week")
    holds = True
    for name, run in (("sqlite", on_sqlite), ("postgresql", on_postgresql)):
        if asked.engine not in (name, "both"):
            continue
        if name == "postgresql" and programs.postgresql() is None:
            print("postgresql: no server on this machine, not measured")
            continue
        with tempfile.TemporaryDirectory(prefix="bench-draw-") as folder:
            # The small table holds the same whole week, so that only what surrounds it differs.
            small = run(Path(folder), max(asked.tickets // 10, WEEK_PARTS), peer=False)
            large = run(Path(folder), asked.tickets, peer=True)
        print(
            f"{name}: {large.drawn:,} of {WEEK_PARTS:,} parts in {large.cells:,} cells; combined draw "
            f"{1000 * large.combined:.1f} ms CPU, simple draw {1000 * large.simple:.3f} ms, "
            f"ORDER BY random() {1000 * large.peer:.0f} ms"
        )
        for bar in bars(name, large, small):
            print(bar.line())
            holds = holds and bar.holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
