"""From the rows of flat files to records: what each cell means, and what cannot be used. Pure."""

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from qa.tickets.intake.base import (
    RESOLVED_STATUSES,
    AgentRecord,
    BadCellError,
    MessageRecord,
    Role,
    TicketRecord,
    clean,
)
from qa.tickets.intake.bodies import body_text
from qa.tickets.intake.dates import UnreadableMomentError, read_moment
from qa.tickets.intake.tables import TableRow, needed
from qa.tickets.signals import MAPPED_PREFIX

TICKET_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Ticket ID": ("id", "ticket", "ticket number", "case id", "case number"),
    "Subject": ("title", "summary"),
    "Status": ("state", "ticket status"),
    "Priority": (),
    "Channel": ("via", "source", "ticket channel"),
    "Group": ("queue", "team", "department", "inbox"),
    "Assignee": ("agent", "assigned to", "owner", "specialist"),
    "Assignee Email": ("agent email", "owner email", "assignee e-mail"),
    "Requester": ("customer", "contact", "creator"),
    "Requester Email": ("customer email", "contact email", "requester e-mail"),
    "Tags": ("labels",),
    "Created At": ("created", "created on", "date created", "opened at"),
    "Solved At": ("solved", "resolved at", "closed at", "resolved"),
    "Updated At": ("updated", "last updated", "modified at"),
    "First Reply Time (min)": ("first reply time", "first response time (min)"),
    "Full Resolution Time (min)": ("full resolution time", "resolution time (min)"),
    "Reopens": ("reopened", "reopen count"),
    "Satisfaction": ("satisfaction score", "csat"),
    "CSAT (1-5)": ("rating", "csat score"),
    "Language": ("locale",),
    "Product Area": ("product",),
    "Tier": ("customer tier", "plan"),
}
MESSAGE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Ticket ID": ("ticket", "ticket number", "case id", "case number"),
    "Message ID": ("id", "comment id"),
    "Author": ("from", "sender", "author name"),
    "Author Role": ("role", "sender type"),
    "Public": ("is public", "visible"),
    "Sent At": ("created at", "date", "time", "timestamp"),
    "Body": ("text", "message", "content"),
}
TICKET_NEEDS = ("Ticket ID", "Status", "Created At")
MESSAGE_NEEDS = ("Ticket ID", "Message ID", "Author", "Author Role", "Public", "Sent At", "Body")
STATUSES = {
    "new": "new", "open": "open", "pending": "pending", "waiting": "pending", "hold": "hold", "on hold": "hold",
    "on-hold": "hold", "solved": "solved", "resolved": "solved", "done": "solved", "closed": "closed",
    "deleted": "deleted",
}  # fmt: skip
ROLES = {
    "customer": "customer", "end-user": "customer", "end user": "customer", "user": "customer", "contact": "customer",
    "requester": "customer", "agent": "specialist", "admin": "specialist", "specialist": "specialist",
    "staff": "specialist", "bot": "bot", "system": "system", "automation": "system",
}  # fmt: skip
TRUTHS = {
    "yes": True,
    "true": True,
    "1": True,
    "public": True,
    "no": False,
    "false": False,
    "0": False,
    "private": False,
}
SUMMARY_WORDS = frozenset({"total", "totals", "sum", "grand total", "summary", "average", "count"})
REMARK = re.compile(r"\([^()]{0,40}\)\s*\Z")
NUMBER = re.compile(r"[0-9]{1,7}(?:[.,][0-9]{1,6})?")
FIVE_POINTS = frozenset({"1", "2", "3", "4", "5", "1.0", "2.0", "3.0", "4.0", "5.0"})
FLOAT_ID = re.compile(r"(\d+)\.0+")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TOOL_MARK = "[tool]"
LAUNCH_TAG = "launch"
MOST_REOPENS = 1000
Value = TypeVar("Value")
Loses = Literal["ticket", "message", "cell"]


