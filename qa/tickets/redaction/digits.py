"""Telling numbers that identify a person from other numbers, by the shape of their groups of digits. Pure.

A group is an unbroken run of digits. Each reader looks at the groups from one on, and at the characters between
them, and says how many of them belong together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

DIGITS = re.compile(r"\d+")
SEPARATORS = " -.\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\u2212/"
DASHES = "-\u2010\u2011\u2012\u2013\u2212"
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
FAR = "\x00"  # the joint of a group that stands further off: no reader takes it for a separator


def groups_of(text: str) -> list[Group]:
    """The runs of digits of a text."""
    found = []
    previous_end = None
    for match in DIGITS.finditer(text):
        start, end = match.span()
        gap = start - previous_end if previous_end is not None else LONGEST_JOINT + 1
        joint = text[start - gap : start] if gap <= LONGEST_JOINT else FAR
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


# A word that says the number after it names a thing and not a person; nothing but its own little words may follow it.
REFERENCE_WORD = re.compile(
    r"(?:\b(?:order|invoice|ref|reference|case|booking|ticket|tracking|parcel|shipment|serial|part|sku|model|item|"
    r"product|"
    r"article|po|purchase order|confirmation|reservation|flight|batch|lot|job|request|transaction|txn|receipt|quote|"
    r"contract|claim|incident|issue|bug|isbn|issn|ean|upc|asin|imei|vin|coupon|voucher|build|version|revision|rev|page|"
    r"firmware|licen[cs]e plate|bestellung|rechnung|commande|facture|pedido|factura|fatura|encomenda|vorgang)"
    r"(?:nummer|nr)?\b|#)\.?(?:[\s:#=.]|\b(?:no|number|num|nr|n[ºo°]|code|id|is|was|has|the)\b){0,6}\s?-?\Z",
    re.IGNORECASE,
)
REFERENCE_REACH = 40


def names_a_thing(text: str, start: int) -> bool:
    """Whether what begins here is said to be an order, an invoice, a version or the like."""
    return REFERENCE_WORD.search(text[max(0, start - REFERENCE_REACH) : start]) is not None
