"""What only its cue word tells: dates of birth, account numbers, PINs, answers to security questions.

The cue stands before the value in the same text, or in the question that the text answers.
"""

import re
from collections.abc import Iterator, Set
from functools import lru_cache

from qa.tickets.redaction.digits import names_a_thing
from qa.tickets.redaction.kinds import Kind, Span, word_set, words_of

MONTH = (
    r"(?:jan(?:uary|uar|vier|eiro)?|feb(?:ruary|ruar|rero)?|févr?(?:ier)?|fevereiro|mar(?:ch|s|zo|ço)?|märz|"
    r"apr(?:il)?|avr(?:il)?|"
    r"abr(?:il)?|may|mai|mayo|maio|june?|juni|juin|junio|junho|july?|juli|juillet|julio|julho|aug(?:ust)?|août|"
    r"ago(?:sto)?|"
    r"sept?(?:ember|embre|iembre)?|setembro|okt(?:ober)?|oct(?:ober|obre|ubre)?|outubro|nov(?:ember|embre|iembre|"
    r"embro)?|"
    r"de[cz](?:ember|embro)?|déc(?:embre)?|dic(?:iembre)?|enero|ene)\.?"
)
DATE = re.compile(
    rf"\d{{1,4}}\s?[-/.]\s?\d{{1,2}}\s?[-/.]\s?\d{{1,5}}|\d{{1,2}}(?:st|nd|rd|th|\.|º)?[\s-]?(?:of\s|"
    rf"de\s)?{MONTH},?(?:\s|-)?(?:de\s)?\d{{2,4}}|"
    rf"{MONTH}\s?\d{{1,2}}(?:st|nd|rd|th)?,?\s?\d{{2,4}}|\d{{1,2}}\s\d{{1,2}}\s\d{{4}}|(?<!\d)(?:19|20)\d{{6}}(?!\d)|"
    rf"(?<!\d)\d{{8}}(?!\d)",
    re.IGNORECASE,
)
BIRTH = re.compile(
    r"(?:\b(?:date ?of ?birth|birth ?date|birth ?day|born|geburts(?:datum|tag)|geboren|naissance|n[ée]e? le|nacimiento|"
    r"nac[ií]d?[oa]?|nascimento|nascid[oa])\b|\bd\.?o\.?b\b\.?)",
    re.IGNORECASE,
)
ACCOUNT = re.compile(
    r"\b(?:account|acct|acc|a/c|customer|client|member(?:ship)?|policy|routing|sort ?code|passport|driver'?s?'? "
    r"licen[cs]e|"
    r"national insurance|konto|kunden|compte|cuenta|conta|cliente|loyalty|iban)"
    r"(?: ?(?:number|num|no|nr|nummer|id|#|code|num[ée]ro)\b)?",
    re.IGNORECASE,
)
# A document of one person, or the number that a state knows one by.
DOCUMENT = re.compile(
    r"\b(?:passport|reisepass(?:nummer)?|passeport|pasaporte|passaporto|passaporte|"
    r"(?:driver'?s?'?|driving) licen[cs]e|f[üu]hrerschein(?:nummer)?|"
    r"(?:(?:national|personal|identity|citizen) ?(?:id|identification)|(?:national|identity|citizen) ?card)|"
    r"(?:personal)?ausweis(?:nummer)?|national insurance|nino|nhs|(?-i:DNI|NIE)|nif|bsn|cpf|"
    r"curp|pesel|aadhaar|codice fiscale|"
    r"steuer-?id(?:entifikationsnummer)?|personnummer|num[ée]ro de s[ée]curit[ée] sociale)"
    r"(?: (?:card|document))?(?: ?(?:number|num|no|nr|nummer|id|#|code|n[úu]mero|num[ée]ro)\b\.?)?",
    re.IGNORECASE,
)
# How else a document is asked for; what is given then says for itself whether it is one.
IDENTITY = re.compile(
    r"\b(?:(?:identity|identification|travel|id) (?:document|papers?|cards?|number)|photo id|"
    r"(?:government|state)[- ]issued id|residence (?:permit|card)|identit[äa]tsnachweis|aufenthaltstitel|"
    r"documento (?:nacional )?de identi(?:dad|dade)|tarjeta de residencia|"
    r"(?:pi[èe]ce|carte) d['’]identit[ée]|titre de s[ée]jour|carta d['’]identit[àa]|documento d['’]identit[àa])",
    re.IGNORECASE,
)
PIN = re.compile(
    r"\b(?:pin(?: ?(?:code|number|no|nummer|#))?|cvv2?|cvc2?|security code|pass ?code|one[- ]time (?:code|pass\w*)|otp|"
    r"verification code|access code|code pin|código pin|geheimzahl)\b",
    re.IGNORECASE,
)
ANSWER = re.compile(
    r"(?:mother'?s?'?’?s? maiden name|maiden name|security ?answer ?\d?|"
    r"(?:pet|dog|cat|animal)['’]?s?['’]? ?name|name of (?:the|my|your|our) (?:first |childhood )?(?:pet|dog|cat|"
    r"animal|school|teacher)|"
    r"(?:dog|cat|pet|hamster|rabbit) (?:was |is )?(?:named|called)|memorable word|secret (?:word|answer))",
    re.IGNORECASE,
)
SECURITY_QUESTION = re.compile(
    r"maiden name|name of (?:the|your) (?:first )?(?:pet|school|teacher)|pet['’]?s name|security question",
    re.IGNORECASE,
)
BETWEEN = 28  # characters from a cue to its value
ACCOUNT_VALUE = re.compile(r"(?<![\w./-])#?(?:[A-Z]{1,4}[- ]?)?\d(?:[ -]?\d){4,23}(?![\w])")
# Digits with letters among them, in groups or together, as documents have them (ICAO Doc 9303 and national forms).
DOCUMENT_GROUP = r"[a-z\d]{0,9}\d[a-z\d]{0,9}"
DOCUMENT_VALUE = re.compile(
    rf"(?<![\w./-])(?:(?!is|no|nr|id)[a-z]{{1,2}}[ -])?{DOCUMENT_GROUP}(?:[ .-]{DOCUMENT_GROUP}){{0,7}}"
    r"(?:[ -][a-z])?(?!\w)",
    re.IGNORECASE,
)
# What is given when a document is asked for: the Spanish NIE and DNI (Real Decreto 557/2011 and 1553/2005), the British
# national insurance number, and any number of letters and digits together, of which a passport has up to nine (ICAO Doc
# 9303-3) and other documents up to eighteen.
GIVEN_DOCUMENT = re.compile(
    r"(?<![\w./@-])(?:"
    r"(?P<known>[xyz][ .-]?\d{7}[ .-]?[a-z]|\d{2}\.?\d{3}\.?\d{3}(?:-?[a-z]| (?-i:[A-Z]))|"
    r"[a-z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d])|"
    r"(?:(?-i:[A-Z]{1,3})[ -])?[a-z\d]{6,18}"
    r")(?!\w|[/@]|[.-]\w)",
    re.IGNORECASE,
)
PASSPORT_SIGNS = (8, 9)  # letters and digits of a passport's number that may hold few digits
FEWEST_OF_A_PASSPORT = 2  # digits, after the document's word or in an answer that is hardly more than the number
FEWEST_OF_A_DOCUMENT = 5  # digits, where letters stand among them or its number is spoken of
FEWEST_ALONE = 8
A_DAY = re.compile(r"(?:19|20)\d\d[ .-]\d\d[ .-]\d\d\b")
NUMBER_SAID = re.compile(r"(?:number|num|no|nr|nummer|id|#|code|num[ée]ro|iban)\Z", re.IGNORECASE)
# Between a bare "account" and its number; it always matches, if only nothing.
JUST_BEFORE = re.compile(r"[\s:=#'\"(-]{0,4}(?:(?:is|was|it's|its|it is|ist|es|est|é)\b[\s:=#]{0,4})?")
PIN_VALUE = re.compile(r"(?<![\w./,$€£-])(?<!\d[ :])\d{3,8}(?![\w/:-])(?![.,]\d| \d{2})")
ANOTHER = re.compile(r"\s{0,2}(?:,|/|or|and|oder|ou|o)\s{1,2}(?:maybe |perhaps |possibly )?(?=\d)")
ANSWER_JOINT = re.compile(
    r"[\s'\"“:=]*(?:(?:is|was|were|named|called|would be|should be|used to be)\b[\s'\"“:=]*){0,2}"
)
ANSWER_VALUE = re.compile(r"[A-ZÀ-Þ][\w'’-]{1,20}(?: [A-ZÀ-Þ][\w'’-]{1,20}){0,2}|(?<==)[^,;\n\]>]{1,40}")
NO_ANSWER = word_set(
    "i it its a an the and or not no yes yeah yep ok okay sure sorry my his her he she they we you your what which "
    "unknown null none please thanks thank hello hi well oh um that this was is"
)


