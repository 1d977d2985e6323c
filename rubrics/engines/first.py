"""Engine 1: weighted means in exact arithmetic, N/A rules, criticals, caps, bonus and deductions.

Published rubrics rest on it for ever: a change that alters any result is a new engine in a module of its own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from rubrics.answering import (
    Answers,
    chosen_level,
    criterion_fraction,
    fails_critical,
    visible_criteria,
)
from rubrics.display import short_number
from rubrics.model import Answer, Criterion, NaRule, RubricVersion, Section
from rubrics.results import Outcome, Score, Step


@dataclass(slots=True, kw_only=True)
class _Part:
    """A section with what its criteria count for after the N/A rule."""

    section: Section
    counted: list[tuple[Criterion, Fraction]] = field(default_factory=list)
    zeroed: bool = False

    def earned(self) -> list[tuple[Fraction, Fraction]]:
        """(weight, fraction) of each criterion that counts."""
        return [(item.weight, Fraction(0) if self.zeroed else fraction) for item, fraction in self.counted]


def score(version: RubricVersion, answers: Answers, *, channel: str | None = None, explain: bool = True) -> Score:
    """The score of one review as ``rubrics.score`` states it."""
    if not answers.keys() <= version.asked_on(None).keys():
        for key in answers:
            version.criterion(key)
    shown = visible_criteria(version, answers, channel=channel)
    fractions = {item.key: criterion_fraction(item, answers.get(item.key)) for item in shown}
    unanswered = tuple([item.key for item in shown if fractions[item.key] is None and not _given(answers, item)])
    parts = _parts(version, unanswered, fractions, channel)
    counted = {item.key: worth for part in parts for item, worth in part.counted}
    steps = [
        _criterion_step(item, answers.get(item.key), fractions[item.key], counted.get(item.key))
        for item in (shown if explain else ())
    ]

    base_steps, base, sections = _total(version, parts, explain=explain)
    cap_steps, base = _capped(version, shown, answers, base)
    steps += base_steps + cap_steps

    failed = tuple([item for item in shown if item.critical and fails_critical(item, answers.get(item.key))])
    critical_steps, value = _after_criticals(version, shown, answers, parts, failed, base, explain=explain)
    steps += critical_steps
    outcome = _outcome(version, failed, value)
    if explain:
        steps.append(_result_step(version, outcome, value))
    return Score(
        value=value,
        base=base,
        outcome=outcome,
        failed_criticals=tuple(item.key for item in failed),
        steps=tuple(steps) if explain else (),
        sections=_section_scores(version, parts) if any(part.zeroed for part in parts) else sections,
        criteria=fractions,
        unanswered=unanswered,
        engine="1",
    )


def _given(answers: Answers, criterion: Criterion) -> bool:
    answer = answers.get(criterion.key)
    return answer is not None and answer.given


def _parts(
    version: RubricVersion, unanswered: Collection[str], fractions: Mapping[str, Fraction | None], channel: str | None
) -> list[_Part]:
    """The sections asked, each with its criteria that count."""
    sections = version.sections_for(channel)
    ordinary = [item.key for section in sections if not section.bonus for item in section.criteria]
    answered = [value for key in ordinary if (value := fractions.get(key)) is not None]
    instead = _instead(version.na_rule, answered) if answered else None  # all N/A gives no score, whatever the rule
    parts = []
    for section in sections:
        part = _Part(section=section)
        for item in section.criteria:
            if item.key not in fractions or item.key in unanswered:
                continue
            worth = fractions[item.key]
            if worth is None:
                # A bonus is earned: N/A may drop out of it, but never adds to it.
                worth = Fraction(0) if section.bonus and instead is not None else instead
            if worth is not None:
                part.counted.append((item, worth))
        parts.append(part)
    return parts


def _instead(rule: NaRule, answered: list[Fraction]) -> Fraction | None:
    """What an N/A counts as; ``None`` where it counts for nothing."""
    if rule == "mean":
        return sum(answered, Fraction(0)) / len(answered)
    return {"full": Fraction(1), "zero": Fraction(0), "removed": None}[rule]


def _pooled(version: RubricVersion, earned: list[tuple[Fraction, Fraction]], *, bonus: bool) -> Fraction | None:
    """Percent earned by weighted fractions; None when nothing among them has a weight."""
    if version.method == "deductive" and not bonus and any(weight for weight, _ in earned):
        return max(Fraction(0), 100 - sum((weight * (1 - fraction) for weight, fraction in earned), Fraction(0)))
    return _weighted_mean(earned, times=100)


def _weighted_mean(pairs: list[tuple[Fraction, Fraction]], *, times: int = 1) -> Fraction | None:
    """The mean of (weight, value), times a number; exact, and in whole numbers until the very end.

    Each sum is kept as a numerator over a common denominator, and brought to lowest terms once.
    """
    top, bottom, weights, parts = 0, 1, 0, 1
    for weight, value in pairs:
        of_weight, weight_over = weight.as_integer_ratio()
        of_value, value_over = value.as_integer_ratio()
        if weight_over == parts:
            weights += of_weight
        else:
            weights, parts = weights * weight_over + of_weight * parts, parts * weight_over
        term, over = of_weight * of_value, weight_over * value_over
        if over == bottom:
            top += term
        else:
            top, bottom = top * over + term * bottom, bottom * over
    return Fraction(times * top * parts, bottom * weights) if weights else None


def _section_scores(version: RubricVersion, parts: list[_Part]) -> dict[str, Fraction | None]:
    return {part.section.key: _section_score(version, part) for part in parts}


def _section_score(version: RubricVersion, part: _Part) -> Fraction | None:
    found = _pooled(version, part.earned(), bonus=part.section.bonus)
    return Fraction(0) if found is not None and part.zeroed else found


def _total(
    version: RubricVersion, parts: list[_Part], *, explain: bool
) -> tuple[list[Step], Fraction | None, dict[str, Fraction | None]]:
    """The score before caps: all sections together, then what bonus sections add; and each section's."""
    ordinary = [part for part in parts if not part.section.bonus]
    scores = _section_scores(version, parts)
    told = [part for part in parts if part.counted and (part.section.bonus or version.arithmetic == "sections")]
    steps = [_section_step(version, part, scores[part.section.key]) for part in told] if explain else []
    if version.arithmetic == "pooled":
        earned = [pair for part in ordinary for pair in part.earned()]
        total = _pooled(version, earned, bonus=False)
    else:
        found_in = [(part.section.weight, scores[part.section.key]) for part in ordinary]
        percents = [(weight, found) for weight, found in found_in if found is not None]
        total = _weighted_mean(percents)
        earned = [(weight, found / 100) for weight, found in percents] if explain else []
    if explain:
        deducting = version.arithmetic == "pooled" and version.method == "deductive"
        text = "All N/A or open: no score" if total is None else f"Review: {_formula(earned, deducting)}"
        steps.append(Step(text=text, value=total, kind="total"))
    for part in parts:
        found = scores[part.section.key]
        if part.section.bonus and found is not None and total is not None:
            added = part.section.weight * found / 100
            total += added
            text = (
                f"Bonus {part.section.name}: {short_number(added)} of {short_number(part.section.weight)} points added"
            )
            steps.append(Step(text=text, value=total, kind="bonus", key=part.section.key))
    return steps, total, scores


