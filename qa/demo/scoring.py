"""How a reviewer of the cast scores a part: true quality seen through the reviewer's eye (statistics.md B1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import rubrics
from qa.demo import story
from qa.demo.cases import Truth
from qa.demo.facts import Operation
from qa.demo.remarks import REMARKS
from qa.demo.themes import CUTS, Tier, theme_of, tier

REVIEW_NOISE = 0.22
ANSWER_NOISE = 0.45
REVIEW_SPREAD = 0.45  # of the logarithm of minutes
REMARK_SHARE = 0.22  # of answers that need none
PRAISE_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """What a reviewer adds to what is there: strictness, leanings and unsteadiness, in latent units."""

    severity: float
    themes: Mapping[str, float]
    noise: float = ANSWER_NOISE
    review_noise: float = REVIEW_NOISE
    minutes: float = 8.0


CONSENSUS = Eye(severity=0.0, themes={}, noise=0.15, review_noise=0.0)


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
) -> dict[str, Given]:
    """An answer to every criterion, with a remark and a passage where the version asks for one, and sometimes so."""
    of_review = rng.gauss(0, eye.review_noise) if eye.review_noise else 0.0
    given = {}
    for criterion in version.criteria:
        theme = theme_of(criterion.key)
        if theme in truth.absent and criterion.na_allowed:
            given[criterion.key] = Given(answer=rubrics.Answer(not_applicable=True))
            continue
        seen = truth.values[theme] + eye.severity + eye.themes.get(theme, 0.0) + of_review + rng.gauss(0, eye.noise)
        given[criterion.key] = _answer(criterion, theme, seen, rng, topic=topic, message=marks.get(theme))
    return given


def _answer(
    criterion: rubrics.Criterion, theme: str, seen: float, rng: Random, *, topic: str, message: int | None
) -> Given:
    levels = criterion.scale.levels
    below = sum(seen >= cut for cut in CUTS[len(levels)])
    level = levels[len(levels) - 1 - below]  # levels stand best first
    shown = tier(theme, seen)
    needs = level.comment_required or level.evidence_required
    says = needs or rng.random() < (PRAISE_SHARE if shown is Tier.GOOD else REMARK_SHARE)
    comment = rng.choice(REMARKS[theme][shown]).format(topic=topic) if says else ""
    # A passage is pinned to every remark that needs one, and to most others.
    pinned = message if says and (needs or rng.random() < 0.7) else None
    causes = (rng.choice(criterion.root_causes).key,) if needs and criterion.root_causes else ()
    return Given(
        answer=rubrics.Answer(
            level=level.key, comment=comment, evidence=0 if pinned is None else 1, root_causes=causes
        ),
        message=pinned,
    )


def minutes(eye: Eye, rng: Random) -> float:
    """How long the review took."""
    return eye.minutes * rng.lognormvariate(0, REVIEW_SPREAD)
