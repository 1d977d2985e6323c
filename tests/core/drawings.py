"""A chart's drawings as trees, and the boxes of what is in them, at the widths that a chart may have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from qa.core.charts import Chart
from qa.core.charts.svg import Box, width_of

Node = ElementTree.Element
HEIGHTS = {"narrow": 170.0, "medium": 190.0, "wide": 280.0}
WIDTHS = {"narrow": (252, 330, 469), "medium": (470, 600, 819), "wide": (820, 1240)}  # px, of charts over time
SMALL = (232, 350)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a node's own coordinates begin on the sheet, and what its percents are of."""

    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True, kw_only=True)
class Drawing:
    """What is shown at one width; lengths in px of the sheet."""

    width: float
    height: float
    root: Node
    frames: dict[Node, Frame] = field(default_factory=dict)

    def all(self, tag: str, word: str = "") -> list[Node]:
        return [node for node in self.frames if node.tag == tag and (not word or word in words_of(node))]

    def texts(self) -> list[str]:
        return ["".join(node.itertext()) for node in self.all("text")]

    def text_box(self, node: Node) -> Box:
        frame = self.frames[node]
        wide = width_of("".join(node.itertext()))
        x = frame.x + length(node.get("x"), frame.width) + float(node.get("dx", 0))
        y = frame.y + length(node.get("y"), frame.height) + float(node.get("dy", 0))
        anchor = node.get("text-anchor") or self._inherited_anchor(node)
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        return Box(left, y - 10, left + wide, y + 2)

    def mark_box(self, node: Node) -> Box:
        frame = self.frames[node]
        if node.tag == "circle":
            x, y = frame.x + length(node.get("cx"), frame.width), frame.y + length(node.get("cy"), frame.height)
            r = float(node.get("r", 0))
            return Box(x - r, y - r, x + r, y + r)
        numbers = [float(found) for found in re.findall(r"-?[\d.]+", node.get("d", ""))]
        xs, ys = numbers[::2], numbers[1::2]
        return Box(frame.x + min(xs), frame.y + min(ys), frame.x + max(xs), frame.y + max(ys))

    def _inherited_anchor(self, node: Node) -> str:
        parents = {child: parent for parent in self.root.iter() for child in parent}
        while node in parents:
            node = parents[node]
            if node.get("text-anchor"):
                return node.get("text-anchor", "")
        return "start"


def words_of(node: Node) -> list[str]:
    return (node.get("class") or "").split()


def drawings(chart: Chart) -> list[Drawing]:
    """The chart as it is seen at each width, narrow to wide."""
    tree = ElementTree.fromstring(f"<all>{chart.picture}</all>")
    sheets = [node for node in tree.iter("div") if "chart" in words_of(node)]
    if not sheets:
        return [_fixed(root) for root in tree.findall("svg")]
    return [
        _stretched(sheet, place, width)
        for sheet in sheets
        for place, width in (
            [("small", width) for width in SMALL]
            if "chart--small" in words_of(sheet)
            else [(place, width) for place, widths in WIDTHS.items() for width in widths]
        )
    ]


def _fixed(root: Node) -> Drawing:
    """One of several drawings of rows: a sheet of its own size."""
    _, _, width, height = map(float, root.get("viewBox", "").split())
    drawing = Drawing(width=width, height=height, root=root)
    drawing.frames = {node: Frame(0, 0, width, height) for node in root.iter()}
    return drawing


def _stretched(sheet: Node, place: str, width: float) -> Drawing:
    """A chart over time on a sheet of that width, as chart-widths.css lays it out."""
    (row,) = (node for node in sheet if "chart__sheet" in words_of(node))
    parts = [node for node in row if _shown(node, place)]
    height = 84.0 if place == "small" else HEIGHTS[place]
    strips = [node for node in parts if "chart__strip" in words_of(node)]
    top = float(strips[0].get("height", 0)) if strips else 0.0
    left, right = (float(node.get("width", 0)) for node in parts if "chart__side" in words_of(node))
    plot = Frame(left, top, width - left - right, height)
    drawing = Drawing(width=width, height=top + height + 24, root=sheet)
    beside = iter((Frame(0, top, left, height), Frame(width - right, top, right, height)))
    frames = {"chart__strip": Frame(left, 0, plot.width, top), "chart__plot": plot}
    for node in parts:
        frame = frames.get(words_of(node)[0]) or next(beside)
        drawing.frames |= dict(_within(node, frame, place))
    return drawing


def _within(node: Node, frame: Frame, place: str) -> Iterator[tuple[Node, Frame]]:
    yield node, frame
    for child in node:
        if not _shown(child, place):
            continue
        x = y = 0.0
        if child.tag == "svg":
            x, y = length(child.get("x"), frame.width), length(child.get("y"), frame.height)
        elif moved := re.match(r"translate\((\S+) (\S+)\)", child.get("transform", "")):
            x, y = float(moved[1]), float(moved[2])
        yield from _within(child, Frame(frame.x + x, frame.y + y, frame.width, frame.height), place)


def _shown(node: Node, place: str) -> bool:
    """Whether chart-widths.css shows it at that width."""
    order = ["narrow", "medium", "wide"]
    for word in words_of(node):
        if word.startswith("at-") and word != f"at-{place}":
            return False
        if word.startswith("from-") and (place == "small" or order.index(place) < order.index(word[5:])):
            return False
    return True


def length(written: str | None, whole: float) -> float:
    """An attribute in px: a number, or percent of the whole."""
    if written is None:
        return 0.0
    return whole * float(written.removesuffix("%")) / 100 if written.endswith("%") else float(written)