def number_word(text: str, start: int) -> Kind | None:
    """The kind that the words just before a number give it."""
    before = text[max(0, start - BETWEEN - 20) : start]
    latest: tuple[int, Kind] | None = None
    for kind, cue in ((Kind.PIN, PIN), (Kind.ACCOUNT_NUMBER, ACCOUNT)):
        for found in cue.finditer(before):
            if len(before) - found.end() <= BETWEEN and not re.search(r"[\d\n!?]|\.\s", before[found.end() :]):
                latest = max(latest or (-1, kind), (found.end(), kind))
    return latest[1] if latest else None


def spans(text: str, words: Set[str]) -> Iterator[Span]:
    """Values after their cue in the same text; ``words`` are the text's."""
    for triggers, find in FINDERS:
        if not words.isdisjoint(triggers):
            yield from find(text)


def _births(text: str) -> Iterator[Span]:
    for cue in BIRTH.finditer(text):
        reach = text[cue.end() : cue.end() + BETWEEN + 24]
        found = DATE.search(reach)
        if found and found.start() <= BETWEEN and not names_a_thing(text, cue.end() + found.start()):
            yield Span(cue.end() + found.start(), cue.end() + found.end(), Kind.DATE_OF_BIRTH)


def _pins(text: str) -> Iterator[Span]:
    for cue in PIN.finditer(text):
        yield from _values(text, cue.end(), PIN_VALUE, Kind.PIN)


