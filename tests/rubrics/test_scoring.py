"""One worked case, calculated by hand in its comment, for each rule of the score."""

from dataclasses import replace
from fractions import Fraction

import pytest

from rubrics import Answer, AnswerError, Condition, Critical, Level, Scale, criterion_fraction, score
from tests.rubrics.builders import criterion, level, percent, rubric, section, steps

FAILING = steps(2, 1, 0, failing=["p0"])


def privacy(**critical):
    """A three-level critical of weight 40 that fails at its lowest level."""
    return criterion("privacy", 40, FAILING, critical=Critical(fails_at=("p0",), **critical))


def two_sections(first, **rules):
    """`first` (weight 40) and tone (weight 60) in a section of weight 30; answer alone in one of weight 70."""
    return rubric(
        section("care", first, criterion("tone", 60), weight=30),
        section("solving", criterion("answer", 100), weight=70),
        pass_mark=Fraction(80),
        **rules,
    )


ANSWERS = {"privacy": level("p0"), "tone": percent(100), "answer": percent(90)}


class TestScales:
    def test_points_count_from_the_lowest_level(self):
        # (3 - 1) / (5 - 1) = 1/2
        assert criterion_fraction(criterion("tone", scale=steps(5, 3, 1)), level("p3")) == Fraction(1, 2)

    def test_named_levels_may_stand_at_uneven_distances(self):
        # (7 - 0) / (10 - 0) = 7/10
        assert criterion_fraction(criterion("tone", scale=steps(10, 7, 0)), level("p7")) == Fraction(7, 10)

    def test_a_percentage_is_its_own_fraction(self):
        assert criterion_fraction(criterion("tone"), Answer(percentage=Fraction("37.5"))) == Fraction(3, 8)

    @pytest.mark.parametrize("answer", [None, Answer(), Answer(comment="later"), Answer(not_applicable=True)])
    def test_open_and_na_are_worth_nothing_that_could_be_counted(self, answer):
        assert criterion_fraction(criterion("tone"), answer) is None


class TestCriticals:
    # Base: care = (40 x 0 + 60 x 100) / 100 = 60; review = (30 x 60 + 70 x 90) / 100 = 81.
    @pytest.mark.parametrize(
        ("effect", "value"),
        [
            pytest.param("zero", 0, id="zero: the whole score"),
            pytest.param("zero_section", 63, id="zero_section: (30 x 0 + 70 x 90) / 100"),
            pytest.param("keep", 81, id="keep: the score stays"),
        ],
    )
    def test_a_critical_of_the_review_fails_it_whatever_the_score(self, effect, value):
        found = score(two_sections(privacy(), critical_effect=effect), ANSWERS)

        assert (found.value, found.base, found.outcome) == (value, 81, "failed_critical")
        assert found.failed_criticals == ("privacy",)

    @pytest.mark.parametrize(
        ("effect", "value", "outcome"),
        [
            pytest.param("zero", 63, "failed", id="zero reaches no further than its section"),
            pytest.param("zero_section", 63, "failed", id="zero_section"),
            pytest.param("keep", 81, "passed", id="keep: named, and the score decides"),
        ],
    )
    def test_a_critical_of_a_section_fails_only_its_section(self, effect, value, outcome):
        found = score(two_sections(privacy(scope="section"), critical_effect=effect), ANSWERS)

        assert (found.value, found.base, found.outcome) == (value, 81, outcome)
        assert found.failed_criticals == ("privacy",)

    def test_a_section_at_zero_shows_as_zero(self):
        found = score(two_sections(privacy(), critical_effect="zero_section"), ANSWERS)

        assert found.sections == {"care": 0, "solving": 90}

    def test_pooled_a_section_at_zero_loses_all_its_points(self):
        # base (40 x 0 + 60 x 100 + 100 x 90) / 200 = 75; without care: 9000 / 200 = 45
        found = score(two_sections(privacy(), critical_effect="zero_section", arithmetic="pooled"), ANSWERS)

        assert (found.base, found.value) == (75, 45)

    def test_one_critical_may_have_its_own_effect(self):
        found = score(two_sections(privacy(effect="keep"), critical_effect="zero"), ANSWERS)

        assert (found.value, found.outcome) == (81, "failed_critical")

    def test_a_middle_level_that_is_not_named_does_not_fail(self):
        # care = (40 x 50 + 60 x 100) / 100 = 80; review = (30 x 80 + 70 x 90) / 100 = 87
        found = score(two_sections(privacy()), {**ANSWERS, "privacy": level("p1")})

        assert (found.value, found.outcome, found.failed_criticals) == (87, "passed", ())

    def test_a_critical_at_na_does_not_fail(self):
        # care = 100 without privacy; review = (30 x 100 + 70 x 90) / 100 = 93
        found = score(two_sections(privacy()), {**ANSWERS, "privacy": percent(None)})

        assert (found.value, found.outcome) == (93, "passed")

    @pytest.mark.parametrize(("given", "outcome"), [(49, "failed_critical"), (50, "passed")])
    def test_a_percentage_fails_below_the_stated_one(self, given, outcome):
        question = criterion("privacy", critical=Critical(fails_below=Fraction(50)))

        assert score(rubric(section("all", question)), {"privacy": percent(given)}).outcome == outcome

    def test_a_critical_without_weight_fails_without_moving_the_base(self):
        question = replace(privacy(), weight=Fraction(0))

        found = score(two_sections(question), ANSWERS)

        # care = tone alone = 100; review = (30 x 100 + 70 x 90) / 100 = 93
        assert (found.base, found.value, found.outcome) == (93, 0, "failed_critical")