@dataclass(slots=True)
class Agents:
    """The agents of the files, known by e-mail where one is told, else by name."""

    by_email: dict[str, AgentRecord] = field(default_factory=dict)
    by_name: dict[str, set[str]] = field(default_factory=dict)  # name -> e-mails it stands beside

    def meet(self, name: str, email: str) -> None:
        """Learn an agent from a ticket's row."""
        name, email = tidy(name), tidy(email).lower()
        if not email and EMAIL.fullmatch(name):
            name, email = "", name.lower()
        if not EMAIL.fullmatch(email):
            return
        known = self.by_email.get(email)
        shown = "" if EMAIL.fullmatch(name) else name
        if known is None or better_name(shown, known.name):
            self.by_email[email] = AgentRecord(
                external_id=email, name=shown or (known.name if known else ""), email=email
            )
        if shown:
            self.by_name.setdefault(shown.casefold(), set()).add(email)

    def find(self, name: str, email: str = "") -> AgentRecord | None:
        """Whom a cell means: by e-mail, by the one e-mail this name stands beside, else by the name alone."""
        name, email = tidy(name), tidy(email).lower()
        if not EMAIL.fullmatch(email):
            email = name.lower() if EMAIL.fullmatch(name) else ""
        if not email:
            if not name:
                return None
            beside = self.by_name.get(name.casefold(), set())
            if len(beside) != 1:
                return AgentRecord(external_id=f"name:{name.casefold()}", name=name)
            email = next(iter(beside))
        return self.by_email.get(email) or AgentRecord(external_id=email, name=name or email, email=email)


def better_name(new: str, known: str) -> bool:
    """Whether a name is written better than the one known: not in capitals only."""
    return bool(new) and (not known or (known.isupper() and not new.isupper()))


def ticket_record(
    row: TableRow,
    agents: Agents,
    messages: list[MessageRecord] | None,
    zone: dt.tzinfo,
    tell: Callable[[BadCellError], None],
) -> TicketRecord:
    """A ticket; ``BadCellError`` where it cannot be used, ``tell`` for a cell it can do without."""
    cells = row.cells
    key = ticket_id(row)
    created_at = moment(row, "Created At", zone)
    solved_at = perhaps(row, "Solved At", lambda text: not_before(read_moment(text, zone), created_at), tell)
    tags = tuple(tag for tag in (clean(each).strip() for each in cells.get("Tags", "").split(",")) if tag)
    return TicketRecord(
        external_id=key,
        subject=clean(cells.get("Subject", "")).strip(),
        status=status(row),
        created_at=created_at,
        solved_at=solved_at,
        source_updated_at=perhaps(row, "Updated At", lambda text: read_moment(text, zone), tell),
        channel=word(row, "Channel").lower() or "unknown",
        queue=word(row, "Group"),
        tier=word(row, "Tier"),
        language=word(row, "Language").partition("-")[0].lower(),
        priority=word(row, "Priority").lower(),
        product_area=word(row, "Product Area"),
        launch=next((tag for tag in tags if tag.startswith(LAUNCH_TAG)), ""),
        tags=tags,
        custom_fields={name: text for name, text in cells.items() if name.startswith(MAPPED_PREFIX)},
        customer_external_id=(word(row, "Requester Email") or word(row, "Requester")).lower() or None,
        first_reply_seconds=perhaps(row, "First Reply Time (min)", minutes, tell),
        resolution_seconds=perhaps(row, "Full Resolution Time (min)", minutes, tell),
        reopens=perhaps(row, "Reopens", reopens, tell) or 0,
        csat=satisfaction(row, tell),
        assignee=agents.find(cells.get("Assignee", ""), cells.get("Assignee Email", "")),
        messages=tuple(messages) if messages is not None else None,
        people=(word(row, "Requester"),) if word(row, "Requester") else (),
    )


def message_record(row: TableRow, agents: Agents, assignee: AgentRecord | None, zone: dt.tzinfo) -> MessageRecord:
    """A message; ``BadCellError`` where it cannot be used."""
    told = needed(row, "Author Role", "Author Role")
    role = ROLES.get(told.casefold())
    if role is None:
        raise BadCellError("Author Role", told, "neither customer, agent, bot nor system")
    seen = needed(row, "Public", "Public")
    public = TRUTHS.get(seen.casefold())
    if public is None:
        raise BadCellError("Public", seen, "neither yes nor no")
    name = clean(row.cells.get("Author", ""))
    text = clean(body_text(row.cells["Body"]))
    agent = None
    if role in ("specialist", "bot"):
        agent = agents.find(name)
        if agent is None:
            raise BadCellError("Author", "", "a reply needs its author")
        if assignee is not None and assignee.name and tidy(name).casefold() == assignee.name.casefold():
            agent = assignee
    if role == "bot" and agent is not None:
        agent = AgentRecord(external_id=agent.external_id, name=agent.name, email=agent.email, is_bot=True)
    return MessageRecord(
        external_id=clean(needed(row, "Message ID", "Message ID")),
        role=_role(role, public, text),
        public=public,
        at=moment(row, "Sent At", zone),
        text=text,
        agent=agent,
    )


