"""What every reader of a help desk's export gives, whatever its format: plain records and rejects, nothing stored."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from qa.core.errors import InvalidInputError
from qa.tickets import redaction

Role = Literal["customer", "specialist", "bot", "internal", "tool"]
LONGEST_VALUE = 80  # characters of a rejected cell that are shown
LONGEST_READ = 4000  # of it, before redaction: what is cut through the middle would not be known for what it is
RESOLVED_STATUSES = frozenset({"solved", "closed"})
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # no page may hold them
TOLD_LATER = "the same message stands again further on, with other words or facts; that one is used"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # neither database takes them


class BadCellError(Exception):
    """A cell that cannot be read: its column, its value and why."""

    def __init__(self, column: str | None, value: object, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


class UnusableFileError(InvalidInputError):
    """A file as a whole cannot be read: not what its name says, or without the columns it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRecord:
    """Whom the help desk calls an agent."""

    external_id: str
    name: str
    email: str | None = None
    is_bot: bool = False


class MessageRecord(NamedTuple):
    """One message or note, as it stands in the export; millions are made, so it is as light as a value can be."""

    external_id: str
    role: Role
    public: bool
    at: dt.datetime
    text: str
    agent: AgentRecord | None = None  # of a specialist, a bot, or an agent's note


class Told(NamedTuple):
    """A message and where it was told, for as long as it waits for its ticket: stored is the message alone."""

    message: MessageRecord
    file: str
    line: int | None
    column: str | None  # of its id, as the export calls it


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a ticket was told: the file, or the page of a live pull, and its line or place there."""

    file: str
    row: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRecord:
    """What one agent did in the ticket's present resolution, told directly instead of by messages."""

    agent: AgentRecord
    first_reply_at: dt.datetime
    last_reply_at: dt.datetime
    public_replies: int = 1
    share: float = 1.0
    is_primary: bool = True
    ineligible_reason: str | None = None


@dataclass(slots=True, kw_only=True)
class TicketRecord:
    """One ticket as it stands in the export; ``messages`` is None where the export tells nothing of them.

    Nobody changes one; a frozen one of so many fields takes five times as long to make, by the million.
    """

    external_id: str
    subject: str
    status: str
    created_at: dt.datetime
    solved_at: dt.datetime | None = None
    source_updated_at: dt.datetime | None = None
    channel: str = "unknown"
    queue: str = ""
    tier: str = ""
    language: str = ""
    priority: str = ""
    product_area: str = ""
    launch: str = ""
    tags: tuple[str, ...] = ()
    custom_fields: Mapping[str, Any] = field(default_factory=dict)
    content_severity: int = 0
    risk_class: int = 0
    customer_external_id: str | None = None
    first_reply_seconds: int | None = None
    resolution_seconds: int | None = None
    reopens: int = 0
    escalated: bool = False
    csat: str | None = None
    csat_reason: str | None = None
    assignee: AgentRecord | None = None
    messages: tuple[MessageRecord, ...] | None = None
    parts: tuple[PartRecord, ...] | None = None  # None: they follow from the messages
    people: tuple[str, ...] = ()  # names that the texts may hold, the requester's first; taken out, never kept
    groups_passed: int = 1  # groups that had the ticket, where the help desk tells it
    origin: Origin | None = None
    data_region: str | None = None  # None: the source's


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row, or one cell of it, that could not be used: where it stands and why. Its value is redacted and cut."""

    file: str
    line: int | None
    column: str | None
    value: str
    reason: str
    loses: Literal["ticket", "message", "cell"] = "cell"
    messages: int = 0  # of a lost ticket, lost with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A row that says again what another row of the same export said."""

    of: Literal["ticket", "message"]


Record = TicketRecord | Reject | Repeated


class Export(Protocol):
    """An opened export: who its agents are, then its tickets one by one."""

    total: int | None  # tickets, where it is known before reading

    def agents(self) -> Iterable[AgentRecord]: ...

    def records(self) -> Iterator[Record]: ...


def learnt(agents: dict[str, AgentRecord], key: str, name: str, email: str | None) -> AgentRecord:
    """An agent as far as it was told; what a later object tells better is kept."""
    known = agents.get(key)
    if known is None or (not known.name and name) or (known.email is None and email):
        agents[key] = AgentRecord(
            external_id=key,
            name=name or (known.name if known else ""),
            email=email or (known.email if known else None),
        )
    return agents[key]


def reject(
    file: str,
    line: int | None,
    column: str | None,
    value: object,
    reason: str,
    *,
    loses: Literal["ticket", "message", "cell"] = "cell",
    messages: int = 0,
    person: bool = False,
) -> Reject:
    """A reject whose value may be shown; ``person`` for a column that names somebody: nothing of it is."""
    told = (
        value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False, default=str)
    )
    text = " ".join(clean(told).split())
    shown = shown_cell(column or "", text, person=person)
    return Reject(
        file=file,
        line=line,
        column=column,
        value=shown if len(shown) <= LONGEST_VALUE else shown[: LONGEST_VALUE - 1] + "…",
        reason=redaction.redact(clean(reason)),
        loses=loses,
        messages=messages,
    )


def told_again(messages: Sequence[Told], used: Mapping[str, Told]) -> Iterator[Repeated | Reject]:
    """What becomes of messages whose ids stand again: the last telling is used, others that differ are told."""
    for told in reversed(messages):
        key = told.message.external_id
        winner = used[key]
        if told is winner:
            continue
        if told.message == winner.message:
            yield Repeated(of="message")
        else:
            yield reject(told.file, told.line, told.column, key, TOLD_LATER, loses="message")


def shown_cell(column: str, text: str, *, person: bool = False) -> str:
    """A cell as it may leave the parser: its column's name counts as the cue before it (date of birth, PIN)."""
    text = CONTROL.sub("", text)
    if not text:
        return ""
    if person:
        return f"[{redaction.Kind.PERSON_NAME}]"
    cue = f"{column}: " if column else ""
    shown = redaction.redact(cue + text[:LONGEST_READ])
    if shown.startswith(cue):
        return shown[len(cue) :]
    return redaction.redact(text[:LONGEST_READ])  # the column's name itself held something


def clean(text: str) -> str:
    """Text that both databases can keep: without NUL, lone surrogates become the replacement character."""
    if (text.isascii() and "\x00" not in text) or UNSTORABLE.search(text) is None:
        return text
    return UNSTORABLE.sub(lambda found: "" if found.group() == "\x00" else "\ufffd", text)
