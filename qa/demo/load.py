"""Building the demo operation in an empty database, in the order in which it happened."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

import rubrics
from qa.coaching.models import CoachingPlan
from qa.coaching.queries import window_of
from qa.config import Settings
from qa.core import audit, summing
from qa.core.clock import midnight, utcnow
from qa.core.crypto import KeyRing
from qa.demo import story
from qa.demo.chance import stream
from qa.demo.facts import Operation
from qa.demo.load_behind import load_behind
from qa.demo.load_coaching import coach_team, coached_members, follow_up, weeks_before
from qa.demo.load_coaching_room import load_coaching_room
from qa.demo.load_desk import load_desk
from qa.demo.load_people import load_people, load_programme
from qa.demo.load_weeks import Weeks
from qa.demo.operation import simulate_operation
from qa.demo.scenarios import QUEUES
from qa.demo.two_processes import TwoProcesses
from qa.people.models import Programme, Source, Team
from qa.people.queries import setting_at, zone_of
from qa.reviews import keeping_sums
from qa.reviews.models import Review
from qa.rubric_library import service as rubric_service
from qa.rubric_library import workflow as rubric_workflow
from qa.rubric_library.models import RubricFamily
from qa.sampling.kinds import Rules
from qa.sampling.models import Assignment
from qa.sampling.plans import save_plan
from qa.tickets.intake.base import TicketRecord
from qa.tickets.models import ConversationRevision, HandledPart, IntakeRun, Ticket
from qa.tickets.storing import collected_rarely, store_tickets
from qa.trends import strictness

SECOND_VERSION_WEEK = 14
TEXT_SHARE = 0.10  # of the tickets that nobody draws
Report = Callable[[str, int, int], None]


class Build:
    """One build of the demo operation; ``report`` hears the stage, how far it is and how far it goes."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        *,
        seed: int,
        as_of: dt.date,
        weeks: int,
        tickets: int,
        report: Report,
    ) -> None:
        self.session, self.settings, self.report = session, settings, report
        self.seed, self.as_of, self.weeks = seed, as_of, weeks
        self.size = tickets
        self.ring = KeyRing(settings.text_keys)
        self.until = dt.datetime.combine(as_of, dt.time(12), tzinfo=dt.UTC)
        self.began = dt.datetime.combine(
            story.monday(as_of, story.LAST_WEEK - weeks + 1) - dt.timedelta(days=3), dt.time(6), tzinfo=dt.UTC
        )

    def run(self) -> None:
        """Simulate, store, draw, score, calibrate, coach, and seal the trail."""
        self.report("Simulating the operation", 0, 1)
        operation = simulate_operation(self.seed, self.as_of, weeks=self.weeks, tickets=self.size)
        programme = load_programme(self.session, now=self.began)
        people = load_people(self.session, programme, operation.cast, now=self.began)
        self._rubrics(programme, people[operation.cast.qa_lead])
        save_plan(
            self.session,
            programme.id,
            name="Four a week",
            rules=Rules(kind="quota_per_specialist", amount=4),
            by=people[operation.cast.qa_lead],
            now=self.began + dt.timedelta(hours=1),
        )
        self.session.commit()
        with collected_rarely(), TwoProcesses(operation) as working, summing.counted_afterwards():
            source = self._tickets(programme, operation, working)
            self._weeks(programme, operation, people, source, working)
        with collected_rarely():
            self._sums(programme)
        self._seal()

    def _weeks(
        self,
        programme: Programme,
        operation: Operation,
        people: Mapping[int, int],
        source: Source,
        working: TwoProcesses,
    ) -> None:
        """Every week of the story, and what is under way today."""
        weeks = Weeks(
            self.session,
            programme,
            working,
            people,
            self.ring,
            until=self.until,
            store=lambda told: self._store(source, told),
        )
        teams = self.session.scalars(select(Team).order_by(Team.id)).all()
        first = story.LAST_WEEK - self.weeks + 2
        weeks.certificates.begin(self.began + dt.timedelta(hours=2))
        for week in range(first, story.LAST_WEEK + 1):
            self.report("Drawing and scoring week by week", week - first, story.LAST_WEEK + 1 - first)
            weeks.play(week)
            self._coach(operation, people, teams, week)
        weeks.under_way()
        weeks.scoring.finish()
        setting = setting_at(self.session, programme.id, self.until)
        load_coaching_room(self.session, setting, ring=self.ring, until=self.until)
        self._tell_what_is_open(source, weeks, working)
        load_behind(self.session, setting, self.ring, until=self.until)
        load_desk(self.session, setting, self.ring, until=self.until)  # goes on for a while: the trail is in order
        self.session.commit()

    def _rubrics(self, programme: Programme, qa_lead: int) -> None:
        """Three families, the general one with a second version half way."""
        session, now = self.session, self.began
        texts = rubrics.library()
        zone = zone_of(setting_at(session, programme.id, now))
        half_way = midnight(story.monday(self.as_of, SECOND_VERSION_WEEK), zone)
        for name, since in (
            ("general_support", now),
            ("policy_and_appeals", now),
            ("payments", now),
            ("general_support_v2", half_way),
        ):
            version = rubric_service.import_draft(session, programme.id, texts[name], name=name, by=None, now=now)
            rubric_workflow.send(session, version, by=None, now=now)
            rubric_workflow.publish(session, version, effective_from=since, by=qa_lead, now=now)
        families = {family.key: family for family in session.scalars(select(RubricFamily))}
        rubric_service.add_rule(session, families["general_support"], valid_from=now, by=qa_lead, now=now)
        for queue in QUEUES:
            if queue.rubric != "general_support":
                rubric_service.add_rule(
                    session, families[queue.rubric], queue=queue.name, valid_from=now, by=qa_lead, now=now
                )

    def _tickets(self, programme: Programme, operation: Operation, working: TwoProcesses) -> Source:
        """The facts of every ticket, and the conversations of a tenth of them."""
        session = self.session
        source = Source(
            programme_id=programme.id, key="demo", kind="demo", name="Demo help desk", created_at=self.began
        )
        session.add(source)
        session.commit()
        total = int(operation.tickets.number.size)
        rng = stream("texts", self.seed)
        with_text = frozenset(ticket for ticket in range(total) if rng.random() < TEXT_SHARE)
        counts = store_tickets(
            session,
            source,
            working.facts(range(total), with_text=with_text),
            ring=self.ring,
            frame_key=self.settings.frame_key,
            now=self.began,
            agents=working.records.agents,
            redacted=True,
            after_chunk=lambda so_far: self.report("Storing tickets", so_far.tickets.read, total),
        )
        session.add(
            IntakeRun(
                programme_id=programme.id,
                source_id=source.id,
                format="demo",
                file_names=["demo operation"],
                state="done",
                started_at=self.until,  # what the help desk held when the demo's story ends
                finished_at=self.until,
                counts=counts.as_dict(),
            )
        )
        session.commit()
        return source

    def _store(self, source: Source, told: Sequence[TicketRecord]) -> None:
        """Conversations of some tickets; those that have theirs already stay as they are."""
        store_tickets(
            self.session,
            source,
            told,
            ring=self.ring,
            frame_key=self.settings.frame_key,
            now=self.began,
            redacted=True,
        )

    def _tell_what_is_open(self, source: Source, weeks: Weeks, working: TwoProcesses) -> None:
        """Conversations that somebody has to score and no week's draw told of, such as a plan's follow-up."""
        untold = self.session.scalars(
            select(Ticket.external_id)
            .join(HandledPart, HandledPart.ticket_id == Ticket.id)
            .join(Assignment, Assignment.part_id == HandledPart.id)
            .where(Assignment.state == "open", ~exists().where(ConversationRevision.ticket_id == Ticket.id))
            .order_by(Ticket.id)
        ).all()
        self.session.commit()
        self._store(source, working.texts([weeks.scoring.ticket_of[external_id] for external_id in untold])())

    def _coach(self, operation: Operation, people: Mapping[int, int], teams: Sequence[Team], week: int) -> None:
        """The team that improves was coached as a whole; the others are in the middle of it."""
        others = [team for team in range(len(teams)) if team != story.IMPROVING_TEAM]
        rounds = {
            story.IMPROVEMENT_WEEK - 1: ([story.IMPROVING_TEAM], slice(None)),
            story.LAST_WEEK - 4: (others, slice(0, 2)),
            story.LAST_WEEK - 1: (others, slice(2, 3)),
        }
        if week not in rounds:
            return
        coached, chosen = rounds[week]
        monday = story.monday(self.as_of, week)
        evening = dt.datetime.combine(monday + dt.timedelta(days=5), dt.time(18), tzinfo=dt.UTC)
        weeks = weeks_before(evening)
        measured = window_of(
            self.session, teams[0].programme_id, since=weeks[0], until=weeks[-1], readable=Review.released_at <= evening
        )
        for team in coached:
            members = coached_members(operation.cast, team, monday)[chosen]
            # Each team a little later than the one before: what happened stands in the trail in that order.
            when = evening + dt.timedelta(minutes=40 * team)
            plans = coach_team(
                self.session,
                operation.cast,
                people,
                teams,
                measured,
                team=team,
                members=members,
                now=when,
                seed=self.seed,
            )
            self._follow_up(plans, team, by=people[operation.cast.teams[team].lead], at=when)
            self.session.commit()

    def _follow_up(self, plans: Sequence[CoachingPlan], team: int, *, by: int, at: dt.datetime) -> None:
        """Most plans are read, some actions done at once."""
        improving = team == story.IMPROVING_TEAM
        for number, plan in enumerate(plans):
            if improving or number == 0:
                done = 2 if improving and number % 2 == 0 else 1 if improving else 0
                follow_up(self.session, plan, done=done, by=by, now=at + dt.timedelta(minutes=20))

    def _sums(self, programme: Programme) -> None:
        """The weekly sums of everything that was loaded in bulk."""
        self.report("Adding up the weeks", 0, 1)
        for period in keeping_sums.periods_of(self.session, programme.id):
            keeping_sums.rebuild(self.session, period)
        strictness.keep(self.session, programme.id, now=self.until)
        self.session.commit()

    def _seal(self) -> None:
        self.report("Sealing the audit trail", 0, 1)
        audit.seal_and_anchor(self.session, self.settings.audit_key, self.settings.instance, now=utcnow())
        self.report("Done", 1, 1)
