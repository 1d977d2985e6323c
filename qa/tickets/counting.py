"""What became of the rows of an intake: every row read ends as stored, updated, unchanged or rejected."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["stored", "updated", "unchanged", "rejected"]
OUTCOMES: tuple[Outcome, ...] = ("stored", "updated", "unchanged", "rejected")


@dataclass(slots=True)
class Tally:
    """Rows of one kind by their outcome."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    @property
    def read(self) -> int:
        return self.stored + self.updated + self.unchanged + self.rejected

    def add(self, outcome: Outcome, rows: int = 1) -> None:
        setattr(self, outcome, getattr(self, outcome) + rows)

    def as_dict(self) -> dict[str, int]:
        return {"read": self.read} | {outcome: getattr(self, outcome) for outcome in OUTCOMES}


@dataclass(slots=True)
class Counts:
    """What one intake, or one chunk of it, did."""

    tickets: Tally = field(default_factory=Tally)
    messages: Tally = field(default_factory=Tally)
    parts: int = 0  # handled parts made
    left_out: Counter[str] = field(default_factory=Counter)  # of the parts made, by reason
    without_part: Counter[str] = field(default_factory=Counter)  # tickets, by reason

    def of(self, kind: Literal["ticket", "message"]) -> Tally:
        return self.tickets if kind == "ticket" else self.messages

    def merge(self, other: "Counts") -> None:
        for outcome in OUTCOMES:
            self.tickets.add(outcome, getattr(other.tickets, outcome))
            self.messages.add(outcome, getattr(other.messages, outcome))
        self.parts += other.parts
        self.left_out.update(other.left_out)
        self.without_part.update(other.without_part)

    def become(self, other: "Counts") -> None:
        """Take over what another one counted."""
        self.tickets, self.messages, self.parts = other.tickets, other.messages, other.parts
        self.left_out, self.without_part = other.left_out, other.without_part

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Counts":
        """Counts as a run keeps them; nothing counted where it has none yet."""
        found = cls(parts=kept.get("parts", 0))
        for kind, tally in (("tickets", found.tickets), ("messages", found.messages)):
            for outcome in OUTCOMES:
                tally.add(outcome, kept.get(kind, {}).get(outcome, 0))
        found.left_out.update(kept.get("left_out", {}))
        found.without_part.update(kept.get("without_part", {}))
        return found

    def as_dict(self) -> dict[str, Any]:
        return {
            "tickets": self.tickets.as_dict(),
            "messages": self.messages.as_dict(),
            "parts": self.parts,
            "left_out": dict(self.left_out),
            "without_part": dict(self.without_part),
        }
