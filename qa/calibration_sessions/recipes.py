"""How the parts of a session are chosen: so many of each kind. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MOST = 20  # parts of a session

KINDS = {
    "drawn": "At random from the frame",
    "differing": "Two reviewers differed",
    "lowest": "Criterion of lowest agreement",
    "fresh": "New queue or launch",
    "anchors": "Old golden tickets",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Numbers of parts by kind, in one queue or in all."""

    drawn: int = 0
    differing: int = 0
    lowest: int = 0
    fresh: int = 0
    anchors: int = 0
    queue: str = ""

    def __post_init__(self) -> None:
        for kind in KINDS:
            number = getattr(self, kind)
            if type(number) is not int or number < 0:
                raise ValueError(f"{kind} is a number of parts: {number!r}")
        if not 1 <= self.total <= MOST:
            raise ValueError(f"a session has 1 to {MOST} parts: {self.total}")

    @property
    def total(self) -> int:
        return sum(getattr(self, kind) for kind in KINDS)

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    def words(self) -> str:
        """2 at random from the frame, 1 old golden tickets."""
        told = [
            f"{getattr(self, kind)} {name[0].lower()}{name[1:]}" for kind, name in KINDS.items() if getattr(self, kind)
        ]
        return ", ".join(told) + (f"; queue {self.queue}" if self.queue else "")


USUAL = Recipe(drawn=2, differing=2, lowest=1, anchors=1)


def stored(document: Mapping[str, Any]) -> Recipe:
    """A recipe as it was stored."""
    return Recipe(**{str(name): value for name, value in document.items()})
