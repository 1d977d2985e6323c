"""What makes a rubric usable beyond its form: keys, scales, criticals, conditions and weights that agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from rubrics.model import Criterion, Problem, RubricVersion, Scale, Section

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong in a version: the way to it, counted from 0, and what to do."""

    path: Path
    message: str


def check(version: RubricVersion) -> tuple[Finding, ...]:
    """Everything that would make the version unusable; nothing when it may be published."""
    return tuple(_findings(version))


def _findings(version: RubricVersion) -> Iterator[Finding]:
    yield from _repeated([section.key for section in version.sections], ("sections",), "section")
    seen: set[str] = set()
    for s, section in enumerate(version.sections):
        yield from _section(section, version, ("sections", s))
        for c, criterion in enumerate(section.criteria):
            path: Path = ("sections", s, "criteria", c)
            if criterion.key in seen:
                message = f"criterion {criterion.key} stands in the rubric twice: rename one of them"
                yield Finding(path=(*path, "key"), message=message)
            seen.add(criterion.key)
            yield from _criterion(criterion, section, path)
            yield from _condition(criterion, version, (*path, "condition"))
    yield from _cycles(version)
    yield from _weights(version)
    yield from _declared(version)


def _repeated(keys: list[str], path: Path, what: str) -> Iterator[Finding]:
    for n, key in enumerate(keys):
        if key in keys[:n]:
            yield Finding(path=(*path, n, "key"), message=f"{what} {key} stands here twice: rename one of them")


def _section(section: Section, version: RubricVersion, path: Path) -> Iterator[Finding]:
    if len(set(section.channels)) < len(section.channels):
        yield Finding(path=(*path, "channels"), message="a channel is named twice: remove one")
    if section.bonus and section.weight > 100:
        yield Finding(path=(*path, "weight"), message="a bonus adds at most 100 points")
    if section.bonus and all(other.bonus for other in version.sections):
        yield Finding(path=(*path, "bonus"), message="every section is a bonus: at least one must be ordinary")
    if version.method == "deductive" and not section.bonus:
        for c, criterion in enumerate(section.criteria):
            if criterion.weight > 100:
                where = (*path, "criteria", c, "weight")
                yield Finding(path=where, message="a deduction takes at most 100 points")


def _criterion(criterion: Criterion, section: Section, path: Path) -> Iterator[Finding]:
    yield from _scale(criterion.scale, (*path, "scale"))
    causes = [cause.key for cause in criterion.root_causes]
    yield from _repeated(causes, (*path, "root_causes"), "root cause")
    if criterion.critical is None:
        return
    if section.bonus:
        yield Finding(path=(*path, "critical"), message="a criterion of a bonus section cannot be critical")
    yield from _critical(criterion, (*path, "critical"))


def _critical(criterion: Criterion, path: Path) -> Iterator[Finding]:
    critical, scale = criterion.critical, criterion.scale
    if critical is None:
        return
    if scale.kind == "percentage":
        if critical.fails_at:
            yield Finding(path=(*path, "fails_at"), message="a percentage has no levels: state fails_below instead")
        if critical.fails_below is None or critical.fails_below == 0:
            yield Finding(path=path, message="state fails_below, the percentage under which the critical fails")
        return
    if critical.fails_below is not None:
        yield Finding(path=(*path, "fails_below"), message="this scale has levels: name them in fails_at instead")
    if not critical.fails_at:
        yield Finding(path=path, message="name in fails_at every level that fails the critical")
    levels = {level.key: level for level in scale.levels}
    for n, key in enumerate(critical.fails_at):
        where = (*path, "fails_at", n)
        if key not in levels:
            yield Finding(path=where, message=f"the scale has no level {key}: use one of {', '.join(levels)}")
        elif not levels[key].failing:
            yield Finding(path=where, message=f"level {key} fails the critical: it cannot be failing: false")
        if key in critical.fails_at[:n]:
            yield Finding(path=where, message=f"level {key} is named twice: remove one")
    worst = max((levels[key].points for key in critical.fails_at if key in levels), default=None)
    for level in scale.levels:
        if worst is not None and level.points < worst and level.key not in critical.fails_at:
            message = f"level {level.key} is worse than one that fails the critical: name it too"
            yield Finding(path=(*path, "fails_at"), message=message)
    if levels and set(levels) == set(critical.fails_at):
        yield Finding(path=(*path, "fails_at"), message="every level fails: leave at least one that does not")


