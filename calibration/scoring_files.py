"""Scorings and their rubric from the files of an operation: CSV (gzip or plain) and JSON."""

import csv
import functools
import gzip
import itertools
import json
import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.scorings import GOLD_REVIEWER, Codes, Flags, Kind, Scale, Scorings, Vector, VersionChange

KINDS = {kind.name.lower(): int(kind) for kind in Kind}
ROWS_AT_A_TIME = 4096
MOST_DIGITS = 4  # of a week's number
NAMED = ("ticket_id", "reviewer", "specialist", "queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringFile:
    """Scorings in the order of their weeks, and the names behind the codes of reviewers, specialists and queues."""

    scorings: Scorings
    reviewers: tuple[str, ...]
    specialists: tuple[str, ...]
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricFile:
    """A scale and the number of levels of each of its criteria."""

    scale: Scale
    levels: tuple[int, ...]


def read_rubric(path: Path) -> RubricFile:
    """Criteria and versions of a rubric file. Raises ``ValueError`` that says what is missing or wrong."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        criteria = content["criteria"]
        levels = tuple(int(criterion["levels"]) for criterion in criteria)
        ids = [str(criterion["id"]) for criterion in criteria]
        versions = sorted(content.get("versions", ()), key=lambda version: int(version["from_week"]))
        changes = tuple(_change(version, ids) for version in versions[1:])
        weights = np.array([float(criterion["weight"]) for criterion in criteria])
        critical = np.array([bool(criterion.get("critical", False)) for criterion in criteria])
    except KeyError as missing:
        raise ValueError(f"{path}: {missing} is missing") from None
    except (TypeError, UnicodeDecodeError, json.JSONDecodeError) as wrong:
        raise ValueError(f"{path}: not a rubric file ({wrong})") from None
    if any(number < 2 for number in levels):
        raise ValueError(f"{path}: a criterion needs at least 2 levels")
    return RubricFile(scale=Scale(tuple(ids), weights, critical, changes), levels=levels)


def _change(version: dict[str, Any], ids: Sequence[str]) -> VersionChange:
    unknown = set(version.get("touched", ())) - set(ids)
    if unknown:
        raise ValueError(f"version {version.get('version')} touches {', '.join(sorted(unknown))}, no criterion here")
    touched = tuple(ids.index(name) for name in version.get("touched", ()))
    return VersionChange(week=int(version["from_week"]), touched=touched)


def read_scorings(path: Path, rubric: RubricFile) -> ScoringFile:
    """Scorings of a file with a line each. Raises ``ValueError`` with line and column of what cannot be read."""
    table = _read_table(path, ("week", "kind", *NAMED, "minutes", *rubric.scale.ids))
    kind = table.parsed("kind", _kind).astype(np.int64)
    gold = kind == Kind.GOLD
    names: dict[str, tuple[str, ...]] = {}
    codes: dict[str, Codes] = {}
    for name in NAMED:
        codes[name], names[name] = _coded(
            table.columns[name], gold if name == "reviewer" else np.zeros(kind.size, dtype=bool)
        )
    week = table.parsed("week", _week).astype(np.int64)
    answers = [
        table.parsed(name, functools.partial(_share, top=levels - 1))
        for name, levels in zip(rubric.scale.ids, rubric.levels, strict=True)
    ]
    scorings = Scorings(
        week, kind, codes["ticket_id"], codes["reviewer"], codes["specialist"], codes["queue"],
        table.parsed("minutes", _minutes), np.stack(answers, axis=1),
    )  # fmt: skip
    return ScoringFile(
        scorings=scorings.take(np.argsort(week, kind="stable")),
        reviewers=names["reviewer"],
        specialists=names["specialist"],
        queues=names["queue"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Columns of text of a file."""

    path: Path
    columns: Mapping[str, Sequence[str]]

    def parsed(self, name: str, parse: Callable[[str], float]) -> Vector:
        """A column as numbers; each different text is parsed once, as there are few of them."""
        texts = self.columns[name]
        values: dict[str, float] = {}
        for text in dict.fromkeys(texts):
            try:
                values[text] = parse(text)
            except ValueError as wrong:
                line = _line_of(self.path, texts.index(text))
                raise ValueError(f"{self.path}: line {line}: {name} is {text!r}, {wrong}") from None
        return np.fromiter(map(values.__getitem__, texts), dtype=np.float64, count=len(texts))


def _read_table(path: Path, needed: Sequence[str]) -> _Table:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines)
            header = next(reader, [])
            _check_header(path, header, needed)
            columns: list[list[str]] = [[] for _ in header]
            filled = filter(None, reader)
            # A part at a time: all rows at once are hundreds of thousands of small lists to look after.
            while rows := list(itertools.islice(filled, ROWS_AT_A_TIME)):
                for place, row in enumerate(rows, start=len(columns[0])):
                    if len(row) != len(header):
                        raise _MisfitError(place, f"has {len(row)} fields, the header {len(header)}")
                for column, texts in zip(columns, zip(*rows, strict=True), strict=True):
                    column.extend(texts)
    except _MisfitError as wrong:
        place, problem = wrong.args
        raise ValueError(f"{path}: line {_line_of(path, place)} {problem}") from None
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error, csv.Error) as wrong:
        raise ValueError(f"{path}: cannot be read ({wrong})") from None
    return _Table(path=path, columns=dict(zip(header, columns, strict=True)))


class _MisfitError(Exception):
    """A row that does not fit the header: its place among the rows, and what is wrong."""


def _line_of(path: Path, place: int) -> int:
    """The line of the file that a row ends in; read anew, since only a wrong file asks."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        next(itertools.islice(filter(None, reader), place, None))
        return reader.line_num


def _check_header(path: Path, header: Sequence[str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in header]
    if missing:
        raise ValueError(f"{path}: the columns {', '.join(missing)} are missing")
    twice = [name for name in needed if header.count(name) > 1]
    if twice:
        raise ValueError(f"{path}: the columns {', '.join(twice)} are there twice")


def _coded(texts: Sequence[str], gold: Flags) -> tuple[Codes, tuple[str, ...]]:
    """Codes in the order of first appearance, so that a shorter file gives the same."""
    known = {text: code for code, text in enumerate(dict.fromkeys(itertools.compress(texts, ~gold)))}
    codes = np.fromiter(map(known.get, texts, itertools.repeat(GOLD_REVIEWER)), dtype=np.int64, count=len(texts))
    codes[gold] = GOLD_REVIEWER
    return codes, tuple(known)


def _kind(text: str) -> float:
    if text not in KINDS:
        raise ValueError(f"not one of {', '.join(KINDS)}")
    return KINDS[text]


def _week(text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise ValueError("not a week counted from 0")
    return int(text)


def _minutes(text: str) -> float:
    """Minutes of a review; 0 where they are not known."""
    minutes = _number(text) if text else 0.0
    if not (math.isfinite(minutes) and minutes >= 0):
        raise ValueError("not minutes from 0 on")
    return minutes


def _share(text: str, top: int) -> float:
    """A level as a share of the highest; NaN where the criterion does not apply."""
    if not text:
        return math.nan
    level = _number(text)
    if not (0 <= level <= top and level.is_integer()):
        raise ValueError(f"not 0 to {top}")
    return level / top


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("not a number") from None
