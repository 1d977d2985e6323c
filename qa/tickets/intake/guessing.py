"""A first guess of what the columns of an export mean, from their names and from their values. Pure."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa.tickets.intake.base import UnusableFileError
from qa.tickets.intake.dates import Order, UnreadableMomentError, read_moment
from qa.tickets.intake.fields import FIELDS, WORDS, Field, Table, plain, spelt
from qa.tickets.intake.flat_rows import meaning_of
from qa.tickets.intake.looking import Column, Look, look_at_all
from qa.tickets.intake.mapping import ColumnMapping, Reading, Reads, SheetMapping
from qa.tickets.intake.tables import Sheet, shown_header

MOSTLY = 0.5  # share of a column's cells that its meaning must fit
SURELY = 0.9  # the same, where nothing else speaks for it
SHORTEST_WITHIN = 3  # letters of a name that is looked for among more words
ONCE = 0.98  # share of ids that stand once in a table of tickets: exports repeat some
LONG_TEXT = 40  # mean characters of what people write to each other
LONGEST_KEY = 24  # mean characters of a message's id
EXACT, WITHIN, BY_VALUES, LEAST = 3.0, 2.0, 1.0, 0.3
# Values by which a column is known whatever it is called.
TELLING = {
    "Channel": frozenset(
        ("api", "call", "chat", "e-mail", "email", "facebook", "help center", "in-app", "instagram", "live chat",
         "messaging", "phone", "sms", "telephone", "twitter", "voice", "web", "web form", "whatsapp")
    ),
    "Satisfaction": frozenset(("good", "bad", "offered", "unoffered")),
}  # fmt: skip
PARTIES = (("Assignee", "Requester"), ("Assignee Email", "Requester Email"))
UTC = re.compile(r"\b(?:utc|gmt)\b", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
UNIT = (("s", r"\bsec(?:ond)?s?\b|\(s\)"), ("h", r"\bh(?:ou)?rs?\b|\(h\)"), ("d", r"\bdays?\b"), ("min", r"\bmin"))


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a column fits a field."""

    weight: float
    field: str
    column: str
    place: int


def guess(sheets: Sequence[Sheet]) -> ColumnMapping:
    """A mapping that can be used as it is; ``UnusableFileError`` says which column no name gives.

    A table beside others, none of whose columns is known, is left out: workbooks hold notes and sums as well.
    """
    looks = look_at_all(sheets)
    mapping = guess_from(looks)
    nothing = all(found.reads == "nothing" for found in mapping.sheets)
    for sheet, found in zip(sheets, mapping.sheets, strict=True):
        if nothing or found.lacking():
            raise UnusableFileError(lacks(sheet, _lacking(sheet.header, nearest(sheet.header)) or found.lacking()))
    return mapping


def guess_from(looks: Sequence[Look]) -> ColumnMapping:
    """A guess for each table, in their order."""
    return ColumnMapping(sheets=tuple(_sheet(look) for look in looks))


def lacks(sheet: Sheet, lacking: Sequence[str]) -> str:
    return (
        f"{sheet.name} lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}. "
        f"Its header row is: {shown_header(sheet.header)}"
    )


def passed_over(header: Sequence[str], guessed: SheetMapping) -> Iterator[tuple[str, Field]]:
    """The columns that are called as a field is and still are not used for it: their values are nothing of the kind."""
    used = {plain(name) for name in guessed.columns.values()}
    tables: Sequence[Table] = ("tickets", "messages") if guessed.reads == "both" else ("tickets",)
    for table in ("messages",) if guessed.reads == "messages" else tables:
        for field in FIELDS[table].values():
            called = [each for each in header if plain(each) not in used and _named(field, each) > WITHIN + 0.5]
            if field.name not in guessed.columns and called:
                yield called[0], field


def nearest(header: Sequence[str]) -> Table:
    """What a table would rather hold, by the names of its columns alone."""
    look = Look("", "", list(header), [Column(name=name) for name in header], 0, [])
    has_text = "Body" in _matched(look, "messages")
    return "messages" if has_text and len(_lacking(header, "messages")) < len(FIELDS["messages"]) else "tickets"


def _lacking(header: Sequence[str], table: Table) -> list[str]:
    look = Look("", "", list(header), [Column(name=name) for name in header], 0, [])
    matched = _matched(look, table)
    return [each.name for each in FIELDS[table].values() if each.needed and each.name not in matched]


def _sheet(look: Look) -> SheetMapping:
    as_messages, as_tickets = _matched(look, "messages"), _matched(look, "tickets")
    messages = all(name in as_messages for name, each in FIELDS["messages"].items() if each.needed)
    tickets = all(name in as_tickets for name, each in FIELDS["tickets"].items() if each.needed)
    if messages:
        beside = _beside(look)
        needed = [name for table in FIELDS.values() for name, each in table.items() if each.needed]
        if "Status" in beside and all(name in beside for name in needed):
            return _mapping(look, "both", beside)
        return _mapping(look, "messages", as_messages)
    if tickets:
        return _mapping(look, "tickets", as_tickets)
    return _unfinished(look, as_tickets, as_messages)


