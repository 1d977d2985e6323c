"""When a conversation is erased, kept files that quote it are deleted: no workbook is mended behind its digest."""

import html
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.reviews.forgetting import RUN
from qa.scheduled_exports.jobs import folder
from qa.scheduled_exports.models import DeliveryState, ExportDelivery
from qa.tickets.searching import folded

CELL = re.compile(r"<t(?: [^>]*)?>([^<]*)</t>")  # a text of SpreadsheetML
Runs = frozenset[tuple[str, ...]]


def forget_quotes(session: Session, conversations: Mapping[int, Sequence[str]]) -> int:
    """Delete the files whose cells say words of these tickets in a row; how many. The caller commits.

    A schedule makes its next file without them.
    """
    erased = frozenset().union(*(runs_of(text) for texts in conversations.values() for text in texts))
    if not erased:
        return 0
    kept = session.scalars(
        select(ExportDelivery)
        .where(ExportDelivery.state == DeliveryState.DONE, ExportDelivery.file_name.is_not(None))
        .order_by(ExportDelivery.id)
    )
    gone = 0
    for delivery in kept:
        path = folder() / str(delivery.file_name)
        if path.exists() and not erased.isdisjoint(_said_in(path, path.stat().st_mtime_ns)):
            path.unlink()
            delivery.state = DeliveryState.EXPIRED
            gone += 1
    return gone


def runs_of(text: str) -> Runs:
    """The runs of words that are no coincidence; a short text is one run by itself, a single word none."""
    words = folded(text)
    if len(words) < RUN:
        return frozenset({tuple(words)} if len(words) > 1 else ())
    return frozenset(tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


@lru_cache(maxsize=64)
def _said_in(path: Path, changed: int) -> Runs:
    """The runs of a file's cells; ``changed`` tells one writing of it from the next."""
    with zipfile.ZipFile(path) as packed:
        return frozenset().union(*(runs_of(cell) for cell in _cells(packed)))


def _cells(packed: zipfile.ZipFile) -> Iterator[str]:
    """The texts of a workbook, or of those that a zip holds."""
    for name in packed.namelist():
        if name.endswith(".xlsx"):
            with packed.open(name) as inside, zipfile.ZipFile(inside) as book:
                yield from _cells(book)
        elif name.endswith(".xml"):
            yield from map(html.unescape, CELL.findall(packed.read(name).decode("utf-8", "replace")))
