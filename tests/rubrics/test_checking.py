"""What makes a well-formed rubric unusable, each with the place it is shown at."""

from fractions import Fraction

import pytest

from rubrics import Condition, Critical, Declared, Level, RootCause, Scale, check, problems
from tests.rubrics.builders import PERCENT, criterion, rubric, section, steps

THREE = steps(2, 1, 0, failing=["p0"])


def found_in(version):
    return [(problem.path, problem.message) for problem in problems(version)]


def one(**more):
    return rubric(section("all", criterion("tone", **more)))


def when(key, *levels):
    return Condition(criterion=key, levels=levels)


def level_at(points, **more):
    return Level(key=f"p{points}", name="Level", points=Fraction(points), **more)


SAME_AS_ONE = (Level(key="other", name="Other", points=Fraction(1)),)


@pytest.mark.parametrize(
    ("version", "path", "said"),
    [
        pytest.param(
            rubric(section("all", criterion("tone")), section("all", criterion("note"))),
            "sections[2].key", "section all stands here twice", id="section twice",
        ),
        pytest.param(
            rubric(section("a", criterion("tone")), section("b", criterion("tone"))),
            "sections[2].criteria[1].key", "criterion tone stands in the rubric twice", id="criterion twice",
        ),
        pytest.param(
            one(root_causes=(RootCause(key="x", name="X"), RootCause(key="x", name="Y"))),
            "sections[1].criteria[1].root_causes[2].key", "root cause x stands here twice", id="root cause twice",
        ),
        pytest.param(
            one(scale=Scale(kind="levels", levels=(level_at(1), level_at(1, failing=True), level_at(0, failing=True)))),
            "sections[1].criteria[1].scale.levels[2].key", "level p1 stands here twice", id="level twice",
        ),
        pytest.param(
            one(scale=Scale(kind="binary", levels=steps(2, 1, 0).levels)),
            "sections[1].criteria[1].scale", "takes exactly 2 levels, not 3", id="binary with three",
        ),
        pytest.param(
            one(scale=Scale(kind="levels", levels=steps(*range(9, -1, -1)).levels)),
            "sections[1].criteria[1].scale", "takes 2 to 9 levels, not 10", id="more than there are keys",
        ),
        pytest.param(
            one(scale=Scale(kind="levels")),
            "sections[1].criteria[1].scale", "takes 2 to 9 levels, not 0", id="no levels",
        ),
        pytest.param(
            one(scale=Scale(kind="percentage", levels=steps(1, 0).levels)),
            "sections[1].criteria[1].scale.levels", "a percentage has no levels", id="percentage with levels",
        ),
        pytest.param(
            one(scale=Scale(kind="binary", levels=steps(1, 0).levels, comment_below=Fraction(5))),
            "sections[1].criteria[1].scale.comment_below", "for percentages", id="threshold on levels",
        ),
        pytest.param(
            one(scale=steps(0, 1)),
            "sections[1].criteria[1].scale.levels[2].points", "from best to worst", id="worst first",
        ),
        pytest.param(
            one(scale=Scale(kind="binary", levels=(level_at(1), Level(key="x", name="X", points=Fraction(1))))),
            "sections[1].criteria[1].scale.levels", "all levels earn the same", id="no difference",
        ),
        pytest.param(
            one(scale=steps(2, 1, 0, failing=["p1"])),
            "sections[1].criteria[1].scale.levels[3]", "must be failing too", id="worse level not failing",
        ),
        pytest.param(
            one(scale=Scale(kind="binary", levels=(level_at(1, cap=Fraction(60)), level_at(0)))),
            "sections[1].criteria[1].scale.levels[2]", "give p0 a cap no higher", id="worse level capped less",
        ),
        pytest.param(
            one(scale=THREE, critical=Critical()),
            "sections[1].criteria[1].critical", "name in fails_at every level", id="critical without levels",
        ),
        pytest.param(
            one(scale=THREE, critical=Critical(fails_at=("p1", "p0"))),
            "sections[1].criteria[1].critical.fails_at[1]", "cannot be failing: false", id="fails but not failing",
        ),
        pytest.param(
            one(scale=steps(2, 1, 0, failing=["p1", "p0"]), critical=Critical(fails_at=("p1",))),
            "sections[1].criteria[1].critical.fails_at", "level p0 is worse", id="worse level passes a critical",
        ),
        pytest.param(
            one(scale=THREE, critical=Critical(fails_at=("p0", "p0"))),
            "sections[1].criteria[1].critical.fails_at[2]", "named twice", id="failing level twice",
        ),
        pytest.param(
            one(scale=steps(1, 0, failing=["p1", "p0"]), critical=Critical(fails_at=("p1", "p0"))),
            "sections[1].criteria[1].critical.fails_at", "every level fails", id="nobody can pass",
        ),
        pytest.param(
            one(scale=THREE, critical=Critical(fails_at=("p0",), fails_below=Fraction(50))),
            "sections[1].criteria[1].critical.fails_below", "name them in fails_at", id="percentage on levels",
        ),
        pytest.param(
            one(critical=Critical()),
            "sections[1].criteria[1].critical", "state fails_below", id="critical percentage without threshold",
        ),
        pytest.param(
            one(critical=Critical(fails_below=Fraction(50), fails_at=("x",))),
            "sections[1].criteria[1].critical.fails_at", "has no levels", id="levels on a percentage",
        ),
        pytest.param(
            rubric(
                section("all", criterion("tone")),
                section("extra", criterion("x", scale=THREE, critical=Critical(fails_at=("p0",))), bonus=True),
            ),
            "sections[2].criteria[1].critical", "bonus section cannot be critical", id="critical bonus",
        ),
        pytest.param(
            rubric(section("all", criterion("tone")), section("extra", criterion("x"), weight=101, bonus=True)),
            "sections[2].weight", "at most 100", id="boundless bonus",
        ),
        pytest.param(
            rubric(section("all", criterion("tone", 101)), method="deductive"),
            "sections[1].criteria[1].weight", "at most 100", id="deduction over 100",
        ),
        pytest.param(
            rubric(section("all", criterion("tone"), channels=("chat", "chat"))),
            "sections[1].channels", "a channel is named twice", id="channel twice",
        ),
        pytest.param(
            one(condition=when("nobody", "p1")),
            "sections[1].criteria[1].condition.criterion", "no criterion nobody", id="condition on nothing",
        ),
        pytest.param(
            rubric(section("all", criterion("a"), criterion("b", condition=when("a", "p1")))),
            "sections[1].criteria[2].condition.criterion", "needs a criterion with levels", id="condition on percent",
        ),
        pytest.param(
            rubric(section("all", criterion("a", 1, THREE), criterion("b", condition=when("a", "p9")))),
            "sections[1].criteria[2].condition.levels[1]", "no level p9: use one of p2, p1, p0", id="unknown level",
        ),
        pytest.param(
            rubric(section("all", criterion("a", 1, THREE, condition=when("a", "p1")))),
            "sections[1].criteria[1].condition", "run in a circle (a, a)", id="condition on itself",
        ),
        pytest.param(
            rubric(section("all", criterion("tone", 0))),
            "sections", "nothing in the rubric has a weight", id="no weight at all",
        ),
        pytest.param(
            rubric(section("all", criterion("tone"), weight=0), section("live", criterion("x"), channels=("chat",))),
            "sections", "nothing on channels no section names", id="no weight on other channels",
        ),
        pytest.param(
            rubric(section("all", criterion("a")), lineage=(Declared(kind="split", old=("x",), new=("a",)),)),
            "lineage[1]", "at least two new keys", id="split into one",
        ),
        pytest.param(
            rubric(section("all", criterion("a")), lineage=(Declared(kind="merged", old=("x", "y"), new=("b",)),)),
            "lineage[1].new[1]", "no criterion b", id="merged into nothing",
        ),
    ],
)  # fmt: skip
def test_an_unusable_rubric_says_where_and_why(version, path, said):
    found = found_in(version)

    assert len(found) == 1
    assert found[0][0] == path
    assert said in found[0][1]


