"""Telling numbers that identify a person from other numbers, by the shape of their groups of digits. Pure.

A group is an unbroken run of digits. Each reader looks at the groups from one on, and at the characters between
them, and says how many of them belong together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

DIGITS = re.compile(r"\d+")
SEPARATORS = " -.\u00a0\u2009\u202f\u2010\u2011\u2012\u2013/"
DASHES = "-\u2010\u2011\u2012\u2013"
SPACES = " \u00a0\u2009\u202f"


@dataclass(frozen=True, slots=True)
class Group:
    """One run of digits and what joins it to the run before it."""

    start: int
    end: int
    digits: str
    joint: str  # the characters since the group before; long stretches are not kept


@dataclass(frozen=True, slots=True)
class Match:
    start: int
    end: int
    groups: int


LONGEST_JOINT = 3


def groups_of(text: str) -> list[Group]:
    """The runs of digits of a text."""
    found = []
    previous_end = None
    for match in DIGITS.finditer(text):
        start, end = match.span()
        gap = start - previous_end if previous_end is not None else LONGEST_JOINT + 1
        joint = text[start - gap : start] if gap <= LONGEST_JOINT else "\n"
        found.append(Group(start, end, match.group(), joint))
        previous_end = end
    return found


def before(text: str, position: int) -> str:
    return text[position - 1] if position else ""


def after(text: str, position: int) -> str:
    return text[position] if position < len(text) else ""


def stands_alone(text: str, groups: Sequence[Group], n: int, count: int) -> bool:
    """Whether no letter, and no further group by the same kind of joint, touches these groups."""
    first, last = groups[n], groups[n + count - 1]
    if is_word(before(text, first.start)) or is_word(after(text, last.end)):
        return False
    glue = {groups[k].joint for k in range(n + 1, n + count)} | set(DASHES) | {"."}
    if n and first.joint in glue and first.joint not in SPACES:
        return False
    following = groups[n + count] if n + count < len(groups) else None
    if following is not None and following.joint in glue and following.joint not in SPACES:
        return False
    tail = after(text, last.end)
    return not (tail and tail in DASHES and is_word(after(text, last.end + 1)))


def is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def shape(groups: Sequence[Group], n: int, count: int) -> tuple[int, ...]:
    return tuple(len(group.digits) for group in groups[n : n + count])


def joints(groups: Sequence[Group], n: int, count: int) -> list[str]:
    return [group.joint for group in groups[n + 1 : n + count]]


# IPv4 (RFC 791, dotted decimal): what follows "version" is none.
VERSION_WORD = re.compile(
    r"(?:\b(?:version|ver|v|build|release|firmware|update|os|ios|android|section)\.?[:\s#]*|\bv)\Z", re.I
)


def ipv4(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """Four octets with points between them."""
    if n + 4 > len(groups) or joints(groups, n, 4) != [".", ".", "."]:
        return None
    octets = groups[n : n + 4]
    if any(len(group.digits) > 3 or int(group.digits) > 255 for group in octets):
        return None
    if any(len(group.digits) > 1 and group.digits[0] == "0" for group in octets):
        return None
    start, end = octets[0].start, octets[3].end
    if is_word(before(text, start)) or is_word(after(text, end)) or octets[0].joint == ".":
        return None
    if n + 4 < len(groups) and groups[n + 4].joint in (".", "-"):
        return None
    if VERSION_WORD.search(text[max(0, start - 12) : start]):
        return None
    return Match(start, end, 4)


# Social security numbers: area, group and serial as the SSA issues them.
SSN_CUE = re.compile(r"\b(?:ssn|social security(?: (?:number|no\.?|#))?|social)\b[^\d\n]{0,12}\Z", re.I)


def ssn(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """Three, two and four digits with the same joint; nine together only after their cue word."""
    if shape(groups, n, 3) == (3, 2, 4):
        between = joints(groups, n, 3)
        if between[0] == between[1] and between[0] in (*DASHES, *SPACES) and stands_alone(text, groups, n, 3):
            digits = "".join(group.digits for group in groups[n : n + 3])
            cued = between[0] in DASHES or SSN_CUE.search(text[max(0, groups[n].start - 40) : groups[n].start])
            if issued_ssn(digits) and cued:
                return Match(groups[n].start, groups[n + 2].end, 3)
    group = groups[n]
    if len(group.digits) != 9 or not issued_ssn(group.digits) or not stands_alone(text, groups, n, 1):
        return None
    cued = SSN_CUE.search(text[max(0, group.start - 40) : group.start])
    return Match(group.start, group.end, 1) if cued else None


def issued_ssn(digits: str) -> bool:
    """Whether the SSA could have issued it (no 000, 666, 9xx area; no 00 group; no 0000 serial)."""
    area, middle, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area[0] != "9" and middle != "00" and serial != "0000"


# Payment cards (ISO/IEC 7812): issuer range, length, check digit.
CARD_SHAPES = {
    (16,), (15,), (14,), (19,), (18,),
    (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 3), (6, 13), (8, 8), (4, 4, 4, 4, 2), (4, 5, 6),
}  # fmt: skip
LONGEST_CARD = 5  # groups
CARD_CUE = re.compile(r"\b(?:card|visa|credit|debit|pan)\b[^\d\n]{0,30}\Z", re.I)


def card(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """The longest run from here that has a card's shape, issuer and check digit."""
    if not 4 <= len(groups[n].digits) <= 19:
        return None
    for count in range(min(LONGEST_CARD, len(groups) - n), 0, -1):
        between = joints(groups, n, count)
        if any(joint != between[0] or joint not in SEPARATORS for joint in between):
            continue
        digits = "".join(group.digits for group in groups[n : n + count])
        known = shape(groups, n, count) in CARD_SHAPES
        if len(digits) == 13 and count == 1:  # also the length of customer numbers: only after its cue word
            known = CARD_CUE.search(text[max(0, groups[n].start - 50) : groups[n].start]) is not None
        if known and issued_card(digits) and not runs_on(text, groups, n, count):
            return Match(groups[n].start, groups[n + count - 1].end, count)
    return None


