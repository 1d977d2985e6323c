"""The answers of many reviews as columns of small numbers, one a criterion, for scoring them at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rubrics.answering import Answers, check_answer, criterion_fraction
from rubrics.model import Answer, Criterion, RubricVersion

NOT_APPLICABLE, OPEN = -1, -2


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Answers of n reviews to the criteria ``keys`` of one rubric version.

    ``codes`` (n, criteria) are the place of the level or percentage chosen among ``choices`` of the criterion, -1 for
    N/A, -2 for open; ``channel`` (n,) is the place of the review's channel in ``channels``.
    """

    criteria: tuple[Criterion, ...]
    codes: NDArray[np.int32]
    choices: tuple[tuple[Answer, ...], ...]
    channel: NDArray[np.int32]
    channels: tuple[str | None, ...]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(item.key for item in self.criteria)

    def worth(self, place: int) -> list[Fraction]:
        """What each choice of a criterion earns, 0 to 1."""
        earned = (criterion_fraction(self.criteria[place], choice) for choice in self.choices[place])
        return [one for one in earned if one is not None]

    def answers(self, row: int) -> dict[str, Answer]:
        """One review's answers, as ``score`` takes them."""
        found = {}
        for item, choices, code in zip(self.criteria, self.choices, self.codes[row].tolist(), strict=True):
            if code != OPEN:
                found[item.key] = Answer(not_applicable=True) if code == NOT_APPLICABLE else choices[code]
        return found


def columns_of(version: RubricVersion, reviews: Iterable[tuple[Answers, str | None]]) -> Columns:
    """The columns of reviews, each its answers and its channel.

    AnswerError for an answer that does not fit, ValueError for one to a criterion that the version does not have.
    """
    criteria = version.criteria
    places = {item.key: n for n, item in enumerate(criteria)}
    codes: list[dict[str | Fraction, int]] = [
        {level.key: n for n, level in enumerate(item.scale.levels)} for item in criteria
    ]
    channels: dict[str | None, int] = {}
    rows, row_channels = [], []
    blank = [OPEN] * len(criteria)
    for answers, channel in reviews:
        row = blank.copy()
        for key, answer in answers.items():
            place = places.get(key)
            if place is None:
                version.criterion(key)  # says which criteria there are
                continue
            chosen = answer.level if answer.percentage is None else answer.percentage
            code = None if chosen is None or answer.not_applicable else codes[place].get(chosen)
            if code is None and answer.given:
                check_answer(criteria[place], answer)
                if answer.not_applicable:
                    code = NOT_APPLICABLE
                elif chosen is not None:
                    code = codes[place].setdefault(chosen, len(codes[place]))
            if code is not None:
                row[place] = code
        rows.append(row)
        row_channels.append(channels.setdefault(channel, len(channels)))
    return Columns(
        criteria=criteria,
        codes=np.array(rows, dtype=np.int32).reshape(len(rows), len(criteria)),
        choices=tuple(
            tuple(Answer(level=one) if isinstance(one, str) else Answer(percentage=one) for one in known)
            for known in codes
        ),
        channel=np.array(row_channels, dtype=np.int32),
        channels=tuple(channels),
    )