def _accounts(text: str) -> Iterator[Span]:
    for cue in ACCOUNT.finditer(text):
        far = NUMBER_SAID.search(cue.group()) is not None
        if far or ACCOUNT_VALUE.match(text, JUST_BEFORE.match(text, cue.end()).end()):  # type: ignore[union-attr]
            yield from _values(text, cue.end(), ACCOUNT_VALUE, Kind.ACCOUNT_NUMBER)


def _documents(text: str) -> Iterator[Span]:
    """What stands after a document's name; ``ACCOUNT`` has those of digits alone."""
    for cue in DOCUMENT.finditer(text):
        begin = JUST_BEFORE.match(text, cue.end()).end()  # type: ignore[union-attr]
        found = DOCUMENT_VALUE.match(text, begin)
        if found is None or A_DAY.match(text, begin) or _begins_with_a_day(text, begin):
            continue
        value = found.group()
        told = any(map(str.isalpha, value)) or NUMBER_SAID.search(cue.group().rstrip(".")) is not None
        enough = sum(map(str.isdigit, value)) >= (FEWEST_OF_A_DOCUMENT if told else FEWEST_ALONE)
        if enough or _like_a_passports(value):
            yield Span(found.start(), found.end(), Kind.ACCOUNT_NUMBER)


def _like_a_passports(value: str) -> bool:
    """Whether a value that holds few digits may be a passport's number: capitals and digits without a gap."""
    digits = sum(map(str.isdigit, value))
    return value.isalnum() and value.isupper() and len(value) in PASSPORT_SIGNS and digits >= FEWEST_OF_A_PASSPORT


def _begins_with_a_day(text: str, start: int) -> bool:
    """Whether a day stands here, in parts: eight digits together may be anything."""
    found = DATE.match(text, start)
    return found is not None and not found.group().isdigit()


def _values(text: str, position: int, value: re.Pattern[str], kind: Kind) -> Iterator[Span]:
    """The value within reach, and those that an "or" adds."""
    found = value.search(text, position, min(len(text), position + BETWEEN + 26))
    if found is None or found.start() - position > BETWEEN:
        return
    between = text[position : found.start()]
    if "\n\n" in between or re.search(r"\d|[$€£]\s?\Z", between) or names_a_thing(between, len(between)):
        return
    while found is not None:
        yield Span(found.start(), found.end(), kind)
        another = ANOTHER.match(text, found.end())
        found = value.match(text, another.end()) if another else None


def _answers(text: str) -> Iterator[Span]:
    for cue in ANSWER.finditer(text):
        joint = ANSWER_JOINT.match(text, cue.end())
        position = joint.end() if joint else cue.end()
        if position == cue.end():
            continue
        found = ANSWER_VALUE.match(text, position)
        if found and found.group().split()[0].casefold() not in NO_ANSWER:
            yield Span(found.start(), found.end(), Kind.SECURITY_ANSWER)


BIRTH_WORDS = word_set(
    "birth birthdate birthday dateofbirth born dob d geburtsdatum geburtstag geboren naissance né née nacimiento "
    "nacido nacida nacio nació nascimento nascido nascida"
)
ACCOUNT_WORDS = word_set(
    "account acct acc customer client member membership policy routing sort sortcode passport licence license "
    "insurance konto kontonummer kunden kundennummer compte cuenta conta cliente loyalty iban accountnumber"
)
DOCUMENT_WORDS = word_set(
    "passport reisepass reisepassnummer passeport pasaporte passaporto passaporte licence license führerschein "
    "fuhrerschein führerscheinnummer id card identification ausweis ausweisnummer personalausweis "
    "personalausweisnummer insurance nino nhs dni nie nif bsn cpf curp pesel aadhaar codice steuer steuerid "
    "steueridentifikationsnummer personnummer sécurité securité sécurite securite"
)
PIN_WORDS = word_set("pin cvv cvc security passcode pass time otp verification access code código geheimzahl")
ANSWER_WORDS = word_set("maiden securityanswer answer pet dog cat animal hamster rabbit memorable secret")
# A cue is looked for only where one of its words stands in the text: most texts hold none.
FINDERS = (
    (BIRTH_WORDS, _births),
    (PIN_WORDS, _pins),
    (DOCUMENT_WORDS, _documents),
    (ACCOUNT_WORDS, _accounts),
    (ANSWER_WORDS, _answers),
)

