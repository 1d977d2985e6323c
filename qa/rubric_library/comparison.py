"""What changed between two versions, as a team lead reads it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import rubrics
from qa.core.numerals import number
from qa.rubric_library.wording import CHANGE_WORDS, ShownChange, shown_change

STEP_WORDS = {
    "same": "Nothing differs.",
    "minor": "Only words differ: every answer scores as before, and figures stay comparable.",
    "major": "The scoring differs: the same answers can give another score.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCriterionChange:
    """What became of one criterion, with its changes beside each other."""

    key: str
    name: str
    words: Sequence[tuple[str, str]]  # kind and its word
    comparable: bool
    verdict: str
    changes: Sequence[ShownChange]
    asks: str  # the question, and what it may be answered, where there is no other side to compare it with


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that differs, changed criteria before unchanged ones."""

    step: str
    words: str
    rules: Sequence[ShownChange]
    sections: Sequence[tuple[str, ShownChange]]
    changed: Sequence[ShownCriterionChange]
    unchanged: Sequence[ShownCriterionChange]


def compared(old: rubrics.RubricVersion, new: rubrics.RubricVersion) -> Comparison:
    """Two versions in words."""
    found = rubrics.diff(old, new)
    criteria = [
        ShownCriterionChange(
            key=change.key,
            name=change.name,
            words=[(kind, CHANGE_WORDS[kind]) for kind in change.kinds],
            comparable=change.comparable,
            verdict=_verdict(change),
            changes=[shown_change(each) for each in change.changes],
            asks="" if change.changes or change.kinds == ("same",) else _asks(change, old, new),
        )
        for change in found.criteria
    ]
    sections = {section.key: section.name for version in (old, new) for section in version.sections}
    return Comparison(
        step=found.step,
        words=STEP_WORDS[found.step],
        rules=[shown_change(each) for each in found.rules],
        sections=[(sections.get(each.where, each.where), shown_change(each)) for each in found.sections],
        changed=[each for each in criteria if each.words[0][0] != "same"],
        unchanged=[each for each in criteria if each.words[0][0] == "same"],
    )


def _asks(change: rubrics.CriterionChange, old: rubrics.RubricVersion, new: rubrics.RubricVersion) -> str:
    """What a criterion asks that stands in one version alone."""
    version = old if "dropped" in change.kinds else new
    criterion = version.criterion(change.key)
    levels = ", ".join(level.name for level in criterion.scale.levels) or "0 to 100 %"
    share = number(rubrics.effective_shares(version).get(change.key, 0) * 100, 1)
    return f"{criterion.question} {levels}; {share} % of the score under {version.label}."


def _verdict(change: rubrics.CriterionChange) -> str:
    kinds = set(change.kinds)
    if "new" in kinds:
        return "Begins here: there is nothing before to compare it with."
    if "dropped" in kinds:
        return "Ends here: its figures stop with the old version."
    if "split" in kinds:
        return f"Split from {', '.join(change.old_keys)}: its figures begin anew."
    if "merged" in kinds:
        return f"Merged from {', '.join(change.old_keys)}: its figures begin anew."
    if not change.comparable and "re-scaled" not in kinds:
        return "Asked of other parts than before: figures are not comparable without a bridge study."
    if not change.comparable:
        return "Another scale: figures before and after are not comparable without a bridge study."
    if kinds == {"same"}:
        return "Unchanged."
    if kinds <= {"reworded"}:
        return "Same question in other words: figures stay comparable."
    return "Its own figures stay comparable; its part in the score changed."
