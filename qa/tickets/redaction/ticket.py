"""Redaction of one ticket: what is found in one of its texts is taken out of all, under tokens that stay the same.

The texts are read in their order first: questions tell what the answers are, and names and numbers found anywhere are
looked for everywhere. Then they are written with tokens such as ``[email 1]``, numbered by first appearance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from qa.tickets.redaction import cued, names
from qa.tickets.redaction.finding import NOTHING, spans
from qa.tickets.redaction.kinds import Found, Kind, Span
from qa.tickets.redaction.names import Known

# What only a cue tells, and so would be missed where it is said again without one.
SAID_AGAIN = frozenset({Kind.ACCOUNT_NUMBER, Kind.PIN, Kind.DATE_OF_BIRTH, Kind.SECURITY_ANSWER, Kind.SECRET})
SHORTEST_AGAIN = 4
MOST_AGAIN = 60
QUESTIONS_REMEMBERED = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """One text of a ticket; ``asks`` for what the service side says in public, ``answers`` for the customer."""

    text: str
    asks: bool = False
    answers: bool = False


@dataclass(slots=True)
class Tokens:
    """The numbers of one ticket's values."""

    known: Known
    numbers: dict[tuple[Kind, str], int] = field(default_factory=dict)
    last: dict[Kind, int] = field(default_factory=dict)

    def token(self, kind: Kind, shown: str) -> str:
        key = kind, self.known.owner(shown) if kind is Kind.PERSON_NAME else plain(shown)
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = self.last[kind] = self.last.get(kind, 0) + 1
        return f"[{kind} {number}]"


def redact_turns(turns: Sequence[Turn], people: Iterable[str] = ()) -> list[str]:
    """The texts as they may be kept; ``people`` are the names that the export itself tells."""
    known = Known(people)
    tokens = Tokens(known)
    found = _spans(turns, known)
    return [_written(turn.text, spans_, tokens) for turn, spans_ in zip(turns, found, strict=True)]


def spans_of_turns(turns: Sequence[Turn], people: Iterable[str] = ()) -> list[list[Span]]:
    """Where ``redact_turns`` takes something out of each text, in order, without overlaps."""
    return _spans(turns, Known(people))


def _spans(turns: Sequence[Turn], known: Known) -> list[list[Span]]:
    again: dict[str, Kind] = {}
    read = [_read(turn, wanted, ask_name, known, again) for turn, wanted, ask_name in _with_questions(turns)]
    return [_everywhere(turn.text, sure, known, again) for turn, sure in zip(turns, read, strict=True)]


def _with_questions(turns: Sequence[Turn]) -> Iterable[tuple[Turn, frozenset[Kind], bool]]:
    asked: list[tuple[frozenset[Kind], bool]] = []
    for turn in turns:
        wanted, ask_name = NOTHING, False
        if turn.asks:
            asked = [*asked, (cued.asked(turn.text), names.asks_for_name(turn.text))][-QUESTIONS_REMEMBERED:]
        elif turn.answers and asked:
            wanted, ask_name = asked[-1]
            for earlier, _ in asked[:-1]:
                wanted |= earlier - {Kind.SECURITY_ANSWER}
        yield turn, wanted, ask_name


def _read(turn: Turn, wanted: frozenset[Kind], ask_name: bool, known: Known, again: dict[str, Kind]) -> Sequence[Span]:
    found = spans(turn.text, wanted=wanted, name_wanted=ask_name)
    for span in found:
        shown = turn.text[span.start : span.end]
        if span.kind is Kind.PERSON_NAME:
            known.add(shown)
        elif span.kind in SAID_AGAIN and len(shown) >= SHORTEST_AGAIN and len(again) < MOST_AGAIN:
            again.setdefault(shown, span.kind)
    return found


def _everywhere(text: str, sure: Sequence[Span], known: Known, again: dict[str, Kind]) -> list[Span]:
    """What was found in a text, and what was found in other texts of the ticket."""
    found = Found(sure)
    for value, kind in again.items():
        if value in text:
            found.add(_places(text, value, kind))
    found.add(known.spans(text))
    return found.spans


def _written(text: str, found: Sequence[Span], tokens: Tokens) -> str:
    if not found:
        return text
    pieces: list[str] = []
    position = 0
    for span in found:
        pieces += (text[position : span.start], tokens.token(span.kind, text[span.start : span.end]))
        position = span.end
    pieces.append(text[position:])
    return "".join(pieces)


def _places(text: str, value: str, kind: Kind) -> Iterable[Span]:
    """Where a value stands by itself, not inside a longer word or number."""
    position = text.find(value)
    while position >= 0:
        end = position + len(value)
        before, after = text[max(0, position - 2) : position], text[end : end + 2]
        inside = before[-1:].isalnum() or after[:1].isalnum()
        longer = (before[-1:] in tuple("-./:,$€£") and before[:1].isdigit()) or before[-1:] in ("$", "€", "£")
        longer = longer or (after[:1] in tuple("-./:,") and after[1:].isdigit())
        if not inside and not longer:
            yield Span(position, end, kind)
        position = text.find(value, end)


def plain(shown: str) -> str:
    """A value without what may differ from one time it is written to the next."""
    bare = "".join(character for character in shown.casefold() if character.isalnum())
    return bare or shown
