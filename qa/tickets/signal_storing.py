"""Keeping signals: in the transaction that stores a ticket, and anew for tickets that were stored before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from qa.core.crypto import KeyRing, decrypt_text, unwrap
from qa.people.models import AgentIdentity, Source
from qa.tickets import signals
from qa.tickets.conversations import about_revision, about_ticket, read_payload
from qa.tickets.intake.base import MessageRecord
from qa.tickets.models import ConversationKey, ConversationRevision, HandledPart, Resolution, Ticket, TicketSignal
from qa.tickets.preparing import Work
from qa.tickets.rows import among, insert_values
from qa.tickets.signals import MAPPED_VERSION, REPLYING, Facts, Rules, Spoken

RULES = Rules()
CHUNK = 200  # tickets read and written together
Values = Mapping[str, float | None]
SIGNAL = ("part_id", "name", "version", "value")
Signal = tuple[int, str, str, float]
Made = dict[int, list[tuple[int, str]]]  # ticket -> its parts that were just made: id, the help desk's id of the agent


class Known(NamedTuple):
    """One ticket as the rules see it; ``spoken`` is None where nothing is told of its conversation."""

    ticket_id: int
    language: str
    facts: Facts
    mapped: Mapping[str, float]
    spoken: Spoken | None


class Readings:
    """What the conversations of a batch say, each part's read once: before the transaction that keeps it."""

    def __init__(self, conversations: Sequence[Spoken | None], rules: Rules = RULES) -> None:
        self.spoken, self._rules = conversations, rules
        self._marks = signals.Marks()
        told = (spoken for spoken in conversations if spoken is not None and any(spoken))
        self._repeated = signals.repeated_sentences(told, self._marks)
        self._found: dict[tuple[int, str], Values] = {}

    def of(self, place: int, agent: str, language: str) -> Values:
        """What the conversation at this place of the batch says of an agent's part; nothing where none is told."""
        spoken = self.spoken[place]
        if spoken is None:
            return {}
        found = self._found.get((place, agent))
        if found is None:
            found = signals.from_text(spoken, agent, language, self._rules, self._repeated, self._marks)
            self._found[place, agent] = found
        return found


def read_work(work: Sequence[Work]) -> Readings:
    """The readings of tickets that an intake changes, and of the parts that it tells."""
    readings = Readings([spoken_in(each.record.messages) for each in work])
    for place, each in enumerate(work):
        for part in each.parts or ():
            readings.of(place, part.agent.external_id, each.record.language)
    return readings


def spoken_in(messages: Sequence[MessageRecord] | None) -> Spoken | None:
    if messages is None:
        return None
    spoken = Spoken([], [])
    for _, role, public, _, text, agent in messages:
        if not public:
            continue
        if role == "customer":
            spoken.asked.append(text)
        elif role in REPLYING:
            spoken.replies.append((agent.external_id if agent else None, text))
    return spoken


def of_work(work: Sequence[Work], readings: Readings) -> list[Known]:
    """What an intake tells of the tickets it changes."""
    return [
        Known(
            ticket_id=each.ticket_id or 0,
            language=each.record.language,
            facts=Facts(
                first_reply_seconds=each.record.first_reply_seconds,
                resolution_seconds=each.record.resolution_seconds,
                reopens=each.record.reopens,
                escalated=each.record.escalated,
                csat=each.record.csat,
            ),
            mapped=signals.mapped(each.record.custom_fields),
            spoken=spoken,
        )
        for each, spoken in zip(work, readings.spoken, strict=True)
    ]


def write(
    session: Session,
    known: Sequence[Known],
    *,
    rules: Rules = RULES,
    readings: Readings | None = None,
    made: Made | None = None,
) -> int:
    """Keep the signals of the tickets' present parts, in place of those that the same rules gave before.

    Where a conversation is not told, what was read from its text before stays. ``readings`` are those of ``known``;
    ``made`` names the tickets that are new in this transaction: no signal of theirs is kept yet. How many values are
    kept.
    """
    made = made or {}
    before = [each.ticket_id for each in known if each.ticket_id not in made]
    parts = _parts(session, before) if before else []
    old = {part_id for part_id, _, _ in parts}
    parts += [(part_id, ticket_id, agent) for ticket_id, each in made.items() for part_id, agent in each]
    if not parts:
        return 0
    readings = readings or Readings([each.spoken for each in known], rules)
    places = {each.ticket_id: place for place, each in enumerate(known)}
    version = rules.version
    rows: list[Signal] = []
    told: dict[bool, list[int]] = {True: [], False: []}
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for part_id, ticket_id, agent in parts:
        place = places[ticket_id]
        ticket = known[place]
        values = {**signals.from_facts(ticket.facts, rules), **readings.of(place, agent, ticket.language)}
        spoken = ticket.spoken is not None
        if part_id in old:
            told[spoken].append(part_id)
            names[spoken] |= values.keys()
        rows += _rows(part_id, values, version) + _rows(part_id, ticket.mapped, MAPPED_VERSION)
    for spoken, ids in told.items():
        _forget(session, ids, names[spoken], version)
    insert_values(session, TicketSignal, SIGNAL, rows)
    return len(rows)


