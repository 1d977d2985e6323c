"""Storing a help desk's export: CPU and memory of the product beside a bare loop and SQLAlchemy's ORM.

    python -m bench.intake [--tickets N] [--orm-tickets N] [--turns N]

Eight messages a ticket, redaction off. The bare loop parses the same file, compresses the same conversations and
inserts the same rows with ``executemany`` under the same indexes: no check, no digest, no cipher, no random number, no
signal. Each side runs in a process of its own, whose CPU seconds and peak memory count. The search index is built
afterwards (`flask search index`).

Product and bare loop store --tickets, a million unless told otherwise, which takes half an hour; the ORM is measured at
--orm-tickets, since its cost of a ticket is the same at any size. Of several --turns the least counts, since other work
of the machine tells on each: --tickets 10000 --turns 3 tells the ratio in two minutes. Exit 0 only if every bar holds.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.bars import at_most
from bench.exports import MESSAGES, write_export
from bench.intake_sides import Spent, spent_by

BARE_BAR, ORM_BAR, MEMORY_BAR = 2.0, 0.7, 200.0


def run(side: str, export: Path, place: Path) -> Spent:
    """One side in a process of its own, on a database of its own."""
    place.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "bench.intake", "--side", side, str(export), str(place)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    shutil.rmtree(place)
    spent = Spent(**json.loads(done.stdout.splitlines()[-1]))
    told = f"{side:<12} {spent.tickets:>9,} tickets {spent.cpu:8.1f} s CPU {spent.peak_mb:6.0f} MB  {spent.told}"
    print(told, flush=True)
    return spent


def main() -> int:
    if sys.argv[1:2] == ["--side"]:
        side, export, place = sys.argv[2:]
        print(json.dumps(asdict(spent_by(side, Path(export), Path(place)))))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--orm-tickets", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--export", type=Path, help="keep the export of --tickets here, and use it where it is already")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        spent = measured(told.tickets, ("product", "bare"), told.turns, place / "whole", told.export)
        other = measured(told.orm_tickets, ("product", "orm_statements", "orm"), told.turns, place / "orm")
    product = other["product"].cpu
    print(f"CPU of an intake, ratio to the ORM's unit of work (add_all): {product / other['orm'].cpu:.2f}")
    if told.tickets > told.orm_tickets:
        grown = (spent["product"].peak_mb - other["product"].peak_mb) * 2**20 / (told.tickets - told.orm_tickets)
        print(f"peak memory grows by {grown:.0f} bytes a ticket from {told.orm_tickets:,} to {told.tickets:,} tickets")
    bars = [
        at_most(
            "CPU of an intake, redaction off, ratio to a bare loop",
            spent["product"].cpu / spent["bare"].cpu,
            BARE_BAR,
        ),
        at_most(
            "CPU of an intake, ratio to SQLAlchemy's ORM bulk insert, same parser",
            product / other["orm_statements"].cpu,
            ORM_BAR,
        ),
        at_most("peak memory of an intake, MB", spent["product"].peak_mb, MEMORY_BAR, digits=0),
    ]
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


def measured(
    tickets: int, sides: Sequence[str], turns: int, place: Path, export: Path | None = None
) -> dict[str, Spent]:
    """What each side spends on the same export in its best turn; the sides take turns."""
    place.mkdir()
    export = export or place / "export"
    if not export.exists():
        write_export(export, tickets)
    print(f"{tickets:,} tickets with {tickets * MESSAGES:,} messages", flush=True)
    spent: dict[str, Spent] = {}
    for turn in range(turns):
        for side in sides:
            found = run(side, export, place / f"{side}{turn}")
            if side not in spent or found.cpu < spent[side].cpu:
                spent[side] = found
    return spent


if __name__ == "__main__":
    sys.exit(main())
