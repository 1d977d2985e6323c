"""The draw of follow-up reviews. Pure: parts and a seed in, parts with their chances out."""

import hashlib
from collections.abc import Sequence

from qa.sampling.allocation import Cell, Plan
from qa.sampling.draw import DrawnPart, Unit, cell_key, draw

KEY = "follow-up"
FEWEST, MOST = 1, 10  # reviews at a time


def draw_parts(parts: Sequence[tuple[int, int]], size: int, specialist_id: int, seed: bytes) -> tuple[DrawnPart, ...]:
    """``size`` of the parts (id, permanent random number), each with the chance size / frame, by the weekly walk."""
    cell = cell_key(KEY, str(specialist_id))
    cells = [Cell(key=cell, team="", specialist=str(specialist_id), size=len(parts), attributes={})]
    units = [
        Unit(part_id=part_id, cell=cell, prn=prn) for part_id, prn in sorted(parts, key=lambda each: (each[1], each[0]))
    ]
    return draw(cells, units, [Plan(key=KEY, kind="simple", amount=size, where={})], seed).parts


def frame_digest(part_ids: Sequence[int]) -> str:
    """What was drawn from, so that the draw can be repeated and nobody can say later that it was another."""
    return hashlib.sha256(",".join(map(str, sorted(part_ids))).encode()).hexdigest()
