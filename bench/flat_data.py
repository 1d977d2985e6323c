"""Flat data through the product's own path: peak memory and CPU of a million answers in each format.

    python -m bench.flat_data [--answers N] [--keep FOLDER] [--format csv|jsonl|xlsx]

A simulated operation is stored as reviews with their answers; each format is written in a process of its own, by what
`flask export data` does. The peers write the same rows of a workbook alone, by openpyxl's write-only mode and by
XlsxWriter's with constant memory: no check of a cell, no digest, no database. Exit 0 only if the bars of memory hold,
and every row is there. ``--keep`` stores the operation in a folder once and takes it from there the next time.
"""

import argparse
import csv
import datetime as dt
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import openpyxl
import xlsxwriter

from bench.bars import at_most, within
from bench.intake_sides import Watch
from bench.stored_world import Home, store
from calibration.simulate import LEVELS, World, simulate
from exports import flat_data
from exports.flat_data.writing import SHEET_ROWS
from qa.app import create_app
from qa.config import Settings
from qa.core.access import Actor, Role
from qa.core.clock import utcnow
from qa.core.db import db, only_reading
from qa.data_exports import queries, service
from qa.people.queries import setting_at, the_programme, zone_of
from tests.support import engines
from tests.support import runs as testruns
from tests.support.cast import make_cast

