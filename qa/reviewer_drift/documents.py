"""A run's outcome as plain values: what is stored, digested and shown. Pure.

Figures keep nine digits, so that the same evidence gives the same document on every machine.
"""

import dataclasses
import hashlib
import json
from typing import Any

from calibration.drift import AMBER, Flag
from calibration.fair_means import FairMean
from calibration.results import Estimate
from qa.reviewer_drift.gathering import WEEK, Gathered
from qa.reviewer_drift.reckoning import METHOD, QUARTER, Reckoned, Standing, Weekly

DIGITS = 9


def plain(value: Any) -> Any:
    """The value with rounded figures, tuples as lists."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") + 0.0  # PostgreSQL keeps no negative zero
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def run_document(gathered: Gathered, reckoned: Reckoned) -> dict[str, Any]:
    """What holds for all reviewers of a run."""
    kinds = [int((gathered.scorings.kind == kind).sum()) for kind in range(4)]
    components = reckoned.severities.components
    return dict(
        plain(
            {
                "amber": AMBER,
                "red": reckoned.red,
                "active": reckoned.active,
                "false_ambers": reckoned.false_ambers,
                "false_reds": reckoned.false_reds,
                "kinds": dict(zip(("routine", "double", "calibration", "gold"), kinds, strict=True)),
                "versions": [[gathered.monday(week).isoformat(), words] for week, words in gathered.scale.marks],
                "sessions": [gathered.monday(week).isoformat() for week in gathered.sessions],
                "waiting_sessions": gathered.waiting,
                "quarter_from": max(gathered.first_week, gathered.through - (QUARTER - 1) * WEEK).isoformat(),
                "criteria": {column.id: gathered.scale.name_of(column.id) for column in gathered.scale.columns},
                "fair": [fair_row(specialist_id, mean) for specialist_id, mean in reckoned.fair if specialist_id > 0],
                "groups": [len(group) for group in reckoned.severities.ticket_groups],
                "error_sd": None if components is None else components.variances.error**0.5,
                "team": None
                if reckoned.team_evidence is None
                else {
                    "evidence": reckoned.team_evidence,
                    "effect": reckoned.team_effect,
                    "error": reckoned.team_error,
                },
            }
        )
    )


def fair_row(specialist_id: int, mean: FairMean) -> dict[str, Any]:
    """What strictness does to one specialist's mean."""
    told = estimate(mean.moved_by)
    return {
        "specialist": specialist_id,
        "raw": mean.raw,
        "fair": mean.fair,
        "moved": told["estimate"],
        "low": told["low"],
        "high": told["high"],
        "reason": told["reason"],
        "n": mean.n,
        "reviewers": mean.moved_by.n_raters,
    }


def standing_document(gathered: Gathered, standing: Standing) -> dict[str, Any]:
    """What is told of one reviewer; weeks are the dates of their Mondays."""
    return dict(
        plain(
            {
                "severity": estimate(standing.severity),
                "weeks": standing.severity.weeks,
                "scorings": standing.severity.n_scorings,
                "cannot_tell": standing.cannot_tell,
                "agreement": estimate(standing.together.agreement),
                "consistency": estimate(standing.together.consistency),
                "pairs": standing.together.pairs,
                "seats": standing.together.seats,
                "na_share": estimate(standing.na_share),
                "na_expected": standing.na_expected,
                "routine": standing.routine,
                "double": standing.double,
                "calibration": standing.calibration,
                "since": gathered.monday(standing.since).isoformat(),
                "evidence": standing.evidence,
                "flag": None if standing.flag is None else flag_document(gathered, standing.flag),
                "first_week": None if standing.first_week is None else gathered.monday(standing.first_week).isoformat(),
                "charts": [weekly(each) for each in standing.charts],
            }
        )
    )


def estimate(found: Estimate) -> dict[str, Any]:
    """A figure with its interval, its n and the reason where there is none."""
    interval = found.interval
    return {
        "estimate": found.estimate,
        "std_error": found.std_error,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "n": found.n_items,
        "method": found.method,
        "reason": found.reason,
    }


def flag_document(gathered: Gathered, flag: Flag) -> dict[str, Any]:
    """A flag with dates for weeks."""
    return {
        "week": gathered.monday(flag.week).isoformat(),
        "level": flag.level,
        "log_evidence": flag.log_evidence,
        "stream": flag.stream,
        "name": gathered.scale.name_of(flag.stream),
        "effect": flag.effect,
        "low": flag.interval.low,
        "high": flag.interval.high,
        "onset": gathered.monday(flag.onset).isoformat(),
        "onset_earliest": gathered.monday(flag.onset_earliest).isoformat(),
        "onset_latest": gathered.monday(flag.onset_latest).isoformat(),
        "confirmation": flag.confirmation,
        "beside": [gathered.scale.name_of(stream) for stream in flag.beside],
        "criterion": None if flag.criterion is None else gathered.scale.name_of(flag.criterion),
        "routine": flag.routine,
        "double": flag.double,
        "calibration": flag.calibration,
    }


def weekly(series: Weekly) -> dict[str, Any]:
    return dataclasses.asdict(series)


def inputs_digest(gathered: Gathered, decisions: Any, false_reds: float) -> str:
    """SHA-256 over the evidence, the decisions, the accepted false reds and the method."""
    made = sorted([each.reviewer, each.week, each.onset, each.outcome] for each in decisions)
    return hashlib.sha256(f"{METHOD}\n{gathered.digest}\n{made}\n{false_reds!r}".encode()).hexdigest()


def outcome_digest(run: dict[str, Any], standings: dict[int, dict[str, Any]]) -> str:
    """SHA-256 over everything a run says."""
    body = json.dumps([run, sorted(standings.items())], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()
