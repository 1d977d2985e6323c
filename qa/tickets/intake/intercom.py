"""Intercom: conversations with their parts inside (API 2.14), as files or fetched one by one."""

import datetime as dt
from collections.abc import Iterable, Mapping

from qa.tickets.intake.base import AgentRecord, BadCellError, MessageRecord, Origin, Role, TicketRecord, learnt
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
    whole,
)

STATES = {"open": "open", "closed": "closed", "snoozed": "pending"}
PRIVATE_PARTS = frozenset({"note", "note_and_reopen", "assignment", "note_and_close"})
ADMINS = frozenset({"admin", "teammate"})
NOBODY = "0"


class Intercom:
    """What Intercom's conversations mean."""

    kind = "intercom"
    tickets = "conversations"
    messages = None
    belongs = "conversation_id"
    tables: Mapping[str, tuple[str, ...]] = {
        "conversations": ("conversations",),
        "admins": ("admins",),
        "teams": ("teams",),
    }

    def __init__(self) -> None:
        self.agents: dict[str, AgentRecord] = {}
        self._teams: dict[str, str] = {}

    def take(self, table: str, row: Row) -> None:
        if table == "teams":
            self._teams[row_id(row, "id")] = text(row, "name")
        else:
            self._agent(row)

    def inside(self, row: Row) -> Inside | None:
        """The opening message, then the parts that say something."""
        source = dict(as_dict(row.get("source")))
        parts = as_list(as_dict(row.get("conversation_parts")).get("conversation_parts"))
        opening = {"created_at": row.get("created_at"), "part_type": "comment", **source}
        return [*([("source", opening)] if source else []), *(("conversation_parts", part) for part in parts)]

    def message(self, row: Row, ticket: Row) -> MessageRecord | None:
        said = spoken(row.get("body"), as_list(row.get("attachments")))
        if not said:
            return None
        author = as_dict(row.get("author"))
        public = str(row.get("part_type")) not in PRIVATE_PARTS
        role, agent = self._author(author, public=public)
        at = must(unix_moment(row, "created_at"), "created_at", "a message")
        return MessageRecord(external_id=row_id(row, "id"), role=role, public=public, at=at, text=said, agent=agent)

    def _author(self, author: Mapping[str, object], *, public: bool) -> tuple[Role, AgentRecord | None]:
        kind = str(author.get("type"))
        if kind in ("user", "lead", "contact"):
            return "customer", None
        if kind in ADMINS and not author.get("from_ai_agent"):
            return ("specialist" if public else "internal"), self._agent(author)
        if kind in ("bot", "operator", *ADMINS):
            if not public:
                return "tool", None
            key = optional_id(author, "id") or "bot"
            return "bot", AgentRecord(external_id=key, name=text(author, "name") or "Bot", is_bot=True)
        raise BadCellError("author.type", kind, "neither user, lead, admin nor bot")

    def _agent(self, row: Mapping[str, object]) -> AgentRecord:
        return learnt(self.agents, row_id(row, "id"), text(row, "name"), text(row, "email").lower() or None)

    def ticket(self, row: Row, messages: Iterable[MessageRecord] | None, origin: Origin | None = None) -> TicketRecord:
        state = STATES.get(str(row.get("state")))
        if state is None:
            raise BadCellError("state", row.get("state"), "not a state of Intercom")
        figures, rating = as_dict(row.get("statistics")), as_dict(row.get("conversation_rating"))
        source, fields = as_dict(row.get("source")), dict(as_dict(row.get("custom_attributes")))
        told = tuple(messages) if messages is not None else None
        assignee = optional_id(row, "admin_assignee_id")
        contacts = [optional_id(as_dict(each), "id") for each in as_list(as_dict(row.get("contacts")).get("contacts"))]
        team = optional_id(row, "team_assignee_id") or ""
        return TicketRecord(
            external_id=row_id(row, "id"),
            subject=spoken(row.get("title")) or spoken(source.get("subject")),
            status=state,
            created_at=must(unix_moment(row, "created_at"), "created_at", "a conversation"),
            solved_at=self._closed(row, figures),
            source_updated_at=unix_moment(row, "updated_at"),
            channel=text(source, "type") or "unknown",
            queue=self._teams.get(team) or ("" if team == NOBODY else team),
            priority="high" if row.get("priority") == "priority" else "",
            product_area=next((str(fields[name]) for name in fields if name.casefold() == "product area"), ""),
            tags=tuple(name for each in as_list(as_dict(row.get("tags")).get("tags")) if (name := text(each, "name"))),
            custom_fields=fields,
            customer_external_id=next(iter(contacts), None),
            first_reply_seconds=whole(figures.get("time_to_admin_reply")),
            reopens=whole(figures.get("count_reopens")) or 0,
            csat=five_stars(rating.get("rating")),
            csat_reason=text(rating, "remark") or None,
            assignee=self._agent({"id": assignee}) if assignee not in (None, NOBODY) else None,
            messages=told,
            people=self._people(row),
            origin=origin,
        )

    def _closed(self, row: Row, figures: Mapping[str, object]) -> dt.datetime | None:
        return unix_moment(figures, "last_close_at") if row.get("state") == "closed" else None

    def _people(self, row: Row) -> tuple[str, ...]:
        """The names of those who are no admins."""
        parts = as_list(as_dict(row.get("conversation_parts")).get("conversation_parts"))
        authors = [as_dict(as_dict(each).get("author")) for each in (row.get("source"), *parts)]
        names = (text(each, "name") for each in authors if each.get("type") in ("user", "lead", "contact"))
        return tuple(dict.fromkeys(name for name in names if name))

    def age(self, row: Row) -> tuple[str, int]:
        return "", whole_or_zero(row.get("updated_at"))


def whole_or_zero(value: object) -> int:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0
