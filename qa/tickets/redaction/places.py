"""Street addresses, by how the post of several countries wants them written: number and street, unit, place, code."""

import re
from collections.abc import Iterator, Set

from qa.tickets.redaction.kinds import Kind, Span, word_set

NAME = r"[A-ZÀ-ÖØ-Þ0-9][\w.'’-]{0,30}"
SUFFIX = (
    r"(?:Street|St|Avenue|Ave|Av|Boulevard|Blvd|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|"
    r"Crescent|Cres|Highway|Hwy|Parkway|Pkwy|Circle|Cir|Trail|Trl|Way|Close|Gardens|Grove|Mews|Row|Broadway|Alley|"
    r"Plaza|Loop|Pike|Turnpike|Hill|Walk|Quay|Esplanade|Parade)"
)
UNIT = r"(?:,?\s{1,2}(?:Apt|Apartment|Unit|Suite|Ste|Flat|Floor|Fl|Room|Rm|Bldg|Building|Lot|#)\.?\s?#?\s?\w{1,6}\b)"
CODE = (
    r"(?:[A-Z]{2}\s{1,2}\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|(?:[A-Z]{2}\s{1,2})?[A-Z]\d[A-Z]\s?\d[A-Z]\d|"
    r"\d{4,5}(?:-\d{3,4})?)"
)
CITY = rf"(?:,\s{{1,2}}{NAME}(?:\s(?!{CODE}){NAME}){{0,2}})"
ENGLISH = re.compile(
    rf"(?<![\w.$£€/-])(?:(?:Flat|Apt\.?|Unit|Suite|"
    rf"Apartment)\s\w{{1,5}},?\s)?\d{{1,6}}[A-Za-z]?(?:[-/]\d{{1,4}}[A-Za-z]?)?(?:\s½)?,?\s{{1,2}}"
    rf"(?:(?:[NSEW]|[NS][EW]|North|South|East|West)\.?\s)?(?:{NAME}\s){{1,4}}{SUFFIX}\b\.?(?:\s(?:[NSEW]|[NS][EW])\b)?"
    rf"{UNIT}?(?:{CITY}{{1,2}}(?:,?\s{CODE})?|,?\s{CODE})?"
)
# People also write it small; then only the words that hardly mean anything else count.
SMALL = re.compile(
    r"(?<![\w.$£€/-])\d{1,6}[a-z]?\s(?:[nsew]\.?\s)?(?:(?!(?:of|the|a|an|in|on|at|to|by|from|min|minutes?|hours?|"
    r"days?|miles?|more|"
    r"people|stars?|and|or)\b)[\w.'’-]{1,20}\s){1,3}(?:street|avenue|ave|blvd|boulevard|rd|road|lane)\b\.?"
    r"(?:,?\s(?:apt|apartment|unit|suite|ste|flat|floor|#)\.?\s?#?\s?\w{1,6}\b)?",
    re.IGNORECASE,
)
GERMANIC = re.compile(
    r"\b(?:[A-ZÄÖÜ][\wäöüß-]{1,30}(?:straße|strasse|str\.|weg|gasse|platz|allee|damm|ufer|straat|laan|gracht|kade|"
    r"plein)|"
    r"[A-ZÄÖÜ][\wäöüß-]{1,30}\s(?:Straße|Strasse|Str\.|Weg|Gasse|Platz|Allee|Damm|Ufer|Ring))\s\d{1,4}\s?[a-z]?\b"
    r"(?:,?\s(?:[A-Z]{1,2}-)?\d{4,5}(?:\s[A-Z]{2})?\s[A-ZÄÖÜ][\wäöüß-]{2,30})?"
)
ROMANCE = re.compile(
    r"(?:\b\d{1,4}(?:\s(?:bis|ter))?,?\s(?:rue|avenue|boulevard|bd|place|allée|chemin|impasse|quai|cours|"
    r"(?:Rue|Avenue|Boulevard|Bd|Place|Allée|Chemin|Impasse|Quai|Cours)(?=\s(?:[A-ZÀ-Þ]|d[eu]s?\s|d['’]|l[ae]s?\s|l['’])))\s"
    r"(?:(?:de|du|des|d['’]|la|le|les|l['’])\s?){0,2}[\wÀ-ÿ'’-]{2,30}(?:\s[A-ZÀ-Þ][\wÀ-ÿ'’-]{1,30}){0,3}"
    r"|\b(?:Calle|C/|Avenida|Avda\.?|Av\.|Plaza|Paseo|Camino|Rua|Travessa|Praça|Alameda|Largo|Via|Viale|Piazza|Corso|"
    r"Rúa|Carrer)\s"
    r"(?:(?:de|da|do|dos|das|del|la|las|los|el|di|della)\s){0,2}[A-ZÀ-Þ][\wÀ-ÿ'’-]{1,30}"
    r"(?:\s(?:(?:de|da|do|dos|das|del|la|di)\s)?[A-ZÀ-Þ][\wÀ-ÿ'’-]{1,30}){0,3},?\s(?:n[.º°o]{1,2}\s?)?\d{1,5}\b)"
    r"(?:,?\s\d{4,5}(?:-\d{3})?\s[A-ZÀ-Þ][\wÀ-ÿ'’-]{2,30})?"
)
BOX = re.compile(r"\b(?:P\.?\s?O\.?\s?Box|Postfach|Boîte postale|Apartado)\s\d{1,6}\b", re.IGNORECASE)
POSTCODE = re.compile(
    r"\b(?:post ?code|zip(?: ?code)?|postal code|plz|code postal|código postal|cep)\b[^\w\n]{0,3}(?:is|:|=)?\s{0,2}"
    rf"(?P<code>{CODE})\b",
    re.IGNORECASE,
)
ENGLISH_WORDS = word_set(
    "street st avenue ave av boulevard blvd road rd lane ln drive dr court ct place pl square sq terrace ter crescent "
    "cres highway hwy parkway pkwy circle cir trail trl way close gardens grove mews row broadway alley plaza loop "
    "pike turnpike hill walk quay esplanade parade"
)
SMALL_WORDS = frozenset(["street", "avenue", "ave", "blvd", "boulevard", "rd", "road", "lane"])
ROMANCE_WORDS = word_set(
    "rue avenue boulevard bd place allée chemin impasse quai cours calle c avenida avda av plaza paseo camino rua "
    "travessa praça alameda largo via viale piazza corso rúa carrer"
)
GERMANIC_ENDS = (
    "straße", "strasse", "str", "weg", "gasse", "platz", "allee", "damm", "ufer", "ring", "straat", "laan", "gracht",
    "kade", "plein",
)  # fmt: skip
CODE_WORDS = word_set("box postfach postale apartado postcode post zip zipcode postal plz cep")
CUES = ENGLISH_WORDS | ROMANCE_WORDS | CODE_WORDS


def may_name_a_street(word: str) -> bool:
    """Whether a word in small letters is one without which no address is looked for."""
    return word in CUES or word.endswith(GERMANIC_ENDS)


def addresses(text: str, words: Set[str]) -> Iterator[Span]:
    """Addresses with a number; a street without one is no address of anybody. ``words`` are the text's."""
    patterns = []
    if not words.isdisjoint(ENGLISH_WORDS):
        patterns.append(ENGLISH)
        if not words.isdisjoint(SMALL_WORDS):
            patterns.append(SMALL)
    if not words.isdisjoint(ROMANCE_WORDS):
        patterns.append(ROMANCE)
    if any(word.endswith(GERMANIC_ENDS) for word in words):
        patterns.append(GERMANIC)
    coded = not words.isdisjoint(CODE_WORDS)
    if coded:
        patterns.append(BOX)
    for pattern in patterns:
        for found in pattern.finditer(text):
            yield Span(found.start(), found.end(), Kind.ADDRESS)
    if coded:
        for found in POSTCODE.finditer(text):
            yield Span(found.start("code"), found.end("code"), Kind.ADDRESS)
