"""The formats an export may have, one module each, by the name that people and commands call them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from qa.tickets.intake import flat
from qa.tickets.intake.base import Export, UnusableFileError
from qa.tickets.intake.chatwoot import Chatwoot
from qa.tickets.intake.flat import FlatExport
from qa.tickets.intake.freshdesk import Freshdesk
from qa.tickets.intake.intercom import Intercom
from qa.tickets.intake.mapping import ColumnMapping
from qa.tickets.intake.objects import SUFFIXES, Desk, ObjectExport
from qa.tickets.intake.zammad import Zammad
from qa.tickets.intake.zendesk import Zendesk

TABLES = "csv"  # the kind of source that tables come from, whatever file they stand in
Open = Callable[[Sequence[Path], ColumnMapping | None], Export]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way in which tickets arrive; sources of one ``kind`` take all formats of that kind."""

    name: str
    kind: str
    title: str
    expects: str  # what to hand in, for the upload form and the command's help
    open: Open  # by a column mapping, which formats of objects only read the marks of

    @property
    def mapped(self) -> bool:
        return self.kind == TABLES


def _tables(suffixes: tuple[str, ...], paths: Sequence[Path], mapping: ColumnMapping | None) -> Export:
    return FlatExport(paths, mapping, suffixes=suffixes)


def _objects(desk: Callable[[], Desk], paths: Sequence[Path], mapping: ColumnMapping | None) -> Export:
    return ObjectExport(paths, desk(), mapping.marks if mapping is not None else None)


def _table(name: str, title: str, expects: str, suffixes: tuple[str, ...]) -> Format:
    return Format(name=name, kind=TABLES, title=title, expects=expects, open=partial(_tables, suffixes))


def _desk(name: str, title: str, expects: str, desk: Callable[[], Desk]) -> Format:
    return Format(name=name, kind=name, title=title, expects=expects, open=partial(_objects, desk))


FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        _table(
            "csv",
            "CSV",
            "tables of tickets and of messages, between commas, semicolons or tabs, in any encoding, gzipped or not",
            flat.DELIMITED,
        ),
        _table("tsv", "TSV", "the same between tabs", flat.DELIMITED),
        _table("xlsx", "Excel", "a workbook with a sheet of tickets and one of their messages", flat.WORKBOOKS),
        _table("jsonl", "JSON Lines", "one flat object a line, tickets and messages in files of their own", SUFFIXES),
        _desk(
            "zendesk",
            "Zendesk",
            "tickets.jsonl.gz with comments, users, groups, satisfaction_ratings and ticket_metrics beside it, "
            "or pages of the cursor export",
            Zendesk,
        ),
        _desk("intercom", "Intercom", "conversations with their parts, as JSON Lines or pages of the API", Intercom),
        _desk(
            "freshdesk",
            "Freshdesk",
            "tickets with conversations, and agents, groups, contacts, satisfaction_ratings beside them",
            Freshdesk,
        ),
        _desk("zammad", "Zammad", "tickets with articles, and users and groups beside them", Zammad),
        _desk("chatwoot", "Chatwoot", "conversations with their messages inside", Chatwoot),
    )
}


def format_named(name: str) -> Format:
    """A format by its name."""
    found = FORMATS.get(name)
    if found is None:
        raise UnusableFileError(f"There is no format {name!r}. Known formats: {', '.join(FORMATS)}.")
    return found
