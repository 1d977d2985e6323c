"""The cells of a frame as one document, column by column, so that a draw reads tens of thousands of them at once. Pure.

Each attribute is kept as the list of its values and, for every cell, the place of its value in that list: what the
allocation works with anyway, and what would else be made anew from text in every draw.
"""

import json

import numpy as np

from qa.sampling.allocation import Cells, CellTable, Coded, Codes, coded, table_of

SHAPE = 1  # of the document; a new shape gets a new number
TEAMS, SPECIALISTS = "teams", "specialists"
PLACES, SIZES = np.dtype("<i4"), np.dtype("<i8")


def packed(cells: Cells) -> bytes:
    """A line of JSON (keys, names and values), then the sizes, then the places of each column, little-endian."""
    table = table_of(cells)
    columns = {TEAMS: table.teams, SPECIALISTS: table.specialists, **{f"={k}": v for k, v in table.attributes.items()}}
    split = {name: coded(column) for name, column in columns.items()}
    head = {"shape": SHAPE, "keys": list(table.keys), "columns": {name: values for name, (_, values) in split.items()}}
    parts = [np.asarray(table.sizes, dtype=SIZES).tobytes()]
    parts += [places.astype(PLACES).tobytes() for places, _ in split.values()]
    return json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + b"".join(parts)


def unpacked(document: bytes) -> CellTable:
    """The cells of such a document; one that was cut short or made by a later version is refused."""
    text, _, numbers = document.partition(b"\n")
    head = json.loads(text)
    if head.get("shape") != SHAPE:
        raise ValueError(f"cells of a shape that is not known here: {head.get('shape')!r}")
    keys, names = head["keys"], head["columns"]
    count = len(keys)
    if len(numbers) != count * (SIZES.itemsize + len(names) * PLACES.itemsize):
        raise ValueError("the columns of the cells are not of one length")
    sizes = np.frombuffer(numbers, dtype=SIZES, count=count)
    places = np.frombuffer(numbers, dtype=PLACES, offset=sizes.nbytes).reshape(len(names), count)
    columns = {
        name: Coded(codes=_checked(codes.astype(np.int64), len(values)), values=values)
        for codes, (name, values) in zip(places, names.items(), strict=True)
    }
    return CellTable(
        keys=keys,
        teams=columns[TEAMS],
        specialists=columns[SPECIALISTS],
        sizes=sizes.tolist(),
        attributes={name[1:]: column for name, column in columns.items() if name.startswith("=")},
    )


def _checked(codes: Codes, count: int) -> Codes:
    if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < count:
        raise ValueError("a cell names a value that is not there")
    return codes
