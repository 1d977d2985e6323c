"""The formats an export may have, one module each, by the name that people and commands call them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.tickets.intake.base import Export, UnusableFileError
from qa.tickets.intake.flat_csv import FlatExport
from qa.tickets.intake.zendesk import ZendeskExport


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way in which tickets arrive."""

    name: str
    title: str
    expects: str  # what to hand in, for the upload form and the command's help
    open: Callable[[Sequence[Path]], Export]


FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format(
            name="zendesk",
            title="Zendesk (JSON Lines)",
            expects="tickets.jsonl.gz with comments, users, groups, satisfaction_ratings and ticket_metrics beside it",
            open=ZendeskExport,
        ),
        Format(
            name="csv",
            title="CSV",
            expects="a CSV of tickets and one of their messages, gzipped or not; times without a zone are UTC",
            open=FlatExport,
        ),
    )
}


def format_named(name: str) -> Format:
    """A format by its name."""
    found = FORMATS.get(name)
    if found is None:
        raise UnusableFileError(f"There is no format {name!r}. Known formats: {', '.join(FORMATS)}.")
    return found
