"""Who scores which part of a bridge under which version, so that the reviewers' strictness cancels. Pure."""

import random
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass

from calibration.linking import link
from calibration.results import Estimate

FEWEST = 10  # parts scored under both versions, from which a shift is told and kept
MOST = 100  # parts of one study
MOST_IN_SESSION = 20

Pairs = Mapping[int, tuple[float, float]]  # part to (score under the old version, under the new one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A part with whom it goes to under either version."""

    part_id: int
    under_old: int
    under_new: int


def counterbalanced(able: Mapping[int, Set[int]], wanted: int, chance: random.Random) -> tuple[Given, ...]:
    """Up to ``wanted`` parts at random, each to two of the people able to score it, who trade places on the next.

    Whoever scores a part under the old version scores another under the new one with the same partner, as far as
    people are able: then a strict reviewer weighs on both versions alike, and the mean difference is free of it
    (single group with counterbalancing, Kolen and Brennan 2014, Test Equating, Scaling, and Linking, ch. 1). Parts
    with fewer than two people are left out.
    """
    parts = sorted(part for part, people in able.items() if len(people) > 1)
    chosen = chance.sample(parts, min(wanted, len(parts)))
    given: list[Given] = []
    times: Counter[tuple[int, int]] = Counter()
    load: Counter[int] = Counter()
    for part in chosen:
        ways = [(a, b) for a in sorted(able[part]) for b in sorted(able[part]) if a != b]
        chance.shuffle(ways)
        old, new = min(ways, key=lambda way: (times[way] - times[way[::-1]], load[way[0]] + load[way[1]]))
        times[old, new] += 1
        load.update((old, new))
        given.append(Given(part_id=part, under_old=old, under_new=new))
    return tuple(given)


def shift_of(pairs: Pairs) -> Estimate:
    """How many points a score under the new version lies above the same part's score under the old one."""
    return link([old for old, _ in pairs.values()], [new for _, new in pairs.values()])


def may_be_kept(shift: Estimate) -> bool:
    """Whether a shift rests on enough parts, and its error is known, so that trends may be joined by it."""
    return shift.n_items >= FEWEST and shift.estimate is not None and shift.interval is not None
