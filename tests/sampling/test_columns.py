"""A frame's cells in columns: what is packed comes back, and a document that was cut short is refused."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.sampling.allocation import Cell, CellTable, Plan
from qa.sampling.columns import packed, unpacked
from qa.sampling.draw import allocate, rounding

TEXT = st.text(st.characters(exclude_characters="|", exclude_categories=["Cs"]), max_size=6)
CELLS = st.lists(
    st.tuples(st.integers(1, 4), TEXT, st.sampled_from(["none", "\x1e", "a|b", "\n"]), st.integers(1, 50)),
    max_size=12,
    unique_by=lambda row: row[:2],
)


def table(rows: list[tuple[int, str, str, int]]) -> CellTable:
    return CellTable.of(
        [
            Cell(
                key=f"{specialist}|{queue}",
                team=team,
                specialist=str(specialist),
                size=size,
                attributes={"specialist": str(specialist), "queue": queue, "team": team},
            )
            for specialist, queue, team, size in rows
        ]
    )


@given(CELLS)
def test_what_is_packed_comes_back(rows: list[tuple[int, str, str, int]]):
    cells = table(rows)

    back = unpacked(packed(cells))

    assert (list(back.keys), list(back.teams), list(back.specialists), list(back.sizes)) == (
        list(cells.keys),
        list(cells.teams),
        list(cells.specialists),
        list(cells.sizes),
    )
    assert {name: list(column) for name, column in back.attributes.items()} == {
        name: list(column) for name, column in cells.attributes.items()
    }


def test_a_draw_from_packed_cells_is_the_same():
    cells = table([(1, "b", "x", 9), (2, "a", "x", 4), (1, "a", "x", 7), (3, "a", "w", 5)])
    plans = [Plan(key="p", kind="stratified", amount=3, where={"queue": ["a"]}, strata=("team",))]

    plain, kept = allocate(cells, plans), allocate(unpacked(packed(cells)), plans)

    assert np.array_equal(plain.expected, kept.expected)
    assert rounding(plain, bytes(32)) == rounding(kept, bytes(32))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda document: document[:-1], id="cut short"),
        pytest.param(lambda document: document[:-4] + b"\xff\xff\xff\x7f", id="a value that is not there"),
        pytest.param(lambda document: document.replace(b'"shape":1', b'"shape":2'), id="of a later version"),
    ],
)
def test_a_spoilt_document_is_refused(spoil):
    document = packed(table([(1, "a", "x", 3), (2, "b", "y", 4)]))
    assert json.loads(document.partition(b"\n")[0])["shape"] == 1

    with pytest.raises(ValueError, match=r"column|value|shape"):
        unpacked(spoil(document))
