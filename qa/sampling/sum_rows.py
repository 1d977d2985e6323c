"""Weekly sums as arrays: rows over reviews, over what was drawn and over whole frames, and their weights. Pure.

d is one over the chance of being drawn, f drawn over done of a week, team and risk class, w = f d a review's weight.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

NAMES = ("", "y", "y2", "p", "p2", "yp")  # the products of which there are sums with d and with d^2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Sums over reviews, one entry a row; ``sums`` by the names of the stored columns."""

    week: Codes
    team: Codes
    queue: Codes
    risk: Codes
    value: Codes
    known: Flags  # the row's parts have a predicted score
    sums: Mapping[str, Vector]

    def __len__(self) -> int:
        return len(self.week)

    def only(self, chosen: Flags) -> "Rows":
        """Some of the rows."""
        return Rows(
            week=self.week[chosen],
            team=self.team[chosen],
            queue=self.queue[chosen],
            risk=self.risk[chosen],
            value=self.value[chosen],
            known=self.known[chosen],
            sums={name: values[chosen] for name, values in self.sums.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """How many parts were drawn, one entry a row."""

    week: Codes
    team: Codes
    queue: Codes
    risk: Codes
    drawn: Vector

    def only(self, chosen: Flags) -> "Draws":
        """Some of the rows."""
        return Draws(
            week=self.week[chosen],
            team=self.team[chosen],
            queue=self.queue[chosen],
            risk=self.risk[chosen],
            drawn=self.drawn[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRows:
    """Sums over all parts that could be drawn, one entry a row."""

    week: Codes
    team: Codes
    queue: Codes
    value: Codes
    sums: Mapping[str, Vector]

    def only(self, chosen: Flags) -> "FrameRows":
        """Some of the rows."""
        return FrameRows(
            week=self.week[chosen],
            team=self.team[chosen],
            queue=self.queue[chosen],
            value=self.value[chosen],
            sums={name: values[chosen] for name, values in self.sums.items()},
        )


def completion(week: Codes, team: Codes, risk: Codes, done: Vector, draws: Draws, at: Rows) -> Vector:
    """The factor f of each row of ``at``: drawn over done, never under 1.

    A risk class of which nothing was done joins the others of its week and team, a team without any its week.

    References
    ----------
    Oh & Scheuren (1983), in Incomplete Data in Sample Surveys, vol. 2, 143-184.
    """
    shape = tuple(
        int(max((int(column.max()) for column in columns if column.size), default=-1)) + 1
        for columns in ((week, draws.week, at.week), (team, draws.team, at.team), (risk, draws.risk, at.risk))
    )
    if not all(shape):
        return np.ones(len(at))
    did, took = np.zeros(shape), np.zeros(shape)
    np.add.at(did, (week, team, risk), done)
    np.add.at(took, (draws.week, draws.team, draws.risk), draws.drawn)
    there = (did > 0) | (took > 0)
    torn = (there & (did == 0)).any(axis=2)  # a class of the team's week has nothing done
    team_done, team_took = did.sum(axis=2), took.sum(axis=2)
    silent = (there.any(axis=2) & (team_done == 0)).any(axis=1)  # a team of the week has nothing done
    factor = _ratio(took, did)
    factor = np.where(torn[:, :, None], _ratio(team_took, team_done)[:, :, None], factor)
    factor = np.where(
        silent[:, None, None], _ratio(team_took.sum(axis=1), team_done.sum(axis=1))[:, None, None], factor
    )
    result: Vector = np.maximum(factor, 1.0)[at.week, at.team, at.risk]
    return result


def _ratio(top: Any, bottom: Any) -> Any:
    return np.divide(top, bottom, out=np.ones_like(top), where=bottom > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Rows with their weights applied: ``first`` holds sums of w times each product of ``NAMES``, ``second`` of w^2."""

    rows: Rows
    first: Mapping[str, Vector]
    second: Mapping[str, Vector]
    extra: Mapping[str, tuple[Vector, Vector]]  # of w and w^2 over those that passed, and that failed a critical

    @classmethod
    def of(cls, rows: Rows, factor: Vector) -> "Weighted":
        """Apply each row's factor for reviews not done."""
        square, sums = factor * factor, rows.sums
        return cls(
            rows=rows,
            first={name: factor * sums[_product("d", name)] for name in NAMES},
            second={name: square * sums[_product("d2", name)] for name in NAMES},
            extra={name: (factor * sums[f"d_{name}"], square * sums[f"d2_{name}"]) for name in ("passed", "critical")},
        )


def _product(weight: str, name: str) -> str:
    return weight + name
