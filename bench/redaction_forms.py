"""Recall and precision of redaction on a kept-back set: formats that the shared comments do not hold.

    python -m bench.redaction_forms [--each 200]

The values are made from the formats' definitions (`tests/tickets/other_forms.py`: E.164 and national phone forms, RFC
5322, ISO/IEC 7812, the SSA's rules, RFC 4291, ISO 13616, IEEE 802, spelt-out and spaced forms), and so are the
look-alikes. Each figure has the bar of the shared set less three points. Exit 0 only if every bar holds.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bench.bars import Bar, at_least, at_most
from bench.redaction import DECOY_BAR, HARD_BAR, PRECISION_BAR, RECALL_BAR
from qa.tickets.redaction import Kind, redact, spans
from tests.tickets import other_forms as forms

POINTS = 0.03
Values = st.SearchStrategy[str]
PLAIN: Mapping[Kind, Sequence[Values]] = {
    Kind.EMAIL: [forms.EMAILS],
    Kind.PHONE: list(forms.PHONES.values()),
    Kind.CARD: [forms.cards()],
    Kind.SSN: [forms.ssns()],
    Kind.IP: [forms.IPS],
    Kind.IBAN: [forms.ibans()],
    Kind.MAC: [forms.MACS],
}
HARD: Mapping[Kind, Values] = {
    Kind.EMAIL: forms.HARD_EMAILS,
    Kind.PHONE: forms.HARD_PHONES,
    Kind.CARD: forms.HARD_CARDS,
    Kind.SSN: forms.HARD_SSNS,
    Kind.IP: forms.HARD_IPS,
    Kind.IBAN: forms.ibans(wide=True),
    Kind.MAC: forms.HARD_MACS,
}
CUES = {
    Kind.EMAIL: "mail ",
    Kind.PHONE: "call ",
    Kind.CARD: "card ",
    Kind.SSN: "my SSN is ",
    Kind.IP: "from ",
    Kind.IBAN: "to ",
    Kind.MAC: "my MAC address is ",
}


def made(values: Values, each: int) -> list[str]:
    """So many values, the same in every run."""
    found: list[str] = []

    @seed(1)
    @settings(
        max_examples=each,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(values)
    def collect(value: str) -> None:
        found.append(value)

    collect()
    return found[:each]


class Tally:
    """What became of the values of one kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def look(self, kind: Kind, value: str, before: str) -> None:
        """One value in a sentence: whether it is covered, and whether anything else is taken for its kind."""
        start, end = len(before), len(before) + len(value)
        found = [span for span in spans(f"{before}{value}, please") if span.kind is kind]
        self.counts["told"] += 1
        self.counts["covered"] += any(span.start <= start and span.end >= end for span in found)
        self.counts["redacted"] += len(found)
        self.counts["right"] += sum(span.start < end and start < span.end for span in found)

    @property
    def recall(self) -> float:
        return self.counts["covered"] / self.counts["told"]

    @property
    def precision(self) -> float:
        return self.counts["right"] / self.counts["redacted"] if self.counts["redacted"] else 1.0


def measured(each: int) -> Iterable[Bar]:
    for kind, strategies in PLAIN.items():
        plain, hard = Tally(), Tally()
        for strategy in strategies:
            for value in made(strategy, max(1, each // len(strategies))):
                plain.look(kind, value.removesuffix(":8080"), CUES[kind])
        for value in made(HARD[kind], each):
            hard.look(kind, value, CUES[kind])
        yield at_least(f"{kind.name}: recall, plain ({plain.counts['told']})", plain.recall, RECALL_BAR - POINTS)
        yield at_least(f"{kind.name}: recall, hard ({hard.counts['told']})", hard.recall, HARD_BAR - POINTS)
        yield at_least(f"{kind.name}: precision", plain.precision, PRECISION_BAR - POINTS)
    touched = told = 0
    for strategy in forms.DECOYS.values():
        for value in made(strategy, max(1, each // len(forms.DECOYS))):
            text = f"Hello. {value} please"
            told += 1
            touched += redact(text) != text
    yield at_most(f"look-alikes wrongly redacted ({told})", touched / told, DECOY_BAR + POINTS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=200, help="values of each type and difficulty")
    bars = list(measured(parser.parse_args().each))
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
