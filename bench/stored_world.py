"""Scorings of a simulated operation as rows of the application's database, as if they had been given on its pages."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np
from sqlalchemy import bindparam, false, func, insert, literal_column, select
from sqlalchemy.orm import Session

from calibration.scorings import Kind, Scorings
from calibration.simulate import LEVELS, SCALE
from qa.calibration_sessions.models import (
    CalibrationSession,
    ConsensusAnswer,
    ConsensusScore,
    SessionAssignment,
    SessionPart,
)
from qa.people.models import AgentIdentity, RoleGrant, User
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.rubric_library import service as rubric_service
from qa.rubric_library import workflow as rubric_workflow
from qa.sampling.models import Assignment
from qa.tickets.models import ConversationRevision, HandledPart, Resolution, Ticket

AT_ONCE = 20_000
BEGUN = dt.datetime(2020, 1, 6, 6, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The programme and source that the operation belongs to, its QA lead, and the Monday of week 0."""

    programme_id: int
    source_id: int
    lead_id: int
    second_lead_id: int
    monday: dt.date


def rubric_text() -> str:
    """The rubric of the simulated operation, its levels named l0, l1, ..."""
    lines = ["format: 1", "key: world", "name: World", 'version: "1.0"', "pass_mark: 80", "arithmetic: pooled"]
    lines += ["sections:", "  - key: all", "    name: All", "    weight: 100", "    criteria:"]
    for place, (levels, weight) in enumerate(zip(LEVELS, SCALE.weights, strict=True)):
        critical = bool(SCALE.critical[place])
        lines += [
            f"      - key: c{place}",
            f"        name: Criterion {place}",
            f"        question: How good was it in matter {place}?",
            f"        weight: {weight:g}" if weight else "        weight: 1",
            "        na_allowed: true",
        ]
        if critical:
            lines += ["        critical: {scope: review, fails_at: [l0]}"]
        lines += ["        scale:", f"          kind: {'binary' if levels == 2 else 'levels'}", "          levels:"]
        for level in reversed(range(levels)):
            failing = ", failing: true" if level == 0 else ""
            lines += [f"            - {{key: l{level}, name: Level {level}, points: {level}{failing}}}"]
    return "\n".join(lines) + "\n"


def store(session: Session, scorings: Scorings, home: Home) -> list[int]:
    """Write everything and commit; the ids of the reviewers, in the order of their codes."""
    version = rubric_service.import_draft(
        session, home.programme_id, rubric_text(), name="world.yaml", by=home.second_lead_id, now=BEGUN
    )
    rubric_workflow.send(session, version, by=home.second_lead_id, now=BEGUN)
    rubric_workflow.publish(session, version, effective_from=BEGUN, by=home.lead_id, now=BEGUN)
    version_id = version.id
    reviewers = _people(session, home, "reviewer", int(scorings.reviewer.max()) + 1)
    specialists = _people(session, home, "specialist", int(scorings.specialist.max()) + 1)
    agents = _agents(session, home, specialists)
    session.commit()
    for name, rows in _rows(session, scorings, home, version_id, reviewers, specialists, agents):
        _store_rows(session, name.__table__, rows)
        session.commit()
    _store_answers(session, scorings, home)
    session.commit()
    return reviewers


def _people(session: Session, home: Home, role: str, count: int) -> list[int]:
    first = (session.scalar(select(func.max(User.id))) or 0) + 1
    ids = list(range(first, first + count))
    session.execute(
        insert(User),
        [
            {
                "id": each,
                "programme_id": home.programme_id,
                "email": f"{role}{each}@example.org",
                "name": f"{role.capitalize()} {each - first + 1:03d}",
                "pseudonym": f"{role}-{each}",
                "active": True,
                "created_at": BEGUN,
                "preferences": {},
            }
            for each in ids
        ],
    )
    session.execute(insert(RoleGrant), [{"user_id": each, "role": role, "valid_from": BEGUN.date()} for each in ids])
    return ids


def _agents(session: Session, home: Home, specialists: Sequence[int]) -> list[int]:
    first = (session.scalar(select(func.max(AgentIdentity.id))) or 0) + 1
    session.execute(
        insert(AgentIdentity),
        [
            {
                "id": first + place,
                "source_id": home.source_id,
                "external_id": f"world-{user_id}",
                "name": "Somebody",
                "is_bot": False,
                "user_id": user_id,
            }
            for place, user_id in enumerate(specialists)
        ],
    )
    return list(range(first, first + len(specialists)))


