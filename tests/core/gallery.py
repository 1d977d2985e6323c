"""Every component on one page, served by a Flask app that knows nothing else of the product."""

import base64
import datetime as dt
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from qa.core.pages import init_pages
from tests.core import sample_scoring
from tests.core.sample_charts import sample_charts

PROJECT = Path(__file__).parents[2]
TEMPLATES = PROJECT / "templates"
CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
NOW = dt.datetime(2026, 11, 9, 14, 6, tzinfo=dt.UTC)


class GoalForm(FlaskForm):
    goal = StringField("Goal", validators=[InputRequired("Say what should change.")])
    queue = SelectField("Queue", choices=[SelectChoice("payouts", "Payouts"), SelectChoice("appeals", "Appeals")])
    why = TextAreaField("Why this goal")
    shared = BooleanField("The specialist may read it")
    pace = RadioField("Meetings", choices=[SelectChoice("week", "Every week"), SelectChoice("month", "Every month")])


def rooms(current: str) -> list[SimpleNamespace]:
    named = [
        ("Desk", "house", None),
        ("Queue", "list-checks", 7),
        ("Sampling", "target", None),
        ("Rubrics", "book-open", None),
        ("Calibration", "scale", 1),
        ("Reviewers", "users", None),
        ("Coaching", "graduation-cap", None),
        ("Trends", "trending-up", None),
        ("Exports", "file-spreadsheet", None),
    ]
    return [
        SimpleNamespace(label=label, url=f"/{label.lower()}", icon=icon, current=label == current, count=count)
        for label, icon, count in named
    ]


def gallery_app() -> Flask:
    """The app; `/` is the gallery, `/scoring` the scoring page's look, `/error/404` an error page."""
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=str(PROJECT / "qa" / "static"))
    app.config.update(SECRET_KEY="only for this test", TESTING=True)
    init_pages(app)
    CSRFProtect(app)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(TEMPLATES), FileSystemLoader(Path(__file__).parent / "pages")])

    app.jinja_env.globals["filters_here"] = lambda: None  # nobody is signed in whose filters were kept

    @app.context_processor
    def frame() -> dict[str, object]:
        viewer = SimpleNamespace(
            name="Lena Ortiz",
            roles=["Team lead", "QA lead"],
            sign_out_url="/sign-out",
            sign_in_url="/sign-in",
            id=7,
            draft_key=base64.b64encode(bytes(32)).decode(),
            idle_seconds=28_800,
        )
        return {"navigation": rooms("Trends"), "viewer": viewer, "search_url": "/search"}

    @app.after_request
    def strict(response):  # type: ignore[no-untyped-def]
        response.headers["Content-Security-Policy"] = CSP
        return response

    @app.get("/")
    def gallery() -> ResponseReturnValue:
        flash("Version 7 published.", "good")
        form = GoalForm(meta={"csrf": False})
        form.goal.errors = ("Say what should change.",)
        return render_template("gallery.html", form=form, now=NOW, charts=sample_charts())

    @app.get("/scoring")
    def scoring() -> ResponseReturnValue:
        return render_template(
            "scoring_look.html",
            messages=sample_scoring.messages(),
            sections=sample_scoring.sections(),
            offline="offline" in request.args,
            sent="sent" in request.args,
        )

    @app.get("/error/<int:code>")
    def error(code: int) -> ResponseReturnValue:
        return render_template(f"errors/{code}.html"), code

    @app.get("/plain-error")
    def plain_error() -> ResponseReturnValue:
        return render_template("errors/500.html", navigation=[], viewer=None, reference="a1b2c3"), 500

    return app