MEMORY_BAR = 200.0  # MB
REVIEWERS, PER_REVIEWER_WEEK = 60, 34.7
MONDAY = dt.date(2020, 1, 6)
PEERS = ("openpyxl alone", "XlsxWriter alone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one side needed."""

    rows: int
    cpu: float  # seconds
    peak_mb: float
    size: int  # bytes


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--side"]:
        print(json.dumps(asdict(side(given[1], given[2], Path(given[3])))))
        return 0
    begun = testruns.begin()  # where the migrated template of a database lies
    try:
        return measured(given)
    finally:
        testruns.end(begun)


def measured(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.flat_data", description=__doc__)
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--format", choices=flat_data.FORMATS)
    chosen = parser.parse_args(arguments)
    forms = {None: flat_data.FORMATS, "xlsx": ("csv", "xlsx")}.get(chosen.format, (chosen.format,))
    sides = (*forms, *PEERS) if "xlsx" in forms else forms
    spent: dict[str, Spent] = {}
    with stored(chosen.answers, chosen.keep) as (url, folder):
        for name in sides:
            each = spent[name] = in_a_process(name, url, folder)
            print(
                f"{name:<16} {each.rows:>9,} rows {each.cpu:7.1f} s CPU {each.peak_mb:5.0f} MB at most "
                f"{each.size / 1e6:7.1f} MB written",
                flush=True,
            )
        kept = stored_rows(url)
    if "xlsx" in forms:
        theirs = spent[PEERS[0]].cpu
        print(f"CPU of the product's workbook, ratio to openpyxl alone: {spent['xlsx'].cpu / theirs:.2f}")
        print(f"CPU of XlsxWriter alone, ratio to openpyxl alone: {spent[PEERS[1]].cpu / theirs:.2f}")
    bars = [at_most(f"peak memory of {name}, MB", spent[name].peak_mb, MEMORY_BAR, digits=0) for name in forms]
    bars += [within(f"rows in {name}", spent[name].rows, kept, kept, digits=0) for name in sides]
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


@contextmanager
def stored(answers: int, keep: Path | None) -> Iterator[tuple[str, Path]]:
    """A database with so many answers, and the folder it lies in."""
    with tempfile.TemporaryDirectory() as passing:
        folder = keep or Path(passing)
        url = f"sqlite:///{folder / f'{answers}.db'}"
        if not (folder / f"{answers}.db").exists():
            folder.mkdir(parents=True, exist_ok=True)
            with engines.migrated_database("sqlite", Path(passing)) as made:
                _fill(made, folder, answers)
                # Moved once it is whole: a run that broke off leaves nothing that looks like it.
                shutil.move(made.removeprefix("sqlite:///"), folder / f"{answers}.db")
        yield url, folder


def _fill(url: str, folder: Path, answers: int) -> None:
    # Golden scores are no reviews: a few in a hundred more than asked for, so that no fewer are there.
    wanted = round(1.02 * answers / len(LEVELS))
    weeks = round(wanted / REVIEWERS / PER_REVIEWER_WEEK) + 2
    operation = simulate(World(reviewers=REVIEWERS, weeks=weeks), np.random.default_rng(1))
    scorings = operation.scorings.take(np.arange(len(operation.scorings)) < wanted)
    with create_app(Settings.for_tests(database_url=url, instance=folder / "instance")).app_context():
        session = db.session()
        cast = make_cast(session)
        home = Home(
            programme_id=cast.programme.id,
            source_id=cast.source.id,
            lead_id=cast.lena.id,
            second_lead_id=cast.quinn.id,
            monday=MONDAY,
        )
        store(session, scorings, home)
        session.commit()
        session.close()
        db.engine.dispose()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def in_a_process(name: str, url: str, folder: Path) -> Spent:
    done = subprocess.run(
        [sys.executable, "-m", "bench.flat_data", "--side", name, url, str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Spent(**json.loads(done.stdout.splitlines()[-1]))


def stored_rows(url: str) -> int:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return int(connection.execute("SELECT count(*) FROM answer").fetchone()[0])


def side(name: str, url: str, folder: Path) -> Spent:
    """Write one format, or a peer's workbook of the rows that the CSV holds."""
    watch, begin = Watch(), time.process_time()
    path = folder / f"out.{name.replace(' ', '-')}"
    if name in PEERS:
        rows = (by_openpyxl if name == PEERS[0] else by_xlsxwriter)(values_of(folder / "out.csv"), path, watch)
    else:
        rows = by_the_product(name, url, folder / "instance", path, watch)
    watch.look()
    return Spent(rows=rows, cpu=time.process_time() - begin, peak_mb=watch.peak_mb, size=path.stat().st_size)


def by_the_product(name: str, url: str, instance: Path, path: Path, watch: Watch) -> int:
    with create_app(Settings.for_tests(database_url=url, instance=instance)).app_context():
        session, now = db.session(), utcnow()
        with only_reading(session):
            programme = the_programme(session)
            zone = zone_of(setting_at(session, programme.id, now))
            actor = Actor(user_id=0, name="bench", email="", roles=frozenset({Role.QA_LEAD}), programme_id=programme.id)
        days = MONDAY - dt.timedelta(days=7), MONDAY + dt.timedelta(days=10_000)
        order = queries.Order(
            export_id=0,
            form=name,
            tables=(flat_data.ANSWERS,),
            first_day=days[0],
            last_day=days[1],
            zone=zone,
            wanted=queries.wanted_of(actor, *days, zone=zone, as_of=now),
        )
        written = service.write_file(session, path, order, now=now, progress=lambda *_: watch.look())
    return sum(each.rows for each in written)


def values_of(source: Path) -> Iterator[Sequence[str | float]]:
    """The head, then the rows, of the CSV that the product wrote."""
    with ZipFile(source) as archive, archive.open("answers.csv") as raw:
        lines = csv.reader(line.decode("utf-8-sig") for line in raw)
        yield next(lines)
        for row in lines:
            yield [float(told) if told and place in NUMBERS else told for place, told in enumerate(row)]


def by_openpyxl(rows: Iterator[Sequence[str | float]], path: Path, watch: Watch) -> int:
    book = openpyxl.Workbook(write_only=True)
    count = 0
    for count, row in enumerate(rows):  # the head is row 0
        if count % SHEET_ROWS == 0:
            sheet = book.create_sheet()
            watch.look()
        sheet.append(row)
    book.save(path)
    return count


def by_xlsxwriter(rows: Iterator[Sequence[str | float]], path: Path, watch: Watch) -> int:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    count = 0
    for count, row in enumerate(rows):
        if count % SHEET_ROWS == 0:
            sheet = book.add_worksheet()
            watch.look()
        for place, value in enumerate(row):
            if isinstance(value, float):
                sheet.write_number(count % SHEET_ROWS, place, value)
            elif value:
                sheet.write_string(count % SHEET_ROWS, place, value)
    book.close()
    return count


NUMBERS = frozenset(
    place for place, column in enumerate(flat_data.ANSWERS.columns) if column.kind in {"whole", "number"}
)


if __name__ == "__main__":
    sys.exit(main())