def _rows(
    session: Session,
    scorings: Scorings,
    home: Home,
    version_id: int,
    reviewers: Sequence[int],
    specialists: Sequence[int],
    agents: Sequence[int],
) -> Iterator[tuple[type[Any], Iterator[dict[str, Any]]]]:
    """Each table with its rows, in the order in which their keys allow it."""
    # Plain lists: a million looks into an array cost more than the rows.
    at_week = [_moment(home, week) for week in range(int(scorings.week.max()) + 1)]
    week_at, ticket, reviewer, kind = (
        column.tolist() for column in (scorings.week, scorings.ticket, scorings.reviewer, scorings.kind)
    )
    at = [at_week[week] for week in week_at]
    base = {
        table: (session.scalar(select(func.max(table.id))) or 0) + 1
        for table in (
            Ticket, Resolution, HandledPart, ConversationRevision, Assignment, Review, ReviewRevision,
            CalibrationSession, SessionPart,
        )
    }  # fmt: skip
    tickets, first = np.unique(scorings.ticket, return_index=True)
    place_of = {int(code): place for place, code in enumerate(tickets)}
    at_of = [at[row] for row in first.tolist()]
    yield Ticket, (
        {
            "id": base[Ticket] + place, "programme_id": home.programme_id, "source_id": home.source_id,
            "external_id": f"W-{place}", "subject": "Simulated", "status": "solved", "channel": "email",
            "queue": f"Queue {scorings.queue[row]}", "language": "en", "created_at": at_of[place],
            "solved_at": at_of[place], "digest": "", "imported_at": at_of[place], "tags": [], "custom_fields": {},
        }
        for place, row in enumerate(first.tolist())
    )  # fmt: skip
    yield (
        Resolution,
        (
            {"id": base[Resolution] + place, "ticket_id": base[Ticket] + place, "n": 1, "resolved_at": at_of[place]}
            for place in range(len(tickets))
        ),
    )
    yield HandledPart, (
        {
            "id": base[HandledPart] + place, "programme_id": home.programme_id, "ticket_id": base[Ticket] + place,
            "resolution_id": base[Resolution] + place, "agent_identity_id": agents[scorings.specialist[row]],
            "specialist_id": specialists[scorings.specialist[row]], "resolved_at": at_of[place],
            "first_reply_at": at_of[place], "last_reply_at": at_of[place], "public_replies": 1, "share": 1.0,
            "prn": place,
        }
        for place, row in enumerate(first.tolist())
    )  # fmt: skip
    yield ConversationRevision, (
        {
            "id": base[ConversationRevision] + place, "ticket_id": base[Ticket] + place, "n": 1, "digest": "",
            "redaction_version": "0", "message_count": 1, "payload": b"", "created_at": at_of[place],
        }
        for place in range(len(tickets))
    )  # fmt: skip
    seats = scorings.kind == Kind.CALIBRATION
    seated = np.unique(scorings.ticket[seats])
    weeks = np.unique(scorings.week[seats])
    session_of = {int(week): base[CalibrationSession] + place for place, week in enumerate(weeks)}
    week_of = dict(zip(scorings.ticket[seats].tolist(), scorings.week[seats].tolist(), strict=True))
    yield CalibrationSession, (
        {
            "id": session_of[week], "programme_id": home.programme_id, "title": f"Week {week}",
            "rubric_version_id": version_id, "facilitator_id": home.lead_id, "state": "closed",
            "due_on": at_week[week].date(), "created_at": at_week[week],
            "revealed_at": at_week[week], "closed_at": at_week[week], "anonymous": False,
            "lock_version": 2, "learnt": "",
        }
        for week in weeks.tolist()
    )  # fmt: skip
    part_of = {int(code): base[SessionPart] + place for place, code in enumerate(seated)}
    yield SessionPart, (
        {
            "id": part_of[code], "session_id": session_of[week_of[code]],
            "part_id": base[HandledPart] + place_of[code], "position": part_of[code],
        }
        for code in seated.tolist()
    )  # fmt: skip
    own = np.flatnonzero(scorings.kind != Kind.GOLD)
    purposes = ("routine", "double", "calibration")
    yield Assignment, (
        {
            "id": base[Assignment] + place, "part_id": base[HandledPart] + place_of[ticket[row]],
            "reviewer_id": reviewers[reviewer[row]], "purpose": purposes[kind[row]],
            "origin": "session" if seats[row] else "hand_over", "rubric_version_id": version_id,
            "due_on": at[row].date(), "state": "submitted",
            "created_at": at[row], "position": 0,
        }
        for place, row in enumerate(own.tolist())
    )  # fmt: skip
    yield (
        SessionAssignment,
        (
            {"session_part_id": part_of[ticket[row]], "assignment_id": base[Assignment] + place}
            for place, row in enumerate(own.tolist())
            if seats[row]
        ),
    )
    yield Review, (
        {
            "id": base[Review] + place, "assignment_id": base[Assignment] + place,
            "part_id": base[HandledPart] + place_of[ticket[row]],
            "reviewer_id": reviewers[reviewer[row]], "purpose": purposes[kind[row]],
            "state": "submitted", "lock_version": 1, "current_revision_id": base[ReviewRevision] + place,
            "created_at": at[row],
            "submitted_at": at[row], "sealed": False,
            "active_seconds": round(60 * scorings.minutes[row]),
        }
        for place, row in enumerate(own.tolist())
    )  # fmt: skip
    yield ReviewRevision, (
        {
            "id": base[ReviewRevision] + place, "review_id": base[Review] + place, "n": 1, "kind": "first",
            "rubric_version_id": version_id,
            "conversation_revision_id": base[ConversationRevision] + place_of[ticket[row]],
            "created_at": at[row], "created_by_id": reviewers[reviewer[row]],
            "submitted_at": at[row], "failed_criticals": [],
        }
        for place, row in enumerate(own.tolist())
    )  # fmt: skip
    gold = np.flatnonzero(scorings.kind == Kind.GOLD)
    yield ConsensusScore, (
        {
            "session_part_id": part_of[ticket[row]], "score": None, "outcome": "passed",
            "is_gold": False, "decided_by_id": home.lead_id, "decided_at": at[row],
        }
        for row in gold.tolist()
        if ticket[row] in part_of
    )  # fmt: skip
    yield ConsensusAnswer, (
        {
            "session_part_id": part_of[ticket[row]], "criterion_key": f"c{place}",
            "level_key": level, "not_applicable": level is None, "reason": "", "decided_by_id": home.lead_id,
            "decided_at": at[row],
        }
        for row in gold.tolist()
        if ticket[row] in part_of
        for place, level in enumerate(_levels(scorings, row))
    )  # fmt: skip


