"""A signed cookie is verified once, and believed no longer and no more than before."""

import datetime as dt

import pytest
from flask import Flask, request, session
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from qa.core import cookies
from qa.core.arriving import PlainRequest
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


@pytest.mark.parametrize(
    ("sent", "stated"),
    [
        pytest.param("own", 200, id="its own"),
        pytest.param("", 400, id="none"),
        pytest.param("other", 400, id="of another browser"),
        pytest.param("forged", 400, id="signed with another key"),
    ],
)
def test_a_script_needs_the_token_of_its_browser(sent: str, stated: int):
    app = Flask("forms")
    app.config.update(SECRET_KEY="a key")
    cookies.init_cookies(app)
    app.add_url_rule("/", view_func=cookies.form_token)
    app.add_url_rule("/", endpoint="change", view_func=lambda: "done", methods=["POST"])
    browser, other = app.test_client(), app.test_client()
    tokens = {"own": browser.get("/").text, "other": other.get("/").text, "": ""}
    with browser.session_transaction() as held:
        tokens["forged"] = URLSafeTimedSerializer("no key", salt="wtf-csrf-token").dumps(held["csrf_token"])

    answers = [browser.post("/", headers={"X-CSRFToken": tokens[sent]}).status_code for _ in range(2)]

    assert answers == [stated, stated]


def test_over_https_a_known_token_still_needs_its_own_page():
    app = Flask("forms")
    app.config.update(SECRET_KEY="a key")
    cookies.init_cookies(app)
    app.add_url_rule("/", view_func=cookies.form_token)
    app.add_url_rule("/", endpoint="change", view_func=lambda: "done", methods=["POST"])
    browser = app.test_client()
    token = browser.get("/", base_url="https://here.example").text

    def sent_from(page: str) -> int:
        headers = {"X-CSRFToken": token, "Referer": page}
        return browser.post("/", base_url="https://here.example", headers=headers).status_code

    assert [sent_from("https://here.example/"), sent_from("https://elsewhere.example/")] == [200, 400]


def test_cookies_are_read_as_flask_reads_them():
    app = Flask("cookies")
    sent = 'a=1; b="x\\054y"; a=2; c=\xc3\xbc; odd; d='
    headers = {"Cookie": sent}

    with app.test_request_context(headers=headers):
        usual = [(name, request.cookies.getlist(name)) for name in request.cookies]
    app.request_class = PlainRequest
    with app.test_request_context(headers=headers):
        assert [(name, request.cookies.getlist(name)) for name in request.cookies] == usual
        assert request.cookies["a"] == "1"
    with app.test_request_context():
        assert not request.cookies


def test_plain_cookies_are_read_as_flask_reads_them():
    app = Flask("cookies")
    headers = {"Cookie": " a=1;a=2 ; odd; d=; =x; e=f=g; h = i ;"}

    with app.test_request_context(headers=headers):
        usual = dict(request.cookies.items())
    app.request_class = PlainRequest
    with app.test_request_context(headers=headers):
        assert dict(request.cookies.items()) == usual
    assert usual["a"] == "1"


def test_a_cookie_is_written_when_it_changed_and_what_rests_on_it_says_so():
    app = Flask("written")
    app.config.update(SECRET_KEY="a key")
    cookies.init_cookies(app)
    app.add_url_rule("/", view_func=lambda: str(session.get("n")))
    app.add_url_rule("/set", endpoint="set", view_func=lambda: session.update(n=1, _permanent=True) or "set")
    app.add_url_rule("/plain", endpoint="plain", view_func=lambda: "plain")
    browser = app.test_client()

    answers = [browser.get(path) for path in ("/", "/plain", "/set", "/")]

    assert [answer.text for answer in answers] == ["None", "plain", "set", "1"]
    assert [answer.headers.get("Vary") for answer in answers] == ["Cookie", None, "Cookie", "Cookie"]
    # Flask sends one that is permanent anew each time, so that it ends a month after the last request.
    assert ["Set-Cookie" in answer.headers for answer in answers] == [False, False, True, True]
