"""The watch over whole operations: what it finds, what it leaves alone, and that it never looks ahead."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from calibration.drift import (
    Decision,
    DriftState,
    Judgement,
    advance,
    first_reds,
    judge,
    new_state,
    red_threshold,
    streams_of,
    team_drift,
)
from calibration.monitor import flag_line, watch
from calibration.scorings import Kind, Scale, Scorings, VersionChange
from calibration.simulate import SCALE, Drift, Operation, World, simulate
from calibration.simulated_people import latent_of_points

DRIFT = Drift(reviewer=0, kind="severity", size=-8, onset=18)


@cache
def drifting() -> Operation:
    return simulate(World(reviewers=12, weeks=24, drifts=(DRIFT,), volumes=(40,)), np.random.default_rng(21))


@cache
def judgements() -> tuple[Judgement, ...]:
    operation = drifting()
    return tuple(week.judgement for week in watch(operation.scorings, operation.scale))


def after(scorings: Scorings, scale: Scale, weeks: int) -> DriftState:
    state = new_state(scale)
    for week in range(weeks):
        state = advance(state, scorings.take(scorings.week == week), scale)
    return state


@cache
def state_of(weeks: int) -> DriftState:
    operation = drifting()
    return after(operation.scorings, operation.scale, weeks)


def test_a_reviewer_who_turns_stricter_is_red_within_weeks_and_the_others_are_not() -> None:
    reds = first_reds(judgements())

    assert set(reds) == {0}
    assert 18 <= reds[0] <= 22


def test_a_red_flag_tells_direction_size_onset_and_what_it_rests_on() -> None:
    flag = next(flag for flag in judgements()[-1].flags if flag.reviewer == 0)

    assert (flag.level, flag.stream) == ("red", "severity")
    assert flag.interval.low < -8 < flag.interval.high < 0
    assert flag.interval.low < flag.effect < flag.interval.high
    assert flag.onset_earliest <= flag.onset <= flag.onset_latest
    assert abs(flag.onset - 18) <= 2
    assert flag.confirmation in ("confirmed", "awaiting double scores")
    assert 100 < flag.routine < 300
    assert flag.double > 0


def test_cutting_the_file_changes_no_earlier_flag() -> None:
    operation = drifting()
    for week in (13, 20, 22):
        cut = operation.scorings.take(operation.scorings.week < week)

        found = [one.judgement for one in watch(cut, operation.scale)]

        assert [one.flags for one in found] == [one.flags for one in judgements()[:week]]
        assert found[-1].log_evidence.tolist() == judgements()[week - 1].log_evidence.tolist()


def test_no_alarm_in_the_first_twelve_weeks() -> None:
    early = Drift(reviewer=3, kind="severity", size=-16, onset=6)
    operation = simulate(World(reviewers=8, weeks=13, drifts=(early,), volumes=(60,)), np.random.default_rng(3))

    found = [week.judgement for week in watch(operation.scorings, operation.scale)]

    assert all(not one.flags for one in found[:12])
    assert found[11].log_evidence[3] > np.log(520)
    assert 3 in {flag.reviewer for flag in found[12].flags}


def test_a_state_can_be_kept_as_arrays_and_taken_up_again() -> None:
    operation = drifting()
    kept = {name: array.copy() for name, array in state_of(20).to_arrays().items()}
    week = operation.scorings.take(operation.scorings.week == 20)

    again = advance(DriftState.from_arrays(kept), week, operation.scale)

    assert judge(again, operation.scale).flags == judgements()[20].flags


def test_a_kept_state_that_lacks_an_array_is_refused() -> None:
    arrays = state_of(20).to_arrays()
    del arrays["minutes"]

    with pytest.raises(ValueError, match="minutes"):
        DriftState.from_arrays(arrays)


def test_the_order_of_scorings_within_a_week_does_not_matter() -> None:
    operation = drifting()
    week = operation.scorings.take(operation.scorings.week == 20)
    mixed = week.take(np.random.default_rng(1).permutation(len(week)))

    one, two = (advance(state_of(20), part, operation.scale) for part in (week, mixed))

    np.testing.assert_allclose(one.values, two.values, rtol=1e-9, equal_nan=True)


def test_a_week_out_of_turn_is_refused() -> None:
    operation = drifting()
    with pytest.raises(ValueError, match="week 20 comes next"):
        advance(state_of(20), operation.scorings.take(operation.scorings.week == 21), operation.scale)


def test_a_state_of_another_scale_is_refused() -> None:
    other = Scale(("a",), np.ones(1), np.zeros(1, dtype=bool))
    with pytest.raises(ValueError, match="another number of criteria"):
        advance(state_of(20), drifting().scorings.take(slice(0, 0)), other)


def test_empty_weeks_are_weeks_without_evidence() -> None:
    operation = drifting()
    gone = operation.scorings.take((operation.scorings.week < 12) | (operation.scorings.week >= 14))

    found = after(gone, operation.scale, 16)

    assert np.isnan(found.values[12:14]).all()
    assert np.isfinite(judge(found, operation.scale).log_evidence).all()


def test_a_single_reviewer_is_watched_without_a_team() -> None:
    operation = drifting()
    alone = operation.scorings.take((operation.scorings.reviewer == 0) & (operation.scorings.kind == Kind.ROUTINE))

    found = judge(after(alone, operation.scale, 20), operation.scale)

    assert found.log_evidence.shape == (1,)
    assert not np.isnan(found.log_evidence).any()


def test_weeks_of_nothing_but_n_a_say_nothing_about_severity() -> None:
    operation = drifting()
    blank = replace(operation.scorings, answers=np.full_like(operation.scorings.answers, np.nan))

    state = after(blank, operation.scale, 16)

    assert np.isnan(state.values[:, :, : streams_of(operation.scale).columns]).all()
    assert judge(state, operation.scale).flags == ()


def test_no_scorings_at_all_give_no_flags() -> None:
    state = new_state(SCALE)
    for _ in range(14):
        state = advance(state, drifting().scorings.take(slice(0, 0)), SCALE)

    assert judge(state, SCALE).flags == ()
    assert team_drift(state) is None


def test_a_rubric_without_critical_criteria_has_no_critical_stream_evidence() -> None:
    operation = drifting()
    plain = replace(SCALE, critical=np.zeros(12, dtype=bool), weights=np.where(SCALE.critical, 5.0, SCALE.weights))

    found = judge(after(operation.scorings, plain, 16), plain)

    assert np.isneginf(found.shares[:, streams_of(plain).names.index("critical")]).all()
    assert np.isfinite(found.log_evidence).all()


def test_there_are_seventeen_streams_and_their_weights_sum_to_the_slack_that_is_spent() -> None:
    streams = streams_of(SCALE)

    assert len(streams.names) == 17
    assert streams.weight.sum() == pytest.approx(1.3)
    assert streams.names[:3] == ("severity", "c1", "c2")
    assert streams.names[-2:] == ("fast_perfect", "critical")


def test_a_large_team_needs_more_evidence_for_a_red() -> None:
    assert red_threshold(20) == 520
    assert red_threshold(80) == 520
    assert red_threshold(200) == 1300
    assert red_threshold(200, false_reds=10) == 520
    with pytest.raises(ValueError, match="above 0"):
        red_threshold(10, 0)


def red_level(decision: Decision) -> set[str]:
    operation = drifting()
    found = judge(state_of(24), operation.scale, decisions=[decision])
    return {flag.level for flag in found.flags if flag.reviewer == 0}


@pytest.mark.parametrize("outcome", ["corrected", "new standard", "not drift"])
def test_a_settled_flag_is_not_raised_again_by_the_same_weeks(outcome: str) -> None:
    assert red_level(Decision(reviewer=0, week=23, onset=18, outcome=outcome)) == set()


def test_a_decision_of_a_later_week_changes_nothing_before_it() -> None:
    assert red_level(Decision(reviewer=0, week=24, onset=18, outcome="corrected")) == {"red"}


def test_a_drift_that_was_said_to_be_corrected_and_goes_on_is_found_anew() -> None:
    operation = drifting()
    decision = Decision(reviewer=0, week=20, onset=18, outcome="corrected")

    found = judge(state_of(24), operation.scale, decisions=[decision])

    flag = next(flag for flag in found.flags if flag.reviewer == 0)
    assert flag.effect < -4
    assert flag.onset > 20


def test_after_a_new_standard_the_drifted_level_is_the_baseline() -> None:
    operation = drifting()
    evidence = {
        outcome: judge(
            state_of(24), operation.scale, decisions=[Decision(reviewer=0, week=21, onset=18, outcome=outcome)]
        ).log_evidence[0]
        for outcome in ("corrected", "new standard")
    }

    assert evidence["new standard"] < evidence["corrected"]


@pytest.mark.parametrize(
    "wrong", [{"outcome": "forgiven"}, {"onset": 9}], ids=["unknown outcome", "dated after the decision"]
)
def test_a_decision_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Decision(**{"reviewer": 0, "week": 5, "onset": 3, "outcome": "corrected"} | wrong)  # type: ignore[arg-type]


def test_a_new_wording_alone_flags_nobody_but_ignoring_it_does() -> None:
    change = VersionChange(week=16, touched=(8, 9))
    world = World(reviewers=16, weeks=22, volumes=(60,), changes=(change,), rewording=-0.3, rereading=0.5)
    operation = simulate(world, np.random.default_rng(6))

    def reds(scale: Scale) -> int:
        return len(first_reds([week.judgement for week in watch(operation.scorings, scale)]))

    aware, ignorant = reds(operation.scale), reds(replace(operation.scale, changes=()))

    assert aware < ignorant


def test_trailing_means_of_touched_criteria_start_afresh() -> None:
    operation = drifting()
    scale = replace(operation.scale, changes=(VersionChange(week=20, touched=(3,)),))
    week = operation.scorings.take(operation.scorings.week == 20)

    state = advance(state_of(20), week, scale)

    own = week.answers[week.kind == Kind.ROUTINE, 3]
    assert state.level_n[3].sum() == pytest.approx(0.97 * (~np.isnan(own)).sum())
    assert state.level_n[4].sum() > 10 * state.level_n[3].sum()


def test_the_whole_team_drifting_shows_against_gold_alone() -> None:
    world = World(reviewers=24, weeks=30, volumes=(20,), team_drift=(18, latent_of_points(-6)))
    operation = simulate(world, np.random.default_rng(9))

    state = after(operation.scorings, operation.scale, 30)
    found = team_drift(state)

    assert found is not None
    assert found.log_evidence > np.log(520)
    assert found.effect == pytest.approx(-6, abs=2.5)
    assert abs(found.onset - 18) <= 3
    assert sum(flag.level == "red" for flag in judge(state, operation.scale).flags) <= 1


def test_a_flag_line_bears_the_agreed_names() -> None:
    flag = judgements()[-1].flags[0]

    line = flag_line(flag, "Rita")

    assert list(line) == [
        "reviewer", "week", "level", "stream", "evidence", "effect", "low", "high", "onset", "confirmed",
    ]  # fmt: skip
    assert line["reviewer"] == "Rita"
    assert line["evidence"] == pytest.approx(flag.log_evidence, abs=1e-4)
