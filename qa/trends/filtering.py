"""What a page of figures is narrowed to; it lives in the address."""

from dataclasses import dataclass

from qa.trends.dimensions import DIMENSIONS, NARROWING, Dimension

SPANS = (8, 13, 26, 52, 104)
USUAL_SPAN = 26
GRAINS = ("week", "month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the page is narrowed to; it lives in the address."""

    team_id: int | None = None
    queue: str | None = None
    weeks: int = USUAL_SPAN
    narrow: str = ""  # face:value
    by: str = "team"  # small charts; "" for none: the page draws them when they are asked for
    grain: str = "week"

    @property
    def face(self) -> tuple[str, str]:
        """By what the page is narrowed besides team and queue, and to which value."""
        face, _, value = self.narrow.partition(":")
        return (face, value) if face in NARROWING else ("all", "")

    @property
    def dimension(self) -> Dimension | None:
        """By what the small charts are split: a narrowed page by team or queue only."""
        chosen = DIMENSIONS.get(self.by)
        return DIMENSIONS["team"] if chosen and chosen.face and self.face[0] != "all" else chosen
