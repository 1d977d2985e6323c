"""Variance components of scorings by moments: what two reviewers of one ticket differ by, and what tickets do."""

from dataclasses import dataclass

import numpy as np

from calibration.crossed_effects import CrossedDesign, Variances, Vector
from calibration.ratings import tally

ENOUGH = 30  # pairs from which a moment is trusted rather than the default
GOLD_SHARE = 0.35  # of the reviewers' error variance, until calibrations say otherwise
SPECIALIST_SHARE = 0.12  # of the tickets' variance
BLOCK_SHARE = 0.135  # of a single scoring's variance: 25 points^2; less would not follow a real drop of quality
LEAST_SHARE = 0.02  # of the spread within cells, below which no component falls


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Variances with the numbers of pairs they rest on: blind pairs of reviewers, and of a reviewer with gold."""

    variances: Variances
    blind_pairs: int
    gold_pairs: int


def start_components(*, criterion: bool = False) -> Variances:
    """Typical variances of a score (points^2), or of one criterion, before anything is known."""
    error, ticket = (400.0, 400.0) if criterion else (65.0, 120.0)
    return Variances(
        error=error,
        gold_error=GOLD_SHARE * error,
        ticket=ticket,
        specialist=SPECIALIST_SHARE * ticket,
        block=BLOCK_SHARE * (error + ticket),
    )


def moment_components(design: CrossedDesign, y: Vector, severity: Vector, start: Variances) -> Components:
    """Variances by moments, from scores with each reviewer's ``severity`` taken off.

    Error: half the mean squared difference of two reviewers of a ticket. Tickets: variance within reviewer and block,
    less the error. Gold: variance of calibration minus gold, less the error. From fewer than ``ENOUGH`` pairs
    ``start`` stands in, keeping its ratio of error to tickets.

    References
    ----------
    Searle, Casella & McCulloch (1992), Variance Components, ch. 5.
    """
    gold = design.gold
    residual = np.where(gold, y, y - severity[design.reviewer])
    tickets = int(design.ticket.max()) + 1
    own = design.ticket[~gold]
    often = np.bincount(own, minlength=tickets)
    mean = np.divide(tally(own, residual[~gold], tickets), often, out=np.zeros(tickets), where=often > 0)
    pairs = int((often[often > 1] - 1).sum())
    squares = float(((residual[~gold] - mean[own]) ** 2).sum())
    whole, cells = _within_cells(design, residual)
    if pairs >= ENOUGH and squares > 0:
        error = squares / pairs
    elif cells >= ENOUGH and whole > 0:
        error = whole * start.error / (start.error + start.ticket)
    else:
        error = start.error
    ticket = whole - error if cells >= ENOUGH and whole > 0 else error * start.ticket / start.error
    least = LEAST_SHARE * (whole if whole > 0 else error)
    error, ticket = max(error, least), max(ticket, least)
    gold_error, gold_pairs = _gold_error(design, residual, error)
    variances = Variances(
        error=error,
        gold_error=gold_error,
        ticket=ticket,
        specialist=SPECIALIST_SHARE * ticket,
        block=BLOCK_SHARE * (error + ticket),
    )
    return Components(variances=variances, blind_pairs=pairs, gold_pairs=gold_pairs)


def _within_cells(design: CrossedDesign, residual: Vector) -> tuple[float, int]:
    """Pooled variance within reviewer and block, and its degrees of freedom."""
    rows = ~design.gold
    cell = design.reviewer[rows] * design.n_blocks + design.block[rows]
    size = design.n_reviewers * design.n_blocks
    number = np.bincount(cell, minlength=size)
    mean = np.divide(tally(cell, residual[rows], size), number, out=np.zeros(size), where=number > 0)
    df = int((number[number > 0] - 1).sum())
    squares = float(((residual[rows] - mean[cell]) ** 2).sum())
    return (squares / df if df else 0.0), df


def _gold_error(design: CrossedDesign, residual: Vector, error: float) -> tuple[float, int]:
    gold = design.gold
    tickets = int(design.ticket.max()) + 1
    standard = np.full(tickets, np.nan)
    standard[design.ticket[gold]] = residual[gold]
    difference = (residual - standard[design.ticket])[~gold]
    difference = difference[~np.isnan(difference)]
    if difference.size < ENOUGH:
        return GOLD_SHARE * error, int(difference.size)
    beyond = float(difference.var(ddof=1)) - error
    return max(beyond, LEAST_SHARE * error), int(difference.size)
