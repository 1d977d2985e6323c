"""How a reviewer of the cast scores a part: true quality seen through the reviewer's eye (statistics.md B1)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import rubrics
from qa.demo import story
from qa.demo.advice import ADVICE
from qa.demo.cases import Truth
from qa.demo.facts import Operation
from qa.demo.remarks import GENERAL_SLOT, REMARKS
from qa.demo.themes import CRITERION_EASE, CUTS, Tier, theme_of, tier

REVIEW_NOISE = 0.22
ANSWER_NOISE = 0.45
REVIEW_SPREAD = 0.45  # of the logarithm of minutes
FLIPPED_NA = 0.01
# How often an answer that needs no remark gets one, by what was seen.
REMARKED = {Tier.POOR: 0.9, Tier.FAIR: 0.5, Tier.GOOD: 0.06}
ADVISED = 0.5  # of the remarks that find something missing
PINNED = 0.7  # of the remarks that need no passage
CAUSED = 0.8  # of the failing answers: a root cause is named
NOTHING_TO_MISS = 1.0  # the least that is seen of a theme that did not arise and cannot be N/A


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """What a reviewer adds to what is there: strictness, leanings and unsteadiness, in latent units."""

    severity: float
    themes: Mapping[str, float]
    noise: float = ANSWER_NOISE
    review_noise: float = REVIEW_NOISE
    minutes: float = 8.0
    flips: float = FLIPPED_NA


CONSENSUS = Eye(severity=0.0, themes={}, noise=0.15, review_noise=0.0, flips=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer, and the message it rests on (index into the conversation's messages)."""

    answer: rubrics.Answer
    message: int | None = None


def eye_of(operation: Operation, reviewer: int, week: int) -> Eye:
    """A reviewer's eye in a week of the story: persona, the week's wobble, and for one of them the drift."""
    persona = operation.cast.reviewers[reviewer]
    wobble = float(operation.effects.wobble[reviewer, operation.effects.column(week)])
    drift = story.DRIFT_EFFECT if persona.drifts and week >= story.DRIFT_WEEK else 0.0
    return Eye(severity=persona.severity + wobble + drift, themes=persona.themes, minutes=persona.minutes)


def answers(
    version: rubrics.RubricVersion,
    truth: Truth,
    eye: Eye,
    rng: Random,
    *,
    topic: str,
    marks: Mapping[str, int],
    facts: Mapping[str, str] | None = None,
    channel: str | None = None,
) -> dict[str, Given]:
    """An answer to every criterion that is asked, with a remark and a passage where the version wants them.

    ``facts`` (of the case, in the company's language) let remarks quote the case; ``marks`` name the passages.
    """
    of_review = rng.gauss(0, eye.review_noise)
    slots = dict(facts or {}) | {"topic": topic}
    given: dict[str, Given] = {}
    for section in version.sections_for(channel):
        for criterion in section.criteria:
            theme = theme_of(criterion.key)
            absent = theme in truth.absent or criterion.key in truth.absent
            if criterion.na_allowed and absent != (rng.random() < eye.flips):
                given[criterion.key] = Given(answer=rubrics.Answer(not_applicable=True))
                continue
            seen = truth.values[theme] + eye.severity + eye.themes.get(theme, 0.0) + of_review
            seen += CRITERION_EASE.get(criterion.key, 0.0) + rng.gauss(0, eye.noise)
            if absent:
                seen = max(seen, NOTHING_TO_MISS)
            quoting = facts is not None and not absent
            given[criterion.key] = _answer(
                criterion, theme, seen, truth, rng, slots, marks.get(theme), quoting=quoting, arises=not absent
            )
    shown = rubrics.visible_criteria(version, {key: one.answer for key, one in given.items()}, channel=channel)
    return {criterion.key: given[criterion.key] for criterion in shown}


def _answer(
    criterion: rubrics.Criterion,
    theme: str,
    seen: float,
    truth: Truth,
    rng: Random,
    slots: Mapping[str, str],
    message: int | None,
    *,
    quoting: bool,
    arises: bool,
) -> Given:
    chosen = (
        rubrics.Answer(percentage=_percentage(seen))
        if criterion.scale.kind == "percentage"
        else _level(criterion, seen)
    )
    level = rubrics.chosen_level(criterion, chosen)
    failing = rubrics.is_failing(criterion, chosen)
    shown = _told(criterion, chosen, theme, seen)
    needs_words = failing and (level is None or level.comment_required)
    needs_passage = failing and (level is None or level.evidence_required)
    says = needs_words or needs_passage or (arises and rng.random() < REMARKED[shown])
    fitting = REMARKS[theme].at(shown, quoting=quoting and truth.tier(theme) == shown)
    comment = _written(rng.choice(fitting), slots) if says else ""
    if says and shown != Tier.GOOD and rng.random() < ADVISED:
        comment = f"{comment} {rng.choice(ADVICE[theme]).format_map(slots)}"
    pinned = message if says and (needs_passage or rng.random() < PINNED) else None
    named = failing and bool(criterion.root_causes) and rng.random() < CAUSED
    return Given(
        answer=rubrics.Answer(
            level=chosen.level,
            percentage=chosen.percentage,
            comment=comment,
            evidence=0 if pinned is None else 1,
            root_causes=(rng.choice(criterion.root_causes).key,) if named else (),
        ),
        message=pinned,
    )


def _level(criterion: rubrics.Criterion, seen: float) -> rubrics.Answer:
    """The level at this perceived value; ValueError for a scale of a length without cuts."""
    levels = sorted(criterion.scale.levels, key=lambda level: level.points)
    if len(levels) not in CUTS:
        raise ValueError(f"criterion {criterion.key} has {len(levels)} levels, which the demo cannot score")
    return rubrics.Answer(level=levels[sum(seen >= cut for cut in CUTS[len(levels)])].key)


def _percentage(seen: float) -> Fraction:
    """A percentage in steps of five."""
    return Fraction(5 * round(20 / (1 + math.exp(-1.7 * (seen + 0.3)))))


def _told(criterion: rubrics.Criterion, chosen: rubrics.Answer, theme: str, seen: float) -> Tier:
    """How the remark speaks about it: as the answer does, not better and not worse."""
    fraction = rubrics.criterion_fraction(criterion, chosen)
    if rubrics.is_failing(criterion, chosen):
        return Tier.POOR
    if fraction == 1:
        return Tier.GOOD
    return Tier.FAIR if fraction is not None else tier(theme, seen)


def _written(remark: str, slots: Mapping[str, str]) -> str:
    text = remark.format_map(slots)
    return text[:1].upper() + text[1:] if not remark.startswith(GENERAL_SLOT) else text


def minutes(eye: Eye, rng: Random) -> float:
    """How long the review took."""
    return eye.minutes * rng.lognormvariate(0, REVIEW_SPREAD)
