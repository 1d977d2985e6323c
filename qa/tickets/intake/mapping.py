"""A column mapping: what each column of somebody's export means here, and how it is read. Pure, kept as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from qa.tickets.intake.dates import Order, zone_named
from qa.tickets.intake.fields import ANSWERS, FIELDS, UNITS, Field, Table, plain, spelt
from qa.tickets.intake.marks import Marks, UnreadableMarksError

Reads = Literal["tickets", "messages", "both", "nothing"]
READS: Mapping[Reads, str] = {
    "tickets": "one row for each ticket",
    "messages": "one row for each message",
    "both": "one row for each message, with its ticket's columns beside it",
    "nothing": "leave this table out",
}
BODY_FIELDS = ("Body",)


class UnreadableMappingError(ValueError):
    """A kept or edited mapping that says nothing sensible; the message names the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the cells of one column are read."""

    order: Order = Order.AUTO
    zone: str = "UTC"  # of times that name none
    unit: str = "min"  # of durations
    words: Mapping[str, str] = field(default_factory=dict)  # a word of theirs -> what it means


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMapping:
    """What one kind of table holds. Column names are theirs, field names ours."""

    reads: Reads
    columns: Mapping[str, str] = field(default_factory=dict)  # our field -> their column
    readings: Mapping[str, Reading] = field(default_factory=dict)  # our field -> how it is read
    signals: tuple[str, ...] = ()  # their columns of numbers, kept as outside scores
    keep: tuple[str, ...] = ()  # their columns kept with the ticket as they are
    title: str = ""  # of a table that is left out: another one may have the same columns

    def reading(self, name: str) -> Reading:
        return self.readings.get(name, Reading())

    def fields(self) -> Mapping[str, Field]:
        """The fields that a table of this kind may have."""
        return fields_of(self.reads)

    def lacking(self) -> list[str]:
        """The fields that this kind of table cannot do without and that no column gives."""
        return [name for name, each in self.fields().items() if each.needed and name not in self.columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """The tables of an export, and the rules that mark its tickets."""

    sheets: tuple[SheetMapping, ...]
    marks: Marks = field(default_factory=Marks)

    def sheet_for(self, header: Sequence[str], title: str = "") -> SheetMapping | None:
        """The mapping of the table with this header: the one whose columns it has, the most of them."""
        if title and any(each.reads == "nothing" and each.title == title for each in self.sheets):
            return None
        there = {plain(name): name for name in header}
        best: tuple[float, SheetMapping] | None = None
        for each in self.sheets:
            wanted = [plain(name) for name in each.columns.values()]
            needs = [
                plain(each.columns[name]) for name, one in each.fields().items() if one.needed and name in each.columns
            ]
            if not wanted or not all(name in there for name in needs):
                continue
            share = sum(name in there for name in wanted) / max(len(header), 1)
            if best is None or share > best[0]:
                best = share, each
        return best[1] if best else None

    def problems(self) -> list[str]:
        """Why nothing could be taken in by this mapping, in words; empty when it can be used."""
        used = [each for each in self.sheets if each.reads != "nothing"]
        told = [
            f"A table with {READS[each.reads]} needs a column for {' and '.join(each.lacking())}."
            for each in used
            if each.lacking()
        ]
        if not any(each.reads in ("tickets", "both") for each in used):
            told.append("None of the tables holds tickets: choose one with a row for each ticket.")
        return list(dict.fromkeys(told))

    def as_json(self) -> dict[str, Any]:
        return {"sheets": [asdict(each) for each in self.sheets], "marks": self.marks.as_json()}


def fields_of(reads: Reads) -> Mapping[str, Field]:
    if reads == "nothing":
        return {}
    if reads == "both":
        return {**FIELDS["messages"], **FIELDS["tickets"]}
    table: Table = reads
    return FIELDS[table]


def mapping_of(kept: object) -> ColumnMapping:
    """A mapping from JSON; ``UnreadableMappingError`` says what in it is no mapping."""
    if not isinstance(kept, Mapping) or not isinstance(kept.get("sheets"), list):
        raise UnreadableMappingError('a mapping is an object with "sheets"')
    try:
        marks = Marks.from_json(kept.get("marks") or {})
    except UnreadableMarksError as error:
        raise UnreadableMappingError(str(error)) from error
    return ColumnMapping(
        sheets=tuple(_sheet(each, place) for place, each in enumerate(kept["sheets"], start=1)), marks=marks
    )


def _sheet(kept: object, place: int) -> SheetMapping:
    where = f"table {place}"
    if not isinstance(kept, Mapping) or kept.get("reads") not in READS:
        raise UnreadableMappingError(f'{where}: "reads" is one of {", ".join(READS)}')
    reads: Reads = kept["reads"]
    columns = _texts(kept.get("columns"), f"{where}, columns")
    known = fields_of(reads)
    for name in columns:
        if name not in known:
            raise UnreadableMappingError(f"{where}: there is no field {name!r}")
    told = kept.get("readings") or {}
    if not isinstance(told, Mapping):
        raise UnreadableMappingError(f'{where}: "readings" is an object')
    return SheetMapping(
        reads=reads,
        columns=columns,
        readings={name: reading_of(each, f"{where}, {name}", name) for name, each in told.items()},
        signals=_list(kept.get("signals"), f"{where}, signals"),
        keep=_list(kept.get("keep"), f"{where}, keep"),
        title=str(kept.get("title") or ""),
    )


def reading_of(kept: object, where: str, name: str) -> Reading:
    if not isinstance(kept, Mapping):
        raise UnreadableMappingError(f"{where} is an object")
    order, zone, unit = kept.get("order", "auto"), kept.get("zone", "UTC"), kept.get("unit", "min")
    if order not in set(Order):
        raise UnreadableMappingError(f"{where}: the order of a date is one of {', '.join(Order)}")
    try:
        zone_named(str(zone))
    except ValueError as error:
        raise UnreadableMappingError(f"{where}: {error}") from error
    if unit not in UNITS:
        raise UnreadableMappingError(f"{where}: a unit is one of {', '.join(UNITS)}")
    words = {spelt(word): meaning for word, meaning in _texts(kept.get("words"), where).items()}
    meanings = {meaning for meaning, _ in ANSWERS.get(name, ())}
    for word, meaning in words.items():
        if meaning not in meanings:
            raise UnreadableMappingError(f"{where}: {word!r} cannot mean {meaning!r}")
    return Reading(order=Order(order), zone=str(zone), unit=str(unit), words=words)


def with_zone(mapping: ColumnMapping, zone: str) -> ColumnMapping:
    """The same mapping with another zone for times that name none."""

    def moved(sheet: SheetMapping) -> SheetMapping:
        moments = [name for name, each in sheet.fields().items() if each.meaning == "moment" and name in sheet.columns]
        return replace(
            sheet,
            readings={**sheet.readings, **{name: replace(sheet.reading(name), zone=zone) for name in moments}},
        )

    return replace(mapping, sheets=tuple(moved(each) for each in mapping.sheets))


def _texts(kept: object, where: str) -> dict[str, str]:
    if kept is None:
        return {}
    if not isinstance(kept, Mapping) or not all(isinstance(each, str) for pair in kept.items() for each in pair):
        raise UnreadableMappingError(f"{where} is an object of texts")
    return dict(kept)


def _list(kept: object, where: str) -> tuple[str, ...]:
    if kept is None:
        return ()
    if not isinstance(kept, list | tuple) or not all(isinstance(each, str) for each in kept):
        raise UnreadableMappingError(f"{where} is a list of texts")
    return tuple(kept)
