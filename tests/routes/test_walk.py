"""Every route, walked by everybody, on their own objects and on those of others."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from qa.config import Settings
from qa.core.access import AUTHORITY, PUBLIC, Permission, Role, declared
from qa.people.models import User
from tests.routes.table import CASES, LAST, PUBLIC_ROUTES, Case
from tests.routes.world import World, make_world
from tests.support.cast import Cast, person
from tests.support.client import WRITING, CheckingClient, sign_in
from tests.support.statements import count_queries

ABSENT = 987_654_321
REFUSED = "Your roles do not include this page"
ROLES = {
    "rita": Role.REVIEWER,
    "rob": Role.REVIEWER,
    "lena": Role.TEAM_LEAD,
    "otto": Role.TEAM_LEAD,
    "quinn": Role.QA_LEAD,
    "sam": Role.SPECIALIST,
    "olga": Role.SPECIALIST,
    "dora": Role.DIRECTOR,
    "ada": Role.ADMIN,
    "nora": None,
}


# What is refused before anything is looked for is refused alike on every engine.
# What somebody may open and send is asked of both engines in every run: it reads and writes most tables.
NOT_THERE = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
BEFORE_THE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


OF_EACH_ROLE = tuple({role: name for name, role in reversed(ROLES.items())}.values())
LET_IN = pytest.mark.parametrize(
    ("database_url", "names"),
    [
        pytest.param("sqlite", tuple(ROLES), id="sqlite"),
        pytest.param("postgresql", OF_EACH_ROLE, id="postgresql"),
        pytest.param(
            "postgresql",
            tuple(name for name in ROLES if name not in OF_EACH_ROLE),
            id="postgresql, the others",
            marks=pytest.mark.slow,
        ),
    ],
    indirect=["database_url"],
)
Addresses = list[tuple[Case, str, str]]


class Walker(CheckingClient):
    """Reads pages closely where somebody is let in; a refusal has to leave the database as it was."""

    closely = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.closely:
            return super().open(*args, **kwargs)
        with count_queries() as statements:
            response = FlaskClient.open(self, *args, **kwargs)
        written = [each for each in statements if each.lstrip().upper().startswith(WRITING)]
        assert not written, f"a refused {response.request.method} {response.request.path} writes: {written[0]}"
        return response


@pytest.fixture
def world(session: Session, cast: Cast, settings: Settings) -> World:
    return make_world(session, cast, settings)


@pytest.fixture
def people(session: Session, cast: Cast, world: World) -> dict[str, User]:
    """Everybody who walks, known by no session: one that knew the world would look at all of it at each step."""
    nora = person(session, cast.programme, "Nora None")
    session.commit()
    everybody = {name: session.get_one(User, (nora if name == "nora" else getattr(cast, name)).id) for name in ROLES}
    for user in everybody.values():
        session.refresh(user)
        session.expunge(user)
    return everybody


def own_rules(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static"))


def rules_by_endpoint(app: Flask) -> dict[str, Rule]:
    return {rule.endpoint: rule for rule in own_rules(app)}


@pytest.fixture
def addresses(app: Flask, session: Session, world: World, people: dict[str, User]) -> Addresses:
    """Each case with its method and address, in the order in which they are to be tried."""
    tried = addresses_in(app, world)
    session.expunge_all()
    return tried


def addresses_in(app: Flask, world: World) -> Addresses:
    rules = rules_by_endpoint(app)
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return [
            (case, method, adapter.build(case.endpoint, {**case.arguments(world), **case.query}, method))
            for case in CASES
            for method in sorted((rules[case.endpoint].methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        ]


def permission_of(app: Flask, case: Case) -> Permission:
    found = declared(app, case.endpoint)
    assert isinstance(found, Permission)
    return found


def may(app: Flask, case: Case, name: str) -> bool:
    return ROLES[name] in AUTHORITY[permission_of(app, case)]


def finds(case: Case, name: str) -> bool:
    return case.found_by is None or name in case.found_by


def signed_in(app: Flask, session: Session, user: User, *, closely: bool) -> Walker:
    walker = Walker(app, app.response_class)
    walker.arranged = session
    walker.token()
    sign_in(walker, user)
    session.commit()
    walker.closely = closely
    return walker


def ask(walker: Walker, case: Case, method: str, address: str) -> TestResponse:
    headers = {} if method == "GET" else {"X-CSRFToken": walker.token()}
    response = walker.open(address, method=method, headers=headers, data=case.form or None)
    response.get_data()
    response.close()  # a download holds its file until then
    return response


def test_every_route_is_in_the_table(app: Flask):
    in_table = {case.endpoint for case in CASES}
    routes = {rule.endpoint for rule in own_rules(app)}
    public = {endpoint for endpoint in routes if declared(app, endpoint) == PUBLIC}

    assert public == PUBLIC_ROUTES, "a page is open to everybody, or no longer"
    assert routes - public - in_table == set(), "these routes need a line in tests/routes/table.py"
    assert in_table - routes == set(), "these routes are no more"


def test_every_route_with_an_object_is_tried_with_one_that_is_found_and_with_others(app: Flask):
    rules = rules_by_endpoint(app)
    lacking = []
    for endpoint, rule in rules.items():
        mine = [case for case in CASES if case.endpoint == endpoint]
        if not rule.arguments or endpoint in PUBLIC_ROUTES:
            continue
        permitted = {name for name in ROLES if may(app, mine[0], name)}
        found = any(case.found_by and case.found_by & permitted for case in mine)
        hidden = any(case.found_by is not None and permitted - case.found_by for case in mine)
        if not (found and hidden):
            lacking.append(endpoint)

    assert lacking == []


def test_nobody_is_said_to_find_what_the_authority_does_not_grant(app: Flask):
    wrong = [
        f"{case.endpoint} {case.name}: {name}"
        for case in CASES
        for name in case.found_by or ()
        if not may(app, case, name)
    ]

    assert wrong == []


@BEFORE_THE_DATABASE
def test_a_page_without_permission_is_refused(
    app: Flask, session: Session, people: dict[str, User], addresses: Addresses
):
    wrong = []
    # The role decides, whatever the object: one person of each role asks for one address of each route.
    of_each_route = {(case.endpoint, method): (case, method, address) for case, method, address in addresses}
    for name in OF_EACH_ROLE:
        walker = signed_in(app, session, people[name], closely=False)
        for case, method, address in of_each_route.values():
            if may(app, case, name):
                continue

            response = ask(walker, case, method, address)

            if not (response.status_code == 403 and REFUSED in response.get_data(as_text=True)):
                wrong.append(f"{method} {address} ({case.name}) answers {response.status_code} to {name}")
    assert wrong == []


@NOT_THERE
def test_another_s_object_is_not_there(app: Flask, session: Session, people: dict[str, User], addresses: Addresses):
    wrong = []
    for name, user in people.items():
        walker = signed_in(app, session, user, closely=False)
        for case, method, address in addresses:
            if not may(app, case, name) or finds(case, name):
                continue

            response = ask(walker, case, method, address)

            if response.status_code != 404:
                wrong.append(f"{method} {address} ({case.name}) answers {response.status_code} to {name}")
    assert wrong == []


@LET_IN
def test_everybody_can_open_the_pages_that_are_theirs(
    app: Flask, session: Session, people: dict[str, User], addresses: Addresses, names: tuple[str, ...]
):
    wrong = []
    tried = [each for each in addresses if each[1] == "GET"]
    for name in names:
        walker = signed_in(app, session, people[name], closely=True)
        for case, method, address in tried:
            if not (may(app, case, name) and finds(case, name)):
                continue

            try:
                response = ask(walker, case, method, address)
            except AssertionError as error:
                wrong.append(f"{method} {address} ({case.name}) for {name}: {error}")
                continue

            if response.status_code not in {200, 302} or "/sign-in" in (response.location or ""):
                wrong.append(f"{method} {address} ({case.name}) answers {response.status_code} to {name}")
    assert not wrong, "\n".join(wrong)


@LET_IN
def test_what_somebody_may_send_is_answered_and_never_breaks(
    app: Flask, session: Session, people: dict[str, User], addresses: Addresses, names: tuple[str, ...]
):
    wrong = []
    tried = [each for each in addresses if each[1] != "GET"]
    walkers = {name: signed_in(app, session, people[name], closely=True) for name in names}
    for case, method, address in tried:  # case by case, so that what takes things away comes last for all
        for name in names:
            if not (may(app, case, name) and finds(case, name)):
                continue
            walker = walkers[name]
            if case.endpoint in LAST:
                walker = signed_in(app, session, people[name], closely=True)

            try:
                response = ask(walker, case, method, address)
            except AssertionError as error:
                wrong.append(f"{method} {address} ({case.name}) for {name}: {error}")
                continue

            if response.status_code not in {200, 302, 409, 422}:
                wrong.append(f"{method} {address} ({case.name}) answers {response.status_code} to {name}")
    assert not wrong, "\n".join(wrong)


@NOT_THERE
def test_nobody_finds_what_does_not_exist(app: Flask, session: Session, people: dict[str, User], addresses: Addresses):
    wrong = []
    rules = rules_by_endpoint(app)
    walkers = {name: signed_in(app, session, user, closely=False) for name, user in people.items()}
    adapter = app.url_map.bind("localhost")
    for case, method, _ in addresses:
        rule = rules[case.endpoint]
        if not rule.arguments:
            continue
        guessed = {name: absent(rule, name) for name in rule.arguments}
        address = adapter.build(rule.endpoint, {**guessed, **case.query}, method)
        name = next(each for each in ROLES if may(app, case, each))

        response = ask(walkers[name], case, method, address)

        if response.status_code not in {302, 404, 422} or (response.status_code == 302 and method == "GET"):
            wrong.append(f"{method} {address} answers {response.status_code} to {name}")
    assert wrong == []


def absent(rule: Rule, name: str) -> object:
    return ABSENT if isinstance(rule._converters[name], IntegerConverter) else "absent"


@BEFORE_THE_DATABASE
def test_who_is_signed_out_is_sent_to_the_sign_in_page(
    app: Flask, session: Session, people: dict[str, User], addresses: Addresses
):
    walker = signed_in(app, session, people["rita"], closely=True)
    walker.post_form("/sign-out")
    walker.closely = False
    wrong = []
    for case, method, address in addresses:
        response = ask(walker, case, method, address)

        sent = response.status_code == 302 and response.location.startswith("/sign-in")
        if not (sent if method == "GET" else response.status_code == 401):
            wrong.append(f"{method} {address} ({case.name}) answers {response.status_code}")
    assert wrong == []


@BEFORE_THE_DATABASE
def test_a_form_without_its_token_changes_nothing(
    app: Flask, session: Session, people: dict[str, User], addresses: Addresses
):
    wrong = []
    walkers = {name: signed_in(app, session, user, closely=False) for name, user in people.items()}
    for case, method, address in addresses:
        name = next(each for each in ROLES if may(app, case, each))
        if method == "GET":
            continue

        response = walkers[name].open(address, method=method, data=case.form or None)

        if response.status_code != 400:
            wrong.append(f"{method} {address} ({case.name}) answers {response.status_code}")
    assert wrong == []


ANSWERS = {
    "sign_in.form": 200,
    "sign_in.sign_in": 422,
    "sign_in.code_form": 302,
    "sign_in.enter_code": 302,
    "operations.alive": 200,
    "operations.ready": 200,
}


@pytest.mark.parametrize("endpoint", sorted(PUBLIC_ROUTES))
def test_the_pages_before_the_sign_in_answer_everybody(app: Flask, session: Session, cast: Cast, endpoint: str):
    rule = rules_by_endpoint(app)[endpoint]
    walker = Walker(app, app.response_class)
    walker.arranged = session
    method = "POST" if "POST" in (rule.methods or ()) else "GET"
    with app.test_request_context():
        address = app.url_map.bind("localhost").build(endpoint, dict.fromkeys(rule.arguments, "absent"), method)

    response = walker.open(address, method=method, headers={"X-CSRFToken": walker.token()})

    assert response.status_code == ANSWERS.get(endpoint, 404)
