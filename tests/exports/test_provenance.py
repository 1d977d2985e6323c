"""What a provenance must hold."""

import datetime as dt

import pytest

from tests.exports.samples import END, provenance


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"prepared_at": dt.datetime(2026, 9, 29)}, "no time zone", id="zone"),  # noqa: DTZ001
        pytest.param({"period_from": END + dt.timedelta(days=1)}, "ends before it begins", id="period"),
        pytest.param({"counts": (("Reviews", -1),)}, "negative: Reviews -1", id="count"),
    ],
)
def test_a_provenance_that_cannot_be_true_is_refused(changes: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        provenance(**changes)
