"""The reviews of the period, one line each, and what was said in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from exports.coaching_workbook.model import CoachingWorkbook, Remark, ReviewRow
from exports.coaching_workbook.words import RESULT_STYLES, RESULTS
from exports.workbook import MORE_DECIMALS, Area, Book, Sheet
from exports.workbook.report import begin_listing, end_listing
from rubrics.display import display_score

TITLES = (
    "Ticket",
    "Resolved",
    "Week",
    "Queue",
    "Purpose",
    "Score",
    "Result",
    "In short",
    "Chance",
    "Completion",
    "Weight",
    "Expected",
    "Rubric",
    "Open",
)
WIDTHS = (14, 11.5, 10.5, 18, 12, 8, 16, 40, 9, 11, 9, 10, 16, 7)
REMARK_TITLES = ("Ticket", "Week", "Criterion", "Level", "Critical", "Comment", "Evidence")
REMARK_WIDTHS = (14, 10.5, 26, 16, 11, 46, 50)
LONGEST_SHOWN = 1_200
CUT = "[cut here; the whole text is in the review]"
COUNTED_NOTE = (
    "Score: percent. Chance: how likely the part was to be drawn. Weight = completion / chance: how many parts the "
    "review stands for; a review picked by hand, without a score, or of a week that is still being reviewed has "
    "weight 0 and enters no figure. The weights make the cover's figures speak for all parts of the period, not only "
    "for those reviewed. Expected: the score that queue and predicted score lead one to expect, 0 where nothing does."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewColumns:
    """Where formulas find the reviews."""

    sheet: Sheet
    tickets: Area
    weeks: Area
    scores: Area
    results: Area
    chances: Area
    completions: Area
    weights: Area
    expected: Area


def add_reviews(book: Book, data: CoachingWorkbook, *, header: str, footer: str) -> ReviewColumns:
    """The sheet with one line for each review, oldest first; the weights are live formulas."""
    return add_review_list(book, data.reviews, header=header, footer=footer)


def add_review_list(book: Book, reviews: Sequence[ReviewRow], *, header: str, footer: str) -> ReviewColumns:
    """The same of any reviews."""
    sheet, first = begin_listing(
        book,
        "Reviews",
        TITLES,
        WIDTHS,
        title="Reviews of the period",
        note=COUNTED_NOTE,
        right=(6, 9, 10, 11, 12),
        landscape=True,
        without=[
            column
            for column, used in ((8, any(each.summary for each in reviews)), (14, any(each.link for each in reviews)))
            if reviews and not used
        ],
        header=header,
        footer=footer,
    )
    for row, review in enumerate(sorted(reviews, key=lambda each: (each.resolved_at, each.review_id)), start=first):
        _review(sheet, row, review)
    last = end_listing(sheet, first, len(reviews), TITLES, name="Reviews", nothing="No review in this period.")
    column = {title: sheet.area(first, number, last) for number, title in enumerate(TITLES, start=1)}
    return ReviewColumns(
        sheet=sheet,
        tickets=column["Ticket"],
        weeks=column["Week"],
        scores=column["Score"],
        results=column["Result"],
        chances=column["Chance"],
        completions=column["Completion"],
        expected=column["Expected"],
        weights=column["Weight"],
    )


def _review(sheet: Sheet, row: int, review: ReviewRow) -> None:
    sheet.put(row, 1, review.ticket_id, "text line")
    sheet.put(row, 2, review.resolved_at, "day")
    sheet.put(row, 3, review.week, "text line")
    sheet.put(row, 4, review.queue)
    sheet.put(row, 5, review.purpose, "text line")
    sheet.put(row, 6, review.score, score_style(review))
    sheet.put(row, 7, RESULTS[review.outcome], RESULT_STYLES[review.outcome])
    sheet.put(row, 8, _shown(review.summary))
    sheet.put(row, 9, review.inclusion_probability, "chance")
    sheet.put(row, 10, review.completion, "factor")
    formula = f'=IF(AND(E{row}="routine",ISNUMBER(F{row}),ISNUMBER(I{row})),J{row}/I{row},0)'
    sheet.formula(row, 11, formula, review.weight, "number soft")
    sheet.put(row, 12, review.expected, "number soft")
    sheet.put(row, 13, review.rubric, "soft")
    sheet.fit(row)
    if review.link:
        sheet.link(row, 14, "Open", review.link)


def score_style(review: ReviewRow) -> str:
    """A failed 79.96 under a mark of 80 shows as many decimals as tell them apart, not as 80.0."""
    decimals = len(display_score(review.score, review.pass_mark).partition(".")[2])
    if review.score is None or decimals <= 1:
        return "number"
    return f"number {next((more for more in MORE_DECIMALS if more >= decimals), MORE_DECIMALS[-1])}"


def add_remarks(book: Book, data: CoachingWorkbook, *, header: str, footer: str) -> Sheet:
    """The sheet with what reviewers said about single criteria and the passages they pinned."""
    sheet, first = begin_listing(
        book,
        "Comments",
        REMARK_TITLES,
        REMARK_WIDTHS,
        title="Comments and evidence",
        note="What reviewers wrote about single criteria, with the passages it rests on.",
        landscape=True,
        header=header,
        footer=footer,
    )
    row = first
    for review in sorted(data.reviews, key=lambda review: (review.resolved_at, review.review_id)):
        quoted: dict[tuple[str, str], str] = {}  # passages of this review so far, each with the criterion it stands at
        for remark in review.remarks:
            row = _remark(sheet, row, review, remark, quoted)
    end_listing(sheet, first, row - first, REMARK_TITLES, name="Comments", nothing="No comment in this period.")
    return sheet


def _remark(sheet: Sheet, row: int, review: ReviewRow, remark: Remark, quoted: dict[tuple[str, str], str]) -> int:
    """One row for each passage, the comment in the first, none quoted twice; gives the next free row."""
    passages = []
    for excerpt in remark.excerpts:
        first = quoted.setdefault((excerpt.message, excerpt.text), remark.criterion)
        again = f"as for “{first}”" if first != remark.criterion else f"“{_shown(closed_up(excerpt.text))}”"
        passages.append(f"{excerpt.message}: {again}")
    passages = passages or [""]
    for number, passage in enumerate(passages):
        style = "text" if number == 0 else "soft wrapped"
        sheet.put(row, 1, review.ticket_id, "text line" if number == 0 else "soft")
        sheet.put(row, 2, review.week, "text line" if number == 0 else "soft")
        sheet.put(row, 3, remark.criterion, style)
        sheet.put(row, 4, remark.level, style)
        if remark.critical:
            sheet.put(row, 5, "! critical", "worse")
        sheet.put(row, 6, _shown(remark.comment) if number == 0 else None)
        sheet.put(row, 7, passage)
        sheet.fit(row)
        row += 1
    return row


def closed_up(text: str) -> str:
    """Without its empty lines: a passage on paper needs no room between its paragraphs."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def _shown(text: str) -> str:
    """As much as a row can show when printed: Excel's rows end at 409 points."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN].rstrip()} … {CUT}"
