"""Social security numbers by the SSA's rules: area, group and serial, and what was never issued."""

import re
from collections.abc import Sequence

from qa.tickets.redaction.digits import DASHES, SPACES, Group, Match, joints, names_a_thing, shape, stands_alone

CUE = re.compile(
    r"\b(?:(?:ssn|social security(?: (?:number|num|no))?|social(?: number)?|tax ?(?:payer)? ?id)\b|s\.s\.n\.|ss ?#)"
    r"[^\d\n]{0,16}\Z",
    re.IGNORECASE,
)
REACH = 48


def cued(text: str, start: int) -> bool:
    return CUE.search(text[max(0, start - REACH) : start]) is not None


def ssn(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """Three, two and four digits with the same joint; nine together, or in other groups, only after their cue word."""
    if shape(groups, n, 3) == (3, 2, 4):
        between = joints(groups, n, 3)
        joint = between[0].strip() or between[0][:1]
        plain = between[0] == between[1] and (joint in (*DASHES, *SPACES, ".", "/") and len(joint) == 1)
        if plain and stands_alone(text, groups, n, 3):
            digits = "".join(group.digits for group in groups[n : n + 3])
            start = groups[n].start
            if issued(digits) and (cued(text, start) or not names_a_thing(text, start)):
                return Match(start, groups[n + 2].end, 3)
    return _after_its_word(text, groups, n)


def _after_its_word(text: str, groups: Sequence[Group], n: int) -> Match | None:
    digits, k = "", n
    while k < len(groups) and (
        k == n or (groups[k].joint and not set(groups[k].joint) - set(" -./" + DASHES + SPACES))
    ):
        digits += groups[k].digits
        k += 1
        if len(digits) >= 9:
            break
    if len(digits) != 9 or not cued(text, groups[n].start):
        return None
    if issued(digits) and stands_alone(text, groups, n, k - n):
        return Match(groups[n].start, groups[k - 1].end, k - n)
    return None


def issued(digits: str) -> bool:
    """Whether the SSA could have issued it (no 000, 666, 9xx area; no 00 group; no 0000 serial)."""
    area, middle, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area[0] != "9" and middle != "00" and serial != "0000"
