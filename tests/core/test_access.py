"""Who may do what: the table against the product's, and every route against the table."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from qa.core.access import AUTHORITY, PUBLIC, Actor, Permission, Role, Scope, declared
from qa.people.models import RoleGrant
from tests.support.cast import SINCE, Cast, person
from tests.support.client import CheckingClient, new_client, sign_in

P, R = Permission, Role
ABSENT = 987_654_321
REFUSED = "Your roles do not include this page"
# The authority table of the product: use case, then who has it and how far. Nobody else has it.
PRODUCT = {
    "score assigned parts": (P.SCORE, {R.REVIEWER: "assigned", R.TEAM_LEAD: "assigned", R.QA_LEAD: "assigned"}),
    "read a review": (
        P.REVIEW_READ,
        {R.REVIEWER: "assigned", R.TEAM_LEAD: "team", R.QA_LEAD: "all", R.SPECIALIST: "own", R.DIRECTOR: "all"},
    ),
    "read a conversation": (
        P.CONVERSATION_READ,
        {R.REVIEWER: "assigned", R.TEAM_LEAD: "team", R.QA_LEAD: "all", R.SPECIALIST: "own"},
    ),
    "know the reviewer's name": (P.REVIEWER_NAME, {R.QA_LEAD: "all", R.DIRECTOR: "all", R.ADMIN: "all"}),
    "view plans and draws": (P.SAMPLING_VIEW, {R.QA_LEAD: "all", R.DIRECTOR: "all"}),
    "plan": (P.SAMPLING_PLAN, {R.QA_LEAD: "all"}),
    "draw and assign": (P.SAMPLING_DRAW, {R.QA_LEAD: "all"}),
    "take part in a calibration": (
        P.CALIBRATION_TAKE_PART,
        {R.REVIEWER: "assigned", R.TEAM_LEAD: "assigned", R.QA_LEAD: "assigned"},
    ),
    "facilitate a calibration": (P.CALIBRATION_FACILITATE, {R.TEAM_LEAD: "own", R.QA_LEAD: "all"}),
    "see reviewers' severity": (
        P.REVIEWERS_VIEW,
        {R.REVIEWER: "own", R.QA_LEAD: "all", R.DIRECTOR: "aggregate"},
    ),
    "draft a rubric": (P.RUBRIC_DRAFT, {R.TEAM_LEAD: "all", R.QA_LEAD: "all"}),
    "publish a rubric": (P.RUBRIC_PUBLISH, {R.QA_LEAD: "all", R.ADMIN: "all"}),
    "judge a rubric by its reviews": (P.RUBRIC_STUDIES, {R.QA_LEAD: "all", R.DIRECTOR: "aggregate"}),
    "propose a wording": (P.RUBRIC_PROPOSE, {R.REVIEWER: "all", R.TEAM_LEAD: "all", R.QA_LEAD: "all"}),
    "see coaching plans": (P.COACHING_VIEW, {R.TEAM_LEAD: "team", R.QA_LEAD: "all", R.SPECIALIST: "own"}),
    "write coaching plans": (P.COACHING_EDIT, {R.TEAM_LEAD: "team", R.QA_LEAD: "all"}),
    "manage people": (P.PEOPLE_MANAGE, {R.ADMIN: "all"}),
    "run an intake": (P.INTAKE_RUN, {R.ADMIN: "all"}),
    "read the audit trail": (P.AUDIT_READ, {R.QA_LEAD: "all", R.ADMIN: "all"}),
}


@pytest.mark.parametrize("use_case", PRODUCT)
def test_the_table_grants_what_the_product_says_and_nothing_more(use_case: str):
    permission, granted = PRODUCT[use_case]

    assert AUTHORITY[permission] == {role: Scope(scope) for role, scope in granted.items()}


def test_every_permission_is_in_the_table():
    assert set(AUTHORITY) == set(Permission)
    assert all(AUTHORITY.values())


@pytest.mark.parametrize("permission", [P.CONVERSATION_READ, P.TICKETS_LIST, P.SCORE])
@pytest.mark.parametrize("role", [R.DIRECTOR, R.ADMIN])
def test_text_is_closed_to_those_who_need_a_reason_for_it(role: Role, permission: Permission):
    assert role not in AUTHORITY[permission]


def test_nobody_has_a_permission_by_having_no_role():
    nobody = Actor(user_id=1, name="N", email="n@example.org", roles=frozenset(), programme_id=1)

    assert [permission for permission in Permission if nobody.may(permission)] == []


def test_roles_add_up():
    both = Actor(user_id=1, name="B", email="b@example.org", roles=frozenset({R.TEAM_LEAD, R.QA_LEAD}), programme_id=1)

    assert both.scopes(P.COACHING_VIEW) == {Scope.TEAM, Scope.ALL}
    assert both.may(P.COACHING_VIEW, Scope.TEAM)
    assert not both.may(P.COACHING_VIEW, Scope.OWN)


def routes(app: Flask) -> list[tuple[Rule, str, str]]:
    """Every route of ours with an address, filled with ids that nobody has, and a method."""
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
        return [
            (rule, method, adapter.build(rule.endpoint, {name: absent(rule, name) for name in rule.arguments}, method))
            for rule in app.url_map.iter_rules()
            if not rule.endpoint.endswith("static")
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        ]


def absent(rule: Rule, name: str) -> object:
    return ABSENT if type(rule._converters[name]).__name__ == "IntegerConverter" else "absent"


def ask(client: CheckingClient, method: str, address: str) -> tuple[int, str]:
    headers = {} if method == "GET" else {"X-CSRFToken": client.token()}
    response = client.open(address, method=method, headers=headers)
    return response.status_code, response.get_data(as_text=True)


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "no role")
def test_each_route_lets_in_whom_the_table_names_and_nobody_else(
    app: Flask, session: Session, cast: Cast, role: Role | None
):
    user = cast.of_role()[role] if role else person(session, cast.programme, "Nora None")
    wrong = []
    for rule, method, address in routes(app):
        permission = declared(app, rule.endpoint)
        if permission == PUBLIC:
            continue
        assert isinstance(permission, Permission)
        client = sign_in(new_client(app, session), user)  # anew each time: some routes end the session

        status, page = ask(client, method, address)

        let_in = not (status == 403 and REFUSED in page)
        found = bool(rule.arguments) and let_in and status < 400  # nobody finds what does not exist
        if let_in != (role in AUTHORITY[permission]) or found or status in {401, 405} or status >= 500:
            wrong.append(f"{method} {address} answers {status} to {role}")
    assert not wrong


def test_an_outsider_is_sent_to_the_sign_in_page_and_can_do_nothing(app: Flask, session: Session, cast: Cast):
    client = new_client(app, session)
    wrong = []
    for rule, method, address in routes(app):
        if declared(app, rule.endpoint) == PUBLIC:
            continue

        response = client.open(address, method=method, headers={"X-CSRFToken": client.token()})

        to_sign_in = response.status_code == 302 and response.location.startswith("/sign-in")
        if not (to_sign_in if method == "GET" else response.status_code == 401):
            wrong.append(f"{method} {address} answers {response.status_code}")
    assert not wrong


def test_an_outsider_s_script_is_told_plainly(client: CheckingClient, cast: Cast):
    response = client.get("/", headers={"Accept": "application/json"})

    assert response.status_code == 401
    assert response.mimetype == "application/json"


def test_a_post_without_the_form_s_token_is_refused(app: Flask, session: Session, cast: Cast):
    wrong = []
    for rule, method, address in routes(app):
        if method == "GET":
            continue
        client = sign_in(new_client(app, session), cast.quinn)

        response = client.open(address, method=method)

        if response.status_code != 400:
            wrong.append(f"{method} {address} of {rule.endpoint} answers {response.status_code}")
    assert not wrong


def test_a_person_whose_account_is_closed_is_signed_out(client: CheckingClient, cast: Cast):
    sign_in(client, cast.rita)
    cast.rita.active = False

    response = client.get("/")

    assert response.status_code == 302


def test_a_role_that_has_ended_grants_nothing(session: Session, cast: Cast, client: CheckingClient):
    sign_in(client, cast.ada)
    session.execute(update(RoleGrant).where(RoleGrant.user_id == cast.ada.id).values(valid_to=SINCE + dt.timedelta(1)))

    assert client.get("/people/").status_code == 403
