"""Opening, withdrawing, settling and escalating disputes.

A settlement is one transaction: decisions, the review's new revision with its score, notices and audit.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import rubrics
from qa.core import audit
from qa.core.access import Role
from qa.core.advancing import advance
from qa.core.clock import local_day
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import people_with_role
from qa.reviews import queries as review_queries
from qa.reviews import rules as review_rules
from qa.reviews.companions import service as companions
from qa.reviews.disputes import queries, rescoring, rules, settlers
from qa.reviews.disputes.models import Dispute, DisputedCriterion, DisputeDecision
from qa.reviews.disputes.queries import DisputeView
from qa.reviews.disputes.rules import Choice, Claim, Ruling
from qa.reviews.models import ReviewRevision
from qa.reviews.queries import ReviewView, StoredAnswer
from qa.tickets.redaction import redact

SETTLED_ALREADY = (
    "This dispute has moved on since you opened the page: somebody else settled it, or it was withdrawn. "
    "Nothing of yours was saved; load the page again to see how it stands."
)
_advance = partial(advance, stale=SETTLED_ALREADY)


def why_not(view: ReviewView, live: DisputeView | None, *, ends: dt.datetime | None, now: dt.datetime) -> str | None:
    """Why this review's specialist cannot dispute it now; ``None`` when they can."""
    review = view.review
    if review.state != "submitted" or review.released_at is None or review.released_at > now:
        return "Only a released review that counts can be disputed."
    if live is not None and live.dispute.state != "withdrawn":
        return "You have disputed this review already."
    if ends is None:
        return "This programme takes no disputes: speak with your lead."
    if now >= ends:
        return "The time to dispute this review is over: speak with your lead."
    if review_rules.may_undo(review.submitted_at, now):
        return "The reviewer can still take this review back; try again in a few seconds."
    return None


def open_dispute(
    session: Session,
    view: ReviewView,
    claims: Sequence[Claim],
    *,
    ends: dt.datetime | None,
    setting: ProgrammeSetting,
    zone: ZoneInfo,
    by: int,
    now: dt.datetime,
) -> Dispute:
    """Object to criteria of a review of one's own work; whoever may settle it is told."""
    session.refresh(view.review, with_for_update=True)
    refusal = why_not(view, queries.dispute_of(session, view.review.id), ends=ends, now=now)
    if refusal is not None:
        raise ConflictError(refusal)
    if view.review.current_revision_id != view.revision.id:
        raise ConflictError("This review was changed since you opened it. Load it again: nothing was sent.")
    dispute = Dispute(
        review_id=view.review.id,
        revision_id=view.revision.id,
        opened_at=now,
        opened_by_id=by,
        due_on=local_day(now, zone) + dt.timedelta(days=setting.dispute_answer_days),
    )
    session.add(dispute)
    try:
        session.flush()
    except IntegrityError as error:  # two windows sent at the same moment
        raise ConflictError("You have disputed this review already.") from error
    session.execute(
        insert(DisputedCriterion),
        [
            {
                "dispute_id": dispute.id,
                "criterion_key": claim.criterion_key,
                "reason": redact(claim.reason),
                **rescoring.columns(claim.proposed),
            }
            for claim in claims
        ],
    )
    settlers = settlers_of(session, view, setting, zone=zone, now=now)
    _tell(session, settlers, "dispute_opened", dispute, now)
    _tell(session, [view.review.reviewer_id], "review_disputed", dispute, now)
    _note(session, "dispute.open", dispute, by, now, {"criteria": [claim.criterion_key for claim in claims]})
    return dispute


def settlers_of(
    session: Session, view: ReviewView, setting: ProgrammeSetting, *, zone: ZoneInfo, now: dt.datetime
) -> set[int]:
    """Who is told of a new dispute: the team's leads, or the QA leads where those may not or there are none."""
    today = local_day(now, zone)
    not_they = {view.review.reviewer_id, view.part.specialist_id}
    if setting.own_specialist_ban:
        not_they |= settlers.leads_of_specialist(session, view.part, today=today)
    leads = settlers.leads_of_part(session, view.part, today=today) - not_they
    if leads:
        return leads
    return {each.id for each in people_with_role(session, view.part.programme_id, Role.QA_LEAD, today)} - not_they


def withdraw(session: Session, dispute: Dispute, *, version: int, by: int, now: dt.datetime) -> None:
    """Take a dispute back before anybody has decided; within the window it may be opened anew."""
    _advance(session, dispute, version, expected=("open",), state="withdrawn", closed_at=now)
    notices.withdraw(session, object_type="dispute", object_id=dispute.id)
    _note(session, "dispute.withdraw", dispute, by, now, {})


def second_deciders(
    session: Session,
    view: ReviewView,
    known: DisputeView,
    setting: ProgrammeSetting,
    *,
    zone: ZoneInfo,
    now: dt.datetime,
) -> set[int]:
    """The QA leads who could decide in the second instance; without any, the first decision is final."""
    today = local_day(now, zone)
    leads = {each.id for each in people_with_role(session, view.part.programme_id, Role.QA_LEAD, today)}
    if setting.own_specialist_ban:
        leads -= settlers.leads_of_specialist(session, view.part, today=today)
    return leads - {view.review.reviewer_id, view.part.specialist_id, known.first_settled_by}


