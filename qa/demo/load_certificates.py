"""Golden tickets and certificates of the demo operation: most are certified, one practises, one has lapsed."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.calibration_sessions import queries as session_queries
from qa.calibration_sessions.certification import jobs as certification_jobs
from qa.calibration_sessions.certification import queries
from qa.calibration_sessions.certification import service as certification
from qa.calibration_sessions.certification.models import Certification
from qa.calibration_sessions.golden import service as golden
from qa.calibration_sessions.golden import serving
from qa.calibration_sessions.models import CalibrationSession
from qa.calibration_sessions.recipes import Recipe
from qa.calibration_sessions.series import service as series
from qa.core.errors import ConflictError
from qa.notices.models import Notice
from qa.people.models import Programme
from qa.people.queries import setting_at
from qa.rubric_library.queries import rule_book
from qa.sampling.models import Assignment, Draw, Purpose

PRACTISED = 5  # of the round that is under way
CALM = ("certification", "golden_ticket")


class Certificates:
    """What the leads of the demo operation do about gold and certificates, week by week."""

    def __init__(
        self, session: Session, programme: Programme, reviewers: Sequence[int], *, qa_lead: int, lead: int, seed: int
    ) -> None:
        self.session, self.programme, self.seed = session, programme, seed
        self.qa_lead, self.lead = qa_lead, lead
        self.reviewers = list(reviewers)
        self.newcomer, self.lapsing = self.reviewers[-1], self.reviewers[-3]

    def sitting(self, week: int) -> list[int]:
        """Who sits in a week's session: all but the newcomer and one on leave, who can be given its golden tickets."""
        others = self.reviewers[:-1]
        away = others[week // 4 % len(others)]
        return [user_id for user_id in others if user_id != away]

    def begin(self, now: dt.datetime) -> None:
        """Everybody but the newcomer is certified on record for each rubric in force."""
        for family, _ in queries.families_in_force(self.session, rule_book(self.session, self.programme.id), now):
            for user_id in self.reviewers[:-1]:
                self._on_record(user_id, family.id, "Reviewed here before certificates were kept.", now)

    def gild(self, row: CalibrationSession, now: dt.datetime) -> None:
        """The QA lead proposes what a session agreed, a team lead makes it gold."""
        for part in session_queries.parts_of(self.session, row.id):
            gold = golden.propose(self.session, row, part, by=self.qa_lead, now=now)
            golden.confirm(self.session, gold, version=0, by=self.lead, now=now)

    def follow(self, draw: Draw, now: dt.datetime) -> None:
        """Golden tickets with a week's draw; certificates that hold no longer end, and most are given anew."""
        setting = setting_at(self.session, self.programme.id, now)
        rng = np.random.default_rng([self.seed, draw.id])
        serving.serve(self.session, setting, draw, rng=rng, now=now)
        certification_jobs.lapse_due(self.session, self.programme.id, now=now)
        lapsed = self.session.scalars(
            select(Certification)
            .where(Certification.state == "lapsed", Certification.ended_at == now)
            .order_by(Certification.id)
        ).all()
        for row in lapsed:
            if row.user_id != self.lapsing:
                self._on_record(row.user_id, row.family_id, "Took part in the training on the new version.", now)

    def practise(self, now: dt.datetime) -> list[Assignment]:
        """The newcomer's round on the rubric with most golden tickets, and the assignments to be done by today."""
        setting = setting_at(self.session, self.programme.id, now)
        rng = np.random.default_rng(self.seed)
        for family, _ in queries.families_in_force(self.session, rule_book(self.session, self.programme.id), now):
            try:
                certification.begin(self.session, setting, self.newcomer, family.id, rng=rng, by=self.qa_lead, now=now)
            except ConflictError:  # a short build has too few golden tickets
                self.session.rollback()
                continue
            return list(
                self.session.scalars(
                    select(Assignment)
                    .where(Assignment.purpose == Purpose.PRACTICE, Assignment.state == "open")
                    .order_by(Assignment.id)
                    .limit(PRACTISED)
                )
            )
        return []

    def recur(self, now: dt.datetime) -> None:
        """A series of sessions that goes on by itself from next week on."""
        families = queries.families_in_force(self.session, rule_book(self.session, self.programme.id), now)
        series.create(
            self.session,
            self.programme.id,
            series.Wanted(
                title="Every second week",
                family_id=families[0][0].id,
                rhythm="two_weekly",
                starts_on=now.date() + dt.timedelta(days=7),
                due_days=5,
                recipe=Recipe(drawn=2, differing=2, anchors=1),
                user_ids=(),
                anonymous=False,
            ),
            today=now.date(),
            by=self.qa_lead,
            now=now,
        )

    def calm(self, now: dt.datetime) -> None:
        """Old notices were read long ago."""
        self.session.execute(
            update(Notice)
            .where(
                Notice.object_type.in_(CALM), Notice.created_at < now - dt.timedelta(days=7), Notice.read_at.is_(None)
            )
            .values(read_at=now)
        )

    def _on_record(self, user_id: int, family_id: int, reason: str, now: dt.datetime) -> None:
        setting = setting_at(self.session, self.programme.id, now)
        certification.certify_on_record(
            self.session, setting, user_id, family_id, reason=reason, by=self.qa_lead, now=now
        )
