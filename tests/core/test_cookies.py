"""A signed cookie is verified once, and believed no longer and no more than before."""

import datetime as dt

import pytest
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from qa.core import cookies
from qa.core.clock import utcnow

MONTH = 31 * 24 * 3600


def test_a_cookie_opens_as_it_was_signed_each_time_and_apart_from_the_time_before():
    reading = cookies.Remembering("a key")
    sent = URLSafeTimedSerializer("a key").dumps({"seen": ["once"]})

    first = reading.loads(sent, max_age=MONTH)
    first["seen"].append("changed by its request")

    assert reading.loads(sent, max_age=MONTH) == {"seen": ["once"]}


def test_a_forged_cookie_is_refused_every_time():
    reading = cookies.Remembering("a key")
    forged = URLSafeTimedSerializer("another key").dumps({"seen": []})

    for _ in range(2):
        with pytest.raises(BadSignature):
            reading.loads(forged, max_age=MONTH)


def test_a_cookie_that_was_read_before_still_grows_too_old(monkeypatch: pytest.MonkeyPatch):
    reading = cookies.Remembering("a key")
    sent = reading.dumps({"seen": []})
    reading.loads(sent, max_age=MONTH)
    monkeypatch.setattr(cookies, "utcnow", lambda: utcnow() + dt.timedelta(days=32))

    with pytest.raises(SignatureExpired):
        reading.loads(sent, max_age=MONTH)
