"""E-mail addresses: RFC 5322 and RFC 6531 as written, and as people write them for one another ("ann at mail dot org").

Every look ahead is bounded, so that no text takes more than linear time.
"""

import re
from collections.abc import Iterator, Set

from qa.tickets.redaction.kinds import Kind, Span, word_set

# RFC 5322 addr-spec with a dot-atom or a quoted local part; letters of any script as RFC 6531 allows.
QUOTED = re.compile(r'"[^"\n]{1,62}"\Z')
LABELLED = re.compile(r"[^\W\d_]+=(?=.)")  # "Email=ann@example.org": the word before the sign is no part of it
DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:xn--[\w-]{1,59}|[^\W\d_]{2,63})|\[(?:IPv6:)?[0-9A-Fa-f:.]{2,45}\]"
)
SLIP = re.compile(r"[^\W_][\w-]{0,61},(?:com|org|net|edu|gov|de|fr|es|it|nl|co\.uk)\b")  # a comma for the point
LONGEST_LOCAL = 64
ENCODED = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}%40(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")

AT = (
    r"(?:@|＠|(?<=\w)\(a\)(?=\w)|[(\[{<]\s{0,2}(?:at|@|arroba|arobase)\s{0,2}[)\]}>]|"
    r"\b(?:at|arroba|arobase|klammeraffe)\b|_at_)"
)
DOT = (
    r"(?:[(\[{<]\s{0,2}(?:dot|\.|punkt|point|ponto|punto)\s{0,2}[)\]}>]|\b(?:dot|punkt|point|ponto|punto)\b|"
    r"(?<=\s)\.(?=\s)|(?<!\s)\.(?!\s)|_dot_)"
)
JOINER = rf"(?:{DOT}|_|-|\+|\b(?:underscore|dash|hyphen|minus|plus)\b)"
WORD = r"[^\W_]{1,63}"
SPELT = re.compile(
    rf"(?<![\w@.])(?P<local>{WORD}(?:\s{{0,2}}{JOINER}\s{{0,2}}{WORD}){{0,5}})"
    rf"\s{{0,2}}(?P<at>{AT})\s{{0,2}}"
    rf"(?P<domain>{WORD}(?:-{WORD}){{0,3}}(?:\s{{0,2}}{DOT}\s{{0,2}}{WORD}(?:-{WORD}){{0,3}}){{1,4}})",
    re.IGNORECASE,
)
LETTERS = re.compile(
    rf"(?<![\w@.])(?P<local>\w(?:[ -]\w|(?!-\w)[ ]?{JOINER}[ ]?\w){{2,40}})\s{{1,2}}(?P<at>{AT})\s{{1,2}}"
    rf"(?P<domain>\w(?:[ -]\w){{1,40}}(?:\s{{0,2}}{DOT}\s{{0,2}}\w{{1,12}}(?:[ -]\w(?!\w)){{0,6}}){{1,3}}"
    rf"|{WORD}(?:\s{{0,2}}{DOT}\s{{0,2}}{WORD}){{1,3}})",
    re.IGNORECASE,
)
# Hosts that give everybody a mailbox, by names that are hardly anything else: people leave the point out.
HOSTS = word_set(
    "gmail googlemail hotmail outlook yahoo icloud protonmail gmx aol ymail rocketmail fastmail yandex laposte freenet "
    "posteo wanadoo btinternet hanmail"
)
AT_HOST = re.compile(
    rf"(?<![\w@.])(?P<local>{WORD}(?:\s{{0,2}}{JOINER}\s{{0,2}}{WORD}){{0,5}})\s{{0,2}}(?P<at>{AT})\s{{0,2}}"
    rf"(?P<domain>(?:{'|'.join(sorted(HOSTS))})\s{{1,2}}(?:com|net|org|(?:co|com)\s{{1,2}}(?:uk|in|jp|kr|br|au|mx)))\b",
    re.IGNORECASE,
)
LETTER_BY_LETTER = re.compile(r"\w(?:[ -]\w)+")
AT_WORDS = frozenset({"at", "arroba", "arobase", "klammeraffe"})
DOT_WORDS = frozenset({"dot", "punkt", "point", "ponto", "punto"})
POINT = re.compile(r"\w\.\w|\s\.\s|[(\[{<]\s?\.")
APART = re.compile(r"[\w)\]}]\s{1,2}@|@\s|＠|_at_")
MAIL_CUE = re.compile(r"(?:e-?mail|mail|adresse|address|correo|courriel|reach|write|contact|send|under|login)", re.I)
# Words before "at" that are no mailbox, unless a word for mail stands before them.
NO_MAILBOX = word_set(
    "it me us you them him her here there shop shopping bought ordered look looked looking look seen saw sold sell "
    "found find available that this i we they work works working stay stayed booked book reservation room is was are "
    "be been arrive arrived meet and or not"
)
# And before a host that everybody has a mailbox of.
ABOUT_A_HOST = word_set(
    "on in account page login error support site website app inbox mail email address mailbox users user"
)
FILE_ENDINGS = frozenset(["m", "am", "pm"])


def written(text: str) -> Iterator[Span]:
    """Addresses with their sign, as RFC 5322 has them."""
    end = 0
    for at in re.finditer("[@＠]", text):
        domain = DOMAIN.match(text, at.end()) or SLIP.match(text, at.end())
        if domain is None:
            continue
        floor = max(end, at.start() - LONGEST_LOCAL)
        start = _local_part(text[floor : at.start()])
        if start is not None:
            end = domain.end()
            yield Span(floor + start, end, Kind.EMAIL)


def encoded(text: str) -> Iterator[Span]:
    """Addresses inside a link, with the sign as %40."""
    for found in ENCODED.finditer(text):
        yield Span(found.start(), found.end(), Kind.EMAIL)


def may_be_spelt(text: str, words: Set[str]) -> bool:
    """Whether a text has a sign or a word for "at", set apart, and a dot or a host's name; ``words`` are the text's."""
    signed = ("@" in text or "＠" in text or "_at_" in text) and APART.search(text) is not None
    if not signed and words.isdisjoint(AT_WORDS) and "(a)" not in text:
        return False
    return not words.isdisjoint(DOT_WORDS) or not words.isdisjoint(HOSTS) or POINT.search(text) is not None


def spelt(text: str) -> Iterator[Span]:
    """Addresses in words, letter by letter, pulled apart by spaces and brackets, or without the point."""
    for pattern, means in ((LETTERS, _means_mail), (SPELT, _means_mail), (AT_HOST, _has_a_mailbox)):
        for found in pattern.finditer(text):
            if means(text, found):
                yield Span(found.start("local"), found.end("domain"), Kind.EMAIL)


def _has_a_mailbox(text: str, found: re.Match[str]) -> bool:
    """Whether what stands before "at gmail com" is a mailbox of that host: it looks like one, or mail is spoken of."""
    local = found["local"].casefold()
    if local in NO_MAILBOX or local in ABOUT_A_HOST:
        return False
    return not local.isalpha() or MAIL_CUE.search(text[max(0, found.start() - 40) : found.start()]) is not None


def _means_mail(text: str, found: re.Match[str]) -> bool:
    """A bare "at" is also a plain word: then the dot must be spelt out, or the mailbox look like one."""
    if found["at"].strip().casefold() not in ("at", "point"):
        return True
    parts = re.split(rf"\s*{DOT}\s*", found["domain"].strip(), flags=re.I)
    top = re.sub(r"[ -]", "", parts[-1]) if LETTER_BY_LETTER.fullmatch(parts[-1]) else re.split(r"\W+", parts[-1])[-1]
    if not (2 <= len(top) <= 24 and top.isalpha()) or top.casefold() in FILE_ENDINGS:
        return False
    before = text[max(0, found.start() - 40) : found.start()]
    if MAIL_CUE.search(before):
        return True
    local = found["local"].split()[-1].casefold()
    compound = len(found["local"]) > len(local) or any(not c.isalpha() for c in local)
    dotted = re.search(r"\b(?:dot|punkt|ponto|punto)\b|[(\[{]", found["domain"], re.I) is not None
    return compound if not dotted else compound or local not in NO_MAILBOX


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
