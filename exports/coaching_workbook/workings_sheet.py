"""How each figure of the cover comes about, step by step, as live formulas over the other sheets."""

from dataclasses import dataclass, field

from exports.coaching_workbook.actions_sheet import ActionColumns
from exports.coaching_workbook.criteria_sheet import CriteriaColumns
from exports.coaching_workbook.figures import Known, Weighted, mean, reason_for, share
from exports.coaching_workbook.focus import FEWEST, Verdict, verdict
from exports.coaching_workbook.model import CoachingWorkbook, Outcome
from exports.coaching_workbook.reviews_sheet import ReviewColumns
from exports.coaching_workbook.trend_sheet import TrendColumns, touches_period
from exports.coaching_workbook.words import NO_REVIEWS, ONE_REVIEW, RESULTS, STATUS_WORDS, TOO_FEW, VERDICTS
from exports.workbook import Book, Sheet

WIDTHS = (36, 24, 58)
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

    def cell(self, key: str) -> str:
        """The step's cell as other sheets name it."""
        return f"'{self.sheet.title}'!{self.places[key]}"


def add_workings(book: Book, *, header: str, footer: str) -> Workings:
    """The sheet, empty so far."""
    return Workings(sheet=book.sheet("Workings", widths=WIDTHS, header=header, footer=footer))


def fill_workings(
    work: Workings,
    data: CoachingWorkbook,
    *,
    reviews: ReviewColumns,
    criteria: CriteriaColumns,
    trend: TrendColumns,
    actions: ActionColumns,
) -> None:
    """Write every step. The places of the columns are put in by name: W weights, S scores, R results, P chances."""
    columns = {"W": reviews.weights, "S": reviews.scores, "R": reviews.results, "P": reviews.chances}
    work.places.update({letter: area.formula for letter, area in columns.items()})
    work.sheet.put(1, 1, "How the cover's figures are made", "title")
    work.sheet.height(1, 30)
    work.row = 1
    _reviews(work, data, reviews)
    _score(work, mean(data.reviews, data.confidence))
    _share(work, "pass", "Pass rate", "passed", share(data.reviews, "passed", data.confidence))
    _share(
        work, "critical", "Critical errors", "failed_critical", share(data.reviews, "failed_critical", data.confidence)
    )
    _criteria(work, data, criteria, actions)
    _actions(work, data, actions)
    _checks(work, data, trend, actions, criteria)
    work.sheet.print_area(len(WIDTHS), work.row)
    work.sheet.protect()


def _reviews(work: Workings, data: CoachingWorkbook, reviews: ReviewColumns) -> None:
    counted = sum(1 for review in data.reviews if review.weight > 0)
    made_on = data.provenance.prepared_at.astimezone(data.zone).date()
    work.places["T"] = reviews.tickets.formula
    work.heading("Period and reviews")
    for key, name, day in (
        ("from", "First day of the period", data.provenance.period_from),
        ("to", "Last day of the period", data.provenance.period_to),
        ("made", "This workbook was made on", made_on),
    ):
        work.row += 1
        work.sheet.put(work.row, 1, name, "text")
        work.sheet.put(work.row, 2, day, "day")
        work.places[key] = f"$B${work.row}"
    listed = "COUNTA({T})" if data.reviews else "0*COUNTA({T})"
    work.step("listed", "Reviews on the sheet Reviews", listed, len(data.reviews), "count", "All purposes.")
    work.step(
        "m",
        "Reviews in the figures",
        "SUMPRODUCT(--({W}>0))",
        counted,
        "count",
        "Routine, scored, with a known chance.",
    )
    work.step(
        "aside", "Reviews not in the figures", "{listed}-{m}", len(data.reviews) - counted, "count", "The others."
    )
    alpha = 1 - data.confidence
    work.row += 1
    work.sheet.put(work.row, 1, "1 − confidence of the intervals")
    work.sheet.put(work.row, 2, round(alpha, 12), "chance")
    work.places["alpha"] = f"$B${work.row}"
    reason = 'IF({m}=0,"' + NO_REVIEWS + '",IF({m}=1,"' + ONE_REVIEW + '",""))'
    work.step("reason", "Why there is no interval", reason, reason_for(counted), "words", "Empty when there is one.")


