"""The newest run as the data of the board's workbook."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

import exports.drift_workbook as book
from exports.provenance import Provenance
from qa import VERSION
from qa.core.addresses import address_of
from qa.core.clock import local_day, midnight
from qa.people.models import RoleGrant, User
from qa.reviewer_drift import cases, queries, watchboard, wording
from qa.reviewer_drift.models import DriftRun
from qa.reviewer_drift.watchboard import BoardRow

LEFT_OUT = "targeted reviews, sealed and voided scores, sessions that are not closed, critical criteria in severity"


def reviewers_of(session: Session, programme_id: int) -> Sequence[User]:
    """Everybody who holds or held a reviewer's role, by name."""
    held = select(RoleGrant.user_id).where(RoleGrant.role == "reviewer")
    return session.scalars(
        select(User).where(User.programme_id == programme_id, User.id.in_(held)).order_by(User.name, User.id)
    ).all()


def data_of(session: Session, run: DriftRun, *, made_by: str, zone: ZoneInfo, now: dt.datetime) -> book.DriftWorkbook:
    """Everything that the board and the reviewers' pages tell of a run, in six statements."""
    names = {person.id: person.name for person in reviewers_of(session, run.programme_id)}
    rows = watchboard.rows(queries.standings_of(session, run, names), names)
    since = midnight(wording.day_of(run.document["quarter_from"]), zone)
    beside = queries.beside(session, names, since=since)
    return book.DriftWorkbook(
        through=run.through,
        amber=run.document["amber"],
        red=run.document["red"],
        active=run.document["active"],
        scorings=run.scorings,
        reviewers=tuple(_reviewer(row, beside[row.reviewer_id]) for row in rows),
        weeks=tuple(week for row in rows for week in _weeks(row)),
        flags=tuple(_flag(row) for row in rows if row.document["flag"] is not None),
        cases=tuple(
            book.CaseRow(
                name=names[case.reviewer_id],
                opened_on=local_day(case.opened_at, zone),
                state=case.state,
                outcome=(case.outcome or "").replace("_", " "),
                reason=case.reason,
                returned=case.follows_id is not None,
            )
            for case in cases.cases_of(session, list(names))
        ),
        provenance=_provenance(run, len(rows), made_by, now),
        zone=zone,
    )


def _told(document: dict[str, Any], *, unless: str | None = None) -> book.Figure:
    if unless is not None:
        return book.Figure(value=None, reason=f"cannot tell: {unless}")
    return book.Figure(
        value=document["estimate"], low=document["low"], high=document["high"], reason=document["reason"] or ""
    )


def _reviewer(row: BoardRow, beside: queries.Beside) -> book.ReviewerRow:
    document = row.document
    return book.ReviewerRow(
        name=row.name,
        state=row.word,
        severity=_told(document["severity"], unless=document["cannot_tell"]),
        scatter=_told(document["consistency"]),
        agreement=_told(document["agreement"]),
        na_share=_told(document["na_share"]),
        na_expected=document["na_expected"],
        own=document["routine"] + document["double"],
        pairs=document["pairs"],
        seats=document["seats"],
        evidence=row.evidence,
        overturned=beside.overturned,
        replaced=beside.replaced,
    )


def _weeks(row: BoardRow) -> list[book.WeekRow]:
    series = next(each for each in row.document["charts"] if each["stream"] == "severity")
    first = wording.day_of(row.document["since"])
    return [
        book.WeekRow(
            name=row.name,
            monday=first + dt.timedelta(weeks=place),
            value=value,
            low=low,
            high=high,
            overlap=overlap,
            evidence=evidence,
        )
        for place, (value, low, high, overlap, evidence) in enumerate(
            zip(
                series["value"], series["low"], series["high"], series["overlap"], row.document["evidence"],
                strict=True,
            )
        )
    ]  # fmt: skip


def _flag(row: BoardRow) -> book.FlagRow:
    flag = row.document["flag"]
    return book.FlagRow(
        name=row.name,
        state=row.word,
        stream=wording.stream_name(flag),
        effect=flag["effect"],
        low=flag["low"],
        high=flag["high"],
        unit=wording.unit_of(flag),
        onset=wording.day_of(flag["onset"]),
        earliest=wording.day_of(flag["onset_earliest"]),
        latest=wording.day_of(flag["onset_latest"]),
        confirmation=wording.AGREES[flag["confirmation"]],
        sentence=wording.sentence(flag, row.name),
    )


def _provenance(run: DriftRun, reviewers: int, made_by: str, now: dt.datetime) -> Provenance:
    kinds = run.document["kinds"]
    return Provenance(
        title="Reviewers' board",
        subject=f"severity and drift until the week of {run.through}",
        prepared_for="QA leads",
        prepared_by=made_by,
        prepared_at=now,
        period_from=run.first_week,
        period_to=run.through + dt.timedelta(days=6),
        software=f"Fairmark {VERSION}",
        filters=(("Scores", "first submitted revisions that nobody is kept from seeing"), ("Left out", LEFT_OUT)),
        methods=(
            ("Method", run.method),
            ("Severity", "crossed random effects over all evidence of 13 weeks; 95 % intervals with the weekly wobble"),
            ("Evidence", "self-starting Shiryaev-Roberts mixture; M is in weeks of evidence"),
            ("Inputs, SHA-256", run.digest),
            ("Outcome, SHA-256", run.outcome_digest),
        ),
        link=address_of("reviewers.index"),
        counts=(
            ("Reviewers", reviewers),
            ("Scores", run.scorings),
            *((f"of them {kind}", kinds[kind]) for kind in ("routine", "double", "calibration", "gold")),
        ),
    )
