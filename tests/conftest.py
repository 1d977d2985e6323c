"""Fixtures that every test can ask for; what they are made of is in `tests/support/`.

The application is imported inside the fixtures: a test of a pure library starts without it.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.support import leases, postgresql, programs, runs

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, Page
    from sqlalchemy.orm import Session

    from qa.config import Settings
    from qa.people.models import User
    from tests.support.browser import Watch
    from tests.support.cast import Cast
    from tests.support.client import CheckingClient
    from tests.support.server import LiveServer

ENGINES = ("sqlite", "postgresql")
PICTURES = Path(__file__).parents[1] / "screenshots"
BEGUN = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    # Whatever the machine is set to must not reach the tests.
    for name in ("DATABASE_URL", "SECRET_KEY", "FRAME_KEY", "AUDIT_KEY", "TEXT_KEYS", "DRAFT_KEY", "FAIRMARK_INSTANCE"):
        os.environ.pop(name, None)
    # How long one example takes says more about the machine's other work than about the code.
    # Every run tries other examples, so many short runs see what one long run sees; make test-full takes its time.
    for profile, examples in (("short", 20), ("thorough", 200)):
        hypothesis.settings.register_profile(
            profile, max_examples=examples, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
        )
    hypothesis.settings.load_profile(config.getoption("--hypothesis-profile") or "short")
    gc.set_threshold(50_000)  # at the usual 700, looking for what to throw away takes a twelfth of the run
    if not hasattr(config, "workerinput"):
        config.stash[BEGUN] = runs.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    leases.forget_all()
    if BEGUN in config.stash:
        folder = config.stash[BEGUN]
        postgresql.stop_all(folder)
        runs.end(folder)


def pytest_collection_finish() -> None:
    # What is loaded by now stays: looking through it again and again took a tenth of the run.
    gc.collect()
    gc.freeze()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of the test's own: once on SQLite, once on PostgreSQL."""
    from tests.support import engines

    with engines.migrated_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    from qa.config import Settings

    return Settings.for_tests(database_url=database_url, instance=tmp_path / "instance")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application; open an app context only for as long as one call needs it, never around the client."""
    from tests.support import server

    made = server.make_app(settings)
    yield made
    server.close_app(made)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session for arranging and asserting, on a connection of its own; ``client`` commits it before each request."""
    from sqlalchemy.orm import Session

    from qa import app, lazily
    from tests.support import engines

    lazily.load(app)  # as in every process of ours: it says who keeps the sums of what changes
    with engines.arranging_engine(database_url) as engine, Session(engine) as opened:
        yield opened


@pytest.fixture
def cast(session: Session) -> Cast:
    """Rita, Rob, Lena, Quinn, Sam, Dora, Ada, Otto and Olga."""
    from tests.support.cast import make_cast

    return make_cast(session)


@pytest.fixture
def client(app: Flask, session: Session) -> CheckingClient:
    """A browser that nobody is signed in with; it checks every page."""
    from tests.support.client import new_client

    return new_client(app, session)


@pytest.fixture
def sign_in(app: Flask, session: Session) -> Callable[..., CheckingClient]:
    """``sign_in(client, user)`` signs a client in; ``sign_in(user)`` gives a new one."""

    from tests.support import client as clients

    def signed_in(*who: Any) -> CheckingClient:
        *given, user = who
        return clients.sign_in(given[0] if given else clients.new_client(app, session), user)

    return signed_in


@pytest.fixture
def flask_command(app: Flask, session: Session) -> Callable[..., Result]:
    """``flask_command("audit", "verify")`` runs a command of the application and gives its result."""

    def run(*arguments: str, **more: Any) -> Result:
        session.commit()
        result = app.test_cli_runner().invoke(args=list(arguments), **more)
        session.expire_all()
        return result

    return run


@pytest.fixture
def chores() -> bool:
    """Override with True where the served application is also to do its nightly and weekly work."""
    return False


@pytest.fixture
def live_server(settings: Settings, session: Session, chores: bool) -> Iterator[LiveServer]:
    """The application on a free port, for a browser; commit the session after arranging."""
    from tests.support import server

    with server.serve(settings, session, chores=chores) as serving:
        yield serving


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    found = programs.browser()
    if found is None:
        programs.missing("a Chromium")
    return {"executable_path": found, "args": list(programs.BROWSER_FLAGS), "headless": True}


@pytest.fixture
def watch() -> Watch:
    """What goes wrong in the test's pages; ``watch.expect(pattern)`` announces what the test provokes."""
    from tests.support.browser import Watch

    return Watch()


@pytest.fixture
def theme() -> str:
    """Override, or parametrise indirectly: ``light`` or ``dark``."""
    return "light"


@pytest.fixture
def width() -> str:
    """Override, or parametrise: ``wide``, ``narrow`` or ``smallest``."""
    return "wide"


@pytest.fixture
def new_browser(
    browser: Browser, live_server: LiveServer, watch: Watch, theme: str, width: str
) -> Iterator[Callable[..., Page]]:
    """``new_browser(user)`` gives a page of somebody's own browser, signed in; without a user, signed out."""
    from tests.support.browser import WIDTHS

    contexts: list[BrowserContext] = []

    def opened(user: User | None = None, **more: Any) -> Page:
        across, down = WIDTHS[width]
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": across, "height": down},
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
            **more,
        )
        contexts.append(context)
        if user is not None:
            live_server.sign_in(context, user)
        page = context.new_page()
        watch.attach(page)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_browser: Callable[..., Page], watch: Watch) -> Iterator[Page]:
    """A page of a browser that nobody is signed in with; the test fails on anything that went wrong in it."""
    yield new_browser()
    watch.check()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """``axe(page)`` fails on any violation in the page as it stands."""
    from tests.support.browser import check_axe

    return check_axe


@pytest.fixture
def picture() -> Callable[[Page, str], Path]:
    """``picture(page, name)`` keeps a picture in `screenshots/`."""

    from tests.support import browser as browsers

    def taken(page: Page, name: str) -> Path:
        return browsers.picture(page, name, PICTURES)

    return taken
