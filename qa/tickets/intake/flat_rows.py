"""From the rows of flat files to records: what each cell means, and what cannot be used. Pure."""

import datetime as dt
import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeVar

from qa.tickets.intake.base import (
    RESOLVED_STATUSES,
    AgentRecord,
    BadCellError,
    MessageRecord,
    Origin,
    Role,
    TicketRecord,
    clean,
)
from qa.tickets.intake.bodies import body_text
from qa.tickets.intake.dates import UnreadableMomentError, read_moment, zone_named
from qa.tickets.intake.fields import UNITS, WORDS, spelt
from qa.tickets.intake.mapping import Reading, SheetMapping
from qa.tickets.intake.tables import TableRow, needed
from qa.tickets.signals import MAPPED_PREFIX, as_number

SUMMARY_WORDS = frozenset({"total", "totals", "sum", "grand total", "summary", "average", "count", "summe", "gesamt"})
PERSONS = frozenset({"Requester", "Requester Email", "Author"})  # of them nothing is shown
NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,6})?")
CLOCK = re.compile(r"(\d{1,5}):([0-5]\d)(?::([0-5]\d))?")
FIVE_POINTS = frozenset({"1", "2", "3", "4", "5", "1.0", "2.0", "3.0", "4.0", "5.0"})
FLOAT_ID = re.compile(r"(\d+)\.0+")
CUT_ID = re.compile(r"\d(?:[.,]\d+)?E\+\d{1,3}", re.IGNORECASE)  # several ids of many digits may have become this one
CUT = "a spreadsheet has cut this id short: save the column as text"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
KEPT, SIGNAL = "kept:", "signal:"  # before the name of a column that is none of our fields
TOOL_MARK = "[tool]"
LAUNCH_TAG = "launch"
MOST_REOPENS = 1000
LONGEST_TIME = 2**31 // 60  # seconds
Value = TypeVar("Value")
Loses = Literal["ticket", "message", "cell"]
Tell = Callable[[BadCellError], None]
WITHOUT_MOMENT = {
    "Created At": "a ticket needs the moment it was created",
    "Sent At": "a message needs the moment it was written",
}


@dataclass(slots=True)
class Agents:
    """The agents of the files, known by e-mail where one is told, else by name."""

    by_email: dict[str, AgentRecord] = field(default_factory=dict)
    by_name: dict[str, set[str]] = field(default_factory=dict)  # name -> e-mails it stands beside
    named: set[str] = field(default_factory=set)  # names and e-mails that stand in an assignee's cell

    def meet(self, name: str, email: str) -> None:
        """Learn an agent from a ticket's row."""
        name, email = tidy(name), tidy(email).lower()
        self.named |= {each for each in (name.casefold(), email) if each}
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
    row: TableRow, sheet: SheetMapping, agents: Agents, messages: list[MessageRecord] | None, tell: Tell
) -> TicketRecord:
    """A ticket; ``BadCellError`` where it cannot be used, ``tell`` for a cell it can do without."""
    cells = row.cells
    key = ticket_id(row)
    created_at = moment(row, sheet, "Created At")
    solved_at = perhaps(row, "Solved At", lambda text: not_before(read(text, sheet, "Solved At"), created_at), tell)
    tags = tuple(tag for tag in (clean(each).strip() for each in re.split("[,;|]", cells.get("Tags", ""))) if tag)
    return TicketRecord(
        external_id=key,
        subject=clean(cells.get("Subject", "")).strip(),
        status=status(row, sheet),
        created_at=created_at,
        solved_at=solved_at,
        source_updated_at=perhaps(row, "Updated At", lambda text: read(text, sheet, "Updated At"), tell),
        channel=word(row, "Channel").lower() or "unknown",
        queue=word(row, "Group"),
        tier=word(row, "Tier"),
        language=word(row, "Language").partition("-")[0].lower(),
        priority=word(row, "Priority").lower(),
        product_area=word(row, "Product Area"),
        launch=next((tag for tag in tags if tag.startswith(LAUNCH_TAG)), ""),
        tags=tags,
        custom_fields=further(row, sheet, tell),
        customer_external_id=(word(row, "Requester Email") or word(row, "Requester")).lower() or None,
        first_reply_seconds=perhaps(
            row, "First Reply Time (min)", lambda text: seconds(text, sheet.reading("First Reply Time (min)")), tell
        ),
        resolution_seconds=perhaps(
            row,
            "Full Resolution Time (min)",
            lambda text: seconds(text, sheet.reading("Full Resolution Time (min)")),
            tell,
        ),
        reopens=perhaps(row, "Reopens", reopens, tell) or 0,
        csat=satisfaction(row, tell),
        assignee=agents.find(cells.get("Assignee", ""), cells.get("Assignee Email", "")),
        messages=with_description(row, key, created_at, messages),
        people=(word(row, "Requester"),) if word(row, "Requester") else (),
        origin=Origin(row.file, row.line),
    )


