"""A module of ours runs its body when it is first used: once, whole, and as if it had been read at its import."""

import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from qa import lazily

Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes a module of a package that the finder takes for ours."""
    package = tmp_path / "postponed"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(lazily, "OURS", frozenset({*lazily.OURS, "postponed"}))

    def write(name: str, text: str) -> None:
        (package / f"{name}.py").write_text(text)
        importlib.invalidate_caches()

    yield write
    for name in [name for name in sys.modules if name.partition(".")[0] == "postponed"]:
        del sys.modules[name]


def module(name: str) -> ModuleType:
    return importlib.import_module(f"postponed.{name}")


def waits(name: str) -> bool:
    return type(sys.modules[f"postponed.{name}"]) is lazily.Postponed


def test_the_body_runs_at_the_first_look_and_only_then(write: Write):
    write("counted", "import sys\nsys.counted = getattr(sys, 'counted', 0) + 1\nVALUE = 7\n")
    counted = module("counted")
    assert waits("counted")
    assert counted.__name__ == "postponed.counted"
    assert waits("counted")

    values = [counted.VALUE, counted.VALUE]

    assert values == [7, 7]
    assert sys.__dict__.pop("counted") == 1
    assert not waits("counted")


def test_a_name_that_is_not_there_is_missed_as_always(write: Write):
    write("small", "VALUE = 7\n")

    with pytest.raises(AttributeError, match="no attribute 'OTHER'"):
        _ = module("small").OTHER


def test_a_body_that_fails_says_so_at_each_look_until_it_can_run(write: Write):
    write("broken", "import postponed_elsewhere\n")
    broken = module("broken")

    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match="postponed_elsewhere"):
            _ = broken.VALUE


def test_two_modules_that_need_each_other_find_each_other(write: Write):
    write("first", "from postponed import second\nVALUE = 1\ndef other(): return second.VALUE\n")
    write("second", "from postponed import first\nVALUE = 2\ndef other(): return first.VALUE\n")

    assert (module("first").other(), module("second").other()) == (2, 1)


def test_a_second_thread_waits_for_the_whole_body(write: Write):
    write(
        "slow",
        "import sys\nbegun, go_on = sys.postponed_test\nFIRST = 1\nbegun.set()\nassert go_on.wait(10)\nLAST = 2\n",
    )
    begun, go_on = threading.Event(), threading.Event()
    sys.__dict__["postponed_test"] = (begun, go_on)
    slow, seen = module("slow"), []
    threads = [threading.Thread(target=lambda: seen.append(slow.LAST)) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        assert begun.wait(10)
        assert not seen
        go_on.set()
        for thread in threads:
            thread.join(10)
    finally:
        del sys.__dict__["postponed_test"]

    assert seen == [2, 2, 2, 2]


def test_what_is_imported_for_its_effect_is_run_on_demand(write: Write):
    write("effect", "import sys\nsys.postponed_effect = True\n")
    effect = module("effect")

    lazily.load(effect)

    assert sys.__dict__.pop("postponed_effect")


def test_what_is_set_on_a_waiting_module_goes_when_it_is_taken_back(write: Write, monkeypatch: pytest.MonkeyPatch):
    write("patched", "VALUE = 7\n")
    patched = module("patched")

    with monkeypatch.context() as patch:
        patch.setattr(patched, "VALUE", 8)
        during = patched.VALUE

    assert (during, patched.VALUE) == (8, 7)


def test_a_package_runs_before_its_modules_as_always(write: Write):
    # Its own body looks at both, in the order for which they are written; the other way round they need each other.
    write("__init__", "from postponed.second import VALUE\n")
    write("first", "from postponed.second import VALUE\nROW = 1\n")
    write("second", "VALUE = 7\nfrom postponed.first import ROW\n")

    assert module("first").ROW == 1
    assert module("second").VALUE == 7
