"""A test client that reads every page it gets as closely as a validator would."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.config import Settings
from qa.core.clock import utcnow
from qa.people import sessions
from qa.people.models import User
from tests.support.pages import check_page
from tests.support.statements import count_queries

WRITING = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER")


class CheckingClient(FlaskClient):
    """Checks each HTML answer; what the test's session has arranged is committed before each request."""

    arranged: Session | None = None

    @property
    def on_sqlite(self) -> bool:
        """A page is parsed on one engine: the other fills the same templates, and a strict parse is slow."""
        return str(self.application.config["SQLALCHEMY_DATABASE_URI"]).startswith("sqlite")

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.arranged is not None:
            self.arranged.commit()  # else the request would not see it, and SQLite would let it wait
        with count_queries() as statements:
            response = super().open(*args, **kwargs)
        if response.request.method in {"GET", "HEAD"} and not response.history:
            written = [statement for statement in statements if statement.lstrip().upper().startswith(WRITING)]
            assert not written, f"GET {response.request.path} writes: {written[0]}"
        if self.arranged is not None:
            self.arranged.expire_all()
        if is_page(response) and self.on_sqlite:
            check_page(response.get_data(as_text=True))
        return response

    def post_form(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Post with the token that a form of the page would carry."""
        return self.post(path, data={**(data or {}), "csrf_token": self.token()}, **kwargs)

    def post_json(self, path: str, json: Any, **kwargs: Any) -> TestResponse:
        """Post what a script of the page would send, with its token in the header."""
        headers = {"X-CSRFToken": self.token(), "Accept": "application/json"}
        return self.post(path, json=json, headers=headers, **kwargs)

    def token(self) -> str:
        """A form token of this browser's session, as Flask-WTF would write it into a page."""
        with self.session_transaction() as kept:
            raw = kept.setdefault("csrf_token", "0" * 40)
        return str(URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token").dumps(raw))


def is_page(response: TestResponse) -> bool:
    """Whether this is a whole page: neither a redirect's stub nor a fragment."""
    return (
        response.mimetype == "text/html"
        and not 300 <= response.status_code < 400
        and response.request.method != "HEAD"
        and response.data.lstrip()[:15].lower() == b"<!doctype html>"
    )


def new_client(app: Flask, session: Session) -> CheckingClient:
    """A browser that nobody is signed in with."""
    client = CheckingClient(app, app.response_class)
    client.arranged = session
    return client


def open_session(session: Session, user: User, settings: Settings) -> str:
    """A signed-in session's token, without the cost of a password."""
    token = sessions.start(session, user.id, settings=settings, user_agent="tests", now=utcnow())
    session.commit()
    return token


def sign_in(client: CheckingClient, user: User) -> CheckingClient:
    """The client, signed in as this person."""
    settings: Settings = client.application.extensions["fairmark"]
    if client.arranged is None:
        raise RuntimeError("this client has no session to sign in with")
    client.delete_cookie(sessions.COOKIE)
    client.set_cookie(sessions.COOKIE, open_session(client.arranged, user, settings))
    return client
