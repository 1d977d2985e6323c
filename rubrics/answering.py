"""Answers against a version: which criteria are asked, what each answer is worth, what is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rubrics.model import Answer, AnswerError, Criterion, Level, RubricVersion

Answers = Mapping[str, Answer]
Need = Literal["answer", "comment", "evidence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What still stops a submit, at which criterion, in words for the reviewer."""

    criterion_key: str
    what: Need
    message: str


def visible_criteria(version: RubricVersion, answers: Answers, *, channel: str | None = None) -> tuple[Criterion, ...]:
    """The criteria asked on this channel whose conditions the answers meet, in reading order.

    A criterion that depends on one that is itself hidden is hidden too.
    """
    asked = version.asked_on(channel)
    return tuple([item for item in asked.values() if item.condition is None or _is_shown(item, asked, answers)])


def _is_shown(criterion: Criterion, asked: Mapping[str, Criterion], answers: Answers) -> bool:
    seen: set[str] = set()
    while criterion.condition is not None:
        condition = criterion.condition
        other = asked.get(condition.criterion)
        answer = answers.get(condition.criterion)
        if other is None or answer is None or answer.not_applicable or answer.level not in condition.levels:
            return False
        if other.key in seen:
            raise ValueError(f"the conditions of criterion {other.key} run in a circle")
        seen.add(other.key)
        criterion = other
    return True


def chosen_level(criterion: Criterion, answer: Answer | None) -> Level | None:
    """The level an answer chose; None for N/A, a percentage, or no answer."""
    if answer is None or answer.not_applicable or answer.level is None:
        return None
    return criterion.scale.level(answer.level)


def check_answer(criterion: Criterion, answer: Answer) -> None:
    """AnswerError when the answer does not fit the criterion's scale or its N/A."""
    key, scale = criterion.key, criterion.scale
    if answer.level is not None:
        if answer.percentage is not None or answer.not_applicable:
            raise AnswerError(f"criterion {key}: an answer is a level, a percentage or N/A, not two of them")
        if not (isinstance(answer.level, str) and answer.level in scale.worth):
            raise AnswerError(f"criterion {key} has no level {answer.level!r}")
    elif answer.not_applicable:
        if answer.percentage is not None:
            raise AnswerError(f"criterion {key}: an answer is a level, a percentage or N/A, not two of them")
        if not criterion.na_allowed:
            raise AnswerError(f"criterion {key} does not allow N/A")
    elif answer.percentage is not None:
        if scale.kind != "percentage":
            raise AnswerError(f"criterion {key} is answered with a level, not with {answer.percentage} %")
        if not 0 <= answer.percentage <= 100:
            raise AnswerError(f"criterion {key}: {answer.percentage} % is not from 0 to 100")
    if answer.root_causes:
        unknown = set(answer.root_causes) - {cause.key for cause in criterion.root_causes}
        if unknown:
            raise AnswerError(f"criterion {key} has no root cause {', '.join(sorted(unknown))}")


def criterion_fraction(criterion: Criterion, answer: Answer | None) -> Fraction | None:
    """What the answer earns of the criterion, 0 to 1: (points - lowest) / (highest - lowest); None when N/A or open."""
    if answer is None or not answer.given:
        return None
    check_answer(criterion, answer)
    if answer.level is not None:
        return criterion.scale.worth[answer.level]
    return None if answer.percentage is None else Fraction(answer.percentage) / 100


def fails_critical(criterion: Criterion, answer: Answer | None) -> bool:
    """Whether the answer is one of those the critical states as failing."""
    critical = criterion.critical
    if critical is None or answer is None or answer.not_applicable:
        return False
    if answer.percentage is not None:
        return critical.fails_below is not None and answer.percentage < critical.fails_below
    return answer.level in critical.fails_at


def is_failing(criterion: Criterion, answer: Answer | None) -> bool:
    """Whether the answer is below the standard, critical or not."""
    if answer is None or answer.not_applicable:
        return False
    if answer.percentage is not None:
        return _below(answer.percentage, criterion.scale.failing_below) or fails_critical(criterion, answer)
    level = chosen_level(criterion, answer)
    return level is not None and level.failing


def _below(percentage: Fraction, threshold: Fraction | None) -> bool:
    return threshold is not None and percentage < threshold


def missing(version: RubricVersion, answers: Answers, *, channel: str | None = None) -> tuple[Missing, ...]:
    """What stops a submit, in reading order: open criteria, and comments or pins the version asks for."""
    return tuple(
        [
            Missing(criterion_key=criterion.key, what=what, message=message)
            for criterion in visible_criteria(version, answers, channel=channel)
            for what, message in _needs(criterion, answers.get(criterion.key))
        ]
    )


def _needs(criterion: Criterion, answer: Answer | None) -> list[tuple[Need, str]]:
    if answer is None or not answer.given:
        return [("answer", f"{criterion.name} is not answered yet.")]
    check_answer(criterion, answer)
    if answer.level is not None:
        level = criterion.scale.level(answer.level)
        comment, evidence, at = level.comment_required, level.evidence_required, f"“{level.name}”"
    elif answer.percentage is not None:
        scale = criterion.scale
        comment = _below(answer.percentage, scale.comment_below)
        evidence = _below(answer.percentage, scale.evidence_below)
        at = f"{answer.percentage} %"
    else:
        return []
    needs: list[tuple[Need, str]] = []
    if comment and not answer.comment.strip():
        needs.append(("comment", f"{criterion.name}: {at} needs a comment that says why."))
    if evidence and answer.evidence < 1:
        needs.append(("evidence", f"{criterion.name}: {at} needs a pinned passage."))
    return needs
