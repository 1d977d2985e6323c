"""The kinds of personal data, and where one stands in a text."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was taken out; the value is the word of its token, such as ``[email 1]``."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    SSN = "SSN"
    IBAN = "IBAN"
    IP = "IP"
    MAC = "MAC"
    ADDRESS = "address"
    DATE_OF_BIRTH = "date of birth"
    ACCOUNT_NUMBER = "account number"
    PIN = "PIN"
    SECURITY_ANSWER = "security answer"
    PERSON_NAME = "name"
    SECRET = "secret"  # noqa: S105 - the word of the token


@dataclass(frozen=True, slots=True)
class Span:
    """Personal data from ``start`` up to ``end`` (code points)."""

    start: int
    end: int
    kind: Kind


class Found:
    """Spans that do not overlap: what was found first stays, so finders go from the surest to the vaguest."""

    __slots__ = ("_starts", "spans")

    def __init__(self, sure: Sequence[Span] = ()) -> None:
        self.spans = list(sure)  # in order
        self._starts = [span.start for span in sure]

    def add(self, spans: Iterable[Span]) -> None:
        for span in spans:
            place = bisect_right(self._starts, span.start)
            if place and self.spans[place - 1].end > span.start:
                continue
            if place < len(self.spans) and self.spans[place].start < span.end:
                continue
            self.spans.insert(place, span)
            self._starts.insert(place, span.start)


WORD = re.compile(r"[^\W\d_]+")


def words_of(text: str) -> set[str]:
    """The words of a text in small letters: a look into this set is far cheaper than a search for each cue."""
    return set(WORD.findall(text.lower()))


def word_set(words: str) -> frozenset[str]:
    """Words that are told in one string."""
    return frozenset(words.split())
