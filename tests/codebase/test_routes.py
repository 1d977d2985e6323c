"""Every route: what it declares, how its address is written, and that reading never writes."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from qa.app import create_app
from qa.config import Settings
from qa.core.access import PUBLIC, Permission, check_routes, declared, requires
from qa.core.errors import ConfigurationError
from tests.codebase import sources

WRITES = {"commit", "flush", "add", "add_all", "delete", "record", "enqueue"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("routes")
    return create_app(Settings.for_tests(database_url=f"sqlite:///{folder / 'none.db'}", instance=folder))


def own_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")]


def test_every_route_declares_a_permission(app: Flask):
    declarations = {rule.endpoint: declared(app, rule.endpoint) for rule in app.url_map.iter_rules()}

    assert [name for name, found in declarations.items() if found != PUBLIC and found not in set(Permission)] == []


def test_the_application_refuses_to_start_with_a_route_that_declares_none():
    app = Flask(__name__)
    app.add_url_rule("/open", "open", requires(PUBLIC)(lambda: ""))
    app.add_url_rule("/forgotten", "forgotten", lambda: "")

    with pytest.raises(ConfigurationError, match="forgotten"):
        check_routes(app)


def test_open_pages_are_the_few_that_must_be(app: Flask):
    public = {rule.endpoint for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) == PUBLIC}

    assert public <= {
        "static",
        "sign_in.form",
        "sign_in.sign_in",
        "sign_in.welcome",
        "sign_in.choose_password",
        "sign_in.code_form",  # the second step
        "sign_in.enter_code",
        "sign_in.forgotten",
        "sign_in.ask_for_link",
        "provider.leave",
        "provider.back",
        "provider.enter",
        "notices.stop_form",  # the signed link of an e-mail
        "notices.stop",
        "operations.alive",
        "operations.ready",
        "operations.metrics_page",  # asks for a token of its own
    }


def test_the_parts_of_an_address_are_typed(app: Flask):
    untyped = [rule.rule for rule in own_rules(app) if re.search(r"<[^:>]+>", rule.rule)]

    assert not untyped


def test_ids_in_addresses_are_whole_numbers(app: Flask):
    loose = [rule.rule for rule in own_rules(app) if re.search(r"<(?!int:)[^:>]+:(id|[a-z_]+_id)>", rule.rule)]

    assert not loose


def test_addresses_are_lower_case_words_with_hyphens(app: Flask):
    odd = [
        rule.rule
        for rule in own_rules(app)
        if not re.fullmatch(r"(/([a-z0-9-]+(\.[a-z]+)?|<[a-z]+(\([^)]*\))?:[a-z_]+>(\.[a-z]+)?)?)+", rule.rule)
    ]

    assert not odd


def test_a_view_answers_either_to_reading_or_to_writing(app: Flask):
    both = [rule.endpoint for rule in own_rules(app) if rule.methods and {"GET", "POST"} <= rule.methods]

    assert not both


def test_no_view_that_reads_commits(app: Flask):
    # What a view calls is watched at run time by the test client, which refuses a GET that writes.
    reading = {rule.endpoint for rule in own_rules(app) if rule.methods and "GET" in rule.methods}
    committing = [
        f"{endpoint} calls {name}"
        for endpoint in sorted(reading)
        for name in calls_of(app.view_functions[endpoint])
        if name in {"commit", "flush"}
    ]

    assert not committing


def calls_of(view: object) -> Iterator[str]:
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(view)))  # type: ignore[arg-type]
    return (sources.called(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def test_every_view_has_its_home_in_a_views_module(app: Flask):
    elsewhere = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if not endpoint.endswith("static") and "views" not in Path(inspect.getfile(inspect.unwrap(view))).as_posix()
    ]

    assert not elsewhere
