"""A finite population whose true scores are known, in columns."""

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]
FLAGS = ("launch", "low_csat", "reopened", "escalated", "long_handle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Which domain each part lies in, as a code into ``names``."""

    names: Sequence[str]
    codes: Codes

    @property
    def count(self) -> int:
        return len(self.names)

    @classmethod
    def of(cls, values: Sequence[str]) -> "Grouping":
        names, codes = np.unique(np.array(values, dtype=np.str_), return_inverse=True)
        return cls(names=[str(name) for name in names], codes=codes.astype(np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """One entry a part everywhere; ``rows`` keeps the columns as they were read."""

    ids: Sequence[str]
    rows: Sequence[dict[str, str]]
    week: Codes
    score: Vector
    critical: Vector
    auto: Vector

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, name: str) -> list[str]:
        return [row[name] for row in self.rows]

    def grouping(self, *names: str) -> Grouping:
        """Domains by one column or several together."""
        return Grouping.of(["/".join(row[name] for name in names) for row in self.rows])

    def true_means(self, grouping: Grouping, values: Vector) -> Vector:
        means: Vector = np.bincount(grouping.codes, values, grouping.count) / np.bincount(grouping.codes)
        return means

    def working_columns(self, automatic: Sequence[Vector]) -> Vector:
        """Queue dummies, tier 2 and 3, flags, other language, new specialist, then the automatic signals."""
        queue = self.grouping("queue")
        dummies = [(queue.codes == code).astype(np.float64) for code in range(queue.count)]
        tiers = [np.array([float(row["tier"] == tier) for row in self.rows]) for tier in ("2", "3")]
        flags = [np.array([float(row[name]) for row in self.rows]) for name in FLAGS]
        language = np.array([float(row["lang"] != "en") for row in self.rows])
        new = np.array([float(row["new_specialist"]) for row in self.rows])
        return np.column_stack([*dummies, *tiers, *flags, language, new, *automatic])


def read_population(folder: Path) -> Population:
    """The population of ``tickets.csv.gz`` in a folder."""
    with gzip.open(folder / "tickets.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Population(
        ids=[row["ticket_id"] for row in rows],
        rows=rows,
        week=np.array([int(row["week"]) for row in rows]),
        score=np.array([float(row["true_score"]) for row in rows]),
        critical=np.array([float(row["true_critical"]) for row in rows]),
        auto=np.array([float(row["auto_score"]) for row in rows]),
    )


def critical_signal(population: Population) -> Vector:
    """The automatic chance of a critical failure."""
    return np.array([float(row["auto_critical_p"]) for row in population.rows])


def read_sample(folder: Path) -> dict[str, float]:
    """The inclusion probability of each part of ``golden_sample.csv.gz``."""
    with gzip.open(folder / "golden_sample.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return {row["ticket_id"]: float(row["pi"]) for row in csv.DictReader(file)}
