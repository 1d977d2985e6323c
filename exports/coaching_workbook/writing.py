"""The order in which the sheets of the coaching workbook are made."""

from exports.coaching_workbook.actions_sheet import add_actions, fill_actions
from exports.coaching_workbook.cover import add_cover, fill_cover
from exports.coaching_workbook.criteria_sheet import add_criteria
from exports.coaching_workbook.model import CoachingWorkbook, check
from exports.coaching_workbook.reviews_sheet import add_remarks, add_reviews
from exports.coaching_workbook.trend_sheet import add_trend
from exports.coaching_workbook.workings_sheet import add_workings, fill_workings
from exports.workbook import add_provenance
from exports.workbook.report import begin_report, end_plotted


def write(data: CoachingWorkbook) -> bytes:
    """The workbook as a file."""
    check(data)
    facts = data.provenance
    book = begin_report(facts, f"Coaching plan: {data.specialist}", data.zone)
    header, footer = f"Coaching plan · {data.specialist}", facts.confidentiality
    cover = add_cover(book, header=header, footer=footer)
    plan = add_actions(book, header=header, footer=footer)
    plotted = book.sheet("Plotted", widths=(16,) * 7)
    plotted.put(1, 1, "Lengths of the charts' error bars, and the ends of the gaps that can be judged", "strong")
    titles = (
        "Criterion: plus",
        "Criterion: minus",
        "Gap to, judged",
        None,
        "Week: plus",
        "Week: minus",
        "Week: too few",
    )
    for column, title in enumerate(titles, start=1):
        plotted.put(4, column, title, "label")
    criteria = add_criteria(book, data, plotted, header=header, footer=footer)
    trend = add_trend(book, data, plotted, header=header, footer=footer)
    reviews = add_reviews(book, data, header=header, footer=footer)
    remarks = add_remarks(book, data, header=header, footer=footer)
    actions = fill_actions(book, plan, data, criteria)
    work = add_workings(book, header=header, footer=footer)
    fill_workings(work, data, reviews=reviews, criteria=criteria, trend=trend, actions=actions)
    provenance = add_provenance(book, facts, header=header, footer=footer)
    contents = (
        (plan, "what to work on; who does what until when"),
        (criteria.sheet, "each criterion against the others of the team"),
        (trend.sheet, "week by week"),
        (reviews.sheet, "the reviews behind the figures"),
        (remarks, "what reviewers wrote, with the passages it rests on"),
        (work.sheet, "how each figure of this page is made"),
        (provenance, "data, draws, rubric versions, methods"),
    )
    fill_cover(cover, data, work, actions=actions, trend=trend, plotted=plotted, contents=contents)
    end_plotted(plotted)
    return book.content()
