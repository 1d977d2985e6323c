"""Addresses: rules that learn to build one when it is asked for, and the numbers that stand in them."""

from functools import lru_cache
from typing import Any

from flask import request, url_for
from werkzeug.routing import IntegerConverter, Rule


class StoredNumber(IntegerConverter):
    """The number of an address; one that no database holds leads nowhere."""

    regex = r"\d{1,18}"


def stored_id(text: str) -> int:
    """A number after the question mark that may be an id; ``ValueError`` where no database holds such a one."""
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError(f"not an id: {number}")
    return number


def numbered(endpoint: str, **one: int) -> str:
    """The address of a page about one thing, as ``url_for`` gives it: built once, then only the number is put in."""
    ((name, number),) = one.items()
    before, after = _around(request.script_root, endpoint, name)
    return f"{before}{number}{after}"


@lru_cache(maxsize=256)
def _around(mounted_at: str, endpoint: str, name: str) -> tuple[str, str]:
    mark: Any = 271828182845904523  # no other number of an address
    before, _, after = url_for(endpoint, **{name: mark}).partition(str(mark))
    return before, after


class LateRule(Rule):
    """Matches as any rule does; its builders are compiled at their first call.

    Werkzeug writes and compiles two functions for each rule while the application is put together; for some three
    hundred rules that is an eighth of a start, and most of them never build anything in a process.

    Should Werkzeug one day make them in another way, this changes nothing: they are made at once again.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        compile_now = super()._compile_builder
        compiled: list[Any] = []

        def build(rule: Rule, **values: Any) -> Any:
            if not compiled:  # two threads that come first together compile the same twice
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return build
