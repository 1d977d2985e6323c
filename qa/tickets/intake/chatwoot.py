"""Chatwoot: conversations with their messages inside, as its API lists them."""

from collections.abc import Iterable, Mapping

from qa.tickets.intake.base import AgentRecord, BadCellError, MessageRecord, Origin, Role, TicketRecord, learnt
from qa.tickets.intake.intercom import whole_or_zero
from qa.tickets.intake.objects import Inside, Row
from qa.tickets.intake.values import (
    as_dict,
    as_list,
    five_stars,
    must,
    optional_id,
    row_id,
    spoken,
    text,
    unix_moment,
)

STATUSES = {"open": "open", "pending": "pending", "snoozed": "pending", "resolved": "solved"}
KINDS = {0: "in", 1: "out", 2: "activity", 3: "template"}
KINDS_BY_NAME = {"incoming": "in", "outgoing": "out", "activity": "activity", "template": "template"}


class Chatwoot:
    """What Chatwoot's conversations mean."""

    kind = "chatwoot"
    tickets = "conversations"
    messages = None
    belongs = "conversation_id"
    tables: Mapping[str, tuple[str, ...]] = {
        "conversations": ("conversations", "payload"),
        "agents": ("agents",),
        "inboxes": ("inboxes",),
    }

    def __init__(self) -> None:
        self.agents: dict[str, AgentRecord] = {}
        self._inboxes: dict[str, str] = {}

    def take(self, table: str, row: Row) -> None:
        if table == "inboxes":
            self._inboxes[row_id(row, "id")] = channel_word(text(row, "channel_type", "name"))
        else:
            self._agent(row)

    def inside(self, row: Row) -> Inside | None:
        told = row.get("messages")
        return [("messages", each) for each in told] if isinstance(told, list) else None

    def message(self, row: Row, ticket: Row) -> MessageRecord | None:
        told = row.get("message_type")
        kind = KINDS.get(told) if isinstance(told, int) else KINDS_BY_NAME.get(str(told))
        if kind is None:
            raise BadCellError("message_type", told, "neither incoming, outgoing nor activity")
        said = spoken(row.get("content"), as_list(row.get("attachments")))
        if not said or kind == "activity" or row.get("content_type") == "input_csat":
            return None
        public = row.get("private") is not True
        role, agent = self._author(kind, row, public=public)
        return MessageRecord(
            external_id=row_id(row, "id"),
            role=role,
            public=public,
            at=must(unix_moment(row, "created_at"), "created_at", "a message"),
            text=said,
            agent=agent,
        )

    def _author(self, kind: str, row: Row, *, public: bool) -> tuple[Role, AgentRecord | None]:
        sender = as_dict(row.get("sender"))
        if kind == "in":
            return ("customer" if public else "internal"), None
        who = str(row.get("sender_type") or sender.get("type") or "").lower()
        if kind == "template" or who in ("agentbot", "agent_bot", "captain::assistant"):
            name = text(sender, "name") or "Bot"
            bot = AgentRecord(external_id=f"bot:{optional_id(sender, 'id') or 0}", name=name, is_bot=True)
            return ("bot" if public else "tool"), bot if public else None
        return ("specialist" if public else "internal"), self._agent(sender)

    def _agent(self, row: Mapping[str, object]) -> AgentRecord:
        return learnt(
            self.agents, row_id(row, "id"), text(row, "name", "available_name"), text(row, "email").lower() or None
        )

    def ticket(self, row: Row, messages: Iterable[MessageRecord] | None, origin: Origin | None = None) -> TicketRecord:
        status = STATUSES.get(str(row.get("status")))
        if status is None:
            raise BadCellError("status", row.get("status"), "not a status of Chatwoot")
        meta = as_dict(row.get("meta"))
        sender, assignee, team = as_dict(meta.get("sender")), as_dict(meta.get("assignee")), as_dict(meta.get("team"))
        rating = self._rating(row)
        created = unix_moment(row, "created_at") or unix_moment(row, "timestamp")
        inbox = optional_id(row, "inbox_id") or ""
        return TicketRecord(
            external_id=row_id(row, "id"),
            subject=text(as_dict(row.get("additional_attributes")), "mail_subject"),
            status=status,
            created_at=must(created, "created_at", "a conversation"),
            source_updated_at=unix_moment(row, "updated_at") or unix_moment(row, "last_activity_at"),
            channel=channel_word(text(meta, "channel")) or self._inboxes.get(inbox, "") or "unknown",
            queue=text(team, "name"),
            priority=text(row, "priority"),
            tags=tuple(text({"tag": each}, "tag") for each in as_list(row.get("labels"))),
            custom_fields=dict(as_dict(row.get("custom_attributes"))),
            customer_external_id=optional_id(sender, "id"),
            csat=five_stars(rating.get("rating")),
            csat_reason=text(rating, "feedback_message") or None,
            assignee=self._agent(assignee) if assignee else None,
            messages=tuple(messages) if messages is not None else None,
            people=(text(sender, "name"),) if text(sender, "name") else (),
            origin=origin,
        )

    def _rating(self, row: Row) -> Mapping[str, object]:
        """What the customer answered to the survey, which stands in a message of its own."""
        for each in reversed(as_list(row.get("messages"))):
            attributes = as_dict(as_dict(each).get("content_attributes"))
            found = as_dict(as_dict(attributes.get("submitted_values")).get("csat_survey_response"))
            if found:
                return found
        return {}

    def age(self, row: Row) -> tuple[str, int]:
        return "", max(whole_or_zero(row.get("updated_at")), whole_or_zero(row.get("last_activity_at")))


def channel_word(told: str) -> str:
    """``Channel::WebWidget`` as a word."""
    return told.rpartition("::")[2].lower()
