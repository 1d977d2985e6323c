"""Recall and precision on the shared comments whose personal data is known."""

from bench.redaction import DECOY_BAR, PRECISION_BAR, RECALL_BAR, measure
from qa.tickets.redaction import Kind
from tests.shared import shared_path


def test_plain_forms_reach_their_bars_on_the_shared_comments() -> None:
    data = shared_path("data")

    tally = measure(data)

    recall = {kind: tally.recall(kind, "plain") for kind in Kind}
    precision = {kind: tally.precision(kind) for kind in Kind}
    decoys = tally.recall("DECOY", "decoy")
    assert all(value is not None and value >= RECALL_BAR for value in recall.values()), recall
    assert all(value is not None and value >= PRECISION_BAR for value in precision.values()), precision
    assert decoys is not None
    assert decoys <= DECOY_BAR
