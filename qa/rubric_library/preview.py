"""A version tried out: example answers for the scoring form, and what they score. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import rubrics

EXAMPLES = {"best": "Best of everything", "lowest": "Lowest of everything", "mixed": "Second best of everything"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleAnswer:
    """An answer as the scoring form shows one."""

    level_key: str | None
    typed_percentage: str
    not_applicable: bool
    comment: str = ""
    root_causes: tuple[str, ...] = ()
    pins_json: str = "[]"


def example_answers(
    value: rubrics.RubricVersion, given: Mapping[str, str], *, example: str
) -> dict[str, rubrics.Answer]:
    """Answers to try a version with: an example, with what was chosen in the preview on top of it."""
    answers = {criterion.key: _example(criterion, example) for criterion in value.criteria}
    for criterion in value.criteria:
        chosen = given.get(f"level-{criterion.key}")
        typed = given.get(f"percentage-{criterion.key}")
        if chosen == "" and criterion.na_allowed:
            answers[criterion.key] = rubrics.Answer(not_applicable=True)
        elif chosen and any(level.key == chosen for level in criterion.scale.levels):
            answers[criterion.key] = rubrics.Answer(level=chosen)
        elif typed and criterion.scale.kind == "percentage":
            percentage = _percentage(typed)
            if percentage is not None:
                answers[criterion.key] = rubrics.Answer(percentage=percentage)
    return answers


def _example(criterion: rubrics.Criterion, example: str) -> rubrics.Answer:
    levels = criterion.scale.levels
    if not levels:
        return rubrics.Answer(percentage=Fraction({"best": 100, "mixed": 70}.get(example, 0)))
    position = {"best": 0, "mixed": min(1, len(levels) - 1)}.get(example, len(levels) - 1)
    return rubrics.Answer(level=levels[position].key)


def _percentage(text: str) -> Fraction | None:
    try:
        value = Fraction(text[:20].replace(",", "."))
    except (ValueError, ZeroDivisionError):
        return None
    return value if 0 <= value <= 100 else None


def shown_answers(answers: Mapping[str, rubrics.Answer]) -> dict[str, ExampleAnswer]:
    return {
        key: ExampleAnswer(
            level_key=answer.level,
            typed_percentage="" if answer.percentage is None else f"{float(answer.percentage):g}",
            not_applicable=answer.not_applicable,
        )
        for key, answer in answers.items()
    }


def channels_of(value: rubrics.RubricVersion) -> list[str]:
    """The channels a version names, by name."""
    return sorted({channel for section in value.sections for channel in section.channels})
