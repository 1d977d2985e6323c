"""Secrets that open something: keys and tokens by their issuers' published prefixes, passwords after their cue."""

import re
from collections.abc import Iterator

from qa.tickets.redaction.kinds import Kind, Span, word_set

ISSUED = re.compile(
    r"(?<![\w-])(?:(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}"  # Amazon Web Services
    r"|gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|glpat-[\w-]{20,64}"  # GitHub, GitLab
    r"|xox[abeprs]-[\w-]{10,250}"  # Slack
    r"|(?:sk|pk|rk)_(?:live|test)_\w{10,250}|whsec_\w{16,128}"  # Stripe
    r"|sk-[\w-]{20,250}|AIza[\w-]{30,45}|ya29\.[\w-]{20,250}"  # OpenAI, Google
    r"|npm_\w{36}|pypi-[\w-]{50,250}|dop_v1_[0-9a-f]{64}|SG\.[\w-]{16,32}\.[\w-]{16,64}|shp(?:at|ss|pa)_[0-9a-fA-F]{32}"
    r"|eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{0,2000})"  # JSON Web Token (RFC 7519)
)
PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{1,10000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)
BEARER = re.compile(r"\b(?:Bearer|Basic)\s(?P<value>[\w.~+/-]{16,4000}={0,2})", re.IGNORECASE)
IN_ADDRESS = re.compile(r"://(?P<value>[^\s/@:]{1,100}:[^\s/@]{1,200})@")
LABEL = re.compile(
    r"\b(?:pass ?word|passwort|kennwort|passwd|pwd|pass ?phrase|mot de passe|contraseña|senha|api[ _-]?key|api[ "
    r"_-]?token|"
    r"secret(?:[ _-]?(?:key|access[ _-]?key))?|(?:access|auth|refresh|session|bearer|bot)[ _-]?token|token|client[ "
    r"_-]?secret|"
    r"private[ _-]?key|recovery code|backup code|licen[cs]e key)\b[\"']?\s{0,2}"
    r"(?P<joint>=|:|\bis\b:?|\bist\b:?|\best\b:?|\bes\b:?|\bé\b:?)\s{0,2}[\"'`“]?(?P<value>[^\s\"'`”,;]{4,400})",
    re.IGNORECASE,
)
TRIGGERS = word_set(
    "password pass passwort kennwort passwd pwd passphrase passe contraseña senha key apikey token secret recovery "
    "backup bearer basic private apitoken accesstoken authtoken refreshtoken sessiontoken bearertoken bottoken "
    "secretkey clientsecret privatekey"
)
FEWEST_DIGITS = 4  # of a random value: words joined by signs have fewer
SHORTEST = 20  # characters of an issued key
LONG = re.compile(r"(?<![\w/+=.-])[A-Za-z0-9+/_-]{40,512}={0,2}(?![\w/+=])")


def secrets(text: str, *, named: bool, long: bool) -> Iterator[Span]:
    """Keys, tokens, passwords; ``named``: one of ``TRIGGERS`` stands there, ``long``: a word as long as a key does."""
    for found in ISSUED.finditer(text):
        yield Span(found.start(), found.end(), Kind.SECRET)
    if "PRIVATE KEY" in text:
        for found in PRIVATE_KEY.finditer(text):
            yield Span(found.start(), found.end(), Kind.SECRET)
    for pattern, likely in ((BEARER, named), (IN_ADDRESS, "://" in text)):
        for found in pattern.finditer(text) if likely else ():
            start, end = found.span("value")
            yield Span(start, end, Kind.SECRET)
    for found in LABEL.finditer(text) if named else ():
        value = found["value"].rstrip(".!?)")
        if len(value) >= 4 and not value.startswith("[") and (found["joint"] == "=" or _looks_made(value)):
            yield Span(found.start("value"), found.start("value") + len(value), Kind.SECRET)
    for found in LONG.finditer(text) if long else ():
        if _looks_random(found.group()):
            yield Span(found.start(), found.end(), Kind.SECRET)


def _looks_made(value: str) -> bool:
    """Whether a word after "password is" is one that nobody would write in a sentence."""
    inner_capital = any(c.isupper() for c in value[1:]) and any(c.islower() for c in value)
    return any(c.isdigit() for c in value) or any(c in "!#$%^&*_+=~<>?|\\" for c in value[:-1]) or inner_capital


def _looks_random(value: str) -> bool:
    digits = sum(c.isdigit() for c in value)
    mixed = any(c.islower() for c in value) and any(c.isupper() for c in value)
    return mixed and digits >= FEWEST_DIGITS and value.count("/") < 4 and value.count("-") < 5
