"""The receipt of a draw: a canonical document that anybody can re-run, chained to the receipt before it. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa.sampling.allocation import Cells, Plan
from qa.sampling.draw import DrawnCell, DrawResult, Unit, commitment, draw

FORMAT = "fairmark-receipt-1"
NAMED = 5  # how many differences of a kind are named one by one
CELL_FIELDS = ("cell", "team", "parts", "sum of random numbers", "expected", "drawn", "start")


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
    """A plan as its hash is taken over; ``plan_of`` reads it back."""
    document: dict[str, Any] = {
        "key": plan.key,
        "kind": plan.kind,
        "amount": plan.amount,
        "where": {name: sorted(values) for name, values in plan.where.items()},
    }
    if plan.strata:
        document["strata"] = list(plan.strata)
    if plan.kind == "neyman":
        document["spreads"] = dict(plan.spreads)
        document["pooled_spread"] = plan.pooled_spread
    return document


def rules_document(plan: Plan) -> dict[str, Any]:
    """A plan without what was measured: the same rules give the same document."""
    return {name: value for name, value in plan_document(plan).items() if name not in ("spreads", "pooled_spread")}


def plan_of(document: Mapping[str, Any]) -> Plan:
    """The plan that a receipt describes."""
    return Plan(
        key=document["key"],
        kind=document["kind"],
        amount=document["amount"],
        where={name: tuple(values) for name, values in document["where"].items()},
        strata=tuple(document.get("strata", ())),
        spreads=document.get("spreads", {}),
        pooled_spread=document.get("pooled_spread", 1.0),
    )


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


def cell_of(document: Mapping[str, Any], key: str) -> DrawnCell:
    """One cell of a read receipt."""
    for cell, team, size, fingerprint, expected, drawn, start in document["cells"]:
        if cell == key:
            return DrawnCell(
                key=cell,
                team=team,
                specialist=cell.partition("|")[0],
                size=size,
                fingerprint=fingerprint,
                expected=expected,
                drawn=drawn,
                start=start,
            )
    raise ValueError(f"the receipt knows no cell {key!r}")


def read_cell(document: bytes, key: str) -> DrawnCell:
    """One cell of a receipt as it is kept."""
    return cell_of(json.loads(document), key)


def differences(
    stored: bytes, facts: ReceiptFacts, cells: Cells, units: Sequence[Unit], plans: Sequence[Plan]
) -> list[str]:
    """What a re-run of the draw finds different from a stored receipt, in words; empty when all holds."""
    try:
        rerun = receipt(facts, plans, draw(cells, units, plans, bytes.fromhex(facts.seed_hex)))
    except ValueError as error:
        return [f"the draw cannot be run again: {error}"]
    if rerun == stored:
        return []
    try:
        old = json.loads(stored)
    except ValueError:
        return ["the receipt cannot be read"]
    if not isinstance(old, dict):
        return ["the receipt cannot be read"]
    new = json.loads(rerun)
    found = []
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) == new.get(name):
            continue
        if name == "parts":
            found.append(_part_differences(old.get(name), new[name]))
        elif name == "cells":
            found.append(_cell_differences(old.get(name), new[name]))
        else:
            found.append(f"{name}: receipt {old.get(name)!r}, re-run {new.get(name)!r}")
    return found or ["the receipt says the same in another spelling: it is not the canonical document"]


def _part_differences(old: Any, new: Sequence[Sequence[Any]]) -> str:
    """What became of the list of drawn parts; the first few are named."""
    try:
        was = {part[0]: part for part in old}
    except (TypeError, IndexError, KeyError):
        return "parts: the receipt's list cannot be read"
    now = {part[0]: part for part in new}
    kinds = (
        (sorted(was.keys() - now.keys()), "on the receipt but not drawn"),
        (sorted(now.keys() - was.keys()), "drawn but not on the receipt"),
        (sorted(key for key in was.keys() & now.keys() if was[key] != now[key]), "with another chance, cell or plans"),
    )
    told = [f"{len(keys)} {what} (part {_some(keys)})" for keys, what in kinds if keys]
    return "parts: " + ("; ".join(told) or "another order")


def _cell_differences(old: Any, new: Sequence[Sequence[Any]]) -> str:
    """Which cells of the frame are not as the receipt says, and in what; the first few are named."""
    try:
        was = {cell[0]: cell for cell in old}
    except (TypeError, IndexError, KeyError):
        return "cells: the receipt's list cannot be read"
    now = {cell[0]: cell for cell in new}
    changed = [key for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)]
    told = [_cell_difference(key, was.get(key), now.get(key)) for key in changed[:NAMED]]
    more = f"; and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
    return "cells: " + ("; ".join(told) + more if changed else "another order")


def _cell_difference(key: str, was: Sequence[Any] | None, now: Sequence[Any] | None) -> str:
    if was is None:
        return f"{key!r} is in the frame but not on the receipt"
    if now is None:
        return f"{key!r} is on the receipt but not in the frame"
    changes = [
        f"{name} {before} on the receipt, {after} now"
        for name, before, after in zip(CELL_FIELDS[1:], was[1:], now[1:], strict=False)
        if before != after
    ]
    return f"{key!r}: " + ", ".join(changes)


def _some(keys: Sequence[Any]) -> str:
    return ", ".join(str(key) for key in keys[:NAMED]) + (", ..." if len(keys) > NAMED else "")