def _formula(earned: list[tuple[Fraction, Fraction]], deducting: bool) -> str:
    if deducting and any(weight for weight, _ in earned):
        lost = [f"{short_number(weight * (1 - fraction))}" for weight, fraction in earned if weight and fraction < 1]
        return " − ".join(["100", *lost])
    if not any(weight for weight, _ in earned):
        return "nothing that has a weight"
    terms = " + ".join(f"{short_number(weight)} × {short_number(fraction * 100)} %" for weight, fraction in earned)
    return f"({terms}) / {short_number(sum((weight for weight, _ in earned), Fraction(0)))}"


def _section_step(version: RubricVersion, part: _Part, found: Fraction | None) -> Step:
    deducting = version.method == "deductive" and not part.section.bonus
    text = f"{part.section.name}: {_formula(part.earned(), deducting)}"
    return Step(text=text, value=found, kind="section", key=part.section.key)


def _criterion_step(
    criterion: Criterion, answer: Answer | None, fraction: Fraction | None, counted: Fraction | None
) -> Step:
    level = chosen_level(criterion, answer)
    if answer is None or not answer.given:
        said = "not answered yet, left out"
    elif answer.not_applicable:
        said = "N/A, left out" if counted is None else f"N/A, counts as {short_number(counted * 100)} %"
    elif level is not None:
        scale = criterion.scale
        low, high = short_number(scale.lowest), short_number(scale.highest)
        said = f"“{level.name}”, ({short_number(level.points)} − {low}) / ({high} − {low})"
    else:
        said = "as entered"
    value = None if fraction is None else fraction * 100
    return Step(text=f"{criterion.name}: {said}", value=value, kind="criterion", key=criterion.key)


