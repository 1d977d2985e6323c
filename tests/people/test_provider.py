"""Signing in with an OpenID provider, against one that the test runs on this machine."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask, Response, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from qa.config import ProviderSettings, Settings
from qa.core.audit import AuditEvent
from qa.core.errors import ConfigurationError
from qa.people.models import PersonIdentity, User, UserSession
from tests.support.cast import Cast
from tests.support.client import CheckingClient, new_client
from tests.support.engines import postgresql_in_full_runs
from tests.support.server import close_app, make_app

KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})


@dataclass
class Provider:
    """A small provider: what it says of the person, and what it was asked."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEY)
    claims: dict[str, Any] = field(default_factory=dict)  # instead of the right ones
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: int = 0

    def wsgi(self) -> Flask:
        app = Flask("provider")

        @app.get("/.well-known/openid-configuration")
        def describe() -> dict[str, Any]:
            places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            return {"issuer": self.issuer} | {name: f"{self.issuer}/{place}" for name, place in places.items()}

        @app.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [KEY.as_dict(private=False)]}

        @app.get("/authorize")
        def authorize() -> Any:
            code = secrets.token_urlsafe(16)
            self.codes[code] = dict(request.args)
            return redirect(
                f"{request.args['redirect_uri']}?{urlencode({'code': code, 'state': request.args['state']})}"
            )

        @app.post("/token")
        def token() -> Any:
            asked = self.codes.pop(request.form["code"], None)
            digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            basic = request.authorization
            known = basic is not None and (basic.username, basic.password) == ("fairmark", "a secret")
            if asked is None or asked["code_challenge"] != challenge or not known:
                return Response(json.dumps({"error": "invalid_grant"}), 400, mimetype="application/json")
            self.tokens += 1
            now = int(time.time())
            claims = {
                "iss": self.issuer,
                "aud": "fairmark",
                "iat": now,
                "exp": now + 300,
                "nonce": asked["nonce"],
                **self.person,
                **self.claims,
            }
            header = {"alg": "RS256", "kid": "one"}
            return {"access_token": "a", "token_type": "Bearer", "id_token": jwt.encode(header, claims, self.key)}

        return app


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    server = make_server("127.0.0.1", 0, made.wsgi(), threaded=True)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    thread.join(timeout=60)
    server.server_close()


@pytest.fixture
def with_provider(settings: Settings, provider: Provider) -> Iterator[Flask]:
    configured = ProviderSettings(
        issuer=provider.issuer, client_id="fairmark", client_secret="a secret", name="Acme", base_url="http://localhost"
    )
    app = make_app(replace(settings, provider=configured))
    yield app
    close_app(app)


@pytest.fixture
def browser(with_provider: Flask, session: Session) -> CheckingClient:
    return new_client(with_provider, session)


def away_and_back(
    browser: CheckingClient, provider: Provider, *, to: str = "", change: Callable[[dict[str, str]], None] | None = None
) -> TestResponse:
    """Off to the provider, which signs the person in and sends the browser back; ``change`` is an attacker's."""
    leaving = browser.get("/sign-in/provider/", query_string={"next": to} if to else None)
    with provider.wsgi().test_client() as there:
        parts = urlsplit(leaving.location)
        back = urlsplit(there.get(f"{parts.path}?{parts.query}").location)
    sent = dict(parse_qsl(back.query))
    if change is not None:
        change(sent)
    return browser.get(f"{back.path}?{urlencode(sent)}")


def test_a_person_is_matched_by_a_verified_e_mail_once_and_by_the_subject_afterwards(
    browser: CheckingClient, provider: Provider, session: Session, cast: Cast, with_provider: Flask
):
    provider.person = {"sub": "s-1", "email": "RITA@example.org", "email_verified": True, "amr": ["pwd", "otp"]}

    first = away_and_back(browser, provider, to="/queue")
    assert session.scalar(select(func.count()).select_from(UserSession)) == 0  # coming back only reads
    entered = browser.post_form("/sign-in/provider/enter")

    assert "Welcome, Rita Ramos" in first.get_data(as_text=True)
    assert (entered.status_code, entered.location) == (302, "/queue")
    row = session.scalars(select(UserSession)).one()
    assert (row.user_id, row.entered_by, row.second_factor_at is not None) == (cast.rita.id, "provider", True)
    assert session.scalars(select(PersonIdentity.subject)).all() == ["s-1"]

    provider.person = {"sub": "s-1", "email": "another@example.org", "email_verified": True}
    again = new_client(with_provider, session)
    away_and_back(again, provider)
    again.post_form("/sign-in/provider/enter")
    assert again.get("/").status_code == 200
    told = session.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == cast.rita.id)).all()
    assert list(told).count("person.identity") == 1


