"""Rules of addresses that compile their builders late build what the others do."""

import pytest
from flask import Flask, url_for
from werkzeug.routing import BuildError, Map, Rule

from qa.core.routing import LateRule, numbered

PATTERNS = {
    "plain": "/queue",
    "number": "/queue/<int:assignment_id>/answers",
    "text": "/people/<name>/of/<path:rest>",
}


def built(kind: type[Rule]) -> list[str]:
    rules = [kind(pattern, endpoint=name) for name, pattern in PATTERNS.items()]
    addresses = Map([*rules, kind("/pages", endpoint="paged", defaults={"page": 1})]).bind("example.org", "/mounted")
    return [
        addresses.build("plain", {"q": "a b&c"}),
        addresses.build("number", {"assignment_id": 7, "sent": 3}),
        addresses.build("text", {"name": "É/ü", "rest": "a/b c"}, force_external=True),
        addresses.build("paged", {"page": 1}),
        addresses.build("plain", {}),
    ]


def test_addresses_are_those_of_any_rule():
    assert built(LateRule) == built(Rule)
    assert built(LateRule)[1] == "/mounted/queue/7/answers?sent=3"


def test_the_address_of_one_thing_is_the_one_that_flask_builds():
    app = Flask("numbers")
    app.add_url_rule(PATTERNS["number"], endpoint="number", view_func=str)

    for mounted_at in ("/", "/mounted", "/"):
        with app.test_request_context(base_url=f"https://example.org{mounted_at}"):
            for number in (7, 10**17 + 3):
                assert numbered("number", assignment_id=number) == url_for("number", assignment_id=number)


def test_a_value_that_is_missing_is_an_error_as_ever():
    addresses = Map([LateRule(PATTERNS["number"], endpoint="number")]).bind("example.org")

    with pytest.raises(BuildError):
        addresses.build("number", {})


def test_nothing_is_compiled_before_an_address_is_built(monkeypatch: pytest.MonkeyPatch):
    compiled = []
    compile_builder = Rule._compile_builder
    monkeypatch.setattr(
        Rule,
        "_compile_builder",
        lambda self, unknown=True: compiled.append(self.rule) or compile_builder(self, unknown),
    )
    addresses = Map([LateRule("/queue/<int:n>", endpoint="one"), LateRule("/desk", endpoint="two")]).bind("example.org")
    before = list(compiled)

    twice = [addresses.build("one", {"n": n}) for n in (1, 2)]

    assert (before, compiled) == ([], ["/queue/<int:n>"])
    assert twice == ["/queue/1", "/queue/2"]
    assert addresses.match("/queue/3") == ("one", {"n": 3})
