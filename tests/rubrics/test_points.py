"""A rubric may count by the points of its levels instead of by weights."""

from fractions import Fraction

import pytest

from rubrics import RubricError, effective_shares, load_yaml, score
from tests.rubrics.builders import level

TEXT = """
format: 1
key: trial
name: Trial
version: "1.0"
arithmetic: pooled
sections:
  - key: all
    name: All
    weight: 1
    criteria:
      - key: answer
        name: Answer
        question: Right?
        scale: {kind: levels, levels: [{key: a, name: A, points: 8}, {key: b, name: B, points: 2}, {key: c, name: C, points: 0}]}
      - key: tone
        name: Tone
        question: Kind?
        scale: {kind: binary, levels: [{key: yes_it_was, name: "Yes", points: 2}, {key: no_it_was_not, name: "No", points: 0}]}
"""  # noqa: E501


def test_without_weights_the_points_decide():
    version = load_yaml(TEXT)

    # 2 of 8 points and 2 of 2 points: 4 of 10.
    found = score(version, {"answer": level("b"), "tone": level("yes_it_was")})

    assert found.value == 40
    assert effective_shares(version) == {"answer": Fraction("0.8"), "tone": Fraction("0.2")}


def test_points_of_one_criterion_and_weights_of_another_do_not_mix():
    with pytest.raises(RubricError) as caught:
        load_yaml(TEXT.replace("question: Kind?", "question: Kind?\n        weight: 3"))

    (problem,) = caught.value.problems
    assert (problem.line, problem.path) == (12, "sections[1].criteria[1]")
    assert "weight is missing: add it, or leave it out at every criterion" in problem.message
