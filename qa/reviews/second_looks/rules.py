"""Two scores of one part, criterion by criterion. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import rubrics
from qa.reviews.disputes.rules import Choice
from qa.reviews.queries import StoredAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One criterion as both answered it; one of them may not have been asked."""

    criterion: rubrics.Criterion
    first: StoredAnswer | None
    second: StoredAnswer | None
    same: bool


def compared(
    rubric: rubrics.RubricVersion, first: Sequence[StoredAnswer], second: Sequence[StoredAnswer]
) -> tuple[Compared, ...]:
    """Every criterion that at least one of the two answered, in the rubric's order."""
    one, two = _given(first), _given(second)
    return tuple(
        Compared(
            criterion=criterion,
            first=one.get(criterion.key),
            second=two.get(criterion.key),
            same=_choice(one.get(criterion.key)) == _choice(two.get(criterion.key)),
        )
        for criterion in rubric.criteria
        if criterion.key in one or criterion.key in two
    )


def _given(answers: Sequence[StoredAnswer]) -> Mapping[str, StoredAnswer]:
    return {answer.criterion_key: answer for answer in answers if Choice.of(answer).given}


def _choice(answer: StoredAnswer | None) -> Choice | None:
    return None if answer is None else Choice.of(answer)


def barrier(*, by: int, reviewer_id: int, specialist_id: int | None, looked_at: bool, counts: bool) -> str | None:
    """Why somebody may not take a second look at a review that they may read; ``None`` when they may."""
    if by == reviewer_id:
        return "You scored this review yourself."
    if by == specialist_id:
        return "This review is about your own work."
    if not counts:
        return "Only a submitted review that counts, drawn, targeted or a follow-up, gets a second look."
    if looked_at:
        return "Somebody took a second look at this review already."
    return None
