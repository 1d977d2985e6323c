"""Phone numbers: E.164 with its plus or an exit code, and the national forms of a dozen countries by their groups."""

import re
from collections.abc import Sequence

import phonenumbers

from qa.tickets.redaction.digits import (
    DASHES,
    SEPARATORS,
    Group,
    Match,
    after,
    before,
    is_word,
    joints,
    names_a_thing,
    shape,
)

CUE = re.compile(
    r"\b(?:phone|telephone|tel|tlf|cell|cellphone|mobile|mob|handy|telefon|telefono|teléfono|móvil|movil|telefone|"
    r"telemóvel|"
    r"celular|téléphone|portable|numéro|call|calling|called|ring|text|texting|sms|fax|whats ?app|wa|dial|reach|contact|"
    r"signal|viber|(?:my|his|her|the best|new|other|work|home) number(?: is|'s)?)\b[^\d\n]{0,24}\Z",
    re.IGNORECASE,
)
SAID_AFTER = re.compile(  # "912 34 56 78 is my mobile"
    r"\W{0,3}(?:is|are|ist|es|est|é)\s{1,2}(?:my|our|her|his|their|meine?|mi|mon|ma|minha?|meu)\s{1,2}"
    r"(?:[^\W\d_]{1,10}\s{1,2})?(?:phone|telephone|cell|mobile|telefon|handy|tel[ée]fono|m[óo]vil|t[ée]l[ée]phone|portable|"
    r"telefone|telem[óo]vel|celular)(?: (?:number|nummer))?\b"
    r"(?!['’]s|\s+(?!(?:and|so|please|if|thanks|und|y|et|e)\b)[^\W\d_])",  # not "my phone budget"
    re.IGNORECASE,
)
OTHER_NUMBER = re.compile(
    r"\b(?:account|acct|card|order|invoice|case|ticket|booking|reference|ref|pin|code|id|zip|serial|conto|konto|cuenta|"
    r"conta|compte|between|from|for|about|ssn|social)\b",
    re.IGNORECASE,
)
REACH = 44
LONGEST = 7  # groups
SHORTEST, LONGEST_DIGITS = 7, 15  # E.164
DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
DATE_SHAPES = {(4, 2, 2), (2, 2, 4), (1, 2, 4), (2, 1, 4), (1, 1, 4), (4, 1, 1), (4, 1, 2), (4, 2, 1), (2, 2, 2)}

# National forms without a trunk prefix: groups, and what the digits must look like.
WITHOUT_TRUNK: dict[tuple[int, ...], re.Pattern[str]] = {
    (3, 2, 2, 2): re.compile(r"[6789]\d{8}"),  # Spain
    (2, 3, 2, 2): re.compile(r"(?:9[1-9]|8\d|2[1-9])\d{7}"),  # Spain, Portugal
    (3, 3, 3): re.compile(r"[6789]\d{8}|(?:45|5[0137])\d{7}|2[1-9]\d{7}"),  # Spain, Portugal, Poland
    (2, 3, 4): re.compile(r"2[1-9]\d{7}"),  # Portugal, fixed
    (3, 4, 4): re.compile(r"1[3-9]\d{9}"),  # China, mobile
    (5, 5): re.compile(r"[6-9]\d{9}"),  # India
    (2, 5, 4): re.compile(r"[1-9][1-9]9\d{8}"),  # Brazil, mobile
    (2, 4, 4): re.compile(r"[1-9][1-9][2-5]\d{7}"),  # Brazil, fixed; Mexico
    (3, 3, 4): re.compile(r"3[2-9]\d{8}|[3-9]\d\d[01]\d{6}"),  # Italy, mobile; Mexico
    (3, 7): re.compile(r"3[2-9]\d{8}"),
}
MOBILE = re.compile(r"07[1-9]\d{8}|01(?:5\d|6[023]|7\d)\d{7,8}")  # together without a cue: British and German mobiles
NEVER_A_DATE = {(2, 3, 4), (3, 4, 4)}
# After the trunk prefix 0 a first group of two digits must go on in one of these ways, or it would be a date.
TWO_DIGIT_AREA = {(2, 8), (2, 7), (2, 4, 4), (2, 3, 4), (2, 4, 3), (2, 3, 2, 2), (2, 3, 3), (2, 9), (2, 2, 2, 2, 2)}