def _guarded(formula: str) -> str:
    return 'IF({reason}<>"",{reason},' + formula + ")"


def _some(formula: str) -> str:
    return 'IF({m}=0,"' + NO_REVIEWS + '",' + formula + ")"


def _score(work: Workings, figure: Weighted) -> None:
    work.heading("Quality score (percent)")
    plain = figure.plain
    work.step(
        "plain", "Plain mean, for comparison", _some('AVERAGEIF({W},">0",{S})'), plain, "mean", "Without weights."
    )
    work.step(
        "mean",
        "Quality score",
        _some("SUMPRODUCT({W},{S})/SUM({W})"),
        figure.estimate,
        "mean",
        "Sum of weight × score / sum of weights.",
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
        "variance",
        "Variance",
        _guarded("{m}/({m}-1)*SUMPRODUCT((1-{P})*({W}*({S}-{mean}))^2)/SUM({W})^2"),
        figure.variance,
        "step",
        "m/(m−1) × sum of (1 − chance) × (weight × (score − mean))² / (sum of weights)².",
    )
    work.step(
        "df", "Degrees of freedom", _guarded("MAX({neff}-1,1)"), figure.df, "mean", "Effective number − 1, at least 1."
    )
    work.step(
        "t",
        "Student's t",
        _guarded(_quantile("{df}")),
        figure.quantile,
        "step",
        "Two-sided, through the beta function.",
    )
    work.step(
        "low",
        "Interval from",
        _guarded("{mean}-{t}*SQRT({variance})"),
        figure.low,
        "mean",
        "Score − t × root of variance.",
    )
    work.step(
        "high",
        "Interval to",
        _guarded("{mean}+{t}*SQRT({variance})"),
        figure.high,
        "mean",
        "Score + t × root of variance.",
    )


def _quantile(df: str) -> str:
    # T.INV.2T cuts the degrees of freedom to a whole number; the beta function does not.
    return f"SQRT({df}*(1/BETAINV({{alpha}},{df}/2,0.5)-1))"


def _share(work: Workings, key: str, name: str, outcome: Outcome, figure: Weighted) -> None:
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
        _guarded(f"{{m}}/({{m}}-1)*SUMPRODUCT((1-{{P}})*({{W}}*({hit}-{p}))^2)/SUM({{W}})^2"),
        figure.variance,
        "step",
        "As above, with 1 for a hit and 0 for a miss.",
    )
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
        _guarded(f"IF({sure},MIN({{m}},{{neff}}),MIN({{m}},{p}*(1-{p})/{variance}))*(NORMSINV(1-{{alpha}}/2)/{t})^2"),
        figure.size,
        "mean",
        "Korn and Graubard (1998): what a simple sample of equal precision would have, cut for few reviews.",
    )
    low = f"IF({hits}=0,0,BETAINV({{alpha}}/2,{p}*{size},{size}-{p}*{size}+1))"
    high = f"IF({hits}={{m}},1,BETAINV(1-{{alpha}}/2,{p}*{size}+1,{size}-{p}*{size}))"
    work.step(
        f"{key}_low",
        "Interval from",
        _guarded(low),
        figure.low,
        "share",
        "Clopper and Pearson's bounds with that size.",
    )
    work.step(f"{key}_high", "Interval to", _guarded(high), figure.high, "share", "The same, upper.")


