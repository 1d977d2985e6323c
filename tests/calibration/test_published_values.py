"""Every reference case of the families that we compute, to all its trusted digits."""

import functools
import json
from typing import Any

import pytest

from tests import reference
from tests.shared import shared_path


@functools.cache
def cases() -> list[dict[str, Any]]:
    text = shared_path("reference", "published.json").read_text(encoding="utf-8")
    return list(json.loads(text)["cases"])


@pytest.mark.parametrize("family", sorted(reference.families()))
def test_every_published_value_of_a_family_agrees(family: str) -> None:
    own = [case for case in cases() if case["family"] == family]

    tally = reference.run(own)[family]

    assert tally.failures == []
    assert tally.missing == []
    assert tally.compared > 0


def case(expected: dict[str, Any], printed: dict[str, Any] | None = None) -> dict[str, Any]:
    given = {"id": "own", "family": "padjust", "input": {"p": [0.01, 0.04]}, "options": [], "digits": 6}
    return given | {"expected": expected, "printed": printed or {}}


def test_a_wrong_value_fails_and_an_unknown_one_is_not_supported() -> None:
    tally = reference.run([case({"holm": [0.02, 0.05], "sidak": [0.02, 0.04]})])["padjust"]

    assert len(tally.failures) == 1
    assert (tally.compared, tally.unsupported) == (2, 2)
    assert not tally.agrees


def test_input_that_is_refused_has_nothing_defined() -> None:
    lonely = {"stratum": ["a", "a", "b"], "y": [1, 2, 3], "stratum_N": {"a": 4, "b": 1e9}}
    given = {"id": "own", "family": "survey", "options": {"single_psu": "error"}, "digits": 6}
    refused = {"stratum": ["a", "a", "b"], "y": [1, 2, 3], "stratum_N": {"a": 1, "b": 5}}

    tally = reference.run([given | {"input": lonely, "expected": {"total_y": 3000000006, "total_y_se": None}}])[
        "survey"
    ]
    nothing = reference.run([given | {"input": refused, "expected": {"total_y": None}}])["survey"]
    wrong = reference.run([given | {"input": refused, "expected": {"total_y": 3}}])["survey"]

    assert tally.agrees
    assert (nothing.agrees, len(nothing.refused)) == (True, 1)
    assert not wrong.agrees


def test_a_printed_value_is_compared_by_rounding() -> None:
    right = reference.run([case({"n_reject_holm": 2}, {"holm": [0.02]})])["padjust"]
    wrong = reference.run([case({"n_reject_holm": 2}, {"holm": [0.03]})])["padjust"]

    assert (right.compared, right.agrees) == (2, True)
    assert not wrong.agrees


def test_the_command_prints_a_line_per_family_and_fails_on_a_difference(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"cases": [case({"bh": [0.02, 0.04]}), case({"bh": [0.5, 0.04]})]}), encoding="utf-8")

    code = reference.main([str(path), "--family", "padjust"])

    assert code == 1
    assert "padjust               2       4       1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        pytest.param([[1], [2]], {"pa": 0, "pa_se": None, "kappa": 0, "se": None}, id="one item"),
        pytest.param([[None, None], [None, None]], {"pa": None, "alpha": None, "ICC1": None, "W": None}, id="none"),
        pytest.param([[1, 1], [1, 1]], {"pa": 1, "bp": 1, "ac1": 1, "kappa": None, "ICC2": None}, id="one category"),
        pytest.param([], {"pa": None, "fleiss": None, "nominal": None}, id="nothing"),
        pytest.param([[1, 1, 2], [1, 1, 2]], {"linear": 1, "ordinal": 1, "ICC1.F": None, "bias": 0}, id="perfect"),
        pytest.param([[1, 2, 3]], {"pa": None, "conger": None, "ccc": None, "ICC3k": None}, id="one rater"),
    ],
)
def test_degenerate_cases_never_give_a_number_that_is_none(ratings: Any, expected: dict[str, Any]) -> None:
    given = {"id": "own", "family": "degenerate", "input": {"ratings": ratings}, "digits": 9}

    tally = reference.run([given | {"options": {"categories": None}, "expected": expected}])["degenerate"]

    assert tally.failures == []
    assert tally.missing == []