def runs_on(text: str, groups: Sequence[Group], n: int, count: int) -> bool:
    """Whether the same number goes on before or after these groups."""
    if not stands_alone(text, groups, n, count):
        return True
    between = joints(groups, n, count)
    if not between:
        return False
    following = groups[n + count] if n + count < len(groups) else None
    return following is not None and following.joint == between[0] and len(following.digits) <= 4


def issued_card(digits: str) -> bool:
    """Whether a card could bear this number: a known issuer range with its length, and the check digit holds."""
    plain = "".join(str(int(digit)) for digit in digits)
    two, three, four, six, length = int(plain[:2]), int(plain[:3]), int(plain[:4]), int(plain[:6]), len(plain)
    known = (
        (plain[0] == "4" and length in (13, 16, 18, 19))
        or (51 <= two <= 55 and length == 16)
        or (2221 <= four <= 2720 and length == 16)
        or (two in (34, 37) and length == 15)
        or ((four == 6011 or 644 <= three <= 649 or two == 65) and 16 <= length <= 19)
        or (3528 <= four <= 3589 and 16 <= length <= 19)
        or ((300 <= three <= 305 or two in (36, 38, 39)) and 14 <= length <= 19)
        or ((two in (50, 62) or 56 <= two <= 61 or 63 <= two <= 69) and 16 <= length <= 19)
        or (2200 <= four <= 2204 and length == 16)
        or (six >= 810000 and six <= 817199 and 16 <= length <= 19)
    )
    return known and luhn(plain)


