"""A reviewer's whole step, opening a part and submitting it, beside the same step in Label Studio and in doccano.

    python -m bench.beside_other_tools

Ours is the step of ``bench.open_and_submit``. Theirs is what their own pages ask of their servers: the next task, the
labels' links and one annotation with twelve choices (as Label Studio's page was seen to ask in a browser); the example
with its labels, a label for each criterion and the confirmation. All run in one process through a test client, on
SQLite, over the same conversation and form; CPU seconds, the middle of the steps.

Each tool is installed once into an environment of its own beside `.venv` (`.venv-bench-NAME`), with whatever it needs;
one that cannot be installed here is named, and is not compared. Exit 0 only if every bar holds that can be measured.
"""

import gc
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.bars import Bar, at_most
from bench.desk_world import MESSAGES, world
from bench.open_and_submit import PARTS, WARM, form, our_step
from bench.scoring_page import signed_in
from tests.support import runs

PROJECT = Path(__file__).parents[1]
STEPS = 12
INSTALLING, RUNNING = 900, 600  # seconds at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Another tool: what installs it, and how much of its CPU ours may take."""

    name: str
    script: str
    requirements: tuple[str, ...]
    bar: float


TOOLS = (
    Tool(name="Label Studio", script="in_label_studio", requirements=("label-studio==1.20.0",), bar=1 / 25),
    Tool(
        name="doccano",
        script="in_doccano",
        requirements=("doccano==1.8.4", "setuptools<70", "marshmallow<4", "numpy<2"),
        bar=1 / 8,
    ),
)


def main() -> int:
    begun = runs.begin()  # where the migrated template of a database lies
    try:
        bars = [bar for tool in TOOLS if (bar := compared(tool)) is not None]
    finally:
        runs.end(begun)
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


def our_seconds() -> float:
    with tempfile.TemporaryDirectory() as folder, world("sqlite", Path(folder), reviewers=1, parts=PARTS) as desk:
        client = signed_in(desk)
        gc.freeze()  # as wsgi.py does once the application stands
        taken = [our_step(client, part) for part in desk.reviewers[0].parts]
    return statistics.median(taken[WARM:])


def compared(tool: Tool) -> Bar | None:
    """Our share of a tool's CPU, ours measured just before and just after; nothing where the tool cannot be had."""
    try:
        python = installed(tool)
        before, theirs, after = our_seconds(), steps_of(tool, python), our_seconds()
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", None) or str(error)
        words = (said.decode(errors="replace") if isinstance(said, bytes) else said).strip().splitlines()
        print(f"{tool.name} cannot be compared with here: {words[-1] if words else error}")
        return None
    ours = (before + after) / 2
    print(f"{tool.name}: {theirs * 1000:.0f} ms of CPU, {theirs / ours:.1f} times our {ours * 1000:.1f}")
    return at_most(f"opening and submitting a part, CPU, over {tool.name}", ours / theirs, tool.bar)


def installed(tool: Tool) -> Path:
    """The Python of the tool's environment, made at the first time."""
    folder = PROJECT / f".venv-bench-{tool.name.lower().replace(' ', '-')}"
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        print(f"installing {tool.name}", flush=True)
        run([sys.executable, "-m", "venv", "--clear", str(folder)], INSTALLING)
        run([str(python), "-m", "pip", "install", "--quiet", "--no-input", *tool.requirements], INSTALLING)
        done.touch()
    return python


def steps_of(tool: Tool, python: Path) -> float:
    """CPU seconds of the tool's step, the middle once it is warm."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work.json"
        work.write_text(json.dumps({"parts": STEPS, "form": form(), "messages": MESSAGES}), encoding="utf-8")
        script = PROJECT / "bench" / "other_tools" / f"{tool.script}.py"
        told = run([str(python), str(script), folder, str(work)], RUNNING)
    return statistics.median(json.loads(told.strip().splitlines()[-1])[STEPS // 3 :])


def run(command: list[str], seconds: float) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds).stdout


if __name__ == "__main__":
    sys.exit(main())
