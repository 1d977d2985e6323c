"""The planner: how many reviews a question needs, in plain words, from the operation's own figures."""

from __future__ import annotations

import datetime as dt
from math import isnan

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from qa.core import charts
from qa.core.access import Permission, requires
from qa.core.clock import local_day, monday_of, utcnow
from qa.core.db import db
from qa.core.numerals import number
from qa.reviews import measured
from qa.trends import planning, queries

bp = Blueprint("planner", __name__, url_prefix="/sampling/planner")
LOOKED_BACK = 13  # weeks whose spread and volume the answers come from
LIMITS = {"half": (0.5, 30.0), "weeks": (1, 52), "per_week": (1, 100), "rate": (0.01, 50.0)}


def asked() -> tuple[planning.Asked, list[str]]:
    """What the address asks, held within sensible limits, and what had to be changed in words."""
    default = planning.Asked()
    given = {
        "half": default.half,
        "weeks": float(default.weeks),
        "per_week": default.per_week,
        "rate": 100 * default.rate,
    }
    notes = []
    words = {"half": "± points", "weeks": "weeks", "per_week": "reviews a week", "rate": "rate in percent"}
    for name, (low, high) in LIMITS.items():
        text = request.args.get(name, "").strip().replace(",", ".").removesuffix("%")
        if not text:
            continue
        try:
            value = float(text)
        except ValueError:
            notes.append(f"“{request.args[name][:20]}” is no number, so {words[name]} stays at {number(given[name])}.")
            continue
        if not low <= value <= high:
            held = given[name] if isnan(value) else min(max(value, low), high)
            notes.append(f"{words[name].capitalize()}: from {number(low)} to {number(high)}; taken as {number(held)}.")
            value = held
        given[name] = value
    return (
        planning.Asked(
            half=given["half"], weeks=round(given["weeks"]), per_week=given["per_week"], rate=given["rate"] / 100
        ),
        notes,
    )


@bp.get("/")
@requires(Permission.SAMPLING_VIEW)
def show() -> ResponseReturnValue:
    session = db.session()
    question, notes = asked()
    last = monday_of(local_day(utcnow(), g.zone)) - dt.timedelta(weeks=1)
    since = last - dt.timedelta(weeks=LOOKED_BACK - 1)
    known = measured.settled(*queries.of_programme(session, g.actor.programme_id, since=since, until=last))
    window = measured.measure(*known)
    weeks = len({row.week for row in window.frame})
    domains = planning.domains_of(window, weeks)
    answers = [planning.answer(domain, question) for domain in domains]
    name = request.args.get("domain", "")
    chosen = next((domain for domain in domains if f"{domain.kind}:{domain.name}" == name), domains[0])
    return render_template(
        "trends/planner.html",
        asked=question,
        notes=notes,
        answers=answers,
        planning=planning,
        chosen=chosen,
        chosen_answer=planning.answer(chosen, question),
        domains=domains,
        catch=planning.catch(chosen, question),
        chart=curve_chart(chosen, question),
        quota=planning.quota_for(answers),
        floor=planning.strictness_floor(window),
        reviews=len(window.reviews),
        looked_back=weeks,
        power=planning.POWER,
        typical_sd=planning.TYPICAL_SD,
    )


def curve_chart(domain: planning.Domain, question: planning.Asked) -> charts.Chart:
    """Half-width against reviews, with what was asked as a level."""
    points = planning.curve(domain, question)
    series = [
        charts.Series(
            name="Weighted mean" if domain.correlation else "Half-width",
            points=tuple(charts.Point(label=str(n), value=plain) for n, plain, _ in points),
        )
    ]
    if domain.correlation:
        series.append(
            charts.Series(
                name="With the predicted score",
                points=tuple(charts.Point(label=str(n), value=helped) for n, _, helped in points),
            )
        )
    return charts.line_chart(
        series,
        name=f"Half-width against reviews, {domain.name}",
        axis="Reviews",
        numerals=charts.Numerals(unit=" points"),
        target=question.half,
        target_text="asked for",
    )
