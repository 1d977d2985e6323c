"""The steps of the score and of the two shares, and the sheet that they stand on."""

from dataclasses import dataclass, field

from exports.coaching_workbook.figures import KNOWN_DF, PRIOR_DF, ROUNDING, Known, Weighted
from exports.coaching_workbook.model import Basis, Outcome
from exports.coaching_workbook.words import NO_REVIEWS, NO_SPREAD, ONE_REVIEW, RESULTS
from exports.workbook import Sheet

WIDTHS = (36, 24, 58)
NOT_POOLED = "not used"
TINY = f"{ROUNDING:.0E}"  # as formulas write it
STYLES = {
    "mean": "number",
    "share": "share",
    "count": "whole",
    "step": "chance",
    "day": "day",
    "words": "text right",
    "gap": "signed",
}


@dataclass(slots=True)
class Workings:
    """The sheet as it grows; every step is known by a key, and later steps name earlier ones by ``{key}``."""

    sheet: Sheet
    row: int = 1
    places: dict[str, str] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)

    def heading(self, text: str) -> None:
        self.row += 2
        self.sheet.fill(self.sheet.area(self.row, 1, right=len(WIDTHS)), "heading")
        self.sheet.put(self.row, 1, text, "heading")

    def step(self, key: str, name: str, formula: str, value: Known, style: str, how: str = "") -> None:
        """One row: what it is, its live value, how it is made."""
        self.row += 1
        self.sheet.put(self.row, 1, name, "text")
        live = "=" + formula.format(**self.places)
        self.sheet.formula(self.row, 2, live, value, STYLES[style])
        self.sheet.put(self.row, 3, how, "soft wrapped")
        self.sheet.fit(self.row)
        self.places[key] = f"$B${self.row}"
        self.known[key] = value

    def given(self, key: str, name: str, value: Known, style: str, how: str) -> None:
        """One row with a value that the reviews listed here do not tell."""
        self.row += 1
        self.sheet.put(self.row, 1, name, "text")
        self.sheet.put(self.row, 2, value, STYLES[style])
        self.sheet.put(self.row, 3, how, "soft wrapped")
        self.sheet.fit(self.row)
        self.places[key] = f"$B${self.row}"
        self.known[key] = value

    def cell(self, key: str) -> str:
        """The step's cell as other sheets name it."""
        return f"'{self.sheet.title}'!{self.places[key]}"


def _guarded(formula: str) -> str:
    return 'IF({reason}<>"",{reason},' + formula + ")"


def _some(formula: str) -> str:
    return 'IF({m}=0,"' + NO_REVIEWS + '",' + formula + ")"


def add_score(work: Workings, basis: Basis, figure: Weighted) -> None:
    work.heading("Quality score (percent)")
    work.step(
        "plain", "Plain mean, for comparison", _some('AVERAGEIF({W},">0",{S})'), figure.plain, "mean", "Unweighted."
    )
    work.given("expected", "Expected of all parts", basis.expected_mean, "mean", "By the regression; 0 without one.")
    work.step(
        "mean",
        "Quality score",
        _some("{expected}+SUMPRODUCT({W},{S}-{E})/SUM({W})"),
        figure.estimate,
        "mean",
        "Expected of all parts + sum of weight × (score − expected) / sum of weights.",
    )
    work.step(
        "neff",
        "Effective number of reviews",
        _some("SUM({W})^2/SUMSQ({W})"),
        figure.n_effective,
        "mean",
        "Unequal weights make reviews count for fewer: (sum of weights)² / sum of squared weights.",
    )
    work.step(
        "own",
        "Variance of sampling, own reviews",
        _some("IF({m}<2,0,{m}/({m}-1)*SUMPRODUCT((1-{P}/{C})*({W}*({S}-{E}-({mean}-{expected})))^2)/SUM({W})^2)"),
        figure.own_variance if figure.count else figure.estimate,
        "step",
        "m/(m−1) × sum of (1 − chance / completion) × (weight × (residual − mean residual))² / (sum of weights)².",
    )
    pooled = basis.pooled_variance
    work.given(
        "pooled",
        "Spread of the other specialists",
        NOT_POOLED if pooled is None else pooled,
        "words" if pooled is None else "step",
        f"Points squared; counts as {PRIOR_DF:g} degrees of freedom beside the own spread.",
    )
    drawn = (
        f'IF({{certain}}="yes",0,(({{neff}}-1)*{{own}}*{{neff}}+{PRIOR_DF:g}*{{pooled}})'
        f"/({{neff}}-1+{PRIOR_DF:g})/{{neff}})"
    )
    work.step(
        "sampling",
        "Variance of sampling",
        _some("{own}" if pooled is None else drawn),
        figure.sampling if figure.count else figure.estimate,
        "step",
        "The own one" + (", drawn towards that of the others." if pooled is not None else "."),
    )
    lone = f'IF({{m}}=1,"{ONE_REVIEW}",' if pooled is None else "("
    tiny = f"{{sampling}}<={TINY}*MAX(1,{{mean}}^2)"
    work.step(
        "none",
        "Why the score has no interval",
        f'IF({{m}}=0,"{NO_REVIEWS}",IF({{certain}}="yes","",{lone}IF({tiny},"{NO_SPREAD}",""))))',
        figure.reason,
        "words",
        "Empty when there is one.",
    )
    work.given("strict", "Variance of reviewers' strictness", basis.reviewer_variance, "step", "From the application.")
    work.step("variance", "Variance", _unless("{sampling}+{strict}"), figure.variance, "step", "Both together.")
    alone = "MAX({neff}-1,1)" if pooled is None else f"{{neff}}-1+{PRIOR_DF:g}"
    welch = f"IF({{sampling}}=0,{KNOWN_DF:.0f},MIN(({alone})*({{variance}}/{{sampling}})^2,{KNOWN_DF:.0f}))"
    work.step(
        "df",
        "Degrees of freedom",
        _unless(f"IF({{strict}}=0,{alone},{welch})"),
        figure.df,
        "mean",
        "Those of sampling; more where reviewers' strictness, which is taken as known, adds to the variance.",
    )
    work.step(
        "t", "Student's t", _unless(_quantile("{df}")), figure.quantile, "step", "Two-sided, through the beta function."
    )
    for key, name, formula, value in (
        ("low", "Interval from", "MAX(0,{mean}-{t}*SQRT({variance}))", figure.low),
        ("high", "Interval to", "MIN(100,{mean}+{t}*SQRT({variance}))", figure.high),
    ):
        work.step(key, name, _unless(formula), value, "mean", "Score ∓ t × root of variance, within 0 and 100.")