def _rows(part_id: int, values: Values, version: str) -> list[Signal]:
    return [(part_id, name, version, value) for name, value in values.items() if value is not None]


def _parts(session: Session, ticket_ids: Sequence[int]) -> list[tuple[int, int, str]]:
    """The parts of each ticket's newest resolution: part, ticket, the help desk's id of the agent."""
    newest = (
        select(Resolution.ticket_id, func.max(Resolution.n).label("n"))
        .where(among(session, Resolution.ticket_id, ticket_ids))
        .group_by(Resolution.ticket_id)
        .subquery()
    )
    return [
        (part_id, ticket_id, agent)
        for part_id, ticket_id, agent in session.execute(
            select(HandledPart.id, HandledPart.ticket_id, AgentIdentity.external_id)
            .join(Resolution, Resolution.id == HandledPart.resolution_id)
            .join(newest, (newest.c.ticket_id == Resolution.ticket_id) & (newest.c.n == Resolution.n))
            .join(AgentIdentity, AgentIdentity.id == HandledPart.agent_identity_id)
            .order_by(HandledPart.id)
        )
    ]


def _forget(session: Session, part_ids: Sequence[int], names: Iterable[str], version: str) -> None:
    if part_ids:
        session.execute(
            delete(TicketSignal).where(
                among(session, TicketSignal.part_id, part_ids),
                (TicketSignal.version == MAPPED_VERSION)
                | ((TicketSignal.version == version) & TicketSignal.name.in_(sorted(names))),
            )
        )


def refresh(
    session: Session,
    programme_id: int,
    ring: KeyRing,
    *,
    rules: Rules = RULES,
    after_chunk: Callable[[int, int], None] | None = None,
) -> int:
    """Work out the signals of every stored ticket anew, in short transactions of their own; how many values are kept.

    Safe to break off and to repeat. ``after_chunk`` is told the tickets done and all there are.
    """
    total = session.scalar(select(func.count()).where(Ticket.programme_id == programme_id)) or 0
    last, done, kept = 0, 0, 0
    while True:
        rows = session.execute(
            select(Ticket, Source.key)
            .join(Source, Source.id == Ticket.source_id)
            .where(Ticket.programme_id == programme_id, Ticket.id > last)
            .order_by(Ticket.id)
            .limit(CHUNK)
        ).all()
        if not rows:
            session.rollback()
            return kept
        last = rows[-1][0].id
        texts = _texts(session, {ticket.id: about_ticket(key, ticket.external_id) for ticket, key in rows}, ring)
        known = [
            Known(
                ticket_id=ticket.id,
                language=ticket.language,
                facts=Facts(
                    first_reply_seconds=ticket.first_reply_seconds,
                    resolution_seconds=ticket.resolution_seconds,
                    reopens=ticket.reopens,
                    escalated=ticket.escalated,
                    csat=ticket.csat,
                ),
                mapped=signals.mapped(ticket.custom_fields),
                spoken=texts.get(ticket.id),
            )
            for ticket, _ in rows
        ]
        session.rollback()  # reading is over: the transaction that writes begins now
        kept += write(session, known, rules=rules)
        session.commit()
        done += len(rows)
        if after_chunk is not None:
            after_chunk(done, total)


def _texts(session: Session, abouts: Mapping[int, str], ring: KeyRing) -> dict[int, Spoken]:
    """The newest conversation of each ticket whose text is kept."""
    newest = (
        select(ConversationRevision.ticket_id, func.max(ConversationRevision.n).label("n"))
        .where(among(session, ConversationRevision.ticket_id, list(abouts)))
        .group_by(ConversationRevision.ticket_id)
        .subquery()
    )
    found = {}
    for ticket_id, n, payload, key_id, wrapped in session.execute(
        select(
            ConversationRevision.ticket_id,
            ConversationRevision.n,
            ConversationRevision.payload,
            ConversationKey.key_id,
            ConversationKey.wrapped,
        )
        .join(newest, (newest.c.ticket_id == ConversationRevision.ticket_id) & (newest.c.n == ConversationRevision.n))
        .join(ConversationKey, ConversationKey.ticket_id == ConversationRevision.ticket_id)
        .order_by(ConversationRevision.ticket_id)
    ):
        about = abouts[ticket_id]
        key = unwrap(ring, key_id, wrapped, about)
        told = [each for each in read_payload(decrypt_text(key, payload, about_revision(about, n))) if each.public]
        found[ticket_id] = Spoken(
            [each.text for each in told if each.role == "customer"],
            [(each.agent_external_id, each.text) for each in told if each.role in REPLYING],
        )
    return found
