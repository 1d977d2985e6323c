"""True quality in time, in latent units: specialists, queues, the launch, the coached team, reviewers' wobble."""

from dataclasses import dataclass

import numpy as np

from qa.demo import story
from qa.demo.arrays import Floats, Ints
from qa.demo.cast import Cast
from qa.demo.scenarios.model import QUEUE_KEYS
from qa.demo.themes import THEMES

QUEUE_SD = 0.10
QUEUE_THEME_SD = 0.10
WEEK_PHI, WEEK_SD = 0.9, 0.08  # a specialist's good and bad weeks
SHOCK_SD, WALK_SD = 0.05, 0.015  # a queue's
WOBBLE_PHI, WOBBLE_SD = 0.6, 0.05  # a reviewer's
TICKET_SD = 0.58
THEME_SD = 0.80
STARTER_GAP, STARTER_WEEKS = -0.55, 12  # a new specialist begins below and learns


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """The truth over weeks; column 0 is the first simulated week."""

    first_week: int  # the story's week of column 0
    specialist_week: Floats  # specialists x weeks: persona, good and bad weeks, learning, coaching
    queue_week: Floats  # queues x weeks: level, shocks, the launch
    queue_theme: Floats  # queues x themes
    specialist_theme: Floats  # specialists x themes
    wobble: Floats  # reviewers x weeks

    def column(self, week: int) -> int:
        """The column of a week of the story; ValueError outside the simulated weeks."""
        column = week - self.first_week
        if not 0 <= column < self.specialist_week.shape[1]:
            raise ValueError(f"week {week} was not simulated")
        return column


def effects(cast: Cast, team_of: Ints, rng: np.random.Generator) -> Effects:
    """The effects for specialists x weeks of known team (``team_of``, -1 before somebody started)."""
    specialists, weeks = team_of.shape
    first_week = story.LAST_WEEK - weeks + 1
    story_weeks = np.arange(first_week, story.LAST_WEEK + 1)
    persona = np.array([specialist.quality for specialist in cast.specialists])
    specialist_week = persona[:, None] + _ar1(rng, specialists, weeks, WEEK_PHI, WEEK_SD)
    learning = np.clip(1 - (story_weeks - story.NEW_STARTER_WEEK) / STARTER_WEEKS, 0, 1)
    specialist_week[story.NEW_SPECIALIST] += STARTER_GAP * learning
    coached = (team_of == story.IMPROVING_TEAM) & (story_weeks >= story.IMPROVEMENT_WEEK)[None, :]
    specialist_week += story.IMPROVEMENT_EFFECT * coached
    queues = len(QUEUE_KEYS)
    level = rng.normal(0, QUEUE_SD, (queues, 1))
    shocks = rng.normal(0, SHOCK_SD, (queues, weeks)) + rng.normal(0, WALK_SD, (queues, weeks)).cumsum(axis=1)
    queue_week = level + shocks
    hurt = (story_weeks >= story.LAUNCH_WEEK) & (story_weeks < story.LAUNCH_WEEK + story.LAUNCH_WEEKS)
    queue_week[QUEUE_KEYS.index(story.LAUNCH_QUEUE)] += story.LAUNCH_EFFECT * hurt
    strengths = np.array([[item.strengths.get(theme, 0.0) for theme in THEMES] for item in cast.specialists])
    return Effects(
        first_week=first_week,
        specialist_week=specialist_week,
        queue_week=queue_week,
        queue_theme=rng.normal(0, QUEUE_THEME_SD, (queues, len(THEMES))),
        specialist_theme=strengths,
        wobble=_ar1(rng, len(cast.reviewers), weeks, WOBBLE_PHI, WOBBLE_SD),
    )


def _ar1(rng: np.random.Generator, rows: int, weeks: int, phi: float, sd: float) -> Floats:
    """Stationary AR(1) series with standard deviation ``sd``."""
    series = rng.normal(0, sd, (rows, weeks))
    for week in range(1, weeks):
        series[:, week] = phi * series[:, week - 1] + np.sqrt(1 - phi**2) * series[:, week]
    return series
