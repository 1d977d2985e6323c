"""What the demo's desks hold besides scores: incidents in every state, owners to ask, and a second look."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.core.crypto import KeyRing
from qa.incidents import owners as incident_owners
from qa.incidents import queries as incident_queries
from qa.incidents import service as incidents
from qa.incidents.rules import Kind, Raised
from qa.people.models import ProgrammeSetting, User
from qa.people.queries import actor_for, people_with_role, zone_of
from qa.reviews import queries as review_queries
from qa.reviews import saving, submitting, tasks
from qa.reviews.models import Review, ReviewRevision
from qa.reviews.queries import StoredAnswer
from qa.reviews.rules import Save, SavedAnswer
from qa.reviews.second_looks import service as second_looks
from qa.rubric_library.queries import rubric_of
from qa.sampling.models import Assignment, Purpose
from qa.tickets.conversations import Conversation, conversation_of
from qa.tickets.models import HandledPart, Ticket

MINUTE = dt.timedelta(minutes=1)
READ = 60  # newest reviews whose conversations are looked through


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An incident of the story: the word that gives it away, and how many minutes it took; none: it still waits."""

    kind: Kind
    word: str
    line: str
    minutes: int | None
    outcome: str | None = None
    note: str = ""


STORY = (
    Seen(
        kind=Kind.RISK_TO_LIFE,
        word=r"frighten|afraid|desperate|cannot sleep|scared|worr",
        line="Sounds desperate; somebody should read this one today",
        minutes=None,
    ),
    Seen(
        kind=Kind.MONEY,
        word=r"payout|payment|paid|bank",
        line="Somebody should check where this money went",
        minutes=3,
        outcome="handled",
        note="Checked with finance: it went to the right account, a day late.",
    ),
    Seen(
        kind=Kind.DATA_EXPOSURE,
        word=r"account|address|another",
        line="A reply may quote what belongs to somebody else",
        minutes=2,
        outcome="no_incident",
        note="Looked at it with the privacy team: the detail is the writer's own.",
    ),
    Seen(
        kind=Kind.LEGAL,
        word=r"lawyer|legal|court|copyright|rights|appeal",
        line="They speak of taking this further",
        minutes=5,
        outcome="passed_on",
        note="Handed to the legal team, who answer from here on.",
    ),
    Seen(
        kind=Kind.PRODUCT_DEFECT,
        word=r"error|load|broken|stuck|crash|fail",
        line="Looks like a fault of the product, not of the writer",
        minutes=4,
        outcome="handled",
        note="The fault is known and is being mended; the team has the ticket.",
    ),
    Seen(
        kind=Kind.MISCONDUCT, word=r"promise|private|gift|favour", line="A promise that is not ours to give", minutes=6
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A reviewed part with what its reviewer read."""

    review: Review
    ticket: Ticket
    conversation: Conversation


def load_desk(session: Session, setting: ProgrammeSetting, ring: KeyRing, *, until: dt.datetime) -> None:
    """Play the half hour after the last session: owners are named, incidents raised and met, a review looked at."""
    today = until.date()
    leads = people_with_role(session, setting.programme_id, Role.TEAM_LEAD, today)
    qa_lead = people_with_role(session, setting.programme_id, Role.QA_LEAD, today)[0]
    named = [lead for lead in leads if lead.id != qa_lead.id]
    for place, seen in enumerate(STORY):
        first = named[place % len(named)]
        incident_owners.set_rule(
            session,
            setting.programme_id,
            seen.kind,
            minutes=15 if seen.kind is Kind.RISK_TO_LIFE else 60,
            owner_ids=list(dict.fromkeys([first.id, qa_lead.id])),
            version=0,
            by=qa_lead.id,
            now=until,
        )
    read = list(_read(session, ring))
    moment = until + MINUTE
    for seen, found in _pairs(read):
        _play(session, seen, found, today=today, now=moment)
        moment += MINUTE * (1 + (seen.minutes or 0) + (1 if seen.outcome else 0))
    _look(session, setting, qa_lead, read, now=moment + MINUTE)
    session.flush()


def _read(session: Session, ring: KeyRing) -> Iterator[Read]:
    rows = session.execute(
        select(Review, Ticket, ReviewRevision.conversation_revision_id)
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Review.purpose == Purpose.ROUTINE,
            Review.state == "submitted",
            ~Review.sealed,
            Ticket.content_severity == 0,
            Ticket.data_region == "default",
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(READ)
    ).all()
    for review, ticket, revision_id in rows:
        yield Read(
            review=review,
            ticket=ticket,
            conversation=conversation_of(session, ring, ticket.id, revision_id=revision_id),
        )


def _pairs(read: Sequence[Read]) -> Iterator[tuple[Seen, Read]]:
    """Each incident of the story with the newest conversation that has its word, no conversation twice."""
    taken: set[int] = set()
    for seen in STORY:
        for found in read:
            if found.ticket.id not in taken and _passage(seen, found.conversation) is not None:
                taken.add(found.ticket.id)
                yield seen, found
                break


def _passage(seen: Seen, conversation: Conversation) -> tuple[str, int, int] | None:
    """The sentence with the word, as message, start and end."""
    for message in conversation.messages:
        for sentence in re.finditer(r"[^.!?\s][^.!?\n]*[.!?]?", message.text if message.public else ""):
            if re.search(seen.word, sentence.group(), re.IGNORECASE):
                return message.id, sentence.start(), sentence.end()
    return None


def _play(session: Session, seen: Seen, found: Read, *, today: dt.date, now: dt.datetime) -> None:
    """Raised by whoever scored the part, and met by whoever was told."""
    passage = _passage(seen, found.conversation)
    if passage is None:
        return
    message, start, end = passage
    incident = incidents.raise_incident(
        session,
        found.ticket,
        Raised(
            raise_id=f"demo-{seen.kind}",
            kind=seen.kind,
            line=seen.line,
            conversation_revision_id=found.conversation.revision_id,
            message_id=message,
            start=start,
            end=end,
        ),
        texts={each.id: each.text for each in found.conversation.messages},
        by=found.review.reviewer_id,
        now=now,
    )
    asked = incident_queries.asked_about(session, [incident.id]).get(incident.id)
    if seen.minutes is None or not asked:
        return
    owner = session.get_one(User, next(iter(asked)))
    view = incident_queries.get_incident_for(session, actor_for(session, owner, today=today), incident.id)
    at = now + seen.minutes * MINUTE
    incidents.acknowledge(session, view, version=incident.lock_version, by=owner.id, now=at)
    if seen.outcome:
        incidents.settle(
            session,
            view,
            outcome=seen.outcome,
            note=seen.note,
            version=incident.lock_version,
            by=owner.id,
            now=at + MINUTE,
        )


def _look(session: Session, setting: ProgrammeSetting, lead: User, read: Sequence[Read], *, now: dt.datetime) -> None:
    """The QA lead looks at a review again, agrees on all but one criterion, and sends it."""
    actor = actor_for(session, lead, today=now.date())
    for found in read:
        view = review_queries.get_review_for(session, actor, found.review.id, now=now)
        rubric = rubric_of(session, view.revision.rubric_version_id)
        tops = {each.key: max(each.scale.levels, key=lambda level: level.points).key for each in rubric.criteria}
        given = review_queries.answers_of(session, view.revision.id)
        below = next((each for each in given if each.level_key not in (None, tops[each.criterion_key])), None)
        if below is None or second_looks.barrier(session, actor, view, now=now) is not None:
            continue
        assignment = second_looks.take(session, actor, view, setting, by_lot=True, now=now)
        _send(session, setting, assignment, found, given, below, tops[below.criterion_key], now=now)
        return


def _send(
    session: Session,
    setting: ProgrammeSetting,
    assignment: Assignment,
    found: Read,
    given: Sequence[StoredAnswer],
    below: StoredAnswer,
    top: str,
    *,
    now: dt.datetime,
) -> None:
    answers = tuple(_as_saved(answer) for answer in given)
    other = "I read this one more kindly: the second reply makes up for it."
    change = Save(
        save_id="demo-second-look",
        version=0,
        answers=tuple(
            answer._replace(level_key=top, comment=other, root_causes=())
            if answer.criterion_key == below.criterion_key
            else answer
            for answer in answers
        ),
        internal_note=None,
        active_seconds=300,
        conversation_revision_id=found.conversation.revision_id,
    )
    texts = {each.id: each.text for each in found.conversation.messages}
    draft = saving.save(session, tasks.task_of(session, assignment.id), change, texts=texts, now=now + 4 * MINUTE)
    sent = submitting.submit(
        session,
        tasks.task_of(session, assignment.id),
        version=draft.version,
        setting=setting,
        zone=zone_of(setting),
        now=now + 5 * MINUTE,
    )
    second_looks.sent(session, sent, now=now + 5 * MINUTE)


def _as_saved(answer: StoredAnswer) -> SavedAnswer:
    return SavedAnswer(
        criterion_key=answer.criterion_key,
        level_key=answer.level_key,
        percentage=None if answer.percentage is None else Fraction(answer.percentage),
        not_applicable=answer.not_applicable,
        comment=answer.comment,
        root_causes=tuple(answer.root_causes),
        pins=answer.passages,
    )