def _moment(home: Home, week: int) -> dt.datetime:
    """The Wednesday morning of a week."""
    day = home.monday + dt.timedelta(weeks=week, days=2)
    return dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)


def _store_rows(session: Session, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Rows of one shape straight to the driver: a million of them take seconds instead of minutes."""
    first = next(rows, None)
    if first is None:
        return
    connection = session.connection()
    usual = {
        column.name: column.default.arg(None) if column.default.is_callable else column.default.arg
        for column in table.columns
        if column.name not in first and column.default is not None
    }
    names = [column.name for column in table.columns if column.name in first or column.name in usual]
    compiled = insert(table).values({name: bindparam(name) for name in names}).compile(dialect=connection.dialect)
    columns = [(name, usual.get(name), _driver_value(table.c[name].type, connection.dialect)) for name in names]
    rows = chain([first], rows)
    while some := [
        tuple(as_stored(row.get(name, missing)) for name, missing, as_stored in columns)
        for row in islice(rows, AT_ONCE)
    ]:
        _to_driver(connection, compiled, names, some)


def _driver_value(kind: Any, dialect: Any) -> Callable[[Any], Any]:
    """How the driver wants a value of a column; what was converted once is looked up."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return lambda value: value
    known: dict[Any, Any] = {}

    def converted(value: Any) -> Any:
        if isinstance(value, list | dict):
            return process(value)
        if value not in known:
            known[value] = process(value)
        return known[value]

    return converted


def _to_driver(connection: Any, compiled: Any, names: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    named = compiled.positiontup is None
    connection.exec_driver_sql(compiled.string, [dict(zip(names, row, strict=True)) for row in rows] if named else rows)


def _store_answers(session: Session, scorings: Scorings, home: Home) -> None:
    """Every answer: a dozen times as many rows as everything else together, so they go to the driver as they are."""
    connection = session.connection()
    table, dialect = Answer.__table__, connection.dialect
    told = ("revision_id", "criterion_key", "level_key", "not_applicable", "updated_at")
    silent = {name: literal_column("''") for name in ("not_applicable_reason", "comment", "internal_note")}
    statement = insert(table).values(
        {
            **{name: bindparam(name) for name in told},
            **silent,
            "root_causes": literal_column("'[]'"),
            "praise": false(),
        }
    )
    compiled = statement.compile(dialect=dialect)
    as_stored = _driver_value(table.c.updated_at.type, dialect)
    at_of = {week: as_stored(_moment(home, week)) for week in np.unique(scorings.week).tolist()}
    own = np.flatnonzero(scorings.kind != Kind.GOLD)
    first = session.scalars(
        select(ReviewRevision.id).order_by(ReviewRevision.id.desc()).offset(own.size - 1).limit(1)
    ).one()
    keys = [f"c{place}" for place in range(len(LEVELS))]
    for start in range(0, own.size, AT_ONCE):
        rows = own[start : start + AT_ONCE]
        weeks = scorings.week[rows].tolist()
        given = [
            (first + start + place, key, level, level is None, at_of[weeks[place]])
            for place, levels in enumerate(_all_levels(scorings, rows))
            for key, level in zip(keys, levels, strict=True)
        ]
        _to_driver(connection, compiled, told, given)


def _all_levels(scorings: Scorings, rows: Any) -> list[list[str | None]]:
    """The level keys of some scorings, None for N/A."""
    tops = np.array(LEVELS) - 1
    ranks = np.where(np.isnan(scorings.answers[rows]), -1, np.rint(np.nan_to_num(scorings.answers[rows]) * tops))
    names = np.array([f"l{rank}" for rank in range(int(tops.max()) + 1)] + [None], dtype=object)
    found: list[list[str | None]] = names[ranks.astype(np.int64)].tolist()
    return found


def _levels(scorings: Scorings, row: int) -> list[str | None]:
    return _all_levels(scorings, np.array([row]))[0]
