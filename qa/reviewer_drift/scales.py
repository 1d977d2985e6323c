"""All rubric families of a programme as one scale that severity and drift can read. Pure.

A criterion of one family is another criterion than that of another family, whatever its key: each has a column of its
own. A part is judged by one family, so that the criteria of the others are simply not asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np

import rubrics
from calibration.scorings import Flags, Matrix, Scale, VersionChange

NOT_APPLICABLE = ""  # how an answer without a level is written
BETWEEN_ANSWERS, AFTER_KEY = ";", "="


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedVersion:
    """A rubric version under which something was scored, from ``first_week`` on."""

    version_id: int
    family: str  # key
    family_name: str
    label: str
    first_week: int
    rubric: rubrics.RubricVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A criterion as its newest version has it."""

    id: str  # family/criterion
    name: str
    family_name: str


@dataclass(frozen=True, kw_only=True)
class ProgrammeScale:
    """The columns, the scale, and how a written answer reads under each version."""

    columns: tuple[Column, ...]
    scale: Scale
    marks: tuple[tuple[int, str], ...]  # week and words of every version after a family's first
    _places: Mapping[tuple[int, str], int]  # version, criterion key -> column
    _criteria: Mapping[tuple[int, str], rubrics.Criterion]
    _read: dict[tuple[int, str], tuple[int, float]] = field(default_factory=dict)

    def decode(self, version_ids: Sequence[int], written: Sequence[str]) -> tuple[Matrix, Flags]:
        """Answers and whether each criterion was asked, rows x columns; equal forms are read once.

        A form is ``key=level;key=level``, as the database joins it; an answer without a level is N/A.
        """
        known: dict[tuple[int, str], int] = {}
        rows = [known.setdefault(form, len(known)) for form in zip(version_ids, written, strict=True)]
        width = len(self.columns)
        places: list[int] = []  # of each answer in the flat matrix
        shares: list[float] = []
        for row, (version_id, text) in enumerate(known):
            for piece in text.split(BETWEEN_ANSWERS) if text else ():
                column, share = self._answer(version_id, piece)
                places.append(row * width + column)
                shares.append(share)
        answers = np.full((len(known), width), np.nan)
        asked = np.zeros(answers.shape, dtype=np.bool_)
        answers.ravel()[places] = shares
        asked.ravel()[places] = True
        place = np.array(rows, dtype=np.int64)
        return answers[place], asked[place]

    def _answer(self, version_id: int, piece: str) -> tuple[int, float]:
        found = self._read.get((version_id, piece))
        if found is None:
            key, _, chosen = piece.partition(AFTER_KEY)
            criterion = self._criteria[version_id, key]
            found = self._read[version_id, piece] = self._places[version_id, key], share_of(criterion, chosen)
        return found

    @cached_property
    def may_be_na(self) -> frozenset[int]:
        """Columns whose criterion allows N/A in some version."""
        return frozenset(self._places[place] for place, item in self._criteria.items() if item.na_allowed)

    def name_of(self, stream: str) -> str:
        """What a criterion's stream is called; other streams keep their name."""
        several = len({column.family_name for column in self.columns}) > 1
        for column in self.columns:
            if column.id == stream:
                return f"{column.name} ({column.family_name})" if several else column.name
        return stream


def share_of(criterion: rubrics.Criterion, chosen: str) -> float:
    """What an answer earns, 0 to 1; of a critical criterion 0 where it fails and 1 where not; NaN for N/A."""
    if chosen == NOT_APPLICABLE:
        return float("nan")
    free = criterion.scale.kind == "percentage"
    answer = rubrics.Answer(percentage=Fraction(chosen)) if free else rubrics.Answer(level=chosen)
    if criterion.critical is not None:
        return 0.0 if rubrics.fails_critical(criterion, answer) else 1.0
    share = rubrics.criterion_fraction(criterion, answer)
    return float("nan") if share is None else float(share)


def programme_scale(versions: Sequence[UsedVersion]) -> ProgrammeScale:
    """One scale over all versions in use. ValueError where no criterion that counts is not critical.

    A weight is a criterion's share of the score where everything applies, as the newest version has it: a new weight
    alone recomputes the past and sets nothing apart. Criteria that a version words anew do so from the first week in
    which somebody scored by it.
    """
    columns: dict[str, Column] = {}
    weights: dict[str, float] = {}
    critical: dict[str, bool] = {}
    places: dict[tuple[int, str], str] = {}
    criteria: dict[tuple[int, str], rubrics.Criterion] = {}
    touched: dict[int, set[str]] = {}
    marks: list[tuple[int, str]] = []
    before: dict[str, UsedVersion] = {}
    for used in sorted(versions, key=lambda each: (each.family, each.rubric.major, each.rubric.minor, each.version_id)):
        shares = rubrics.effective_shares(used.rubric)
        for item in used.rubric.criteria:
            place = f"{used.family}/{item.key}"
            columns[place] = Column(id=place, name=item.name, family_name=used.family_name)
            weights[place] = float(shares.get(item.key, 0))
            critical[place] = item.critical is not None
            places[used.version_id, item.key], criteria[used.version_id, item.key] = place, item
        former = before.get(used.family)
        if former is not None:
            marks.append((used.first_week, f"{used.family_name} {used.label}"))
            touched.setdefault(used.first_week, set()).update(
                f"{used.family}/{key}" for key in reworded(former.rubric, used.rubric)
            )
        before[used.family] = used
    order = {place: index for index, place in enumerate(sorted(columns))}
    changes = tuple(
        VersionChange(week=week, touched=tuple(sorted(order[place] for place in touched[week] if place in order)))
        for week in sorted(touched)
        if week > 0
    )
    return ProgrammeScale(
        columns=tuple(columns[place] for place in order),
        scale=Scale(
            ids=tuple(order),
            weights=np.array([weights[place] for place in order]),
            critical=np.array([critical[place] for place in order], dtype=np.bool_),
            changes=changes,
        ),
        marks=tuple(sorted(marks)),
        _places={key: order[place] for key, place in places.items()},
        _criteria=criteria,
    )


def reworded(old: rubrics.RubricVersion, new: rubrics.RubricVersion) -> set[str]:
    """Keys of the criteria that a new version has people read anew: all changes but a weight or a place."""
    return {
        change.key
        for change in rubrics.diff(old, new).criteria
        if not {"same", "re-weighted", "moved", "dropped"}.issuperset(change.kinds)
    }
