"""Signing in with the organisation's OpenID provider: the authorization code flow with PKCE (OpenID Connect Core 1.0).

What the browser is sent away with (state, nonce, verifier) waits in its signed form cookie. The provider is asked
directly for the tokens, and its signature, issuer, audience, nonce and times are looked at. The provider is the one
address that this module speaks to: redirects are not followed, and its endpoints have to be https as it is.
"""

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import ProviderSettings
from qa.core import audit
from qa.core.errors import FairmarkError
from qa.people import queries
from qa.people.models import PersonIdentity, User

BACK = "/sign-in/provider/back"
TIMEOUT = 10.0  # seconds
LEEWAY = 60  # seconds that two clocks may differ
LARGEST_ANSWER = 1_000_000  # bytes
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # signatures only; never "none", never a shared secret
# RFC 8176: what a provider says when more than a password was shown.
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "sc", "fpt", "face", "iris", "pop"})


class ProviderError(FairmarkError):
    """The provider did not say who this is; the message says what to do."""

    status = 502
    title = "Not signed in"


class UnknownPersonError(FairmarkError):
    """The provider knows somebody whom nobody has entered here."""

    status = 403
    title = "Not signed in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Where to send a browser, and what has to come back with it."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Whom the provider says this is."""

    issuer: str
    subject: str
    email: str | None  # only one that the provider has verified
    second_factor: bool


def begin(provider: ProviderSettings, *, again: bool = False) -> Asked:
    """A new request; ``again`` asks for the password even of who is signed in there."""
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    with _client(provider) as client:
        more = {"prompt": "login", "max_age": "0"} if again else {}
        address, state = client.create_authorization_url(
            _metadata(client, provider)["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **more
        )
    return Asked(address=address, state=state, nonce=nonce, verifier=verifier)


def finish(provider: ProviderSettings, *, code: str, nonce: str, verifier: str, now: dt.datetime) -> Claimed:
    """Trade the code for an ID token, and read it once everything about it holds."""
    from authlib.common.errors import AuthlibBaseError
    from requests import RequestException

    with _client(provider) as client:
        metadata = _metadata(client, provider)
        try:
            token = client.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
            )
        except (AuthlibBaseError, RequestException, ValueError) as error:
            raise ProviderError("The provider did not accept the sign-in. Try once more.") from error
        keys = _answer(client, metadata["jwks_uri"])
    if not isinstance(token.get("id_token"), str):
        raise ProviderError("The provider told no identity. Its administrator has to allow the scope openid.")
    claims = _read(token["id_token"], keys, provider, nonce=nonce, now=now)
    email = claims.get("email") if claims.get("email_verified") is True else None
    methods = claims.get("amr") or []
    return Claimed(
        issuer=provider.issuer,
        subject=str(claims["sub"]),
        email=str(email).strip().lower() if email else None,
        second_factor=bool(SECOND_FACTORS.intersection(map(str, methods))),
    )


def _read(
    id_token: str, keys: Mapping[str, Any], provider: ProviderSettings, *, nonce: str, now: dt.datetime
) -> Mapping[str, Any]:
    """The claims of a token with the provider's signature; ``ProviderError`` for any that is not what was asked for."""
    from authlib.common.errors import AuthlibBaseError
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwk, jwt
    from joserfc.errors import JoseError

    try:
        decoded = jwt.decode(id_token, jwk.KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
            {"nonce": nonce, "client_id": provider.client_id},
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except (JoseError, AuthlibBaseError, ValueError, KeyError, TypeError) as error:
        raise ProviderError("What the provider told about this sign-in does not hold. Try once more.") from error
    return dict(claims)


def person_of(session: Session, claimed: Claimed) -> User:
    """The person here: by the provider's subject, else by an e-mail that it has verified. Nobody is ever created.

    An e-mail counts the first time only, and only while the person has no other subject there.
    """
    known = session.scalar(
        select(User)
        .join(PersonIdentity, PersonIdentity.user_id == User.id)
        .where(PersonIdentity.issuer == claimed.issuer, PersonIdentity.subject == claimed.subject)
    )
    user = known or (queries.user_by_email(session, claimed.email) if claimed.email else None)
    if user is None or not user.active or (known is None and _has_identity(session, user.id, claimed.issuer)):
        raise UnknownPersonError(
            "Your organisation knows you, but there is no open account for you here. Ask your admin for one."
        )
    return user


def match(session: Session, claimed: Claimed, user: User, *, now: dt.datetime) -> None:
    """Remember the subject, so that a later change of e-mail takes nobody into another's account."""
    if _has_identity(session, user.id, claimed.issuer):
        return
    session.add(PersonIdentity(user_id=user.id, issuer=claimed.issuer, subject=claimed.subject, created_at=now))
    session.flush()
    audit.record(
        session,
        action="person.identity",
        object_type="person",
        object_id=user.id,
        actor_id=user.id,
        now=now,
        detail={"issuer": urlsplit(claimed.issuer).hostname},
    )


def _has_identity(session: Session, user_id: int, issuer: str) -> bool:
    found = select(PersonIdentity.id).where(PersonIdentity.user_id == user_id, PersonIdentity.issuer == issuer)
    return session.scalar(found) is not None


def _client(provider: ProviderSettings) -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    client = OAuth2Session(
        provider.client_id,
        provider.client_secret,
        scope="openid email",
        redirect_uri=provider.base_url + BACK,
        code_challenge_method="S256",
        default_timeout=TIMEOUT,
    )
    client.max_redirects = 0
    client.trust_env = False
    return client


def _metadata(client: Any, provider: ProviderSettings) -> Mapping[str, Any]:
    """What the provider says of itself (OpenID Connect Discovery 1.0); it has to name the issuer that is configured."""
    found = _answer(client, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    scheme = urlsplit(provider.issuer).scheme
    if found.get("issuer") != provider.issuer or any(
        urlsplit(str(found.get(each))).scheme != scheme for each in wanted
    ):
        raise ProviderError("The provider describes itself otherwise than OIDC_ISSUER says. Tell your administrator.")
    return found


def _answer(client: Any, address: str) -> Mapping[str, Any]:
    from requests import RequestException

    try:
        response = client.get(address, withhold_token=True, allow_redirects=False, stream=True)
        with response:
            body = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
            if response.status_code != 200 or len(body) > LARGEST_ANSWER:
                raise ProviderError("The provider gives no answer that can be used. Try again in a minute.")
            found = json.loads(body)
    except (RequestException, ValueError) as error:
        raise ProviderError("The provider cannot be reached. Try again in a minute, or sign in otherwise.") from error
    return found if isinstance(found, dict) else {}
