"""The column mapping's form: from what was posted to a mapping, and to what its page shows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from qa.tickets.intake import guessing
from qa.tickets.intake.dates import Order, zone_named
from qa.tickets.intake.fields import ANSWERS, UNITS, Field, plain, spelt
from qa.tickets.intake.flat_rows import meaning_of
from qa.tickets.intake.looking import Column, Look
from qa.tickets.intake.mapping import READS, ColumnMapping, Reading, Reads, SheetMapping
from qa.tickets.intake.marks import (
    MOST_RULES,
    REGION,
    REGION_WHERE,
    SEVERITIES,
    WITHOUT_WORDS,
    Marks,
    Rule,
    words_of,
)
from qa.tickets.intake.previewing import Preview, preview

SIGNAL, KEEP = "+signal", "+keep"  # a column that is none of our fields
EXAMPLES = 3
ORDERS = {
    Order.AUTO: "as it is written, e.g. 2026-03-31 or 31 March 2026",
    Order.DAY_FIRST: "day first: 31/03/2026",
    Order.MONTH_FIRST: "month first: 03/31/2026",
    Order.EXCEL: "Excel’s day number: 46112.5",
}
UNIT_WORDS = {"min": "minutes", "h": "hours", "s": "seconds", "d": "days"}
Form = Mapping[str, str]


@dataclass(slots=True)
class Errors:
    """What is wrong with the form, by the name of its field."""

    by_field: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, message: str) -> None:
        self.by_field.setdefault(name, message)


def mapping_from(form: Form, looks: Sequence[Look], before: ColumnMapping) -> tuple[ColumnMapping, dict[str, str]]:
    """The mapping as posted, and what in the form could not be used, by field."""
    errors = Errors()
    sheets = tuple(_sheet(form, place, look, before.sheets[place], errors) for place, look in enumerate(looks))
    return ColumnMapping(sheets=sheets, marks=_marks(form, errors)), errors.by_field


def _sheet(form: Form, place: int, look: Look, before: SheetMapping, errors: Errors) -> SheetMapping:
    told = form.get(f"s{place}-reads", before.reads)
    reads: Reads = next((each for each in READS if each == told), before.reads)
    if reads != before.reads:
        return guessing.guess_as(look, reads)
    sheet = SheetMapping(reads=reads, title=look.name if reads == "nothing" else "")
    columns: dict[str, str] = {}
    readings: dict[str, Reading] = {}
    signals, keep = [], []
    for number, column in enumerate(look.columns):
        name = f"s{place}-c{number}"
        chosen = form.get(name, "")
        if chosen == SIGNAL:
            signals.append(column.name)
        elif chosen == KEEP:
            keep.append(column.name)
        elif chosen in sheet.fields():
            if chosen in columns:
                errors.add(name, f"“{columns[chosen]}” is {chosen} already: a column can mean only one thing.")
                continue
            columns[chosen] = column.name
            was = plain(before.columns.get(chosen, "")) == plain(column.name)
            readings[chosen] = _reading(form, name, sheet.fields()[chosen], column, was, errors)
    return replace(sheet, columns=columns, readings=readings, signals=tuple(signals), keep=tuple(keep))


def _reading(form: Form, name: str, meaning: Field, column: Column, was: bool, errors: Errors) -> Reading:
    """How a column is read: as posted, or guessed anew where it meant something else before."""
    guessed = guessing.reading_for(meaning, column) or Reading()
    if not was:
        return guessed
    order, unit = form.get(f"{name}-order", guessed.order), form.get(f"{name}-unit", guessed.unit)
    zone = form.get(f"{name}-zone", guessed.zone).strip() or "UTC"
    try:
        zone_named(zone)
    except ValueError:
        errors.add(f"{name}-zone", f"There is no time zone “{zone}”; write it as in the list, e.g. Europe/Berlin.")
        zone = guessed.zone
    meanings = {each for each, _ in ANSWERS.get(meaning.name, ())}
    words = {
        spelt(word): told
        for k, word in enumerate(column.words)
        if meaning.meaning == "choice" and (told := form.get(f"{name}-w{k}", "")) in meanings
    }
    return Reading(
        order=Order(order) if order in set(Order) else guessed.order,
        zone=zone,
        unit=unit if unit in UNITS else guessed.unit,
        words=words,
    )


def marks_from(form: Form) -> tuple[Marks, dict[str, str]]:
    """A source's own rules as posted, and what of them could not be used, by field."""
    errors = Errors()
    return replace(_marks(form, errors), signals=words_of(form.get("signals", ""))), errors.by_field


def _marks(form: Form, errors: Errors) -> Marks:
    return Marks(
        escalation=_rules(form, "e", errors), severity=_rules(form, "v", errors), regions=_rules(form, "r", errors)
    )


