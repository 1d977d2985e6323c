"""Rules of addresses that learn to build an address when one is asked for.

Werkzeug writes and compiles two functions for each rule while the application is put together; for some three hundred
rules that is an eighth of a start, and most of them never build anything in a process.
"""

from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """Matches as any rule does; its builders are compiled at their first call.

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
