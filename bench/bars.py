"""A measured figure beside the bar it has to keep."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """``low`` and ``high`` include their ends; ``None`` is open."""

    name: str
    figure: float
    low: float | None = None
    high: float | None = None
    digits: int = 3

    @property
    def holds(self) -> bool:
        return (self.low is None or self.figure >= self.low) and (self.high is None or self.figure <= self.high)

    def line(self) -> str:
        if self.low is not None and self.high is not None:
            bar = f"{self.low:g} to {self.high:g}"
        elif self.low is not None:
            bar = f">= {self.low:g}"
        else:
            bar = f"<= {self.high:g}"
        figure = f"{self.figure:.1e}" if 0 < abs(self.figure) < 10**-self.digits else f"{self.figure:.{self.digits}f}"
        return f"{self.name:<74} {figure:>9}   {bar:<16} {'holds' if self.holds else 'DOES NOT HOLD'}"


def within(name: str, figure: float, low: float, high: float, digits: int = 3) -> Bar:
    return Bar(name=name, figure=figure, low=low, high=high, digits=digits)


def at_most(name: str, figure: float, high: float, digits: int = 3) -> Bar:
    return Bar(name=name, figure=figure, high=high, digits=digits)


def at_least(name: str, figure: float, low: float, digits: int = 3) -> Bar:
    return Bar(name=name, figure=figure, low=low, digits=digits)