class TestDeductive:
    def test_pooled_it_starts_at_a_hundred_and_subtracts(self):
        # 100 - 30 x (1 - 0.5) - 20 x (1 - 0.9) = 100 - 15 - 2 = 83
        version = rubric(
            section("all", criterion("tone", 30), criterion("steps", 20), criterion("note", 10)),
            method="deductive",
            arithmetic="pooled",
        )

        assert score(version, {"tone": percent(50), "steps": percent(90), "note": percent(100)}).value == 83

    def test_it_stops_at_zero(self):
        version = rubric(section("all", criterion("tone", 80), criterion("steps", 70)), method="deductive")

        assert score(version, {"tone": percent(0), "steps": percent(0)}).value == 0

    def test_with_sections_each_starts_at_a_hundred(self):
        # care: 100 - 40 = 60, solving: 100 - 10 x 0.5 = 95; (1 x 60 + 3 x 95) / 4 = 86.25
        version = rubric(
            section("care", criterion("tone", 40), weight=1),
            section("solving", criterion("answer", 10), weight=3),
            method="deductive",
        )

        assert score(version, {"tone": percent(0), "answer": percent(50)}).value == Fraction("86.25")

    @pytest.mark.parametrize(
        ("rule", "value"),
        [
            pytest.param("removed", 90, id="nothing is taken off"),
            pytest.param("full", 90, id="nothing is taken off either"),
            pytest.param("mean", 75, id="100 - 20 x 0.5 - 30 x 0.5"),
            pytest.param("zero", 60, id="100 - 10 - 30"),
        ],
    )
    def test_na_takes_off_what_the_rule_says(self, rule, value):
        version = rubric(
            section("all", criterion("tone", 20), criterion("steps", 30)), method="deductive", na_rule=rule
        )

        assert score(version, {"tone": percent(50), "steps": percent(None)}).value == value


