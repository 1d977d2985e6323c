"""What happens in the demo operation, and when. The week of the as-of day is week 26, however many are simulated."""

import datetime as dt

LAST_WEEK = 26

LAUNCH = "Duet Studio"
LAUNCH_WEEK = 13
LAUNCH_WEEKS = 4
LAUNCH_QUEUE = "creator_tools"
LAUNCH_EFFECT = -0.39  # latent; about 8 points

DRIFTING_REVIEWER = 3
DRIFT_WEEK = 15
DRIFT_EFFECT = -0.36  # latent; about 6 points stricter

IMPROVING_TEAM = 1
IMPROVEMENT_WEEK = 17
IMPROVEMENT_EFFECT = 0.40  # latent; about 6 points

NEW_SPECIALIST = 38
NEW_STARTER_WEEK = 15
MOVED_SPECIALIST = 3
MOVED_TO_TEAM = 4
MOVE_WEEK = 14
LONG_ABSENT = 20
AWAY_NOW = 5


def monday_of(day: dt.date) -> dt.date:
    """The Monday of the day's ISO week."""
    return day - dt.timedelta(days=day.weekday())


def monday(as_of: dt.date, week: int) -> dt.date:
    """The Monday of a week of the story."""
    return monday_of(as_of) - dt.timedelta(weeks=LAST_WEEK - week)


def week_of(as_of: dt.date, day: dt.date) -> int:
    """The story's week of a day; below 1 before it began."""
    return LAST_WEEK - (monday_of(as_of) - monday_of(day)).days // 7
