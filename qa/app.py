"""Putting the application together: `create_app()` reads like a table of contents."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from werkzeug.datastructures import Headers
from werkzeug.middleware.proxy_fix import ProxyFix

from qa import background, cli, errors, lazily, navigation, tables
from qa.board_notes import views as board_note_views
from qa.calibration_sessions import report_views as calibration_views
from qa.calibration_sessions.certification import views as certification_views
from qa.calibration_sessions.golden import views as golden_views
from qa.calibration_sessions.series import views as series_views
from qa.coaching import views as coaching_views
from qa.config import PROJECT, Settings
from qa.core import access, arriving, assets, cookies, jobs, limits, logs, pages, routing, summing
from qa.core import db as database
from qa.core.access_log import AccessLogBuffer
from qa.data_exports import views as data_export_views
from qa.desk import views as desk_views
from qa.escalations import views as escalation_views
from qa.incidents import views as incident_views
from qa.launches import views as launch_views
from qa.notices import views as notice_views
from qa.operations import metrics
from qa.operations import views as operation_views
from qa.people import identify, sessions
from qa.people import views as people_views
from qa.reviewer_drift import workbook_views as reviewer_views
from qa.reviews import keeping_sums, sampled
from qa.reviews import views as review_views
from qa.reviews.comment_templates import views as template_views
from qa.reviews.comments import views as comment_views
from qa.reviews.companions import service as companions
from qa.reviews.companions import views as companion_views
from qa.reviews.disputes import views as dispute_views
from qa.reviews.second_looks import views as second_look_views
from qa.reviews.wellbeing import views as wellbeing_views
from qa.rubric_library import views as rubric_views
from qa.rubric_studies import views as study_views
from qa.sampling import views as sampling_views
from qa.scheduled_exports import forgetting as kept_files
from qa.scheduled_exports import views as scheduled_export_views
from qa.sop_gaps import forgetting
from qa.sop_gaps import views as sop_gap_views
from qa.targets import views as target_views
from qa.tickets import views as ticket_views
from qa.trends import compare_views, period_views, planner_views
from qa.trends import views as trend_views

lazily.load(tables)  # they complete the metadata
summing.followed_by(lambda *asked, **which: keeping_sums.following(*asked, **which))

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

BLUEPRINTS = (
    *people_views.blueprints,
    desk_views.bp,
    notice_views.bp,
    operation_views.bp,
    ticket_views.bp,
    rubric_views.bp,
    sampling_views.bp,
    review_views.bp,
    dispute_views.bp,
    comment_views.bp,
    second_look_views.bp,
    wellbeing_views.bp,
    companion_views.bp,
    template_views.bp,
    incident_views.bp,
    calibration_views.bp,
    golden_views.bp,
    series_views.bp,
    certification_views.bp,
    study_views.bp,
    reviewer_views.bp,
    coaching_views.bp,
    sop_gap_views.bp,
    launch_views.bp,
    escalation_views.bp,
    target_views.bp,
    board_note_views.bp,
    trend_views.bp,
    compare_views.bp,
    planner_views.bp,
    period_views.bp,
    data_export_views.bp,
    scheduled_export_views.bp,
)


def create_app(settings: Settings | None = None) -> Flask:
    """The application, ready to serve; it does not start with a route that declares no permission."""
    settings = settings or Settings.from_environment(demo=cli.is_demo_command())
    app = Flask(__name__, template_folder=str(PROJECT / "templates"), static_folder=None)
    app.url_rule_class = routing.LateRule
    app.request_class = arriving.PlainRequest
    app.url_map.converters["int"] = routing.StoredNumber
    app.ensure_sync = as_it_is  # type: ignore[assignment,method-assign]
    configure(app, settings)
    logs.init_logs(app, proxies=settings.trusted_proxies)
    if settings.metrics_token:
        metrics.count_requests(app)
    database.prepare(app)
    pages.init_pages(app)
    assets.init_assets(app)
    cookies.init_cookies(app)
    Compressing(app)
    limits.init_limits(app, enabled=settings.rate_limits)
    guard(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    navigation.init_navigation(app)
    errors.init_errors(app)
    cli.init_commands(app)
    access.check_routes(app)
    init_runner(app, settings)
    return app


class Compressing(Compress):
    """Flask-Compress's own, asked only of answers that are large enough: most of the day's are not."""

    def after_request(self, response: Response | None) -> Response:
        size = None if response is None else response.content_length
        if response is not None and size is not None and size < current_app.config["COMPRESS_MIN_SIZE"]:
            return response
        return super().after_request(response)


def as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    """No function of ours is a coroutine: Flask need not look at seven of them in every request."""
    return function


def configure(app: Flask, settings: Settings) -> None:
    """What Flask and its extensions read from their configuration."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    app.extensions["fairmark"] = settings
    app.extensions["access_log"] = AccessLogBuffer()
    app.extensions["last_seen"] = sessions.LastSeen()
    app.extensions["held"] = {}  # by identify.py: what people hold, as it was last read
    # What lower rooms ask of higher ones; a call reads the room at its first time.
    app.extensions["sampled_scores"] = lambda *asked: sampled.sampled_scores(*asked)
    app.extensions["review_pace"] = lambda *asked: sampled.review_pace(*asked)
    app.extensions["reviewed_tickets"] = lambda: sampled.reviewed_tickets()
    app.extensions["forget_quotes"] = lambda *asked: forgetting.forget_quotes(*asked) + kept_files.forget_quotes(*asked)
    app.extensions["take_back"] = lambda *asked: companions.take_back(*asked)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=settings.max_upload_bytes,
        SESSION_COOKIE_NAME="__Host-fairmark" if settings.secure_cookies else "fairmark",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the signed-in session
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"],
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def guard(app: Flask) -> None:
    """Who is asking, may they, and what every answer carries."""

    @app.before_request
    def admit() -> ResponseReturnValue | None:
        identify.identify(app)
        return access.enforce(app, to_sign_in) or identify.demand_second_factor()

    carried = dict(HEADERS)
    if app.config["SESSION_COOKIE_SECURE"]:
        carried["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    # Who is asking decides what a page shows; what the compression and the form's cookie would add is said at once.
    on_pages = by_name({**carried, "Cache-Control": "no-store", "Vary": "Accept-Encoding, Cookie"})
    on_files = by_name(carried)

    @app.after_request
    def protect(response: Response) -> Response:
        headers = on_files if request.endpoint == "static" else on_pages
        own = {name.lower() for name, _ in response.headers}  # what a view set itself stays
        # Into the list itself: to add one after the other looks at each value anew.
        response.headers._list += [header for name, header in headers if name not in own]
        return response


def by_name(headers: dict[str, str]) -> list[tuple[str, tuple[str, str]]]:
    """Headers as they are sent, each with its name in small letters; ``ValueError`` where one cannot be sent."""
    return [(name.lower(), (name, value)) for name, value in Headers(headers)]


def to_sign_in() -> ResponseReturnValue:
    """A page goes to the sign-in form and comes back; a script is told plainly."""
    if request.method == "GET" and not wants_json():
        asked = request.full_path.rstrip("?")
        return redirect(url_for("sign_in.form", next=None if asked == "/" else asked))
    return errors.page(401, "You are signed out. Sign in again; what you typed is still in this window.")


def wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def init_runner(app: Flask, settings: Settings) -> None:
    """Jobs and small chores run in a thread of the serving process, started by its first request.

    Where a worker of its own does the jobs, the thread still writes what the process keeps in memory.
    """
    app.extensions["runner"] = jobs.Runner(app, work=lambda: background.work(app, settings))
    if settings.testing and not settings.embedded_runner:
        return  # a test runs the jobs when it wants them
    runner = app.extensions["runner"]
    if not settings.embedded_runner:
        runner = jobs.Runner(app, work=lambda: ({}, (background.flushing(app),)))
    starting = threading.Lock()

    @app.before_request
    def start_once() -> None:
        with starting:
            if not runner.started:
                runner.start()
