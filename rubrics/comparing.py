"""Two versions of one rubric side by side: what changed, how big a step it is, and what stays comparable."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rubrics.display import short_number
from rubrics.model import Criterion, RubricVersion, Section

Step = Literal["same", "minor", "major"]
ChangeKind = Literal[
    "same", "reworded", "re-scaled", "re-weighted", "moved", "re-ruled", "split", "merged", "new", "dropped"
]
LineageKind = Literal["same", "reworded", "re-scaled", "split", "merged", "new", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One value that differs: whose it is, its name, and how it read before and after."""

    where: str
    field: str
    old: str
    new: str
    scoring: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionChange:
    """What became of one criterion; several kinds may hold at once. ``key`` is the new one where there is one.

    ``comparable``: the same answer still means the same and the same parts are asked, so that its figures may be
    joined. A new scale, a new condition or other channels end that; a weight or a place does not.
    """

    key: str
    name: str
    kinds: tuple[ChangeKind, ...]
    comparable: bool
    old_keys: tuple[str, ...]
    new_keys: tuple[str, ...]
    changes: tuple[RuleChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
    """Everything that differs between two versions.

    ``step`` is minor when only words differ, so that scores stay comparable, and major when any score could.
    """

    step: Step
    rules: tuple[RuleChange, ...]
    sections: tuple[RuleChange, ...]
    criteria: tuple[CriterionChange, ...]

    @property
    def comparable(self) -> tuple[str, ...]:
        """Keys of the criteria whose figures may be joined over the two versions."""
        return tuple(change.key for change in self.criteria if change.comparable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where criteria came from: one kind, the former keys and the present ones, and whether figures stay comparable."""

    kind: LineageKind
    old_keys: tuple[str, ...]
    new_keys: tuple[str, ...]
    comparable: bool


def diff(old: RubricVersion, new: RubricVersion) -> VersionDiff:
    """What changed from one version to another, criterion by criterion in the new reading order, dropped ones last."""
    rules = tuple(_differences("rubric", _rules(old), _rules(new)))
    sections = tuple(_section_changes(old, new))
    criteria = tuple(_criterion_changes(old, new))
    everything = [*rules, *sections, *(change for criterion in criteria for change in criterion.changes)]
    changed_set = any(not {"same", "reworded"}.issuperset(criterion.kinds) for criterion in criteria)
    scoring = changed_set or any(change.scoring for change in everything)
    step: Step = "major" if scoring else "minor" if everything or _reordered(old, new) else "same"
    return VersionDiff(step=step, rules=rules, sections=sections, criteria=criteria)


def lineage(old: RubricVersion, new: RubricVersion) -> tuple[Lineage, ...]:
    """What each criterion of the new version comes from, then what was dropped; a new weight alone is still "same"."""
    found = []
    for change in diff(old, new).criteria:
        order: tuple[LineageKind, ...] = ("split", "merged", "new", "dropped", "re-scaled", "reworded")
        kind: LineageKind = next((kind for kind in order if kind in change.kinds), "same")
        entry = Lineage(kind=kind, old_keys=change.old_keys, new_keys=change.new_keys, comparable=change.comparable)
        if entry not in found:
            found.append(entry)
    return tuple(found)


CONDITION = "condition"

# Each value of a version as (shown text, whether it can move a score).
_Values = dict[str, tuple[str, bool]]


def _differences(where: str, old: _Values, new: _Values) -> Iterator[RuleChange]:
    for name in [*old, *(name for name in new if name not in old)]:
        before, after = old.get(name, ("", False)), new.get(name, ("", False))
        if before[0] != after[0]:
            scoring = before[1] or after[1]
            yield RuleChange(where=where, field=name, old=before[0], new=after[0], scoring=scoring)


def _number(value: Fraction | None) -> str:
    return "none" if value is None else short_number(value) if (value * 100).denominator == 1 else str(value)


def _rules(version: RubricVersion) -> _Values:
    return {
        "name": (version.name, False),
        "description": (version.description, False),
        "pass_mark": (_number(version.pass_mark), True),
        "cap": (_number(version.cap), True),
        "arithmetic": (version.arithmetic, True),
        "method": (version.method, True),
        "na_rule": (version.na_rule, True),
        "critical_effect": (version.critical_effect, True),
        "engine": (version.engine, True),
    }


def _section_values(section: Section) -> _Values:
    return {
        "name": (section.name, False),
        "weight": (_number(section.weight), True),
        "channels": (", ".join(sorted(section.channels)) or "all", True),
        "bonus": ("yes" if section.bonus else "no", True),
    }


def _section_changes(old: RubricVersion, new: RubricVersion) -> Iterator[RuleChange]:
    before = {section.key: section for section in old.sections}
    after = {section.key: section for section in new.sections}
    for key in [*after, *(key for key in before if key not in after)]:
        was = _section_values(before[key]) if key in before else {}
        now = _section_values(after[key]) if key in after else {}
        yield from _differences(key, was, now)


def _wording(criterion: Criterion, levels: set[str]) -> _Values:
    """What words a criterion uses; of its levels only those both versions have, the others show in the scale."""
    values = {
        "name": criterion.name,
        "question": criterion.question,
        "guidance": criterion.guidance,
        "procedure": criterion.procedure or "",
        "root_causes": ", ".join(f"{cause.key}: {cause.name}" for cause in criterion.root_causes),
        "comment_below": _number(criterion.scale.comment_below),
        "evidence_below": _number(criterion.scale.evidence_below),
        "failing_below": _number(criterion.scale.failing_below),
    }
    for level in criterion.scale.levels:
        if level.key not in levels:
            continue
        values[f"{level.key}: name"] = level.name
        values[f"{level.key}: anchor"] = level.anchor
        values[f"{level.key}: example"] = level.example
        values[f"{level.key}: failing"] = "yes" if level.failing else "no"
        values[f"{level.key}: comment_required"] = "yes" if level.comment_required else "no"
        values[f"{level.key}: evidence_required"] = "yes" if level.evidence_required else "no"
    return {name: (text, False) for name, text in values.items()}


def _scale(criterion: Criterion) -> _Values:
    steps = ", ".join(f"{level.key} {_number(level.points)}" for level in criterion.scale.levels)
    return {"scale": (f"{criterion.scale.kind}: {steps}" if steps else criterion.scale.kind, True)}


def _ruling(criterion: Criterion) -> _Values:
    critical, condition = criterion.critical, criterion.condition
    fails = "no"
    if critical is not None:
        at = ", ".join(sorted(critical.fails_at)) or f"below {_number(critical.fails_below)} %"
        fails = f"{critical.scope}, at {at}" + (f", effect {critical.effect}" if critical.effect else "")
    shown = "always" if condition is None else f"{condition.criterion} at {', '.join(sorted(condition.levels))}"
    caps = ", ".join(f"{level.key} {_number(level.cap)}" for level in criterion.scale.levels if level.cap is not None)
    return {
        "critical": (fails, True),
        "na_allowed": ("yes" if criterion.na_allowed else "no", True),
        CONDITION: (shown, True),
        "level caps": (caps or "none", True),
    }


def _criterion_changes(old: RubricVersion, new: RubricVersion) -> Iterator[CriterionChange]:
    before = {criterion.key: criterion for criterion in old.criteria}
    declared = {key: entry for entry in new.lineage for key in entry.new}
    gone = {key for entry in new.lineage for key in entry.old}
    for criterion in new.criteria:
        entry = declared.get(criterion.key)
        if entry is not None and set(entry.old) <= set(before):
            yield _change(criterion, (entry.kind,), entry.old, entry.new)
        elif criterion.key in before:
            yield _compared(old, new, before[criterion.key], criterion)
        else:
            yield _change(criterion, ("new",), (), (criterion.key,))
    kept = {criterion.key for criterion in new.criteria}
    for criterion in old.criteria:
        if criterion.key not in kept and criterion.key not in gone:
            yield _change(criterion, ("dropped",), (criterion.key,), ())


def _change(
    criterion: Criterion, kinds: tuple[ChangeKind, ...], old_keys: tuple[str, ...], new_keys: tuple[str, ...]
) -> CriterionChange:
    return CriterionChange(
        key=criterion.key,
        name=criterion.name,
        kinds=kinds,
        comparable=False,
        old_keys=old_keys,
        new_keys=new_keys,
        changes=(),
    )


def _compared(old: RubricVersion, new: RubricVersion, was: Criterion, now: Criterion) -> CriterionChange:
    where = now.key
    shared = {level.key for level in was.scale.levels} & {level.key for level in now.scale.levels}
    homes = old.section_of(was.key), new.section_of(now.key)
    found: dict[ChangeKind, list[RuleChange]] = {
        "re-scaled": list(_differences(where, _scale(was), _scale(now))),
        "reworded": list(_differences(where, _wording(was, shared), _wording(now, shared))),
        "re-weighted": list(
            _differences(where, {"weight": (_number(was.weight), True)}, {"weight": (_number(now.weight), True)})
        ),
        "moved": list(_differences(where, {"section": (homes[0].key, True)}, {"section": (homes[1].key, True)})),
        "re-ruled": list(_differences(where, _ruling(was), _ruling(now))),
    }
    kinds = tuple(kind for kind, changes in found.items() if changes)
    asked_alike = set(homes[0].channels) == set(homes[1].channels) and all(
        change.field != CONDITION for change in found["re-ruled"]
    )
    return CriterionChange(
        key=now.key,
        name=now.name,
        kinds=kinds or ("same",),
        comparable="re-scaled" not in kinds and asked_alike,
        old_keys=(was.key,),
        new_keys=(now.key,),
        changes=tuple(change for changes in found.values() for change in changes),
    )


def _reordered(old: RubricVersion, new: RubricVersion) -> bool:
    return [criterion.key for criterion in old.criteria] != [criterion.key for criterion in new.criteria]
