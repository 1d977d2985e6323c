"""Settings of one installation, read from the environment once and never changed."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import current_app

from qa.core.errors import ConfigurationError

PROJECT = Path(__file__).parents[1]
MIGRATIONS = Path(__file__).parent / "migrations"
DEMO_NAME = "the demo operation"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The mail server that digests are handed to, and the address at which people reach this installation."""

    host: str
    port: int
    security: str  # starttls, tls or none
    user: str
    password: str
    sender: str
    base_url: str  # without a slash at its end

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "MailSettings | None":
        """Without ``SMTP_HOST`` no e-mail is sent; with it, what is missing is told."""
        host = environ.get("SMTP_HOST")
        if not host:
            return None
        security = environ.get("SMTP_SECURITY", "starttls").lower()
        if security not in ("starttls", "tls", "none"):
            raise ConfigurationError(f"SMTP_SECURITY is starttls, tls or none, not {security!r}.")
        if environ.get("SMTP_USER") and security == "none":
            raise ConfigurationError("SMTP_USER with SMTP_SECURITY=none would send the password in the clear.")
        sender, base_url = environ.get("MAIL_FROM", ""), environ.get("BASE_URL", "").rstrip("/")
        if "@" not in sender or any(character in sender for character in "\r\n"):
            raise ConfigurationError("MAIL_FROM is missing: the address that digests come from.")
        if not base_url.startswith(("https://", "http://")):
            raise ConfigurationError("BASE_URL is missing: where people reach this installation, as https://...")
        return cls(
            host=host,
            port=_count(environ, "SMTP_PORT") or (465 if security == "tls" else 587),
            security=security,
            user=environ.get("SMTP_USER", ""),
            password=environ.get("SMTP_PASSWORD", ""),
            sender=sender,
            base_url=base_url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """The OpenID provider that people may sign in with, and what this installation is called there."""

    issuer: str  # as its tokens name it
    client_id: str
    client_secret: str
    name: str  # what the button says
    base_url: str  # of this installation, without a slash at its end

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], base_url: str) -> "ProviderSettings | None":
        """Without ``OIDC_ISSUER`` people sign in with passwords alone; with it, what is missing is told."""
        issuer = environ.get("OIDC_ISSUER")
        if not issuer:
            return None
        if not issuer.startswith("https://"):
            raise ConfigurationError(f"OIDC_ISSUER begins with https://, not {issuer[:20]!r}.")
        for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
            if not environ.get(name):
                raise ConfigurationError(f"{name} is missing: the provider gives it when this installation is entered.")
        if not base_url:
            raise ConfigurationError("BASE_URL is missing: the provider sends people back to it.")
        return cls(
            issuer=issuer,
            client_id=environ["OIDC_CLIENT_ID"],
            client_secret=environ["OIDC_CLIENT_SECRET"],
            name=environ.get("OIDC_NAME") or "your organisation",
            base_url=base_url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator decides; secrets have no default outside the demo operation."""

    database_url: str
    secret_key: str
    frame_key: bytes
    audit_key: bytes
    text_keys: tuple[tuple[str, bytes], ...]
    draft_key: bytes  # unsent answers in people's browsers
    instance: Path
    demo: bool = False
    testing: bool = False
    secure_cookies: bool = True
    rate_limits: bool = True
    embedded_runner: bool = True  # jobs and chores run in the serving process
    trusted_proxies: int = 0
    session_idle: timedelta = timedelta(hours=8)
    session_absolute: timedelta = timedelta(days=7)
    max_upload_bytes: int = 200 * 1024 * 1024
    mail: MailSettings | None = None  # without it digests are not sent
    export_folder: Path | None = None  # where scheduled exports may be written for others to pick up
    base_url: str = ""  # where people reach this installation, without a slash at its end
    metrics_token: str = ""  # whoever bears it reads /metrics; without one nobody does
    pull_private_hosts: frozenset[str] = frozenset()  # help desks inside the house that live pulls may speak to
    provider: ProviderSettings | None = None  # without it people sign in with passwords alone
    access_log_days: int = 1095  # how long it is told who opened which conversation
    leaked_passwords: Path | None = None  # a sorted file of SHA-1 digests that no new password may be among

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, demo: bool = False) -> "Settings":
        """The settings of this process; ``ConfigurationError`` says which variable is missing and how to make it."""
        instance = Path(environ.get("FAIRMARK_INSTANCE") or PROJECT / "instance").absolute()
        database_url = environ.get("DATABASE_URL") or f"sqlite:///{instance / 'fairmark.db'}"
        secret_key = environ.get("SECRET_KEY")
        kept = instance / "demo-key.json"
        if not secret_key and (demo or (kept.exists() and not environ.get("DATABASE_URL"))):
            secret_key = _demo_secret(kept)
            demo = True
        if not secret_key:
            raise ConfigurationError(
                "SECRET_KEY is not set. Make one with: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' "
                "and keep it: the figures' permanent random numbers and the stored text depend on it. "
                "To look around first, run: make demo"
            )
        if len(secret_key) < 32:
            raise ConfigurationError("SECRET_KEY is shorter than 32 characters; a guessable key protects nothing.")
        return cls(
            database_url=normalised_url(database_url),
            secret_key=secret_key,
            # The demo's numbers are no secret: the same seed and Monday draw the same sample on every machine.
            frame_key=_key(environ, "FRAME_KEY", DEMO_NAME if demo else secret_key),
            audit_key=_key(environ, "AUDIT_KEY", secret_key),
            text_keys=_text_keys(environ, secret_key),
            draft_key=_key(environ, "DRAFT_KEY", secret_key),
            instance=instance,
            demo=demo,
            secure_cookies=environ.get("SECURE_COOKIES", "no" if demo else "yes").lower() in {"1", "yes", "true"},
            embedded_runner=environ.get("EMBEDDED_RUNNER", "yes").lower() in {"1", "yes", "true"},
            trusted_proxies=_count(environ, "TRUSTED_PROXIES"),
            mail=MailSettings.from_environment(environ),
            base_url=_base_url(environ),
            export_folder=Path(environ["EXPORT_FOLDER"]).absolute() if environ.get("EXPORT_FOLDER") else None,
            metrics_token=_token(environ, "METRICS_TOKEN"),
            pull_private_hosts=frozenset(environ.get("PULL_PRIVATE_HOSTS", "").lower().replace(",", " ").split()),
            provider=ProviderSettings.from_environment(environ, _base_url(environ)),
            leaked_passwords=_leaked(environ),
            access_log_days=_access_log_days(environ),
        )

    @classmethod
    def for_tests(cls, *, database_url: str, instance: Path) -> "Settings":
        """Fixed keys, so that a test can name the numbers that follow from them."""
        secret = "a key for tests only, never used anywhere else"  # noqa: S105 - it protects nothing
        return cls(
            database_url=normalised_url(database_url),
            secret_key=secret,
            frame_key=_derived(secret, "FRAME_KEY"),
            audit_key=_derived(secret, "AUDIT_KEY"),
            text_keys=(("k1", _derived(secret, "TEXT_KEYS")),),
            draft_key=_derived(secret, "DRAFT_KEY"),
            instance=instance,
            testing=True,
            secure_cookies=False,
            rate_limits=False,
            embedded_runner=False,
            pull_private_hosts=frozenset({"127.0.0.1"}),
        )


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["fairmark"]
    return found


def _token(environ: Mapping[str, str], name: str) -> str:
    token = environ.get(name, "")
    if token and len(token) < 20:
        raise ConfigurationError(f"{name} is shorter than 20 characters; whoever guesses it reads along.")
    return token


def _base_url(environ: Mapping[str, str]) -> str:
    """``BASE_URL``, which may be missing where no e-mail is sent."""
    base_url = environ.get("BASE_URL", "").rstrip("/")
    if base_url and not base_url.startswith(("https://", "http://")):
        raise ConfigurationError(f"BASE_URL begins with https://, not {base_url[:20]!r}.")
    return base_url


def _access_log_days(environ: Mapping[str, str]) -> int:
    days = _count(environ, "ACCESS_LOG_DAYS") or 1095
    if days < 400:  # golden tickets look back a year for who has seen a conversation
        raise ConfigurationError(f"ACCESS_LOG_DAYS is 400 or more, not {days}.")
    return days


def _leaked(environ: Mapping[str, str]) -> Path | None:
    """``LEAKED_PASSWORDS``, which has to be there when it is named."""
    path = environ.get("LEAKED_PASSWORDS")
    if path and not Path(path).is_file():
        raise ConfigurationError(f"LEAKED_PASSWORDS names no file: {path!r}.")
    return Path(path).absolute() if path else None


def normalised_url(url: str) -> str:
    """A database address with the driver this application uses spelt out."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _derived(secret_key: str, purpose: str) -> bytes:
    """A key of its own for each purpose (HKDF's expand step, RFC 5869, with one block)."""
    return hmac.new(secret_key.encode(), b"fairmark:" + purpose.encode() + b"\x01", hashlib.sha256).digest()


def _count(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name, "0")
    if not text.isdigit():
        raise ConfigurationError(f"{name} is a number, not {text!r}.")
    return int(text)


def _key(environ: Mapping[str, str], name: str, secret_key: str) -> bytes:
    text = environ.get(name)
    return _decoded(name, text) if text else _derived(secret_key, name)


def _text_keys(environ: Mapping[str, str], secret_key: str) -> tuple[tuple[str, bytes], ...]:
    """The key ring for stored text, newest first: ``TEXT_KEYS=k2:base64,k1:base64``."""
    text = environ.get("TEXT_KEYS")
    if not text:
        return (("k1", _derived(secret_key, "TEXT_KEYS")),)
    ring = []
    for entry in text.split(","):
        key_id, separator, encoded = entry.strip().partition(":")
        if not separator or not key_id:
            raise ConfigurationError("TEXT_KEYS is a list such as k2:BASE64,k1:BASE64, newest first.")
        ring.append((key_id, _decoded("TEXT_KEYS", encoded)))
    return tuple(ring)


def _decoded(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ConfigurationError(f"{name} is not base64.") from error
    if len(key) != 32:
        raise ConfigurationError(f"{name} must hold 32 bytes, not {len(key)}.")
    return key


def _demo_secret(kept: Path) -> str:
    """The demo's own random key, made once, so that a second start reads what the first one wrote."""
    if kept.exists():
        secret: str = json.loads(kept.read_text())["secret_key"]
        return secret
    kept.parent.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(48)
    descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"secret_key": secret}, file)
    return secret
