"""One of everything on both sides of the house, and of a neighbour's, for the walk through every route.

What is Sam's belongs to Payouts, what is Olga's to Appeals; what is foreign belongs to another programme.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions import service as calibration
from qa.calibration_sessions.models import CalibrationSession, SessionPart
from qa.coaching import service as coaching
from qa.coaching.models import CoachingAction, CoachingPlan
from qa.config import Settings
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.notices import service as notices
from qa.notices.models import Notice
from qa.people import sessions
from qa.people.models import Team, User, UserSession
from qa.people.queries import zone_of
from qa.reviewer_drift.models import DriftCase
from qa.reviews.comment_templates.models import CommentTemplate
from qa.reviews.disputes.models import Dispute
from qa.reviews.models import Review
from qa.reviews.second_looks.models import SecondLook
from qa.rubric_library import notes as rubric_notes
from qa.rubric_library import procedures
from qa.rubric_library import service as rubric_service
from qa.rubric_library.models import CriterionNote, Procedure, RubricRule, RubricVersion
from qa.rubric_studies.models import BridgeStudy
from qa.sampling import frames, service, striking
from qa.sampling.kinds import Rules
from qa.sampling.models import Assignment, Draw, DrawnUnit, Purpose, SamplingPlanVersion, StrikeRequest
from qa.sampling.plans import plans_of, save_plan
from qa.tickets import retention
from qa.tickets.models import IntakeRun, IntakeUpload, LegalHold, SavedMapping, SourceConnection, Ticket
from qa.tickets.originals.models import OriginalReveal
from tests.routes.behind import Behind, behind, board_note
from tests.routes.coaching import Coached, coached
from tests.routes.disputing import disputed
from tests.routes.drift_cases import drift_case
from tests.routes.flat_exports import FlatExports, flat_exports
from tests.routes.gilding import Calibrating, calibrating
from tests.routes.incidents import Incidents, raised
from tests.routes.inviting import Invited, invited
from tests.routes.looking import second_look
from tests.routes.neighbours import neighbour
from tests.routes.taking_in import intake_run, intake_upload, saved_mapping, source_connection
from tests.support.builders import RESOLVED, RUBRIC, Handled, make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, OPENED, TODAY, Cast

EARLIER = RESOLVED - dt.timedelta(weeks=1)
EARLIER_WEEK = "2026-W13"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The things that addresses name, by whose they are."""

    ritas_task: Assignment
    robs_task: Assignment
    sams_review: Review
    olgas_review: Review
    foreign_review: Review
    sams_dispute: Dispute
    foreign_dispute: Dispute
    ritas_template: CommentTemplate
    shared_template: CommentTemplate
    foreign_template: CommentTemplate
    incidents: Incidents
    behind: Behind
    olgas_behind: Behind
    foreign_behind: Behind
    board_note: str
    lenas_look: SecondLook
    invited: Invited
    sams_ticket: Ticket
    olgas_ticket: Ticket
    severe_ticket: Ticket
    foreign_ticket: Ticket
    quinns_session: CalibrationSession
    ottos_session: CalibrationSession
    quinns_part: SessionPart
    ottos_part: SessionPart
    payouts: Team
    appeals: Team
    sams_plan: CoachingPlan
    olgas_plan: CoachingPlan
    sams_action: CoachingAction
    ottos_action: CoachingAction
    sams_coaching: Coached
    olgas_coaching: Coached
    foreign_coaching: Coached
    sampling_plan: SamplingPlanVersion
    foreign_sampling_plan: SamplingPlanVersion
    draw: Draw
    foreign_draw: Draw
    drawn_unit: DrawnUnit
    foreign_unit: DrawnUnit
    strike: StrikeRequest
    foreign_strike: StrikeRequest
    version: RubricVersion
    draft: RubricVersion
    foreign_version: RubricVersion
    bridge: BridgeStudy
    foreign_bridge: BridgeStudy
    note: CriterionNote
    foreign_note: CriterionNote
    procedure: Procedure
    foreign_procedure: Procedure
    rule: RubricRule
    foreign_rule: RubricRule
    run: IntakeRun
    foreign_run: IntakeRun
    hold: LegalHold
    foreign_hold: LegalHold
    quinns_original: OriginalReveal
    foreign_original: OriginalReveal
    connection: SourceConnection
    foreign_connection: SourceConnection
    upload: IntakeUpload
    foreign_upload: IntakeUpload
    saved_mapping: SavedMapping
    foreign_mapping: SavedMapping
    ritas_notice: Notice
    ottos_notice: Notice
    ritas_browser: UserSession
    ottos_browser: UserSession
    stranger: User
    ritas_case: DriftCase
    robs_case: DriftCase
    foreign_case: DriftCase
    calibrating: Calibrating
    exports: FlatExports


