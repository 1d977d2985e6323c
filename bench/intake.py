"""Storing a help desk's export: CPU and memory of the product beside a bare loop and SQLAlchemy's ORM.

    python -m bench.intake [--tickets N] [--turns N]

Eight messages a ticket, redaction off. The bare loop parses the same file, compresses the same conversations and
inserts the same rows with ``executemany`` under the same indexes: no check, no digest, no cipher, no random number, no
signal. Each side runs in a process of its own, whose CPU seconds and peak memory count. The search index is built
afterwards (`flask search index`).
Each side runs several times in turn and its least counts, since other work of the machine tells on both.
The whole measure is --tickets 1000000 --turns 1. Exit 0 only if every bar holds.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.bars import Bar, at_most
from bench.exports import MESSAGES, write_export
from bench.intake_sides import SIDES, Spent, spent_by

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
    print(f"{side:<12} {spent.tickets:>9,} tickets {spent.cpu:8.1f} s CPU {spent.peak_mb:6.0f} MB  {spent.told}")
    return spent


def main() -> int:
    if sys.argv[1:2] == ["--side"]:
        side, export, place = sys.argv[2:]
        print(json.dumps(asdict(spent_by(side, Path(export), Path(place)))))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=3_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--export", type=Path, help="keep the export here, and use it where it is already")
    parser.add_argument("--sides", nargs="*", default=list(SIDES), choices=SIDES)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        export = told.export or Path(folder) / "export"
        if not export.exists():
            write_export(export, told.tickets)
        print(f"{told.tickets:,} tickets with {told.tickets * MESSAGES:,} messages")
        spent: dict[str, Spent] = {}
        for turn in range(told.turns):
            for side in told.sides:
                found = run(side, export, Path(folder) / f"{side}{turn}")
                if side not in spent or found.cpu < spent[side].cpu:
                    spent[side] = found
    bars: list[Bar] = []
    if {"product", "bare"} <= spent.keys():
        ratio = spent["product"].cpu / spent["bare"].cpu
        bars.append(at_most("CPU of an intake, redaction off, ratio to a bare loop", ratio, BARE_BAR))
    if {"product", "orm_statements"} <= spent.keys():
        ratio = spent["product"].cpu / spent["orm_statements"].cpu
        bars.append(at_most("CPU of an intake, ratio to SQLAlchemy's ORM bulk insert, same parser", ratio, ORM_BAR))
    if {"product", "orm"} <= spent.keys():
        ratio = spent["product"].cpu / spent["orm"].cpu
        print(f"CPU of an intake, ratio to the ORM's unit of work (add_all): {ratio:.2f}")
    if "product" in spent:
        bars.append(at_most("peak memory of an intake, MB", spent["product"].peak_mb, MEMORY_BAR, digits=0))
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
