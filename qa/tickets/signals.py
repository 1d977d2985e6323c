"""What facts and text say about a part by stated rules, as numbers; nobody sees them before scoring. Pure.

A signal is ``None`` where its rule has nothing to look at; it is not stored then. ``Rules.version`` names the rules, so
that values made by others are never mixed with them.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import isfinite, log2
from typing import Any, NamedTuple

HOUR = 3600
MAPPED_PREFIX = "signal_"  # of a custom field or column whose number is kept as a signal
MAPPED_VERSION = "mapped"
LARGEST_MAPPED = 1e9
OPENING = 80  # characters of the first reply that a greeting stands in
ENDING = 200  # of the last reply that a closing stands in
SAME_QUESTION = 0.6  # share of words that two messages have in common
LEAST_WORDS = 4  # of a message or sentence for it to be recognised again
SENTENCE_WORDS = 6
TEMPLATE_TICKETS = 3  # tickets of one batch that a sentence stands in, word by word
LEAST_BATCH = 20  # tickets in a batch for templates to be told
MOST_COUNTED = 5

GREETINGS = {
    "en": ("hello", "hi", "dear", "good morning", "good afternoon", "good evening", "thank you for", "thanks for"),
    "de": ("hallo", "guten tag", "guten morgen", "guten abend", "sehr geehrte", "liebe", "vielen dank", "danke für"),
    "fr": ("bonjour", "bonsoir", "cher", "chère", "merci de", "merci pour"),
    "es": ("hola", "buenos días", "buenas tardes", "buenas noches", "estimado", "estimada", "gracias por"),
    "pt": ("olá", "oi", "bom dia", "boa tarde", "boa noite", "prezado", "prezada", "obrigado por", "obrigada por"),
}
CLOSINGS = {
    "en": ("regards", "best wishes", "have a good", "have a great", "have a nice", "take care", "sincerely", "cheers",
           "anything else", "let us know", "let me know", "happy to help"),
    "de": ("grüße", "grüßen", "schönen tag", "alles gute", "gern zur verfügung", "melden sie sich", "melde dich"),
    "fr": ("cordialement", "bonne journée", "bonne soirée", "bien à vous", "à votre disposition", "n'hésitez pas"),
    "es": ("saludos", "un saludo", "buen día", "atentamente", "quedo a", "quedamos a", "no dudes", "no dude"),
    "pt": ("atenciosamente", "abraço", "cumprimentos", "bom dia", "à disposição", "qualquer dúvida"),
}  # fmt: skip
PROHIBITED = (
    "calm down",
    "as i already",
    "as i said",
    "like i said",
    "not my problem",
    "not our problem",
    "your own fault",
    "you should have",
    "nothing i can do",
    "nothing we can do",
    "obviously",
    "wie bereits gesagt",
    "beruhigen sie sich",
    "ihre eigene schuld",
    "calmez-vous",
    "comme je l'ai déjà dit",
    "ce n'est pas mon problème",
    "cálmese",
    "como ya le dije",
    "no es mi problema",
    "acalme-se",
    "como já disse",
    "não é problema meu",
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The stated rules: targets in seconds, and phrases in lower case."""

    first_reply_target: float = 8 * HOUR
    resolution_target: float = 48 * HOUR
    greetings: Mapping[str, Sequence[str]] = field(default_factory=lambda: GREETINGS)
    closings: Mapping[str, Sequence[str]] = field(default_factory=lambda: CLOSINGS)
    prohibited: Sequence[str] = PROHIBITED

    @cached_property
    def version(self) -> str:
        """The name of exactly these rules."""
        told = json.dumps([1, asdict(self)], sort_keys=True, ensure_ascii=False, default=list)
        return f"rules1-{hashlib.sha256(told.encode()).hexdigest()[:8]}"


class Facts(NamedTuple):
    """What is known of a ticket without its text."""

    first_reply_seconds: int | None
    resolution_seconds: int | None
    reopens: int
    escalated: bool
    csat: str | None


class Spoken(NamedTuple):
    """What was said in public, in its order: by customers, and in reply by whom of the help desk.

    Nobody is judged by a note.
    """

    asked: list[str]
    replies: list[tuple[str | None, str]]  # the help desk's id of the agent, and the text


REPLYING = frozenset({"specialist", "bot"})


def from_facts(facts: Facts, rules: Rules) -> dict[str, float | None]:
    """Times against their targets (in doublings: 1 is twice the target), reopens, escalation, satisfaction."""
    return {
        "first_reply_time": against(facts.first_reply_seconds, rules.first_reply_target),
        "resolution_time": against(facts.resolution_seconds, rules.resolution_target),
        "reopens": float(min(facts.reopens, MOST_COUNTED)),
        "escalated": float(facts.escalated),
        "csat_bad": float(facts.csat == "bad"),
        "csat_good": float(facts.csat == "good"),
    }


def against(seconds: float | None, target: float) -> float | None:
    """log2 of a time over its target, held within six doublings either way; ``None`` without a time."""
    if seconds is None:
        return None
    return max(-6.0, min(6.0, log2(max(float(seconds), 1.0) / target)))


