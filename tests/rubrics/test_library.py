"""The rubrics that come with the program hold what a quality programme would ask of its own."""

from fractions import Fraction

import pytest

from rubrics import Answer, check, criterion_fraction, diff, library, load_yaml, missing, score

NAMES = ["general_support", "general_support_v2", "payments", "policy_and_appeals"]


@pytest.fixture(params=NAMES)
def version(request):
    return load_yaml(library()[request.param], name=f"{request.param}.yaml")


def answers_at(version, place, **more):
    return {item.key: Answer(level=item.scale.levels[place].key, **more) for item in version.criteria}


def test_the_library_has_these_rubrics():
    versions = {name: load_yaml(text) for name, text in library().items()}

    assert {name: (version.key, version.label) for name, version in versions.items()} == {
        "general_support": ("general_support", "1.0"),
        "general_support_v2": ("general_support", "2.0"),
        "payments": ("payments", "1.0"),
        "policy_and_appeals": ("policy_and_appeals", "1.0"),
    }


def test_it_is_usable_and_of_a_size_a_reviewer_can_hold(version):
    assert check(version) == ()
    assert 10 <= len(version.criteria) <= 15
    assert version.pass_mark == 80
    assert sum(item.critical is not None for item in version.criteria) == 2
    assert {len(item.scale.levels) for item in version.criteria} == {2, 3, 4, 5}


def test_weights_add_up_to_a_hundred(version):
    assert sum(section.weight for section in version.sections) == 100
    assert {sum(item.weight for item in section.criteria) for section in version.sections} == {100}


def test_every_level_has_its_own_anchor_and_every_criterion_its_guidance(version):
    for item in version.criteria:
        anchors = [level.anchor for level in item.scale.levels]
        assert all(anchors), item.key
        assert len(set(anchors)) == len(anchors), item.key
        assert item.guidance, item.key
        assert item.root_causes, item.key
        assert item.question.endswith("?"), item.key


def test_criteria_that_may_be_na_say_when(version):
    for item in version.criteria:
        assert item.na_allowed == ("N/A" in item.guidance), item.key


def test_failing_and_lowest_levels_ask_for_evidence_and_criticals_for_a_comment_too(version):
    for item in version.criteria:
        for level in item.scale.levels:
            lowest = level is item.scale.levels[-1]
            fails = item.critical is not None and level.key in item.critical.fails_at
            assert level.evidence_required == (level.failing or lowest), (item.key, level.key)
            assert level.comment_required == fails, (item.key, level.key)
        assert item.scale.levels[-1].failing, item.key


def test_the_best_review_scores_a_hundred_and_needs_nothing_more(version):
    answers = answers_at(version, 0)

    found = score(version, answers)

    assert (found.value, found.outcome) == (100, "passed")
    assert missing(version, answers) == ()


def test_the_worst_review_fails_by_its_criticals_and_has_to_be_explained(version):
    answers = answers_at(version, -1)

    found = score(version, answers)

    assert (found.value, found.base, found.outcome) == (0, 0, "failed_critical")
    assert len(found.failed_criticals) == 2
    assert len(missing(version, answers)) == len(version.criteria) + 2
    assert missing(version, answers_at(version, -1, comment="Seen", evidence=1)) == ()


def test_the_second_best_everywhere_does_not_pass_but_is_no_disaster(version):
    answers = {item.key: Answer(level=item.scale.levels[0 if item.critical else 1].key) for item in version.criteria}

    found = score(version, answers)

    assert found.value is not None
    assert 60 < found.value < 80


def test_a_hand_calculated_review_of_general_support():
    version = load_yaml(library()["general_support"])
    answers = answers_at(version, 0) | {
        "need_identified": Answer(level="mostly"),
        "correct_answer": Answer(level="slip"),
        "right_route": Answer(not_applicable=True),
        "tone": Answer(level="neutral"),
        "records": Answer(level="thin"),
    }

    found = score(version, answers)

    # understanding (60 x 2/3 + 40) / 100 = 80; resolution (40 x 1/2 + 25 + 20) / 85 = 1300/17;
    # communication (40 + 35 x 1/2 + 25) / 100 = 82.5; care (40 + 30 + 15 + 15 x 1/2) / 100 = 92.5
    resolution = Fraction(1300, 17)
    assert found.sections["resolution"] == resolution
    assert found.value == (20 * 80 + 40 * resolution + 25 * Fraction("82.5") + 15 * Fraction("92.5")) / 100
    assert found.outcome == "passed"


def test_the_second_version_of_general_support_is_a_major_step():
    old, new = (load_yaml(library()[name]) for name in ("general_support", "general_support_v2"))

    found = diff(old, new)

    kinds = {change.key: change.kinds for change in found.criteria}
    assert found.step == "major"
    assert kinds["effort_spared"] == ("new",)
    assert kinds["tone"] == ("re-scaled",)
    assert kinds["need_identified"] == ("reworded",)
    assert kinds["correct_answer"] == ("re-weighted",)
    assert kinds["records"] == ("same",)
    assert set(kinds) - set(found.comparable) == {"effort_spared", "tone"}


def test_scales_of_the_library_earn_equal_steps(version):
    for item in version.criteria:
        count = len(item.scale.levels)
        fractions = [criterion_fraction(item, Answer(level=level.key)) for level in item.scale.levels]
        assert fractions == [Fraction(count - 1 - n, count - 1) for n in range(count)], item.key
