"""From Zendesk's objects (Support API v2) to records: one row at a time, wherever it came from. Pure."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from sys import intern
from typing import NamedTuple

from qa.tickets.intake.base import AgentRecord, BadCellError, MessageRecord, Origin, Role, TicketRecord, clean
from qa.tickets.intake.values import (
    Row,
    as_dict,
    as_list,
    minutes,
    moment,
    optional_id,
    row_id,
    spoken,
    whole,
)

STATUSES = frozenset({"new", "open", "pending", "hold", "solved", "closed", "deleted"})
CUSTOM_FIELDS = {"360001": "product_area"}  # the account's custom fields that have a meaning here
AGENT_ROLES = frozenset({"agent", "admin"})
SYSTEM = "-1"  # Zendesk's id of its own automations
TOOL_MARK = "[tool]"
LAUNCH_TAG = "launch"
ESCALATION = re.compile(r"(?:^|_)escalat")
MOST_REOPENS = 1000


class Customer(NamedTuple):
    """What is known of an end user; the name only serves to be taken out of the texts."""

    language: str = ""
    tier: str = ""
    name: str = ""


class Metrics(NamedTuple):
    solved_at: dt.datetime | None = None
    first_reply_seconds: int | None = None
    resolution_seconds: int | None = None
    reopens: int = 0
    groups: int = 1
    told_at: str = ""


class Rating(NamedTuple):
    score: str | None = None
    reason: str | None = None
    told_at: str = ""


@dataclass(slots=True)
class Account:
    """What tickets and comments refer to, by id."""

    agents: dict[str, AgentRecord] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    ratings: dict[str, Rating] = field(default_factory=dict)
    metrics: dict[str, Metrics] = field(default_factory=dict)

    def agent(self, external_id: str) -> AgentRecord:
        """An agent, by its id alone where the users do not name it."""
        known = self.agents.get(external_id)
        if known is None:
            known = self.agents[external_id] = AgentRecord(external_id=external_id, name="")
        return known

    def add_user(self, row: Row) -> None:
        key = row_id(row, "id")
        if str(row.get("role")) in AGENT_ROLES:
            email = str(row.get("email") or "").strip().lower() or None
            name = clean(str(row.get("name") or ""))
            is_bot = bool(as_dict(row.get("user_fields")).get("bot")) or "bot" in as_list(row.get("tags"))
            self.agents[key] = AgentRecord(external_id=key, name=name, email=email, is_bot=is_bot)
        else:
            # Interned: an account has a hundred thousand customers, and few languages and tiers.
            language = intern(str(row.get("locale") or "").partition("-")[0].lower())
            tier = intern(clean(str(as_dict(row.get("user_fields")).get("creator_tier") or "")))
            name = clean(str(row.get("name") or ""))
            self.customers[key] = Customer(language, "" if tier == "none" else tier, name)

    def add_group(self, row: Row) -> None:
        self.groups[row_id(row, "id")] = clean(str(row.get("name") or ""))

    def add_rating(self, row: Row) -> None:
        key, told_at = row_id(row, "ticket_id"), str(row.get("updated_at") or "")
        if key not in self.ratings or self.ratings[key].told_at <= told_at:
            self.ratings[key] = rating_of(row, told_at)

    def add_metrics(self, row: Row) -> None:
        key, told_at = row_id(row, "ticket_id"), str(row.get("updated_at") or "")
        if key not in self.metrics or self.metrics[key].told_at <= told_at:
            self.metrics[key] = metrics_of(row, told_at)


def metrics_of(row: Row, told_at: str = "") -> Metrics:
    """The metrics of a ticket, in a table of their own or beside it."""
    seconds = as_dict(row.get("reply_time_in_seconds")).get("calendar")
    return Metrics(
        solved_at=moment(row, "solved_at"),
        first_reply_seconds=whole(seconds) if seconds is not None else minutes(row.get("reply_time_in_minutes")),
        resolution_seconds=minutes(row.get("full_resolution_time_in_minutes")),
        reopens=min(whole(row.get("reopens")) or 0, MOST_REOPENS),
        groups=whole(row.get("group_stations")) or 1,
        told_at=told_at,
    )


def ticket_record(
    row: Row, account: Account, messages: Iterable[MessageRecord] | None, origin: Origin | None = None
) -> TicketRecord:
    """A ticket with its rating, metrics and messages; ``BadCellError`` where it cannot be used."""
    key = row_id(row, "id")
    status = str(row.get("status") or "").strip().lower()
    if status not in STATUSES:
        raise BadCellError("status", row.get("status"), "not a status of Zendesk")
    created_at = moment(row, "created_at")
    if created_at is None:
        raise BadCellError("created_at", "", "a ticket needs the moment it was created")
    beside = as_dict(row.get("metric_set"))
    metrics = account.metrics.get(key) or (metrics_of(beside) if beside else Metrics())
    requester = optional_id(row, "requester_id")
    customer = account.customers.get(requester or "", Customer())
    rating = account.ratings.get(key) or rating_of(as_dict(row.get("satisfaction_rating")))
    fields = {str(each.get("id")): each.get("value") for each in as_list(row.get("custom_fields")) if as_dict(each)}
    meaning = {name: fields.get(number) for number, name in CUSTOM_FIELDS.items()}
    tags = tuple(clean(str(tag)) for tag in as_list(row.get("tags")))
    assignee = optional_id(row, "assignee_id")
    return TicketRecord(
        external_id=key,
        subject=clean(str(row.get("subject") or row.get("raw_subject") or "")),
        status=status,
        created_at=created_at,
        solved_at=metrics.solved_at,
        source_updated_at=moment(row, "updated_at"),
        channel=clean(str(as_dict(row.get("via")).get("channel") or "unknown")),
        queue=account.groups.get(optional_id(row, "group_id") or "", ""),
        tier=customer.tier,
        language=customer.language,
        priority=clean(str(row.get("priority") or "")),
        product_area=clean(str(meaning["product_area"] or "")),
        launch=next((tag for tag in tags if tag.startswith(LAUNCH_TAG)), ""),
        tags=tags,
        custom_fields=fields,
        customer_external_id=requester,
        first_reply_seconds=metrics.first_reply_seconds,
        resolution_seconds=metrics.resolution_seconds,
        reopens=metrics.reopens,
        groups_passed=metrics.groups,
        escalated=any(ESCALATION.search(tag) for tag in tags if "escalat" in tag),
        csat=rating.score,
        csat_reason=rating.reason,
        assignee=account.agent(assignee) if assignee is not None else None,
        messages=tuple(messages) if messages is not None else None,
        people=people(row, account),
        origin=origin,
    )


def people(row: Row, account: Account) -> tuple[str, ...]:
    """The names of the customers of a ticket: who asked, who submitted, who is in copy."""
    copied = [str(each) for each in as_list(row.get("collaborator_ids"))]
    keys = dict.fromkeys((optional_id(row, "requester_id"), optional_id(row, "submitter_id"), *copied))
    found = (account.customers.get(key or "", Customer()).name for key in keys)
    return tuple(name for name in found if name)


def message_record(row: Row, ticket: Row, account: Account) -> MessageRecord:
    """A comment of a ticket; ``BadCellError`` where it cannot be used."""
    key = row_id(row, "id")
    at = moment(row, "created_at")
    if at is None:
        raise BadCellError("created_at", "", "a comment needs the moment it was written")
    public = row.get("public")
    if public is not True and public is not False:
        raise BadCellError("public", public, "neither true nor false")
    text = row.get("body")
    if not isinstance(text, str):
        text = row.get("plain_body")
    if not isinstance(text, str):
        raise BadCellError("body", text, "a comment needs its text")
    text = spoken(text, as_list(row.get("attachments")))
    who = row.get("author_id")
    if type(who) is int and 0 < who == ticket.get("requester_id"):  # as most messages are written
        return MessageRecord(key, "customer", public, at, text)
    role, agent = author(row_id(row, "author_id"), ticket, account, public=public, text=text)
    return MessageRecord(key, role, public, at, text, agent)


def author(
    author_id: str, ticket: Row, account: Account, *, public: bool, text: str
) -> tuple[Role, AgentRecord | None]:
    """Who wrote a comment, and as what; who asks is the customer even when an agent."""
    if author_id == SYSTEM:
        if public:
            return "bot", AgentRecord(external_id=SYSTEM, name="Automation", is_bot=True)
        return ("tool" if text.startswith(TOOL_MARK) else "internal"), None
    if author_id == optional_id(ticket, "requester_id"):
        return "customer", None
    agent = account.agents.get(author_id)
    if agent is None and author_id == optional_id(ticket, "assignee_id"):
        agent = account.agent(author_id)
    if agent is not None:
        if not public:
            return "internal", agent
        return ("bot" if agent.is_bot else "specialist"), agent
    if author_id in account.customers:  # somebody in copy
        return "customer", None
    raise BadCellError("author_id", author_id, "an author whom the users do not name")


def rating_of(row: Row, told_at: str = "") -> Rating:
    score = row.get("score")
    for answer in ("good", "bad"):
        if isinstance(score, str) and score.startswith(answer):
            return Rating(answer, clean(str(row["reason"])) if row.get("reason") else None, told_at)
    return Rating(told_at=told_at)
