"""Answers given under one version carried to another, as far as they still mean the same."""

from collections.abc import Mapping
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
    """How answers go from one version to another: the criteria that take them, and those that cannot.

    ``lost`` are levels of the former version that the new scale does not have, by criterion.
    """

    carried: Mapping[str, Criterion]
    unmapped: tuple[Unmapped, ...]
    lost: Mapping[str, tuple[str, ...]]

    def answers(self, given: Answers) -> dict[str, Answer] | None:
        """The answers under the new version; None where one of them has no place there."""
        found = {}
        for key, answer in given.items():
            criterion = self.carried.get(key)
            if criterion is None or not answer.given:
                continue
            if answer.not_applicable and not criterion.na_allowed:
                return None
            if answer.level is not None and answer.level in self.lost.get(key, ()):
                return None
            found[key] = Answer(level=answer.level, percentage=answer.percentage, not_applicable=answer.not_applicable)
        return found


def carrying(old: RubricVersion, new: RubricVersion) -> Carrying:
    """What answers under ``old`` say about ``new``: levels are carried by their keys, percentages as they are.

    A new weight, other points or another rule are what is to be tried; a criterion that is new, split, merged or asked
    on another kind of scale has no former answers.
    """
    former = {item.key: item for item in old.criteria}
    carried: dict[str, Criterion] = {}
    unmapped: list[Unmapped] = []
    lost: dict[str, tuple[str, ...]] = {}
    for change in diff(old, new).criteria:
        if change.kinds == ("dropped",):
            continue
        item = new.criterion(change.key)
        reason = None
        if "new" in change.kinds:
            reason = "new: nobody has answered it yet"
        elif "split" in change.kinds or "merged" in change.kinds:
            reason = f"{change.kinds[0]}: the former answer is about something else"
        else:
            was, now = ({level.key for level in each.scale.levels} for each in (former[item.key], item))
            if bool(was) != bool(now) or (was and not was & now):
                reason = "another scale: its levels have no counterpart"
            else:
                carried[item.key] = item
                gone = tuple(level.key for level in former[item.key].scale.levels if level.key not in now)
                if gone:
                    lost[item.key] = gone
        if reason is not None:
            unmapped.append(Unmapped(key=item.key, name=item.name, reason=reason))
    return Carrying(carried=carried, unmapped=tuple(unmapped), lost=lost)
