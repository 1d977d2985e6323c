"""The signed cookie of forms and flashes, and the token of its forms: what is the same in every request, made once."""

import datetime as dt
import hmac
from copy import deepcopy
from functools import lru_cache
from typing import Any

from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect, generate_csrf, same_origin
from itsdangerous import SignatureExpired, URLSafeTimedSerializer

from qa.core.clock import utcnow

MOST = 4096  # browsers of which something is remembered
TOKEN = "csrf_token"  # noqa: S105 - where Flask-WTF keeps the token: a name


class Remembering(URLSafeTimedSerializer):
    """Verifies each cookie once; after that only its age is asked. The signature of a given cookie cannot turn bad."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._verified = lru_cache(maxsize=MOST)(self._verify)

    def _verify(self, sent: str | bytes) -> tuple[Any, dt.datetime]:
        content, signed_at = super().loads(sent, return_timestamp=True)
        return content, signed_at

    def loads(  # type: ignore[override] # the session asks for nothing else
        self, s: str | bytes, max_age: int | None = None, **more: Any
    ) -> Any:
        if more:
            return super().loads(s, max_age=max_age, **more)
        content, signed_at = self._verified(s)
        if max_age is not None and utcnow() - signed_at > dt.timedelta(seconds=max_age):
            raise SignatureExpired("this cookie is too old", payload=content, date_signed=signed_at)
        # A request may change what it was given; the session itself is a copy.
        return content if all(isinstance(each, str) for each in content.values()) else deepcopy(content)


class SignedCookie(SecureCookieSessionInterface):
    """Flask's own, with one serializer for all requests: making one derives the key anew."""

    def __init__(self) -> None:
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._serializer is None and app.secret_key:
            self._serializer = Remembering(
                app.secret_key,
                salt=self.salt,
                serializer=self.serializer,
                signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
            )
        return self._serializer

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Only what was changed is written; most requests ask for no more than what came."""
        if session.modified or session.permanent:
            super().save_session(app, session, response)
        elif session.accessed and "Cookie" not in response.headers.get("Vary", ""):
            response.vary.add("Cookie")


class FormGuard(CSRFProtect):  # type: ignore[misc] # it has no types
    """Flask-WTF's own; a token that this process signed for this browser is known again without its signature."""

    def protect(self, apply_exemptions: bool = False) -> None:
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        sent, token = request.headers.get("X-CSRFToken", ""), session.get(TOKEN)
        known = token is not None and hmac.compare_digest(
            sent.encode(), _signed(str(current_app.secret_key), token).encode()
        )
        if known and not (request.is_secure and not same_origin(request.referrer or "", f"https://{request.host}/")):
            g.csrf_valid = True
        else:
            super().protect(apply_exemptions)


def init_cookies(app: Flask) -> None:
    """Read and sign them this way."""
    FormGuard(app)
    app.session_interface = SignedCookie()
    app.context_processor(lambda: {"csrf_token": form_token})  # in place of Flask-WTF's own


def form_token() -> str:
    """The token of this browser's forms, signed once and not for each page: it does not go out of date by itself."""
    known = session.get(TOKEN)
    if known is not None:
        return _signed(str(current_app.secret_key), known)
    token: str = generate_csrf()
    return token


@lru_cache(maxsize=MOST)
def _signed(secret: str, token: str) -> str:
    signed: str | bytes = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(token)
    return signed if isinstance(signed, str) else signed.decode()
