"""Where personal data stands in one text: every kind's finder, from the surest to the vaguest.

Text is read a fixed number of times and every look ahead is bounded, so that no text, however hostile, takes more than
linear time.
"""

import re
from collections.abc import Callable, Iterator, Sequence, Set
from functools import lru_cache

from qa.tickets.redaction import cards, credentials, cued, emails, government, names, network, phones, places, spoken
from qa.tickets.redaction.digits import Group, Match, groups_of, names_a_thing
from qa.tickets.redaction.kinds import Found, Kind, Span, words_of

# Characters that nobody sees, and the box round the digits of a keypad.
HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\u20e3\ufe0f\ufeff]")
DIGIT = re.compile(r"\d")
LONG_WORD = re.compile(rf"\S{{{credentials.SHORTEST}}}")
TWO_HEXES = re.compile(r"[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.")
POINTED = re.compile(r"\d\s?[\[({]|\d\s?(?:dot|point)\b|\d \.|\d,\d{1,3},\d{1,3},|\d\. \d", re.IGNORECASE)
POINTS = frozenset({"dot", "point"})
# Digits that any reader of numbers could take: seven close to one another, or four groups with points.
NUMBER = re.compile(r"\d(?:[ \-.,\u00a0\u2009\u202f\u2010-\u2013\u2212/()\n\t_]{0,3}\d){6}|\d\.\d{1,3}\.\d{1,3}\.\d")
REMEMBERED = 300  # characters
NOTHING: frozenset[Kind] = frozenset()

Reader = Callable[[str, Sequence[Group], int], Match | None]


# What a word may be a sign of, as bits: a finder is tried only where one of its words stands.
SECRET, SPELT_MAIL, SPOKEN_NUMBER, SPOKEN_POINT, CUE, NAME, STREET = (1 << bit for bit in range(7))
SIGNS: tuple[tuple[int, Set[str]], ...] = (
    (SECRET, credentials.TRIGGERS),
    (SPELT_MAIL, emails.AT_WORDS),
    (SPOKEN_NUMBER, spoken.NUMBER_WORDS),
    (SPOKEN_POINT, POINTS),
    (CUE, cued.CUES),
    (NAME, names.CUES),
)


@lru_cache(maxsize=32_768)
def _sign(word: str) -> int:
    """The signs of one word; a few thousand words make up nearly all text."""
    return sum(sign for sign, words in SIGNS if word in words) | (STREET if places.may_name_a_street(word) else 0)


def _signs(words: Set[str]) -> int:
    signs = 0
    for word in words:
        signs |= _sign(word)
    return signs


def spans(text: str, *, wanted: frozenset[Kind] = NOTHING, name_wanted: bool = False) -> Sequence[Span]:
    """Where personal data stands, in order, without overlaps; ``wanted`` is what the text was asked for."""
    if len(text) <= REMEMBERED:
        return _remembered(text, wanted, name_wanted)
    return _found(text, wanted, name_wanted)


@lru_cache(maxsize=8192)
def _remembered(text: str, wanted: frozenset[Kind], name_wanted: bool) -> tuple[Span, ...]:
    """Canned replies come again and again."""
    return tuple(_found(text, wanted, name_wanted))


def _found(text: str, wanted: frozenset[Kind], name_wanted: bool) -> list[Span]:
    if HIDDEN.search(text) is not None:
        return _unhidden(text, wanted, name_wanted)
    found = Found()
    words = words_of(text)
    signs = _signs(words)
    named, long = bool(signs & SECRET), LONG_WORD.search(text) is not None
    if named or long:
        found.add(credentials.secrets(text, named=named, long=long))
    signed = "@" in text or "＠" in text or "(a)" in text
    if signed:
        found.add(emails.written(text))
    if "%40" in text:
        found.add(emails.encoded(text))
    if (signed or signs & SPELT_MAIL) and emails.may_be_spelt(text, words):
        found.add(emails.spelt(text))
    has_digits = DIGIT.search(text) is not None
    if has_digits:
        _with_digits(text, words, signs, found)
    if signs & SPOKEN_NUMBER and signs & SPOKEN_POINT:
        found.add(spoken.addresses(text))
    if signs & SPOKEN_NUMBER or (has_digits and spoken.APART.search(text) is not None):
        found.add(spoken.spans(text))
    if signs & CUE:
        found.add(cued.spans(text, words))
    if wanted:
        found.add(cued.answered(text, wanted))
    if signs & NAME:
        found.add(names.introduced(text, words))
    if name_wanted:
        found.add(names.answered(text))
    return found.spans


def _with_digits(text: str, words: Set[str], signs: int, found: Found) -> None:
    colons = text.count(":")
    if colons >= 2:
        found.add(network.ipv6(text))
    if not words.isdisjoint(network.MAC_WORDS):
        found.add(network.named_mac(text))
    if (colons >= 5 or text.count("-") >= 5 or text.count(".") >= 2) and TWO_HEXES.search(text) is not None:
        found.add(network.mac(text))
    if POINTED.search(text) is not None:
        found.add(network.spelt_ipv4(text))
    found.add(cards.ibans(text))
    if NUMBER.search(text) is not None:
        found.add(_numbers(text))
    if signs & STREET:
        found.add(places.addresses(text, words))


def _phone(text: str, groups: Sequence[Group], n: int) -> Match | None:
    match = phones.phone(text, groups, n)
    if match is None or text[match.start] in "+＋(" or phones.cued(text, groups[n].start):
        return match
    return None if cued.number_word(text, groups[n].start) is not None else match


READERS: tuple[tuple[Kind, Reader], ...] = (
    (Kind.IP, network.ipv4),
    (Kind.SSN, government.ssn),
    (Kind.CARD, cards.card),
    (Kind.PHONE, _phone),
)
FEWEST_DIGITS = 4  # of an IPv4 address


def _numbers(text: str) -> Iterator[Span]:
    """Numbers by their groups of digits: each group may begin one, the first kind that fits takes it."""
    groups = groups_of(text)
    if sum(len(group.digits) for group in groups) < FEWEST_DIGITS:
        return
    n = 0
    while n < len(groups):
        if not phones.joined(groups[n].joint):
            n = _end_of_thing(text, groups, n)
            if n == len(groups):
                return
        for kind, read in READERS:
            match = read(text, groups, n)
            if match is not None:
                yield Span(match.start, match.end, kind)
                n += match.groups
                break
        else:
            n += 1


def _end_of_thing(text: str, groups: Sequence[Group], n: int) -> int:
    """Where the groups of a number end that is said to be an order's or the like; here, if none begins here."""
    end = n + 1
    while end < len(groups) and phones.joined(groups[end].joint):
        end += 1
    long = sum(len(group.digits) for group in groups[n:end]) >= FEWEST_DIGITS
    return end if long and end > n + 1 and names_a_thing(text, groups[n].start) and not _cued(text, groups[n]) else n


def _cued(text: str, group: Group) -> bool:
    """Whether a word of cards, phones or SSNs stands before a number, as in "card #"."""
    return any(each.cued(text, group.start) for each in (cards, phones, government))


def _unhidden(text: str, wanted: frozenset[Kind], name_wanted: bool) -> list[Span]:
    """The spans of the text as it looks, at their places in the text as it is."""
    places_of = [place for place, character in enumerate(text) if HIDDEN.match(character) is None]
    seen = HIDDEN.sub("", text)
    return [
        Span(places_of[span.start], places_of[span.end - 1] + 1, span.kind)
        for span in spans(seen, wanted=wanted, name_wanted=name_wanted)
    ]
