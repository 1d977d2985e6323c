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

HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")  # characters that nobody sees
DIGIT = re.compile(r"\d")
TWO_HEXES = re.compile(r"[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.")
POINTED = re.compile(r"\d\s?[\[({]|\d\s?(?:dot|point)\b|\d \.|\d,\d{1,3},\d{1,3},|\d\. \d", re.IGNORECASE)
POINTS = frozenset({"dot", "point"})
REMEMBERED = 300  # characters
NOTHING: frozenset[Kind] = frozenset()

Reader = Callable[[str, Sequence[Group], int], Match | None]


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
    if not words.isdisjoint(credentials.TRIGGERS) or _has_long_word(text):
        found.add(credentials.secrets(text))
    if "@" in text or "＠" in text:
        found.add(emails.written(text))
    if "%40" in text:
        found.add(emails.encoded(text))
    if emails.may_be_spelt(text, words):
        found.add(emails.spelt(text))
    has_digits = DIGIT.search(text) is not None
    if has_digits:
        _with_digits(text, words, found)
    spoken_words = not words.isdisjoint(spoken.NUMBER_WORDS)
    if spoken_words and not words.isdisjoint(POINTS):
        found.add(spoken.addresses(text))
    if spoken_words or (has_digits and spoken.APART.search(text) is not None):
        found.add(spoken.spans(text))
    found.add(cued.spans(text, words))
    if wanted:
        found.add(cued.answered(text, wanted))
    found.add(names.introduced(text, words))
    if name_wanted:
        found.add(names.answered(text))
    return found.in_order()


def _has_long_word(text: str) -> bool:
    return max(map(len, text.split()), default=0) >= credentials.SHORTEST


def _with_digits(text: str, words: Set[str], found: Found) -> None:
    if text.count(":") >= 2 or "[:]" in text:
        found.add(network.ipv6(text))
    if TWO_HEXES.search(text) is not None:
        found.add(network.mac(text))
    if POINTED.search(text) is not None:
        found.add(network.spelt_ipv4(text))
    found.add(cards.ibans(text))
    found.add(_numbers(text))
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
    return end if long and end > n + 1 and names_a_thing(text, groups[n].start) else n


def _unhidden(text: str, wanted: frozenset[Kind], name_wanted: bool) -> list[Span]:
    """The spans of the text as it looks, at their places in the text as it is."""
    places_of = [place for place, character in enumerate(text) if HIDDEN.match(character) is None]
    seen = HIDDEN.sub("", text)
    return [
        Span(places_of[span.start], places_of[span.end - 1] + 1, span.kind)
        for span in spans(seen, wanted=wanted, name_wanted=name_wanted)
    ]