def _criteria(work: Workings, data: CoachingWorkbook, criteria: CriteriaColumns, actions: ActionColumns) -> None:
    work.places.update(
        {
            "names": criteria.names.formula,
            "gaps": criteria.gaps.formula,
            "lows": criteria.gap_lows.formula,
            "highs": criteria.gap_highs.formula,
            "verdicts": criteria.verdicts.formula,
            "judged": criteria.judged.formula,
        }
    )
    first = actions.focus.chosen[0] if actions.focus.chosen else None
    position = float(data.criteria.index(first) + 1) if first else TOO_FEW
    below = sum(1 for criterion in data.criteria if verdict(criterion) == "below")
    few = sum(1 for criterion in data.criteria if verdict(criterion) == "too few")
    work.heading("Criteria against the team")
    work.step(
        "below", "Criteria below the team", _counting("below"), below, "count", "The gap's interval lies under 0."
    )
    work.step(
        "few",
        "Criteria too few to judge",
        _counting("too few"),
        few,
        "count",
        f"Fewer than {FEWEST} reviews, or no interval.",
    )
    work.step(
        "position",
        "Lowest gap: its place on the sheet Criteria",
        'IF(COUNT({judged})=0,"' + TOO_FEW + '",MATCH(MIN({judged}),{judged},0))',
        position,
        "count",
        "The lowest upper end of a gap's interval among criteria that can be judged.",
    )
    for key, name, column, value, style in (
        ("lowest", "Lowest gap: criterion", "names", first.name if first else TOO_FEW, "words"),
        ("gap", "Lowest gap (points)", "gaps", _or_few(first.gap if first else None), "gap"),
        ("gap_low", "Lowest gap: interval from", "lows", _or_few(first.gap_low if first else None), "gap"),
        ("gap_high", "Lowest gap: interval to", "highs", _or_few(first.gap_high if first else None), "gap"),
    ):
        formula = "IF(ISNUMBER({position}),INDEX({" + column + '},{position}),"' + TOO_FEW + '")'
        work.step(key, name, formula, value, style, "Read from that row.")


def _counting(told: Verdict) -> str:
    return 'COUNTIF({verdicts},"' + VERDICTS[told] + '")'


def _or_few(value: float | None) -> Known:
    return TOO_FEW if value is None else value


def _actions(work: Workings, data: CoachingWorkbook, actions: ActionColumns) -> None:
    made_on = data.provenance.prepared_at.astimezone(data.zone).date()
    still = [action for action in data.earlier_actions if action.status == "open"]
    late = sum(1 for action in still if action.due_on and action.due_on < made_on)
    work.places.update({"statuses": actions.statuses.formula, "dues": actions.dues.formula})
    word = STATUS_WORDS["open"]
    work.heading("Actions")
    work.step(
        "open", "Open actions", f'COUNTIF({{statuses}},"{word}")', len(still), "count", "By the sheet Focus areas."
    )
    work.step(
        "late",
        "Of them overdue",
        f'COUNTIFS({{statuses}},"{word}",{{dues}},">0",{{dues}},"<"&{{made}})',
        late,
        "count",
        "Due before the day this workbook was made.",
    )


def _checks(
    work: Workings, data: CoachingWorkbook, trend: TrendColumns, actions: ActionColumns, criteria: CriteriaColumns
) -> None:
    weekly = sum(point.n for point in data.weeks if touches_period(point, data))
    counted = int(work.known["m"])
    work.places.update({"weekly": trend.counts.formula, "inside": trend.in_period.formula})
    work.heading("Checks")
    work.step(
        "check_weeks",
        "Reviews by week and reviews in the figures",
        'IF(SUMIF({inside},"yes",{weekly})={m},"agree","differ by "&ABS(SUMIF({inside},"yes",{weekly})-{m}))',
        "agree" if weekly == counted else f"differ by {abs(weekly - counted)}",
        "words",
        "The sheet Trend, weeks that touch the period, against the sheet Reviews.",
    )
    if not actions.first_of_focus:
        return
    there = f"'{actions.sheet.title}'!$B${actions.first_of_focus[0]}"
    work.step(
        "check_focus",
        "First focus area and lowest gap",
        f'IF({there}={{lowest}},"agree","differ")',
        "agree",
        "words",
        f"The sheet {actions.sheet.title} against the sheet {criteria.sheet.title}.",
    )
