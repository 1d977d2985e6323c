"""Crossed random effects of scorings by absorbed normal equations: tickets and specialists drop out in closed form.

The model of a scoring is y = level + reviewer + block + specialist + ticket + error, where a block is what changes for
everybody at once (a queue's week), a ticket belongs to one specialist, and gold is one more scorer with a level of its
own and a smaller error. What remains to solve is dense and as small as reviewers plus blocks.

References
----------
Henderson (1975), Biometrics 31, 423-447. Searle, Casella & McCulloch (1992), Variance Components, ch. 7. Patterson &
Thompson (1971), Biometrika 58, 545-554, for the reviewers' variance.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.ratings import tally

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Codes = NDArray[np.int64]

GOLD = -1
CHUNK_CELLS = 20_000_000  # of a table specialists x columns held at a time
PRIOR_REVIEWERS = 2.0  # what is known beforehand of the reviewers' variance counts as much as this many reviewers
PRIOR_SHARE = 0.1  # of the variance of a single scoring, where the reviewers' variance starts from


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossedDesign:
    """Who scored what: parallel codes from 0, an entry per scoring; the reviewer of a gold score is ``GOLD``."""

    reviewer: Codes
    ticket: Codes
    specialist: Codes
    block: Codes

    def __post_init__(self) -> None:
        size = self.reviewer.size
        for name in ("reviewer", "ticket", "specialist", "block"):
            codes = getattr(self, name)
            if codes.shape != (size,):
                raise ValueError(f"{name} holds one code per scoring: {codes.shape}")
            if size and codes.min() < (GOLD if name == "reviewer" else 0):
                raise ValueError(f"{name} holds codes from 0: {codes.min()}")
        if size:
            of_ticket = np.zeros(int(self.ticket.max()) + 1, dtype=np.int64)
            of_ticket[self.ticket] = self.specialist
            if (of_ticket[self.ticket] != self.specialist).any():
                raise ValueError("a ticket belongs to one specialist")

    @property
    def gold(self) -> NDArray[np.bool_]:
        """Which scorings are gold."""
        found: NDArray[np.bool_] = self.reviewer == GOLD
        return found

    @property
    def n_reviewers(self) -> int:
        return int(self.reviewer.max(initial=GOLD)) + 1

    @property
    def n_blocks(self) -> int:
        return int(self.block.max(initial=-1)) + 1

    def take(self, chosen: NDArray[Any]) -> "CrossedDesign":
        """The chosen scorings."""
        return CrossedDesign(
            reviewer=self.reviewer[chosen],
            ticket=self.ticket[chosen],
            specialist=self.specialist[chosen],
            block=self.block[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    """Variances of one scoring's parts, in squared units of the score; ``reviewer`` ``None`` is to be estimated."""

    error: float
    gold_error: float
    ticket: float
    specialist: float
    block: float
    reviewer: float | None = None

    def __post_init__(self) -> None:
        for name in ("error", "gold_error", "ticket", "specialist", "block"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise ValueError(f"the variance of {name} is positive: {getattr(self, name)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossedFit:
    """Reviewers' effects with the covariance of their errors, in units of the score.

    ``level`` is the mean of the reviewers' scorings and ``gold_level`` that of gold beside it (``None`` without gold).
    """

    reviewers: Vector
    covariance: Matrix
    reviewer_variance: float
    level: float
    gold_level: float | None


def crossed_fit(design: CrossedDesign, y: Vector, variances: Variances) -> CrossedFit:
    """Best linear unbiased predictions of the reviewers; ``y`` is finite, and somebody other than gold scored."""
    reviewers, blocks = design.n_reviewers, design.n_blocks
    if not reviewers:
        raise ValueError("nobody but gold scored")
    centre = float(y[~design.gold].mean())
    system, right = _equations(design, y - centre, variances)
    # Columns: reviewers, gold, blocks, level. Gold and level are fixed, so they have no variance to draw them in.
    prior = np.concatenate([[0.0], np.full(blocks, 1 / variances.block), [0.0]])
    others = system[reviewers:, reviewers:] + np.diag(prior)
    has_gold = bool(design.gold.any())
    if not has_gold:
        others[0, 0] = 1.0
    cross = system[:reviewers, reviewers:]
    solved = np.linalg.solve(others, np.column_stack([cross.T, right[reviewers:]]))
    information = system[:reviewers, :reviewers] - cross @ solved[:, :-1]
    values, vectors = np.linalg.eigh((information + information.T) / 2)
    values = np.maximum(values, 0.0)
    scores = vectors.T @ (right[:reviewers] - cross @ solved[:, -1])
    single = variances.error + variances.ticket
    variance = variances.reviewer
    if variance is None:
        variance = _reviewer_variance(values, scores, PRIOR_SHARE * single)
    shrunk = variance / (1 + variance * values)
    effects = vectors @ (shrunk * scores)
    rest = solved[:, -1] - solved[:, :-1] @ effects
    return CrossedFit(
        reviewers=effects,
        covariance=(vectors * shrunk) @ vectors.T,
        reviewer_variance=variance,
        level=centre + float(rest[-1]),
        gold_level=float(rest[0]) if has_gold else None,
    )


def _reviewer_variance(values: Vector, scores: Vector, expected: float) -> float:
    """Where the restricted likelihood, with a little of what is expected beforehand, is largest."""
    from scipy import optimize

    def cost(log_variance: float) -> float:
        variance = float(np.exp(log_variance))
        own = 1 + variance * values
        likelihood = -np.log(own).sum() / 2 + (scores**2 * variance / own).sum() / 2
        beforehand = -PRIOR_REVIEWERS / 2 * (log_variance + expected / variance)
        return float(-likelihood - beforehand)

    middle = float(np.log(expected))
    found = optimize.minimize_scalar(cost, bounds=(middle - 12, middle + 12), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def _equations(design: CrossedDesign, y: Vector, variances: Variances) -> tuple[Matrix, Vector]:
    """Z' V^-1 Z and Z' V^-1 y of reviewers, gold, blocks and level, V holding error, tickets and specialists."""
    scorers, blocks = design.n_reviewers + 1, design.n_blocks
    scorer = np.where(design.gold, scorers - 1, design.reviewer)
    weight = np.where(design.gold, 1 / variances.gold_error, 1 / variances.error)
    tickets = int(design.ticket.max()) + 1
    of_ticket = tally(design.ticket, weight, tickets)
    room = 1 / variances.ticket + of_ticket
    # Row sums of V^-1 without specialists, and V^-1 y: both in closed form per ticket.
    share = weight / variances.ticket / room[design.ticket]
    own = weight * (y - (tally(design.ticket, weight * y, tickets) / room)[design.ticket])
    several = np.bincount(design.ticket, minlength=tickets) > 1
    alone = ~several[design.ticket]
    system = np.zeros((scorers + blocks + 1, scorers + blocks + 1))
    inner = system[:-1, :-1]
    _add_scorings(inner, scorer, design.block, np.where(alone, share, weight), scorers)
    _take_tickets(inner, scorer, design, weight, room, several, scorers)
    right = np.concatenate([tally(scorer, own, scorers), tally(design.block, own, blocks), [0.0]])
    _take_specialists(inner, right, scorer, design, share, own, variances.specialist)
    # Every scoring has one block, so the level's column is the sum of theirs.
    system[:-1, -1] = inner[:, scorers:].sum(axis=1)
    system[-1, :-1] = system[:-1, -1]
    system[-1, -1] = system[scorers:-1, -1].sum()
    right[-1] = right[scorers:-1].sum()
    return system, right


def _add_scorings(inner: Matrix, scorer: Codes, block: Codes, weight: Vector, scorers: int) -> None:
    blocks = len(inner) - scorers
    pairs = tally(scorer * blocks + block, weight, scorers * blocks).reshape(scorers, blocks)
    inner[np.arange(scorers), np.arange(scorers)] += pairs.sum(axis=1)
    both = np.arange(scorers, len(inner))
    inner[both, both] += pairs.sum(axis=0)
    inner[:scorers, scorers:] += pairs
    inner[scorers:, :scorers] += pairs.T


def _take_tickets(
    inner: Matrix,
    scorer: Codes,
    design: CrossedDesign,
    weight: Vector,
    room: Vector,
    several: NDArray[np.bool_],
    scorers: int,
) -> None:
    """What tickets of several scorings share; those of one are in their weight already."""
    from scipy import sparse

    rows = np.flatnonzero(several[design.ticket])
    if not rows.size:
        return
    names, ticket = np.unique(design.ticket[rows], return_inverse=True)
    columns = np.concatenate([scorer[rows], scorers + design.block[rows]])
    table = sparse.csr_array((np.tile(weight[rows], 2), (np.tile(ticket, 2), columns)), shape=(names.size, len(inner)))
    scaled = sparse.csr_array(table.multiply((1 / room[names])[:, np.newaxis]))
    product = (table.T @ scaled).tocoo()
    inner[product.row, product.col] -= product.data


def _take_specialists(
    inner: Matrix, right: Vector, scorer: Codes, design: CrossedDesign, share: Vector, own: Vector, variance: float
) -> None:
    """Specialists are block-diagonal: one dense product over the table specialists x columns, a chunk at a time."""
    from scipy import sparse

    specialists = int(design.specialist.max()) + 1
    scorers = len(inner) - design.n_blocks
    columns = np.concatenate([scorer, scorers + design.block])
    places = (np.tile(design.specialist, 2), columns)
    table: Any = sparse.csr_array((np.tile(share, 2), places), shape=(specialists, len(inner)))
    room = 1 / variance + tally(design.specialist, share, specialists)
    right[:-1] -= table.T @ (tally(design.specialist, own, specialists) / room)
    root = 1 / np.sqrt(room)
    step = max(1, CHUNK_CELLS // len(inner))
    for start in range(0, specialists, step):
        part: Matrix = table[start : start + step].toarray()
        part *= root[start : start + step, np.newaxis]
        inner -= part.T @ part
