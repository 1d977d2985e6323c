"""Numbers in words, digit by digit, or pulled apart: "two oh two, triple five, ..." and "4 1 5 - 5 5 5 - ...".

A run of such pieces is read as one row of digits; what it is follows from the same definitions as for plain numbers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.tickets.redaction import cards, cued, government, phones
from qa.tickets.redaction.digits import names_a_thing
from qa.tickets.redaction.kinds import Kind, Span

DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "null": "0", "eins": "1", "zwei": "2", "zwo": "2", "drei": "3", "vier": "4", "fünf": "5", "fuenf": "5",
    "sechs": "6", "sieben": "7", "acht": "8", "neun": "9",
    "cero": "0", "uno": "1", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7",
    "ocho": "8", "nueve": "9",
    "zéro": "0", "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "sept": "7", "huit": "8", "neuf": "9",
    "dois": "2", "três": "3", "quatro": "4", "sete": "7", "oito": "8", "nove": "9", "meia": "6",
}  # fmt: skip
TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8",
    "ninety": "9",
}  # fmt: skip
TIMES = {"double": 2, "triple": 3, "treble": 3, "doble": 2}
HUNDRED = "hundred"
NUMBER_WORDS = frozenset([*DIGITS, *TEENS, *TENS, *TIMES, HUNDRED])
WORDS = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
APART = re.compile(r"\d[ .,_-]{1,3}\d[ .,_-]{1,3}\d(?!\d)[ .,_-]")
PIECE = re.compile(r"[^\W\d_]+|\d+|\+")
GAP = re.compile(r"[\s,.()\[\]/_\u2010-\u2014-]{0,4}\Z|,?\s(?:dash|hyphen|minus)\s\Z", re.IGNORECASE)
LONGEST_GAP = 9
FEWEST, MOST = 3, 24  # digits
COUNTED = ("0123456789", "123456789")
LONGEST_PLAIN = 4  # digits of a piece that stands among words


@dataclass(frozen=True, slots=True)
class Piece:
    start: int
    end: int
    digits: str
    spoken: bool
    joint: str  # since the piece before


def spans(text: str) -> Iterator[Span]:
    """Personal numbers among the runs of words and single digits."""
    for run in _runs(text):
        pieces = [] if _counts(text, run) else run
        while pieces:
            found = _longest(text, pieces)
            if found is None:
                break
            span, used = found
            opened = span.start > 0 and text[span.start - 1] == "(" and ")" in text[span.start : span.end]
            yield Span(span.start - opened, span.end, span.kind)
            pieces = pieces[used:]


def _counts(text: str, run: Sequence[Piece]) -> bool:
    """Whether somebody only counts: one, two, three."""
    return "".join(piece.digits for piece in run).startswith(COUNTED) and cued.number_word(text, run[0].start) is None


def _runs(text: str) -> Iterator[list[Piece]]:
    """Neighbouring pieces; a run that holds neither a word nor single digits is left to the plain readers."""
    run: list[Piece] = []
    times, ten, end = 1, "", 0

    def ended() -> bool:
        singles = sum(len(piece.digits) == 1 for piece in run)
        return sum(len(piece.digits) for piece in run) >= FEWEST and (
            any(piece.spoken for piece in run) or (singles >= 4 and singles * 2 > len(run))
        )

    for found in _pieces(text):
        word, joint = found.group().casefold(), text[end : found.start()]
        long = word.isdigit() and len(word) > LONGEST_PLAIN  # a number of its own, unless it follows a plus
        if run and (len(joint) > LONGEST_GAP or not GAP.match(joint) or (long and run[-1].digits)):
            if ended():
                yield run
            run, times, ten = [], 1, ""
        if not run and times == 1:
            joint = ""
        start, end = found.span()
        if word in ("+", "plus"):
            if run and ended():
                yield run
            run = [Piece(start, end, "", False, "")]
        elif word in TIMES:
            times = TIMES[word]
            ten = ""
        elif word == HUNDRED:
            if run and run[-1].spoken:
                run[-1] = Piece(run[-1].start, end, run[-1].digits + "00", True, run[-1].joint)
        elif word in TENS:
            run.append(Piece(start, end, TENS[word] + "0", True, joint))
            ten = TENS[word]
            continue
        elif long and not run:
            times, ten = 1, ""
            continue
        elif word.isdigit():
            run.append(Piece(start, end, word, False, joint))
        elif ten and word in DIGITS and DIGITS[word] != "0" and joint in (" ", "-"):
            run[-1] = Piece(run[-1].start, end, ten + DIGITS[word], True, run[-1].joint)
        else:
            run.append(Piece(start, end, (DIGITS.get(word) or TEENS[word]) * times, True, joint))
            times = 1
        ten = ""
    if run and ended():
        yield run


def _pieces(text: str) -> Iterator[re.Match[str]]:
    """Numbers, number words and pluses: looking each word up is cheaper than one pattern of all number words."""
    for found in PIECE.finditer(text):
        shown = found.group()
        if not shown[0].isdecimal() and shown != "+":  # words, and signs such as a quarter
            word = shown.casefold()
            if word not in NUMBER_WORDS and (word != "plus" or _touches_a_number(text, found)):
                continue
        yield found


def _touches_a_number(text: str, found: re.Match[str]) -> bool:
    before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
    return any(near == "_" or near.isdigit() for near in (before, after))


def _longest(text: str, pieces: Sequence[Piece]) -> tuple[Span, int] | None:
    """The longest stretch of a run that is something, and how many pieces are used up with it."""
    sizes = [len(piece.digits) for piece in pieces]
    for first in range(min(3, len(pieces))):
        for last in range(len(pieces), max(first, len(pieces) - 3), -1):
            if not FEWEST <= sum(sizes[first:last]) <= MOST:
                continue
            kind = _kind(text, pieces[first:last])
            if kind is not None:
                return Span(pieces[first].start, pieces[last - 1].end, kind), last
    return None


def _kind(text: str, pieces: Sequence[Piece]) -> Kind | None:
    digits = "".join(piece.digits for piece in pieces)
    start = pieces[0].start
    if not digits.isdigit():
        return None
    if pieces[0].digits == "" and 8 <= len(digits) <= 15:
        return Kind.PHONE if phones.possible(digits) else None
    told = cued.number_word(text, start)
    if told is not None and told is not Kind.ACCOUNT_NUMBER:
        return told
    if (14 <= len(digits) <= 19 and cards.issued(digits)) or (
        13 <= len(digits) <= 19 and cards.cued(text, start) and cards.issued(digits)
    ):  # fmt: skip
        return Kind.CARD
    if len(digits) == 9 and government.issued(digits) and (government.cued(text, start) or _grouped(pieces, (3, 2, 4))):
        return Kind.SSN
    if told is not None:
        return told
    if names_a_thing(text, start):
        return None
    spoken = any(piece.spoken for piece in pieces)
    singles = sum(len(piece.digits) == 1 for piece in pieces)
    if not spoken and singles * 2 < len(pieces):
        return None
    north_american = re.fullmatch(r"1?[2-9]\d{2}[2-9]\d{6}", digits) is not None
    national = digits[0] == "0" and 9 <= len(digits) <= 12
    if north_american or national or (phones.cued(text, start) and 7 <= len(digits) <= 15):
        return Kind.PHONE
    return Kind.PHONE if spoken and 10 <= len(digits) <= 13 and not cards.cued(text, start) else None


def _grouped(pieces: Sequence[Piece], sizes: tuple[int, ...]) -> bool:
    """Whether wider joints cut the digits into groups of these sizes."""
    groups = [0]
    for n, piece in enumerate(pieces):
        if n and piece.joint.strip():
            groups.append(0)
        groups[-1] += len(piece.digits)
    return tuple(groups) == sizes


OCTETS = re.compile(
    rf"(?<!\w)((?:(?:{WORDS}|\d{{1,3}})[ -]?){{1,4}})"
    + rf"(?:\s?\b(?:dot|point)\b\s?((?:(?:{WORDS}|\d{{1,3}})\b[ -]?){{1,4}}))" * 3,
    re.IGNORECASE,
)


def addresses(text: str) -> Iterator[Span]:
    """IPv4 addresses in words: "one nine two dot zero dot two dot seven"."""
    for found in OCTETS.finditer(text):
        parts = ["".join(piece.digits for run in _octet(part) for piece in run) for part in found.groups()]
        if all(part.isdigit() and int(part) <= 255 for part in parts):
            end = found.end() - (len(found.group()) - len(found.group().rstrip(" -")))
            yield Span(found.start(), end, Kind.IP)


def _octet(text: str) -> list[list[Piece]]:
    """One octet's pieces; a short one is no run of its own."""
    pieces = [
        Piece(
            0, 0, word if word.isdigit() else DIGITS.get(word) or TEENS.get(word) or f"{TENS.get(word, '')}0", True, ""
        )
        for word in (each.group().casefold() for each in _pieces(text))
        if word not in TIMES and word not in (HUNDRED, "+", "plus")
    ]
    return [pieces]