def make_world(session: Session, cast: Cast, settings: Settings) -> World:
    """Write all of it and commit."""
    version = publish_rubric(session, cast)
    sams = [make_ticket(session, cast) for _ in range(3)]
    olgas = [make_ticket(session, cast, agent=cast.olga_agent) for _ in range(3)]
    severe = make_ticket(session, cast, content_severity=3)
    neighbours = neighbour(session, cast)
    foreign_version = publish_rubric(session, neighbours)
    foreign = make_ticket(session, neighbours)
    stranger = neighbours.rita
    quinns, ottos = (
        calibration.open_session(
            session,
            programme_id=cast.programme.id,
            title=f"A session of {leader.name}",
            rubric_version_id=version.id,
            part_ids=[handled.part.id],
            participant_ids=[each.id for each in sitting],
            facilitator_id=leader.id,
            due_on=TODAY + dt.timedelta(days=3),
            now=NOW,
        )
        for leader, handled, sitting in (
            (cast.quinn, sams[2], (cast.rita, cast.rob)),
            (cast.otto, olgas[2], (cast.rob, cast.otto)),
        )
    )
    sams_plan, sams_action = plan_with_action(session, cast.sam, by=cast.lena, owner=cast.sam)
    olgas_plan, ottos_action = plan_with_action(session, cast.olga, by=cast.otto, owner=cast.otto)
    draft = rubric_service.import_draft(
        session,
        cast.programme.id,
        RUBRIC.format(key="trial", version="2.0"),
        name="trial.yaml",
        by=cast.lena.id,
        now=NOW,
    )
    sampling_plan, draw = plan_and_draw(session, cast, settings)
    foreign_sampling_plan, foreign_draw = plan_and_draw(session, neighbours, settings)
    quinns_part, ottos_part = (
        session.scalars(select(SessionPart).where(SessionPart.session_id == each.id)).one() for each in (quinns, ottos)
    )
    sams_review = reviewed(session, sams[1], cast.rita, version)
    olgas_review = reviewed(session, olgas[1], cast.rob, version)
    foreign_review = reviewed(session, foreign, stranger, foreign_version)
    world = World(
        ritas_task=make_assignment(session, sams[0], cast.rita, version),
        robs_task=make_assignment(session, olgas[0], cast.rob, version),
        sams_review=sams_review,
        olgas_review=olgas_review,
        sams_coaching=coached(session, cast, cast.sam, cast.lena, sams_review, sams_plan),
        olgas_coaching=coached(session, cast, cast.olga, cast.otto, olgas_review, olgas_plan),
        foreign_coaching=coached(session, neighbours, neighbours.sam, stranger, foreign_review, None),
        foreign_review=foreign_review,
        sams_dispute=disputed(session, sams_review, cast),
        foreign_dispute=disputed(session, foreign_review, neighbours),
        ritas_template=template(session, cast, cast.rita),
        shared_template=template(session, cast),
        foreign_template=template(session, neighbours, stranger),
        lenas_look=second_look(session, cast, version),
        invited=invited(session, cast, version),
        incidents=Incidents(
            sams=raised(session, sams[0], cast.lena),
            olgas=raised(session, olgas[0], cast.otto),
            foreign=raised(session, foreign, stranger),
        ),
        behind=behind(session, cast, sams[0].ticket, cast.rita),
        olgas_behind=behind(session, cast, olgas[0].ticket, cast.rob),
        foreign_behind=behind(session, neighbours, foreign.ticket, stranger),
        board_note=board_note(session, cast),
        sams_ticket=sams[0].ticket,
        olgas_ticket=olgas[0].ticket,
        severe_ticket=severe.ticket,
        foreign_ticket=foreign.ticket,
        quinns_session=quinns,
        ottos_session=ottos,
        quinns_part=quinns_part,
        ottos_part=ottos_part,
        payouts=cast.payouts,
        appeals=cast.appeals,
        sams_plan=sams_plan,
        olgas_plan=olgas_plan,
        sams_action=sams_action,
        ottos_action=ottos_action,
        sampling_plan=sampling_plan,
        foreign_sampling_plan=foreign_sampling_plan,
        draw=draw,
        foreign_draw=foreign_draw,
        drawn_unit=unit_of(session, draw),
        foreign_unit=unit_of(session, foreign_draw),
        strike=strike_request(session, make_ticket(session, cast), cast.rita, version),
        foreign_strike=strike_request(session, foreign, stranger, foreign_version),
        version=version,
        draft=draft,
        foreign_version=foreign_version,
        bridge=bridge(session, cast, version, draft),
        foreign_bridge=bridge(session, neighbours, foreign_version, version),
        # On the draft: a version that somebody left a note on is not thrown away, whoever walks by.
        note=rubric_notes.add(session, draft.id, "tone", "What is friendly?", by=cast.rita.id, now=NOW),
        foreign_note=rubric_notes.add(session, foreign_version.id, "tone", "How?", by=stranger.id, now=NOW),
        procedure=procedure(session, cast),
        foreign_procedure=procedure(session, neighbours),
        rule=rule_of(session, cast),
        foreign_rule=rule_of(session, neighbours),
        run=intake_run(session, cast),
        foreign_run=intake_run(session, neighbours),
        hold=hold_on(session, sams[0].ticket),
        foreign_hold=hold_on(session, foreign.ticket),
        quinns_original=original_asked(session, sams[0].ticket, cast.quinn),
        foreign_original=original_asked(session, foreign.ticket, stranger),
        connection=source_connection(session, cast, settings),
        foreign_connection=source_connection(session, neighbours, settings),
        upload=intake_upload(session, cast),
        foreign_upload=intake_upload(session, neighbours),
        saved_mapping=saved_mapping(session, cast),
        foreign_mapping=saved_mapping(session, neighbours),
        ritas_notice=notice(session, cast.rita),
        ottos_notice=notice(session, cast.otto),
        ritas_browser=browser(session, cast.rita, settings),
        ottos_browser=browser(session, cast.otto, settings),
        stranger=stranger,
        ritas_case=drift_case(session, cast, cast.rita),
        robs_case=drift_case(session, cast, cast.rob),
        foreign_case=drift_case(session, neighbours, neighbours.rita),
        calibrating=calibrating(
            session,
            cast,
            neighbours,
            (quinns_part, ottos_part),
            foreign.part,
            (version, foreign_version),
            (sams_review, foreign_review),
        ),
        exports=flat_exports(session, cast.lena, stranger, settings),
    )
    session.commit()
    return world


