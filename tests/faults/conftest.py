"""Tells at the end how often what was tried; a whole run with too few kills has proved too little, and fails."""

import pytest

from tests.faults import counting


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if counting.counts:
        terminalreporter.section("faults")
        for line in counting.lines():
            terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if counting.WHOLE and counting.counts["kills"] < counting.LEAST_KILLS:
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
