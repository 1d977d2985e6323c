"""Names of people: those the export itself tells, and those that a cue introduces."""

import re
from collections.abc import Iterable, Iterator, Set

from qa.tickets.redaction.kinds import Kind, Span, word_set

WORD = r"[^\W\d_][\w'’-]{1,24}"
CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]{0,24}"
PARTICLE = "de|del|della|da|das|do|dos|di|du|la|le|van|von|der|den|ter|zu|al|el|bin|ibn|y|e"
LABEL = re.compile(
    r"\b(?:full|customer|guest|host|first|last|middle|passenger|driver|account ?holder|contact|user|cardholder|sur|"
    r"family)"
    r"[ _]?name(?: is|'s|’s)?[ ]{0,2}[:=][ ]{0,2}(?P<name>[^,;:=\n\[\]<>()\d]{2,40}?)[ ]{0,2}(?=[,;\n\])]|->|$|\s-\s|"
    r"\.\s)",
    re.IGNORECASE,
)
INTRODUCED = re.compile(
    rf"(?:\b(?i:my|his|her|their|the|customer|guest)[ ](?i:full[ ]|first[ ]|last[ ]|real[ ])?(?i:name)(?i:[ ]is|"
    rf"['’]s|[ ]was|:)[ ]{{1,2}}|"
    rf"\b[Nn]ame(?:[ ]is|:)[ ]{{1,2}}(?=[A-ZÀ-Þ])|"
    rf"\b(?i:mein name ist|ich heiße|je m['’]appelle|mi nombre es|me llamo|meu nome é|me chamo|mi chiamo)[ ])"
    rf"(?P<name>(?!(?:[a-z]+(?:ing|ed)|not|still)\b){WORD}"
    rf"(?:[ ](?:(?:{PARTICLE})[ ]){{0,2}}(?:{CAPITAL}|[A-Z]\.)){{0,3}})"
)
INTRODUCED_SMALL = re.compile(
    rf"\bname(?:[ ]is|['’]s|:)[ ](?P<name>{WORD}[ ]{WORD})(?=[ ](?:and|account|my|pin|i|but)\b|[.,!\n]|$)",
    re.IGNORECASE,
)
SPEAKING = re.compile(
    rf"\b(?:I['’]?m|I am|[Tt]his is|speaking with|[Ii]t['’]s|[Ii]ch bin|[Jj]e suis|[Ss]oy|[Ss]ou)[ ]"
    rf"(?P<name>{CAPITAL}(?:[ ]{CAPITAL}){{1,3}}|{CAPITAL}(?=[,.!]|[ ](?:and|from|here|with)\b|$))"
)
GREETING = re.compile(
    r"\b(?:Hi|Hello|Hey|Dear|Hallo|Lieber?|Bonjour|Cher|Chère|Hola|Querid[oa]|Estimad[oa]|Olá|Caro|Cara|"
    r"Thanks|Thank you|Danke|Merci|Gracias|Obrigad[oa]|[Rr]egards|Best|Cheers|[Ss]incerely)[,]?[ \n]{1,2}"
    rf"(?P<name>{CAPITAL}(?:[ ]{CAPITAL})?)(?=[,.!:\n]|[ ]-|$)"
)
TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof|Sir|Madam|Herr|Frau|Madame|Monsieur|Señora?|Sra|Sr|Senhora?)\b\.?[ ]"
    rf"(?P<name>{CAPITAL}(?:[ ]{CAPITAL}){{0,2}})"
)
# What INTRODUCED and INTRODUCED_SMALL need in the text; to look for these is far cheaper than to try them.
SAID = (
    "name is", "name's", "name’s", "name was", "name:", "mein name ist", "ich heiße", "appelle", "mi nombre es",
    "me llamo", "meu nome é", "me chamo", "mi chiamo",
)  # fmt: skip
# A pattern is tried only where one of its words stands in the text.
NAMED = (INTRODUCED_SMALL, INTRODUCED)
NAME_WORDS = word_set(
    "name names fullname customername guestname hostname username drivername firstname lastname passengername "
    "contactname heiße llamo nombre chamo nome chiamo appelle"
)
TRIGGERS: tuple[tuple[frozenset[str], tuple[re.Pattern[str], ...]], ...] = (
    (NAME_WORDS, (LABEL,)),
    (NAME_WORDS, NAMED),
    (word_set("m am im this speaking it ich je soy sou"), (SPEAKING,)),
    (
        word_set(
            "hi hello hey dear hallo liebe lieber bonjour cher chère hola querido querida estimado estimada olá caro "
            "cara thanks thank danke merci gracias obrigado obrigada regards best cheers sincerely"
        ),
        (GREETING,),
    ),
    (
        word_set("mr mrs ms mx miss dr prof sir madam herr frau madame monsieur señor señora sr sra senhor senhora"),
        (TITLED,),
    ),
)
CUES = frozenset().union(*(triggers for triggers, _ in TRIGGERS))
NO_NAME = word_set(
    "i a an the and or not no yes sorry there all team everyone everybody support customer customers sir madam friend "
    "again for so very much in on at to from my your our his her is was are what why how when where who just still "
    "looking trying having calling writing new sure ok okay good morning afternoon evening day please thanks thank "
    "you hello hi hey dear null none unknown account number pin help regards best cheers we it its this that spelled "
    "correct wrong on here bot assistant agent specialist service monday tuesday wednesday thursday friday saturday "
    "sunday actually great perfect right alright oh well um hmm wait never mind nothing nope yeah yep dr mr mrs ms "
    "good bad yours mine his hers theirs anything something somebody nobody cool awesome english german french "
    "spanish portuguese american british"
)
# First and last names that are also words: in small letters they mean the word.
ALSO_WORDS = word_set(
    "mark will white brown black green young long may june april august rose grace hope faith joy bill rob sue pat "
    "art jack drew chase grant frank miles price cook baker king page day stone wood woods hill field rich penny dawn "
    "summer amber ruby crystal ginger iris violet lily holly heather olive robin jay ray max guy dean wells banks "
    "bell best"
)
LONGEST = 60
MOST_KNOWN = 40
ASKED = re.compile(r"\b(?:your|full|first|last|have the|the)\s(?:full\s|first\s|last\s)?name\b", re.IGNORECASE)
OTHER_NAME = re.compile(
    r"maiden name|pet|name of|file name|user ?name|company name|business name|hotel|venue", re.IGNORECASE
)
ANSWER = re.compile(
    rf"[ ]*(?:it['’]s |it is |sure,? |yes,? |that['’]s |of course,? )?(?P<name>{WORD}(?:[ ]{WORD}){{0,2}})[ "
    rf"]*(?:[.,!\n]|-|and\b|$)",
    re.I,
)


