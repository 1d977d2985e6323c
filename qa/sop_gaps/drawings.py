"""What gaps are about, most first: by criterion, by root cause, by procedure. Pure."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from qa.core.charts import Chart, Numerals, Row, StackedRow, bar_chart, stacked_bars
from qa.core.numerals import number
from qa.sop_gaps.queries import Counted
from qa.sop_gaps.rules import KINDS

COUNTS = Numerals(digits=0)
MOST = 12
NO_PROCEDURE = "no procedure named"
Thing = TypeVar("Thing", bound=Hashable)


def pareto(found: Iterable[Thing], label: Callable[[Thing], str], *, name: str, axis: str) -> Chart | None:
    """Counts, most first, each with the share that it and all before it make up; ``None`` without any.

    A count is of what was raised, not an estimate of what there is: it has no interval.
    """
    counts = Counter(found)
    total = counts.total()
    if not total:
        return None
    ordered = sorted(counts.items(), key=lambda item: (-item[1], label(item[0])))
    rows: list[Row] = []
    so_far = 0
    for thing, count in ordered[:MOST]:
        so_far += count
        said = f"{label(thing)} ({number(100 * so_far / total, 0)} %)"
        rows.append(Row(label=said, value=float(count)))
    if len(ordered) > MOST:
        rest = total - so_far
        rows.append(Row(label=f"{len(ordered) - MOST} others (100 %)", value=float(rest)))
    return bar_chart(rows, name=name, axis=axis, numerals=COUNTS)


def by_criterion(gaps: Sequence[Counted], names: Mapping[str, str]) -> Chart | None:
    return pareto(
        [gap.criterion_key for gap in gaps],
        lambda key: names.get(key, key),
        name="Gaps by criterion, most first",
        axis="Criterion",
    )


def by_cause(gaps: Sequence[Counted], names: Mapping[str, str]) -> Chart | None:
    """By root cause as the reviewers ticked it; a gap may have several or none."""
    return pareto(
        [cause for gap in gaps for cause in gap.root_causes],
        lambda key: names.get(key, key),
        name="Root causes of gaps, most first",
        axis="Root cause",
    )


def by_procedure(gaps: Sequence[Counted]) -> Chart | None:
    """What is wrong with each procedure: missing, wrong, unclear, not followed."""
    counts = Counter((gap.procedure or NO_PROCEDURE, gap.kind) for gap in gaps)
    totals = Counter(gap.procedure or NO_PROCEDURE for gap in gaps)
    if not totals:
        return None
    ordered = sorted(totals, key=lambda name: (-totals[name], name))[:MOST]
    return stacked_bars(
        [StackedRow(label=name, counts=tuple(counts[name, kind] for kind in KINDS)) for name in ordered],
        parts=tuple(KINDS.values()),
        name="What is wrong with which procedure",
        axis="Procedure",
    )
