"""The board of all reviewers from the newest run: who needs attention, how surely, and what stands behind it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa.core.charts import Chart, Numerals, Row, interval_plot
from qa.core.numerals import number
from qa.reviewer_drift import wording
from qa.reviewer_drift.models import DriftRun, DriftStanding

Document = Mapping[str, Any]
ORDER = {"red": 0, "amber": 1, "none": 2}
TONES = {"red": "bad", "amber": "warn", "none": "neutral"}
Item = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One reviewer as the board shows them."""

    reviewer_id: int
    name: str
    level: str
    word: str
    tone: str
    evidence: float | None
    sentence: str | None
    document: Document

    @property
    def severity(self) -> Document:
        found: Document = self.document["severity"]
        return found


def shown_level(standing: DriftStanding, *, own: bool) -> str:
    """The level; a reviewer is not told of an amber, which only asks for more second scores."""
    return "none" if own and standing.level == "amber" else standing.level


def shown_document(standing: DriftStanding, *, own: bool) -> Document:
    """What is told of a reviewer; to themselves nothing of an amber."""
    if shown_level(standing, own=own) == standing.level:
        return standing.document
    return {**standing.document, "flag": None, "first_week": None, "charts": standing.document["charts"][:1]}


def rows(standings: Sequence[DriftStanding], names: Mapping[int, str], *, own: bool = False) -> list[BoardRow]:
    """Flagged reviewers first, then by the evidence that somebody changed; never by means."""
    found = [
        BoardRow(
            reviewer_id=standing.reviewer_id,
            name=names[standing.reviewer_id],
            level=level,
            word=wording.LEVELS[level],
            tone=TONES[level],
            evidence=None if own else standing.evidence,
            sentence=None
            if document["flag"] is None
            else wording.sentence(document["flag"], names[standing.reviewer_id]),
            document=document,
        )
        for standing in standings
        if standing.reviewer_id in names
        for level, document in [(shown_level(standing, own=own), shown_document(standing, own=own))]
    ]
    return sorted(found, key=lambda row: (ORDER[row.level], -(row.evidence or 0.0), row.name, row.reviewer_id))


def severity_chart(found: Sequence[BoardRow]) -> Chart | None:
    """Each reviewer's severity with its interval; nothing where none can be told."""
    told = [
        Row(
            label=row.name,
            value=row.severity["estimate"],
            low=row.severity["low"],
            high=row.severity["high"],
            n=row.document["scorings"],
            url=f"/reviewers/{row.reviewer_id}",
            flag=row.word if row.level != "none" else None,
        )
        for row in found
        if row.document["cannot_tell"] is None
    ]
    if not told:
        return None
    return interval_plot(
        told,
        name="Severity of each reviewer",
        axis="Reviewer",
        numerals=Numerals(unit=" points", signed=True),
        reference=0.0,
        reference_text="the team's mean",
    )


def chance(run: DriftRun) -> str:
    """How many flags to expect of a team in which nobody drifts."""
    told = run.document
    return (
        f"Of {told['active']} reviewers who do not drift, chance alone turns at most {number(told['false_ambers'], 1)} "
        f"amber and {number(told['false_reds'], 1)} red in a quarter. Amber needs {number(told['amber'], 0)} weeks of "
        f"evidence, red {number(told['red'], 0)}."
    )


def connection(run: DriftRun) -> str | None:
    """What the shared parts cannot compare; nothing where all reviewers hang together."""
    groups = run.document["groups"]
    if len(groups) < 2:
        return None
    return (
        f"The reviewers fall into {len(groups)} groups that share no part, however indirectly "
        f"({', '.join(str(size) for size in groups)} people). Outside the largest, strictness cannot be told: more "
        "hidden second scores or a calibration session across the groups mends that."
    )


def team(run: DriftRun) -> str | None:
    """Whether all reviewers together moved away from gold; nothing without gold to tell by."""
    found = run.document["team"]
    if found is None or found["evidence"] is None:
        return None
    if found["evidence"] < run.document["amber"]:
        return "Against gold, the team as a whole shows no clear move."
    way = "more lenient" if found["effect"] > 0 else "stricter"
    return (
        f"Against gold, the team as a whole became about {number(abs(found['effect']))} points {way} (standard error "
        f"{number(found['error'])}). It can be trusted only where old golden tickets are scored again, blind."
    )


def explained(run: DriftRun, row: BoardRow) -> list[Item]:
    """What stands behind a reviewer's severity."""
    severity = row.severity
    since, through = (wording.short_day(wording.day_of(run.document["quarter_from"])), wording.short_day(run.through))
    return [
        ("Scores", f"{row.document['scorings']} over {row.document['weeks']} weeks, {since} to the week of {through}"),
        (
            "Evidence",
            f"{row.document['routine']} own reviews, {row.document['pairs']} parts with a hidden second score, "
            f"{row.document['seats']} parts of calibration sessions; first submitted revisions",
        ),
        ("Standard error", f"{number(severity['std_error'], 2)} points, the weekly wobble included"),
        ("Taken out", "part, specialist, queue and week"),
        ("Left out", "critical criteria, targeted reviews, sealed and voided scores, sessions that are not closed"),
        ("Method", run.method),
        ("Inputs", run.digest[:16]),
    ]


def quarter(run: DriftRun) -> str:
    """The weeks that the figures of the board rest on."""
    first = wording.day_of(run.document["quarter_from"])
    last = run.through + dt.timedelta(days=6)
    return f"{wording.short_day(first)} to {wording.short_day(last)}"