def _unless(formula: str) -> str:
    """The formula where the score has an interval, else why it has none."""
    return 'IF({none}<>"",{none},' + formula + ")"


def _quantile(df: str) -> str:
    # T.INV.2T cuts the degrees of freedom to a whole number; the beta function does not.
    return f"SQRT({df}*(1/BETAINV({{alpha}},{df}/2,0.5)-1))"


def add_share(work: Workings, key: str, name: str, outcome: Outcome, added: float, figure: Weighted) -> None:
    hit = f'({{R}}="{RESULTS[outcome]}")'
    hits, p, size = f"{{{key}_hits}}", f"{{{key}}}", f"{{{key}_size}}"
    variance, t = f"{{{key}_variance}}", f"{{{key}_t}}"
    sure = f"OR({hits}=0,{hits}={{m}},{variance}=0)"
    work.heading(f"{name} (share of parts)")
    work.step(
        f"{key}_hits",
        f"Reviews with the result {RESULTS[outcome]}",
        f"SUMPRODUCT(({{W}}>0)*{hit})",
        figure.hits,
        "count",
        "In the figures.",
    )
    work.step(
        key,
        name,
        _some(f"SUMPRODUCT({{W}}*{hit})/SUM({{W}})"),
        figure.estimate,
        "share",
        "Sum of their weights / sum of weights.",
    )
    work.step(
        f"{key}_variance",
        "Variance",
        _guarded(f"{{m}}/({{m}}-1)*SUMPRODUCT((1-{{P}}/{{C}})*({{W}}*({hit}-{p}))^2)/SUM({{W}})^2"),
        figure.variance,
        "step",
        "As above, with 1 for a hit and 0 for a miss.",
    )
    strict = f"{{{key}_strict}}"
    work.given(f"{key}_strict", "Variance of reviewers' strictness", added, "step", "From the application.")
    work.step(
        f"{key}_t",
        "Student's t",
        _guarded(_quantile("({m}-1)")),
        figure.quantile,
        "step",
        "With m − 1 degrees of freedom.",
    )
    work.step(
        f"{key}_size",
        "Effective size",
        _guarded(
            f"IF({sure},MIN({{m}},{{neff}}),MIN({{m}},{p}*(1-{p})/({variance}+{strict})))*(NORMSINV(1-{{alpha}}/2)/{t})^2"
        ),
        figure.size,
        "mean",
        "Korn and Graubard (1998): what a simple sample of equal precision would have, cut for few reviews.",
    )
    low = f"IF({hits}=0,0,BETAINV({{alpha}}/2,{p}*{size},{size}-{p}*{size}+1))"
    high = f"IF({hits}={{m}},1,BETAINV(1-{{alpha}}/2,{p}*{size}+1,{size}-{p}*{size}))"
    work.step(
        f"{key}_low",
        "Interval from",
        _guarded(f'IF({{certain}}="yes",{p},{low})'),
        figure.low,
        "share",
        "Clopper and Pearson's bounds with that size.",
    )
    work.step(
        f"{key}_high",
        "Interval to",
        _guarded(f'IF({{certain}}="yes",{p},{high})'),
        figure.high,
        "share",
        "The same, upper.",
    )
