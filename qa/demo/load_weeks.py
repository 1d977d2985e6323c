"""The demo operation week by week: draw, score, sit in sessions; everything in the order in which it happened."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.calibration_sessions import queries as session_queries
from qa.calibration_sessions import service as sessions
from qa.calibration_sessions.models import CalibrationSession
from qa.core.clock import week_key
from qa.core.crypto import KeyRing
from qa.core.jobs import Job, JobState
from qa.demo import story
from qa.demo.chance import stream
from qa.demo.load_certificates import Certificates
from qa.demo.load_disputes import Disputes
from qa.demo.load_reviews import LAST_HOURS, Scored, Scoring
from qa.demo.two_processes import TwoProcesses
from qa.notices.models import Notice
from qa.people.models import Programme
from qa.people.queries import setting_at, zone_of
from qa.reviews.prediction import predict_period
from qa.rubric_library.queries import rubric_of, rule_book
from qa.sampling import committing, frames, service
from qa.sampling.evidence import no_scores
from qa.sampling.models import Assignment, DrawnUnit
from qa.sampling.plans import plans_of
from qa.tickets.intake.base import TicketRecord
from qa.tickets.models import ConversationRevision, HandledPart, Ticket

DRAWN_AT = dt.time(6)
NOT_DONE = 0.025  # of the assignments of a week
LATE = 0.07  # of those of the week before: overdue today
SESSION_EVERY = 4
SESSION_PARTS = 5
Store = Callable[[Sequence[TicketRecord]], None]


class Weeks:
    """Plays the weeks as ``working`` tells and grades them; ``store`` keeps tickets' conversations."""

    def __init__(
        self,
        session: Session,
        programme: Programme,
        working: TwoProcesses,
        people: Mapping[int, int],
        ring: KeyRing,
        *,
        until: dt.datetime,
        store: Store,
    ) -> None:
        self.session, self.programme, self.operation = session, programme, working.operation
        self.working, self.ring, self.until, self.store = working, ring, until, store
        self.scoring = Scoring(session, self.operation, working.grade, until)
        cast = self.operation.cast
        self.reviewer_of = {people[each.person]: index for index, each in enumerate(cast.reviewers)}
        self.qa_lead = people[cast.qa_lead]
        self.disputes = Disputes(session, programme.id, seed=self.operation.seed, until=until)
        self.certificates = Certificates(
            session,
            programme,
            list(self.reviewer_of),
            qa_lead=self.qa_lead,
            lead=people[cast.teams[1].lead],
            seed=self.operation.seed,
        )

    def play(self, week: int) -> None:
        """One week of the story: on its Monday the week before is drawn, then it is scored until Friday."""
        monday = story.monday(self.operation.as_of, week)
        self._draw(monday)
        with self.scoring.lent():
            self.disputes.settle(monday)
        self._score(monday)
        self.disputes.open(monday)
        if week % SESSION_EVERY == 0:
            self._session(monday, week)
        self.session.commit()

    def _draw(self, monday: dt.date) -> None:
        now = dt.datetime.combine(monday, DRAWN_AT, tzinfo=dt.UTC)
        setting = setting_at(self.session, self.programme.id, now)
        key = week_key(monday - dt.timedelta(days=7))
        period = frames.get_or_open_period(self.session, self.programme.id, key, zone_of(setting))
        plans = [view.value for view in plans_of(self.session, self.programme.id)]
        done = service.draw_period(
            self.session,
            self.programme,
            setting,
            period,
            plans,
            ring=self.ring,
            by=self.qa_lead,
            now=now,
            seed=self._seed(key),
        )
        committing.commit_next(
            self.session,
            self.programme,
            setting,
            scores=no_scores,
            ring=self.ring,
            by=self.qa_lead,
            now=now,
            seed=self._seed(week_key(monday + dt.timedelta(days=7))),
        )
        self.certificates.follow(done.draw, now)
        drawn = self.session.scalars(
            select(Ticket.external_id)
            .join(HandledPart, HandledPart.ticket_id == Ticket.id)
            .join(DrawnUnit, DrawnUnit.part_id == HandledPart.id)
            .where(DrawnUnit.draw_id == done.draw.id)
        ).all()
        texts = self.working.texts([self.scoring.ticket_of[external_id] for external_id in drawn])
        self.session.execute(
            update(Notice)
            .where(Notice.kind == "parts_assigned", Notice.created_at < now, Notice.read_at.is_(None))
            .values(read_at=now)
        )
        self.session.execute(
            update(Job).where(Job.name == frames.PREDICT_JOB).values(state=JobState.DONE, finished_at=now)
        )
        period_id = period.id
        self.session.commit()
        predict_period(self.session, period_id, now=now)
        self.store(texts())

    def _seed(self, key: str) -> bytes:
        return sha256(f"demo {self.operation.seed} {key}".encode()).digest()

    def _score(self, monday: dt.date) -> None:
        """The open assignments drawn this Monday, done over the days; what is not done by Friday is given up."""
        since = dt.datetime.combine(monday, DRAWN_AT, tzinfo=dt.UTC)
        open_ = self.session.scalars(
            select(Assignment)
            .where(Assignment.state == "open", Assignment.created_at == since)
            .order_by(Assignment.reviewer_id, Assignment.position, Assignment.id)
        ).all()
        rng = stream("week", self.operation.seed, monday)
        by_reviewer: dict[int, list[Assignment]] = {}
        for assignment in open_:
            by_reviewer.setdefault(assignment.reviewer_id, []).append(assignment)
        scored, left = [], []
        newest = since + dt.timedelta(days=7) > self.until - dt.timedelta(days=2)
        for reviewer_id, queue in sorted(by_reviewer.items()):
            step = dt.timedelta(hours=8 * 5) / (len(queue) + 1)
            for position, assignment in enumerate(queue, start=1):
                worked = step * position
                day, within = divmod(worked, dt.timedelta(hours=8))
                at = since + dt.timedelta(days=day, hours=2, minutes=rng.randrange(4)) + within
                if at > self.until - LAST_HOURS:
                    continue
                if rng.random() < (LATE if newest else NOT_DONE):
                    left.append(assignment)
                else:
                    scored.append(Scored(assignment=assignment, reviewer=self.reviewer_of[reviewer_id], at=at))
        self.scoring.write(scored)
        if not newest:
            self._give_up(left, since + dt.timedelta(days=7))

    def _give_up(self, left: Sequence[Assignment], at: dt.datetime) -> None:
        for assignment in left:
            assignment.state, assignment.ended_at = "withdrawn", at
            if assignment.drawn_unit_id is not None and assignment.purpose == "routine":
                self.session.get_one(DrawnUnit, assignment.drawn_unit_id).state = "not_done"
        self.session.flush()

    def _session(self, monday: dt.date, week: int) -> None:
        """A sitting on Saturday: opened, scored blind, revealed, agreed and closed."""
        saturday = dt.datetime.combine(monday + dt.timedelta(days=5), dt.time(10), tzinfo=dt.UTC)
        row = self._open(saturday, f"Week {week}: {SESSION_PARTS} parts together", dt.timedelta(days=3), week=week)
        if row is None:
            return
        self._sit(row, saturday + dt.timedelta(minutes=20))
        self._reveal(row, saturday + dt.timedelta(hours=6))
        self._agree(row, saturday + dt.timedelta(hours=6, minutes=10))
        sessions.close(
            self.session,
            row,
            version=row.lock_version,
            learnt="Say what was checked before calling an answer right; a date belongs to every next step.",
            by=self.qa_lead,
            now=saturday + dt.timedelta(hours=6, minutes=30),
        )
        self.certificates.gild(row, saturday + dt.timedelta(hours=6, minutes=31))

    def under_way(self) -> None:
        """Two sessions that need somebody: one to be agreed, one to be scored."""
        opened = self.until - LAST_HOURS
        row = self._open(opened, "Promises and next steps", dt.timedelta(days=-1))
        if row is not None:
            self._sit(row, opened + dt.timedelta(minutes=5), pace=2)
            self._reveal(row, self.until - dt.timedelta(minutes=40))
        row = self._open(self.until - dt.timedelta(minutes=30), "Tone under pressure", dt.timedelta(days=4))
        if row is not None:
            self._sit(row, self.until - dt.timedelta(minutes=25), pace=1, people=2)
        self.session.commit()  # a round of practice that cannot begin is rolled back alone
        self._practise(self.until - dt.timedelta(minutes=10))
        self.certificates.recur(self.until)
        self.certificates.calm(self.until)
        self.session.commit()

    def _practise(self, now: dt.datetime) -> None:
        """The newcomer is half way through a round of practice."""
        newcomer = self.reviewer_of[self.certificates.newcomer]
        self.scoring.write(
            [
                Scored(assignment=task, reviewer=newcomer, at=now + dt.timedelta(minutes=position))
                for position, task in enumerate(self.certificates.practise(now), start=1)
            ]
        )

    def _open(self, now: dt.datetime, title: str, due: dt.timedelta, *, week: int = 0) -> CalibrationSession | None:
        """A session over parts that nobody was given yet; none where too few are left."""
        book = rule_book(self.session, self.programme.id)
        rows = self.session.execute(
            select(HandledPart, Ticket)
            .join(Ticket, Ticket.id == HandledPart.ticket_id)
            .where(
                HandledPart.eligible,
                HandledPart.is_primary,
                HandledPart.resolved_at < now,
                HandledPart.resolved_at >= now - dt.timedelta(days=21),
                HandledPart.id.not_in(select(Assignment.part_id)),
                Ticket.id.in_(select(ConversationRevision.ticket_id)),
                Ticket.content_severity <= 1,
            )
            .order_by(HandledPart.prn, HandledPart.id)
            .limit(400)
        ).all()
        versions: dict[int, list[int]] = {}
        for part, ticket in rows:
            version_id = book.version_for(ticket.queue, ticket.channel, ticket.language, part.resolved_at)
            if version_id is not None:
                versions.setdefault(version_id, []).append(part.id)
        if not versions:
            return None
        version_id, part_ids = max(versions.items(), key=lambda item: (len(item[1]), -item[0]))
        chosen = part_ids[:SESSION_PARTS]
        if len(chosen) < SESSION_PARTS:
            return None
        return sessions.open_session(
            self.session,
            programme_id=self.programme.id,
            title=title,
            rubric_version_id=version_id,
            part_ids=chosen,
            participant_ids=self.certificates.sitting(week),
            facilitator_id=self.qa_lead,
            due_on=(now + due).date(),
            now=now,
        )

    def _sit(self, row: CalibrationSession, begin: dt.datetime, *, pace: int = 10, people: int | None = None) -> None:
        """Everybody scores the parts, one after the other."""
        scored = [
            Scored(
                assignment=assignment,
                reviewer=self.reviewer_of[sitting.user.id],
                at=begin + dt.timedelta(minutes=pace * position, seconds=index),
            )
            for index, sitting in enumerate(session_queries.participants_of(self.session, row.id)[:people])
            for position, assignment in enumerate(sitting.assignments.values())
        ]
        self.scoring.write(scored)
        self.session.expire_all()

    def _reveal(self, row: CalibrationSession, now: dt.datetime) -> None:
        sessions.reveal(self.session, row, version=row.lock_version, by=self.qa_lead, now=now)
        self.session.execute(
            update(Notice)
            .where(Notice.object_type == "calibration_session", Notice.read_at.is_(None))
            .values(read_at=now)
        )

    def _agree(self, row: CalibrationSession, now: dt.datetime) -> None:
        rubric = rubric_of(self.session, row.rubric_version_id)
        for minute, part in enumerate(session_queries.parts_of(self.session, row.id)):
            place = self.scoring.parts({part.part.id})[part.part.id].place
            given = self.working.grading.consensus(place, part.part.id, rubric)
            sessions.set_consensus(
                self.session,
                row,
                part.session_part,
                rubric,
                {key: one.answer.level or "na" for key, one in given.items()},
                {},
                channel=part.ticket.channel,
                version=row.lock_version,
                by=self.qa_lead,
                now=now + dt.timedelta(minutes=minute),
            )