CUES = frozenset().union(*(triggers for triggers, _ in FINDERS))

QUESTIONS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.ACCOUNT_NUMBER, ACCOUNT),
    (Kind.ACCOUNT_NUMBER, DOCUMENT),
    (Kind.ACCOUNT_NUMBER, IDENTITY),
    (Kind.PIN, PIN),
    (Kind.DATE_OF_BIRTH, BIRTH),
    (Kind.SECURITY_ANSWER, SECURITY_QUESTION),
)
ASKING = re.compile(
    r"\?|\b(?:please|provide|tell me|need|give|confirm|verify|what|which|could|can|may|name|enter)\b", re.IGNORECASE
)
SHORT_ANSWER = 40  # characters
BARE = re.compile(r"[^\W\d_][\w'’. -]{1,30}")


ASKED_WORDS = CUES | word_set(
    "identity identification travel photo government state residence identitätsnachweis aufenthaltstitel documento "
    "tarjeta pièce piece carte titre carta"
)


@lru_cache(maxsize=2048)
def asked(text: str) -> frozenset[Kind]:
    """What the other side is asked for."""
    if words_of(text).isdisjoint(ASKED_WORDS) or ASKING.search(text) is None:
        return frozenset()
    return frozenset(kind for kind, cue in QUESTIONS if cue.search(text))


def answered(text: str, wanted: frozenset[Kind]) -> Iterator[Span]:
    """What a text gives in answer to a question."""
    if Kind.DATE_OF_BIRTH in wanted:
        for found in DATE.finditer(text):
            if _could_be_a_day(found.group()) and not names_a_thing(text, found.start()):
                yield Span(found.start(), found.end(), Kind.DATE_OF_BIRTH)
    if Kind.ACCOUNT_NUMBER in wanted:
        yield from _given_documents(text)
        for span in _numbers(text, ACCOUNT_VALUE, Kind.ACCOUNT_NUMBER):
            if A_DAY.fullmatch(text, span.start, span.end) is None:  # when a document ends, perhaps
                yield span
    if Kind.PIN in wanted:
        yield from _numbers(text, PIN_VALUE, Kind.PIN)
    if Kind.SECURITY_ANSWER in wanted:
        yield from _bare_answer(text)


def _could_be_a_day(shown: str) -> bool:
    """Whether digits can be a day, a month and a year in some order; people mistype them, so one may be too long."""
    parts = re.findall(r"\d+", shown)
    if len(parts) == 1:
        return len(shown) == 8 and (shown[:2] in ("19", "20") or shown[4:6] in ("19", "20"))
    return len(parts) != 3 or (int(parts[1]) <= 31 and (int(parts[0]) <= 31 or len(parts[0]) == 4))


def _given_documents(text: str) -> Iterator[Span]:
    """Numbers of letters and digits, written in capitals or in small letters throughout."""
    short = len(text.strip()) <= SHORT_ANSWER
    for found in GIVEN_DOCUMENT.finditer(text):
        value = found.group()
        digits = sum(map(str.isdigit, value))
        alike = (value.isupper() or value.islower()) and digits >= FEWEST_OF_A_DOCUMENT
        if (found["known"] or alike or (short and _like_a_passports(value))) and not names_a_thing(text, found.start()):
            yield Span(found.start(), found.end(), Kind.ACCOUNT_NUMBER)


def _numbers(text: str, value: re.Pattern[str], kind: Kind) -> Iterator[Span]:
    for found in value.finditer(text):
        if not names_a_thing(text, found.start()) and text[max(0, found.start() - 1) : found.start()] not in ("$", "€"):
            yield Span(found.start(), found.end(), kind)


def _bare_answer(text: str) -> Iterator[Span]:
    """The whole of a short answer, or the last word after "named", "called", "is"."""
    bare = text.strip().rstrip(".!?")
    words = bare.casefold().split()
    start = len(text) - len(text.lstrip())
    if bare and len(bare) <= SHORT_ANSWER and len(words) <= 2 and BARE.fullmatch(bare) and words[-1] not in NO_ANSWER:
        yield Span(start, start + len(bare), Kind.SECURITY_ANSWER)
        return
    for found in re.finditer(r"\b(?:named|called|is|was|it's|its)\s+([A-ZÀ-Þ][\w'’-]{1,20})", text):
        if found.group(1).casefold() not in NO_ANSWER:
            yield Span(found.start(1), found.end(1), Kind.SECURITY_ANSWER)