def _unfinished(look: Look, as_tickets: dict[str, str], as_messages: dict[str, str]) -> SheetMapping:
    """A table that nothing full is known of: what it rather holds, for a person to finish."""
    if look.refers:
        return _mapping(look, "messages", _matched(look, "messages", known={"Ticket ID": look.refers}))
    if look.key:
        return _mapping(look, "tickets", _matched(look, "tickets", known={"Ticket ID": look.key}))
    told = {"tickets": len(as_tickets), "messages": len(as_messages)}
    key = look.column(as_tickets.get("Ticket ID") or as_messages.get("Ticket ID") or "")
    if key is not None and key.filled > 1 and key.different >= ONCE * key.filled:  # a ticket's messages repeat its id
        return _mapping(look, "tickets", as_tickets)
    if "Body" in as_messages or (told["messages"] > told["tickets"]):
        return _mapping(look, "messages", as_messages)
    return _mapping(look, "tickets", as_tickets) if told["tickets"] else guess_as(look, "nothing")


def guess_as(look: Look, reads: Reads) -> SheetMapping:
    """A guess for a table of which somebody has said what it holds."""
    if reads == "nothing":
        return SheetMapping(reads=reads, title=look.name)
    if reads != "both":
        return _mapping(look, reads, _matched(look, reads))
    return _mapping(look, "both", _beside(look))


def _beside(look: Look) -> dict[str, str]:
    """The fields of a table whose messages have their ticket's columns beside them: the ticket's are told first."""
    text = _matched(look, "messages").get("Body")
    tickets = _matched(look, "tickets", only=[name for name in look.header if name != text])
    rest = [name for name in look.header if name not in tickets.values()]
    messages = _matched(look, "messages", only=rest)
    messages.pop("Ticket ID", None)
    return messages | tickets


def _mapping(look: Look, reads: Reads, columns: dict[str, str]) -> SheetMapping:
    opened = _opened(look, columns) if reads in ("tickets", "both") and "Created At" not in columns else None
    if opened is not None:
        columns = {**columns, "Created At": opened}
    readings = {}
    for name, theirs in columns.items():
        column = look.column(theirs)
        table: Table = "messages" if name in FIELDS["messages"] else "tickets"
        reading = reading_for(FIELDS[table][name], column) if column is not None else None
        if reading is not None:
            readings[name] = reading
    return SheetMapping(reads=reads, columns=columns, readings=readings)


def _opened(look: Look, columns: Mapping[str, str]) -> str | None:
    """The free column that comes before every other moment of its row: a ticket is opened before all else happens."""
    moments = [each for each in look.columns if max(each.moments.values(), default=0.0) >= SURELY]
    read = {each.name: _moments_of(look, each) for each in moments}
    free = [each.name for each in moments if each.name not in columns.values()]
    for name in free if len(moments) > 1 else ():
        others = [read[each] for each in read if each != name]
        pairs = [(own, other) for each in others for own, other in zip(read[name], each, strict=True) if own and other]
        if pairs and all(own <= other for own, other in pairs) and any(own < other for own, other in pairs):
            return name
    return None


def _moments_of(look: Look, column: Column) -> list[dt.datetime | None]:
    """A column of the first rows; nothing where a cell is no moment."""
    place, order = look.header.index(column.name), order_of(column) or Order.AUTO
    found: list[dt.datetime | None] = []
    for row in look.rows:
        try:
            found.append(read_moment(row[place], order=order))
        except UnreadableMomentError:
            found.append(None)
    return found


def reading_for(field: Field, column: Column) -> Reading | None:
    """How a column of this meaning is read, as far as its name and values tell."""
    if field.meaning == "moment":
        return Reading(order=order_of(column) or Order.AUTO)
    if field.meaning == "duration":
        told = next((unit for unit, pattern in UNIT if re.search(pattern, column.name, re.IGNORECASE)), "min")
        return Reading(unit=told)
    if field.meaning == "choice":
        known = {word: meaning_of(word, {}, field.name) for word in column.words}
        return Reading(words={spelt(word): meaning for word, meaning in known.items() if meaning})
    return None


def order_of(column: Column) -> Order | None:
    """The order in which a column's dates are written; None where its values allow two."""
    if not column.moments:
        return Order.AUTO
    shares = {order: column.moments.get(order.value, 0.0) for order in Order}
    best = max(shares.values())
    if shares[Order.AUTO] >= best or shares[Order.AUTO] > MOSTLY:
        return Order.AUTO
    fitting = [order for order, share in shares.items() if share == best]
    return fitting[0] if len(fitting) == 1 else None


