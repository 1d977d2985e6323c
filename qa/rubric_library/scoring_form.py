"""A version as the scoring page asks it: sections and criteria in order, each with its share and present answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rubrics
from qa.core.numerals import number


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCriterion:
    """A criterion with its present answer (a room's own kind of answer, or none)."""

    criterion: rubrics.Criterion
    number: str
    share: str  # effective share of the score, as text
    answer: Any
    visible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSection:
    name: str
    share: str
    criteria: tuple[ShownCriterion, ...]


def shown_sections(
    rubric: rubrics.RubricVersion,
    given: Mapping[str, Any],
    scored: Mapping[str, rubrics.Answer],
    *,
    channel: str | None,
) -> tuple[ShownSection, ...]:
    """The rubric as a channel is asked it; ``given`` are the answers as shown, ``scored`` the same as values."""
    visible = {criterion.key for criterion in rubrics.visible_criteria(rubric, scored, channel=channel)}
    shares = rubrics.effective_shares(rubric, channel=channel)
    shown = []
    for n, section in enumerate(rubric.sections_for(channel), start=1):
        total = sum((shares.get(criterion.key, 0) for criterion in section.criteria), start=0)
        criteria = tuple(
            ShownCriterion(
                criterion=criterion,
                number=f"{n}.{position}",
                share=f"{number(shares[criterion.key] * 100, 0)} %" if shares.get(criterion.key) else "",
                answer=given.get(criterion.key),
                visible=criterion.key in visible,
            )
            for position, criterion in enumerate(section.criteria, start=1)
        )
        shown.append(
            ShownSection(
                name=section.name,
                share=f"{number(total * 100, 0)} % of the score" if total else "not counted",
                criteria=criteria,
            )
        )
    return tuple(shown)
