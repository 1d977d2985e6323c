"""Taking personal data out of text before it is kept: e-mail and IP addresses, phone, card and social security numbers.

The rules follow the formats' definitions: RFC 5322 addresses, E.164 and national phone numbers, ISO/IEC 7812 card
numbers with their check digit, the SSA's rules for SSNs, RFC 791 and RFC 4291 addresses. Text is read once from left
to right and every look ahead is bounded, so that no text, however hostile, takes more than linear time.
Redaction lowers a risk; it is no guarantee.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from qa.tickets import numbers
from qa.tickets.numbers import Group

REDACTION_VERSION = "1"  # part of every conversation's digest: a new version redacts at the next intake


class Kind(StrEnum):
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    CARD = "CARD"
    SSN = "SSN"
    IP = "IP"


@dataclass(frozen=True, slots=True)
class Span:
    """Personal data from ``start`` up to ``end`` (code points)."""

    start: int
    end: int
    kind: Kind


def redact(text: str) -> str:
    """The text with personal data replaced by typed tokens such as [EMAIL]."""
    found = spans(text)
    if not found:
        return text
    pieces: list[str] = []
    position = 0
    for span in found:
        pieces += (text[position : span.start], f"[{span.kind}]")
        position = span.end
    pieces.append(text[position:])
    return "".join(pieces)


@lru_cache(maxsize=4096)
def redact_short(text: str) -> str:
    """``redact`` for facts that repeat, such as queues and tags."""
    return redact(text)


def spans(text: str) -> list[Span]:
    """Where personal data stands, in order, without overlaps."""
    if WORTH_READING.search(text) is None:
        return []
    found: list[Span] = []
    if "@" in text or "＠" in text:
        found += _emails(text)
    if "::" in text or text.count(":") >= 7:
        found += _ipv6(text)
    taken = found
    found = taken + [span for span in _numbers(text) if all(apart(span, other) for other in taken)]
    found.sort(key=lambda span: span.start)
    return found


def apart(one: Span, other: Span) -> bool:
    return one.end <= other.start or other.end <= one.start


WORTH_READING = re.compile(r"[\d@＠]|::")

# RFC 5322 addr-spec with a dot-atom or a quoted local part; letters of any script as RFC 6531 allows.
QUOTED = re.compile(r'"[^"\n@]{1,62}"\Z')
LABELLED = re.compile(r"[^\W\d_]+=(?=.)")  # "Email=ann@example.org": the word before the sign is no part of it
DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:xn--[\w-]{1,59}|[^\W\d_]{2,63})|\[[0-9A-Fa-f:.]{2,45}\]"
)
LONGEST_LOCAL = 64


def _emails(text: str) -> list[Span]:
    found: list[Span] = []
    for at in re.finditer("[@＠]", text):
        domain = DOMAIN.match(text, at.end())
        if domain is None:
            continue
        floor = max(found[-1].end if found else 0, at.start() - LONGEST_LOCAL)
        before = text[floor : at.start()]
        start = _local_part(before)
        if start is not None:
            found.append(Span(floor + start, domain.end(), Kind.EMAIL))
    return found


def _local_part(before: str) -> int | None:
    """Where the local part at the end of this text begins."""
    quoted = QUOTED.search(before) if before.endswith('"') else None
    if quoted:
        return quoted.start()
    length = 0
    for character in reversed(before):
        if not (character.isalnum() or character in "_.!#$%&'*+/=?^`{|}~-"):
            break
        length += 1
    local = before[len(before) - length :]
    start = local.rfind("..") + 2 if ".." in local else 0
    label = LABELLED.match(local, start)
    if label and "/" not in local:
        start = label.end()
    while start < len(local) and local[start] in ".'*`|/=?!&{":
        start += 1
    if start >= len(local) or not any(character.isalnum() for character in local[start:]):
        return None
    return len(before) - len(local) + start


IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f:]{1,30}:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]{2,39})(?![\w:])",
)


def _ipv6(text: str) -> list[Span]:
    """Addresses in any of RFC 4291's text forms; times and C++ names are none."""
    found = []
    for match in IPV6.finditer(text):
        candidate = match.group().rstrip(":") if not match.group().endswith("::") else match.group()
        if candidate.count(":") < 2 or not any(character.isdigit() for character in candidate):
            continue
        try:
            ipaddress.IPv6Address(candidate)
        except ValueError:
            continue
        found.append(Span(match.start(), match.start() + len(candidate), Kind.IP))
    return found


Reader = Callable[[str, Sequence[Group], int], numbers.Match | None]
READERS: tuple[tuple[Kind, Reader], ...] = (
    (Kind.IP, numbers.ipv4),
    (Kind.SSN, numbers.ssn),
    (Kind.CARD, numbers.card),
    (Kind.PHONE, numbers.phone),
)


def _numbers(text: str) -> list[Span]:
    """Numbers by their groups of digits: each group may begin one, the first kind that fits takes it."""
    groups = numbers.groups_of(text)
    found = []
    n = 0
    while n < len(groups):
        for kind, read in READERS:
            match = read(text, groups, n)
            if match is not None:
                found.append(Span(match.start, match.end, kind))
                n += match.groups
                break
        else:
            n += 1
    return found
