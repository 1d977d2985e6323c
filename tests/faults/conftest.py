"""Tells at the end how often what was tried; a whole run with too few kills has proved too little, and fails."""

import signal

import pytest

from tests.faults import counting

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a shell: every server would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if counting.counts:
        terminalreporter.section("faults")
        for line in counting.lines():
            terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if counting.WHOLE and counting.counts["kills"] < counting.LEAST_KILLS:
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
