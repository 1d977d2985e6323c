"""Giving 20,000 parts to 200 reviewers: constraints kept, loads, connectivity of second scores, and the time it takes.

python -m bench.assigning
"""

import sys
import time
from dataclasses import dataclass

import numpy as np

from bench.bars import Bar, at_least, at_most
from qa.sampling.assigning import Load, Task, assign
from qa.sampling.pairing import connection, double_pairs

PARTS, REVIEWERS, TEAMS, QUEUES = 20_000, 200, 40, 8
LANGUAGES = ("en", "es", "fr", "de")
HARMFUL_LIMIT = 20
CAPACITY = 120
TIGHT_CAPACITY = 101  # one per cent above what is needed: the greedy pass alone leaves parts
SECONDS_BAR = 1.0
LAMBDA2_BAR = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    team: int
    languages: frozenset[str]
    queues: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    team: int
    language: str
    queue: int
    harmful: bool


def why_not(reviewer: Reviewer, part: Part) -> str | None:
    if reviewer.team == part.team:
        return "own team"
    if part.language not in reviewer.languages:
        return "language"
    return None if part.queue in reviewer.queues else "queue"


def make_reviewers(rng: np.random.Generator) -> list[Reviewer]:
    """All speak English, two of five may know another language; a tenth know all queues, the others four."""
    reviewers = []
    for number in range(REVIEWERS):
        second = LANGUAGES[int(rng.integers(1, 4))] if rng.random() < 0.4 else "en"
        known = range(QUEUES) if rng.random() < 0.1 else rng.choice(QUEUES, 4, replace=False).tolist()
        reviewers.append(Reviewer(team=number % TEAMS, languages=frozenset({"en", second}), queues=frozenset(known)))
    return reviewers


def make_parts(rng: np.random.Generator) -> list[Part]:
    languages = rng.choice(LANGUAGES, PARTS, p=[0.7, 0.12, 0.1, 0.08]).tolist()
    teams, queues = rng.integers(0, TEAMS, PARTS).tolist(), rng.integers(0, QUEUES, PARTS).tolist()
    harmful = (rng.random(PARTS) < 0.05).tolist()
    return [
        Part(team=team, language=language, queue=queue, harmful=harm)
        for team, language, queue, harm in zip(teams, languages, queues, harmful, strict=True)
    ]


def bars() -> list[Bar]:
    rng = np.random.default_rng(20)
    reviewers, parts = make_reviewers(rng), make_parts(rng)
    tasks = [
        Task(part=part, kind=(str(part.team), part.language, str(part.queue), str(part.harmful)), harmful=part.harmful)
        for part in parts
    ]
    measured = []
    for label, capacity in (("", CAPACITY), (", capacity 1 % above need", TIGHT_CAPACITY)):
        loads = [
            Load(key=key, reviewer=reviewer, capacity=capacity, load=0, harmful_limit=HARMFUL_LIMIT)
            for key, reviewer in enumerate(reviewers)
        ]
        start = time.process_time()
        outcome = assign(tasks, loads, why_not, np.random.default_rng(21), beyond_capacity=False)
        seconds = time.process_time() - start
        wrong = sum(why_not(reviewers[key], part) is not None for part, key in outcome.given)
        measured += [
            at_most(f"parts without a reviewer{label}", len(outcome.left), 0, 0),
            at_most(f"parts with a reviewer who may not{label}", wrong, 0, 0),
            at_most(
                f"most harmful parts of one reviewer{label}", max(load.harmful for load in loads), HARMFUL_LIMIT, 0
            ),
            at_most(f"highest load / capacity{label}", max(load.share for load in loads), 1.0),
            at_most(f"CPU seconds{label}", seconds, SECONDS_BAR, 2),
        ]
    pairs = double_pairs([range(REVIEWERS)], np.random.default_rng(22))
    found = connection(range(REVIEWERS), dict.fromkeys(pairs, 1))
    return [
        *measured,
        at_least("lambda2 of three random rounds of 200 reviewers", found.lambda2 or 0.0, LAMBDA2_BAR, 2),
    ]


def main() -> int:
    measured = bars()
    for bar in measured:
        print(bar.line())
    return 0 if all(bar.holds for bar in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
