"""Dots with their intervals as plain SVG, readable on light and dark ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT, TOP, ROW = 720, 110, 24, 44, 26
PANEL_WIDTH, PANEL_HEIGHT, PANELS_A_ROW = 176, 150, 4
INK, LINE, DOT = "#5b6472", "#9aa3b2", "#2563a8"
STYLE = 'font-family="system-ui, sans-serif" font-size="13"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A value with its interval."""

    label: str
    value: float
    low: float
    high: float


def dot_plot(title: str, dots: Sequence[Dot], *, zero: float | None, labels: bool = True) -> str:
    """One row per dot; ``zero`` draws a line there."""
    row = ROW if labels else 3
    height = TOP + row * len(dots) + 40
    ends = [dot.low for dot in dots] + [dot.high for dot in dots] + ([zero] if zero is not None else [])
    low, high = min(ends), max(ends)
    left = LEFT if labels else RIGHT

    def x(value: float) -> float:
        return left + (value - low) / (high - low or 1) * (WIDTH - left - RIGHT)

    parts = [heading(title, WIDTH, height)]
    parts += axis(ticks(low, high), x, TOP - 6, height - 30, 10)
    if zero is not None:
        parts.append(line(x(zero), TOP - 6, x(zero), height - 30, INK, 1.5))
    for place, dot in enumerate(dots):
        y = TOP + row * (place + 0.5)
        parts.append(line(x(dot.low), y, x(dot.high), y, DOT, 2 if labels else 0.7))
        parts.append(f'<circle cx="{x(dot.value):.1f}" cy="{y:.1f}" r="{4.5 if labels else 1.4}" fill="{DOT}"/>')
        if labels:
            parts.append(text(left - 10, y + 4, dot.label, "end"))
    return "\n".join([*parts, "</svg>\n"])


def panel_plot(title: str, panels: Sequence[tuple[str, Sequence[Dot]]]) -> str:
    """One small chart per name on one scale, dots from left to right."""
    rows = -(-len(panels) // PANELS_A_ROW)
    height = TOP + rows * PANEL_HEIGHT + 10
    ends = [end for _, dots in panels for dot in dots for end in (dot.low, dot.high)] + [0.0]
    low, high = min(ends), max(ends)
    most = max(len(dots) for _, dots in panels)
    parts = [heading(title, WIDTH, height)]
    for place, (name, dots) in enumerate(panels):
        left, top = 8 + place % PANELS_A_ROW * PANEL_WIDTH, TOP + place // PANELS_A_ROW * PANEL_HEIGHT
        bottom = top + PANEL_HEIGHT - 44

        def y(value: float, top: float = top, bottom: float = bottom) -> float:
            return bottom - (value - low) / (high - low or 1) * (bottom - top - 18)

        parts.append(text(left + 30, top + 10, name, "start"))
        for tick in ticks(low, high, 3):
            parts.append(line(left + 30, y(tick), left + PANEL_WIDTH - 12, y(tick), LINE, 0.5))
            parts.append(text(left + 26, y(tick) + 4, f"{tick:g}", "end", 11))
        parts.append(line(left + 30, y(0), left + PANEL_WIDTH - 12, y(0), INK, 1.5))
        for at, dot in enumerate(dots):
            x = left + 42 + at * (PANEL_WIDTH - 66) / max(most - 1, 1)
            parts.append(line(x, y(dot.low), x, y(dot.high), DOT, 2))
            parts.append(f'<circle cx="{x:.1f}" cy="{y(dot.value):.1f}" r="3.5" fill="{DOT}"/>')
            parts.append(text(x, bottom + 16, dot.label, "middle", 11))
    return "\n".join([*parts, "</svg>\n"])


def heading(title: str, width: int, height: float) -> str:
    name = escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" role="img" {STYLE}>\n'
        f"<title>{name}</title>\n"
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n' + text(12, 22, title, "start", 15)
    )


def text(x: float, y: float, words: str, anchor: str, size: int = 13) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">{escape(words)}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width:g}"/>'


def axis(values: Sequence[float], x: "object", top: float, bottom: float, gap: float) -> list[str]:
    parts = []
    for value in values:
        at = x(value)  # type: ignore[operator]
        parts.append(line(at, top, at, bottom, LINE, 0.5))
        parts.append(text(at, bottom + gap + 8, f"{value:g}", "middle", 12))
    return parts


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round values between the ends."""
    span = (high - low) / about or 1.0
    unit = 10.0 ** (len(f"{int(span)}") - 1) if span >= 1 else 10.0 ** -len(f"{int(1 / span)}")
    step = next(unit * factor for factor in (1, 2, 5, 10, 20, 50) if unit * factor >= span)
    first = -(-low // step)
    values = []
    while first * step <= high + 1e-9:
        values.append(round(first * step, 6))
        first += 1
    return values
