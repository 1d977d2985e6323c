"""A receipt is the same to the byte from the same frame, and names what was tampered with."""

import json
from dataclasses import replace

import pytest

from qa.sampling.allocation import Cell, Plan
from qa.sampling.draw import Unit, draw
from qa.sampling.receipts import ReceiptFacts, canonical, differences, digest, plan_document, plan_of, receipt

PLANS = [
    Plan(key="quota", kind="quota_per_specialist", amount=2, where={}),
    Plan(key="spread", kind="neyman", amount=4, where={"queue": ("q1", "q2")}, strata=("queue",), spreads={"q1": 9.5}),
]
CELLS = [
    Cell(key=f"{specialist}|{queue}", team="t", specialist=specialist, size=6, attributes={"queue": queue})
    for specialist in ("1", "2")
    for queue in ("q1", "q2")
]
UNITS = [
    Unit(part_id=10 * place + number, cell=cell.key, prn=1000 * number + place)
    for place, cell in enumerate(CELLS)
    for number in range(cell.size)
]
FACTS = ReceiptFacts(
    programme="support",
    period="2026-W14",
    cut_off="2026-04-06T00:00:00+00:00",
    draw_number=1,
    reason=None,
    seed_hex=bytes(range(32)).hex(),
    committed_before_opening=True,
    late=0,
    carried=0,
    rubricless=0,
    previous_digest=None,
)


@pytest.fixture
def document() -> bytes:
    return receipt(FACTS, PLANS, draw(CELLS, UNITS, PLANS, bytes(range(32))))


def test_the_same_frame_gives_the_same_bytes(document: bytes) -> None:
    again = receipt(FACTS, PLANS, draw(CELLS[::-1], UNITS[::-1], PLANS, bytes(range(32))))

    assert again == document
    assert differences(document, FACTS, CELLS, UNITS, PLANS) == []


def test_a_canonical_document_has_sorted_keys_and_no_spaces() -> None:
    assert canonical({"b": [1, 2.5], "a": "ü"}) == '{"a":"ü","b":[1,2.5]}'.encode()


def test_the_digest_is_sha256() -> None:
    # FIPS 180-4, the example of "abc".
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_reads_back_from_its_document(plan: Plan) -> None:
    read = plan_of(json.loads(canonical(plan_document(plan))))

    assert plan_document(read) == plan_document(plan)


def test_a_part_added_to_the_frame_is_found(document: bytes) -> None:
    cells = [replace(CELLS[0], size=7), *CELLS[1:]]
    units = [*UNITS, Unit(part_id=99, cell=CELLS[0].key, prn=5)]

    found = differences(document, FACTS, cells, units, PLANS)

    assert any("'1|q1'" in line and "parts 6 on the receipt, 7 now" in line for line in found)


def test_a_part_moved_to_another_cell_is_found(document: bytes) -> None:
    cells = [replace(CELLS[0], size=5), replace(CELLS[1], size=7), *CELLS[2:]]
    units = [replace(UNITS[0], cell=CELLS[1].key), *UNITS[1:]]

    found = differences(document, FACTS, cells, units, PLANS)

    assert any("'1|q1'" in line and "'1|q2'" in line for line in found)


def test_two_parts_that_changed_cells_are_found_though_the_sizes_hold(document: bytes) -> None:
    units = [replace(UNITS[0], cell=CELLS[1].key), *UNITS[1:6], replace(UNITS[6], cell=CELLS[0].key), *UNITS[7:]]

    found = differences(document, FACTS, CELLS, units, PLANS)

    assert any("sum of random numbers" in line for line in found)


def test_a_random_number_that_was_changed_is_found(document: bytes) -> None:
    units = [replace(UNITS[0], prn=UNITS[0].prn + 1), *UNITS[1:]]

    assert any("sum of random numbers" in line for line in differences(document, FACTS, CELLS, units, PLANS))


def test_another_seed_is_found(document: bytes) -> None:
    found = differences(document, replace(FACTS, seed_hex=bytes(32).hex()), CELLS, UNITS, PLANS)

    assert any(line.startswith("seed: ") for line in found)
    assert any(line.startswith("commitment: ") for line in found)


def test_another_list_of_parts_is_named(document: bytes) -> None:
    forged = json.loads(document)
    drawn = forged["parts"][0][0]
    forged["parts"][0][0] = 999

    found = differences(canonical(forged), FACTS, CELLS, UNITS, PLANS)

    assert found == [f"parts: 1 on the receipt but not drawn (part 999); 1 drawn but not on the receipt (part {drawn})"]


def test_another_chance_of_a_part_is_named(document: bytes) -> None:
    forged = json.loads(document)
    forged["parts"][0][2] = "0.5"

    found = differences(canonical(forged), FACTS, CELLS, UNITS, PLANS)

    assert found == [f"parts: 1 with another chance, cell or plans (part {forged['parts'][0][0]})"]


def test_another_plan_is_found(document: bytes) -> None:
    plans = [replace(PLANS[0], amount=3), PLANS[1]]

    assert any(line.startswith("plans: ") for line in differences(document, FACTS, CELLS, UNITS, plans))


def test_a_receipt_that_does_not_follow_its_predecessor_is_found(document: bytes) -> None:
    found = differences(document, replace(FACTS, previous_digest="ab"), CELLS, UNITS, PLANS)

    assert found == ["previous: receipt None, re-run 'ab'"]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe"])
def test_an_unreadable_receipt_says_so(content: bytes) -> None:
    assert differences(content, FACTS, CELLS, UNITS, PLANS) == ["the receipt cannot be read"]


def test_the_same_content_in_another_spelling_is_not_the_receipt(document: bytes) -> None:
    found = differences(document + b"\n", FACTS, CELLS, UNITS, PLANS)

    assert found == ["the receipt says the same in another spelling: it is not the canonical document"]


@pytest.mark.parametrize("name", ["parts", "cells"])
def test_a_list_that_is_no_list_is_named(document: bytes, name: str) -> None:
    forged = json.loads(document) | {name: 5}

    found = differences(canonical(forged), FACTS, CELLS, UNITS, PLANS)

    assert found == [f"{name}: the receipt's list cannot be read"]


def test_a_frame_that_cannot_be_drawn_again_says_why(document: bytes) -> None:
    found = differences(document, FACTS, CELLS, UNITS[1:], PLANS)

    assert found == ["the draw cannot be run again: cell '1|q1' says 6 parts and holds 5"]


def test_a_late_commitment_says_what_it_does_not_prove() -> None:
    result = draw(CELLS, UNITS, PLANS, bytes(range(32)))

    late = json.loads(receipt(replace(FACTS, committed_before_opening=False), PLANS, result))

    assert late["commitment_note"] == "committed after the period: proves no re-draw, not ignorance of the frame"
