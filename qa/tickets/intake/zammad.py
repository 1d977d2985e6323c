"""Zammad: tickets and their articles, with names for ids where ``expand=true`` was asked for."""

from collections.abc import Iterable, Mapping

from qa.tickets.intake.base import (
    RESOLVED_STATUSES,
    AgentRecord,
    BadCellError,
    MessageRecord,
    Origin,
    Role,
    TicketRecord,
)
from qa.tickets.intake.objects import Inside, Row
from qa.tickets.intake.values import as_dict, as_list, moment, must, optional_id, row_id, spoken, text, whole

STATE_IDS = {"1": "new", "2": "open", "3": "pending reminder", "4": "closed", "5": "merged", "7": "pending close"}
STATES = {
    "new": "new",
    "open": "open",
    "pending reminder": "pending",
    "pending close": "pending",
    "closed": "closed",
    "merged": "closed",
    "removed": "deleted",
}
SENDERS = {"1": "agent", "2": "customer", "3": "system"}
MERGED = "merged"
NOBODY = "1"


class Zammad:
    """What Zammad's objects mean."""

    kind = "zammad"
    tickets = "tickets"
    messages = "articles"
    belongs = "ticket_id"
    tables: Mapping[str, tuple[str, ...]] = {
        "tickets": ("tickets",),
        "articles": ("articles", "ticket_articles"),
        "users": ("users",),
        "groups": ("groups",),
    }

    def __init__(self) -> None:
        self.agents: dict[str, AgentRecord] = {}
        self._names: dict[str, tuple[str, str | None]] = {}
        self._groups: dict[str, str] = {}

    def take(self, table: str, row: Row) -> None:
        key = row_id(row, "id")
        if table == "groups":
            self._groups[key] = text(row, "name")
            return
        name = " ".join(each for each in (text(row, "firstname"), text(row, "lastname")) if each)
        self._names[key] = (name, text(row, "email").lower() or None)
        if key in self.agents:
            self.agents[key] = self._agent_record(key)

    def inside(self, row: Row) -> Inside | None:
        told = row.get("articles")
        return [("articles", each) for each in told] if isinstance(told, list) else None

    def message(self, row: Row, ticket: Row) -> MessageRecord | None:
        body = row.get("body")
        said = spoken(body, as_list(row.get("attachments")), plain=row.get("content_type") == "text/plain").strip()
        if not said:
            return None
        sender = (text(row, "sender") or SENDERS.get(optional_id(row, "sender_id") or "", "")).lower()
        if not isinstance(row.get("internal"), bool):
            raise BadCellError("internal", row.get("internal"), "neither true nor false")
        public = not row["internal"]
        role, agent = self._author(sender, row, public=public)
        return MessageRecord(
            external_id=row_id(row, "id"),
            role=role,
            public=public and role != "internal",
            at=must(moment(row, "created_at"), "created_at", "an article"),
            text=said,
            agent=agent,
        )

    def _author(self, sender: str, row: Row, *, public: bool) -> tuple[Role, AgentRecord | None]:
        if sender == "customer":
            return ("customer" if public else "internal"), None
        if sender == "agent":
            return ("specialist" if public else "internal"), self._agent(row_id(row, "created_by_id"))
        if sender == "system":
            return "internal", None
        raise BadCellError("sender", sender, "neither Agent, Customer nor System")

    def _agent(self, key: str) -> AgentRecord:
        if key not in self.agents:
            self.agents[key] = self._agent_record(key)
        return self.agents[key]

    def _agent_record(self, key: str) -> AgentRecord:
        name, email = self._names.get(key, ("", None))
        return AgentRecord(external_id=key, name=name, email=email)

    def ticket(self, row: Row, messages: Iterable[MessageRecord] | None, origin: Origin | None = None) -> TicketRecord:
        state = (text(row, "state") or STATE_IDS.get(optional_id(row, "state_id") or "", "")).lower()
        status = STATES.get(state)
        if status is None:
            raise BadCellError("state", row.get("state") or row.get("state_id"), "not a state of Zammad")
        owner, customer = optional_id(row, "owner_id"), optional_id(row, "customer_id")
        tags = [text({"tag": each}, "tag") for each in as_list(row.get("tags"))]
        if state == MERGED:
            tags.append(MERGED)
        first_reply = whole(row.get("first_response_in_min"))
        solved_at = moment(row, "close_at") if status in RESOLVED_STATUSES else None
        created_at = must(moment(row, "created_at"), "created_at", "a ticket")
        name = self._names.get(customer or "", ("", None))[0]
        return TicketRecord(
            external_id=row_id(row, "id"),
            subject=text(row, "title"),
            status=status,
            created_at=created_at,
            solved_at=solved_at,
            source_updated_at=moment(row, "updated_at"),
            channel=text(row, "create_article_type").lower() or "unknown",
            queue=text(row, "group") or self._groups.get(optional_id(row, "group_id") or "", ""),
            priority=text(row, "priority").partition(" ")[2] or text(row, "priority"),
            tags=tuple(tags),
            custom_fields=dict(as_dict(row.get("custom_fields"))),
            customer_external_id=customer,
            first_reply_seconds=None if first_reply is None else first_reply * 60,
            assignee=self._agent(owner) if owner not in (None, NOBODY) else None,
            messages=tuple(messages) if messages is not None else None,
            people=(name,) if name else (),
            origin=origin,
        )

    def age(self, row: Row) -> tuple[str, int]:
        return str(row.get("updated_at") or ""), 0
