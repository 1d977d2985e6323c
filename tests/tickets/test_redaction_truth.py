"""Recall and precision on the shared comments whose personal data is known."""

from bench.redaction import MEASURED, holds, measure
from tests.shared import shared_path


def test_every_figure_keeps_its_bar_on_the_shared_comments() -> None:
    tally = measure(shared_path("data"))

    assert all(tally.truths[kind, "plain"] for kind in MEASURED)
    assert holds(tally), [*tally.misses, *tally.wrong]
