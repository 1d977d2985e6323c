"""The report of a session as the data of its workbook."""

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import exports.calibration_workbook as book
import rubrics
from calibration.results import Estimate
from exports.provenance import Provenance, RubricStamp
from qa import VERSION
from qa.calibration_sessions import queries, reporting, session_page
from qa.calibration_sessions.models import CalibrationSession, ConsensusAnswer
from qa.calibration_sessions.rules import CriterionReport
from qa.calibration_sessions.session_page import Revealed, answer_word
from qa.core.addresses import address_of
from qa.core.clock import local_day
from qa.people.models import User
from qa.rubric_library.models import RubricVersion

METHODS = (
    ("Percent agreement", "share of pairs of people who chose the same level of a part, mean over parts"),
    ("Weighted kappa", "Conger (1980), linear weights where levels have an order"),
    ("Alpha", "Krippendorff, by the level of measurement; interval from 2,000 resamples of the parts"),
    ("AC", "Gwet (2014): AC1 for two levels, AC2 with linear weights for more"),
    ("Differences", "own score minus the agreed one; Student's t for the mean, chi-square for the spread"),
    ("Scores", "first submitted revisions, given before anybody saw another's"),
)


def data_of(
    session: Session,
    row: CalibrationSession,
    *,
    rubric: rubrics.RubricVersion,
    people: Sequence[queries.Sitting],
    parts: Sequence[queries.PartOf],
    names: Mapping[int, str],
    over_time: Sequence[tuple[dt.date, str, Estimate]],
    made_by: str,
    zone: ZoneInfo,
    now: dt.datetime,
) -> book.CalibrationWorkbook:
    """Everything of a revealed session; ``names`` are those shown, in their order."""
    scored, agreed = queries.scored(session, row.id), queries.consensus_answers(session, row.id)
    by_id = {person.user.id: person for person in people}
    present = [user_id for user_id in names if by_id[user_id].submitted]
    found = session_page.revealed(rubric, parts, [by_id[each] for each in names], scored, agreed, shown_as=names)
    numbers = {user_id: place for place, user_id in enumerate(present, start=1)}
    version = session.get_one(RubricVersion, row.rubric_version_id)
    return book.CalibrationWorkbook(
        title=row.title,
        facts=_facts(session, row, rubric, present, parts, zone),
        learnt=row.learnt,
        parts=len(parts),
        criteria=tuple(_agreement(each) for each in found.criteria),
        participants=tuple(
            book.ParticipantRow(
                number=numbers[each.report.user_id],
                name=each.name,
                difference=figure(each.report.difference),
                spread=figure(each.report.spread),
            )
            for each in found.differences
        ),
        scores=tuple(
            book.ScoreRow(
                number=numbers[user_id],
                name=names[user_id],
                ticket=f"#{part.ticket.external_id}",
                score=scored.scores[user_id, part.part.id],
                agreed=part.consensus.score if part.consensus else None,
            )
            for user_id in present
            for part in parts
            if (user_id, part.part.id) in scored.scores
        ),
        answers=tuple(_answers(rubric, parts, scored, agreed, present, names)),
        decisions=tuple(
            book.DecisionRow(
                ticket=f"#{each.part.ticket.external_id}",
                criterion=each.criterion,
                chosen=each.spread,
                agreed=each.agreed,
                reason=each.reason,
            )
            for each in reporting.decisions(found)
        ),
        sessions=tuple(
            book.SessionRow(day=day, title=title, agreement=figure(told), parts=told.n_items or 0)
            for day, title, told in over_time
        ),
        provenance=_provenance(row, version, rubric, found, scored, parts, made_by, zone, now),
        zone=zone,
    )


def figure(told: Estimate, *, scale: float = 1.0) -> book.Figure:
    """An estimate as a cell shows it."""
    if told.estimate is None:
        return book.Figure(value=None, reason=told.reason or "")
    return book.Figure(
        value=told.estimate * scale,
        low=told.interval.low * scale if told.interval else None,
        high=told.interval.high * scale if told.interval else None,
        reason=told.reason or "",
    )