class TestBonusAndCaps:
    def with_bonus(self, **rules):
        return rubric(
            section("all", criterion("tone")),
            section("extra", criterion("idea"), criterion("care"), weight=10, bonus=True),
            **rules,
        )

    @pytest.mark.parametrize(
        ("rule", "care", "value"),
        [
            pytest.param("removed", 50, Fraction("97.5"), id="90 + 10 x (100 + 50) / 200"),
            pytest.param("removed", None, 100, id="N/A removed: 90 + 10 x 100 / 100"),
            pytest.param("full", None, 95, id="N/A earns no bonus: 90 + 10 x 50 / 100"),
            pytest.param("mean", None, 95, id="nor does the mean of the others"),
            pytest.param("zero", None, 95, id="nor zero"),
        ],
    )
    def test_a_bonus_is_added_in_points_and_has_to_be_earned(self, rule, care, value):
        answers = {"tone": percent(90), "idea": percent(100), "care": percent(care)}

        assert score(self.with_bonus(na_rule=rule), answers).value == value

    def test_a_bonus_alone_makes_no_score(self):
        answers = {"tone": percent(None), "idea": percent(100), "care": percent(100)}

        assert score(self.with_bonus(), answers).value is None

    @pytest.mark.parametrize(("cap", "value"), [(None, 105), (100, 100), (104, 104)])
    def test_a_cap_holds_the_bonus(self, cap, value):
        answers = {"tone": percent(95), "idea": percent(100), "care": percent(100)}
        version = self.with_bonus(cap=None if cap is None else Fraction(cap))

        assert score(version, answers).value == value

    def test_a_level_may_cap_the_score_without_being_critical(self):
        capped = Scale(
            kind="binary",
            levels=(
                Level(key="kept", name="Kept", points=Fraction(1)),
                Level(key="late", name="Late", points=Fraction(0), cap=Fraction(60)),
            ),
        )
        version = rubric(section("all", criterion("promise", 1, capped), criterion("tone", 9)), pass_mark=Fraction(60))

        # (1 x 0 + 9 x 100) / 10 = 90, capped at 60, which reaches the mark.
        found = score(version, {"promise": level("late"), "tone": percent(100)})

        assert (found.value, found.base, found.outcome) == (60, 60, "passed")


class TestWhatIsAsked:
    def test_a_hidden_criterion_does_not_count_whatever_was_answered_before(self):
        version = rubric(
            section(
                "all",
                criterion("handed_over", 1, steps(1, 0)),
                criterion("note", 3, condition=Condition(criterion="handed_over", levels=("p1",))),
            ),
            na_rule="zero",
        )

        hidden = score(version, {"handed_over": level("p0"), "note": percent(100)})
        shown = score(version, {"handed_over": level("p1"), "note": percent(50)})

        assert (hidden.value, shown.value) == (0, Fraction("62.5"))  # 0 / 1 and (1 x 100 + 3 x 50) / 4
        assert "note" not in hidden.criteria

    def test_a_section_of_another_channel_does_not_count(self):
        version = rubric(
            section("all", criterion("tone"), weight=1),
            section("live", criterion("pace"), weight=3, channels=("chat",)),
        )
        answers = {"tone": percent(80), "pace": percent(40)}

        assert score(version, answers, channel="email").value == 80
        assert score(version, answers, channel="chat").value == 50  # (1 x 80 + 3 x 40) / 4

    def test_open_criteria_are_left_out_and_named(self):
        version = rubric(section("all", criterion("tone", 1), criterion("note", 3)), na_rule="zero")

        found = score(version, {"tone": percent(80)})

        assert (found.value, found.unanswered) == (80, ("note",))

    def test_an_empty_review_has_no_score(self):
        found = score(rubric(section("all", criterion("tone"))), {})

        assert (found.value, found.outcome, found.unanswered) == (None, "not_scored", ("tone",))


class TestOutcome:
    @pytest.mark.parametrize(
        ("given", "mark", "outcome"),
        [
            pytest.param("80", "80", "passed", id="on the mark"),
            pytest.param("79.999999", "80", "failed", id="a hair under it"),
            pytest.param("66.7", "200/3", "passed", id="over a mark that is a fraction"),
            pytest.param("0", None, "passed", id="no mark to miss"),
        ],
    )
    def test_the_mark_compares_exact_scores(self, given, mark, outcome):
        version = rubric(section("all", criterion("tone")), pass_mark=None if mark is None else Fraction(mark))

        assert score(version, {"tone": percent(given)}).outcome == outcome

    def test_a_wholly_na_section_gives_its_weight_to_the_others(self):
        version = two_sections(privacy())

        found = score(version, {"privacy": percent(None), "tone": percent(None), "answer": percent(85)})

        assert (found.value, found.sections) == (85, {"care": None, "solving": 85})