def _rules(form: Form, letter: str, errors: Errors) -> tuple[Rule, ...]:
    found = []
    for number in range(MOST_RULES):
        name = f"{letter}{number}"
        where = form.get(f"{name}-where")
        if where is None:
            break
        words = words_of(form.get(f"{name}-words", ""))
        region = form.get(f"{name}-region", "").strip().lower()
        if where not in REGION_WHERE or (not words and where not in WITHOUT_WORDS) or (letter == "r" and not region):
            continue  # an empty line is no rule
        if letter == "r" and REGION.fullmatch(region) is None:
            errors.add(f"{name}-field", "A region is one word of letters, digits, dots and hyphens, such as eu-west.")
            continue
        told = form.get(f"{name}-field", "").strip()
        if where == "field" and not told:
            errors.add(f"{name}-field", "Say which column the rule looks at.")
            continue
        level = form.get(f"{name}-level", "1")
        found.append(
            Rule(
                where=next(each for each in REGION_WHERE if each == where),
                words=words,
                field=told if where == "field" else "",
                level=int(level) if letter == "v" and level in {str(each) for each, _ in SEVERITIES} else 0,
                region=region if letter == "r" else "",
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a column of choices, and what it means."""

    name: str
    word: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRow:
    """One column as the page shows it."""

    name: str  # of the form's field
    column: str
    examples: Sequence[str]
    filled: str
    chosen: str
    meaning: str
    help: str
    reading: Reading
    orders: Sequence[tuple[str, str]]
    words: Sequence[Word]
    warning: str
    error: str
    zone_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """One table as the page shows it."""

    place: int
    look: Look
    sheet: SheetMapping
    rows: Sequence[ColumnRow]
    needed: Sequence[tuple[str, str]]
    optional: Sequence[tuple[str, str]]
    lacking: Sequence[str]
    preview: Preview | None


def views_of(looks: Sequence[Look], mapping: ColumnMapping, errors: Mapping[str, str]) -> list[SheetView]:
    return [_view(place, look, mapping.sheets[place], errors) for place, look in enumerate(looks)]


def _view(place: int, look: Look, sheet: SheetMapping, errors: Mapping[str, str]) -> SheetView:
    by_column = {plain(theirs): name for name, theirs in sheet.columns.items()}
    fields = sheet.fields()
    return SheetView(
        place=place,
        look=look,
        sheet=sheet,
        rows=[
            _row(f"s{place}-c{number}", column, look, sheet, by_column.get(plain(column.name)), errors)
            for number, column in enumerate(look.columns)
        ]
        if sheet.reads != "nothing"
        else [],
        needed=[(each.name, each.name) for each in fields.values() if each.needed],
        optional=[(each.name, each.name) for each in fields.values() if not each.needed],
        lacking=sheet.lacking(),
        preview=preview(look, sheet) if sheet.columns else None,
    )


def _row(
    name: str, column: Column, look: Look, sheet: SheetMapping, mapped: str | None, errors: Mapping[str, str]
) -> ColumnRow:
    place = look.header.index(column.name)
    field_ = sheet.fields().get(mapped) if mapped else None
    reading = sheet.reading(mapped) if mapped else Reading()
    examples = list(dict.fromkeys(row[place] for row in look.rows if row[place]))[:EXAMPLES]
    words = []
    if field_ is not None and field_.meaning == "choice":
        words = [
            Word(name=f"{name}-w{k}", word=word, meaning=meaning_of(word, reading.words, field_.name) or "")
            for k, word in enumerate(column.words)
        ]
    chosen = mapped or (SIGNAL if column.name in sheet.signals else KEEP if column.name in sheet.keep else "")
    return ColumnRow(
        name=name,
        column=column.name,
        examples=examples,
        filled=f"{column.filled} of {look.looked_at}" if column.filled < look.looked_at else "",
        chosen=chosen,
        meaning=field_.meaning if field_ is not None else "",
        help=field_.help if field_ is not None else "",
        reading=reading,
        orders=_orders(column),
        words=words,
        warning=_warning(field_, column, reading, words),
        error=errors.get(name, ""),
        zone_error=errors.get(f"{name}-zone", ""),
    )


def _orders(column: Column) -> list[tuple[str, str]]:
    """The ways to read a date, with the share of the cells looked at that each of them reads."""
    return [
        (order.value, f"{words} ({_percent(column.moments.get(order.value, 0.0))} readable)")
        for order, words in ORDERS.items()
    ]


def _percent(share: float) -> str:
    return "all" if share == 1 else "under 1 %" if 0 < share < 0.01 else f"{int(share * 100)} %"


def _warning(meaning: Field | None, column: Column, reading: Reading, words: Sequence[Word]) -> str:
    """What of a column would be lost as it is mapped now."""
    if meaning is None:
        return ""
    if not column.filled:
        return "This column is empty in the rows looked at."
    if meaning.meaning == "moment":
        share = column.moments.get(reading.order.value, 0.0)
        if guessing.order_of(column) is None and reading.order is Order.AUTO:
            return "Day and month cannot be told apart: choose which comes first."
        if share == 0:
            return "None of these cells can be read this way."
        return f"{_percent(1 - share)} of these cells cannot be read this way." if share < 1 else ""
    unknown = [each.word for each in words if not each.meaning]
    if not unknown:
        return ""
    told = ", ".join(f"“{word}”" for word in unknown[:EXAMPLES])
    if len(unknown) == 1:
        return f"Say what {told} means: rows with it are refused."
    return f"Say what {told} mean: rows with them are refused."


def rules_shown(rules: Sequence[Rule]) -> list[Rule]:
    """The rules, and an empty line for one more."""
    return [*rules, Rule(where="tag")] if len(rules) < MOST_RULES else list(rules)


def fitted(mapping: ColumnMapping, looks: Sequence[Look]) -> ColumnMapping:
    """A kept mapping for these tables, in their order; tables that it does not know are left out."""
    sheets = []
    for look in looks:
        found = mapping.sheet_for(look.header, look.name)
        if found is None:
            sheets.append(SheetMapping(reads="nothing", title=look.name))
            continue
        there = {plain(name): name for name in look.header}
        columns = {name: there[plain(theirs)] for name, theirs in found.columns.items() if plain(theirs) in there}
        sheets.append(replace(found, columns=columns))
    return ColumnMapping(sheets=tuple(sheets), marks=mapping.marks)


def fits(mapping: ColumnMapping, looks: Sequence[Look]) -> bool:
    """Whether a kept mapping knows every one of these tables."""
    return bool(looks) and all(mapping.sheet_for(look.header) is not None for look in looks)
