"""Storing a help desk's export in PostgreSQL: through COPY, beside SQLAlchemy's ORM with the same parser.

    python -m bench.intake_postgresql [--tickets N] [--turns N]

A private server of its own, the migrated schema with its indexes, redaction off. Each side runs in a process of its own
and on a database of its own; the CPU seconds of the process and those of the server are told apart and count together.
Of several --turns the least counts. Exit 0 only if every bar holds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from bench.bars import at_most
from bench.exports import MESSAGES, write_export
from bench.intake_bare import add_source
from bench.intake_sides import PEAK, Spent, by_orm, by_statement, stored
from tests.support import engines, postgresql, runs

ORM_BAR, MEMORY_BAR = 0.7, 200.0
SIDES = ("product", "orm")
TICK = os.sysconf("SC_CLK_TCK")
STAT_AFTER_NAME = 11  # utime, stime, cutime, cstime from here on


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a side needed in seconds: of its process and of the server, and by the clock."""

    spent: Spent
    server: float
    wall: float

    @property
    def cpu(self) -> float:
        return self.spent.cpu + self.server


def spent_by(side: str, export: Path, url: str, place: Path) -> Spent:
    """Run one side in this process."""
    if side == "product":
        tickets, cpu, _ = stored(export, url, place)
        return Spent(tickets=tickets, cpu=cpu, peak_mb=PEAK[0])
    engine = create_engine(url)
    tickets, cpu, _ = by_orm(export, engine, by_statement)
    engine.dispose()
    return Spent(tickets=tickets, cpu=cpu, peak_mb=0.0)


def cost_of(side: str, export: Path) -> Cost:
    """One side in a process of its own, on a database of its own."""
    with tempfile.TemporaryDirectory() as folder, engines.migrated_database("postgresql", Path(folder)) as url:
        engine = create_engine(url)
        add_source(engine)
        before, begin = server_seconds(), time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "bench.intake_postgresql", "--side", side, str(export), url, folder],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONHASHSEED": "0"},
        )
        wall, server = time.monotonic() - begin, server_seconds() - before
        with engine.connect() as connection:
            kept = connection.scalar(text("SELECT count(*) FROM conversation_revision"))
        engine.dispose()
    spent = Spent(**json.loads(done.stdout.splitlines()[-1]))
    if kept != spent.tickets:
        raise RuntimeError(f"{side}: {kept} conversations are kept of {spent.tickets} tickets")
    found = Cost(spent=spent, server=server, wall=wall)
    told = f"{side:<8} {spent.tickets:>9,} tickets {spent.cpu:7.1f} s CPU, the server {server:6.1f} s"
    print(f"{told}, by the clock {wall:6.1f} s", flush=True)
    return found


def server_seconds() -> float:
    """The CPU seconds of the server by now: its main process, those that it waited for, and those that run."""
    main = int((runs.folder() / postgresql.FOLDER / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    return _seconds(main, waited_for=True) + sum(_seconds(int(each)) for each in children)


def _seconds(process_id: int, *, waited_for: bool = False) -> float:
    try:
        told = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # ended since the list was read: its parent has it by the next look
        return 0.0
    return sum(int(each) for each in told[STAT_AFTER_NAME : STAT_AFTER_NAME + (4 if waited_for else 2)]) / TICK


def main() -> int:
    if sys.argv[1:2] == ["--side"]:
        side, export, url, place = sys.argv[2:]
        print(json.dumps(asdict(spent_by(side, Path(export), url, Path(place)))))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=2)
    told = parser.parse_args()
    begun = runs.begin()
    best: dict[str, Cost] = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            export = write_export(Path(folder) / "export", told.tickets)
            print(f"{told.tickets:,} tickets with {told.tickets * MESSAGES:,} messages", flush=True)
            for _ in range(told.turns):
                for side in SIDES:
                    found = cost_of(side, export)
                    if side not in best or found.cpu < best[side].cpu:
                        best[side] = found
    finally:
        runs.end(begun)
    product, orm = best["product"], best["orm"]
    print(
        f"through COPY: {product.spent.tickets / product.wall:,.0f} tickets a second by the clock; CPU of the server, "
        f"ratio to the ORM's: {product.server / orm.server:.2f}"
    )
    bars = [
        at_most("CPU of an intake into PostgreSQL, ratio to the ORM's bulk insert", product.cpu / orm.cpu, ORM_BAR),
        at_most("peak memory of an intake into PostgreSQL, MB", product.spent.peak_mb, MEMORY_BAR, digits=0),
    ]
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
