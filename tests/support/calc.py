"""LibreOffice opens a workbook as a person's office program would, and calculates it anew."""

import subprocess
from pathlib import Path

from tests.support import programs

SECONDS = 120


def recalculated(workbook: Path, folder: Path) -> Path:
    """The workbook as LibreOffice saves it again: every formula with the value it calculated."""
    return converted(workbook, "xlsx:Calc MS Excel 2007 XML", folder)


def printed(workbook: Path, folder: Path) -> Path:
    """The workbook as LibreOffice prints it to PDF."""
    return converted(workbook, "pdf", folder)


def converted(workbook: Path, kind: str, folder: Path) -> Path:
    """The workbook in another kind of file, in ``folder``; skipped, or failed in CI, where LibreOffice is missing."""
    office = programs.calc()
    if office is None:
        programs.missing("LibreOffice Calc")
    made = folder / "calc" / f"{workbook.stem}.{kind.partition(':')[0]}"
    made.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [
            office,
            "--headless",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",  # else two runs wait for each other
            "--convert-to",
            kind,
            "--outdir",
            str(made.parent),
            str(workbook),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert made.exists(), f"LibreOffice could not open {workbook.name}: {done.stdout}{done.stderr}"
    return made