def escalate(
    session: Session,
    view: ReviewView,
    known: DisputeView,
    *,
    reason: str,
    ends: dt.datetime | None,
    setting: ProgrammeSetting,
    zone: ZoneInfo,
    version: int,
    by: int,
    now: dt.datetime,
) -> None:
    """Ask the second instance, once, with a reason; ``ends`` is the moment from which it is too late."""
    reason = redact(reason.strip())[: rules.LONGEST_REASON]
    if not reason:
        raise InvalidInputError("Say why the decision should be looked at again.", {"escalation": "missing"})
    if known.dispute.state != "settled" or known.dispute.escalated_at is not None:
        raise ConflictError("Only a first decision can be looked at again, and only once.")
    deciders = second_deciders(session, view, known, setting, zone=zone, now=now)
    refusal = rules.final_because(now=now, ends=ends, deciders=len(deciders))
    if refusal is not None:
        raise ConflictError(refusal)
    _advance(
        session,
        known.dispute,
        version,
        expected=("settled",),
        state="escalated",
        closed_at=None,
        escalated_at=now,
        escalation_reason=reason,
        due_on=local_day(now, zone) + dt.timedelta(days=setting.dispute_answer_days),
    )
    _tell(session, deciders, "dispute_escalated", known.dispute, now)
    _note(session, "dispute.escalate", known.dispute, by, now, {})


def settle(
    session: Session,
    view: ReviewView,
    known: DisputeView,
    rubric: rubrics.RubricVersion,
    rulings: Mapping[str, Ruling],
    *,
    also: Mapping[str, Choice],
    version: int,
    by: int,
    now: dt.datetime,
) -> ReviewRevision | None:
    """Decide every criterion of a dispute; where an answer changes, the review gets a new revision with its score.

    ``also`` answers criteria that nobody was asked before and that the decisions make asked. Raises ``ConflictError``
    if the dispute moved on since ``version``, ``rescoring.NewlyAskedError`` if such an answer is lacking. That the
    person may settle it (``rules.barrier``) is the caller's to check.
    """
    dispute = known.dispute
    companions.one_at_a_time(session, view.review.part_id)
    _advance(
        session,
        dispute,
        version,
        expected=rules.OPEN_STATES,
        state="final" if known.second_instance else "settled",
        closed_at=now,
    )
    session.refresh(view.review, with_for_update=True)
    if view.review.state != "submitted":
        raise ConflictError("This review was voided meanwhile, so there is nothing to settle.")
    stored = {
        answer.criterion_key: answer
        for answer in review_queries.answers_of(session, view.review.current_revision_id or view.revision.id)
    }
    criteria = {criterion.key: criterion for criterion in rubric.criteria}
    results = _results(known, rulings, stored, criteria)
    changed = {key: choice for key, choice in results.items() if choice != Choice.of(stored[key])}
    revision = None
    if changed:
        revision = rescoring.rescore(
            session, view, rubric, stored, {**also, **changed}, rulings, changed, by=by, now=now
        )
    session.execute(
        insert(DisputeDecision),
        [
            {
                "disputed_criterion_id": item.disputed.id,
                "instance": 2 if known.second_instance else 1,
                "verdict": rulings[item.disputed.criterion_key].verdict,
                "reason": redact(rulings[item.disputed.criterion_key].reason),
                "decided_by_id": by,
                "decided_at": now,
                **rescoring.columns(results[item.disputed.criterion_key]),
            }
            for item in known.items
        ],
    )
    notices.withdraw(session, object_type="dispute", object_id=dispute.id)  # the others need not look any more
    _tell(session, {dispute.opened_by_id, view.review.reviewer_id} - {by}, "dispute_settled", dispute, now)
    detail = {
        "instance": 2 if known.second_instance else 1,
        "verdicts": {key: ruling.verdict for key, ruling in rulings.items()},
        "revision": revision.id if revision else None,
        "score": [view.revision.exact_score, revision.exact_score if revision else view.revision.exact_score],
    }
    _note(session, "dispute.settle", dispute, by, now, detail)
    return revision


def _results(
    known: DisputeView,
    rulings: Mapping[str, Ruling],
    stored: Mapping[str, StoredAnswer],
    criteria: Mapping[str, rubrics.Criterion],
) -> dict[str, Choice]:
    """The answer that each ruling leaves; another level has to be another one than those at hand."""
    results, wrong = {}, {}
    for item in known.items:
        key = item.disputed.criterion_key
        present, ruling = stored[key], rulings[key]
        choice = rules.resulting(ruling, present, item.disputed)
        if ruling.verdict == "other" and choice == Choice.of(present):
            wrong[f"choice-{key}"] = f"{rules.words(criteria[key], present)} is what it has: keep it instead."
        elif ruling.verdict == "other" and choice == Choice.of(item.disputed):
            wrong[f"choice-{key}"] = f"{rules.words(criteria[key], choice)} is what was proposed: accept it instead."
        results[key] = choice
    if wrong:
        raise InvalidInputError("Nothing is settled yet: a decision contradicts itself.", wrong)
    return results


def _tell(
    session: Session, user_ids: "set[int] | Sequence[int]", kind: str, dispute: Dispute, now: dt.datetime
) -> None:
    """Whoever settles is led to the dispute, the specialist and the reviewer to the review."""
    detail = {"review": dispute.review_id}
    notices.notify(session, user_ids, kind=kind, object_type="dispute", object_id=dispute.id, now=now, detail=detail)


def _note(
    session: Session, action: str, dispute: Dispute, by: int, now: dt.datetime, detail: Mapping[str, object]
) -> None:
    session.flush()
    audit.record(
        session,
        action=action,
        object_type="dispute",
        object_id=dispute.id,
        actor_id=by,
        now=now,
        detail={"review": dispute.review_id, **detail},
    )
    session.flush()
