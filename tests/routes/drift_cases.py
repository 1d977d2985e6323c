"""Cases about reviewers' scoring for the walk through every route."""

import datetime as dt

from sqlalchemy.orm import Session

from qa.people.models import User
from qa.reviewer_drift.models import DriftCase, DriftRun
from tests.support.cast import NOW, TODAY, Cast


def drift_case(session: Session, cast: Cast, reviewer: User) -> DriftCase:
    """An open case about a reviewer's scoring."""
    monday = TODAY - dt.timedelta(days=TODAY.weekday() + 7)
    run = DriftRun(
        programme_id=cast.programme.id, method="drift", first_week=monday - dt.timedelta(weeks=20), through=monday,
        digest="a", outcome_digest="b", scorings=1, document=DRIFT_RUN, created_at=NOW,
    )  # fmt: skip
    session.add(run)
    session.flush()
    flag = {
        "week": monday.isoformat(), "level": "red", "log_evidence": 7.0, "stream": "severity", "name": "severity",
        "effect": -5.1, "low": -7.3, "high": -2.9, "onset": monday.isoformat(), "onset_earliest": monday.isoformat(),
        "onset_latest": monday.isoformat(), "confirmation": "confirmed", "beside": [], "criterion": None,
        "routine": 118, "double": 9, "calibration": 10,
    }  # fmt: skip
    case = DriftCase(
        programme_id=cast.programme.id, reviewer_id=reviewer.id, run_id=run.id, flag=flag, onset=monday, opened_at=NOW
    )
    session.add(case)
    session.flush()
    return case


DRIFT_RUN = {
    "amber": 104.0, "red": 520.0, "active": 2, "false_ambers": 0.25, "false_reds": 0.05,
    "kinds": {"routine": 1, "double": 0, "calibration": 0, "gold": 0}, "versions": [], "sessions": [],
    "waiting_sessions": 0, "quarter_from": "2026-01-05", "criteria": {}, "groups": [2], "error_sd": None, "team": None,
}  # fmt: skip
