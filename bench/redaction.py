"""Recall and precision of redaction on comments whose personal data is known, by type and difficulty.

    python -m bench.redaction --data ../shared/data

Recall: the share of true values that a redaction of their type covers from end to end. Precision: the share of
redactions of a type that lie on a true value of that type. Decoys: the share that any redaction touches.
"""

import argparse
import csv
import gzip
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qa.tickets.redaction import Kind, spans

RECALL_BAR, PRECISION_BAR, DECOY_BAR = 0.99, 0.97, 0.03
RECALL_ONLY = ("PERSON_NAME", "ACCOUNT_NUMBER", "PIN", "DATE_OF_BIRTH", "SECURITY_ANSWER", "ADDRESS")


@dataclass(slots=True)
class Tally:
    """Counts by (type, difficulty)."""

    truths: Counter[tuple[str, str]] = field(default_factory=Counter)
    covered: Counter[tuple[str, str]] = field(default_factory=Counter)
    redacted: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def recall(self, kind: str, difficulty: str) -> float | None:
        truths = self.truths[kind, difficulty]
        return self.covered[kind, difficulty] / truths if truths else None

    def precision(self, kind: str) -> float | None:
        return self.right[kind] / self.redacted[kind] if self.redacted[kind] else None


@dataclass(frozen=True, slots=True)
class Truth:
    start: int
    end: int
    kind: str
    difficulty: str


def bodies(data: Path) -> Iterator[tuple[str, str]]:
    """The id and text of every comment."""
    with gzip.open(data / "zendesk" / "comments.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            comment = json.loads(line)
            yield str(comment["id"]), comment["body"]


def truths_of(data: Path) -> Mapping[str, list[Truth]]:
    found: dict[str, list[Truth]] = defaultdict(list)
    with (data / "truth" / "pii_spans.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["comment_id"]].append(Truth(int(row["start"]), int(row["end"]), row["type"], row["difficulty"]))
    return found


def measure(data: Path) -> Tally:
    """Redact every comment and compare with what is true of it."""
    tally = Tally()
    truths = truths_of(data)
    for comment_id, text in bodies(data):
        true = truths.get(comment_id, [])
        found = spans(text)
        for span in found:
            tally.redacted[span.kind] += 1
            if any(truth.kind == span.kind and truth.start < span.end and span.start < truth.end for truth in true):
                tally.right[span.kind] += 1
            else:
                tally.wrong.append(f"{comment_id} {span.kind}: {text[span.start : span.end]!r}")
        for truth in true:
            key = (truth.kind, truth.difficulty)
            tally.truths[key] += 1
            if truth.kind == "DECOY":
                hit = any(span.start < truth.end and truth.start < span.end for span in found)
            else:
                hit = any(s.kind == truth.kind and s.start <= truth.start and truth.end <= s.end for s in found)
            tally.covered[key] += hit
            if hit == (truth.kind == "DECOY") and truth.kind not in RECALL_ONLY:
                tally.misses.append(f"{comment_id} {truth.kind}: {text[truth.start : truth.end]!r}")
    return tally


def cost(data: Path) -> tuple[float, float]:
    """Seconds per message of redaction, and of one plain ``re`` pass over the same text."""
    texts = [text for _, text in bodies(data)]
    one_pass = re.compile(r"\d{4}")
    started = time.process_time()
    for text in texts:
        spans(text)
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
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="a folder with zendesk and truth")
    parser.add_argument("--misses", action="store_true", help="list what was missed or wrongly redacted")
    options = parser.parse_args()
    tally = measure(options.data)
    print(f"{'type':<16}{'difficulty':<12}{'n':>6}  recall")
    for kind, difficulty in sorted(key for key in tally.truths if key[0] != "DECOY"):
        recall = tally.recall(kind, difficulty)
        bar = verdict(recall, RECALL_BAR) if kind in set(Kind) and difficulty == "plain" else ""
        print(f"{kind:<16}{difficulty:<12}{tally.truths[kind, difficulty]:>6}  {shown(recall)}  {bar}")
    print(f"\n{'type':<16}{'redacted':>10}  precision")
    for each in Kind:
        precision = tally.precision(each)
        print(f"{each:<16}{tally.redacted[each]:>10}  {shown(precision)}  {verdict(precision, PRECISION_BAR)}")
    decoys = tally.recall("DECOY", "decoy")
    print(f"\ndecoys wrongly redacted: {shown(decoys)} of {tally.truths['DECOY', 'decoy']}  "
          f"{verdict(decoys, DECOY_BAR, at_most=True)}")  # fmt: skip
    redaction, one_pass = cost(options.data)
    print(f"cost per message: {redaction * 1e6:.1f} µs, {redaction / one_pass:.1f} times one re pass")
    if options.misses:
        print(*tally.misses, *tally.wrong, sep="\n")
    plain = [tally.recall(each, "plain") for each in Kind]
    precise = [tally.precision(each) for each in Kind]
    held = all(value is None or value >= RECALL_BAR for value in plain) and all(
        value is None or value >= PRECISION_BAR for value in precise
    )
    return 0 if held and (decoys is None or decoys <= DECOY_BAR) else 1


if __name__ == "__main__":
    sys.exit(main())