def _scale(scale: Scale, path: Path) -> Iterator[Finding]:
    thresholds = {
        "failing_below": scale.failing_below,
        "comment_below": scale.comment_below,
        "evidence_below": scale.evidence_below,
    }
    if scale.kind == "percentage":
        if scale.levels:
            yield Finding(path=(*path, "levels"), message="a percentage has no levels: remove them")
        return
    for name, value in thresholds.items():
        if value is not None:
            yield Finding(path=(*path, name), message=f"{name} is for percentages: set it at the levels instead")
    wanted = "exactly 2" if scale.kind == "binary" else "2 to 9"
    if len(scale.levels) < 2 or len(scale.levels) > (2 if scale.kind == "binary" else 9):
        yield Finding(path=path, message=f"a {scale.kind} scale takes {wanted} levels, not {len(scale.levels)}")
        return
    yield from _repeated([level.key for level in scale.levels], (*path, "levels"), "level")
    failing = False
    for n, level in enumerate(scale.levels):
        where = (*path, "levels", n)
        if n and level.points > scale.levels[n - 1].points:
            yield Finding(path=(*where, "points"), message="levels go from best to worst: move this one up")
        better = scale.levels[n - 1].cap if n else None
        if better is not None and (level.cap is None or level.cap > better):
            yield Finding(path=where, message=f"a better level caps the score: give {level.key} a cap no higher")
        if failing and not level.failing:
            yield Finding(path=where, message=f"a better level is failing: level {level.key} must be failing too")
        failing = failing or level.failing
    if scale.highest == scale.lowest:
        yield Finding(path=(*path, "levels"), message="all levels earn the same: give the best more points")


def _condition(criterion: Criterion, version: RubricVersion, path: Path) -> Iterator[Finding]:
    condition = criterion.condition
    if condition is None:
        return
    others = {other.key: other for other in version.criteria}
    other = others.get(condition.criterion)
    if other is None:
        yield Finding(path=(*path, "criterion"), message=f"the rubric has no criterion {condition.criterion}")
    elif other.scale.kind == "percentage":
        message = f"{other.key} is a percentage: a condition needs a criterion with levels"
        yield Finding(path=(*path, "criterion"), message=message)
    else:
        known = [level.key for level in other.scale.levels]
        for n, key in enumerate(condition.levels):
            if key not in known:
                message = f"{other.key} has no level {key}: use one of {', '.join(known)}"
                yield Finding(path=(*path, "levels", n), message=message)


def _cycles(version: RubricVersion) -> Iterator[Finding]:
    graph = {item.key: [item.condition.criterion] for item in version.criteria if item.condition}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        for s, section in enumerate(version.sections):
            for c, criterion in enumerate(section.criteria):
                if criterion.key == circle[0]:
                    where = ("sections", s, "criteria", c, "condition")
                    message = f"conditions run in a circle ({', '.join(circle)}): remove one of them"
                    yield Finding(path=where, message=message)
                    return


def _weights(version: RubricVersion) -> Iterator[Finding]:
    """On every channel that asks something ordinary, something must count."""
    named = sorted({channel for section in version.sections for channel in section.channels})
    unbound = tuple(section for section in version.sections if not section.channels)
    asked = {f"on channel {channel}": version.sections_for(channel) for channel in named}
    asked |= {"on channels no section names" if named else "in the rubric": unbound}
    for where, sections in asked.items():
        ordinary = [section for section in sections if not section.bonus]
        counting = [
            section
            for section in ordinary
            if (section.weight or version.arithmetic == "pooled")
            and any(criterion.weight for criterion in section.criteria)
        ]
        if ordinary and not counting:
            yield Finding(path=("sections",), message=f"nothing {where} has a weight above 0: give one")
            return


def _declared(version: RubricVersion) -> Iterator[Finding]:
    known = {criterion.key for criterion in version.criteria}
    claimed: set[str] = set()
    for n, declared in enumerate(version.lineage):
        path: Path = ("lineage", n)
        one, many = ("old", "new") if declared.kind == "split" else ("new", "old")
        if len(getattr(declared, one)) != 1 or len(getattr(declared, many)) < 2:
            message = f"a criterion {declared.kind} names one {one} key and at least two {many} keys"
            yield Finding(path=path, message=message)
        for k, key in enumerate(declared.new):
            if key not in known:
                yield Finding(path=(*path, "new", k), message=f"the rubric has no criterion {key}")
            elif key in claimed:
                yield Finding(path=(*path, "new", k), message=f"{key} is declared twice: keep one")
            claimed.add(key)


def problems(version: RubricVersion, *, name: str = "rubric") -> tuple[Problem, ...]:
    """The findings as problems without a place in a file, for an editor that has none."""
    return tuple(
        Problem(file=name, line=None, column=None, path=shown_path(finding.path), message=finding.message)
        for finding in check(version)
    )


def shown_path(path: Path) -> str:
    """A path as people read it; items count from 1: sections[2].criteria[1].weight."""
    shown = ""
    for part in path:
        shown += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return shown.removeprefix(".")
