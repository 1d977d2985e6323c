"""The signed cookie of forms and flashes, and the token of its forms: what is the same in every request, made once."""

from functools import lru_cache

from flask import Flask, current_app, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer

TOKEN = "csrf_token"  # noqa: S105 - where Flask-WTF keeps the token: a name


class SignedCookie(SecureCookieSessionInterface):
    """Flask's own, with one serializer for all requests: making it derives the key anew."""

    def __init__(self) -> None:
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer


def init_cookies(app: Flask) -> None:
    app.session_interface = SignedCookie()
    app.jinja_env.globals["csrf_token"] = form_token
    app.context_processor(lambda: {"csrf_token": form_token})  # Flask-WTF gives its own to the context too


def form_token() -> str:
    """The token of this browser's forms, signed once and not for each page: it does not go out of date by itself."""
    if TOKEN in session and TOKEN not in g:
        setattr(g, TOKEN, _signed(str(current_app.secret_key), session[TOKEN]))
    token: str = generate_csrf()
    return token


@lru_cache(maxsize=4096)
def _signed(secret: str, token: str) -> str:
    signed: str | bytes = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(token)
    return signed if isinstance(signed, str) else signed.decode()
