"""A rubric over its whole life: what each criterion was, became, and where its figures may be joined."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics import Declared, score_runs, threads
from tests.rubrics.builders import criterion, rubric, section, steps
from tests.rubrics.strategies import versions


def life():
    """1.0 tone, note; 1.1 tone in other words; 2.0 tone re-scaled, note dropped; 3.0 tone split; 4.0 note is back."""
    tone, note = criterion("tone", scale=steps(2, 1, 0)), criterion("note")
    warm, brief = criterion("warm"), criterion("brief")
    return [
        rubric(section("all", tone, note)),
        replace(rubric(section("all", replace(tone, question="Kind?"), note)), minor=1),
        replace(rubric(section("all", replace(tone, scale=steps(3, 2, 1, 0)))), major=2),
        replace(
            rubric(section("all", warm, brief)),
            major=3,
            lineage=(Declared(kind="split", old=("tone",), new=("warm", "brief")),),
        ),
        replace(rubric(section("all", replace(warm, weight=Fraction(5)), brief, note)), major=4),
    ]


def test_a_criterion_is_followed_through_every_version():
    found = threads(life())

    assert [(item.key, [(stop.version, stop.kind) for stop in item.stops]) for item in found] == [
        ("tone", [("1.0", "first"), ("1.1", "reworded"), ("2.0", "re-scaled")]),
        ("note", [("1.0", "first"), ("1.1", "same")]),
        ("warm", [("3.0", "split"), ("4.0", "same")]),
        ("brief", [("3.0", "split"), ("4.0", "same")]),
        ("note", [("4.0", "new")]),
    ]


def test_a_thread_says_what_it_came_from_and_what_it_became():
    tone, note, warm, brief, again = threads(life())

    assert (tone.became, tone.dropped_in) == (("warm", "brief"), "3.0")
    assert (note.became, note.dropped_in) == ((), "2.0")
    assert warm.came_from == brief.came_from == ("tone",)
    assert (again.came_from, again.dropped_in) == ((), None)


def test_figures_of_a_criterion_are_joined_until_its_scale_changes():
    tone, note, warm, *_ = threads(life())

    assert tone.runs == (("1.0", "1.1"), ("2.0",))
    assert note.runs == (("1.0", "1.1"),)
    assert warm.runs == (("3.0", "4.0"),)  # a new weight changes nothing about the criterion itself


def test_scores_are_joined_over_wording_alone():
    assert score_runs(life()) == (("1.0", "1.1"), ("2.0",), ("3.0",), ("4.0",))


def test_a_merger_that_keeps_a_key_still_begins_anew():
    tone, note = criterion("tone"), criterion("note")
    merged = replace(
        rubric(section("all", tone)), major=2, lineage=(Declared(kind="merged", old=("tone", "note"), new=("tone",)),)
    )

    before, _, after = threads([rubric(section("all", tone, note)), merged])

    assert (before.key, before.became, before.dropped_in) == ("tone", ("tone",), "2.0")
    assert (after.key, after.came_from, after.runs) == ("tone", ("tone", "note"), (("2.0",),))


def test_a_life_without_versions_has_no_threads():
    assert threads([]) == score_runs([]) == ()


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        pytest.param(life()[::-1], "oldest first", id="backwards"),
        pytest.param([life()[0], life()[0]], "each version once", id="twice"),
        pytest.param([life()[0], replace(life()[1], key="other")], "one rubric", id="of two rubrics"),
    ],
)
def test_what_is_no_life_of_one_rubric_is_refused(versions, said):
    with pytest.raises(ValueError, match=said):
        threads(versions)


@given(st.lists(versions(), min_size=1, max_size=3))
def test_every_criterion_of_every_version_stands_in_exactly_one_thread(drawn):
    lives = [replace(version, major=n, minor=0) for n, version in enumerate(drawn)]

    stops = [(stop.version, stop.key) for item in threads(lives) for stop in item.stops]

    assert sorted(stops) == sorted((version.label, item.key) for version in lives for item in version.criteria)
