"""Rules that mark tickets as they come in: escalated, of severe content, with an outside score. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from qa.tickets.intake.base import Record, TicketRecord
from qa.tickets.signals import MAPPED_PREFIX

Where = Literal["tag", "queue", "field", "group_change", "source"]
WHERE: Mapping[Where, str] = {
    "tag": "has the tag",
    "queue": "stands in the queue",
    "field": "has in the field",
    "group_change": "went through several groups",
}
REGION_WHERE: Mapping[Where, str] = {**WHERE, "source": "comes from this source at all"}
WITHOUT_WORDS = frozenset({"group_change", "source"})
REGION = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")  # written as a person's clearances are
SEVERITIES: tuple[tuple[int, str], ...] = ((1, "mild"), (2, "severe"))
MOST_RULES = 50
FACTS = {"Status": "status", "Priority": "priority", "Channel": "channel", "Tier": "tier", "Language": "language",
         "Product Area": "product_area"}  # fields of ours that a rule may name as well  # fmt: skip


class UnreadableMarksError(ValueError):
    """Kept rules that say nothing sensible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a ticket is meant: one of the words, compared without case.

    ``level`` is that of severe content, ``region`` the data region that the ticket belongs to.
    """

    where: Where
    words: tuple[str, ...] = ()
    field: str = ""
    level: int = 0
    region: str = ""

    def meets(self, record: TicketRecord) -> bool:
        if self.where == "source":
            return True
        if self.where == "group_change":
            return record.groups_passed > 1
        wanted = {word.casefold().strip() for word in self.words}
        return not wanted.isdisjoint(each.casefold().strip() for each in self._told(record))

    def _told(self, record: TicketRecord) -> Iterable[str]:
        if self.where == "tag":
            return record.tags
        if self.where == "queue":
            return (record.queue,)
        facts = {**record.custom_fields, **{name: getattr(record, fact) for name, fact in FACTS.items()}}
        value = next((value for name, value in facts.items() if _same(name, self.field)), None)
        values = value if isinstance(value, (list, tuple)) else (value,)
        return [
            str(each) if not isinstance(each, bool) else ("yes" if each else "no")
            for each in values
            if each is not None
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What marks the tickets of a source."""

    escalation: tuple[Rule, ...] = ()
    severity: tuple[Rule, ...] = ()
    regions: tuple[Rule, ...] = ()  # the first that is met says where a ticket belongs
    signals: tuple[str, ...] = ()  # fields of numbers that are kept as outside scores

    def __bool__(self) -> bool:
        return bool(self.escalation or self.severity or self.regions or self.signals)

    def on(self, records: Iterable[Record]) -> Iterator[Record]:
        """The same records, tickets marked."""
        if not self:
            yield from records
            return
        for record in records:
            yield self.marked(record) if isinstance(record, TicketRecord) else record

    def marked(self, record: TicketRecord) -> TicketRecord:
        """A ticket as the rules mark it; what the help desk itself says stays."""
        level = max((rule.level for rule in self.severity if rule.meets(record)), default=0)
        return replace(
            record,
            escalated=record.escalated or any(rule.meets(record) for rule in self.escalation),
            content_severity=max(record.content_severity, level),
            data_region=next((rule.region for rule in self.regions if rule.meets(record)), record.data_region),
            custom_fields={self._named(name): value for name, value in record.custom_fields.items()},
        )

    def _named(self, name: str) -> str:
        return f"{MAPPED_PREFIX}{name}" if any(_same(name, each) for each in self.signals) else name

    def as_json(self) -> dict[str, Any]:
        return {
            "escalation": [_kept(each) for each in self.escalation],
            "severity": [_kept(each) for each in self.severity],
            "regions": [_kept(each) for each in self.regions],
            "signals": list(self.signals),
        }

    @classmethod
    def from_json(cls, kept: object) -> "Marks":
        """The rules from JSON; ``UnreadableMarksError`` where it holds something else."""
        if not isinstance(kept, Mapping):
            raise UnreadableMarksError('"marks" is an object')
        return cls(
            escalation=_rules(kept.get("escalation"), "escalation"),
            severity=_rules(kept.get("severity"), "severity"),
            regions=_rules(kept.get("regions"), "regions"),
            signals=_words(kept.get("signals")),
        )


def words_of(text: str) -> tuple[str, ...]:
    """Words as a person types them, between commas."""
    return tuple(dict.fromkeys(word for word in (each.strip() for each in text.split(",")) if word))


def _same(one: str, other: str) -> bool:
    return one.casefold().strip() == other.casefold().strip()


def _kept(rule: Rule) -> dict[str, Any]:
    told = {"where": rule.where, "words": list(rule.words), "field": rule.field, "level": rule.level}
    return {**told, "region": rule.region} if rule.region else told


def _rules(kept: object, of: Literal["escalation", "severity", "regions"]) -> tuple[Rule, ...]:
    if kept is None:
        return ()
    if not isinstance(kept, Sequence) or isinstance(kept, str) or len(kept) > MOST_RULES:
        raise UnreadableMarksError(f"rules are a list of at most {MOST_RULES}")
    return tuple(_rule(each, of) for each in kept)


def _rule(kept: object, of: str) -> Rule:
    places = REGION_WHERE if of == "regions" else WHERE
    if not isinstance(kept, Mapping) or kept.get("where") not in places:
        raise UnreadableMarksError(f'a rule\'s "where" is one of {", ".join(places)}')
    level, region = kept.get("level", 0), kept.get("region", "")
    if of == "severity" and level not in dict(SEVERITIES):
        raise UnreadableMarksError("a severity is 1 (mild) or 2 (severe)")
    if of == "regions" and (not isinstance(region, str) or REGION.fullmatch(region) is None):
        raise UnreadableMarksError("a region is a word of small letters, digits, dots and hyphens")
    words = _words(kept.get("words"))
    if not words and kept["where"] not in WITHOUT_WORDS:
        raise UnreadableMarksError("a rule needs a word to look for")
    return Rule(
        where=kept["where"],
        words=words,
        field=str(kept.get("field") or ""),
        level=level if of == "severity" else 0,
        region=region if of == "regions" else "",
    )


def _words(kept: object) -> tuple[str, ...]:
    if kept is None:
        return ()
    if not isinstance(kept, Sequence) or isinstance(kept, str) or not all(isinstance(each, str) for each in kept):
        raise UnreadableMarksError("words are a list of texts")
    return tuple(kept)
