"""Tickets told by a second process while the first one stores what was told before: both cores build the demo."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Self

from qa.demo.facts import Operation
from qa.demo.load_tickets import Records
from qa.tickets.intake.base import TicketRecord

CHUNK = 2_000  # tickets told at a time
AHEAD = 3  # chunks that may wait to be stored
FEW = 10_000  # tickets that are told sooner than a process starts

_records: Records  # of the process that tells


class Telling:
    """The tickets of an operation as records, each the same as ``Records`` tells it, in the order asked for."""

    def __init__(self, operation: Operation) -> None:
        self.records = Records(operation)
        self._pool: ProcessPoolExecutor | None = None
        if operation.tickets.number.size > FEW:
            # Not forked: the parent holds a database connection, which no child may inherit.
            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(operation,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def facts(self, tickets: Sequence[int], *, with_text: frozenset[int]) -> Iterator[TicketRecord]:
        """The facts of tickets, and the conversations of some."""
        chunks = [tickets[start : start + CHUNK] for start in range(0, len(tickets), CHUNK)]
        if self._pool is None:
            for chunk in chunks:
                yield from self.records.facts(chunk, with_text=with_text)
            return
        waiting: deque[Future[list[TicketRecord]]] = deque()
        for chunk in chunks:
            waiting.append(self._pool.submit(_facts, chunk, with_text.intersection(chunk)))
            if len(waiting) > AHEAD:
                yield from waiting.popleft().result()
        for told in waiting:
            yield from told.result()

    def texts(self, tickets: Sequence[int]) -> Callable[[], Sequence[TicketRecord]]:
        """Begin to tell tickets with their conversations; the answer waits for them."""
        if self._pool is None:
            return lambda: list(self.records.with_text(tickets))
        return self._pool.submit(_texts, tickets).result


def _begin(operation: Operation) -> None:
    global _records
    _records = Records(operation)


def _facts(tickets: Sequence[int], with_text: frozenset[int]) -> list[TicketRecord]:
    return list(_records.facts(tickets, with_text=with_text))


def _texts(tickets: Sequence[int]) -> list[TicketRecord]:
    return list(_records.with_text(tickets))
