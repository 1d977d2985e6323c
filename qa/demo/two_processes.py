"""The demo operation worked out by two processes, because most machines have two cores and the build is long.

The second one tells tickets while the first stores those told before, and answers every other sheet of a week.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Self

from qa.demo.facts import Operation
from qa.demo.grading import Graded, Grading, Sheet
from qa.demo.load_tickets import Records
from qa.tickets.intake.base import TicketRecord
from rubrics import RubricVersion

CHUNK = 2_000  # tickets told at a time
AHEAD = 3  # chunks that may wait to be stored
FEW = 10_000  # tickets that are told sooner than a process starts


class TwoProcesses:
    """Whatever is asked comes out the same, and in the same order, as from one process."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.records, self.grading = Records(operation), Grading(operation)
        self._other: ProcessPoolExecutor | None = None
        if operation.tickets.number.size > FEW:
            # Not forked: the parent holds a database connection, which no child may inherit.
            context = get_context("spawn")
            self._other = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(operation,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._other is not None:
            self._other.shutdown(cancel_futures=True)

    def facts(self, tickets: Sequence[int], *, with_text: frozenset[int]) -> Iterator[TicketRecord]:
        """The facts of tickets, and the conversations of some."""
        if self._other is None:
            yield from self.records.facts(tickets, with_text=with_text)
            return
        waiting: deque[Future[list[TicketRecord]]] = deque()
        for start in range(0, len(tickets), CHUNK):
            chunk = tickets[start : start + CHUNK]
            waiting.append(self._other.submit(_facts, chunk, with_text.intersection(chunk)))
            if len(waiting) > AHEAD:
                yield from waiting.popleft().result()
        for told in waiting:
            yield from told.result()

    def texts(self, tickets: Sequence[int]) -> Callable[[], Sequence[TicketRecord]]:
        """Begin to tell tickets with their conversations; what is returned waits for them."""
        if self._other is None:
            return lambda: list(self.records.with_text(tickets))
        return self._other.submit(_texts, tickets).result

    def grade(self, sheets: Sequence[Sheet], versions: Mapping[int, RubricVersion]) -> Sequence[Graded]:
        """What the reviewers give."""
        if self._other is None:
            return _grade(self.grading, sheets, versions)
        half = len(sheets) // 2
        rest = self._other.submit(_grade_there, sheets[half:], versions)
        return [*_grade(self.grading, sheets[:half], versions), *rest.result()]


def _grade(grading: Grading, sheets: Sequence[Sheet], versions: Mapping[int, RubricVersion]) -> list[Graded]:
    return [grading.graded(sheet, versions[sheet.version_id]) for sheet in sheets]


_records: Records  # these two in the other process only
_grading: Grading


def _begin(operation: Operation) -> None:
    global _records, _grading
    _records, _grading = Records(operation), Grading(operation)


def _facts(tickets: Sequence[int], with_text: frozenset[int]) -> list[TicketRecord]:
    return list(_records.facts(tickets, with_text=with_text))


def _texts(tickets: Sequence[int]) -> list[TicketRecord]:
    return list(_records.with_text(tickets))


def _grade_there(sheets: Sequence[Sheet], versions: Mapping[int, RubricVersion]) -> list[Graded]:
    return _grade(_grading, sheets, versions)