def test_a_circle_of_conditions_is_found_whatever_its_length():
    names = "abcd"
    version = rubric(
        section(
            "all",
            *(criterion(key, 1, THREE, condition=when(names[n - 1], "p2")) for n, key in enumerate(names)),
        )
    )

    (finding,) = check(version)

    assert "run in a circle" in finding.message


def test_only_bonus_sections_are_no_rubric():
    version = rubric(section("extra", criterion("x"), bonus=True))

    assert "at least one must be ordinary" in found_in(version)[0][1]


@pytest.mark.parametrize(
    "version",
    [
        pytest.param(one(), id="one percentage"),
        pytest.param(one(scale=THREE, critical=Critical(fails_at=("p0",))), id="a critical"),
        pytest.param(rubric(section("a", criterion("x", 1), criterion("y", 0))), id="a criterion that only informs"),
        pytest.param(
            rubric(section("a", criterion("x", 1, THREE), criterion("y", 1, PERCENT, condition=when("x", "p0")))),
            id="a condition",
        ),
        pytest.param(
            rubric(section("a", criterion("x"), weight=0), arithmetic="pooled"), id="pooled needs no section weight"
        ),
        pytest.param(
            one(scale=Scale(kind="levels", levels=(level_at(2), level_at(1), *SAME_AS_ONE))),
            id="two levels that earn the same",
        ),
        pytest.param(rubric(section("a", criterion("x"), channels=("chat",))), id="a rubric for one channel"),
    ],
)
def test_a_usable_rubric_has_no_findings(version):
    assert check(version) == ()