def strike_request(session: Session, handled: Handled, reviewer: User, version: RubricVersion) -> StrikeRequest:
    """A reviewer says that a part given by choice should never have been counted."""
    assignment = make_assignment(session, handled, reviewer, version, purpose=Purpose.TARGETED)
    return striking.ask(session, assignment, reason="spam", by=reviewer.id, now=NOW)


def hold_on(session: Session, ticket: Ticket) -> LegalHold:
    return retention.place_hold(session, ticket.programme_id, ticket_id=ticket.id, reason="case 7", by=None, now=OPENED)


def original_asked(session: Session, ticket: Ticket, by: User) -> OriginalReveal:
    reveal = OriginalReveal(
        programme_id=ticket.programme_id, ticket_id=ticket.id, n=1, reason="case 7", minutes=15, asked_by_id=by.id,
        asked_at=NOW,
    )  # fmt: skip
    session.add(reveal)
    session.flush()
    return reveal


def bridge(session: Session, cast: Cast, old: RubricVersion, new: RubricVersion) -> BridgeStudy:
    """A study under way, without a part."""
    study = BridgeStudy(
        programme_id=cast.programme.id,
        old_version_id=old.id,
        new_version_id=new.id,
        way="double",
        created_at=NOW,
        created_by_id=cast.quinn.id,
    )
    session.add(study)
    session.flush()
    return study


