"""Work in a process of its own, with small programs in place of the application's command."""

import os
import sys
from pathlib import Path

import pytest

from qa.core import apart


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """``python -c`` in place of ``flask``."""
    monkeypatch.setattr(apart, "command_line", lambda: [sys.executable, "-I", "-S", "-c"])
    return monkeypatch


def never() -> None:
    raise AssertionError("nobody has to wait for this program")


def test_the_last_line_is_what_a_process_tells(program: pytest.MonkeyPatch):
    told = apart.command(["print('reading'); print('{\"run\": 7}')"], alive=never)

    assert told == {"run": 7}


def test_a_signal_to_all_of_a_service_does_not_end_what_it_waits_for(program: pytest.MonkeyPatch):
    told = apart.command(["import os; print('{\"group\": %d}' % os.getpgid(0))"], alive=never)

    assert told["group"] != os.getpgid(0)


def test_while_it_goes_on_somebody_hears_that_it_lives(program: pytest.MonkeyPatch):
    program.setattr(apart, "ALIVE_EVERY", 0.05)
    heard: list[None] = []

    told = apart.command(["import time; time.sleep(0.3); print('{}')"], alive=lambda: heard.append(None))

    assert told == {}
    assert heard


@pytest.mark.parametrize(
    ("source", "said"),
    [
        pytest.param("raise SystemExit('no such table')", "no such table", id="with a word"),
        pytest.param("raise SystemExit(3)", "ended with 3 and said nothing", id="silently"),
        pytest.param("pass", "ended with 0 and said nothing", id="without an outcome"),
    ],
)
def test_a_process_that_fails_fails_the_job_with_what_it_said(program: pytest.MonkeyPatch, source: str, said: str):
    with pytest.raises(apart.ApartError, match=said):
        apart.command([source], alive=never)


def test_a_process_that_nobody_waits_for_any_more_ends(program: pytest.MonkeyPatch, tmp_path: Path):
    program.setattr(apart, "ALIVE_EVERY", 0.1)
    told = tmp_path / "process"

    def lost() -> None:
        if told.exists() and told.read_text():
            raise ConnectionError("the lease cannot be renewed")

    with pytest.raises(ConnectionError):
        apart.command(
            [f"import os, time; open({str(told)!r}, 'x').write(str(os.getpid())); time.sleep(60)"], alive=lost
        )

    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)


def test_the_command_is_the_application_s_own():
    assert apart.command_line()[-4:-1] == ["-m", "flask", "--app"]
    assert apart.command_line()[-1].endswith("wsgi.py")
