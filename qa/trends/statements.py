"""The document of a closed period: what its figures were, what they rested on, and how two of them differ. Pure."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa.reviews.upheld import Upheld, upheld
from qa.sampling.explaining import Explanation, explain, kept, restored
from qa.sampling.reporting import Reported
from qa.trends.rules import TITLES, Domain, Evidence, Weekly, by_queue, by_team, everything, weekly

SHAPE = 3  # of the document; a new shape gets a new number
METHOD = (
    "window1: regression where the predicted score correlates by .2, else weighted mean; strictness in the interval"
)
FIGURES = ("quality", "fair", "passed", "critical")
DIGITS = 6  # decimals that are kept: far beyond what is shown
GROUPS: tuple[tuple[str, Domain], ...] = (("all", everything), ("team", by_team), ("queue", by_queue))


def statement(
    evidence: Evidence,
    week: dt.date,
    *,
    period: str,
    receipts: Sequence[str],
    reviewer_names: Mapping[int, str],
) -> dict[str, Any]:
    """Everything that closing a period freezes. ``reviewer_names`` are pseudonyms: no name is kept."""
    measured, known = evidence.measured, evidence.measured.strictness
    figures = {
        f"{kind}/{name}": _figures(weeks[0])
        for kind, domain in GROUPS
        for name, weeks in weekly(evidence, [week], domain).items()
        if weeks and (weeks[0].frame or weeks[0].reviewed)
    }
    here = sorted((row.review_id, row.score, row.outcome, row.rubric) for row in evidence.reviews if row.week == week)
    codes, _ = evidence.codes(lambda row: 0 if row.week == week else -1)
    moved = upheld(measured, codes, 1)[0]
    return {
        "shape": SHAPE,
        "period": period,
        "method": METHOD,
        "figures": figures,
        "severities": {}
        if known is None
        else {
            reviewer_names.get(person, str(person)): [
                _rounded(float(known.effects[code])),
                _rounded(float(known.left[code])),
            ]
            for code, person in enumerate(measured.reviewers)
        },
        "reviews": {"count": len(here), "digest": digest_of(here)},
        "upheld": {"points": _rounded(moved.points), "reviews": moved.reviews, "n": moved.n},
        "rubrics": sorted({rubric for _, _, _, rubric in here if rubric}),
        "receipts": sorted(receipts),
    }


def _figures(item: Weekly) -> dict[str, Any]:
    reported = {name: getattr(item, name) for name in FIGURES}
    return {
        **{name: _told(each) for name, each in reported.items()},
        "made": {name: _plain(kept(each)) for name, each in reported.items()},
        "late": item.late,
        "frame": item.frame,
        "drawn": item.drawn,
        "reviewed": item.reviewed,
        "people": item.people,
    }


def _told(reported: Reported) -> list[float | int | None]:
    """Estimate, low, high, n."""
    figure = reported.figure
    interval = figure.interval
    return [
        _rounded(figure.estimate),
        _rounded(interval.low if interval else None),
        _rounded(interval.high if interval else None),
        figure.n,
    ]


def _plain(made: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _rounded(value) if isinstance(value, float) else value for name, value in made.items()}


def explained(document: Mapping[str, Any], domain: str, name: str) -> Explanation | None:
    """What stands behind a stated figure, from the statement alone; ``None`` where an old one did not keep it."""
    figures = document["figures"].get(domain, {})
    made = figures.get("made", {}).get(name)
    if made is None or figures[name][0] is None:
        return None
    proportion = name in {"passed", "critical"}
    return explain(
        restored(figures[name], made),
        title=TITLES[name],
        proportion=proportion,
        drawn=figures["drawn"],
        left_out=(
            ("drawn and not completed, made up for by weights", max(figures["drawn"] - figures["reviewed"], 0)),
            ("parts that came late, counted in the frame of the week they came in", figures["late"]),
        ),
        rubric_versions=document["rubrics"],
    )


def said_of_disputes(document: Mapping[str, Any]) -> str:
    """What upheld disputes did to the week's quality, in words."""
    moved = document.get("upheld")  # since shape 3
    return Upheld(**moved).rule[1] if moved else "not kept with statements of that time"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS) + 0.0  # no negative zero


def canonical(document: Mapping[str, Any]) -> bytes:
    """The document as the bytes that its digest is of."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(value: Any) -> str:
    return hashlib.sha256(
        json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def sealed(document: bytes, previous: str | None) -> str:
    """The digest of a statement: of its bytes and of the statement before it."""
    return hashlib.sha256(document + b"|" + (previous or "").encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure that two statements tell differently; values as estimate, low, high, n."""

    domain: str
    figure: str
    before: Sequence[float | int | None]
    after: Sequence[float | int | None]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every figure that differs, by domain; an absent domain counts as no figure."""
    none = [None, None, None, 0]
    found = []
    for domain in sorted(before["figures"].keys() | after["figures"].keys()):
        a, b = before["figures"].get(domain, {}), after["figures"].get(domain, {})
        found += [
            Change(domain=domain, figure=name, before=a.get(name, none), after=b.get(name, none))
            for name in FIGURES
            if a.get(name, none) != b.get(name, none)
        ]
    return found


def reasons(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What lies behind a difference, in words."""
    found = []
    if before["reviews"] != after["reviews"]:
        found.append("reviews were added, changed or voided")
    if before["method"] != after["method"]:
        found.append("the method changed")
    if before["receipts"] != after["receipts"]:
        found.append("another draw was made")
    if before["rubrics"] != after["rubrics"]:
        found.append("other rubric versions")
    if before["severities"] != after["severities"]:
        found.append("reviewers’ strictness is known differently")
    return found