class TestSteps:
    def test_the_steps_tell_the_whole_calculation(self):
        answers = {**ANSWERS, "tone": percent(None), "privacy": level("p1")}

        found = score(two_sections(privacy()), answers)

        assert [(step.text, step.value) for step in found.steps] == [
            ("Privacy: “Level 1”, (1 − 0) / (2 − 0)", 50),
            ("Tone: N/A, left out", None),
            ("Answer: as entered", 90),
            ("Care: (40 × 50 %) / 40", 50),
            ("Solving: (100 × 90 %) / 100", 90),
            ("Review: (30 × 50 % + 70 × 90 %) / 100", 78),
            ("Failed (pass mark 80)", 78),
        ]

    def test_the_steps_name_a_failed_critical_and_what_it_did(self):
        found = score(two_sections(privacy(), critical_effect="zero_section"), ANSWERS)

        assert [(step.text, step.value) for step in found.steps[-4:]] == [
            ("Review: (30 × 60 % + 70 × 90 %) / 100", 81),
            ("Critical failed, Privacy: section Care becomes 0", None),
            ("Review: (30 × 0 % + 70 × 90 %) / 100", 63),
            ("Failed by a critical criterion", 63),
        ]

    @pytest.mark.parametrize(
        ("rule", "said"),
        [
            ("removed", "Note: N/A, left out"),
            ("full", "Note: N/A, counts as 100 %"),
            ("mean", "Note: N/A, counts as 66.67 %"),
            ("zero", "Note: N/A, counts as 0 %"),
        ],
    )
    def test_the_steps_say_what_na_counted_as(self, rule, said):
        version = rubric(section("all", criterion("tone", 1, steps(3, 2, 0)), criterion("note")), na_rule=rule)

        found = score(version, {"tone": level("p2"), "note": percent(None)})

        assert found.steps[1].text == said

    def test_criteria_without_weight_make_no_score(self):
        found = score(rubric(section("all", criterion("tone", 0))), {"tone": percent(50)})

        assert (found.value, found.outcome) == (None, "not_scored")
        assert found.steps[1].text == "All: nothing that has a weight"

    def test_pooled_the_steps_weigh_the_criteria_at_once(self):
        version = rubric(
            section("care", criterion("tone", 1)),
            section("solving", criterion("answer", 3)),
            section("extra", criterion("idea"), weight=10, bonus=True),
            arithmetic="pooled",
            cap=Fraction(95),
        )

        found = score(version, {"tone": percent(80), "answer": percent(100), "idea": percent(50)})

        assert [(step.text, step.value) for step in found.steps[3:]] == [
            ("Extra: (1 × 50 %) / 1", 50),
            ("Review: (1 × 80 % + 3 × 100 %) / 4", 95),
            ("Bonus Extra: 5 of 10 points added", 100),
            ("No score of this rubric rises above 95", 95),
            ("Passed (no pass mark)", 95),
        ]

    def test_pooled_the_steps_show_what_was_subtracted(self):
        version = rubric(
            section("all", criterion("tone", 30), criterion("note", 20)), method="deductive", arithmetic="pooled"
        )

        found = score(version, {"tone": percent(50), "note": percent(90)})

        assert found.steps[2].text == "Review: 100 − 15 − 2"

    def test_the_steps_show_what_was_subtracted(self):
        version = rubric(section("all", criterion("tone", 30), criterion("note", 10)), method="deductive")

        found = score(version, {"tone": percent(50), "note": percent(100)})

        assert [step.text for step in found.steps if step.kind == "section"] == ["All: 100 − 15"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param({"tone": level("p9")}, "no level 'p9'", id="unknown level"),
        pytest.param({"tone": percent(50)}, "answered with a level", id="percentage on levels"),
        pytest.param({"tone": Answer(level="p1", not_applicable=True)}, "not two", id="two answers at once"),
        pytest.param({"must": Answer(not_applicable=True)}, "does not allow N/A", id="N/A not allowed"),
        pytest.param({"share": percent(101)}, "0 to 100", id="percentage too high"),
        pytest.param({"tone": Answer(level="p1", root_causes=("x",))}, "no root cause x", id="unknown root cause"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(answers, said):
    version = rubric(
        section("all", criterion("tone", 1, steps(1, 0)), criterion("must", 1, na_allowed=False), criterion("share"))
    )

    with pytest.raises(AnswerError, match=said):
        score(version, answers)


def test_an_answer_to_an_unknown_criterion_is_refused():
    with pytest.raises(ValueError, match="no criterion 'tome'"):
        score(rubric(section("all", criterion("tone"))), {"tome": percent(1)})
