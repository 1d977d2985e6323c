"""What stands behind a number, in words, and the popover that tells it."""

from functools import lru_cache
from html import escape

from flask import current_app, render_template
from markupsafe import Markup

from qa.core.numerals import MINUS, number
from qa.core.pages import HOLE, Stencil
from qa.sampling.estimation import PRIOR_DF
from qa.sampling.explaining import Explanation
from qa.sampling.spreads import BORROWING

HOLES = ("id", "title", "words", "formula", "facts")


def popover(id_: str, told: Explanation) -> Markup:
    """The button and what it opens: a page has forty, so each is poured into one form."""
    form = _form.__wrapped__ if current_app.jinja_env.auto_reload else _form
    # A page has hundreds of facts: those of a number are escaped in one go.
    said = escape(HOLE.join(HOLE.join(fact) for fact in facts(told))).split(HOLE)
    listed = "".join(f"<dt>{term}</dt><dd>{what}</dd>" for term, what in zip(said[::2], said[1::2], strict=True))
    drawn = form().filled(
        id=id_,
        title=told.title,
        words=told.words,
        formula=worked_out(told),
        facts=Markup(listed),  # noqa: S704 - escaped above
    )
    return Markup(drawn)  # noqa: S704 - drawn by a template, and every value is escaped


@lru_cache(maxsize=1)
def _form() -> Stencil:
    return Stencil(HOLES, lambda holes: render_template("sampling/_explain_form.html", holes=holes))


def worked_out(told: Explanation) -> str:
    """The formula with its values and what comes of it."""
    if not told.terms or told.estimate is None:
        return told.formula
    first, second = told.terms
    if told.regression:
        values = f"{number(first, 2)} {'+' if second >= 0 else MINUS} {number(abs(second), 2)}"
    else:
        values = f"{number(first * told.scale)} ÷ {number(second)}"
    return f"{told.formula} = {values} = {number(told.estimate, 2)}{told.unit}"


def facts(told: Explanation) -> list[tuple[str, str]]:
    """What it rests on, how sure it is, what was left out, by which rules: terms and what they are."""
    of_reviews = told.counted == "Reviews"
    found = [(told.counted, _count(told, of_reviews=of_reviews))]
    if told.population:
        found.append(("Stands for", f"{number(told.population, 0)} parts"))
    if told.n and of_reviews:
        least, largest = number(told.least_weight), number(told.largest_weight)
        same = told.least_weight == told.largest_weight
        each = f"{least} parts a review on average" if same else f"{least} to {largest} parts a review"
        found.append(("Weights", each))
    if told.std_error is not None:
        found.append(("Standard error", _errors(told, of_reviews=of_reviews)))
    if told.low is not None:
        found.append(("95 % interval", _interval(told)))
    elif told.reason:
        found.append(("No interval", told.reason))
    found.append(("Method", told.method))
    if told.method in BORROWING:
        lent = f"that of all weeks looked at, which counts like {number(PRIOR_DF, 0)} reviews more at most"
        found.append(("Spread of scores", f"of these reviews together with {lent}"))
    if told.scale == 1:
        found.append(("Predicted score", _predicted(told)))
    for place, (what, count) in enumerate(told.left_out):
        found.append(("also left out" if place else "Left out", f"{number(count, 0)} {what}"))
    if told.rubric_versions:
        found.append(("Rubric", ", ".join(told.rubric_versions)))
    return [*found, *told.rules]


def _count(told: Explanation, *, of_reviews: bool) -> str:
    said = number(told.n, 0)
    if told.drawn is not None:
        said += f" of {number(told.drawn, 0)} drawn"
    return said + (f", worth {number(told.n_effective)} of equal weight" if told.n and of_reviews else "")


def _errors(told: Explanation, *, of_reviews: bool) -> str:
    said = f"{number(told.std_error, 2)}{told.unit}: sampling {number(told.sampling, 2)}"
    if told.reviewers:
        return f"{said}, reviewers’ strictness {number(told.reviewers, 2)}"
    return said + (", reviewers’ strictness not counted in" if told.scale != 1 and of_reviews else "")


def _interval(told: Explanation) -> str:
    said = f"{number(told.low)} to {number(told.high)}{told.unit}"
    if told.quantile is None or not told.std_error:
        return said
    return f"{said} = estimate ± {number(told.quantile, 2)} × {number(told.std_error, 2)}"


def _predicted(told: Explanation) -> str:
    if not told.regression:
        return "not used: no correlation of at least 0.20 is measured"
    if told.correlation is None:
        return "correlation not measured here: under 30 reviews"
    return f"correlates {number(told.correlation, 2)} with the reviews here"
