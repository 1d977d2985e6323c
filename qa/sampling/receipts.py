"""The receipt of a draw: a canonical document that anybody can re-run, chained to the receipt before it. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa.sampling.allocation import Cell, Plan
from qa.sampling.draw import DrawResult, Unit, commitment, draw

FORMAT = "fairmark-receipt-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """What a receipt says beside the draw itself."""

    programme: str
    period: str
    cut_off: str
    draw_number: int
    reason: str | None
    seed_hex: str
    committed_before_opening: bool
    late: int
    carried: int
    rubricless: int
    previous_digest: str | None


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document down: sorted keys, no spaces, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def plan_document(plan: Plan) -> dict[str, Any]:
    """A plan as its hash is taken over."""
    return {
        "key": plan.key,
        "kind": plan.kind,
        "amount": plan.amount,
        "where": {name: sorted(values) for name, values in plan.where.items()},
    }


def plans_digest(plans: Sequence[Plan]) -> str:
    """What the seed is committed to."""
    return digest(canonical({"plans": [plan_document(plan) for plan in plans]}))


def receipt(facts: ReceiptFacts, plans: Sequence[Plan], result: DrawResult) -> bytes:
    """The canonical receipt of a draw."""
    return canonical(
        {
            "format": FORMAT,
            "programme": facts.programme,
            "period": facts.period,
            "cut_off": facts.cut_off,
            "draw": facts.draw_number,
            "reason": facts.reason,
            "plans": [plan_document(plan) for plan in plans],
            "plans_digest": plans_digest(plans),
            "seed": facts.seed_hex,
            "commitment": commitment(bytes.fromhex(facts.seed_hex), plans_digest(plans)),
            "commitment_note": "committed before the period opened"
            if facts.committed_before_opening
            else "committed after the period: proves no re-draw, not ignorance of the frame",
            "late": facts.late,
            "carried": facts.carried,
            "without_rubric": facts.rubricless,
            "previous": facts.previous_digest,
            "U": result.start,
            "n": result.size,
            "N": sum(cell.size for cell in result.cells),
            "cells": [
                [cell.key, cell.team, cell.size, cell.fingerprint, cell.expected, cell.drawn, cell.start]
                for cell in result.cells
            ],
            "parts": [
                [part.part_id, part.cell, f"{part.inclusion_probability!r}", list(part.plans)] for part in result.parts
            ],
        }
    )


def differences(
    stored: bytes, facts: ReceiptFacts, cells: Sequence[Cell], units: Sequence[Unit], plans: Sequence[Plan]
) -> list[str]:
    """What a re-run of the draw finds different from a stored receipt, in words; empty when all holds."""
    try:
        rerun = receipt(facts, plans, draw(cells, units, plans, bytes.fromhex(facts.seed_hex)))
    except ValueError as error:
        return [f"the draw cannot be run again: {error}"]
    if rerun == stored:
        return []
    old, new = json.loads(stored), json.loads(rerun)
    names = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    found = []
    for name in names:
        if name == "parts":
            was, now = {part[0] for part in old["parts"]}, {part[0] for part in new["parts"]}
            found.append(f"parts: {len(was - now)} not drawn again, {len(now - was)} drawn now that were not")
        elif name == "cells":
            was_cells, now_cells = {cell[0]: cell for cell in old["cells"]}, {cell[0]: cell for cell in new["cells"]}
            changed = [
                key for key in sorted(was_cells.keys() | now_cells.keys()) if was_cells.get(key) != now_cells.get(key)
            ]
            found.append(f"cells: {len(changed)} differ, first {changed[0]!r}" if changed else "cells: another order")
        else:
            found.append(f"{name}: receipt {old.get(name)!r}, re-run {new.get(name)!r}")
    return found
