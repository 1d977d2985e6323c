"""Compares our figures with a file of reference cases, to every digit the file trusts.

    python -m tests.reference CASES.json [--family F ...]

One line per family: cases, values compared, failed, not supported, worst error. Exit 0 only if all agree.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

FAMILY_MODULES = (
    "tests.calibration.reference_families",
    "tests.calibration.reference_charts",
    "tests.calibration.reference_rasch",
    "tests.sampling.reference_families",
)
# Digits by the start of a key where a case's note, and not its ``digits``, says them: "deviance to 2 decimals,
# parameters to 3". TAM, which made these, ends its rounds while the variance of the persons, the last to settle, still
# moves: where our fit has the higher likelihood it is .0016 away, so it is trusted to a whole unit of the third digit.
NOTED_DIGITS = {"mfrm": {"mml.deviance": 5.5, "mml.theta_variance": 3 - math.log10(2), "mml.": 3.0}}
ABSENT = object()


@dataclass(slots=True)
class Tally:
    """What became of the cases of one family."""

    cases: int = 0
    compared: int = 0
    unsupported: int = 0
    worst: float = 0.0
    failures: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not self.failures and not self.unsupported


def families() -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
    """Every family we can compute, from the modules that exist."""
    found: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {}
    for name in FAMILY_MODULES:
        try:
            found |= import_module(name).FAMILIES
        except ModuleNotFoundError as missing:
            if missing.name is None or not name.startswith(missing.name):
                raise
    return found


def run(cases: Sequence[Mapping[str, Any]]) -> dict[str, Tally]:
    """Tallies by family."""
    known, tallies = families(), dict[str, Tally]()
    for case in cases:
        tally = tallies.setdefault(case["family"], Tally())
        tally.cases += 1
        compute = known.get(case["family"])
        figures = {} if compute is None else figures_of(compute, case, tally)
        for key, expected in flat(case["expected"]):
            compare(tally, case, key, expected, figures.get(key, ABSENT))
        for key, printed in flat(case.get("printed") or {}):
            if isinstance(figures.get(key), int | float) and isinstance(printed, int | float):
                compare_printed(tally, case, key, printed, figures[key])
    return tallies


def figures_of(
    compute: Callable[[Mapping[str, Any]], dict[str, Any]], case: Mapping[str, Any], tally: Tally
) -> dict[str, Any]:
    """The figures of a case. Input that is refused has none of them defined, which a case may expect."""
    try:
        return dict(flat(compute(case)))
    except ValueError as refused:
        tally.refused.append(f"{case['id']}: refused, {refused}")
        return dict.fromkeys((key for key, _ in flat(case["expected"])), None)


def flat(values: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested mappings and lists as dotted names with plain values."""
    if isinstance(values, Mapping):
        pairs: Iterator[tuple[Any, Any]] = iter(values.items())
    elif isinstance(values, list | tuple):
        pairs = iter(enumerate(values))
    else:
        yield prefix, values
        return
    for key, value in pairs:
        yield from flat(value, f"{prefix}.{key}" if prefix else str(key))


def digits_of(case: Mapping[str, Any], key: str) -> float:
    """The digits trusted for a figure of a case."""
    noted = NOTED_DIGITS.get(case["family"], {})
    for prefix, digits in ((case.get("digits_by_key") or {}) | noted).items():
        if key.startswith(prefix):
            return float(digits)
    return float(case["digits"])


def compare(tally: Tally, case: Mapping[str, Any], key: str, expected: Any, found: Any) -> None:
    """One value: equal within half a unit of the last trusted digit, or both undefined."""
    if found is ABSENT:
        tally.unsupported += 1
        tally.missing.append(f"{case['id']}: {key}")
        return
    tally.compared += 1
    if expected is None or found is None or isinstance(expected, str):
        if found != expected:
            tally.failures.append(f"{case['id']}: {key} is {found}, expected {expected}")
        return
    error = abs(found - expected) / max(1.0, abs(expected))
    tally.worst = max(tally.worst, error)
    if not error <= 0.5 * 10 ** -digits_of(case, key):
        tally.failures.append(f"{case['id']}: {key} is {found!r}, expected {expected!r}")


def compare_printed(tally: Tally, case: Mapping[str, Any], key: str, printed: float, found: float) -> None:
    """One number as its source prints it: equal after rounding."""
    tally.compared += 1
    places = max(0, -int(Decimal(repr(printed)).as_tuple().exponent)) if isinstance(printed, float) else 0
    if not math.isclose(found, printed, rel_tol=1e-9, abs_tol=0.5 * 10**-places * (1 + 1e-9)):
        tally.failures.append(f"{case['id']}: {key} is {found!r}, printed as {printed!r}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reference", description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--family", action="append", help="only this family; may be given more than once")
    parser.add_argument("--verbose", action="store_true", help="name every value that differs or is not supported")
    given = parser.parse_args(arguments)
    cases = json.loads(given.cases.read_text(encoding="utf-8"))["cases"]
    chosen = [case for case in cases if not given.family or case["family"] in given.family]
    unknown = set(given.family or ()) - {case["family"] for case in cases}
    if unknown:
        print(f"no case of {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    tallies = run(chosen)
    print(f"{'family':<16} {'cases':>6} {'values':>7} {'failed':>7} {'not supported':>14} {'worst error':>12}")
    for family, tally in sorted(tallies.items()):
        print(
            f"{family:<16} {tally.cases:>6} {tally.compared:>7} {len(tally.failures):>7} "
            f"{tally.unsupported:>14} {tally.worst:>12.1e}"
        )
        for line in tally.failures + tally.refused + (tally.missing if given.verbose else []):
            print(f"  {line}", file=sys.stderr)
    return 0 if all(tally.agrees for tally in tallies.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
