"""Reading the rows of an Excel workbook as an intake does, beside openpyxl's read-only mode over the same file.

    python -m bench.workbooks [--rows N]

Columns as a help desk exports them: ids, texts, words, dates, numbers. Ours gives every cell as text, the peer as it
stands. CPU seconds, both in this run, the better of three. Exit 0 only if the bar holds.
"""

import argparse
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl

from bench.bars import at_most
from qa.tickets.intake.tables import Cells
from qa.tickets.intake.workbooks import sheets_of

LARGEST_RATIO = 0.5
TRIES = 3
HEADER = (
    "Ticket ID",
    "Subject",
    "Status",
    "Group",
    "Assignee Email",
    "Tags",
    "Created At",
    "Solved At",
    "Reopens",
    "Body",
)
FIRST = dt.datetime(2026, 4, 6, 9)  # noqa: DTZ001 - as Excel keeps it


def written(path: Path, rows: int) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Tickets")
    sheet.append(HEADER)
    for n in range(rows):
        moment = FIRST + dt.timedelta(minutes=n)
        text = f"Message {n}: where is the payout that was promised for last week, please?"
        sheet.append(
            (
                100_000 + n,
                f"Payout {n}",
                "solved",
                "Payouts",
                "sam@example.com",
                "payout, late",
                moment,
                moment,
                n % 3,
                text,
            )
        )
    book.save(path)
    return path


def ours(path: Path) -> int:
    return sum(isinstance(row, Cells) for sheet in sheets_of(path) for row in sheet.rows())


def peer(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = sum(1 for sheet in book.worksheets for _ in sheet.iter_rows(min_row=2, values_only=True))
    book.close()
    return rows


def seconds(read: Callable[[Path], int], path: Path, rows: int) -> float:
    best = float("inf")
    for _ in range(TRIES):
        begin = time.process_time()
        found = read(path)
        best = min(best, time.process_time() - begin)
        if found != rows:
            raise SystemExit(f"{read.__name__} read {found} rows of {rows}")
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=8_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "export.xlsx", rows)
        mine, theirs = seconds(ours, path, rows), seconds(peer, path, rows)
    print(f"{rows:,} rows of {len(HEADER)} cells: {mine:.2f} s, openpyxl read-only {theirs:.2f} s (CPU)")
    bar = at_most("CPU of reading a workbook, ratio to openpyxl read-only", mine / theirs, LARGEST_RATIO)
    print(bar.line())
    return 0 if bar.holds else 1


if __name__ == "__main__":
    sys.exit(main())