def _agreement(each: CriterionReport) -> book.AgreementRow:
    return book.AgreementRow(
        criterion=each.criterion.name,
        level=each.level,
        parts=each.agreement.n_items or 0,
        raters=each.agreement.n_raters or 0,
        agreement=figure(each.agreement, scale=100),
        kappa=figure(each.kappa),
        alpha=figure(each.alpha),
        ac=figure(each.ac),
        prevails=each.prevails[0] if each.prevails else "",
        share=each.prevails[1] if each.prevails else None,
        not_applicable=each.not_applicable,
    )


def _answers(
    rubric: rubrics.RubricVersion,
    parts: Sequence[queries.PartOf],
    scored: queries.Scored,
    agreed: Mapping[tuple[int, str], ConsensusAnswer],
    present: Sequence[int],
    names: Mapping[int, str],
) -> list[book.AnswerRow]:
    given = {(each.user_id, each.part_id, each.criterion_key): each for each in scored.answers}
    rows = []
    for part in parts:
        for criterion in rubric.criteria:
            decided = agreed.get((part.session_part.id, criterion.key))
            standard = answer_word(criterion, reporting.as_given(decided)) if decided else ""
            for user_id in present:
                answer = given.get((user_id, part.part.id, criterion.key))
                if answer is None:
                    continue
                rows.append(
                    book.AnswerRow(
                        name=names[user_id],
                        ticket=f"#{part.ticket.external_id}",
                        criterion=criterion.name,
                        chosen=answer_word(criterion, answer),
                        agreed=standard,
                        comment=scored.comments.get((user_id, part.part.id, criterion.key), ""),
                    )
                )
    return rows


def _facts(
    session: Session,
    row: CalibrationSession,
    rubric: rubrics.RubricVersion,
    present: Sequence[int],
    parts: Sequence[queries.PartOf],
    zone: ZoneInfo,
) -> tuple[tuple[str, str], ...]:
    def day(moment: dt.datetime | None) -> str:
        return "not yet" if moment is None else local_day(moment, zone).isoformat()

    return (
        ("Rubric", f"{rubric.name} {rubric.label}"),
        ("Led by", session.get_one(User, row.facilitator_id).name),
        ("Revealed", day(row.revealed_at)),
        ("Closed", day(row.closed_at)),
        ("Parts", str(len(parts))),
        ("Scored by", f"{len(present)} people"),
        ("Names", "shown as numbers of this session" if row.anonymous else "shown"),
    )


def _provenance(
    row: CalibrationSession,
    version: RubricVersion,
    rubric: rubrics.RubricVersion,
    found: Revealed,
    scored: queries.Scored,
    parts: Sequence[queries.PartOf],
    made_by: str,
    zone: ZoneInfo,
    now: dt.datetime,
) -> Provenance:
    first = local_day(row.created_at, zone)
    last = max(local_day(row.closed_at or row.revealed_at or row.created_at, zone), first)
    return Provenance(
        title="Report of a calibration session",
        subject=row.title,
        prepared_for="who leads the session",
        prepared_by=made_by,
        prepared_at=now,
        period_from=first,
        period_to=last,
        software=f"Fairmark {VERSION}",
        rubrics=(
            RubricStamp(
                label=f"{rubric.name} {version.label}", fingerprint=version.fingerprint, engine=version.engine_version
            ),
        ),
        methods=METHODS,
        counts=(
            ("Parts", len(parts)),
            ("Participants with a score", len(found.names)),
            ("Scores", len(scored.scores)),
            ("Answers", len(scored.answers)),
        ),
        link=address_of("calibration.report", session_id=row.id),
        left_out=(
            ("Parts without consensus", found.undecided),
            ("N/A answers, out of every coefficient", sum(each.not_applicable for each in found.criteria)),
        ),
    )