def reviewed(session: Session, handled: Handled, reviewer: User, version: RubricVersion) -> Review:
    return make_review(session, handled, make_assignment(session, handled, reviewer, version), {"tone": "missed"})


def plan_with_action(
    session: Session, specialist: User, *, by: User, owner: User
) -> tuple[CoachingPlan, CoachingAction]:
    plan = coaching.draw_up(session, specialist.id, [], title="A plan", by=by.id, today=TODAY, now=NOW)
    action = coaching.add_action(
        session,
        plan,
        text="Read two good answers together",
        owner_id=owner.id,
        due_on=TODAY,
        goal_id=None,
        version=plan.lock_version,
        by=by.id,
        now=NOW,
    )
    return plan, action


def plan_and_draw(session: Session, cast: Cast, settings: Settings) -> tuple[SamplingPlanVersion, Draw]:
    """A plan, and the draw of an earlier week by it."""
    make_ticket(session, cast, resolved_at=EARLIER)
    plan = save_plan(
        session,
        cast.programme.id,
        name="Weekly",
        rules=Rules(kind="quota_per_specialist", amount=1),
        by=cast.quinn.id,
        now=NOW,
    )
    done = service.draw_period(
        session,
        cast.programme,
        cast.setting,
        frames.get_or_open_period(session, cast.programme.id, EARLIER_WEEK, zone_of(cast.setting)),
        [view.value for view in plans_of(session, cast.programme.id)],
        ring=KeyRing(settings.text_keys),
        by=cast.quinn.id,
        now=NOW,
    )
    return plan, done.draw


def unit_of(session: Session, draw: Draw) -> DrawnUnit:
    return session.scalars(select(DrawnUnit).where(DrawnUnit.draw_id == draw.id)).one()


def rule_of(session: Session, cast: Cast) -> RubricRule:
    return session.scalars(select(RubricRule).where(RubricRule.programme_id == cast.programme.id)).one()


def procedure(session: Session, cast: Cast) -> Procedure:
    return procedures.create(
        session, cast.programme.id, key="refunds", name="Refunds", owner_id=None, by=cast.quinn.id, now=NOW
    )


def notice(session: Session, user: User) -> Notice:
    notices.notify(session, [user.id], kind="walk", object_type="walk", object_id=user.id, now=NOW)
    return session.scalars(select(Notice).where(Notice.user_id == user.id, Notice.kind == "walk")).one()


def browser(session: Session, user: User, settings: Settings) -> UserSession:
    """Somebody's other browser, signed in."""
    sessions.start(session, user.id, settings=settings, user_agent="other", now=utcnow())
    return session.scalars(
        select(UserSession).where(UserSession.user_id == user.id, UserSession.user_agent == "other")
    ).one()


def template(session: Session, cast: Cast, owner: User | None = None) -> CommentTemplate:
    """Words to begin a comment with: somebody's own, or the programme's."""
    kept = CommentTemplate(
        programme_id=cast.programme.id,
        owner_id=owner.id if owner else None,
        name="Thanks",
        text="Well done.",
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(kept)
    session.flush()
    return kept
