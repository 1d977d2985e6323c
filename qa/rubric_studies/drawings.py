"""The charts of the pages that judge a rubric."""

from collections.abc import Sequence

from calibration.results import Estimate
from qa.core.charts import Chart, Numerals, Row, StackedRow, interval_plot, stacked_bars
from qa.rubric_studies.rules import Impact, Item


def _row(label: str, figure: Estimate) -> Row:
    interval = figure.interval
    return Row(
        label=label,
        value=figure.estimate,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        n=figure.n_items,
    )


def change_chart(found: Impact) -> Chart:
    """The two changes a draft would make, with their intervals."""
    return interval_plot(
        [_row("Mean score", found.change), _row("Pass rate", found.passed_change)],
        name="Change under the draft",
        axis="Figure",
        numerals=Numerals(signed=True),
        reference=0.0,
        reference_text="no change",
    )


def shift_chart(shifts: Sequence[tuple[str, Estimate]]) -> Chart:
    """How many points another version's scores lie off, with its interval."""
    return interval_plot(
        [_row(f"from {label}", shift) for label, shift in shifts],
        name="Shift between versions",
        axis="Version",
        numerals=Numerals(signed=True),
        reference=0.0,
        reference_text="no shift",
    )


def use_chart(items: Sequence[Item]) -> Chart:
    """How often the best, a middle and the lowest level and N/A are chosen."""
    return stacked_bars(
        [
            StackedRow(
                label=item.criterion.name,
                counts=(item.counts[0], sum(item.counts[1:-1]), item.counts[-1], item.not_applicable),
            )
            for item in items
        ],
        parts=("Top level", "Between", "Lowest level", "N/A"),
        name="Levels chosen by criterion",
        axis="Criterion",
    )


def rest_chart(items: Sequence[Item]) -> Chart:
    """How closely each criterion goes with the rest of the form."""
    return interval_plot(
        [_row(item.criterion.name, item.goes_with_rest) for item in items],
        name="Correlation with the rest of the form",
        axis="Criterion",
        numerals=Numerals(digits=2),
        reference=0.0,
        reference_text="none",
        bounds=(-1, 1),
    )
