"""Operations with known drifts and traps, to see how many are found, how fast, and who is flagged without cause."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from calibration.drift import Judgement
from calibration.monitor import watch
from calibration.scorings import Scale, Scorings, VersionChange
from calibration.simulate import Drift, QualityDrop, World, simulate

WEEKS, REVIEWERS = 72, 80
VOLUMES = (10, 20, 30, 45, 60)  # reviews a week, shared out evenly
LEAST_VOLUME = 20  # of those who drift, as in the public world
# kind, size, ramp in weeks, criterion by position: the mix of the public world.
MIX: tuple[tuple[str, float, int, int | None], ...] = (
    ("severity", -8, 0, None), ("severity", 8, 0, None),
    ("severity", -5, 0, None), ("severity", -5, 0, None), ("severity", 5, 0, None), ("severity", 5, 0, None),
    ("severity", -3, 0, None), ("severity", 3, 0, None), ("severity", -6, 10, None), ("severity", 6, 10, None),
    ("criterion", -0.8, 0, 2), ("criterion", -0.8, 0, 9), ("criterion", 0.9, 0, 6),
    ("noise", 2.2, 0, None), ("central", 0.6, 0, None), ("halo", 0.6, 0, None),
    ("na", 0.1, 0, None), ("rubber", 0.35, 0, None),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWorld:
    """Scorings and the truth about them; ``drops`` are the weeks of real falls of quality."""

    scorings: Scorings
    scale: Scale
    drifts: tuple[Drift, ...]
    reviewers: int
    drop_weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one world; a delay is the flag's week minus the onset's, ``None`` where none was raised."""

    delays: tuple[int | None, ...]
    named: tuple[bool, ...]  # the right stream led in a red within six weeks
    false_reds: int  # stable reviewers with a red from week 12 on
    stable: int
    stable_weeks: int
    drop_reds: int  # new reds on stable reviewers in the weeks of a real fall of quality
    early_reds: int  # drifting reviewers red before their onset

    def found_within(self, weeks: int) -> int:
        return sum(delay is not None and delay <= weeks for delay in self.delays)


def made_world(rng: np.random.Generator, *, least_volume: int = LEAST_VOLUME) -> KnownWorld:
    """A new operation with the mix of drifts and the traps of the public one: joiners, movers, a drop, a version.

    Nobody drifts who scores fewer than ``least_volume`` reviews a week.
    """
    volume = np.resize(np.array(VOLUMES), REVIEWERS)
    people = rng.permutation(REVIEWERS)
    people = people[np.argsort(volume[people] < least_volume, kind="stable")]
    people[len(MIX) :] = rng.permutation(people[len(MIX) :])
    drifts = tuple(
        Drift(
            reviewer=int(people[place]), kind=kind, size=size, onset=int(rng.integers(25, 48)),
            ramp_weeks=ramp, criterion=criterion,
        )
        for place, (kind, size, ramp, criterion) in enumerate(MIX)
    )  # fmt: skip
    others = people[len(MIX) :].tolist()
    drop = QualityDrop(queue=4, first_week=33, last_week=35, points=-7)
    world = World(
        reviewers=REVIEWERS,
        weeks=WEEKS,
        drifts=drifts,
        joined={others[0]: 20, others[1]: 28},
        moved={others[2]: 36, others[3]: 40},
        drops=(drop,),
        changes=(VersionChange(week=52, touched=(0, 8)),),
        volume_of=tuple(volume.tolist()),
    )
    played = simulate(world, rng)
    return KnownWorld(
        scorings=played.scorings, scale=played.scale, drifts=drifts, reviewers=REVIEWERS, drop_weeks=(33, 34, 35)
    )


def file_world(folder: Path) -> KnownWorld:
    """A world of files: reviews.csv.gz, rubric.json, truth.json."""
    import json

    from calibration.scoring_files import read_rubric, read_scorings

    rubric = read_rubric(folder / "rubric.json")
    read = read_scorings(folder / "reviews.csv.gz", rubric)
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    drifts = tuple(
        Drift(
            reviewer=read.reviewers.index(drift["reviewer"]),
            kind=drift["kind"],
            size=drift["size"],
            onset=drift["onset_week"],
            ramp_weeks=drift["ramp_weeks"],
            criterion=None if drift["criterion"] is None else rubric.scale.ids.index(drift["criterion"]),
        )
        for drift in truth["drifts"]
    )
    falls = truth["not_drift"].get("real_quality_drop", [])
    weeks = [week for fall in falls for week in range(fall["weeks"][0], fall["weeks"][1] + 1)]
    return KnownWorld(
        scorings=read.scorings,
        scale=rubric.scale,
        drifts=drifts,
        reviewers=len(read.reviewers),
        drop_weeks=tuple(weeks),
    )


def judged(world: KnownWorld) -> list[Judgement]:
    """The judgement of every week."""
    return [week.judgement for week in watch(world.scorings, world.scale)]


def outcome(world: KnownWorld, judgements: Sequence[Judgement]) -> Outcome:
    """Found = the first red at or after the onset; a red before it is a false alarm and hides nothing."""
    reds: dict[int, list[tuple[int, str]]] = {}
    for judgement in judgements:
        for flag in judgement.flags:
            if flag.level == "red":
                reds.setdefault(flag.reviewer, []).append((flag.week, flag.stream))
    delays, named, early = [], [], 0
    for drift in world.drifts:
        own = reds.get(drift.reviewer, [])
        after = [(week, stream) for week, stream in own if week >= drift.onset]
        early += any(week < drift.onset for week, _ in own)
        delays.append(after[0][0] - drift.onset if after else None)
        right = right_stream(drift, world.scale)
        named.append(any(stream == right and week <= drift.onset + 6 for week, stream in after))
    drifting = {drift.reviewer for drift in world.drifts}
    flagged = {reviewer: weeks[0][0] for reviewer, weeks in reds.items() if reviewer not in drifting}
    stable = world.reviewers - len(drifting)
    return Outcome(
        delays=tuple(delays),
        named=tuple(named),
        false_reds=len(flagged),
        stable=stable,
        stable_weeks=stable * (len(judgements) - 12),
        drop_reds=sum(week in world.drop_weeks for week in flagged.values()),
        early_reds=early,
    )


def right_stream(drift: Drift, scale: Scale) -> str:
    """The stream that a drift should be told by."""
    if drift.criterion is not None:
        return scale.ids[drift.criterion]
    return {"na": "na_rate", "rubber": "fast_perfect"}.get(drift.kind, drift.kind)


def looks_ahead(world: KnownWorld, judgements: Sequence[Judgement], weeks: Sequence[int]) -> int:
    """Weeks before which cutting the operation changes any flag; 0 where nothing looks ahead."""
    wrong = 0
    for week in weeks:
        short = replace(world, scorings=world.scorings.take(world.scorings.week < week))
        wrong += any(one.flags != two.flags for one, two in zip(judged(short), judgements[:week], strict=True))
    return wrong
