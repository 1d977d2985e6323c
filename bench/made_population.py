"""A further finite population in the format of the reference one, made from a seed; no person or ticket is real.

    python -m bench.made_population FOLDER [--parts 80000] [--specialists 320] [--seed 2]
    python -m bench.estimation --population FOLDER

What holds on the public population should hold on one that nobody tuned anything to: more specialists, other queues
and languages, other strengths of every effect, and a skewed score with a peak at 100.
"""

import argparse
import csv
import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WEEKS = 13
LAUNCH_FROM = 8
QUEUES, TEAM_SIZE = 7, 10
TIER_SHARES = (0.5, 0.35, 0.15)
LANGUAGES = {"en": 0.6, "de": 0.18, "pt": 0.12, "ja": 0.1}
CUTS = (1, 2, 3, 5, 7)  # of the points that the flags add up to: risk class 1 to 5
HEAD = (
    *("ticket_id", "week", "team", "specialist", "queue", "tier", "lang", "new_specialist", "low_csat", "reopened"),
    *("escalated", "long_handle", "launch", "risk_class", "auto_score", "auto_critical_p", "true_score"),
    "true_critical",
)
Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]


def logistic(x: Vector) -> Vector:
    return 1 / (1 + np.exp(-x))


def population(parts: int, specialists: int, seed: int) -> dict[str, list[str]]:
    """The columns of the file, as it holds them."""
    rng = np.random.default_rng(seed)
    load = rng.lognormal(0, 0.6, specialists)
    who = rng.choice(specialists, parts, p=load / load.sum())
    team = who // TEAM_SIZE
    level = rng.normal(0, 2.5, specialists // TEAM_SIZE + 1)[team] + rng.normal(0, 4.5, specialists)[who]
    home = rng.integers(0, QUEUES, specialists)
    queue = np.where(rng.random(parts) < 0.6, home[who], rng.integers(0, QUEUES, parts))
    tier = rng.choice(3, parts, p=TIER_SHARES)
    week = rng.integers(1, WEEKS + 1, parts)
    lang = rng.choice(len(LANGUAGES), parts, p=list(LANGUAGES.values()))
    new = (rng.random(specialists) < 0.1)[who]
    launch: Flags = (week >= LAUNCH_FROM) & (queue < 3) & (rng.random(parts) < 0.25)
    trouble = rng.normal(0, 1, parts)  # what goes wrong in a ticket shows in its score and in its flags
    flags = {
        name: rng.random(parts) < logistic(base + slope * trouble)
        for name, base, slope in (
            ("low_csat", -2.6, 0.8),
            ("reopened", -3.0, 0.6),
            ("escalated", -3.3, 0.9),
            ("long_handle", -2.4, 0.4),
        )
    }
    mean = 84 + level + rng.normal(0, 1.5, QUEUES)[queue] - 1.5 * tier - 4.0 * new - 5.0 * trouble
    deep = rng.gamma(2.0, 5.0, parts) - 10.0  # a long tail towards low scores
    critical: Flags = rng.random(parts) < logistic(-5.0 + 0.9 * trouble + 0.5 * launch + 0.4 * tier)
    score = np.clip(mean - deep - np.where(critical, rng.uniform(20, 70, parts), 0.0), 0, 100)
    # The automatic score sees part of the same trouble, compressed, and wrongly in one queue and on the launch.
    auto = 83 + 0.75 * (mean - 84) - 0.35 * deep + rng.normal(0, 5.0, parts) + 4.0 * (queue == 2) - 5.0 * launch
    chance = logistic(-4.2 + 0.8 * trouble + 2.2 * critical + rng.normal(0, 0.7, parts))
    points = (
        2 * flags["low_csat"] + 2 * flags["reopened"] + 3 * flags["escalated"] + flags["long_handle"] + 2 * launch
    ) + 2 * new
    names = list(LANGUAGES)
    columns: dict[str, list[str]] = {
        "ticket_id": [f"M{number:07d}" for number in range(1, parts + 1)],
        "week": [str(value) for value in week],
        "team": [f"team{value:02d}" for value in team],
        "specialist": [f"s{value:04d}" for value in who],
        "queue": [f"q{value}" for value in queue],
        "tier": [str(value + 1) for value in tier],
        "lang": [names[value] for value in lang],
        "risk_class": [str(value) for value in np.searchsorted(CUTS, points, side="right")],
        "auto_score": [f"{value:.1f}" for value in np.clip(auto, 0, 100)],
        "auto_critical_p": [f"{value:.4f}" for value in chance],
        "true_score": [f"{value:.1f}" for value in score],
    }
    for name, values in {**flags, "new_specialist": new, "launch": launch, "true_critical": critical}.items():
        columns[name] = [str(int(value)) for value in values]
    return columns


def write(folder: Path, columns: dict[str, list[str]]) -> None:
    """``tickets.csv.gz`` in a folder, as the reference population has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "tickets.csv.gz", "wt", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEAD)
        rows.writerows(zip(*(columns[name] for name in HEAD), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.made_population", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parts", type=int, default=80_000)
    parser.add_argument("--specialists", type=int, default=320)
    parser.add_argument("--seed", type=int, default=2)
    asked = parser.parse_args()
    write(asked.folder, population(asked.parts, asked.specialists, asked.seed))
    print(f"{asked.parts:,} parts of {asked.specialists} specialists in {asked.folder}")


if __name__ == "__main__":
    main()
