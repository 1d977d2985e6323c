"""Scorings and their rubric from the files of an operation: CSV (gzip or plain) and JSON."""

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.scorings import GOLD_REVIEWER, Codes, Kind, Matrix, Scale, Scorings, VersionChange

KINDS = {kind.name.lower(): int(kind) for kind in Kind}
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
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            header = next(reader, [])
            rows = [row for row in reader if row]
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, csv.Error) as wrong:
        raise ValueError(f"{path}: cannot be read ({wrong})") from None
    needed = ["week", "kind", *NAMED, "minutes", *rubric.scale.ids]
    missing = [name for name in needed if name not in header]
    if missing:
        raise ValueError(f"{path}: the columns {', '.join(missing)} are missing")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"{path}: line {number} has {len(row)} fields, the header {len(header)}")
    columns = dict(zip(header, zip(*rows, strict=True) if rows else [()] * len(header), strict=True))
    kind = np.array([_kind(path, number, text) for number, text in enumerate(columns["kind"], start=2)], dtype=np.int64)
    gold = kind == Kind.GOLD
    names: dict[str, tuple[str, ...]] = {}
    codes: dict[str, Codes] = {}
    for name in NAMED:
        codes[name], names[name] = _coded(columns[name], gold if name == "reviewer" else np.zeros(len(rows), bool))
    week = _numbers(path, "week", columns["week"]).astype(np.int64)
    answers = _answers(path, columns, rubric)
    scorings = Scorings(
        week, kind, codes["ticket_id"], codes["reviewer"], codes["specialist"], codes["queue"],
        _numbers(path, "minutes", columns["minutes"], empty=0.0), answers,
    )  # fmt: skip
    return ScoringFile(
        scorings=scorings.take(np.argsort(week, kind="stable")),
        reviewers=names["reviewer"],
        specialists=names["specialist"],
        queues=names["queue"],
    )


def _kind(path: Path, number: int, text: str) -> int:
    if text not in KINDS:
        raise ValueError(f"{path}: line {number}: kind is {text!r}, not one of {', '.join(KINDS)}")
    return KINDS[text]


def _coded(texts: Sequence[str], gold: Any) -> tuple[Codes, tuple[str, ...]]:
    """Codes in the order of first appearance, so that a shorter file gives the same."""
    known: dict[str, int] = {}
    codes = [
        GOLD_REVIEWER if is_gold else known.setdefault(text, len(known))
        for text, is_gold in zip(texts, gold.tolist(), strict=True)
    ]
    return np.array(codes, dtype=np.int64), tuple(known)


def _numbers(path: Path, name: str, texts: Sequence[str], empty: float | None = None) -> Any:
    """A column as numbers; ``empty`` stands for an empty field, where one is allowed."""
    filled = ["nan" if not text and empty is not None else text for text in texts]
    try:
        values = np.array(filled, dtype=np.float64)
    except ValueError:
        for number, text in enumerate(filled, start=2):
            if not _is_number(text):
                raise ValueError(f"{path}: line {number}: {name} is {text!r}, not a number") from None
        raise
    return values if empty is None else np.nan_to_num(values, nan=empty)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _answers(path: Path, columns: Mapping[str, Sequence[str]], rubric: RubricFile) -> Matrix:
    """Levels as shares of the highest, NaN where empty."""
    parts = []
    for name, levels in zip(rubric.scale.ids, rubric.levels, strict=True):
        level = _numbers(path, name, columns[name], empty=np.nan)
        wrong = np.flatnonzero(~np.isnan(level) & ((level < 0) | (level > levels - 1) | (level % 1 != 0)))
        if wrong.size:
            first = int(wrong[0])
            raise ValueError(f"{path}: line {first + 2}: {name} is {columns[name][first]!r}, not 0 to {levels - 1}")
        parts.append(level / (levels - 1))
    return np.stack(parts, axis=1)
