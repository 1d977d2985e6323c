"""The demo operation's tickets in the database: facts of all, conversations of those that somebody will read."""

import datetime as dt
from collections.abc import Container, Iterable, Iterator

from qa.demo.cases import Case, case
from qa.demo.chance import stream
from qa.demo.conversations import Conversation, conversation
from qa.demo.facts import CSAT, INELIGIBLE, STATUSES, Operation
from qa.demo.scenarios import CHANNELS, LANGUAGES, QUEUES, TIERS
from qa.demo.story import LAUNCH
from qa.tickets.intake.base import AgentRecord, MessageRecord, PartRecord, Role, TicketRecord

ROLES: dict[str, Role] = {"creator": "customer", "specialist": "specialist", "bot": "bot", "internal": "internal"}
AT_ONCE = 150  # reopened tickets
AUTO_SCORE = "signal_auto_score"  # the field that is mapped to a signal
BOT = AgentRecord(external_id="bot-1", name="Harbour bot", is_bot=True)


def agents_of(operation: Operation) -> list[AgentRecord]:
    """The specialists as the help desk knows them, in the order of the cast."""
    people = operation.cast.people
    return [
        AgentRecord(
            external_id=f"agent-{index + 1}",
            name=people[specialist.person].name,
            email=people[specialist.person].email,
        )
        for index, specialist in enumerate(operation.cast.specialists)
    ]


def moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC)


class Records:
    """Tickets as records; the same ticket is always told the same."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.agents = agents_of(operation)

    def facts(self, tickets: Iterable[int], *, with_text: Container[int] = ()) -> Iterator[TicketRecord]:
        """Tickets with their parts, some with their conversations; a reopened one first as it stood before.

        How it stands now comes a while later: a ticket that is told twice ends a transaction of the store.
        """
        later: list[TicketRecord] = []
        for ticket in tickets:
            told = case(self.operation, ticket)
            text = conversation(told) if ticket in with_text else None
            if any(self.operation.parts.resolution[part] > 1 for part in self.operation.parts_of(ticket)):
                yield self.record(ticket, told, resolution=1)
                later.append(self.record(ticket, told, text=text))
            else:
                yield self.record(ticket, told, text=text)
            if len(later) >= AT_ONCE:
                yield from later
                later.clear()
        yield from later

    def with_text(self, tickets: Iterable[int]) -> Iterator[TicketRecord]:
        """Tickets as they stand now, with their conversations."""
        for ticket in tickets:
            told = case(self.operation, ticket)
            yield self.record(ticket, told, text=conversation(told))

    def record(
        self, ticket: int, told: Case, *, text: Conversation | None = None, resolution: int | None = None
    ) -> TicketRecord:
        """One ticket, as it stands now or as it stood when it was first resolved."""
        facts, parts = self.operation.tickets, self.operation.parts
        indexes = list(self.operation.parts_of(ticket))
        newest = resolution or max((int(parts.resolution[part]) for part in indexes), default=0)
        present = [part for part in indexes if parts.resolution[part] == newest]
        reopens = newest - 1 if resolution else int(facts.reopens[ticket])
        first_solved = resolution == 1 and reopens == 0
        solved = int(parts.resolved[present[-1]]) if first_solved and present else int(facts.solved[ticket])
        status = "solved" if first_solved else STATUSES[facts.status[ticket]]
        queue = QUEUES[facts.queue[ticket]]
        severity = int(facts.severity[ticket])
        return TicketRecord(
            external_id=str(int(facts.number[ticket])),
            subject=told.subject,
            status=status,
            created_at=moment(facts.created[ticket]),
            solved_at=moment(solved) if solved >= 0 and status != "open" else None,
            channel=CHANNELS[facts.channel[ticket]],
            queue=queue.name,
            tier=TIERS[facts.tier[ticket]],
            language=LANGUAGES[facts.language[ticket]],
            product_area=queue.product_area,
            launch=LAUNCH if facts.launch[ticket] else "",
            content_severity=severity,
            risk_class=int(facts.risk[ticket]),
            custom_fields={AUTO_SCORE: self._auto_score(ticket, present[-1])} if present else {},
            customer_external_id=f"creator-{int(facts.creator[ticket])}",
            first_reply_seconds=_known(facts.first_reply_seconds[ticket]),
            resolution_seconds=_known(facts.resolution_seconds[ticket]),
            reopens=reopens,
            escalated=bool(facts.escalated[ticket]),
            csat=None if resolution else CSAT[int(facts.csat[ticket])],
            messages=None if text is None else self._messages(ticket, text, indexes),
            parts=tuple(
                PartRecord(
                    agent=self.agents[int(parts.specialist[part])],
                    first_reply_at=moment(parts.first_reply[part]),
                    last_reply_at=moment(parts.last_reply[part]),
                    public_replies=int(parts.replies[part]),
                    share=float(parts.share[part]),
                    is_primary=bool(parts.primary[part]),
                    ineligible_reason=INELIGIBLE[facts.ineligible[ticket]],
                )
                for part in present
            ),
        )

    def _auto_score(self, ticket: int, part: int) -> float:
        """What the help desk's own automatic check gives the ticket: it follows true quality loosely."""
        noise = stream("auto score", self.operation.seed, int(self.operation.tickets.number[ticket])).gauss(0, 0.6)
        return round(min(100.0, max(0.0, 82 + 14 * (float(self.operation.parts.latent[part]) + noise))), 1)

    def _messages(self, ticket: int, text: Conversation, indexes: list[int]) -> tuple[MessageRecord, ...]:
        created = int(self.operation.tickets.created[ticket])
        number = int(self.operation.tickets.number[ticket])
        specialists = self.operation.parts.specialist
        return tuple(
            MessageRecord(
                external_id=f"{number}-{position}",
                role=ROLES[message.author],
                public=message.public,
                at=moment(created + message.offset),
                text=message.text,
                agent=self.agents[int(specialists[indexes[message.part]])]
                if message.part is not None
                else (BOT if message.author == "bot" else None),
            )
            for position, message in enumerate(text.messages, start=1)
        )


def _known(value: int) -> int | None:
    return int(value) if value >= 0 else None
