"""LibreOffice without a window: recalculates workbooks, prints them, reads CSV. Needed, never skipped."""

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.support import programs

TIMEOUT = 180
# Calc trusts the values a file brings along unless it is told to work every formula out again.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def converted(files: dict[str, bytes], to: str, folder: Path) -> dict[str, Path]:
    """Each file, by its name with suffix, converted in one run with a profile of its own."""
    program = programs.calc()
    if program is None:
        pytest.fail("LibreOffice Calc is missing: see `make system`", pytrace=False)
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    sources, target = folder / "in", folder / "out"
    sources.mkdir()
    for name, content in files.items():
        (sources / name).write_bytes(content)
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", to]
    done = subprocess.run(
        [*command, "--outdir", str(target), *(str(sources / name) for name in files)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=True,
    )
    suffix = to.split(":")[0]
    found = {name: target / f"{Path(name).stem}.{suffix}" for name in files}
    missing = [name for name, path in found.items() if not path.exists()]
    if missing:
        pytest.fail(f"LibreOffice did not convert {missing}: {done.stdout} {done.stderr}", pytrace=False)
    return found


def recalculated(files: dict[str, bytes], folder: Path) -> dict[str, Workbook]:
    """The workbooks as LibreOffice works them out: values in place of formulas."""
    paths = converted({f"{name}.xlsx": content for name, content in files.items()}, "xlsx", folder)
    return {Path(name).stem: load_workbook(path, data_only=True) for name, path in paths.items()}


def reopened(content: bytes, *, values: bool = False) -> Workbook:
    """The workbook as openpyxl reads it back: formulas, or the values beside them."""
    return load_workbook(BytesIO(content), data_only=values)
