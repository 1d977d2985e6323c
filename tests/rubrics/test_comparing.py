"""Two versions side by side: what changed, how big the step is, what may be joined over time."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given

from rubrics import Condition, Critical, Declared, RootCause, diff, lineage
from tests.rubrics.builders import criterion, rubric, section, steps
from tests.rubrics.strategies import versions

THREE = steps(2, 1, 0, failing=["p0"])
TONE = criterion("tone", 2, THREE)
NOTE = criterion("note", 1, THREE)
OLD = rubric(section("care", TONE, NOTE, weight=40), section("solving", criterion("answer", 1, THREE), weight=60))


def with_tone(**changes):
    care = replace(OLD.sections[0], criteria=(replace(TONE, **changes), NOTE))
    return replace(OLD, sections=(care, OLD.sections[1]))


def kinds(new, key):
    return next(change.kinds for change in diff(OLD, new).criteria if change.key == key)


def worded(**changes):
    first, *others = THREE.levels
    return replace(THREE, levels=(replace(first, **changes), *others))


@pytest.mark.parametrize(
    ("changes", "expected", "step", "comparable"),
    [
        pytest.param({}, ("same",), "same", True, id="nothing"),
        pytest.param({"question": "Was it kind?"}, ("reworded",), "minor", True, id="question"),
        pytest.param({"guidance": "Read it all."}, ("reworded",), "minor", True, id="guidance"),
        pytest.param({"scale": worded(anchor="Warm")}, ("reworded",), "minor", True, id="anchor"),
        pytest.param({"scale": worded(comment_required=True)}, ("reworded",), "minor", True, id="what it asks for"),
        pytest.param({"root_causes": (RootCause(key="x", name="X"),)}, ("reworded",), "minor", True, id="root causes"),
        pytest.param({"procedure": "tone-guide"}, ("reworded",), "minor", True, id="linked procedure"),
        pytest.param({"weight": Fraction(3)}, ("re-weighted",), "major", True, id="weight"),
        pytest.param({"scale": steps(3, 2, 1, 0)}, ("re-scaled", "reworded"), "major", False, id="a level more"),
        pytest.param({"scale": worded(points=Fraction(5))}, ("re-scaled",), "major", False, id="points"),
        pytest.param({"critical": Critical(fails_at=("p0",))}, ("re-ruled",), "major", True, id="critical"),
        pytest.param({"na_allowed": False}, ("re-ruled",), "major", True, id="N/A"),
        pytest.param(
            {"condition": Condition(criterion="note", levels=("p2",))}, ("re-ruled",), "major", False, id="condition"
        ),
        pytest.param({"scale": worded(cap=Fraction(100))}, ("re-ruled",), "major", True, id="cap of a level"),
        pytest.param(
            {"weight": Fraction(3), "question": "Was it kind?"}, ("reworded", "re-weighted"), "major", True, id="two"
        ),
    ],
)
def test_what_became_of_a_criterion(changes, expected, step, comparable):
    found = diff(OLD, with_tone(**changes))

    tone = found.criteria[0]
    assert (tone.kinds, found.step, tone.comparable) == (expected, step, comparable)
    assert ("tone" in found.comparable) is comparable


@pytest.mark.parametrize(
    ("new", "step"),
    [
        pytest.param(replace(OLD, name="Other"), "minor", id="name"),
        pytest.param(replace(OLD, description="More words"), "minor", id="description"),
        pytest.param(replace(OLD, pass_mark=Fraction(85)), "major", id="pass mark"),
        pytest.param(replace(OLD, cap=Fraction(100)), "major", id="cap"),
        pytest.param(replace(OLD, arithmetic="pooled"), "major", id="arithmetic"),
        pytest.param(replace(OLD, method="deductive"), "major", id="method"),
        pytest.param(replace(OLD, na_rule="mean"), "major", id="N/A rule"),
        pytest.param(replace(OLD, critical_effect="keep"), "major", id="effect of criticals"),
        pytest.param(replace(OLD, engine="2"), "major", id="engine"),
        pytest.param(replace(OLD, sections=OLD.sections[::-1]), "minor", id="order"),
        pytest.param(replace(OLD, sections=OLD.sections[:1]), "major", id="section dropped"),
        pytest.param(replace(OLD, major=7), "same", id="the number alone"),
    ],
)
def test_a_step_is_major_when_a_score_could_move(new, step):
    assert diff(OLD, new).step == step


def test_a_rule_change_shows_before_and_after():
    (change,) = diff(OLD, replace(OLD, pass_mark=Fraction("82.5"))).rules

    assert (change.field, change.old, change.new, change.scoring) == ("pass_mark", "none", "82.5", True)


@pytest.mark.parametrize(
    ("changes", "field", "before", "after", "scoring"),
    [
        pytest.param({"name": "Kindness"}, "name", "Care", "Kindness", False, id="name"),
        pytest.param({"weight": Fraction(30)}, "weight", "40", "30", True, id="weight"),
        pytest.param({"channels": ("web", "chat")}, "channels", "all", "chat, web", True, id="channels"),
        pytest.param({"bonus": True}, "bonus", "no", "yes", True, id="bonus"),
    ],
)
def test_a_changed_section_shows_before_and_after(changes, field, before, after, scoring):
    new = replace(OLD, sections=(replace(OLD.sections[0], **changes), OLD.sections[1]))

    (change,) = diff(OLD, new).sections

    assert (change.where, change.field, change.old, change.new) == ("care", field, before, after)
    assert change.scoring is scoring
    assert diff(OLD, new).step == ("major" if scoring else "minor")


def test_numbers_that_two_decimals_cannot_hold_are_shown_in_full():
    (change,) = diff(OLD, with_tone(weight=Fraction(2, 3))).criteria[0].changes

    assert (change.old, change.new, change.scoring) == ("2", "2/3", True)


def test_a_moved_criterion_is_seen_and_stays_comparable():
    care, solving = OLD.sections
    new = replace(
        OLD,
        sections=(replace(care, criteria=(NOTE,)), replace(solving, criteria=(*solving.criteria, TONE))),
    )

    assert kinds(new, "tone") == ("moved",)
    assert diff(OLD, new).step == "major"
    assert "tone" in diff(OLD, new).comparable


def test_criteria_asked_on_other_channels_are_not_comparable():
    new = replace(OLD, sections=(replace(OLD.sections[0], channels=("chat",)), OLD.sections[1]))

    assert diff(OLD, new).comparable == ("answer",)


def test_new_and_dropped_criteria_are_named():
    new = replace(OLD, sections=(replace(OLD.sections[0], criteria=(TONE, criterion("effort"))), OLD.sections[1]))

    found = {change.key: change.kinds for change in diff(OLD, new).criteria}

    assert found == {"tone": ("same",), "effort": ("new",), "answer": ("same",), "note": ("dropped",)}


def test_a_declared_split_is_no_drop_and_two_new():
    new = rubric(
        section("care", criterion("warm"), criterion("short"), NOTE, weight=40),
        OLD.sections[1],
        lineage=(Declared(kind="split", old=("tone",), new=("warm", "short")),),
    )

    found = lineage(OLD, new)

    assert [(entry.kind, entry.old_keys, entry.new_keys, entry.comparable) for entry in found] == [
        ("split", ("tone",), ("warm", "short"), False),
        ("same", ("note",), ("note",), True),
        ("same", ("answer",), ("answer",), True),
    ]


def test_a_declared_merger_may_keep_one_of_the_keys():
    new = rubric(
        section("care", TONE, weight=40),
        OLD.sections[1],
        lineage=(Declared(kind="merged", old=("tone", "note"), new=("tone",)),),
    )

    found = lineage(OLD, new)

    assert [(entry.kind, entry.old_keys, entry.new_keys) for entry in found] == [
        ("merged", ("tone", "note"), ("tone",)),
        ("same", ("answer",), ("answer",)),
    ]


def test_lineage_tells_the_deepest_change_of_each_criterion():
    new = with_tone(scale=steps(3, 2, 1, 0), question="Was it kind?")
    new = replace(new, sections=(*new.sections[:1], section("solving", criterion("idea"), weight=60)))

    found = {(*entry.old_keys, *entry.new_keys): entry.kind for entry in lineage(OLD, new)}

    assert found == {
        ("tone", "tone"): "re-scaled",
        ("note", "note"): "same",
        ("idea",): "new",
        ("answer",): "dropped",
    }


def test_a_weight_alone_leaves_the_criterion_the_same():
    assert lineage(OLD, with_tone(weight=Fraction(9)))[0].kind == "same"


@given(versions())
def test_a_version_equals_itself(version):
    found = diff(version, version)

    assert found.step == "same"
    assert found.comparable == tuple(item.key for item in version.criteria)
    assert {entry.kind for entry in lineage(version, version)} == {"same"}


@given(versions(), versions())
def test_every_criterion_of_both_versions_is_accounted_for(old, new):
    found = lineage(old, new)

    assert {key for entry in found for key in entry.old_keys} == {item.key for item in old.criteria}
    assert {key for entry in found for key in entry.new_keys} == {item.key for item in new.criteria}