@postgresql_in_full_runs
def test_nobody_is_let_in_whom_nobody_has_entered_here(
    browser: CheckingClient, provider: Provider, session: Session, cast: Cast
):
    cast.rob.active = False
    session.add(
        PersonIdentity(user_id=cast.sam.id, issuer=provider.issuer, subject="sam", created_at=cast.sam.created_at)
    )
    before = session.scalar(select(func.count()).select_from(User))
    people = [
        {"sub": "1", "email": "stranger@example.org", "email_verified": True},
        {"sub": "2", "email": cast.rita.email, "email_verified": False},
        {"sub": "3", "email": cast.rita.email},
        {"sub": "4", "email": cast.rita.email, "email_verified": "true"},
        {"sub": "5", "email": cast.rob.email, "email_verified": True},
        {"sub": "6", "email": cast.sam.email, "email_verified": True},  # Sam is known there as somebody else
    ]

    statuses = []
    for person in people:
        provider.person = person
        statuses.append(away_and_back(browser, provider).status_code)

    assert statuses == [403] * len(people)
    assert browser.post_form("/sign-in/provider/enter").location == "/sign-in"
    assert session.scalar(select(func.count()).select_from(User)) == before
    assert session.scalar(select(func.count()).select_from(UserSession)) == 0


WRONG_CLAIMS = {
    "of another issuer": {"iss": "https://elsewhere.example"},
    "for another application": {"aud": "another"},
    "over": {"exp": 1_600_000_000},
    "of another sign-in": {"nonce": "another"},
    "without a nonce": {"nonce": None},
}


@postgresql_in_full_runs
def test_a_token_that_is_not_what_was_asked_for_is_refused(
    browser: CheckingClient, provider: Provider, session: Session, cast: Cast
):
    provider.person = {"sub": "s-1", "email": cast.rita.email, "email_verified": True}

    statuses = {}
    for name, claims in WRONG_CLAIMS.items():
        provider.claims = claims
        statuses[name] = away_and_back(browser, provider).status_code
    provider.claims, provider.key = {}, OTHER_KEY
    statuses["signed by somebody else"] = away_and_back(browser, provider).status_code

    assert statuses == dict.fromkeys([*WRONG_CLAIMS, "signed by somebody else"], 502)
    assert session.scalar(select(func.count()).select_from(UserSession)) == 0


@postgresql_in_full_runs
def test_an_answer_to_another_browser_s_question_is_not_taken(
    browser: CheckingClient, provider: Provider, session: Session, cast: Cast, with_provider: Flask
):
    provider.person = {"sub": "s-1", "email": cast.rita.email, "email_verified": True}

    def forged(sent: dict[str, str]) -> None:
        sent["state"] = "forged"

    other_state = away_and_back(browser, provider, change=forged)
    mine = browser.get("/sign-in/provider/")
    asked = parse_qs(urlsplit(mine.location).query)
    victim = new_client(with_provider, session)
    sent_to_a_victim = victim.get(f"/sign-in/provider/back?code=stolen&state={asked['state'][0]}")
    stolen_code = browser.get(f"/sign-in/provider/back?code=stolen&state={asked['state'][0]}")

    assert (other_state.location, sent_to_a_victim.location) == ("/sign-in", "/sign-in")
    assert stolen_code.status_code == 502
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid email"]
    assert provider.tokens == 0


@postgresql_in_full_runs
def test_a_provider_that_is_away_or_another_one_is_told_and_the_password_still_works(
    browser: CheckingClient, provider: Provider, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    page = browser.get("/sign-in").get_data(as_text=True)
    right, provider.issuer = provider.issuer, "http://127.0.0.1:9"  # it describes itself as somebody else
    wrong = browser.get("/sign-in/provider/")
    provider.issuer = right

    assert "Sign in with Acme" in page
    assert 'name="password"' in page
    assert wrong.status_code == 502


def test_the_settings_of_a_provider_are_whole_or_refused():
    whole = {
        "SECRET_KEY": "k" * 40,
        "OIDC_ISSUER": "https://id.example.org",
        "OIDC_CLIENT_ID": "fairmark",
        "OIDC_CLIENT_SECRET": "s",
        "BASE_URL": "https://qa.example.org/",
    }

    found = Settings.from_environment(whole).provider

    assert found is not None
    assert (found.issuer, found.name, found.base_url) == (
        "https://id.example.org",
        "your organisation",
        "https://qa.example.org",
    )
    for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "BASE_URL"):
        with pytest.raises(ConfigurationError, match=name):
            Settings.from_environment({key: value for key, value in whole.items() if key != name})
    with pytest.raises(ConfigurationError, match="https"):
        Settings.from_environment({**whole, "OIDC_ISSUER": "http://id.example.org"})
