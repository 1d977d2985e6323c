"""Freshdesk: tickets with their conversations (API v2, ``include=conversations,requester,stats``)."""

from collections.abc import Iterable, Mapping

from qa.tickets.intake.base import RESOLVED_STATUSES, AgentRecord, BadCellError, MessageRecord, Origin, TicketRecord
from qa.tickets.intake.objects import Inside, Row
from qa.tickets.intake.values import as_dict, as_list, moment, must, optional_id, row_id, spoken, text, whole

STATUSES = {2: "open", 3: "pending", 4: "solved", 5: "closed"}
FIRST_CUSTOM_STATUS = 6  # an account's own: waiting for something
PRIORITIES = {1: "low", 2: "medium", 3: "high", 4: "urgent"}
SOURCES = {1: "email", 2: "portal", 3: "phone", 7: "chat", 9: "feedback widget", 10: "outbound email"}
FIRST = "description"  # the first message stands in the ticket itself


class Freshdesk:
    """What Freshdesk's objects mean."""

    kind = "freshdesk"
    tickets = "tickets"
    messages = "conversations"
    belongs = "ticket_id"
    tables: Mapping[str, tuple[str, ...]] = {
        "tickets": ("tickets",),
        "conversations": ("conversations",),
        "agents": ("agents",),
        "groups": ("groups",),
        "contacts": ("contacts",),
        "satisfaction_ratings": ("satisfaction_ratings", "surveys"),
    }

    def __init__(self) -> None:
        self.agents: dict[str, AgentRecord] = {}
        self._groups: dict[str, str] = {}
        self._contacts: dict[str, str] = {}
        self._ratings: dict[str, Mapping[str, object]] = {}

    def take(self, table: str, row: Row) -> None:
        if table == "agents":
            contact = as_dict(row.get("contact")) or row
            self.agents[row_id(row, "id")] = AgentRecord(
                external_id=row_id(row, "id"),
                name=text(contact, "name"),
                email=text(contact, "email").lower() or None,
                is_bot=row.get("agent_type") == 3,
            )
        elif table == "groups":
            self._groups[row_id(row, "id")] = text(row, "name")
        elif table == "contacts":
            self._contacts[row_id(row, "id")] = text(row, "name")
        else:
            self._ratings[row_id(row, "ticket_id")] = row

    def inside(self, row: Row) -> Inside | None:
        """The description as the first message; conversations stand inside where they were asked for."""
        told = row.get("conversations")
        first: Inside = [("", found)] if (found := self._first(row)) else []
        if not isinstance(told, list):
            return first or None
        return [*first, *(("conversations", each) for each in told)]

    def _first(self, row: Row) -> Row | None:
        if not text(row, "description_text", "description"):
            return None
        outbound = row.get("source") == 10
        return {
            "id": f"{row.get('id')}-{FIRST}",
            "body_text": row.get("description_text"),
            "body": row.get("description"),
            "attachments": row.get("attachments"),
            "incoming": not outbound,
            "private": False,
            "responder_id" if outbound else "requester_id": row.get("responder_id" if outbound else "requester_id"),
            "created_at": row.get("created_at"),
        }

    def message(self, row: Row, ticket: Row) -> MessageRecord | None:
        body = row.get("body_text")
        said = spoken(
            body if isinstance(body, str) and body.strip() else row.get("body"), as_list(row.get("attachments"))
        )
        if not said:
            return None
        if not isinstance(row.get("private"), bool):
            raise BadCellError("private", row.get("private"), "neither true nor false")
        public = not row["private"]
        agent = None
        if row.get("incoming") is not True:
            author = row_id(row, "responder_id" if "responder_id" in row else "user_id")
            agent = self._agent(author) if author != optional_id(ticket, "requester_id") else None
        return MessageRecord(
            external_id=row_id(row, "id"),
            role=("customer" if public else "internal")
            if agent is None
            else ("internal" if not public else "bot" if agent.is_bot else "specialist"),
            public=public,
            at=must(moment(row, "created_at"), "created_at", "a message"),
            text=said,
            agent=agent,
        )

    def _agent(self, key: str) -> AgentRecord:
        return self.agents.setdefault(key, AgentRecord(external_id=key, name=""))

    def ticket(self, row: Row, messages: Iterable[MessageRecord] | None, origin: Origin | None = None) -> TicketRecord:
        key, stats = row_id(row, "id"), as_dict(row.get("stats"))
        created_at = must(moment(row, "created_at"), "created_at", "a ticket")
        status = self._status(row)
        solved_at = moment(stats, "resolved_at") or moment(stats, "closed_at")
        first_reply = moment(stats, "first_responded_at")
        requester = as_dict(row.get("requester"))
        customer, assignee = optional_id(row, "requester_id"), optional_id(row, "responder_id")
        name = text(requester, "name") or self._contacts.get(customer or "", "")
        tags = [text({"tag": each}, "tag") for each in as_list(row.get("tags"))]
        if row.get("spam") is True:
            tags.append("spam")
        rating = self._ratings.get(key, {})
        return TicketRecord(
            external_id=key,
            subject=text(row, "subject"),
            status=status,
            created_at=created_at,
            solved_at=solved_at if status in RESOLVED_STATUSES else None,
            source_updated_at=moment(row, "updated_at"),
            channel=SOURCES.get(whole(row.get("source")) or 0, "unknown"),
            queue=self._groups.get(optional_id(row, "group_id") or "", ""),
            priority=PRIORITIES.get(whole(row.get("priority")) or 0, ""),
            tags=tuple(tags),
            custom_fields=dict(as_dict(row.get("custom_fields"))),
            customer_external_id=customer,
            first_reply_seconds=int((first_reply - created_at).total_seconds())
            if first_reply is not None and first_reply >= created_at
            else None,
            csat=satisfaction(as_dict(rating.get("ratings"))),
            csat_reason=text(rating, "feedback") or None,
            assignee=self._agent(assignee) if assignee is not None else None,
            messages=tuple(messages) if messages is not None else None,
            people=(name,) if name else (),
            origin=origin,
        )

    def _status(self, row: Row) -> str:
        if row.get("deleted") is True:
            return "deleted"
        told = whole(row.get("status"))
        if told in STATUSES:
            return STATUSES[told]
        if told is not None and told >= FIRST_CUSTOM_STATUS:
            return "pending"
        raise BadCellError("status", row.get("status"), "not a status of Freshdesk")

    def age(self, row: Row) -> tuple[str, int]:
        return str(row.get("updated_at") or ""), 0


def satisfaction(ratings: Mapping[str, object]) -> str | None:
    """The answer to the first question: 101 to 103 are happy, -101 to -103 unhappy, 100 is neutral."""
    told = ratings.get("default_question")
    if isinstance(told, bool) or not isinstance(told, int) or abs(told) <= 100:
        return None
    return "good" if told > 0 else "bad"