def luhn(digits: str) -> bool:
    """Whether the check digit holds (ISO/IEC 7812-1, annex B)."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character)
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


# Phone numbers: E.164 with its plus or 00, and national forms with their usual groups.
PHONE_CUE = re.compile(
    r"\b(?:phone|telephone|tel|cell|cellphone|mobile|mob|call|calling|ring|text|sms|fax|whats ?app|dial|reach|contact)"
    r"\b[^\d\n]{0,24}\Z",
    re.I,
)
LONGEST_PHONE = 7  # groups


def phone(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """The longest phone number that begins with this group."""
    start = groups[n].start
    prefix = before(text, start)
    if prefix == "(":
        prefix = before(text, start - 1) if before(text, start - 1) in ("+", "＋") else prefix
    if prefix in ("+", "＋"):
        return _international(text, groups, n)
    if is_word(prefix):
        return None
    return _north_american(text, groups, n) or _trunk(text, groups, n) or _cued(text, groups, n)


def _international(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """A plus, a country code, and 7 to 15 digits in all (E.164)."""
    total, best = 0, 0
    for count, k in enumerate(range(n, min(n + LONGEST_PHONE, len(groups))), start=1):
        if k > n and not joined(groups[k].joint):
            break
        total += len(groups[k].digits)
        if total > 15:
            break
        if total >= 7:
            best = count
        if after(text, groups[k].end) and is_word(after(text, groups[k].end)):
            break
    if not best or groups[n].digits[0] == "0":
        return None
    start = groups[n].start - 1
    while before(text, start + 1) == "(":
        start -= 1
    return Match(start, extension(text, groups, n + best - 1), best)


def joined(joint: str) -> bool:
    """Whether a joint may stand between two groups of a phone number."""
    return bool(joint) and len(joint) <= 3 and all(character in SEPARATORS + "()" for character in joint)


def _north_american(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """Three, three and four digits (NANP), perhaps after a one; area and exchange begin with 2 to 9."""
    lead = 1 if groups[n].digits == "1" and n + 1 < len(groups) and joined(groups[n + 1].joint) else 0
    first = n + lead
    if shape(groups, first, 3) != (3, 3, 4):
        return None
    area, exchange = groups[first].digits, groups[first + 1].digits
    if int(area[0]) < 2 or int(exchange[0]) < 2:
        return None
    if not all(joined(joint) for joint in joints(groups, first, 3)):
        return None
    if not stands_alone_phone(text, groups, n, 3 + lead):
        return None
    start = groups[n].start
    if before(text, start) == "(":
        start -= 1
    return Match(start, extension(text, groups, first + 2), 3 + lead)


def stands_alone_phone(text: str, groups: Sequence[Group], n: int, count: int) -> bool:
    tail = after(text, groups[n + count - 1].end)
    if is_word(tail) and tail not in "xX":
        return False
    if n and groups[n].joint in (*DASHES, ".", "/"):
        return False
    if tail and tail in DASHES and is_word(after(text, groups[n + count - 1].end + 1)):
        return False
    following = groups[n + count] if n + count < len(groups) else None
    return following is None or following.joint not in (*DASHES, ".", "/")


FRENCH = (2, 2, 2, 2, 2)


def _trunk(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """National forms that begin with the trunk prefix 0, or 00 and a country code."""
    first = groups[n].digits
    if first[0] != "0":
        return None
    if _french(text, groups, n):
        return Match(groups[n].start, groups[n + 4].end, 5)
    if not 3 <= len(first) <= 5:
        return None
    low, high = (11, 16) if first.startswith("00") else (9, 12)
    total, best = len(first), 0
    for k in range(n + 1, min(n + LONGEST_PHONE, len(groups))):
        if not joined(groups[k].joint) or "." in groups[k].joint:
            break
        total += len(groups[k].digits)
        if total > high:
            break
        if total >= low:
            best = k - n + 1
    if not best or not stands_alone_phone(text, groups, n, best):
        return None
    start = groups[n].start - (before(text, groups[n].start) == "(")
    return Match(start, extension(text, groups, n + best - 1), best)


def _french(text: str, groups: Sequence[Group], n: int) -> bool:
    """Five pairs of digits, the first 01 to 09, with the same joint throughout."""
    between = joints(groups, n, 5)
    same = shape(groups, n, 5) == FRENCH and len(set(between)) == 1 and joined(between[0])
    return same and groups[n].digits[1] != "0" and stands_alone_phone(text, groups, n, 5)


def _cued(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """Digits without a phone's shape, but after a phone's word: ten or eleven together, or seven in two groups."""
    if not PHONE_CUE.search(text[max(0, groups[n].start - 40) : groups[n].start]):
        return None
    digits = groups[n].digits
    together = 10 <= len(digits) <= 11 or (digits[0] == "0" and len(digits) == 12)
    if together and stands_alone_phone(text, groups, n, 1):
        return Match(groups[n].start, extension(text, groups, n), 1)
    local = shape(groups, n, 2) == (3, 4) and joined(groups[n + 1].joint) and int(digits[0]) >= 2
    if local and stands_alone_phone(text, groups, n, 2):
        return Match(groups[n].start, groups[n + 1].end, 2)
    return None


EXTENSION = re.compile(r" ?(?:x|ext\.?|extension) ?\d{1,6}(?!\w)", re.I)


def extension(text: str, groups: Sequence[Group], last: int) -> int:
    """Where the number ends, with its extension if it has one."""
    found = EXTENSION.match(text, groups[last].end)
    return found.end() if found else groups[last].end
