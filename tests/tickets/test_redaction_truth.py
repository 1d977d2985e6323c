"""Recall and precision on the shared comments whose personal data is known."""

import pytest

from bench.redaction import MEASURED, holds, measure
from tests.shared import shared_path


@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_every_figure_keeps_its_bar_on_the_shared_comments(every: int) -> None:
    tally = measure(shared_path("data"), every)

    assert all(tally.truths[kind, "plain"] for kind in MEASURED)
    assert holds(tally), [*tally.misses, *tally.wrong]
