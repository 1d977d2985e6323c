"""The worked values of the vendors' help pages and of our own pages, as the shared reference file states them."""

import functools
import json
from fractions import Fraction
from typing import Any

import pytest

from rubrics import Critical, RubricVersion, criterion_fraction, effective_shares, rounded, score
from tests.rubrics.builders import criterion, exact, level, percent, rubric, section, steps
from tests.shared import shared_path


@functools.cache
def all_cases() -> dict[str, Any]:
    text = shared_path("reference", "rubric_cases.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)["cases"]}


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Any:
    return all_cases()[request.param]


def of(case_id: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [case_id], indirect=True)


def six(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 6)


def points_rubric(groups: list[Any], arithmetic: Any) -> tuple[RubricVersion, dict[str, Any]]:
    """One section per group; a criterion weighs as many points as it can earn."""
    sections, answers = [], {}
    for g, group in enumerate(groups):
        criteria = []
        for n, (got, most) in enumerate(group["points"]):
            key = f"c{g}_{n}"
            criteria.append(criterion(key, most))
            answers[key] = percent(Fraction(100 * got, most))
        sections.append(section(f"s{g}", *criteria, weight=group.get("weight", 1)))
    return rubric(*sections, arithmetic=arithmetic), answers


@of("zendesk-fractions")
def test_equal_steps_earn_the_fractions_zendesk_prints(case):
    for name, expected in case["scale_fractions"].items():
        count = int(name.removesuffix("-point"))
        question = criterion("tone", scale=steps(*range(count - 1, -1, -1)))

        found = [six(criterion_fraction(question, level(f"p{n}"))) for n in range(count)]

        assert found == expected


@of("plain-mean-of-reviews")
def test_the_mean_of_reviews_is_the_plain_mean(case):
    scores = [exact(value) for value in case["review_scores"]]

    mean = sum(scores) / len(scores)

    assert mean == exact(case["expected_mean"])
    assert rounded(mean, 2) == "52.97"


@of("weighted-sections")
def test_weighted_sections_give_seventy(case):
    version, answers = points_rubric(case["sections"], "sections")

    assert score(version, answers).value == case["expected"]


@of("pooled-points")
def test_the_same_answers_pooled_give_sixty_five(case):
    version, answers = points_rubric([{"points": [pair]} for pair in case["points"]], "pooled")

    assert score(version, answers).value == case["expected"]


@of("points-with-na")
def test_points_with_na_shrink_what_can_be_earned(case):
    # 21 of 35 points, of which privacy is 5 of 5: once it is N/A, 16 of 30 are left.
    version, answers = points_rubric([{"points": [[16, 30], [5, 5]]}], "pooled")

    whole = score(version, answers).value
    without_privacy = score(version, {**answers, "c0_1": percent(None)}).value

    assert whole == case["expected"]
    assert six(without_privacy) == case["with_privacy_5_na"]["expected"]


@of("group-weight-multiplies-points")
def test_a_group_weight_that_multiplies_points_is_said_as_weights(case):
    # We keep no weight that silently multiplies points: the product is entered as the criterion's weight.
    groups = [
        {"points": [[got * group["weight"], most * group["weight"]] for got, most in group["points"]]}
        for group in case["groups"]
    ]
    version, answers = points_rubric(groups, "pooled")

    assert score(version, answers).value == case["expected"]
    assert effective_shares(version)["c0_0"] == exact(case["effective_share_of_group_1"])


@of("na-rules")
@pytest.mark.parametrize("rule", ["removed", "full", "mean", "zero"])
@pytest.mark.parametrize("arithmetic", ["sections", "pooled"])
def test_the_na_rule_alone_moves_the_score(case, rule, arithmetic):
    criteria = [criterion(f"c{n}", one["weight"]) for n, one in enumerate(case["criteria"])]
    fractions = [one["fraction"] for one in case["criteria"]]
    answers = {f"c{n}": percent(None if value is None else 100 * value) for n, value in enumerate(fractions)}
    version = rubric(section("all", *criteria), na_rule=rule, arithmetic=arithmetic)

    assert six(score(version, answers).value) == case["expected"][rule]


@of("sections-or-pooled-with-na")
@pytest.mark.parametrize("arithmetic", ["sections", "pooled"])
def test_sections_and_pooled_part_ways_with_na(case, arithmetic):
    sections, answers = [], {}
    for s, one in enumerate(case["sections"]):
        keys = [f"c{s}_{n}" for n in range(len(one["fractions"]))]
        sections.append(section(f"s{s}", *(criterion(key) for key in keys), weight=one["weight"]))
        values = [None if value is None else 100 * value for value in one["fractions"]]
        answers |= {key: percent(value) for key, value in zip(keys, values, strict=True)}

    found = score(rubric(*sections, arithmetic=arithmetic), answers).value

    assert found == case["expected"][arithmetic]


@of("middle-answer-on-a-critical")
def test_a_middle_answer_fails_a_critical_only_where_its_level_is_stated(case):
    asked = {"3-point middle": (3, 1), "5-point middle": (5, 2), "4-point second": (4, 1)}
    for name, fails in case["fails"].items():
        count, chosen = asked[name]
        # Stated as the vendor's threshold would: every level under half of the points.
        failing = tuple(f"p{n}" for n in range(count) if Fraction(n, count - 1) < Fraction(1, 2))
        question = criterion(
            "privacy", scale=steps(*range(count - 1, -1, -1), failing=failing), critical=Critical(fails_at=failing)
        )

        found = score(rubric(section("all", question)), {"privacy": level(f"p{chosen}")})

        assert (found.outcome == "failed_critical") is fails


@of("all-na")
@pytest.mark.parametrize("rule", ["removed", "full", "mean", "zero"])
def test_all_na_gives_no_score_under_any_rule(case, rule):
    criteria = [criterion(f"c{n}", one["weight"]) for n, one in enumerate(case["criteria"])]
    answers = {one.key: percent(None) for one in criteria}

    found = score(rubric(section("all", *criteria), na_rule=rule, pass_mark=Fraction(80)), answers)

    assert (found.value, found.base, found.outcome) == (case["expected"], None, "not_scored")


def test_every_reference_case_has_its_test():
    tested = {
        mark.args[1][0]
        for test in list(globals().values())
        for mark in getattr(test, "pytestmark", [])
        if mark.name == "parametrize" and mark.args[0] == "case"
    }

    assert tested == set(all_cases())
