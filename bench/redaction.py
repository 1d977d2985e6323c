"""Recall and precision of redaction on comments whose personal data is known, by type and difficulty.

    python -m bench.redaction [--data FOLDER]

Recall: the share of true values that a redaction of their type covers from end to end. Precision: the share of
redactions of a type that lie on a true value of that type. Decoys: the share that any redaction touches. Where the
comments are absent it says so and measures nothing; ``bench.redaction_forms`` needs no files.
"""

import argparse
import csv
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from qa.tickets.facts import people_of, turns_of
from qa.tickets.intake.base import MessageRecord, TicketRecord
from qa.tickets.intake.zendesk import ZendeskExport
from qa.tickets.redaction import Kind, Span, redact_turns, spans_of_turns

RECALL_BAR, HARD_BAR, PRECISION_BAR, DECOY_BAR = 0.99, 0.80, 0.97, 0.03
MEASURED = ("EMAIL", "PHONE", "CARD", "SSN", "IP")
SHARED = Path("../shared/data")
NEEDED = ("zendesk", "truth/pii_spans.csv")
RECALL_ONLY = ("PERSON_NAME", "ACCOUNT_NUMBER", "PIN", "DATE_OF_BIRTH", "SECURITY_ANSWER", "ADDRESS")


@dataclass(slots=True)
class Tally:
    """Counts by (type, difficulty)."""

    truths: Counter[tuple[str, str]] = field(default_factory=Counter)
    covered: Counter[tuple[str, str]] = field(default_factory=Counter)
    gone: Counter[tuple[str, str]] = field(default_factory=Counter)
    redacted: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def recall(self, kind: str, difficulty: str) -> float | None:
        truths = self.truths[kind, difficulty]
        return self.covered[kind, difficulty] / truths if truths else None

    def taken_out(self, kind: str, difficulty: str) -> float | None:
        truths = self.truths[kind, difficulty]
        return self.gone[kind, difficulty] / truths if truths else None

    def precision(self, kind: str) -> float | None:
        return self.right[kind] / self.redacted[kind] if self.redacted[kind] else None


@dataclass(frozen=True, slots=True)
class Truth:
    start: int
    end: int
    kind: str
    difficulty: str


def tickets(data: Path) -> Iterator[TicketRecord]:
    """The tickets as the product reads them; their messages' texts are the bodies as they stand in the file."""
    for record in ZendeskExport([data / "zendesk"]).records():
        if isinstance(record, TicketRecord) and record.messages:
            yield record