def _role(role: str, public: bool, text: str) -> Role:
    if role == "system":
        return "tool" if text.startswith(TOOL_MARK) else "internal"
    if role == "customer":
        return "customer"
    if not public:
        return "internal"
    return "bot" if role == "bot" else "specialist"


def ticket_id(row: TableRow) -> str:
    """A ticket's id without what spreadsheets add to it: #123, 123.0."""
    text = clean(needed(row, "Ticket ID", "Ticket ID"))
    if text.casefold() in SUMMARY_WORDS:
        raise BadCellError("Ticket ID", text, "a summary row, not a ticket")
    bare = text.lstrip("#").strip()
    found = FLOAT_ID.fullmatch(bare)
    if not bare:
        raise BadCellError("Ticket ID", text, "no id")
    return found.group(1) if found else bare


def status(row: TableRow) -> str:
    text = needed(row, "Status", "Status")
    known = known_status(text)
    if known is None:
        raise BadCellError("Status", text, "not a status such as open, pending, solved or closed")
    return known


def known_status(text: str) -> str | None:
    """Our word for a status, however it is spelt; what stands in brackets behind it is a remark."""
    return STATUSES.get(" ".join(REMARK.sub("", text).casefold().split()))


def is_consistent(row: TableRow) -> bool:
    """Whether the row's status agrees with its own time of solution."""
    return (known_status(row.cells.get("Status", "")) in RESOLVED_STATUSES) == bool(
        row.cells.get("Solved At", "").strip()
    )


def moment(row: TableRow, column: str, zone: dt.tzinfo) -> dt.datetime:
    text = needed(row, column, column)
    try:
        return read_moment(text, zone)
    except UnreadableMomentError as error:
        raise BadCellError(column, text, str(error)) from error


def perhaps(
    row: TableRow, column: str, read: Callable[[str], Value], tell: Callable[[BadCellError], None]
) -> Value | None:
    """A cell that a ticket can do without: None when it is empty, or told as unusable."""
    text = row.cells.get(column, "").strip()
    if not text:
        return None
    try:
        return read(text)
    except ValueError as error:
        tell(BadCellError(column, text, f"{error}; the ticket is stored without it"))
        return None


def not_before(solved_at: dt.datetime, created_at: dt.datetime) -> dt.datetime:
    if solved_at < created_at:
        raise ValueError("before the ticket was created")
    return solved_at


def minutes(text: str) -> int:
    """Minutes as seconds."""
    if not NUMBER.fullmatch(text):
        raise ValueError("not a number of minutes")
    return round(float(text.replace(",", ".")) * 60)


def reopens(text: str) -> int:
    if not NUMBER.fullmatch(text) or float(text.replace(",", ".")) > MOST_REOPENS:
        raise ValueError("not a number of times")
    return int(float(text.replace(",", ".")))


def five_points(text: str) -> int:
    if text not in FIVE_POINTS:
        raise ValueError("not a whole number from 1 to 5")
    return int(text[0])


def satisfaction(row: TableRow, tell: Callable[[BadCellError], None]) -> str | None:
    """What the customer said: the word where there is one, else four and five are good, one and two bad."""
    points = perhaps(row, "CSAT (1-5)", five_points, tell)
    told = row.cells.get("Satisfaction", "").strip().casefold()
    if told in ("good", "bad"):
        return told
    if told or points is None or points == 3:
        return None
    return "good" if points > 3 else "bad"


def word(row: TableRow, column: str) -> str:
    return " ".join(clean(row.cells.get(column, "")).split())


def tidy(text: str) -> str:
    return " ".join(clean(text).split())


def in_order(messages: Iterable[MessageRecord]) -> list[MessageRecord]:
    """Messages by time; rows a minute apart keep the file's order, since some times are written without seconds."""
    found = list(messages)
    minute = dt.timedelta(minutes=1)
    if all(later.at > earlier.at - minute for earlier, later in itertools.pairwise(found)):
        return found
    return sorted(found, key=lambda message: message.at)