def with_description(
    row: TableRow, key: str, created_at: dt.datetime, messages: list[MessageRecord] | None
) -> tuple[MessageRecord, ...] | None:
    """The messages with the one that stands in the ticket's own row before them, unless they begin with it."""
    told = clean(body_text(row.cells.get("Description", ""))).strip()
    if not told:
        return tuple(messages) if messages is not None else None
    rest = messages or []
    if rest and rest[0].role == "customer" and rest[0].text.strip() == told:
        return tuple(rest)
    first = MessageRecord(external_id=f"{key}-description", role="customer", public=True, at=created_at, text=told)
    return (first, *rest)


def further(row: TableRow, sheet: SheetMapping, tell: Tell) -> dict[str, object]:
    """The columns kept besides: those of numbers as outside scores, the others as they are."""
    found: dict[str, object] = {
        name: text for name, text in row.cells.items() if name.startswith(MAPPED_PREFIX) and text.strip()
    }
    for name in sheet.keep:
        if row.cells.get(KEPT + name, "").strip():
            found[name] = clean(row.cells[KEPT + name]).strip()
    for name in sheet.signals:
        number = perhaps(row, SIGNAL + name, a_number, tell)
        if number is not None:
            found[signal_name(name)] = number
    return found


def signal_name(column: str) -> str:
    words = "_".join(re.findall(r"\w+", column.casefold()))
    return words if words.startswith(MAPPED_PREFIX) else MAPPED_PREFIX + words


def message_record(
    row: TableRow, sheet: SheetMapping, agents: Agents, assignee: AgentRecord | None, requester: Sequence[str]
) -> MessageRecord:
    """A message; ``BadCellError`` where it cannot be used. ``requester`` are the ways to write who asked."""
    name = clean(row.cells.get("Author", ""))
    role = author_role(row, sheet, agents, requester)
    public = True
    if "Public" in sheet.columns:
        public = choice(row, sheet, "Public", "neither yes nor no") == "yes"
    text = clean(body_text(row.cells.get("Body", "")))
    agent = None
    if role in ("specialist", "bot"):
        agent = agents.find(name)
        if agent is None:
            raise BadCellError("Author", "", "a reply needs its author")
        if assignee is not None and assignee.name and tidy(name).casefold() == assignee.name.casefold():
            agent = assignee
    if role == "bot" and agent is not None:
        agent = AgentRecord(external_id=agent.external_id, name=agent.name, email=agent.email, is_bot=True)
    at = moment(row, sheet, "Sent At")
    return MessageRecord(
        external_id=message_id(row, sheet, at, name, text),
        role=_role(role, public, text),
        public=public,
        at=at,
        text=text,
        agent=agent,
    )


def author_role(row: TableRow, sheet: SheetMapping, agents: Agents, requester: Sequence[str]) -> str:
    """Customer, specialist, bot or system: as a column tells, else by who the requester and the agents are."""
    if "Author Role" in sheet.columns:
        return choice(row, sheet, "Author Role", "neither customer, agent, bot nor system")
    name = tidy(needed(row, "Author")).casefold()
    if name in {tidy(each).casefold() for each in requester if each.strip()}:
        return "customer"
    if name in agents.named or name in agents.by_name or name in agents.by_email:
        return "specialist"
    raise BadCellError("Author", name, "neither the ticket's requester nor an assignee: a column with roles is needed")


def message_id(row: TableRow, sheet: SheetMapping, at: dt.datetime, name: str, text: str) -> str:
    """The message's own id, or one that follows from what it says, so that the same again is the same."""
    if "Message ID" in sheet.columns:
        key = clean(needed(row, "Message ID"))
        if CUT_ID.fullmatch(key):
            raise BadCellError("Message ID", key, CUT)
        return key
    told = "\x1f".join((at.isoformat(), tidy(name).casefold(), text))
    return "m" + hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:24]


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
    text = clean(needed(row, "Ticket ID"))
    if text.casefold().rstrip(":") in SUMMARY_WORDS:
        raise BadCellError("Ticket ID", text, "a summary row, not a ticket")
    bare = text.lstrip("#").strip()
    found = FLOAT_ID.fullmatch(bare)
    if not bare:
        raise BadCellError("Ticket ID", text, "no id")
    if CUT_ID.fullmatch(bare):
        raise BadCellError("Ticket ID", text, CUT)
    return found.group(1) if found else bare


