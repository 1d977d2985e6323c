"""Payment cards (ISO/IEC 7812): issuer range, length, check digit; and bank accounts by IBAN (ISO 13616)."""

import re
from collections.abc import Iterator, Sequence

from stdnum import iban as iban_numbers
from stdnum import luhn

from qa.tickets.redaction.digits import (
    SEPARATORS,
    Group,
    Match,
    joints,
    names_a_thing,
    shape,
    stands_alone,
)
from qa.tickets.redaction.kinds import Kind, Span, word_set

SHAPES = {
    (16,), (15,), (14,), (19,), (18,), (17,), (4, 12), (12, 4), (4, 4, 8), (8, 4, 4), (4, 8, 4),
    (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 3), (6, 13), (8, 8), (4, 4, 4, 4, 2), (4, 5, 6),
    (4, 4, 4, 2), (4, 11), (4, 10), (10, 5), (4, 4, 7), (4, 3, 3, 3), (6, 4, 6), (4, 4, 5, 3), (4, 4, 4, 4, 1),
    (2,) * 8, (6, 10),
}  # fmt: skip
LONGEST = 8  # groups
EXPIRY = re.compile(r"(?:0[1-9]|1[0-2])\s?/\s?(?:20)?\d{2}(?!\d)")
CUE = re.compile(r"\b(?:card|cc|visa|master ?card|maestro|amex|credit|debit|pan)\b[^\d\n]{0,30}\Z", re.I)


def cued(text: str, start: int) -> bool:
    return CUE.search(text[max(0, start - 50) : start]) is not None


def card(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """The longest run from here that has a card's shape, issuer and check digit."""
    if not 2 <= len(groups[n].digits) <= 19:
        return None
    for count in range(min(LONGEST, len(groups) - n), 0, -1):
        sizes = shape(groups, n, count)
        if sum(sizes) < 13 or any(not _joined(joint) for joint in joints(groups, n, count)):
            continue
        digits = "".join(group.digits for group in groups[n : n + count])
        start = groups[n].start
        known = sizes in SHAPES
        if len(digits) == 13:  # also the length of customer numbers: only after its cue word
            known = cued(text, start)
        if known and issued(digits) and not _runs_on(text, groups, n, count):
            if names_a_thing(text, start) and not cued(text, start):
                return None
            return Match(start, groups[n + count - 1].end, count)
    return None


def _joined(joint: str) -> bool:
    return 0 < len(joint) <= 3 and all(character in SEPARATORS + "\n\t_," for character in joint)


def _runs_on(text: str, groups: Sequence[Group], n: int, count: int) -> bool:
    """Whether the same number goes on before or after these groups.

    What stands behind a card in the same spacing may be its date and its code; then a card's word stands before it, or
    the date has its slash.
    """
    if not stands_alone(text, groups, n, count):
        return True
    between = joints(groups, n, count)
    if not between:
        return False
    following = groups[n + count] if n + count < len(groups) else None
    if following is None or following.joint != between[0] or len(following.digits) > 4:
        return False
    return not (cued(text, groups[n].start) or EXPIRY.match(text, following.start))


def issued(digits: str) -> bool:
    """Whether a card could bear this number: a known issuer range with its length, and the check digit holds."""
    plain = "".join(str(int(digit)) for digit in digits)
    if not 13 <= len(plain) <= 19:
        return False
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
        or (four == 9792 and length == 16)
        or (810000 <= six <= 817199 and 16 <= length <= 19)
    )
    return known and bool(luhn.is_valid(plain))


IBAN_START = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]) ?([A-Za-z])[ .-]?\d ?\d(?=[ \u00a0.-]?[A-Za-z0-9])")
IBAN_SIGN = re.compile(r"[ \u00a0.-]?[A-Za-z0-9]")
# Signs of an IBAN by its country: the registry that ISO 13616 names, kept by SWIFT.
IBAN_LENGTHS = {
    told[:2]: int(told[2:])
    for told in word_set(
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
        "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
        "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
        "YE30"
    )
}


def ibans(text: str) -> Iterator[Span]:
    """Account numbers whose country, length and check digits fit, and that end where a word does."""
    for start in IBAN_START.finditer(text):
        length = IBAN_LENGTHS.get((start[1] + start[2]).upper())
        end = _end_of(text, start.end(), length - 4) if length is not None else None
        if end is None or (end < len(text) and text[end].isalnum()):
            continue
        if iban_numbers.is_valid(re.sub(r"[^A-Za-z0-9]", "", text[start.start() : end]).upper(), check_country=False):
            yield Span(start.start(), end, Kind.IBAN)


def _end_of(text: str, position: int, signs: int) -> int | None:
    """Where so many signs end, however they are grouped."""
    for _ in range(signs):
        found = IBAN_SIGN.match(text, position)
        if found is None:
            return None
        position = found.end()
    return position
