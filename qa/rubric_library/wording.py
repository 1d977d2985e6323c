"""The rules of a version in sentences, and what changed between two, for people who never saw the file. Pure."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import rubrics
from qa.core.numerals import number

ARITHMETIC = {
    "sections": "Criteria make section scores, section scores make the review's score, each by its weight.",
    "pooled": "All criteria go into one score by their weights; the sections are headings only.",
}
METHOD = {
    "additive": "Points are earned: the score is the share of what could be earned.",
    "deductive": "Points are lost: the score starts at 100 and each criterion takes off up to its weight.",
}
NA_RULE = {
    "removed": "A criterion that does not apply leaves the sum; the others share its weight.",
    "full": "A criterion that does not apply counts as fully met.",
    "mean": "A criterion that does not apply counts as the mean of the answered ones.",
    "zero": "A criterion that does not apply earns nothing.",
}
CRITICAL_EFFECT = {
    "zero": "the score becomes 0",
    "zero_section": "its section's score becomes 0",
    "keep": "the score stays as it is",
}
CHANGE_WORDS = {
    "same": "unchanged",
    "reworded": "reworded",
    "re-scaled": "other scale",
    "re-weighted": "other weight",
    "moved": "moved",
    "re-ruled": "other rules",
    "split": "split",
    "merged": "merged",
    "new": "new",
    "dropped": "dropped",
}
CHANGE_TONES = {"same": "neutral", "reworded": "neutral", "new": "accent", "dropped": "warn", "re-scaled": "warn"}
FIELD_WORDS = {
    "name": "Name",
    "description": "What it is for",
    "pass_mark": "Pass mark",
    "cap": "Highest score possible",
    "arithmetic": "How the score is made",
    "method": "Earned or lost",
    "na_rule": "Not applicable",
    "critical_effect": "Critical failed",
    "engine": "Arithmetic",
    "weight": "Weight",
    "channels": "Channels",
    "bonus": "Bonus section",
    "question": "Question",
    "guidance": "Guidance",
    "procedure": "Procedure",
    "root_causes": "Root causes",
    "comment_below": "Comment needed below",
    "evidence_below": "Evidence needed below",
    "failing_below": "Below standard under",
    "scale": "Scale",
    "section": "Section",
    "critical": "Critical",
    "na_allowed": "May be answered N/A",
    "condition": "Shown",
    "level caps": "Caps of levels",
    "anchor": "Anchor",
    "example": "Example",
    "failing": "Below standard",
    "comment_required": "Needs a comment",
    "evidence_required": "Needs a passage",
}
VALUE_WORDS = {
    "arithmetic": ARITHMETIC,
    "method": METHOD,
    "na_rule": NA_RULE,
    "critical_effect": {key: f"When a critical fails, {words}." for key, words in CRITICAL_EFFECT.items()},
}


def percent(value: Fraction) -> str:
    """A number of a rule as it was entered, without needless decimals."""
    text = number(value, 2)
    return text.rstrip("0").rstrip(".") if "." in text else text


def version_rules(version: rubrics.RubricVersion) -> list[tuple[str, str]]:
    """What holds for the whole version, as term and sentence."""
    mark = version.pass_mark
    passing = f"A score of {percent(mark)} or more passes." if mark is not None else "No mark: nothing passes or fails."
    rules = [
        ("Pass mark", passing),
        ("Score", ARITHMETIC[version.arithmetic]),
        ("Points", METHOD[version.method]),
        ("Not applicable", NA_RULE[version.na_rule]),
        ("Critical failed", f"The review counts as failed and {CRITICAL_EFFECT[version.critical_effect]}."),
    ]
    if version.cap is not None:
        rules.append(("Cap", f"No score rises above {percent(version.cap)}, whatever the bonus."))
    rules += [
        ("Bonus", f"{section.name} adds up to {percent(section.weight)} points on top of the rest.")
        for section in version.sections
        if section.bonus
    ]
    return rules


def criterion_rules(version: rubrics.RubricVersion, criterion: rubrics.Criterion) -> list[str]:
    """What holds for one criterion beyond its scale, in sentences."""
    return list(_criterion_rules(version, criterion))


def _criterion_rules(version: rubrics.RubricVersion, criterion: rubrics.Criterion) -> Iterator[str]:
    critical, scale = criterion.critical, criterion.scale
    names = {level.key: f"“{level.name}”" for level in scale.levels}
    if critical is not None:
        at = _either([names[key] for key in critical.fails_at]) if critical.fails_at else ""
        if critical.fails_below is not None:
            at = f"under {percent(critical.fails_below)} %"
        what = "the review" if critical.scope == "review" else "its section"
        effect = CRITICAL_EFFECT[critical.effect or version.critical_effect]
        yield f"Critical: {at} fails {what}, and {effect}."
    if criterion.condition is not None:
        other = version.criterion(criterion.condition.criterion)
        asked = {level.key: f"“{level.name}”" for level in other.scale.levels}
        levels = _either([asked[key] for key in criterion.condition.levels])
        yield f"Asked only while {other.name} is answered {levels}."
    yield "May be answered N/A." if criterion.na_allowed else "Must be answered; N/A is not offered."
    for level in scale.levels:
        needs = [
            word
            for word, needed in (("a comment", level.comment_required), ("a pinned passage", level.evidence_required))
            if needed
        ]
        if needs:
            yield f"“{level.name}” needs {' and '.join(needs)}."
        if level.cap is not None:
            yield f"“{level.name}” lets the review reach {percent(level.cap)} at most."
    for threshold, words in (
        (scale.failing_below, "is below standard"),
        (scale.comment_below, "needs a comment"),
        (scale.evidence_below, "needs a pinned passage"),
    ):
        if threshold is not None:
            yield f"Under {percent(threshold)} % {words}."


def _either(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else (words[0] if words else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words of a text, and whether the other text lacks them."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """One value that differs, in words, with what changed in it marked."""

    field: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]
    scoring: bool


def shown_change(change: rubrics.RuleChange) -> ShownChange:
    """A change as a team lead reads it."""
    level, _, name = change.field.rpartition(": ")
    words = FIELD_WORDS.get(name or change.field, (name or change.field).replace("_", " ").capitalize())
    known = VALUE_WORDS.get(change.field, {})
    old, new = known.get(change.old, change.old), known.get(change.new, change.new)
    marked = marked_words(old, new)
    field = f"{words} of level “{level}”" if level else words
    return ShownChange(field=field, old=marked[0], new=marked[1], scoring=change.scoring)


def marked_words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces, word by word, with what the other one lacks marked."""
    before, after = (re.findall(r"\S+\s*", text) for text in (old, new))
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if i < j:
            left.append(Piece(text="".join(before[i:j]), changed=kind != "equal"))
        if k < m:
            right.append(Piece(text="".join(after[k:m]), changed=kind != "equal"))
    return tuple(left), tuple(right)
