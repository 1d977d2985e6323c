"""A pack's cells and sums as they are stored, and back. Pure."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import add
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cell = tuple[Any, ...]
NUMBER = np.dtype("<f8")
NO_CELLS = "[]"


@lru_cache(maxsize=8192)
def cells_of(text: str) -> tuple[Cell, ...]:
    """The keys of a pack's cells. Most packs of a team have the same, week after week."""
    return tuple(tuple(cell) for cell in json.loads(text))


@lru_cache(maxsize=8192)
def numbers_of(text: str, at: int) -> NDArray[np.int64]:
    """The number at one place of each cell's key; not to be written to."""
    return np.array([cell[at] for cell in cells_of(text)], dtype=np.int64)


@lru_cache(maxsize=1024)
def _places(text: str) -> dict[Cell, int]:
    return {cell: place for place, cell in enumerate(cells_of(text))}


@lru_cache
def _line(width: int) -> Struct:
    """The sums of one cell: one or a few lines change with a review, too few for an array."""
    return Struct(f"<{width}d")


def block_of(sums: bytes, width: int) -> NDArray[np.float64]:
    """Cells x sums; not to be written to."""
    return np.frombuffer(sums, NUMBER).reshape(-1, width)


def packed(cells: Mapping[Cell, Sequence[float] | NDArray[np.float64]]) -> tuple[str, bytes]:
    """The keys in ascending order, and their sums."""
    keys = sorted(cells)
    text = json.dumps(keys, ensure_ascii=False, separators=(",", ":"))
    return text, np.array([cells[key] for key in keys], dtype=NUMBER).tobytes()


def unpacked(cells: str, sums: bytes, width: int) -> dict[Cell, list[float]]:
    """The sums of each cell."""
    return dict(zip(cells_of(cells), block_of(sums, width).tolist(), strict=True))


def added(
    held: tuple[str, bytes] | None, more: Mapping[Cell, Sequence[float]], width: int, counts: Sequence[int]
) -> tuple[str, bytes | bytearray]:
    """A pack with more added to its cells, without those that count nothing any more.

    ``counts`` are the places of the sums that count; ``held`` is ``None`` where there is no pack yet.
    """
    text, sums = held or (NO_CELLS, b"")
    places, block, line = _places(text), bytearray(sums), _line(width)
    unpack, pack, size, count = line.unpack_from, line.pack_into, line.size, counts[0]
    for cell, values in more.items():
        place = places.get(cell)
        if place is None:
            break
        told = [*map(add, unpack(block, place * size), values)]
        pack(block, place * size, *told)
        if not told[count] and not any(told[each] for each in counts):
            break
    else:  # each was there and counts; the others did before
        return text, block
    cells: dict[Cell, NDArray[np.float64]] = dict(zip(cells_of(text), block_of(sums, width), strict=True))
    for cell, values in more.items():
        cells[cell] = cells.get(cell, 0.0) + np.asarray(values, dtype=NUMBER)
    return packed(_counting(cells, counts))


def _counting(cells: Mapping[Cell, NDArray[np.float64]], counts: Sequence[int]) -> dict[Cell, NDArray[np.float64]]:
    return {cell: values for cell, values in cells.items() if values[counts].any()}