def truths_of(data: Path) -> Mapping[str, list[Truth]]:
    found: dict[str, list[Truth]] = defaultdict(list)
    with (data / "truth" / "pii_spans.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["comment_id"]].append(Truth(int(row["start"]), int(row["end"]), row["type"], row["difficulty"]))
    return found


def measure(data: Path, every: int = 1) -> Tally:
    """Redact each ticket, or each n-th, and compare with what is true of its comments."""
    tally = Tally()
    truths = truths_of(data)
    for record in islice(tickets(data), 0, None, every):
        found = spans_of_turns(turns_of(record), people_of(record))
        for message, spans in zip(record.messages or (), found[1:], strict=False):  # the first text is the subject
            _compare(tally, message, spans, truths.get(message.external_id, []))
    return tally


def _compare(tally: Tally, message: MessageRecord, found: list[Span], true: list[Truth]) -> None:
    text = message.text
    for span in found:
        kind = span.kind.name
        tally.redacted[kind] += 1
        if any(truth.kind == kind and truth.start < span.end and span.start < truth.end for truth in true):
            tally.right[kind] += 1
        elif kind in MEASURED:
            tally.wrong.append(f"{message.external_id} {kind}: {text[span.start : span.end]!r}")
    for truth in true:
        key = (truth.kind, truth.difficulty)
        tally.truths[key] += 1
        if truth.kind == "DECOY":
            hit = any(span.start < truth.end and truth.start < span.end for span in found)
        else:
            hit = any(s.kind.name == truth.kind and s.start <= truth.start and truth.end <= s.end for s in found)
            tally.gone[key] += hit or all(
                any(s.start <= place < s.end for s in found)
                for place in range(truth.start, truth.end)
                if text[place].isalnum()
            )
        tally.covered[key] += hit
        if hit == (truth.kind == "DECOY") and truth.kind not in RECALL_ONLY:
            tally.misses.append(f"{message.external_id} {truth.kind}: {text[truth.start : truth.end]!r}")


def cost(data: Path) -> tuple[float, float]:
    """CPU seconds per message of redaction, and of one plain ``re`` pass over the same text."""
    records = list(tickets(data))
    texts = [message.text for record in records for message in record.messages or ()]
    one_pass = re.compile(r"\d{4}")
    started = time.process_time()
    for record in records:
        redact_turns(turns_of(record), people_of(record))
    redaction = time.process_time() - started
    started = time.process_time()
    for text in texts:
        one_pass.search(text)
    return redaction / len(texts), (time.process_time() - started) / len(texts)


def shown(value: float | None) -> str:
    return "   –  " if value is None else f"{value:6.4f}"


def verdict(value: float | None, bar: float, *, at_most: bool = False) -> str:
    if value is None:
        return ""
    holds = value <= bar if at_most else value >= bar
    return f"bar {bar:.2f} {'holds' if holds else 'MISSED'}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder with zendesk and truth, in place of the shared one")
    parser.add_argument("--misses", action="store_true", help="list what was missed or wrongly redacted")
    options = parser.parse_args()
    data: Path = options.data or SHARED
    absent = [name for name in NEEDED if not (data / name).exists()]
    if absent:
        print(f"skipped, nothing is measured: {data} lacks {' and '.join(absent)}; --data names another folder")
        return 2 if options.data else 0
    tally = measure(data)
    print(f"{'type':<16}{'difficulty':<12}{'n':>6}  recall   gone")
    for kind, difficulty in sorted(key for key in tally.truths if key[0] != "DECOY"):
        recall, gone = tally.recall(kind, difficulty), tally.taken_out(kind, difficulty)
        limit = None if kind not in MEASURED else HARD_BAR if difficulty == "hard" else RECALL_BAR
        bar = verdict(recall, limit) if limit is not None else ""
        print(f"{kind:<16}{difficulty:<12}{tally.truths[kind, difficulty]:>6}  {shown(recall)}  {shown(gone)}  {bar}")
    print("gone: nothing of it is left, under whatever token\n")
    print(f"{'type':<16}{'redacted':>10}  precision")
    for kind in (each.name for each in Kind):
        precision = tally.precision(kind) if kind in MEASURED else None
        print(f"{kind:<16}{tally.redacted[kind]:>10}  {shown(precision)}  {verdict(precision, PRECISION_BAR)}")
    decoys = tally.recall("DECOY", "decoy")
    print(f"\ndecoys wrongly redacted: {shown(decoys)} of {tally.truths['DECOY', 'decoy']}  "
          f"{verdict(decoys, DECOY_BAR, at_most=True)}")  # fmt: skip
    redaction, one_pass = cost(data)
    print(f"cost per message: {redaction * 1e6:.1f} µs, {redaction / one_pass:.1f} times one re pass")
    if options.misses:
        print(*tally.misses, *tally.wrong, sep="\n")
    return 0 if holds(tally) else 1


def holds(tally: Tally) -> bool:
    """Whether every figure that has a bar keeps it."""
    at_least = [
        *((tally.recall(kind, "plain"), RECALL_BAR) for kind in MEASURED),
        *((tally.recall(kind, "hard"), HARD_BAR) for kind in MEASURED),
        *((tally.precision(kind), PRECISION_BAR) for kind in MEASURED),
    ]
    decoys = tally.recall("DECOY", "decoy")
    return all(value is None or value >= bar for value, bar in at_least) and (decoys is None or decoys <= DECOY_BAR)


if __name__ == "__main__":
    sys.exit(main())