def _matched(
    look: Look, table: Table, only: Sequence[str] | None = None, known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Our fields -> their columns, each once: what is known before, then the best fits first."""
    fits = sorted(
        (
            fit
            for place, name in enumerate(look.header)
            if only is None or name in only
            for field in FIELDS[table].values()
            if (fit := _fit(field, look.columns[place], place, table, told=known is not None)) is not None
        ),
        key=lambda fit: (-fit.weight, fit.place),
    )
    found: dict[str, str] = dict(known or {})
    for fit in fits:
        if fit.field not in found and fit.column not in found.values():
            found[fit.field] = fit.column
    for name, field in FIELDS[table].items():  # what cannot be done without is believed by its name alone
        free = [each for each in look.header if each not in found.values() and (only is None or each in only)]
        named = max(free, key=lambda each: _named(field, each), default=None)
        if field.needed and name not in found and named is not None and _named(field, named) > WITHIN + 0.5:
            found[name] = named
    if table == "tickets" and only is None:
        found |= _parties(look, found)
    return {name: found[name] for name in FIELDS[table] if name in found}


def _parties(look: Look, found: Mapping[str, str]) -> dict[str, str]:
    """Of two columns of people, or of their addresses, whose names say nothing, the one that far fewer stand in again
    and again holds the specialists.
    """
    told: dict[str, str] = {}
    for specialist, customer in PARTIES:
        taken = {
            theirs
            for name, theirs in found.items()
            if name != customer or _named(FIELDS["tickets"][name], theirs) > WITHIN + 0.5
        }
        mail = FIELDS["tickets"][specialist].meaning == "email"
        free = [c for c in look.columns if c.name not in taken and (c.emails >= MOSTLY if mail else c.people)]
        if specialist in found or len(free) != 2:
            continue
        few, many = sorted(free, key=lambda column: column.different)
        if 0 < few.different * 2 <= many.different:
            told |= {specialist: few.name, customer: many.name}
    return told


def _fit(field: Field, column: Column, place: int, table: Table, *, told: bool) -> Fit | None:
    """``told``: what the table holds follows from another one, so that the vaguest signs count."""
    named = _named(field, column.name)
    if column.filled and not _can_be(field, column):
        return None
    weight = named or (BY_VALUES * _by_values(field, column, table) if column.filled else 0.0)
    if not weight and told:
        weight = LEAST * _faintly(field, column)
    return Fit(weight, field.name, column.name, place) if weight > 0 else None


def _named(field: Field, column: str) -> float:
    """How well a column's name says a field: its name, one of its other names, or one of them among more words."""
    bare = plain(column)
    names = (field.name, *field.aliases)
    for rank, name in enumerate(names):
        if bare == plain(name):
            return EXACT - rank / 100
    words = f" {' '.join(WORD.findall(_split(column).casefold()))} ".replace(" mail ", " email ")
    within = [name for name in names if len(name) >= SHORTEST_WITHIN and f" {name.casefold()} " in words]
    return WITHIN + max(map(len, within)) / 100 if within else 0.0


def _split(name: str) -> str:
    """createdAt and created_at as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ")


def _can_be(field: Field, column: Column) -> bool:
    """Whether a column's values allow a meaning."""
    if field.meaning == "moment":
        return max(column.moments.values(), default=0.0) >= MOSTLY  # ids of 13 digits would be moments as well
    if field.meaning == "email":
        return column.emails >= MOSTLY
    if field.meaning in ("count", "rating"):
        return column.numbers >= MOSTLY
    if field.meaning == "person":
        return max(column.moments.values(), default=0.0) < MOSTLY and column.numbers < MOSTLY
    if field.meaning == "choice":
        known = [word for word in column.words if meaning_of(word, {}, field.name)]
        return not column.words or bool(known)
    if field.name == "Body":
        return column.numbers < MOSTLY and max(column.moments.values(), default=0.0) < MOSTLY
    if field.meaning == "id":
        return column.emails < MOSTLY and column.length <= LONG_TEXT
    return True


def _faintly(field: Field, column: Column) -> bool:
    """Whether a column of messages could be their own id, or who wrote them."""
    if field.name == "Message ID":
        alone = column.filled > 1 and column.different >= ONCE * column.filled
        return alone and column.length <= LONGEST_KEY and not column.people
    return field.name == "Author" and column.people


def _by_values(field: Field, column: Column, table: Table) -> float:
    """How well values alone speak for a field, where the column's name says nothing."""
    if field.meaning == "choice" and column.words:
        known = sum(meaning_of(word, {}, field.name) is not None for word in column.words) / len(column.words)
        enough = known == 1 if field.name == "Public" else len(column.words) > 1
        return known if enough and known > MOSTLY and len(WORDS[field.name]) else 0.0
    if field.name in TELLING and len(column.words) > 1:
        known = sum(spelt(word) in TELLING[field.name] for word in column.words) / len(column.words)
        return known if known > MOSTLY else 0.0
    if field.name == "Body" and column.length >= LONG_TEXT and not column.moments:
        return min(1.0, column.length / 1000)
    if field.name == "Sent At" and table == "messages":
        return 0.5 * max(column.moments.values(), default=0.0) * (column.numbers < MOSTLY)
    return 0.0
