"""From the database to the coaching workbook's plain values."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

import exports.coaching_workbook as book
import rubrics
from exports.provenance import Provenance, Receipt, RubricStamp
from qa import VERSION
from qa.coaching import passages, queries
from qa.coaching.basis import Basis
from qa.coaching.figures import CriterionGap, Standing
from qa.coaching.models import CoachingAction, CoachingPlan
from qa.coaching.queries import Coached, Evidence, ReviewLine
from qa.core.access import Actor
from qa.core.addresses import address_of
from qa.core.clock import local_day, monday_of, week_key
from qa.core.crypto import KeyRing
from qa.reviews import queries as review_queries
from qa.reviews.queries import StoredAnswer
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import rubrics_of
from qa.sampling.estimation import PRIOR_DF, Figure
from qa.sampling.models import Draw, DrawReceipt, Period
from qa.tickets.conversations import Conversation

MOST_EXCERPT = 400
NO_LEAD = "no lead"
GAP_NOTE = (
    "Each gap has its own 95 % interval with sampling and reviewers' strictness in it. On the page a gap is called "
    "clear only after Benjamini and Hochberg's correction over the list (10 %)."
)


def figures_of(gaps: Sequence[CriterionGap]) -> tuple[book.CriterionFigure, ...]:
    """The criteria as the workbook shows them and picks focus areas from."""
    found = []
    for gap in gaps:
        own, between = gap.own.interval, gap.gap.interval
        found.append(
            book.CriterionFigure(
                key=gap.criterion.key,
                name=gap.criterion.name,
                n=gap.own.n,
                mean=gap.own.estimate,
                low=own.low if own else None,
                high=own.high if own else None,
                team_mean=gap.others.estimate,
                gap=gap.gap.estimate,
                gap_low=between.low if between else None,
                gap_high=between.high if between else None,
                reason=gap.own.reason or gap.gap.reason or "",
            )
        )
    return tuple(found)


def data_of(
    session: Session,
    coached: Coached,
    evidence: Evidence,
    standing: Standing,
    *,
    lead: str,
    reader: Actor,
    made_by: str,
    weeks: Sequence[dt.date],
    ring: KeyRing | None,
    zone: ZoneInfo,
    now: dt.datetime,
) -> book.CoachingWorkbook:
    """Everything one specialist's workbook shows; without a ``ring`` no passage of a conversation leaves.

    Passages come from conversations that the reader is cleared for. Only reviews that ``reader`` may read have a row;
    its formulas make the figures from the rows, so ``evidence`` is to leave out the same ones.
    """
    first, last = weeks[0], weeks[-1] + dt.timedelta(days=6)
    lines = [
        line
        for line in queries.review_lines(session, reader, coached.user.id, since=first, now=now)
        if first <= local_day(line.resolved_at, zone) <= last
    ]

    def opened(line: ReviewLine) -> Conversation | None:
        if ring is None:
            return None
        return passages.opened(session, reader, coached.user.id, line, ring, purpose="export", now=now)

    rows = tuple(_rows(session, lines, evidence, standing.basis, opened, zone))
    plan = next((each for each in queries.plans_of(session, coached.user.id) if each.state == "active"), None)
    return book.CoachingWorkbook(
        document_id=f"coaching-{coached.user.id}-{now:%Y%m%dT%H%M%SZ}",
        specialist_key=str(coached.user.id),
        specialist=coached.user.name,
        team=coached.team.name if coached.team else "no team",
        lead=lead,
        zone=zone,
        provenance=_provenance(session, coached, evidence, standing, lines, made_by, first, last, now),
        reviews=rows,
        basis=_basis(standing, rows),
        criteria=figures_of(standing.gaps),
        weeks=tuple(week_of(*entry) for entry in standing.weekly),
        owners=(
            book.Choice(key=str(coached.user.id), label=coached.user.name),
            book.Choice(key="lead", label=lead_label(lead)),
        ),
        earlier_actions=actions_of(session, plan, coached, lead) if plan else (),
        goals=_goals(session, plan, evidence) if plan else (),
        gap_note=GAP_NOTE,
    )


def week_of(week: dt.date, own: Figure, others: Figure) -> book.WeeklyPoint:
    interval = own.interval
    return book.WeeklyPoint(
        week=week_key(week),
        n=own.n,
        mean=own.estimate,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        team_mean=others.estimate,
        reason=own.reason or "",
    )


def _rows(
    session: Session,
    lines: Sequence[ReviewLine],
    evidence: Evidence,
    basis: Basis,
    opened: Callable[[ReviewLine], Conversation | None],
    zone: ZoneInfo,
) -> list[book.ReviewRow]:
    answers = review_queries.answers_of_many(session, [line.revision_id for line in lines])
    versions = dict(evidence.versions)
    # A week that no figure counts yet may have been scored by a version that only it used.
    if more := {line.rubric_version_id for line in lines} - versions.keys():
        versions |= rubrics_of(session, more)
    rows = []
    for line in lines:
        version = versions[line.rubric_version_id]
        given = answers.get(line.revision_id, [])
        conversation = opened(line) if any(answer.passages for answer in given) else None
        rows.append(
            book.ReviewRow(
                review_id=str(line.review_id),
                ticket_id=line.external_id,
                resolved_at=line.resolved_at,
                week=week_key(monday_of(local_day(line.resolved_at, zone))),
                queue=line.queue,
                # A drawn review that no figure of the page counts is of a week that is still being reviewed, or of
                # work in another team.
                purpose="routine" if line.review_id in basis.weights else "not counted",
                score=line.score,
                outcome=line.outcome,  # type: ignore[arg-type]
                inclusion_probability=line.inclusion_probability,
                completion=max(basis.weights.get(line.review_id, 0.0) * line.inclusion_probability, 1.0),
                expected=basis.expected.get(line.review_id, 0.0),
                pass_mark=None if version.pass_mark is None else float(version.pass_mark),
                link=address_of("reviews.show", review_id=line.review_id),
                rubric=f"{version.name} {version.label}",
                summary=line.subject,
                remarks=tuple(_remarks(version, given, line.failed_criticals, conversation, zone)),
            )
        )
    return rows


def _basis(standing: Standing, rows: Sequence[book.ReviewRow]) -> book.Basis:
    """What the page's figures rest on beside the reviews; the pooled spread follows from the page's variance."""
    quality, own = standing.quality, book.own_variance(rows)
    pooled = None
    if standing.basis.expected_mean is not None and quality.variance is not None and own is not None:
        df = quality.n_effective - 1 + PRIOR_DF
        pooled = (quality.variance * df - (quality.n_effective - 1) * own) * quality.n_effective / PRIOR_DF
    return book.Basis(
        expected_mean=standing.basis.expected_mean or 0.0,
        pooled_variance=None if pooled is None else max(pooled, 0.0),
        reviewer_variance=quality.reviewer_variance,
        passed_reviewer_variance=standing.passed.reviewer_variance,
        critical_reviewer_variance=standing.critical.reviewer_variance,
    )


def _remarks(
    version: rubrics.RubricVersion,
    answers: Sequence[StoredAnswer],
    failed: Sequence[str],
    conversation: Conversation | None,
    zone: ZoneInfo,
) -> list[book.Remark]:
    """What was said or pinned; a criterion answered without a word is in the figures, not here."""
    texts = {message.id: message for message in conversation.messages} if conversation else {}
    numbers = {message_id: position for position, message_id in enumerate(texts, start=1)}
    remarks = []
    for answer in answers:
        if not answer.comment and not answer.passages:
            continue
        criterion = version.criterion(answer.criterion_key)
        excerpts = []
        for pin in answer.passages:
            message = texts.get(pin.message_id)
            if message is None:
                continue
            words = message.text[pin.start : pin.end]
            place = (
                f"message {numbers[pin.message_id]}, {message.author_role}, {message.at.astimezone(zone):%d %b %H:%M}"
            )
            cut = words if len(words) <= MOST_EXCERPT else words[:MOST_EXCERPT] + "…"
            excerpts.append(book.Excerpt(message=place, text=cut))
        remarks.append(
            book.Remark(
                criterion=criterion.name,
                level=_level(criterion, answer),
                comment=answer.comment,
                excerpts=tuple(excerpts),
                critical=answer.criterion_key in failed,
            )
        )
    return remarks


def _level(criterion: rubrics.Criterion, answer: StoredAnswer) -> str:
    if answer.not_applicable:
        return "N/A"
    if answer.level_key is not None:
        return criterion.scale.level(answer.level_key).name
    return f"{answer.percentage} %"


def told(data: book.CoachingWorkbook, content: bytes) -> dict[str, object]:
    """What the trail keeps of an export, so that the workbook is known when it comes back."""
    return {
        "document": data.document_id,
        "reviews": len(data.reviews),
        "record": book.read_back(content).record_digest,
    }


def lead_label(lead: str) -> str:
    """The lead as the workbook's drop-down shows them; the mark tells two people of one name apart."""
    return f"{lead} (lead)"


