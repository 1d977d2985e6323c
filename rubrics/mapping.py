"""Answers given under one version carried to another, as far as they still mean the same."""

from dataclasses import dataclass

from rubrics.answering import Answers
from rubrics.comparing import diff
from rubrics.model import Answer, Criterion, RubricVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """A criterion of the new version that no former answer can be carried to, and why."""

    key: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """How answers go from one version to another: the criteria that take them, and those that cannot."""

    carried: frozenset[str]
    unmapped: tuple[Unmapped, ...]

    def answers(self, given: Answers) -> dict[str, Answer]:
        """The answers that have a place in the new version; the others are left out of every review alike."""
        return {key: answer for key, answer in given.items() if key in self.carried and answer.given}


def carrying(old: RubricVersion, new: RubricVersion) -> Carrying:
    """What answers under ``old`` say about ``new``: levels are carried by their keys, percentages as they are.

    A new weight, other points or another rule are what is to be tried. A criterion of which even one answer has no
    place in the new version is left out of all reviews: leaving out only those that gave it would select reviews by
    how good they were.
    """
    former = {item.key: item for item in old.criteria}
    carried: set[str] = set()
    unmapped: list[Unmapped] = []
    for change in diff(old, new).criteria:
        if change.kinds == ("dropped",):
            continue
        item = new.criterion(change.key)
        if "new" in change.kinds:
            reason = "new: nobody has answered it yet"
        elif "split" in change.kinds or "merged" in change.kinds:
            reason = f"{change.kinds[0]}: the former answer is about something else"
        else:
            reason = _no_place(former[item.key], item)
        if reason:
            unmapped.append(Unmapped(key=item.key, name=item.name, reason=reason))
        else:
            carried.add(item.key)
    return Carrying(carried=frozenset(carried), unmapped=tuple(unmapped))


def _no_place(was: Criterion, now: Criterion) -> str:
    """Why some answer to a criterion has no place on its new scale; empty where all have."""
    if bool(was.scale.levels) != bool(now.scale.levels):
        return "another scale: levels and percentages do not carry over"
    known = {level.key for level in now.scale.levels}
    gone = [level.name for level in was.scale.levels if level.key not in known]
    if gone:
        return f"another scale: it no longer has {', '.join(f'“{name}”' for name in gone)}"
    if was.na_allowed and not now.na_allowed:
        return "N/A is no longer allowed"
    return ""