def status(row: TableRow, sheet: SheetMapping) -> str:
    if "Status" not in sheet.columns:
        return "solved"
    return choice(row, sheet, "Status", "not a status such as open, pending, solved or closed")


def choice(row: TableRow, sheet: SheetMapping, name: str, refusal: str) -> str:
    """What a word means: as the mapping says, else as everybody uses it."""
    text = needed(row, name)
    known = meaning(text, sheet, name)
    if known is None:
        raise BadCellError(name, text, refusal)
    return known


def meaning(text: str, sheet: SheetMapping, name: str) -> str | None:
    return meaning_of(text, sheet.reading(name).words, name)


def meaning_of(text: str, words: Mapping[str, str], name: str) -> str | None:
    bare = spelt(text)
    return words.get(bare) or WORDS[name].get(bare)


def is_consistent(row: TableRow, sheet: SheetMapping) -> bool:
    """Whether the row's status agrees with its own time of solution."""
    known = meaning(row.cells.get("Status", ""), sheet, "Status")
    return (known in RESOLVED_STATUSES) == bool(row.cells.get("Solved At", "").strip())


@lru_cache(maxsize=256)
def _zone(name: str) -> dt.tzinfo:
    return zone_named(name)


def read(text: str, sheet: SheetMapping, name: str) -> dt.datetime:
    """A moment of one column, as the mapping says how it is written."""
    how = sheet.reading(name)
    return read_moment(text, _zone(how.zone), how.order)


def moment(row: TableRow, sheet: SheetMapping, name: str) -> dt.datetime:
    text = row.cells.get(name, "").strip()
    if not text:
        raise BadCellError(name, "", WITHOUT_MOMENT.get(name, "empty"))
    try:
        return read(text, sheet, name)
    except UnreadableMomentError as error:
        raise BadCellError(name, text, str(error)) from error


def perhaps(row: TableRow, column: str, take: Callable[[str], Value], tell: Tell) -> Value | None:
    """A cell that a ticket can do without: None when it is empty, or told as unusable."""
    text = row.cells.get(column, "").strip()
    if not text:
        return None
    try:
        return take(text)
    except ValueError as error:
        tell(BadCellError(column, text, f"{error}; the ticket is stored without it"))
        return None


def not_before(solved_at: dt.datetime, created_at: dt.datetime) -> dt.datetime:
    if solved_at < created_at:
        raise ValueError("before the ticket was created")
    return solved_at


def seconds(text: str, reading: Reading) -> int:
    """A time in the column's unit, or as hours and minutes, in seconds."""
    clock = CLOCK.fullmatch(text)
    if clock:
        found = int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    elif NUMBER.fullmatch(text):
        found = round(float(text.replace(",", ".")) * UNITS[reading.unit])
    else:
        raise ValueError("not a number of minutes" if reading.unit == "min" else "not a length of time")
    if found > LONGEST_TIME:
        raise ValueError("longer than any ticket")
    return found


def reopens(text: str) -> int:
    if not NUMBER.fullmatch(text) or float(text.replace(",", ".")) > MOST_REOPENS:
        raise ValueError("not a number of times")
    return int(float(text.replace(",", ".")))


def a_number(text: str) -> float:
    found = as_number(text)
    if found is None:
        raise ValueError("not a number")
    return found


def five_points(text: str) -> int:
    if text not in FIVE_POINTS:
        raise ValueError("not a whole number from 1 to 5")
    return int(text[0])


def satisfaction(row: TableRow, tell: Tell) -> str | None:
    """What the customer said: the word where there is one, else four and five are good, one and two bad."""
    points = perhaps(row, "CSAT (1-5)", five_points, tell)
    told = row.cells.get("Satisfaction", "").strip().casefold()
    if told in ("good", "bad"):
        return told
    if told or points is None or points == 3:
        return None
    return "good" if points > 3 else "bad"


def word(row: TableRow, column: str) -> str:
    return tidy(row.cells.get(column, ""))


def tidy(text: str) -> str:
    return " ".join(clean(text).split())


def in_order(messages: Iterable[MessageRecord]) -> list[MessageRecord]:
    """Messages by time; rows a minute apart keep the file's order, since some times are written without seconds."""
    found = list(messages)
    minute = dt.timedelta(minutes=1)
    if all(later.at > earlier.at - minute for earlier, later in itertools.pairwise(found)):
        return found
    return sorted(found, key=lambda message: message.at)