def owner_label(action: CoachingAction, coached: Coached, lead: str) -> str:
    """Who owns an action, as the workbook shows them."""
    return coached.user.name if action.owner_id == coached.user.id else lead_label(lead)


def _goals(session: Session, plan: CoachingPlan, evidence: Evidence) -> tuple[book.PlanGoal, ...]:
    names = {criterion.key: criterion.name for criterion in evidence.criteria}
    return tuple(
        book.PlanGoal(
            criterion_key=goal.criterion_key,
            criterion=names.get(goal.criterion_key, goal.criterion_key.replace("_", " ")),
            target=goal.target,
            due_on=goal.due_on,
        )
        for goal in queries.goals_of(session, plan.id)
    )


def actions_of(session: Session, plan: CoachingPlan, coached: Coached, lead: str) -> tuple[book.EarlierAction, ...]:
    goals = {goal.id: goal.criterion_key for goal in queries.goals_of(session, plan.id)}
    return tuple(
        book.EarlierAction(
            action_id=str(row.action.id),
            criterion=goals.get(row.action.goal_id or 0, ""),
            text=row.action.text,
            owner=owner_label(row.action, coached, lead),
            due_on=row.action.due_on,
            status=row.action.state,  # type: ignore[arg-type]
            notes=row.action.notes,
        )
        for row in queries.actions_of(session, plan.id)
    )


