"""What each figure about a reviewer says and how it is made: the heads of the board, the tiles of a reviewer's page."""

from collections.abc import Mapping
from typing import Any

from qa.core.numerals import number
from qa.reviewer_drift import wording
from qa.reviewer_drift.models import DriftRun

Item = tuple[str, str]
Told = Mapping[str, Any]
FIRST_SCORES = "first submitted revisions; disputes, corrections and replaced tickets change nothing here"
SENTENCES = {
    "severity": (
        "How far a reviewer’s scores lie above (lenient, +) or below (strict, −) the team’s mean, in points, once "
        "part, specialist, queue and week are taken out. 95 % interval."
    ),
    "consistency": (
        "How far own scores of a part lie around the others’ scores of the same part, in points, strictness taken out: "
        "small is even. 95 % interval."
    ),
    "agreement": (
        "Share of the criteria that both were asked and both answered alike on a part that several scored blind; N/A "
        "is an answer. 95 % interval over parts."
    ),
    "na_share": (
        "Share of N/A among the criteria asked that allow it, one figure a review. “Team” is what all reviewers "
        "together have on the same criteria in the same queues. 95 % interval over reviews."
    ),
}


def methods(run: DriftRun) -> dict[str, list[Item]]:
    """How each figure is made, line by line."""
    through = wording.short_day(run.through)
    since = wording.short_day(wording.day_of(run.document["quarter_from"]))
    weeks = ("Weeks", f"{since} to the week of {through}")
    return {
        "severity": [
            weeks,
            ("Method", "crossed random effects over all evidence at once; the weekly wobble is in the interval"),
            ("Evidence", f"routine, double, calibration and gold scores; {FIRST_SCORES}"),
            ("Cannot tell", "shares no part with others, or fewer than 3"),
        ],
        "consistency": [
            weeks,
            ("Method", "standard deviation around 0 of own score less the others’ mean, interval by Bonett (2006)"),
            ("Left out", "parts that nobody else scored; fewer than 5 such parts give no figure"),
        ],
        "agreement": [
            weeks,
            ("Method", "mean over parts; a part with a hidden second score counts one over its chance of one"),
            ("Left out", "parts that nobody else scored, criteria that one of the two was not asked"),
        ],
        "na_share": [weeks, ("Method", "mean over own routine reviews, Student’s t"), ("Evidence", FIRST_SCORES)],
    }


STATE = (
    "Steady, watch or act. Watch only raises the share of hidden second scores; act opens a case that a QA lead "
    "settles. A state stays until somebody acts: fading evidence settles nothing."
)
OWN_STATE = "Steady or act. Act opens a case that you can answer in and a QA lead settles."


def states(run: DriftRun) -> list[Item]:
    """What each state needs, the first of them the one that reviewers are not told of."""
    document = run.document
    return [
        ("Watch", f"evidence of {number(document['amber'], 0)} weeks or more"),
        ("Act", f"evidence of {number(document['red'], 0)} weeks or more"),
        (
            "By chance",
            f"of {document['active']} reviewers who do not drift at most {number(document['false_reds'])} a quarter "
            "come to act",
        ),
    ]


def tile(run: DriftRun, key: str, name: str) -> Told:
    """What explains one of a reviewer's figures on the own page."""
    return {"id": f"explain-{key}", "name": name, "sentence": SENTENCES[key], "items": methods(run)[key]}


def board(run: DriftRun, *, own: bool) -> list[Told]:
    """The columns of the board, each with what it says and how it is made.

    A reviewer who looks at the ``own`` row is told of the state that opens a case alone: an amber is never theirs to
    see, for it must not change how they score.
    """
    told = methods(run)

    def column(key: str, label: str, sentence: str, items: list[Item], *, numeric: bool = True) -> Told:
        explained = {"id": f"column-{key}", "sentence": sentence, "items": items}
        return {"label": label, "numeric": numeric, "explain": explained}

    def figure(key: str, label: str) -> Told:
        return column(key, label, SENTENCES[key], told[key])

    counted = [told["severity"][0], ("Counted", FIRST_SCORES)]
    return [
        {"label": "Reviewer"},
        column("state", "State", OWN_STATE if own else STATE, states(run)[1:] if own else states(run), numeric=False),
        figure("severity", "Severity, points"),
        figure("consistency", "Scatter, points"),
        figure("agreement", "Answered alike, %"),
        figure("na_share", "N/A, %"),
        column("own", "Own", "Reviews of this reviewer: routine ones and hidden second scores.", counted),
        column("pairs", "Pairs", "Parts that a second reviewer scored too, neither knowing of the other.", counted),
        column("seats", "Calibration", "Parts scored blind in calibration sessions that are closed.", counted),
        column(
            "evidence",
            "Evidence, weeks",
            "How strongly the weeks so far speak for a change in how this reviewer scores, against none: a steady "
            "reviewer reaches W weeks of evidence by chance once in about W weeks.",
            [
                ("Method", run.method),
                (
                    "Streams",
                    "strictness overall and by criterion, scatter, spread, one impression, N/A, criticals, "
                    "unusually fast perfect reviews (counted, never in minutes)",
                ),
                ("No look ahead", "a week’s evidence reads that week and those before it"),
            ],
        ),
        column(
            "beside",
            "Beside",
            "Disputes that changed one of this reviewer’s scores, and tickets replaced on this reviewer’s word: to be "
            "known, and part of no figure here.",
            [told["severity"][0]],
            numeric=False,
        ),
    ]