def from_text(
    spoken: Spoken,
    agent: str,
    language: str,
    rules: Rules,
    repeated: Mapping[bytes, int] | None = None,
    marks: "Marks | None" = None,
) -> dict[str, float | None]:
    """What the conversation says of one agent's part; ``repeated`` tells in how many tickets of a batch a sentence is.

    hand_offs: others of the help desk who replied. greeting, closing: 1 or 0. repeated_question: messages in which the
    customer asks again what was asked before. template_share: of the agent's sentences, those that stand word by word
    in at least three tickets of the batch. prohibited_phrase: phrases of the list, at most five.
    """
    own = [text for who, text in spoken.replies if who == agent]
    others = {who for who, _ in spoken.replies} - {None, agent}
    found: dict[str, float | None] = {
        "hand_offs": float(min(len(others), MOST_COUNTED)),
        "repeated_question": float(min(asked_again(spoken.asked), MOST_COUNTED)),
        "greeting": None,
        "closing": None,
        "template_share": None,
        "prohibited_phrase": None,
    }
    if not own:
        return found
    tongue = language[:2].lower()
    greetings = rules.greetings.get(tongue) or _all(rules.greetings)
    closings = rules.closings.get(tongue) or _all(rules.closings)
    found["greeting"] = float(_count(greetings, own[0][:OPENING].lower()) > 0)
    found["closing"] = float(_count(closings, own[-1][-ENDING:].lower()) > 0)
    found["prohibited_phrase"] = float(min(_count(rules.prohibited, "\n".join(own).lower()), MOST_COUNTED))
    if repeated is not None:
        marks = marks or Marks()
        sentences = [sentence for text in own for sentence in marks.of(text)]
        if sentences:
            known = sum([repeated.get(sentence, 0) >= TEMPLATE_TICKETS for sentence in sentences])
            found["template_share"] = known / len(sentences)
    return found


def _all(phrases: Mapping[str, Sequence[str]]) -> list[str]:
    return [phrase for some in phrases.values() for phrase in some]


def _count(phrases: Iterable[str], text: str) -> int:
    return sum([phrase in text and _has(phrase, text) for phrase in phrases])


def _has(phrase: str, text: str) -> bool:
    """Whether a phrase stands in a text as whole words."""
    at = text.find(phrase)
    while at >= 0:
        end = at + len(phrase)
        if not (at > 0 and text[at - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            return True
        at = text.find(phrase, at + 1)
    return False


WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"[.!?\n]+")
# The same for texts in ASCII, which most are, at a tenth of the time: letters become small, what ends a sentence a
# line's end, all else that is in no word a space.
_ASCII = bytes(
    code if code > 127 or WORD.match(chr(code)) else ord("\n") if chr(code) in ".!?\n" else ord(" ")
    for code in b"".join(chr(code).lower().encode("latin-1") for code in range(256))
)


def words_of(text: str) -> list[bytes]:
    """The words of a text in small letters, in their order."""
    if text.isascii():
        return text.encode().translate(_ASCII).split()
    return [_encoded(word) for word in WORD.findall(text.lower())]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def asked_again(messages: Sequence[str]) -> int:
    """How many messages have most of their words in common with an earlier one."""
    earlier: list[set[bytes]] = []
    again = 0
    for message in messages:
        words = set(words_of(message))
        if len(words) < LEAST_WORDS:
            continue
        again += any(_mostly_shared(words, before) for before in earlier)
        earlier.append(words)
    return again


def _mostly_shared(one: set[bytes], other: set[bytes]) -> bool:
    """Whether most of the words of either are in both; lengths that differ too much say no at once."""
    here, there = len(one), len(other)
    if here < SAME_QUESTION * there or there < SAME_QUESTION * here:
        return False
    shared = len(one & other)
    return shared >= SAME_QUESTION * (here + there - shared)


def sentences_of(text: str) -> list[bytes]:
    """The sentences of six words or more, each as its words: the same words in the same order are the same."""
    if text.isascii():
        told = text.encode().translate(_ASCII)
        while b"  " in told:
            told = told.replace(b"  ", b" ")
        lines = [line.strip() for line in told.split(b"\n")]
        return [line for line in lines if line.count(b" ") >= SENTENCE_WORDS - 1]
    parts = [WORD.findall(sentence) for sentence in SENTENCE_END.split(text.lower())]
    return [_encoded(" ".join(words)) for words in parts if len(words) >= SENTENCE_WORDS]


class Marks:
    """The sentences of a batch, each text taken apart once."""

    def __init__(self) -> None:
        self._known: dict[str, list[bytes]] = {}

    def of(self, text: str) -> list[bytes]:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = sentences_of(text)
        return found


def repeated_sentences(conversations: Iterable[Spoken], marks: Marks | None = None) -> dict[bytes, int] | None:
    """In how many tickets of a batch each sentence of the help desk stands; ``None`` for a batch under 20 tickets."""
    marks = marks or Marks()
    counts: dict[bytes, int] = {}
    tickets = 0
    for spoken in conversations:
        tickets += 1
        for mark in {sentence for _, text in spoken.replies for sentence in marks.of(text)}:
            counts[mark] = counts.get(mark, 0) + 1
    return counts if tickets >= LEAST_BATCH else None


def mapped(custom_fields: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of fields named ``signal_...``: a help desk's own automatic score, mapped at intake.

    A value that is no finite number is left out.
    """
    found = {}
    for key, value in custom_fields.items():
        name = str(key).strip().lower().replace(" ", "_").replace("-", "_")
        if not name.startswith(MAPPED_PREFIX) or len(name) == len(MAPPED_PREFIX):
            continue
        number = as_number(value)
        if number is not None:
            found[name[len(MAPPED_PREFIX) :]] = number
    return found


def as_number(value: object) -> float | None:
    """A finite number of a sensible size, also when told as text or as yes and no."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            value = float(value.strip().removesuffix("%").replace(",", ".") or "nan")
        except ValueError:
            return None
    if not isinstance(value, int | float) or not isfinite(value) or abs(value) > LARGEST_MAPPED:
        return None
    return float(value)
