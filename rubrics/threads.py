"""A rubric over its whole life: each criterion followed through every version, and where figures may be joined."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rubrics.comparing import LineageKind, diff, lineage
from rubrics.model import RubricVersion

StopKind = Literal["first"] | LineageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One criterion in one version: what it is against the version before, and whether figures may be joined to it."""

    version: str
    key: str
    name: str
    kind: StopKind
    comparable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One criterion through the versions that hold it.

    ``came_from`` are the keys it was split or merged from, ``became`` those it was split or merged into. ``dropped_in``
    is the label of the first version that no longer holds it, whatever the reason.
    """

    key: str
    stops: tuple[Stop, ...]
    came_from: tuple[str, ...] = ()
    became: tuple[str, ...] = ()
    dropped_in: str | None = None

    @property
    def name(self) -> str:
        """What the newest version that holds it calls it."""
        return self.stops[-1].name

    @property
    def runs(self) -> tuple[tuple[str, ...], ...]:
        """Stretches of versions over which its figures may be joined, oldest first."""
        return _stretches([(stop.version, stop.comparable) for stop in self.stops])


@dataclass(slots=True, kw_only=True)
class _Open:
    """A thread while it is being followed."""

    stops: list[Stop]
    came_from: tuple[str, ...] = ()
    became: tuple[str, ...] = ()
    dropped_in: str | None = None


def threads(versions: Sequence[RubricVersion]) -> tuple[Thread, ...]:
    """Every criterion of a rubric followed over its versions, oldest version first; in order of first appearance.

    A split or merged criterion begins a new thread even where it keeps a key, and one that comes back after having
    been dropped begins another. ValueError when the versions are not of one rubric in rising order.
    """
    _must_be_one_life(versions)
    if not versions:
        return ()
    first = versions[0]
    running = {
        item.key: _Open(stops=[Stop(version=first.label, key=item.key, name=item.name, kind="first", comparable=False)])
        for item in first.criteria
    }
    everything = list(running.values())
    for old, new in pairwise(versions):
        running = _followed(running, everything, old, new)
    return tuple(
        Thread(
            key=thread.stops[-1].key,
            stops=tuple(thread.stops),
            came_from=thread.came_from,
            became=thread.became,
            dropped_in=thread.dropped_in,
        )
        for thread in everything
    )


def _followed(
    running: dict[str, _Open], everything: list[_Open], old: RubricVersion, new: RubricVersion
) -> dict[str, _Open]:
    """The threads that run on in the new version; those that begin in it are added to ``everything``."""
    names = {item.key: item.name for item in new.criteria}
    goes_on: dict[str, _Open] = {}
    for entry in lineage(old, new):
        if entry.kind not in ("new", "split", "merged", "dropped"):
            (key,) = entry.new_keys
            thread = goes_on[key] = running[key]
            thread.stops.append(
                Stop(version=new.label, key=key, name=names[key], kind=entry.kind, comparable=entry.comparable)
            )
            continue
        for key in entry.old_keys:
            running[key].became = entry.new_keys
            running[key].dropped_in = new.label
        for key in entry.new_keys:
            stop = Stop(version=new.label, key=key, name=names[key], kind=entry.kind, comparable=False)
            goes_on[key] = _Open(stops=[stop], came_from=entry.old_keys)
            everything.append(goes_on[key])
    return goes_on


def score_runs(versions: Sequence[RubricVersion]) -> tuple[tuple[str, ...], ...]:
    """Stretches of versions whose review scores may be joined: those that differ in words alone."""
    _must_be_one_life(versions)
    joined = [False, *(diff(old, new).step != "major" for old, new in pairwise(versions))]
    return _stretches([(version.label, join) for version, join in zip(versions, joined, strict=False)])


def _stretches(stops: Sequence[tuple[str, bool]]) -> tuple[tuple[str, ...], ...]:
    found: list[list[str]] = []
    for label, joined in stops:
        if joined and found:
            found[-1].append(label)
        else:
            found.append([label])
    return tuple(tuple(run) for run in found)


def _must_be_one_life(versions: Sequence[RubricVersion]) -> None:
    if len({version.key for version in versions}) > 1:
        raise ValueError("a lineage follows the versions of one rubric, not of several")
    steps = [(version.major, version.minor) for version in versions]
    if steps != sorted(set(steps)):
        raise ValueError("a lineage takes each version once, oldest first")
