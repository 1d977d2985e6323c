"""A chart's drawings as trees, and the boxes of what is in them."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from qa.core.charts import Chart
from qa.core.charts.svg import Box, width_of

Node = ElementTree.Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    width: float
    height: float
    root: Node

    def all(self, tag: str, word: str = "") -> list[Node]:
        return [node for node in self.root.iter(tag) if word in (node.get("class") or "").split() or not word]

    def texts(self) -> list[str]:
        return ["".join(node.itertext()) for node in self.root.iter("text")]


def drawings(chart: Chart) -> list[Drawing]:
    """Every drawing of the chart, narrow to wide."""
    tree = ElementTree.fromstring(f"<all>{chart.svg}</all>")
    found = []
    for root in tree.iter("svg"):
        _, _, width, height = map(float, root.get("viewBox", "").split())
        found.append(Drawing(width=width, height=height, root=root))
    return found


def text_box(node: Node) -> Box:
    wide, x, y = width_of("".join(node.itertext())), float(node.get("x", 0)), float(node.get("y", 0))
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[node.get("text-anchor", "start")]
    return Box(left, y - 10, left + wide, y + 2)


def mark_box(node: Node) -> Box:
    if node.tag == "circle":
        x, y, r = (float(node.get(name, 0)) for name in ("cx", "cy", "r"))
        return Box(x - r, y - r, x + r, y + r)
    numbers = [float(found) for found in re.findall(r"-?[\d.]+", node.get("d", ""))]
    return Box(min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))
