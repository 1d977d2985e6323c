"""LibreOffice without a window: recalculates workbooks, prints them, reads CSV. Needed, never skipped."""

import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
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


def same_as_brought(content: bytes, found: Workbook) -> None:
    """Every value that a formula brings along is the one LibreOffice works out."""
    formulas, values = reopened(content), reopened(content, values=True)
    for sheet in formulas.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            brought = values[sheet.title][cell.coordinate].value
            worked = found[sheet.title][cell.coordinate].value
            if isinstance(brought, float | int) and not isinstance(brought, bool):
                assert worked == pytest.approx(brought, rel=1e-7, abs=1e-7), (sheet.title, cell.coordinate)
            else:
                assert (worked or "") == (brought or ""), (sheet.title, cell.coordinate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One printed page: its text, whether it is upright, and its ink."""

    text: str
    upright: bool
    inked: float  # share of the paper that is not white
    dark: float  # share that is nearly black: what costs ink
    cut: bool  # something reaches the very edge


def printed(files: dict[str, bytes], folder: Path) -> dict[str, list[Page]]:
    """The pages of each workbook, by its name, as LibreOffice prints them and a reader would see them."""
    paths = converted({f"{name}.xlsx": content for name, content in files.items()}, "pdf", folder)
    return {Path(name).stem: _pages(path) for name, path in paths.items()}


def _pages(path: Path) -> list[Page]:
    found = []
    with closing(pypdfium2.PdfDocument(path)) as document:
        for page in document:
            picture = page.render(scale=1, grayscale=True).to_numpy().squeeze()
            edge = np.concatenate([picture[:3].ravel(), picture[-3:].ravel(), picture[:, :3].ravel()])
            found.append(
                Page(
                    text=page.get_textpage().get_text_bounded(),
                    upright=picture.shape[0] > picture.shape[1],
                    inked=float((picture < 250).mean()),
                    dark=float((picture < 64).mean()),
                    cut=bool((edge < 128).any()),
                )
            )
    return found


def readable(pages: Sequence[Page], *words: str) -> None:
    """No page is empty, none is cut off or a slab of ink, and the words stand on some page."""
    text = "\n".join(page.text for page in pages)
    for number, page in enumerate(pages, start=1):
        assert page.text.strip(), number
        assert 0.003 < page.inked < 0.6, (number, page.inked)
        assert page.dark < 0.12, (number, page.dark)
        assert not page.cut, number
        assert not any(error in page.text for error in ("#NAME?", "#REF!", "#VALUE!", "Err:5")), number
    assert not [word for word in words if word not in text], text