def cued(text: str, start: int) -> bool:
    """Whether a phone's word stands before this place, and no other number's word between."""
    found = CUE.search(text[max(0, start - REACH) : start])
    return found is not None and OTHER_NUMBER.search(found.group().split(None, 1)[-1]) is None


def phone(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """The longest phone number that begins with this group."""
    start = groups[n].start
    prefix = before(text, start)
    if prefix == "(":
        prefix = before(text, start - 1) if before(text, start - 1) in ("+", "＋") else prefix
    if prefix in ("+", "＋"):
        return _international(text, groups, n)
    if is_word(prefix) or prefix in ("$", "€", "£"):
        return None
    match = (
        _north_american(text, groups, n)
        or _trunk(text, groups, n)
        or _without_trunk(text, groups, n)
        or _cued(text, groups, n)
    )
    if match is not None and names_a_thing(text, match.start) and not cued(text, groups[n].start):
        return None
    return match


def possible(digits: str) -> bool:
    """Whether a number of this country code can have this length, by the numbering plans that libphonenumber keeps."""
    if len(digits) == 13 and digits.startswith("521"):  # Mexican mobiles as they were written until 2019
        digits = digits[:2] + digits[3:]
    try:
        number = phonenumbers.parse("+" + "".join(str(int(digit)) for digit in digits), None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number))