def _capped(
    version: RubricVersion, shown: tuple[Criterion, ...], answers: Answers, total: Fraction | None
) -> tuple[list[Step], Fraction | None]:
    """The score under the version's cap and the caps of the levels chosen."""
    caps: list[tuple[Fraction, str, str | None]] = []
    caps += [] if version.cap is None else [(version.cap, "No score of this rubric rises above", None)]
    for item in shown:
        level = chosen_level(item, answers.get(item.key)) if item.scale.capping else None
        if level is not None and level.cap is not None:
            caps.append((level.cap, f"{item.name} at “{level.name}” caps the score at", item.key))
    steps: list[Step] = []
    for cap, said, key in caps:
        if total is not None and total > cap:
            total = cap
            steps.append(Step(text=f"{said} {short_number(cap)}", value=total, kind="cap", key=key))
    return steps, total


def _after_criticals(
    version: RubricVersion,
    shown: tuple[Criterion, ...],
    answers: Answers,
    parts: list[_Part],
    failed: tuple[Criterion, ...],
    base: Fraction | None,
    *,
    explain: bool,
) -> tuple[list[Step], Fraction | None]:
    """The score after failed criticals: zero, recomputed with their sections at zero, or kept."""
    steps: list[Step] = []
    zero_review = False
    for item in failed:
        if item.critical is None:
            continue
        effect = item.critical.effect or version.critical_effect
        part = next(part for part in parts if any(other.key == item.key for other in part.section.criteria))
        if effect == "keep":
            said = "the score is kept"
        elif effect == "zero" and item.critical.scope == "review":
            zero_review = True
            said = "the score becomes 0"
        else:
            part.zeroed = True
            said = f"section {part.section.name} becomes 0"
        steps.append(Step(text=f"Critical failed, {item.name}: {said}", value=None, kind="critical", key=item.key))
    if zero_review:
        return steps, Fraction(0)
    if not any(part.zeroed for part in parts):
        return steps, base
    again, value, _ = _total(version, parts, explain=explain)
    cap_steps, value = _capped(version, shown, answers, value)
    kept = [step for step in again if step.kind != "section"]
    return [*steps, *kept, *cap_steps], value


def _outcome(version: RubricVersion, failed: tuple[Criterion, ...], value: Fraction | None) -> Outcome:
    if any(item.critical is not None and item.critical.scope == "review" for item in failed):
        return "failed_critical"
    if value is None:
        return "not_scored"
    return "failed" if version.pass_mark is not None and value < version.pass_mark else "passed"


def _result_step(version: RubricVersion, outcome: Outcome, value: Fraction | None) -> Step:
    mark = "no pass mark" if version.pass_mark is None else f"pass mark {short_number(version.pass_mark)}"
    words = {
        "passed": f"Passed ({mark})",
        "failed": f"Failed ({mark})",
        "failed_critical": "Failed by a critical criterion",
        "not_scored": "Not scored",
    }
    return Step(text=words[outcome], value=value)
