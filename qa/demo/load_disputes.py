"""The demo's disputes and comments: what specialists object to on Saturday, and what leads decide on Monday."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import rubrics
from qa.demo.chance import stream
from qa.notices.models import Notice
from qa.people.models import ProgrammeSetting, User
from qa.people.queries import actor_for, setting_at, zone_of
from qa.reviews import queries as review_queries
from qa.reviews.comments import service as comments
from qa.reviews.comments.models import ReviewComment
from qa.reviews.comments.rules import Side
from qa.reviews.disputes import queries, rules, service
from qa.reviews.disputes.models import Dispute, DisputedCriterion
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.reviews.queries import ReviewView, StoredAnswer
from qa.rubric_library.queries import rubric_of
from qa.sampling.models import Purpose
from qa.tickets.models import HandledPart, Ticket

MINUTE = dt.timedelta(minutes=1)
A_WEEK = 2  # disputes opened, while some 180 reviews are released
KINDS = ("dispute_opened", "review_disputed", "dispute_settled", "dispute_escalated", "review_commented")
KEPT_SHARE = 0.6
OPENED_AT, SETTLED_AT = dt.time(7), dt.time(6, 40)  # before Saturday's session; after Monday's draw, before its scores

KEPT = (
    (
        "I did say it, only in other words. That should not cost me the level.",
        "I read it again with the guidance. It is meant, but the creator has to guess it, and that is what this level "
        "describes.",
    ),
    (
        "I had four other conversations at the same time that day.",
        "A full queue is a reason to ask for help, not for another level: the creator read the same words.",
    ),
    (
        "A colleague had told them so the day before.",
        "The earlier reply says something near to it, but not this. It stays as it is.",
    ),
)
ACCEPTED = (
    (
        "The marked passage is not all of it: my next reply says what is missing here.",
        "True, the next reply says it. The level is for the whole part, so I change it.",
    ),
    (
        "I had checked this before I wrote; the note inside the ticket says so.",
        "The note is there and says what was checked. Read together with it, the answer holds.",
    ),
    (
        "They asked for the short version, so I left the rest out on purpose.",
        "The request is there in so many words. Leaving it out was right.",
    ),
)
BETWEEN = (
    "I think this was as good as it could be with what I knew.",
    "Better than it was scored, but one thing that the best level asks for is missing.",
)
AGAIN = (
    "The decision speaks of my first reply only. Please read the second one, too.",
    "Both replies read together: the first decision holds. What is missing in the first is not in the second.",
)
SAID = (
    ("I did not know that rule. Is it written down somewhere?", "It is in the procedure, under the second heading."),
    ("Thank you for marking what was good as well.", "It was a pleasure to read."),
    ("I would do it the same way again: they needed an answer that day.", "Fair. The next step could still be named."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """An answer below the best level that its specialist may object to."""

    review_id: int
    team_id: int | None
    specialist_id: int
    version_id: int
    criterion_key: str
    level_key: str


class Disputes:
    """Plays the disputes of the weeks, by the services that the pages use, and leaves the last ones waiting."""

    def __init__(self, session: Session, programme_id: int, *, seed: int, until: dt.datetime) -> None:
        self.session, self.programme_id, self.seed, self.until = session, programme_id, seed, until

    def open(self, monday: dt.date) -> None:
        """Some reviews of the week are disputed on its Saturday, and another one is spoken about."""
        rng = stream("disputes", self.seed, monday)
        now = dt.datetime.combine(monday + dt.timedelta(days=5), OPENED_AT, tzinfo=dt.UTC)
        if now > self.until:
            return
        setting = setting_at(self.session, self.programme_id, now)
        doubtful = list(self._doubtful(monday, now))
        rng.shuffle(doubtful)
        disputed = doubtful[:A_WEEK]
        if now + dt.timedelta(days=7) > self.until:  # today every lead has one to decide
            disputed = list({each.team_id: each for each in reversed(doubtful)}.values())
        for place, each in enumerate(disputed):
            self._object(setting, each, rng, now=now + 15 * place * MINUTE)
        now += 15 * len(disputed) * MINUTE
        for each in [other for other in doubtful if other not in disputed][:1]:
            view, said = self._read(each.specialist_id, each.review_id, now=now), rng.choice(SAID)[0]
            by = each.specialist_id
            comments.add(self.session, view, said, side=Side.SPECIALIST, setting=setting, by=by, now=now)

    def settle(self, monday: dt.date) -> None:
        """What waits since Saturday is decided; some are asked about again, and decided a week later."""
        now = dt.datetime.combine(monday, SETTLED_AT, tzinfo=dt.UTC)
        setting = setting_at(self.session, self.programme_id, now)
        rng = stream("decisions", self.seed, monday)
        self.session.execute(
            update(Notice)
            .where(
                Notice.kind.in_(KINDS),
                Notice.created_at < now - dt.timedelta(days=4),
                Notice.read_at.is_(None),
            )
            .values(read_at=now)
        )
        waiting = self.session.scalars(
            select(Dispute.id).where(Dispute.state.in_(rules.OPEN_STATES)).order_by(Dispute.id)
        ).all()
        if now + dt.timedelta(days=5) > self.until:
            return  # of today: what Saturday brought waits for whoever looks at the demo
        for place, dispute_id in enumerate(waiting):
            self._decide(setting, dispute_id, rng, now=now + 10 * place * MINUTE)
        self._answer(setting, now=now + 10 * len(waiting) * MINUTE)

    def _doubtful(self, monday: dt.date, now: dt.datetime) -> Iterator[Doubtful]:
        """One answer of each review of the week that was read and lost points with a comment."""
        since = dt.datetime.combine(monday, dt.time(), tzinfo=dt.UTC)
        rows = self.session.execute(
            select(Review.id, HandledPart.team_id, HandledPart.specialist_id, ReviewRevision.rubric_version_id, Answer)
            .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
            .join(Answer, Answer.revision_id == ReviewRevision.id)
            .join(HandledPart, HandledPart.id == Review.part_id)
            .join(Ticket, Ticket.id == HandledPart.ticket_id)
            .where(
                Review.purpose == Purpose.ROUTINE,
                Review.submitted_at >= since,
                Review.acknowledged_at < now,
                ~Review.sealed,
                Ticket.content_severity == 0,
                Answer.comment != "",
            )
            .order_by(Review.id, Answer.id)
        )
        seen: set[int] = set()
        for review_id, team_id, specialist_id, version_id, answer in rows:
            if specialist_id is None or answer.level_key is None:
                continue
            rubric = rubric_of(self.session, version_id)
            asks = {each.condition.criterion for each in rubric.criteria if each.condition}  # others hang on these
            if review_id in seen or answer.criterion_key in asks or _better(rubric, answer) is None:
                continue
            seen.add(review_id)
            yield Doubtful(
                review_id=review_id,
                team_id=team_id,
                specialist_id=specialist_id,
                version_id=version_id,
                criterion_key=answer.criterion_key,
                level_key=answer.level_key,
            )

    def _read(self, user_id: int, review_id: int, *, now: dt.datetime) -> ReviewView:
        actor = actor_for(self.session, self.session.get_one(User, user_id), today=now.date())
        return review_queries.get_review_for(self.session, actor, review_id, now=now)

    def _object(self, setting: ProgrammeSetting, each: Doubtful, rng: Random, *, now: dt.datetime) -> None:
        view = self._read(each.specialist_id, each.review_id, now=now)
        rubric = rubric_of(self.session, each.version_id)
        better = _better(rubric, each)
        if better is None or view.review.released_at is None:
            return
        likely = KEPT if rng.random() < KEPT_SHARE else (*ACCEPTED, *([BETWEEN] if len(better) > 1 else []))
        reason, _ = rng.choice(likely)
        service.open_dispute(
            self.session,
            view,
            [
                rules.Claim(
                    criterion_key=each.criterion_key,
                    proposed=rules.Choice(level_key=better[0] if reason == BETWEEN[0] else better[-1]),
                    reason=reason,
                )
            ],
            ends=rules.window_ends(view.review.released_at, setting.dispute_window_days, zone_of(setting)),
            setting=setting,
            zone=zone_of(setting),
            by=each.specialist_id,
            now=now,
        )

    def _decide(self, setting: ProgrammeSetting, dispute_id: int, rng: Random, *, now: dt.datetime) -> None:
        zone = zone_of(setting)
        dispute = self.session.get_one(Dispute, dispute_id)
        view = self._read(dispute.opened_by_id, dispute.review_id, now=now)
        known = queries.whole(self.session, dispute)
        if known.second_instance:
            deciders = service.second_deciders(self.session, view, known, setting, zone=zone, now=now)
        else:
            deciders = service.settlers_of(self.session, view, setting, zone=zone, now=now)
        if not deciders:
            return
        by = min(deciders)
        rubric = rubric_of(self.session, view.revision.rubric_version_id)
        given = {answer.criterion_key: answer for answer in review_queries.answers_of(self.session, view.revision.id)}
        rulings = {
            item.disputed.criterion_key: _ruling(item.disputed, _better(rubric, given[item.disputed.criterion_key]))
            for item in known.items
        }
        if known.second_instance:
            rulings = {key: rules.Ruling(verdict="keep", reason=AGAIN[1]) for key in rulings}
        service.settle(
            self.session, view, known, rubric, rulings, also={}, version=dispute.lock_version, by=by, now=now
        )
        kept = all(ruling.verdict == "keep" for ruling in rulings.values())
        if known.second_instance or not kept or rng.random() >= 0.4:
            return
        view = self._read(dispute.opened_by_id, dispute.review_id, now=now)
        known = queries.whole(self.session, dispute)
        if service.second_deciders(self.session, view, known, setting, zone=zone, now=now):
            service.escalate(
                self.session,
                view,
                known,
                reason=AGAIN[0],
                ends=rules.window_ends(now, setting.dispute_window_days, zone),
                setting=setting,
                zone=zone,
                version=dispute.lock_version,
                by=dispute.opened_by_id,
                now=now + 5 * MINUTE,
            )

    def _answer(self, setting: ProgrammeSetting, *, now: dt.datetime) -> None:
        """The reviewer answers what a specialist said last; what was said this Saturday still waits."""
        answered = select(ReviewComment.review_id).group_by(ReviewComment.review_id).having(func.count() > 1)
        waiting = self.session.scalars(
            select(ReviewComment)
            .where(ReviewComment.review_id.not_in(answered), ReviewComment.created_at < now)
            .order_by(ReviewComment.id)
        ).all()
        for place, each in enumerate(waiting):
            reviewer = self.session.get_one(Review, each.review_id).reviewer_id
            comments.add(
                self.session,
                self._read(reviewer, each.review_id, now=now),
                dict(SAID)[each.text],
                side=Side.REVIEWER,
                setting=setting,
                by=reviewer,
                now=now + 5 * place * MINUTE,
            )


def _better(rubric: rubrics.RubricVersion, answer: Answer | StoredAnswer | Doubtful) -> list[str] | None:
    """The levels above an answer's, best first; none where it has the best, or its scale has no levels."""
    levels = next(each for each in rubric.criteria if each.key == answer.criterion_key).scale.levels
    keys = [level.key for level in levels]
    return keys[: keys.index(answer.level_key)] or None if answer.level_key in keys else None


def _ruling(disputed: DisputedCriterion, better: list[str] | None) -> rules.Ruling:
    """What the words of the dispute deserve; ``better`` are the levels above the present one, best first."""
    if disputed.reason in dict(ACCEPTED):
        return rules.Ruling(verdict="accept", reason=dict(ACCEPTED)[disputed.reason])
    if disputed.reason == BETWEEN[0] and better:
        return rules.Ruling(verdict="other", reason=BETWEEN[1], choice=rules.Choice(level_key=better[1]))
    return rules.Ruling(verdict="keep", reason=dict(KEPT)[disputed.reason])