def introduced(text: str, words: Set[str]) -> Iterator[Span]:
    """Names after the words that introduce one; ``words`` are the text's."""
    lowered = text.lower()
    for triggers, patterns in TRIGGERS:
        if words.isdisjoint(triggers) or (patterns is NAMED and not any(each in lowered for each in SAID)):
            continue
        for pattern in patterns:
            for found in pattern.finditer(text):
                shown = found["name"].rstrip(" .-'’")
                first = shown.split()[0].casefold().strip(".'’") if shown.split() else ""
                if first and first not in NO_NAME:
                    yield Span(found.start("name"), found.start("name") + len(shown), Kind.PERSON_NAME)


def asks_for_name(text: str) -> bool:
    return "name" in text.lower() and ASKED.search(text) is not None and OTHER_NAME.search(text) is None


def answered(text: str) -> Iterator[Span]:
    """A name given in answer to the question for it."""
    found = ANSWER.match(text)
    if found is None:
        return
    words = found["name"].casefold().split()
    if not any(word in NO_NAME for word in words):
        yield Span(found.start("name"), found.end("name"), Kind.PERSON_NAME)


class Known:
    """Names to look for wherever they stand: whole, and each part of two letters or more on its own."""

    __slots__ = ("_parts", "_wholes")

    def __init__(self, names: Iterable[str]) -> None:
        self._wholes: dict[str, str] = {}  # as it is looked for, in small letters -> whose it is
        self._parts: dict[str, str] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Learn a name; its parts then mean the same person."""
        words = name.replace("@", " ").split()
        whole = " ".join(words).casefold()
        if not 2 <= len(whole) <= LONGEST or len(self._wholes) >= MOST_KNOWN or any(c.isdigit() for c in whole):
            return
        owner = self._wholes.get(whole) or self._parts.get(whole) or whole
        self._wholes.setdefault(whole, owner)
        if len(words) == 1:
            return
        for word in words:
            part = word.casefold().strip(".'’")
            if len(part) >= 2 and part not in NO_NAME:
                self._parts.setdefault(part, owner)

    def owner(self, shown: str) -> str:
        """One word for all the ways in which somebody's name is written."""
        plain = " ".join(shown.casefold().split())
        found = self._wholes.get(plain) or self._parts.get(plain)
        if found:
            return self._wholes.get(found, found)
        return next((self._parts[word] for word in plain.split() if word in self._parts), plain)

    def spans(self, text: str) -> list[Span]:
        lowered = text.casefold()
        if len(lowered) != len(text):
            lowered = text.lower() if len(text.lower()) == len(text) else ""
        present = [(name, True) for name in self._wholes if name in lowered]
        present += [(name, False) for name in self._parts if name in lowered]
        return [span for name, whole in present for span in self._places(text, lowered, name, whole)]

    def _places(self, text: str, lowered: str, name: str, whole: bool) -> Iterator[Span]:
        position = lowered.find(name)
        while position >= 0:
            end = position + len(name)
            if _stands_alone(lowered, position, end) and self._is_meant(text[position:end], name, whole):
                yield Span(position, end, Kind.PERSON_NAME)
            position = lowered.find(name, end)

    @staticmethod
    def _is_meant(shown: str, name: str, whole: bool) -> bool:
        if whole and " " in name:
            return True
        return not (shown.islower() and (name in ALSO_WORDS or len(name) < 3)) and name not in NO_NAME


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before and (before.isalnum() or before in "_@/")) and not (after and (after.isalnum() or after in "_@"))
