"""What a rubric version is: sections, criteria, scales and the rules that turn answers into a score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple

Arithmetic = Literal["sections", "pooled"]
Method = Literal["additive", "deductive"]
NaRule = Literal["removed", "full", "mean", "zero"]
CriticalEffect = Literal["zero", "zero_section", "keep"]
CriticalScope = Literal["review", "section"]
ScaleKind = Literal["binary", "levels", "percentage"]
DeclaredKind = Literal["split", "merged"]

ARITHMETICS: tuple[Arithmetic, ...] = ("sections", "pooled")
METHODS: tuple[Method, ...] = ("additive", "deductive")
NA_RULES: tuple[NaRule, ...] = ("removed", "full", "mean", "zero")
CRITICAL_EFFECTS: tuple[CriticalEffect, ...] = ("zero", "zero_section", "keep")
CRITICAL_SCOPES: tuple[CriticalScope, ...] = ("review", "section")
SCALE_KINDS: tuple[ScaleKind, ...] = ("binary", "levels", "percentage")
DECLARED_KINDS: tuple[DeclaredKind, ...] = ("split", "merged")
# Versions of the arithmetic, oldest first. A change that alters any result is added here, never made in place.
ENGINES: tuple[str, ...] = ("1",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One step of a scale. ``cap`` is the highest score a review may still reach once this level is chosen."""

    key: str
    name: str
    points: Fraction
    anchor: str = ""
    example: str = ""
    failing: bool = False
    comment_required: bool = False
    evidence_required: bool = False
    cap: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How a criterion is answered: levels, best first, or a free percentage with its thresholds (in percent)."""

    kind: ScaleKind
    levels: tuple[Level, ...] = ()
    failing_below: Fraction | None = None
    comment_below: Fraction | None = None
    evidence_below: Fraction | None = None
    lowest: Fraction = field(init=False, repr=False, compare=False)  # the fewest points the scale gives
    highest: Fraction = field(init=False, repr=False, compare=False)  # the most
    worth: Mapping[str, Fraction] = field(init=False, repr=False, compare=False)  # of each level, 0 to 1
    capping: bool = field(init=False, repr=False, compare=False)  # whether a level of it caps the score
    _by_key: Mapping[str, Level] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        points = [level.points for level in self.levels] or [Fraction(0), Fraction(100)]
        # Every score asks for them: found once, as the scale never changes.
        object.__setattr__(self, "lowest", min(points))
        object.__setattr__(self, "highest", max(points))
        span = self.highest - self.lowest
        worth = {level.key: (level.points - self.lowest) / span if span else Fraction(0) for level in self.levels}
        object.__setattr__(self, "worth", worth)
        object.__setattr__(self, "capping", any(level.cap is not None for level in self.levels))
        object.__setattr__(self, "_by_key", {level.key: level for level in reversed(self.levels)})

    def level(self, key: str) -> Level:
        """The level with this key; ValueError when the scale has none."""
        found = self._by_key.get(key)
        if found is not None:
            return found
        raise ValueError(f"no level {key!r}; the scale has {', '.join(level.key for level in self.levels) or 'none'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Critical:
    """What makes a criterion critical: the levels that fail it, and whether the review fails or only its section.

    ``effect`` replaces the version's ``critical_effect`` for this criterion alone.
    """

    scope: CriticalScope = "review"
    fails_at: tuple[str, ...] = ()
    fails_below: Fraction | None = None
    effect: CriticalEffect | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The criterion is shown only while another one is answered at one of these levels."""

    criterion: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCause:
    """A reason a reviewer may name for a lost point."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One question about a handled part. The key stays the same over versions."""

    key: str
    name: str
    question: str
    weight: Fraction
    scale: Scale
    critical: Critical | None = None
    na_allowed: bool = False
    condition: Condition | None = None
    guidance: str = ""
    root_causes: tuple[RootCause, ...] = ()
    procedure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Criteria that belong together. No channels means every channel.

    The weight of a bonus section is the number of percentage points it can add on top of the others.
    """

    key: str
    name: str
    weight: Fraction
    channels: tuple[str, ...] = ()
    bonus: bool = False
    criteria: tuple[Criterion, ...] = ()

    def applies_to(self, channel: str | None) -> bool:
        """Whether the section is asked on this channel; an unstated channel asks everything."""
        return channel is None or not self.channels or channel in self.channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What nobody can compute: one former criterion became several, or several became one."""

    kind: DeclaredKind
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricVersion:
    """One version of a rubric with every rule needed to recompute a score, the arithmetic's own version included."""

    key: str
    name: str
    major: int
    minor: int
    description: str = ""
    pass_mark: Fraction | None = None
    cap: Fraction | None = None
    arithmetic: Arithmetic = "sections"
    method: Method = "additive"
    na_rule: NaRule = "removed"
    critical_effect: CriticalEffect = "zero"
    engine: str = ENGINES[0]
    lineage: tuple[Declared, ...] = ()
    sections: tuple[Section, ...] = ()
    # Every score asks for these: found once, as a version never changes.
    criteria: tuple[Criterion, ...] = field(init=False, repr=False, compare=False)  # all, in reading order
    _by_key: Mapping[str, Criterion] = field(init=False, repr=False, compare=False)
    _on_channel: dict[str | None, Mapping[str, Criterion]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        criteria = tuple(criterion for section in self.sections for criterion in section.criteria)
        object.__setattr__(self, "criteria", criteria)
        object.__setattr__(self, "_by_key", {criterion.key: criterion for criterion in reversed(criteria)})
        object.__setattr__(self, "_on_channel", {})

    @property
    def label(self) -> str:
        """The version as people say it: 2.0."""
        return f"{self.major}.{self.minor}"

    def criterion(self, key: str) -> Criterion:
        """The criterion with this key; ValueError when the version has none."""
        found = self._by_key.get(key)
        if found is not None:
            return found
        raise ValueError(f"rubric {self.key} {self.label} has no criterion {key!r}")

    def section_of(self, criterion_key: str) -> Section:
        """The section that holds this criterion; ValueError when none does."""
        for section in self.sections:
            if any(criterion.key == criterion_key for criterion in section.criteria):
                return section
        raise ValueError(f"rubric {self.key} {self.label} has no criterion {criterion_key!r}")

    def sections_for(self, channel: str | None) -> tuple[Section, ...]:
        """The sections asked on this channel; an unstated channel asks all of them."""
        return tuple(section for section in self.sections if section.applies_to(channel))

    def asked_on(self, channel: str | None) -> Mapping[str, Criterion]:
        """The criteria of those sections by their keys, in reading order; some are shown on a condition only."""
        found = self._on_channel.get(channel)
        if found is None:
            found = {item.key: item for section in self.sections_for(channel) for item in section.criteria}
            self._on_channel[channel] = found
        return found


class Answer(NamedTuple):  # made by the dozen with every save
    """What a reviewer chose for one criterion. ``percentage`` is 0 to 100; ``evidence`` counts pinned passages."""

    level: str | None = None
    percentage: Fraction | None = None
    not_applicable: bool = False
    comment: str = ""
    evidence: int = 0
    root_causes: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        """Whether anything was chosen; a comment alone is no answer."""
        return self.not_applicable or self.level is not None or self.percentage is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong in a rubric, where (line and column count from 1; None when there is no file), and what to do."""

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class RubricError(ValueError):
    """A rubric that cannot be used, with everything found wrong in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class AnswerError(ValueError):
    """An answer that does not fit its criterion."""
