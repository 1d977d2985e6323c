"""Network addresses: IPv4 (RFC 791), IPv6 (RFC 4291), MAC (IEEE 802), also with their points spelt or bracketed."""

import ipaddress
import re
from collections.abc import Iterator, Sequence

from qa.tickets.redaction.digits import Group, Match, after, before, is_word, joints
from qa.tickets.redaction.kinds import Kind, Span

# What follows "version" is no address; what follows "IP" always may be one.
VERSION_WORD = re.compile(
    r"(?:\b(?:version|ver|vers|build|release|firmware|update|patch|driver|os|ios|android|kernel|app|section|sec|clause|"
    r"chapter|paragraph|para|article|rule|figure|table|step|§)\.?\s?(?:no\.?|number|is|was|to|from|=|:|#)?[:\s#v]*|"
    r"\bv\.?\s?|§\s?)\Z",
    re.IGNORECASE,
)
IP_WORD = re.compile(r"\bips?\b[^.\n]{0,20}\Z", re.IGNORECASE)
SPELT = re.compile(
    r"(?<![\w.])\d{1,3}(?:\s{0,2}(?:\[\.\]|\(\.\)|\{\.\}|[(\[]\s?dot\s?[)\]]|\bdot\b|\bpoint\b|(?<=\s)\.|\.(?=\s\d)|"
    r"\[dot\]|\.(?=\d)|,(?=\d))\s{0,2}\d{1,3}){3}(?![\w]|\.\d)",
    re.IGNORECASE,
)
IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f:]{1,30}:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]{2,39})(?![\w:])",
)
MAC_WORDS = frozenset({"mac", "bssid"})
NAMED_MAC = re.compile(
    r"\b(?:mac|bssid)(?:[ -]?(?:address|addr|adresse|id))?\b(?:[\s:=#(\"'.-]|\bis\b){1,6}"
    r"(?P<value>[0-9A-F]{12}|[0-9A-F]{2}(?: [0-9A-F]{2}){5}|"
    r"[0-9A-F]{6}[-: ][0-9A-F]{6}|[0-9A-F]{4}(?:[-: ][0-9A-F]{4}){2})"
    r"(?!\w)",
    re.IGNORECASE,
)
MAC = re.compile(
    r"(?<![\w:.-])(?:[0-9A-F]{2}(?P<joint>[:-])(?:[0-9A-F]{2}(?P=joint)){4}[0-9A-F]{2}|"
    r"[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4})"
    r"(?![\w:-]|\.\w)",
    re.IGNORECASE,
)


def ipv4(text: str, groups: Sequence[Group], n: int) -> Match | None:
    """Four octets with points between them."""
    if n + 4 > len(groups) or joints(groups, n, 4) != [".", ".", "."]:
        return None
    octets = groups[n : n + 4]
    if not _octets([group.digits for group in octets]):
        return None
    start, end = octets[0].start, octets[3].end
    if is_word(before(text, start)) or is_word(after(text, end)) or octets[0].joint == ".":
        return None
    if n + 4 < len(groups) and groups[n + 4].joint in (".", "-"):
        return None
    if VERSION_WORD.search(text[max(0, start - 24) : start]):
        return None
    return Match(start, end, 4)


def _octets(parts: Sequence[str]) -> bool:
    """Four numbers up to 255; filled up with zeros only where all of them have three digits."""
    filled = all(len(part) == 3 for part in parts)
    return all(len(part) <= 3 and int(part) <= 255 and (filled or part == "0" or part[0] != "0") for part in parts)


def spelt_ipv4(text: str) -> Iterator[Span]:
    """Octets joined by a spelt or a bracketed point, as in 192[.]0[.]2[.]1."""
    for found in SPELT.finditer(text):
        parts = re.findall(r"\d+", found.group())
        if "".join(parts) == found.group().replace(".", ""):  # only points: ``ipv4`` looks closer
            continue
        commas = "," in found.group()
        if not _octets(parts) or VERSION_WORD.search(text[max(0, found.start() - 24) : found.start()]):
            continue
        if not commas or IP_WORD.search(text[max(0, found.start() - 24) : found.start()]):
            yield Span(found.start(), found.end(), Kind.IP)


def ipv6(text: str) -> Iterator[Span]:
    """Addresses in any of RFC 4291's text forms; times and C++ names are none."""
    if "[:]" in text:
        yield from _bracketed(text)
    for match in IPV6.finditer(text):
        candidate = match.group().rstrip(":") if not match.group().endswith("::") else match.group()
        if candidate.count(":") >= 2 and any(c.isdigit() for c in candidate) and _is_ipv6(candidate):
            yield Span(match.start(), match.start() + len(candidate), Kind.IP)


def _bracketed(text: str) -> Iterator[Span]:
    for found in re.finditer(r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}\[:\]){2,7}[0-9A-Fa-f]{0,4}(?![\w:])", text):
        if _is_ipv6(found.group().replace("[:]", ":")):
            yield Span(found.start(), found.end(), Kind.IP)


def _is_ipv6(candidate: str) -> bool:
    try:
        ipaddress.IPv6Address(candidate)
    except ValueError:
        return False
    return True


def named_mac(text: str) -> Iterator[Span]:
    """Twelve hexadecimal digits after their word, whichever way they are grouped."""
    for found in NAMED_MAC.finditer(text):
        yield Span(found.start("value"), found.end("value"), Kind.MAC)


def mac(text: str) -> Iterator[Span]:
    """Six octets in hexadecimal, joined by colons or dashes, or in three groups with points."""
    for found in MAC.finditer(text):
        if any(c.isdigit() for c in found.group()) or found["joint"]:
            yield Span(found.start(), found.end(), Kind.MAC)
