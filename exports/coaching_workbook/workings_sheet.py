"""How each figure of the cover comes about, step by step, as live formulas over the other sheets."""

from exports.coaching_workbook.actions_sheet import ActionColumns
from exports.coaching_workbook.criteria_sheet import CriteriaColumns
from exports.coaching_workbook.figures import Known, mean, reason_for, share
from exports.coaching_workbook.focus import FEWEST, Verdict, verdict
from exports.coaching_workbook.model import CoachingWorkbook, Outcome
from exports.coaching_workbook.reviews_sheet import ReviewColumns
from exports.coaching_workbook.score_steps import WIDTHS, Workings, add_score, add_share
from exports.coaching_workbook.trend_sheet import TrendColumns, touches_period
from exports.coaching_workbook.words import NO_REVIEWS, ONE_REVIEW, STATUS_WORDS, TOO_FEW, VERDICTS
from exports.workbook import Book


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
    """Write every step. The places of the columns are put in by name: W weights, S scores, R results, P
    chances, C completion, E expected scores.
    """
    columns = {"W": reviews.weights, "S": reviews.scores, "R": reviews.results, "P": reviews.chances}
    columns |= {"C": reviews.completions, "E": reviews.expected}
    work.places.update({letter: area.formula for letter, area in columns.items()})
    work.sheet.put(1, 1, "How the cover's figures are made", "title")
    work.sheet.height(1, 30)
    work.row = 1
    _reviews(work, data, reviews)
    basis = data.basis
    add_score(work, basis, mean(data.reviews, basis, data.confidence))
    shares: tuple[tuple[str, str, Outcome, float], ...] = (
        ("pass", "Pass rate", "passed", basis.passed_reviewer_variance),
        ("critical", "Critical errors", "failed_critical", basis.critical_reviewer_variance),
    )
    for key, name, outcome, added in shares:
        add_share(work, key, name, outcome, added, share(data.reviews, outcome, added, data.confidence))
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
    work.step(
        "certain",
        "Every part reviewed for certain",
        'IF(SUMPRODUCT(({W}>0)*({P}<{C}))=0,"yes","no")',
        "no" if any(r.weight > 0 and (r.inclusion_probability or 1) < r.completion for r in data.reviews) else "yes",
        "words",
        "Then nothing is estimated.",
    )
    work.step("reason", "Why there is no interval", reason, reason_for(counted), "words", "Empty when there is one.")


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