def _provenance(
    session: Session,
    coached: Coached,
    evidence: Evidence,
    standing: Standing,
    lines: Sequence[ReviewLine],
    made_by: str,
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
) -> Provenance:
    scored = sum(line.score is not None for line in lines)
    counted = len(standing.basis.weights)
    return replace(
        provenance_of(session, evidence, standing, first, last),
        subject=coached.user.name,
        prepared_for=coached.user.name,
        prepared_by=made_by,
        prepared_at=now,
        counts=(("Reviews of the specialist", len(lines)), ("with a score", scored), ("in the figures", counted)),
        link=address_of("coaching.specialist", user_id=coached.user.id),
        left_out=(
            ("without a score (all N/A)", len(lines) - scored),
            ("of weeks still being reviewed, or of work in another team", max(scored - counted, 0)),
        ),
    )


def provenance_of(
    session: Session, evidence: Evidence, standing: Standing, first: dt.date, last: dt.date
) -> Provenance:
    """Where a team's figures over some weeks come from; whom and what for is the caller's to say."""
    receipts = session.execute(
        select(Period.key, DrawReceipt.digest)
        .join(Draw, Draw.id == DrawReceipt.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .where(Period.starts_on >= first, Period.starts_on <= last)
        .order_by(Period.starts_on, DrawReceipt.id)
    )
    versions = session.scalars(
        select(RubricVersion).where(RubricVersion.id.in_(evidence.versions)).order_by(RubricVersion.id)
    )
    return Provenance(
        title="Coaching workbook",
        subject="",
        prepared_for="",
        prepared_by="",
        prepared_at=dt.datetime.min.replace(tzinfo=dt.UTC),
        period_from=first,
        period_to=last,
        software=f"Fairmark {VERSION}",
        filters=(("Reviews", "routine, drawn with known chances, submitted, current revision"),),
        receipts=tuple(Receipt(kind="draw receipt", name=key, digest=digest) for key, digest in receipts),
        rubrics=tuple(
            RubricStamp(
                label=f"{evidence.versions[row.id].name} {row.label}",
                fingerprint=row.fingerprint,
                engine=row.engine_version,
            )
            for row in versions
        ),
        methods=(
            ("Weights", "each review counts one over its chance of being drawn and done"),
            *standing.methods,
            ("Criteria", "design-weighted mean (Hajek) in percent of the criterion's points"),
            ("Intervals", "95 %, Student's t; sampling and reviewers' strictness together"),
            ("Team", "the other specialists of the team, over the same weeks"),
            ("Focus areas", book.FOCUS_RULE),
        ),
    )