def _international(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """A plus, a country code, and a length that its plan allows (E.164)."""
    if groups[n].digits[0] == "0":
        return None
    total, fitting = 0, []
    for k in range(n, min(n + LONGEST_DIGITS + 1, len(groups))):
        if k > n and not joined(groups[k].joint):
            break
        total += len(groups[k].digits)
        if total > LONGEST_DIGITS + 1:  # one more for a trunk prefix in brackets
            break
        if total >= SHORTEST and possible("".join(group.digits for group in groups[n : k + 1])):
            fitting.append(k - n + 1)
        if is_word(after(text, groups[k].end)):
            break
    if not fitting:
        return None
    best = fitting[-1]
    start = groups[n].start - 1
    while before(text, start + 1) == "(":
        start -= 1
    return Match(start, extension(text, groups, n + best - 1), best)


def joined(joint: str) -> bool:
    """Whether a joint may stand between two groups of a phone number."""
    return 0 < len(joint) <= 3 and all(character in SEPARATORS + "()" for character in joint)


def _north_american(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """Three, three and four digits (NANP), perhaps after a one; area and exchange begin with 2 to 9."""
    lead = 1 if groups[n].digits == "1" and n + 1 < len(groups) and joined(groups[n + 1].joint) else 0
    first = n + lead
    if shape(groups, first, 3) == (3, 3, 4):
        count = 3
    elif shape(groups, first, 2) == (3, 7) and (
        lead or before(text, groups[first].start) == "(" or groups[first + 1].joint in DASHES
    ):
        count = 2
    else:
        return None
    digits = "".join(group.digits for group in groups[first : first + count])
    if int(digits[0]) < 2 or int(digits[3]) < 2:
        return None
    if not all(joined(joint) for joint in joints(groups, first, count)):
        return None
    if not _ends(text, groups, n, count + lead):
        return None
    start = groups[n].start
    if before(text, start) == "(":
        start -= 1
    return Match(start, extension(text, groups, first + count - 1), count + lead)


def _ends(text: str, groups: Sequence[Group], n: int, count: int) -> bool:
    """Whether the number neither goes on nor began before."""
    tail = after(text, groups[n + count - 1].end)
    if is_word(tail) and tail not in "xXeE":
        return False
    if n and groups[n].joint in (*DASHES, ".", "/"):
        return False
    if tail and tail in DASHES and is_word(after(text, groups[n + count - 1].end + 1)):
        return False
    following = groups[n + count] if n + count < len(groups) else None
    return following is None or following.joint not in (*DASHES, ".", "/")


FRENCH = (2, 2, 2, 2, 2)


def _trunk(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """National forms that begin with the trunk prefix 0; or an exit code (00, 011) and a country code."""
    first = groups[n].digits
    if first[0] != "0" or (n and joined(groups[n].joint)):  # the middle of a longer number
        return None
    if MOBILE.fullmatch(first) and _ends(text, groups, n, 1):
        return Match(groups[n].start, extension(text, groups, n), 1)
    if _french(text, groups, n):
        return Match(groups[n].start, groups[n + 4].end, 5)
    exits = first.startswith("00") or (first == "011" and n + 1 < len(groups))
    if not 2 <= len(first) <= 6 and not (exits and len(first) <= 15):
        return None
    low, high = (10, 18) if exits else (9, 12)
    bracketed = before(text, groups[n].start) == "("
    total, best = len(first), 0
    for k in range(n + 1, min(n + LONGEST, len(groups))):
        if not joined(groups[k].joint) or "." in groups[k].joint:
            break
        total += len(groups[k].digits)
        if total > high:
            break
        count = k - n + 1
        plausible = len(first) > 2 or exits or bracketed or shape(groups, n, count) in TWO_DIGIT_AREA
        if total >= low and plausible and (not exits or _after_exit(groups, n, count)):
            best = count
    if exits and not best and _after_exit(groups, n, 1) and len(first) >= low:
        best = 1
    if not best or not _ends(text, groups, n, best):
        return None
    start = groups[n].start - bracketed
    return Match(start, extension(text, groups, n + best - 1), best)


def _after_exit(groups: Sequence[Group], n: int, count: int) -> bool:
    digits = "".join(group.digits for group in groups[n : n + count])
    return possible(digits[2:]) if digits.startswith("00") else possible(digits[3:])


def _french(text: str, groups: Sequence[Group], n: int) -> bool:
    """Five pairs of digits, the first 01 to 09, with the same joint throughout."""
    between = joints(groups, n, 5)
    same = shape(groups, n, 5) == FRENCH and len(set(between)) == 1 and joined(between[0])
    return same and groups[n].digits[1] != "0" and _ends(text, groups, n, 5)


def _without_trunk(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """Forms of countries that dial no trunk prefix."""
    bracketed = before(text, groups[n].start) == "("
    if n and joined(groups[n].joint) and not bracketed:
        return None
    for count in (4, 3, 2):
        plan = WITHOUT_TRUNK.get(shape(groups, n, count)) if n + count <= len(groups) else None
        if plan is None:
            continue
        between = joints(groups, n, count)
        if not all(joined(joint) for joint in between) or not _ends(text, groups, n, count):
            continue
        digits = "".join(group.digits for group in groups[n : n + count])
        plain = (count != 2 and groups[n].digits[0] not in "12") or shape(groups, n, count) in NEVER_A_DATE
        telling = bracketed or plain or cued(text, groups[n].start)
        if (
            (plan.fullmatch(digits) or (bracketed and shape(groups, n, count) == (2, 4, 4)))
            and telling
            and not ("." in between and count == 3 and not cued(text, groups[n].start))
        ):
            return Match(groups[n].start - bracketed, extension(text, groups, n + count - 1), count)
    return None


def _cued(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """Digits without a phone's shape, but beside a phone's word: seven to fifteen, in any groups but a date's."""
    total, best = 0, 0
    for k in range(n, min(n + LONGEST, len(groups))):
        if k > n and not joined(groups[k].joint):
            break
        total += len(groups[k].digits)
        if total > LONGEST_DIGITS:
            break
        enough = 8 if k == n else SHORTEST  # seven digits together may be anything, eight a day
        if k == n and DAY.fullmatch(groups[n].digits):
            continue
        if total >= enough and shape(groups, n, k - n + 1) not in DATE_SHAPES:
            best = k - n + 1
    goes_on = n + LONGEST < len(groups) and best == LONGEST and joined(groups[n + LONGEST].joint)
    if goes_on:  # single digits: they are read as a row of them
        return None
    if not best or not _ends(text, groups, n, best):
        return None
    if not cued(text, groups[n].start) and SAID_AFTER.match(text, groups[n + best - 1].end) is None:
        return None
    start = groups[n].start - (before(text, groups[n].start) == "(")
    return Match(start, extension(text, groups, n + best - 1), best)


EXTENSION = re.compile(r"(?:[ ,]{1,2}|(?=x))(?:x|ext\.?|extension|durchwahl|poste)[ .:]{0,2}\d{1,6}(?!\w)", re.I)


def extension(text: str, groups: Sequence[Group], last: int) -> int:
    """Where the number ends, with its extension if it has one."""
    found = EXTENSION.match(text, groups[last].end)
    return found.end() if found else groups[last].end
